--- What copy_model takes, checked before anything is called: every problem is found and named by its path.

local arns = require "rekognition.text.arn"
local core = require "rekognition.core"
local expect = require "rekognition.text.expect"
local quote = require "rekognition.text.quote"
local rek_error = require "rekognition.error"

local M = {}

---@class rekognition.CopyOptions
---@field source? rekognition.Client|false  of the account that has the model; false: it does its part itself
---@field destination? rekognition.Client   of the account that gets the copy; the source by default
---@field source_project? string       an ARN or a name; may be left out if source_version is an ARN
---@field source_version? string       an ARN or a name; the newest trained version by default
---@field destination_project string   an ARN or a name
---@field create_project? boolean      creates the destination project if there is none of that name
---@field version_name? string         the copy's name; the source version's by default
---@field output_config table          S3Bucket, S3KeyPrefix: where the training results go, in the destination account
---@field kms_key_id? string
---@field tags? table<string, string>
---@field role? string                 the policy allows only this role of the destination's account, not all of it
---@field delay? number                seconds between polls; 30 by default
---@field timeout? number              seconds for everything; 7200 by default
---@field remove_policy? boolean       takes the copy's statement out of the policy at the end
---@field replace_failed? boolean      deletes a failed copy that holds the name
---@field on_progress? fun(event: rekognition.CopyEvent)

local function is_text(value) return type(value) == "string" and value ~= "" end
local function is_flag(value) return type(value) == "boolean" end
local function is_seconds(value) return type(value) == "number" and value > 0 and value <= 2147483 end
local function is_client(value)
  return type(value) == "table" and type(value.region) == "string" and type(value._seams) == "table"
end
local function is_function(value)
  if type(value) == "function" then return true end
  local meta = getmetatable(value)
  return type(meta) == "table" and type(meta.__call) == "function"
end

-- What each option must be, in the order in which problems are reported.
local OPTIONS = {
  { "source", "a client, or false", function(value) return value == false or is_client(value) end },
  { "destination", "a client", is_client },
  { "source_project", "the name or the ARN of a project", is_text },
  { "source_version", "the name or the ARN of a version", is_text },
  { "destination_project", "the name or the ARN of a project", is_text },
  { "create_project", "true or false", is_flag },
  { "version_name", "a name", is_text },
  { "output_config", "a table with S3Bucket and S3KeyPrefix", function(value) return type(value) == "table" end },
  { "kms_key_id", "the id or the ARN of a key", is_text },
  { "tags", "a table of strings", function(value) return type(value) == "table" end },
  { "role", "the name or the ARN of a role", is_text },
  { "delay", "a number of seconds above 0", is_seconds },
  { "timeout", "a number of seconds above 0", is_seconds },
  { "remove_policy", "true or false", is_flag },
  { "replace_failed", "true or false", is_flag },
  { "on_progress", "a function", is_function },
}

local shown = quote.value

local function check_types(options, add)
  local known, names = {}, {}
  for i, option in ipairs(OPTIONS) do
    local name, wanted, test = table.unpack(option)
    known[name], names[i] = true, name
    local value = options[name]
    if value ~= nil and not test(value) then add(name, ("must be %s, got %s"):format(wanted, shown(value))) end
  end
  expect.unknown(options, known, "is not an option of copy_model", names, add)
end

local function check_presence(options, add)
  if options.source == nil and options.destination == nil then add("source", "must be a client, got nothing") end
  if options.source == false and options.destination == nil then
    add("destination", "must be a client if source is false, got nothing")
  end
  if options.destination_project == nil then
    add("destination_project", "must be the name or the ARN of a project, got nothing")
  end
  if options.output_config == nil then
    add("output_config", "must be a table with S3Bucket and S3KeyPrefix, got nothing")
  elseif options.output_config.S3Bucket == nil then -- the model doesn't require it, but where else would the files go
    add("output_config.S3Bucket", "must be the name of a bucket, got nothing")
  end
  if options.source_project == nil and not arns.of_kind(options.source_version, "version") then
    add("source_project", "must be the name or the ARN of a project, got nothing")
  end
end

-- What looks like an ARN must be one, of the kind that is wanted.
local function check_arn(path, value, kind, add)
  if type(value) ~= "string" or value:sub(1, 4) ~= "arn:" then return nil end
  local arn = arns.of_kind(value, kind)
  if not arn then
    add(path, ("must be %s, got %s"):format(kind == "version"
      and "a version's name or its ARN (arn:aws:rekognition:REGION:ACCOUNT:project/NAME/version/NAME/NUMBER)"
      or "a project's name or its ARN (arn:aws:rekognition:REGION:ACCOUNT:project/NAME/NUMBER)", shown(value)))
  end
  return arn
end

local function check_regions(given, options, add)
  local destination = options.destination or options.source
  local first
  for _, entry in ipairs(given) do
    local arn, path = entry.arn, entry.path
    local client = path == "destination_project" and destination or options.source or destination
    if is_client(client) and client.region ~= arn.region then
      add(path, ("is of the region %s, but the client's region is %s; models can't be copied to another region")
        :format(arn.region, client.region))
    elseif first and (first.arn.region ~= arn.region or first.arn.partition ~= arn.partition) then
      add(path, ("is of %s in the partition %s, but %s is of %s in %s; models can't be copied to another region")
        :format(arn.region, arn.partition, first.path, first.arn.region, first.arn.partition))
    end
    first = first or entry
  end
  local source = options.source
  if is_client(source) and is_client(destination) and source.region ~= destination.region then
    add("destination", ("is a client of %s, but source is one of %s; models can't be copied to another region")
      :format(destination.region, source.region))
  end
end

local function check_places(options, add)
  local project = check_arn("source_project", options.source_project, "project", add)
  local version = check_arn("source_version", options.source_version, "version", add)
  local destination = check_arn("destination_project", options.destination_project, "project", add)
  local given = {}
  for _, entry in ipairs { { "source_project", project }, { "source_version", version },
                           { "destination_project", destination } } do
    if entry[2] then given[#given + 1] = { path = entry[1], arn = entry[2] } end
  end
  check_regions(given, options, add)
  if version and is_text(options.source_project) then
    local name = project and project.project or options.source_project
    if name:sub(1, 4) ~= "arn:" and name ~= version.project
      or project and project.account ~= version.account then
      add("source_version", ("must be a version of source_project, got %s"):format(shown(options.source_version)))
    end
  end
  if options.source == false then
    if not project then add("source_project", "must be an ARN if source is false: nobody can look it up") end
    if not version then add("source_version", "must be an ARN if source is false: nobody can look it up") end
  end
end

local MEMBERS = { VersionName = "version_name", OutputConfig = "output_config", KmsKeyId = "kms_key_id", Tags = "tags",
                  DestinationProjectArn = "destination_project" }

-- The model's own rules for the request that will be sent, by a request that isn't: what is not known yet has a
-- stand-in that is well formed.
local function check_request(options, add)
  local stand_in = "arn:aws:rekognition:us-east-1:000000000000:project/p/1"
  local request, problems = core.service:request("CopyProjectVersion", {
    SourceProjectArn = stand_in, DestinationProjectArn = stand_in,
    SourceProjectVersionArn = "arn:aws:rekognition:us-east-1:000000000000:project/p/version/v/1",
    VersionName = options.version_name or "v", OutputConfig = options.output_config,
    KmsKeyId = options.kms_key_id, Tags = options.tags,
  })
  if request then
    request:close()
    return
  end
  for _, problem in ipairs(problems) do
    local first, rest = problem.path:match("^([A-Za-z]*)(.*)$")
    add((MEMBERS[first] or first) .. rest, problem.message)
  end
end

local function check_names(options, add)
  for _, path in ipairs { "source_project", "destination_project", "source_version" } do
    local value = options[path]
    if is_text(value) and value:sub(1, 4) ~= "arn:" and (#value > 255 or value:find("[^A-Za-z0-9_.-]")) then
      add(path, ("must be an ARN, or a name of at most 255 letters, digits, _, . and -, got %s"):format(shown(value)))
    end
  end
  local name = options.version_name
  if is_text(name) and (#name > 255 or name:find("[^A-Za-z0-9_.-]")) then
    add("version_name", ("must have at most 255 letters, digits, _, . and -, got %s"):format(shown(name)))
  end
end

--- Finds every problem of the options.
---@param options any
---@return {path: string, message: string}[]
function M.problems(options)
  expect.dot(options, "copy_model")
  local problems = {}
  local function add(path, message) problems[#problems + 1] = { path = path, message = message } end
  if type(options) ~= "table" then
    add("options", "must be a table, got " .. shown(options))
    return problems
  end
  check_types(options, add)
  if #problems > 0 then return problems end
  check_presence(options, add)
  check_names(options, add)
  check_places(options, add)
  if options.output_config then check_request(options, add) end
  return problems
end

--- Raises a `validation` error that names every problem.
---@param options any
function M.check(options)
  local problems = M.problems(options)
  if #problems == 0 then return end
  local lines = {}
  for i, problem in ipairs(problems) do lines[i] = problem.path .. " " .. problem.message end
  rek_error.raise { kind = "validation", code = "ValidationError", message = table.concat(lines, "; "),
                    problems = problems, retryable = false }
end

return M

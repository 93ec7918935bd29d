--- What a waiter looks at: the subjects that its parameters name, and the calls that describe them.

local arns = require "rekognition.text.arn"
local expect = require "rekognition.text.expect"
local paginator = require "rekognition.paginator"
local quote = require "rekognition.text.quote"
local rek_error = require "rekognition.error"

local M = {}

-- The most names that one call takes (the model); more are looked for among all.
local MOST_NAMES = 10

local OPERATIONS = {
  version = "DescribeProjectVersions", dataset = "DescribeDataset", project = "DescribeProjects",
}

-- How each kind of subject is named in the parameters: the member for one ARN, ours for several, and the service's own
-- for names.
local MEMBERS = {
  version = { arn = "ProjectVersionArn", arns = "ProjectVersionArns", names = "VersionNames" },
  dataset = { arn = "DatasetArn", arns = "DatasetArns" },
  project = { arn = "ProjectArn", arns = "ProjectArns", names = "ProjectNames" },
}

local NAMES = {} -- of the members, by kind
for kind, members in pairs(MEMBERS) do
  NAMES[kind] = {}
  for _, name in pairs(members) do table.insert(NAMES[kind], name) end
end

local PLAIN = { version = "the ARN of a project version", dataset = "the ARN of a dataset",
                project = "the ARN of a project" }

---@class rekognition.waiter.Watch
---@field kind "version"|"dataset"|"project"
---@field operation string
---@field input table          the parameters of the listing
---@field wanted string[]      ARNs or names, each once; empty if every subject is wanted
---@field wants_all boolean
---@field ends_by_leaving? boolean  as in the goal

local function refuse(operation, path, message)
  rek_error.raise { kind = "validation", code = "ValidationError", operation = operation,
    message = path .. " " .. message, problems = { { path = path, message = message } } }
end

local function text_list(operation, path, value)
  if type(value) ~= "table" then refuse(operation, path, "must be a list of strings, got a " .. type(value)) end
  local count, list = 0, {}
  for i, item in next, value do
    count = count + 1
    if math.type(i) ~= "integer" or i < 1 then
      refuse(operation, path, "must be a list of strings, got a table with the key " .. quote.value(i))
    elseif type(item) ~= "string" then
      refuse(operation, ("%s[%d]"):format(path, i), "must be a string, got a " .. type(item))
    end
    list[i] = item
  end
  if count == 0 then refuse(operation, path, "must name at least one, got an empty list") end
  for i = 1, count do -- as many entries as the last one's place, or one is missing
    if list[i] == nil then refuse(operation, ("%s[%d]"):format(path, i), "must be a string, got nil") end
  end
  return list
end

local function once(list)
  local seen, wanted = {}, {}
  for _, item in ipairs(list) do
    if not seen[item] then wanted[#wanted + 1] = item end
    seen[item] = true
  end
  return wanted
end

-- The ARNs that the parameters have, each checked; nil if there are none.
local function given_arns(kind, operation, input)
  local members = MEMBERS[kind]
  local one, several = input[members.arn], input[members.arns]
  input[members.arn], input[members.arns] = nil, nil
  if one == nil and several == nil then return nil end
  if one ~= nil and several ~= nil then
    refuse(operation, members.arns, ("must not be given together with %s"):format(members.arn))
  end
  local path = one ~= nil and members.arn or members.arns
  local list = one ~= nil and { one } or text_list(operation, path, several)
  for i, text in ipairs(list) do
    if not arns.of_kind(text, kind) then
      refuse(operation, one ~= nil and path or ("%s[%d]"):format(path, i),
        ("must be %s, got %s"):format(PLAIN[kind], type(text) == "string" and ("%q"):format(text) or type(text)))
    end
  end
  return once(list)
end

local function names_of(kind, list)
  local names = {}
  for i, text in ipairs(list) do
    local arn = arns.parse(text)
    names[i] = arn and arn[kind] or text
  end
  return once(names)
end

-- Versions are listed by their project, so ProjectArn stays where it is; a project's own ARN is what is looked for.
local function read_input(kind, operation, params)
  if type(params) ~= "table" then
    rek_error.raise { kind = "validation", code = "ValidationError", operation = operation,
      message = "params must be a table, got " .. quote.value(params),
      problems = { { path = "params", message = "must be a table, got " .. quote.value(params) } } }
  end
  local input = {}
  for key, value in next, params do input[key] = value end
  -- The listing leaves adapters out unless it is asked for them: one would look deleted.
  if kind == "project" and input.Features == nil then input.Features = { "CUSTOM_LABELS", "CONTENT_MODERATION" } end
  return input
end

--- Reads what a waiter must look at. Raises a `validation` error if the parameters name nothing, or something else.
---@param goal rekognition.waiter.Goal
---@param params table
---@return rekognition.waiter.Watch
function M.read(goal, params)
  local kind = goal.subject
  local operation, members = OPERATIONS[kind], MEMBERS[kind]
  local input = read_input(kind, operation, params)
  local wanted = given_arns(kind, operation, input)
  local named = members.names and input[members.names]
  if not wanted and named ~= nil then wanted = once(text_list(operation, members.names, named)) end
  if not wanted then -- it would look at something else, or at all
    expect.no_misspelling(input, NAMES[kind], "wait", { code = "ValidationError", operation = operation })
  end
  if not wanted and not goal.is_modelled then
    refuse(operation, members.names or members.arn, ("must name what to wait for: give %s%s"):format(members.arn,
      members.names and ", or " .. members.names or ""))
  end
  if wanted and members.names then
    local names = names_of(kind, wanted)
    input[members.names] = #names <= MOST_NAMES and names or nil
  end
  return { kind = kind, operation = operation, input = input, wanted = wanted or {}, wants_all = not wanted,
           ends_by_leaving = goal.ends_by_leaving }
end

-- The only place that calls: each call says that a waiter makes it (the User-Agent), and each page is a chance to stop.
local function each_item(client, watch, is_late, limits, visit)
  local member = watch.kind == "version" and "ProjectVersionDescriptions" or "ProjectDescriptions"
  local has_list = false
  local options = limits()
  for page in paginator.pages(client, watch.operation, watch.input, options, "waiter") do
    has_list = has_list or page[member] ~= nil
    limits()
    for _, item in ipairs(page[member] or {}) do visit(item) end
    if is_late() and (page.NextToken or "") ~= "" then return false end
  end
  if not has_list then paginator.refuse_without(watch.operation, member) end
  return true
end

local function is_absence(e)
  return rek_error.is_error(e) and e.code == "ResourceNotFoundException"
end

-- Datasets have no listing: each is described by itself. One that isn't found is not there, yet or any more.
local function describe_datasets(client, watch, is_late, limits)
  local found = {}
  for _, arn in ipairs(watch.wanted) do
    local ok, response = pcall(client._call, client, watch.operation, { DatasetArn = arn }, limits(), "waiter")
    if ok then
      found[arn] = response.DatasetDescription or paginator.refuse_without(watch.operation, "DatasetDescription")
    elseif not is_absence(response) then
      error(response, 0)
    end
    if is_late() and arn ~= watch.wanted[#watch.wanted] then return nil end
  end
  return found
end

local function describe_listed(client, watch, is_late, limits)
  local found, list, wanted = {}, {}, {}
  for _, key in ipairs(watch.wanted) do wanted[key] = true end
  local arn_member = MEMBERS[watch.kind].arn
  local is_whole = each_item(client, watch, is_late, limits, function(item)
    local arn = arns.parse(item[arn_member])
    local key = arn and (wanted[arn.text] and arn.text or wanted[arn[watch.kind]] and arn[watch.kind])
    if key then found[key] = item end
    list[#list + 1] = item
  end)
  return is_whole and found or nil, list
end

--- Looks once.
---@param client rekognition.Client
---@param watch rekognition.waiter.Watch
---@param is_late fun(): boolean  whether the deadline has passed; asked between two calls
---@param limits fun(): rekognition.CallOptions?  the options of the next call; the same table each time
---@return table<string, table>? found  the descriptions by what was wanted; nil if the deadline came first
---@return table[]? list  every description, if a listing was read
function M.look(client, watch, is_late, limits)
  if watch.kind == "dataset" then return describe_datasets(client, watch, is_late, limits) end
  if not watch.ends_by_leaving then return describe_listed(client, watch, is_late, limits) end
  local ok, found, list = pcall(describe_listed, client, watch, is_late, limits)
  if ok then return found, list end
  if is_absence(found) then return {}, {} end -- its project is gone, and it with the project
  error(found, 0)
end

--- The subject's own ARN in a description of it.
---@return string?
function M.arn_of(watch, description)
  return description[MEMBERS[watch.kind].arn]
end

return M

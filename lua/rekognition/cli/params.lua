--- The operation and the parameters of `call` and `presign`.

local ascii = require "rekognition.text.ascii"
local files = require "rekognition.config.files"
local input = require "rekognition.cli.input"
local json = require "rekognition.cli.json"

local M = {}

-- "describe-projects", "describe_projects" and "DescribeProjects" are one.
local function plain(name)
  return ascii.lower(name:gsub("[-_]", ""))
end

--- The names of all operations, in order.
---@return string[]
function M.names()
  return ascii.names(require("rekognition.generated.model").operations)
end

--- The name of an operation as AWS writes it, from that, its method's or the AWS CLI's; or nil.
---@param given string
---@return string?
function M.find(given)
  for name in pairs(require("rekognition.generated.model").operations) do
    if plain(name) == plain(given) then return name end
  end
end

--- The operation's own name.
---@param context rekognition.cli.Context
---@param client rekognition.Client
---@return string
function M.operation(context, client)
  local given = context.args.operation
  local name = M.find(given)
  if name then return name end
  if given == "" then context:usage("OPERATION is missing; `rekognition call --list` prints them") end
  client:call(given, {}) -- raises: there is no such operation; it names the nearest
  return given
end

local function read(context, source)
  if source == "-" or source == "@-" then return input.read(context, "-") end
  local path = source:match("^@(.*)$") or source:match("^fileb?://(.*)$") -- the latter as the AWS CLI has it
  return path and input.read(context, path) or source
end

-- Puts a file's bytes where a path of members says.
local function put_blob(context, params, path, file)
  local bytes = input.read(context, file)
  local names = {}
  for name in path:gmatch("[^.]+") do names[#names + 1] = name end
  local place = params
  for i = 1, #names - 1 do
    place[names[i]] = place[names[i]] or {}
    place = place[names[i]]
    if type(place) ~= "table" then context:usage("--blob %s: %s is not a structure", path, names[i]) end
  end
  if #names == 0 then context:usage("--blob must name a member, such as Image.Bytes=photo.jpg") end
  place[names[#names]] = bytes
end

--- The parameters, from --params and --blob.
---@param context rekognition.cli.Context
---@param operation string
---@return table
function M.params(context, operation)
  local text = read(context, context.args.params or "{}")
  local given, why = json.decode_object(text)
  if not given then
    local is_file = not text:find("[{%[]") and files.read(text) ~= nil
    context:usage("--params must be a JSON object such as '{\"MaxResults\": 10}', or @FILE, or -%s", is_file
      and ("; to read the file, write @%s"):format(text) or why and ": " .. why or "")
  end
  local params, problem = json.to_params(operation, given)
  if not params then context:usage("--params: %s %s", problem.path, problem.message) end
  for _, blob in ipairs(context.args.blob or {}) do put_blob(context, params, blob[1], blob[2]) end
  return params
end

return M

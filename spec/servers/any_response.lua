-- Answers every operation of the model with everything that its response can have: script/lua spec/servers/any_response.lua.
-- Prints its URL. With a header "X-Amz-Target" of an unknown operation, or a body that asks for it, it answers an error.

local core = require "rekognition.core"
local httpd = require "rekognition.emulator.httpd"
local model = require "rekognition.generated.model"

local M = {}

local DEPTH = 8

local function text_of(shape)
  if shape.enum then return shape.enum[#shape.enum] end
  return 'text "quoted" \\ é \226\130\172 \240\159\144\166\n'
end

local value_of

local SCALARS = {
  string = function(shape) return ('"%s"'):format((text_of(shape):gsub('[\\"\n]', { ["\\"] = "\\\\", ['"'] = '\\"', ["\n"] = "\\n" }))) end,
  integer = function() return "7" end,
  long = function() return "9007199254740993" end,
  float = function() return "12.345678901234567" end,
  double = function() return "0.1" end,
  boolean = function() return "true" end,
  timestamp = function() return "1656611123.456" end,
  blob = function() return '"' .. core.base64_encode("\0\1\255bytes") .. '"' end,
}

function value_of(name, depth)
  local shape = model.shapes[name]
  if SCALARS[shape.type] then return SCALARS[shape.type](shape) end
  if shape.type == "list" then
    if depth >= DEPTH then return "[]" end
    local item = value_of(shape.member, depth + 1)
    return "[" .. item .. "," .. item .. "]"
  elseif shape.type == "map" then
    return depth >= DEPTH and "{}" or ('{"a":%s}'):format(value_of(shape.value, depth + 1))
  end
  local parts = {}
  for member, entry in pairs(depth < DEPTH and shape.members or {}) do
    parts[#parts + 1] = ('"%s":%s'):format(member, value_of(entry.shape, depth + 1))
  end
  table.sort(parts)
  return "{" .. table.concat(parts, ",") .. "}"
end

--- The least parameters of an operation that pass the checks, as JSON.
function M.least(name, depth)
  local shape = model.shapes[name]
  depth = depth or 0
  if shape.type == "string" then
    return '"' .. (shape.enum and shape.enum[1] or ("a"):rep(shape.min or 1)) .. '"'
  elseif shape.type == "list" then
    local parts = {}
    for i = 1, shape.min or 0 do parts[i] = M.least(shape.member, depth + 1) end
    return "[" .. table.concat(parts, ",") .. "]"
  elseif shape.type == "map" then
    return "{}"
  elseif shape.type ~= "structure" then
    return ({ blob = '"YWJj"', boolean = "true", timestamp = "1656611123" })[shape.type] or tostring(math.max(shape.min or 1, 1))
  end
  local parts = {}
  for _, member in ipairs(shape.required or {}) do
    parts[#parts + 1] = ('"%s":%s'):format(member, M.least(shape.members[member].shape, depth + 1))
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

local function handle(request)
  local target = ""
  for _, header in ipairs(request.headers) do
    if header[1]:lower() == "x-amz-target" then target = header[2] end
  end
  local operation = model.operations[target:match("%.(%w+)$") or ""]
  local headers = { { "Content-Type", "application/x-amz-json-1.1" }, { "x-amzn-RequestId", "id" } }
  if not operation then return 400, headers, '{"__type":"UnknownOperationException"}' end
  return 200, headers, operation.output and value_of(operation.output, 0) or "{}"
end

if arg and arg[0] and arg[0]:find("any_response%.lua$") then
  local server <close> = httpd.new { host = "127.0.0.1", port = 0, handler = handle }
  httpd.catch_signals()
  io.stdout:write(("http://127.0.0.1:%d\n"):format(server:port()))
  io.stdout:flush()
  while not httpd.caught() do server:step(1) end
end

return M

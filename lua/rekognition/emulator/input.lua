--- Checks a request's JSON against the model and gives the value that the operations work on.
--
-- A wrong type is a SerializationException, raised at once; what breaks a constraint of the model is collected and
-- raised as one error, in the form that AWS's services use ("2 validation errors detected: ..."). Nobody states the
-- code: the model has only InvalidParameterException for it, which is what is raised here, except for a MaxResults
-- over the page limit, for which the guide documents ValidationException. Unknown members are dropped, as AWS does.

local errors = require "rekognition.emulator.errors"
local pattern = require "rekognition.emulator.pattern"
local cjson = require("cjson").new()

local M = {}

local matchers = {}

local function matches(text, value)
  if matchers[text] == nil then matchers[text] = pattern.compile(text) or false end
  return not matchers[text] or matchers[text](value)
end

local function type_error(path, expected, value)
  local found = value == cjson.null and "null" or "a " .. type(value)
  if type(value) == "table" then found = #value > 0 and "a list" or "a structure" end
  errors.front("SerializationException", ("%s: expected %s, found %s"):format(
    path == "" and "The request" or path, expected, found))
end

local function clip(value)
  local text = tostring(value)
  local stop = utf8.offset(text, 201)
  return stop and text:sub(1, stop - 1) .. "..." or text
end

local function complain(problems, path, constraint, value)
  local shown = type(value) == "table" and "" or ("Value '%s' "):format(clip(value))
  problems[#problems + 1] = ("%sat '%s' failed to satisfy constraint: Member must %s"):format(shown, path, constraint)
end

local function check_range(problems, path, shape, size, noun, value)
  if shape.min and size < shape.min then
    complain(problems, path, ("have %s greater than or equal to %d"):format(noun, shape.min), value)
  elseif shape.max and size > shape.max then
    complain(problems, path, ("have %s less than or equal to %d"):format(noun, shape.max), value)
  end
end

local check
local by_type = {}

function by_type.string(_, shape, value, path, problems)
  if type(value) ~= "string" then type_error(path, "a string", value) end
  check_range(problems, path, shape, utf8.len(value), "length", value)
  if shape.pattern and not matches(shape.pattern, value) then
    complain(problems, path, "satisfy regular expression pattern: " .. shape.pattern, value)
  end
  if shape.enum then
    for _, known in ipairs(shape.enum) do
      if known == value then return value end
    end
    complain(problems, path, "satisfy enum value set: [" .. table.concat(shape.enum, ", ") .. "]", value)
  end
  return value
end

function by_type.blob(_, _, value, path)
  if type(value) ~= "string" then type_error(path, "a blob", value) end
  return value
end

function by_type.boolean(_, _, value, path)
  if type(value) ~= "boolean" then type_error(path, "a boolean", value) end
  return value
end

function by_type.float(_, shape, value, path, problems)
  if type(value) ~= "number" then type_error(path, "a number", value) end
  check_range(problems, path, shape, value, "value", value)
  return value
end

by_type.double, by_type.timestamp = by_type.float, by_type.float

function by_type.integer(_, shape, value, path, problems)
  local integer = type(value) == "number" and math.tointeger(value)
  if not integer then type_error(path, "an integer", value) end
  if path == "MaxResults" and shape.max and integer > shape.max then
    errors.raise("ValidationException", ("1 validation error detected: Value '%d' at 'MaxResults' failed to satisfy "
      .. "constraint: Member must have value less than or equal to %d"):format(integer, shape.max))
  end
  check_range(problems, path, shape, integer, "value", integer)
  return integer
end

by_type.long = by_type.integer

function by_type.list(model, shape, value, path, problems)
  if type(value) ~= "table" or next(value) ~= nil and #value == 0 then type_error(path, "a list", value) end
  local result = {}
  for i, item in ipairs(value) do
    result[i] = check(model, shape.member, item, ("%s[%d]"):format(path, i), problems)
  end
  check_range(problems, path, shape, #value, "length", value)
  return result
end

function by_type.map(model, shape, value, path, problems)
  if type(value) ~= "table" or #value > 0 then type_error(path, "a map", value) end
  local result, count = {}, 0
  for key, item in pairs(value) do
    check(model, shape.key, key, path .. " key", problems)
    result[key] = check(model, shape.value, item, ("%s.%s"):format(path, key), problems)
    count = count + 1
  end
  check_range(problems, path, shape, count, "length", value)
  return result
end

function by_type.structure(model, shape, value, path, problems)
  if type(value) ~= "table" or #value > 0 then type_error(path, "a structure", value) end
  local prefix = path == "" and "" or path .. "."
  local result = {}
  for name, member in pairs(shape.members) do
    local given = value[name]
    if given ~= nil and given ~= cjson.null then
      result[name] = check(model, member.shape, given, prefix .. name, problems)
    end
  end
  for _, name in ipairs(shape.required or {}) do
    if result[name] == nil then
      problems[#problems + 1] = ("Value null at '%s%s' failed to satisfy constraint: Member must not be null"):format(
        prefix, name)
    end
  end
  return result
end

function check(model, name, value, path, problems)
  local shape = model.shapes[name]
  return by_type[shape.type](model, shape, value, path, problems)
end

local function parse(body)
  if not utf8.len(body) or body:find("\0", 1, true) then -- at a NUL, cjson would stop
    errors.front("SerializationException", "The request's body is not valid UTF-8 without NUL")
  end
  local json = cjson.new()
  json.decode_invalid_numbers(false)
  json.decode_max_depth(64)
  local ok, value = pcall(json.decode, body)
  if not ok or value == nil then
    errors.front("SerializationException", "The request's body is not valid JSON: " .. tostring(value))
  end
  return value
end

--- The members of an operation's request, by its body. An empty body stands for one without members.
---@param model table  as rekognition.generated.model
---@param operation string
---@param body string
---@return table params
function M.read(model, operation, body)
  local value = body == "" and {} or parse(body)
  local problems = {}
  local params = check(model, model.operations[operation].input, value, "", problems)
  if #problems > 0 then
    table.sort(problems)
    local noun = #problems == 1 and "error" or "errors"
    errors.raise("InvalidParameterException", ("Request has invalid parameters: %d validation %s detected: %s"):format(
      #problems, noun, table.concat(problems, "; ", 1, math.min(#problems, 20))))
  end
  return params
end

return M

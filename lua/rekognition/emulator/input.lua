--- Checks a request's JSON against the model and returns the value that the operations work on.
--
-- A wrong type is a SerializationException, raised immediately. What breaks a constraint of the model is collected and
-- raised as one ValidationException in the form that AWS's services use: "2 validation errors detected: Value ... at
-- 'image.bytes' failed to satisfy constraint: ...", with members in lower camel case. Rekognition was seen to do so
-- for images; that it does so for every member is our decision. Unknown members are dropped, as AWS does.

local ascii = require "rekognition.text.ascii"
local body = require "rekognition.emulator.body"
local core = require "rekognition.core"
local errors = require "rekognition.emulator.errors"
local pattern = require "rekognition.emulator.pattern"

local M = {}

local SHOWN = 20      -- problems told in one message
local MOST = 100      -- problems counted: a list of a million wrong items must not keep everybody waiting
local LONGEST = 200   -- characters of a value that a message shows

local matchers = {}

local function matches(text, value)
  if matchers[text] == nil then matchers[text] = pattern.compile(text) or false end
  return not matchers[text] or (matchers[text](value))
end

local function type_error(path, expected, value)
  local found = "a " .. type(value)
  if body.is_null(value) then
    found = "null"
  elseif type(value) == "table" then
    found = (#value > 0 or body.is_empty_list(value)) and "a list" or "a structure"
  end
  errors.front("SerializationException", ("%s: expected %s, found %s"):format(
    path == "" and "The request" or path, expected, found))
end

local function clip(text)
  local stop = utf8.offset(text, LONGEST + 1)
  return stop and text:sub(1, stop - 1) .. "..." or text
end

-- A member's name in a path: AWS writes ProjectName as projectName.
local function lower_first(name)
  return ascii.lower(name:sub(1, 1)) .. name:sub(2)
end

-- A path as AWS writes it: `Assets[1].Name` is assets.1.member.name.
local function aws_path(path)
  return (path:gsub("%[(%d+)%]", ".%1.member"):gsub("[^.]+", lower_first))
end

local function refuse(problems)
  ascii.sort(problems)
  errors.front("ValidationException", ("%d validation %s detected: %s"):format(#problems,
    #problems == 1 and "error" or "errors", table.concat(problems, "; ", 1, math.min(#problems, SHOWN))))
end

local function complain(problems, path, constraint, shown)
  if #problems == MOST then refuse(problems) end
  problems[#problems + 1] = ("Value %s at '%s' failed to satisfy constraint: %s"):format(shown, aws_path(path),
    constraint)
end

local function quoted(value)
  return "'" .. clip(tostring(value)) .. "'"
end

-- The constraints of a shape that a size, or a text, breaks.

local function size_problem(shape, size, noun)
  if shape.min and size < shape.min then
    return ("Member must have %s greater than or equal to %d"):format(noun, shape.min)
  elseif shape.max and size > shape.max then
    return ("Member must have %s less than or equal to %d"):format(noun, shape.max)
  end
end

local function enum_problem(shape, value)
  for _, known in ipairs(shape.enum) do
    if known == value then return nil end
  end
  return "Member must satisfy enum value set: [" .. table.concat(shape.enum, ", ") .. "]"
end

-- A text that is too long is not matched against its pattern. An empty one isn't either if the shape has no minimum,
-- which stands for 0: ProjectPolicyRevisionId has a pattern that an empty text doesn't fit.
local function text_problem(shape, value)
  local problem = size_problem(shape, utf8.len(value), "length")
  if problem then return problem end
  if shape.pattern and not (value == "" and (shape.min or 0) == 0) and not matches(shape.pattern, value) then
    return "Member must satisfy regular expression pattern: " .. shape.pattern
  end
  return shape.enum and enum_problem(shape, value)
end

-- Everything a text of this shape must be, as AWS lists it for the items of lists and maps.
local function all_constraints(shape)
  local list = {}
  if shape.max then list[1] = ("Member must have length less than or equal to %d"):format(shape.max) end
  if shape.min then list[#list + 1] = ("Member must have length greater than or equal to %d"):format(shape.min) end
  if shape.pattern then list[#list + 1] = "Member must satisfy regular expression pattern: " .. shape.pattern end
  if shape.enum then
    list[#list + 1] = "Member must satisfy enum value set: [" .. table.concat(shape.enum, ", ") .. "]"
  end
  return "[" .. table.concat(list, ", ") .. "]"
end

local check
local by_type = {}

function by_type.string(_, shape, value, path, problems)
  if type(value) ~= "string" then type_error(path, "a string", value) end
  local problem = text_problem(shape, value)
  if problem then complain(problems, path, problem, quoted(value)) end
  return value
end

-- How Java shows a blob is what AWS's messages have instead of its bytes.
function by_type.blob(_, shape, value, path, problems)
  if type(value) ~= "string" then type_error(path, "a blob", value) end
  local bytes = core.base64_decode(value)
  if not bytes then errors.front("SerializationException", path .. ": expected base64") end
  local problem = size_problem(shape, #bytes, "length")
  if problem then
    complain(problems, path, problem, ("'java.nio.HeapByteBuffer[pos=0 lim=%d cap=%d]'"):format(#bytes, #bytes))
  end
  return bytes
end

function by_type.boolean(_, _, value, path)
  if type(value) ~= "boolean" then type_error(path, "a boolean", value) end
  return value
end

function by_type.float(_, shape, value, path, problems)
  if type(value) ~= "number" then type_error(path, "a number", value) end
  local problem = size_problem(shape, value, "value")
  if problem then complain(problems, path, problem, quoted(value)) end
  return value
end

by_type.double, by_type.timestamp = by_type.float, by_type.float

function by_type.integer(_, shape, value, path, problems)
  local integer = type(value) == "number" and math.tointeger(value)
  if not integer then type_error(path, "an integer", value) end
  local problem = size_problem(shape, integer, "value")
  if problem then complain(problems, path, problem, quoted(integer)) end
  return integer
end

by_type.long = by_type.integer

-- Items that are texts are shown with their list, in one complaint for all of them. Those of a list of a wrong length
-- are not matched: there may be a million.
local function check_texts(item_shape, value, path, problems, has_length)
  local broken = false
  for i, item in ipairs(value) do
    if type(item) ~= "string" then type_error(("%s[%d]"):format(path, i), "a string", item) end
    broken = broken or has_length and text_problem(item_shape, item) ~= nil
  end
  if broken then
    complain(problems, path, "Member must satisfy constraint: " .. all_constraints(item_shape),
      quoted("[" .. table.concat(value, ", ", 1, math.min(#value, SHOWN)) .. "]"))
  end
  return value
end

function by_type.list(model, shape, value, path, problems)
  if body.is_empty_list(value) then
    value = {}
  elseif type(value) ~= "table" or #value == 0 then
    type_error(path, "a list", value)
  end
  local problem = size_problem(shape, #value, "length")
  local item_shape, result = model.shapes[shape.member], {}
  if item_shape.type == "string" then
    result = check_texts(item_shape, value, path, problems, not problem)
  else
    for i, item in ipairs(value) do
      result[i] = check(model, shape.member, item, ("%s[%d]"):format(path, i), problems)
    end
  end
  if problem then complain(problems, path, problem, quoted(("[%d items]"):format(#value))) end
  return result
end

-- A map of the model has texts for keys and values.
function by_type.map(model, shape, value, path, problems)
  if type(value) ~= "table" or #value > 0 or body.is_empty_list(value) or body.is_null(value) then
    type_error(path, "a map", value)
  end
  local key_shape, value_shape = model.shapes[shape.key], model.shapes[shape.value]
  local result, count, bad_key, bad_value = {}, 0, nil, nil
  for key, item in pairs(value) do
    if type(item) ~= "string" then type_error(("%s.%s"):format(path, clip(key)), "a string", item) end
    result[key], count = item, count + 1
  end
  local problem = size_problem(shape, count, "length")
  for key, item in pairs(problem and {} or value) do -- as in a list
    if text_problem(key_shape, key) then bad_key = key end
    if text_problem(value_shape, item) then bad_value = key end
  end
  local function told(key, what, constraints_of)
    if key == nil then return end
    complain(problems, path, what .. " must satisfy constraint: " .. all_constraints(constraints_of),
      ("'{%s=%s}'"):format(clip(key), clip(value[key])))
  end
  told(bad_key, "Map keys", key_shape)
  told(bad_value, "Map value", value_shape)
  if problem then complain(problems, path, problem, quoted(("{%d items}"):format(count))) end
  return result
end

function by_type.structure(model, shape, value, path, problems)
  if type(value) ~= "table" or #value > 0 or body.is_empty_list(value) or body.is_null(value) then
    type_error(path, "a structure", value)
  end
  local prefix = path == "" and "" or path .. "."
  local result = {}
  for name, member in pairs(shape.members) do
    local given = value[name]
    if given ~= nil and not body.is_null(given) then
      result[name] = check(model, member.shape, given, prefix .. name, problems)
    end
  end
  for _, name in ipairs(shape.required or {}) do
    if result[name] == nil then complain(problems, prefix .. name, "Member must not be null", "null") end
  end
  return result
end

function check(model, name, value, path, problems)
  local shape = model.shapes[name]
  return by_type[shape.type](model, shape, value, path, problems)
end

--- The members of an operation's request, by its body. An empty body stands for one without members.
---@param model table  as rekognition.generated.model
---@param operation string
---@param text string  the request's body
---@return table params
function M.read(model, operation, text)
  local value = text == "" and {} or body.read(text)
  local problems = {}
  local params = check(model, model.operations[operation].input, value, "", problems)
  if #problems > 0 then refuse(problems) end
  return params
end

return M

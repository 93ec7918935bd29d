--- Reads JSON strictly (RFC 8259), with what core's reader leaves out of its value: that an empty list is not an empty
--- object, and where null stands in a list. And writes such values again.

local ascii = require "rekognition.text.ascii"
local number = require "rekognition.text.number"
local core = require "rekognition.core"
local errors = require "rekognition.emulator.errors"
local cjson = require("cjson").new()

local M = {}

-- What stands for null and for an empty list in the text that core reads: objects with a member that nobody else has.
local NULL, EMPTY = "\1null", "\1empty"
local MARKS = { null = '{"\\u0001null":true}', empty = '{"\\u0001empty":true}' }

--- Whether a value stands for null.
function M.is_null(value)
  return type(value) == "table" and value[NULL] == true
end

--- Whether a value is a list that is empty.
function M.is_empty_list(value)
  return type(value) == "table" and value[EMPTY] == true
end

--- Whether a value is an object.
function M.is_object(value)
  return type(value) == "table" and #value == 0 and not value[NULL] and not value[EMPTY]
end

--- Whether a value is a list.
function M.is_list(value)
  return type(value) == "table" and (#value > 0 or value[EMPTY] == true)
end

-- The place after the string that begins at `at`; nil if it doesn't end.
local function after_string(text, at)
  at = at + 1
  while true do
    local place = text:find('["\\]', at)
    if not place then return nil end
    if text:byte(place) == 0x22 then return place + 1 end
    at = place + 2
  end
end

-- The text with marks instead of null and of empty lists. Each of its bytes is read one time.
local function mark(text)
  local parts, from, at = {}, 1, 1
  while true do
    local place = text:find('["%[n]', at)
    if not place then break end
    local byte = text:byte(place)
    if byte == 0x22 then
      at = after_string(text, place)
      if not at then break end
    else
      local kind = byte == 0x5B and "empty" or "null"
      local _, last = text:find(kind == "empty" and "^%[[ \t\r\n]*%]" or "^null", place)
      if last then
        parts[#parts + 1] = text:sub(from, place - 1) .. MARKS[kind]
        from = last + 1
      end
      at = (last or place) + 1
    end
  end
  parts[#parts + 1] = text:sub(from)
  return table.concat(parts)
end

--- The value of a JSON text.
---@param text string
---@return any value  nil if the text is not JSON
---@return string? problem
function M.decode(text)
  if text:find("null", 1, true) or text:find("%[[ \t\r\n]*%]") then text = mark(text) end
  return core.read_json(text)
end

--- The value of a request's body; raises SerializationException if it is not JSON.
---@param body string
---@return any
function M.read(body)
  local value, problem = M.decode(body)
  if value == nil then
    errors.front("SerializationException", "The request's body is not valid JSON: " .. tostring(problem))
  end
  return value
end

-- cjson writes a slash with a backslash before it, and never without. AWS's files have "s3://BUCKET/KEY" as it is,
-- which people look for.
local function scalar(value)
  return (cjson.encode(value):gsub("\\/", "/"))
end

local encode

local function encode_table(value)
  local parts = {}
  if value[NULL] then return "null" end
  if value[EMPTY] then return "[]" end
  if #value > 0 then
    for i, item in ipairs(value) do parts[i] = encode(item) end
    return "[" .. table.concat(parts, ",") .. "]"
  end
  for key, item in pairs(value) do parts[#parts + 1] = scalar(key) .. ":" .. encode(item) end
  ascii.sort(parts)
  return "{" .. table.concat(parts, ",") .. "}"
end

function encode(value)
  if type(value) == "table" then return encode_table(value) end
  if math.type(value) == "integer" then return ("%d"):format(value) end
  if type(value) == "number" then return number.text(value) end
  return scalar(value)
end

--- The JSON text of a value as `decode` returns it, with the members of objects in the order of their names. An empty
--- table is an object.
---@param value any
---@return string
function M.encode(value)
  return encode(value)
end

--- A list that is written as a list when it is empty.
---@param list table
---@return table
function M.list(list)
  return #list > 0 and list or { [EMPTY] = true }
end

return M

--- Reads JSON, and writes it for people and for diffs: keys sorted, two spaces, the innermost objects
--- on one line each, every item of a list on its own. An empty table is an object: no list that is
--- written here is ever empty.

local ascii = require "rekognition.text.ascii"
local cjson = require("cjson").new()

local M = {}

local LINE = 100

local function sorted_keys(object)
  local keys = {}
  for key in pairs(object) do keys[#keys + 1] = key end
  ascii.sort(keys)
  return keys
end

local function scalar(value)
  if math.type(value) == "float" then return (string.format("%.17g", value):gsub(",", ".")) end -- locale: put right
  if type(value) == "string" then return (cjson.encode(value):gsub("\\/", "/"):gsub("\\u007f", "\127")) end
  return tostring(value)
end

local function is_leaf(object)
  for _, value in pairs(object) do
    if type(value) == "table" then return false end
  end
  return true
end

local function on_one_line(object)
  local parts = {}
  for _, key in ipairs(sorted_keys(object)) do parts[#parts + 1] = scalar(key) .. ": " .. scalar(object[key]) end
  return #parts > 0 and "{ " .. table.concat(parts, ", ") .. " }" or "{}"
end

local write

local function block(open, parts, close, indent)
  local separator = ",\n" .. indent .. "  "
  return open .. "\n" .. indent .. "  " .. table.concat(parts, separator) .. "\n" .. indent .. close
end

function write(value, indent)
  if type(value) ~= "table" then return scalar(value) end
  local parts, inner = {}, indent .. "  "
  if value[1] ~= nil then
    for index, item in ipairs(value) do parts[index] = write(item, inner) end
    return block("[", parts, "]", indent)
  end
  if is_leaf(value) then
    local line = on_one_line(value)
    if #line + #indent <= LINE then return line end
  end
  for _, key in ipairs(sorted_keys(value)) do
    parts[#parts + 1] = scalar(key) .. ": " .. write(value[key], inner)
  end
  return block("{", parts, "}", indent)
end

local function whole_numbers(value)
  if type(value) == "number" then return math.tointeger(value) or value end
  if type(value) ~= "table" then return value end
  for key, item in pairs(value) do value[key] = whole_numbers(item) end
  return value
end

--- The value of a JSON text. lua-cjson returns every number as a float; whole ones are integers here.
--- Raises a message that says what is wrong and where in the text.
---@param text string
---@return any
function M.decode(text)
  local ok, value = pcall(cjson.decode, text)
  if not ok then error(value:gsub("^.-:%d+: ", "", 1), 0) end
  return whole_numbers(value)
end

--- The JSON text of a value, with a newline at its end.
---@param value any  tables, strings, numbers, booleans
---@return string
function M.encode(value)
  return write(value, "") .. "\n"
end

return M

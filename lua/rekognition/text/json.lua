--- Small JSON documents that are no call's: token files, states, journals. Reading is the core's; writing is here.
--
-- Neither depends on the process's locale: lua-cjson writes and reads numbers with the decimal point that it found when
-- it was loaded.

local ascii = require "rekognition.text.ascii"
local core = require "rekognition.core"
local number = require "rekognition.text.number"

local M = {}

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r",
  ["\t"] = "\\t" }
local MOST_DEPTH = 64

local function write_text(text)
  return '"' .. text:gsub('[\0-\31"\\\127]', function(char)
    return ESCAPES[char] or ("\\u%04x"):format(char:byte())
  end) .. '"'
end

local function fail(what)
  error("JSON can't hold " .. what, 0)
end

local write

-- Names sorted, so that the same value makes the same text.
local function write_object(value, depth)
  local names, parts = {}, {}
  for name in next, value do
    if type(name) ~= "string" then fail("a key that is a " .. type(name)) end
    names[#names + 1] = name
  end
  ascii.sort(names)
  for index, name in ipairs(names) do parts[index] = write_text(name) .. ":" .. write(value[name], depth) end
  return "{" .. table.concat(parts, ",") .. "}"
end

local function write_list(value, depth)
  local parts = {}
  for index, item in ipairs(value) do parts[index] = write(item, depth) end
  for key in next, value do
    local is_index = math.type(key) == "integer" and key >= 1 and key <= #parts
    if not is_index then fail("a list with other keys than 1 to its length") end
  end
  return "[" .. table.concat(parts, ",") .. "]"
end

function write(value, depth)
  local kind = type(value)
  if kind == "string" then return write_text(value) end
  if kind == "boolean" then return tostring(value) end
  if kind == "number" then
    if value ~= value or value == math.huge or value == -math.huge then fail "a number that is not finite" end
    return number.exact(value)
  end
  if kind ~= "table" then fail("a " .. kind) end
  if depth >= MOST_DEPTH then fail(("more than %d tables in each other"):format(MOST_DEPTH)) end
  if next(value) ~= nil and value[1] ~= nil then return write_list(value, depth + 1) end
  return write_object(value, depth + 1)
end

--- Writes a value as JSON on one line. A table with an item 1 is a list, every other one an object.
---@param value table|string|number|boolean
---@return string
--- Raises a text for what JSON can't hold: functions, keys that are not texts, numbers that are not finite.
function M.write(value)
  return write(value, 0)
end

--- Reads a JSON text. Null is absent.
---@param text string
---@return any value    nil if it is not JSON
---@return string? why  and where; it holds nothing of the text
function M.read(text)
  local value, why, at = core.read_json(text)
  if why then return nil, ("%s at byte %d"):format(why, at) end
  return value
end

return M

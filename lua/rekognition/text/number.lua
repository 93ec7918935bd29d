--- Numbers as text with a point, whatever the decimal point of the process's locale is: `tostring`, `..` and
-- string.format write the locale's, and `tonumber` reads no point where the locale's has two bytes (ps_AF).

local core = require "rekognition.core"

local M = {}

local function with_point(text)
  return (text:gsub("[^0-9A-Za-z+-]+", "."))
end

--- A number as Lua writes it in the C locale: "1.5", "3", "1e+20", "inf".
---@param value number
---@return string
function M.text(value)
  return with_point(tostring(value))
end

--- A number with some digits behind the point.
---@param value number
---@param digits integer
---@return string
function M.fixed(value, digits)
  return with_point(("%." .. digits .. "f"):format(value)) -- locale: with_point puts it right
end

--- Seconds as people read them: at most three digits behind the point, and at least a thousandth where it is any.
---@param value number
---@return string
function M.seconds(value)
  if value > 0 and value < 0.001 then value = 0.001 end
  local text = M.fixed(value, 3)
  return text:find(".", 1, true) and (text:gsub("0+$", ""):gsub("%.$", "")) or text
end

--- The number that a text is by JSON's grammar, or nil.
---@param text any
---@return number?
function M.read(text)
  if type(text) ~= "string" or not text:find("^-?[0-9]") or text:find("[^0-9eE+.-]") then return nil end
  local value = core.read_json(text)
  return type(value) == "number" and value or nil
end

--- What `tonumber` makes of a value, whatever the locale's decimal point is.
---@param value any
---@return number?
function M.of(value)
  return tonumber(value) or M.read(value)
end

--- The number that a text of digits is, with a point or without: "3", "1.5", "2."; else nil.
---@param text string
---@return number?
function M.decimal(text)
  if text:find("^[0-9]+$") then return tonumber(text) end
  local whole, fraction = text:match("^([0-9]+)%.([0-9]*)$")
  return whole and M.read((whole:gsub("^0+([0-9])", "%1")) .. "." .. fraction .. "0") or nil
end

--- A number in the shortest text that reads back as the same number; an integer as an integer.
---@param value number  finite
---@return string
function M.exact(value)
  if math.type(value) == "integer" then return ("%d"):format(value) end
  for digits = 15, 17 do
    local text = with_point(("%." .. digits .. "g"):format(value)) -- locale: with_point puts it right
    if M.read(text) == value then return text end
  end
end

return M

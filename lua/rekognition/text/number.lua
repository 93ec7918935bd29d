--- Numbers as text with a point, whatever the decimal point of the process's locale is: `tostring`, `..` and
-- string.format write the locale's.

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

--- The number that a text of digits is, with a point or without: "3", "1.5", "2."; else nil.
---@param text string
---@return number?
function M.decimal(text)
  return (text:find("^[0-9]+$") or text:find("^[0-9]+%.[0-9]*$")) and tonumber(text) or nil
end

--- A number in the shortest text that reads back as the same number; an integer as an integer.
---@param value number  finite
---@return string
function M.exact(value)
  if math.type(value) == "integer" then return ("%d"):format(value) end
  for digits = 15, 17 do
    local text = with_point(("%." .. digits .. "g"):format(value)) -- locale: with_point puts it right
    if tonumber(text) == value then return text end
  end
end

return M

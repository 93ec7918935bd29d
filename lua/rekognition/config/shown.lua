--- How a value that somebody wrote appears in a message: in quotes, on one line, in ASCII, and not at any length.

local number = require "rekognition.text.number"

local LONGEST = 100

---@param text any  a value that is not a string is shown by its type, a number or boolean as it is
---@return string
return function(text)
  if type(text) == "number" then return number.text(text) end
  if type(text) == "boolean" or text == nil then return tostring(text) end
  if type(text) ~= "string" then return "a " .. type(text) end
  local cut = #text > LONGEST and text:sub(1, LONGEST) .. "..." or text
  local escaped = cut:gsub('[\0-\31"\\\127-\xff]', function(char)
    if char == '"' or char == "\\" then return "\\" .. char end
    return ("\\x%02X"):format(char:byte())
  end)
  return '"' .. escaped .. '"'
end

--- Bytes as hexadecimal digits.

local M = {}

--- The digits, in lower case.
---@param bytes string
---@return string
function M.encode(bytes)
  return (bytes:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

--- The bytes of digits in lower case; nil where the text is something else.
---@param digits string
---@return string?
function M.decode(digits)
  if #digits % 2 ~= 0 or digits:find("[^0-9a-f]") then return nil end
  return (digits:gsub("..", function(pair) return string.char(tonumber(pair, 16)) end))
end

return M

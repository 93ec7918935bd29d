--- Percent-encoding (RFC 3986).

local M = {}

--- Encodes for a query string or a form: all but unreserved characters.
---@param text string
---@return string
function M.escape(text)
  return (text:gsub("[^A-Za-z0-9%-._~]", function(byte) return ("%%%02X"):format(byte:byte()) end))
end

--- Encodes a path: as `escape`, and slashes stay.
---@param text string
---@return string
function M.escape_path(text)
  return (text:gsub("[^A-Za-z0-9%-._~/]", function(byte) return ("%%%02X"):format(byte:byte()) end))
end

return M

--- Small readings of an HTTP request as the server gives it.

local M = {}

--- The headers by their names in lower case; of a repeated one, the first.
---@param headers {[1]: string, [2]: string}[]
---@return table<string, string>
function M.header_map(headers)
  local map = {}
  for _, header in ipairs(headers) do
    local name = header[1]:lower()
    map[name] = map[name] or header[2]
  end
  return map
end

--- The path of a request target.
---@return string
function M.path(target)
  return target:match("^[^?]*")
end

local function decode(text)
  return (text:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

--- The query's parameters, percent-decoded; of a repeated one, the first.
---@param target string
---@return table<string, string>
function M.query(target)
  local parameters = {}
  for part in (target:match("%?(.*)$") or ""):gmatch("[^&]+") do
    local name, value = part:match("^([^=]*)=?(.*)$")
    name = decode(name)
    parameters[name] = parameters[name] or decode(value)
  end
  return parameters
end

return M

--- Headers as a map: names in lower case, values without the blanks around them (RFC 9110, section 5.5), those of one
--- name joined (section 5.2).

local ascii = require "rekognition.text.ascii"

local M = {}

--- What is wrong with headers that a host's transport returned, or nil.
---@param headers any
---@return string?
function M.fault(headers)
  if headers == nil then return nil end
  if type(headers) ~= "table" then return "headers must be a table, got a " .. type(headers) end
  for name, value in next, headers do
    if type(name) == "number" then
      if type(value) ~= "table" or type(value[1]) ~= "string" or type(value[2]) ~= "string" then
        return ("headers[%s] must be {name, value}, two strings"):format(name)
      end
    elseif type(name) ~= "string" or type(value) ~= "string" then
      return "headers must be a list of {name, value}, or a table of values by name"
    end
  end
  return nil
end

--- The map.
---@param headers? table  {{name, value}, ...}, or {name = value, ...}
---@return table<string, string>
function M.of(headers)
  local map, several = {}, {}
  if not headers then return map end
  local function add(name, value)
    name, value = ascii.lower(name), ascii.trim(value)
    local known = map[name]
    if not known then
      map[name] = value
    elseif several[name] then -- joined once, at the end: each joint would copy all that is there
      several[name][#several[name] + 1] = value
    else
      several[name] = { known, value }
    end
  end
  for _, header in ipairs(headers) do add(header[1], header[2]) end
  for name, value in next, headers do
    if type(name) == "string" then add(name, value) end
  end
  for name, values in next, several do map[name] = table.concat(values, ", ") end
  return map
end

--- The request id of a response, under either of its names, or nil.
---@param headers table<string, string> names in lower case
---@return string?
function M.request_id(headers)
  return headers["x-amzn-requestid"] or headers["x-amz-request-id"]
end

return M

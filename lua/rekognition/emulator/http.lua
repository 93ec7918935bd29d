--- Small readings of an HTTP request as the server passes it.

local ascii = require "rekognition.text.ascii"
local timestamp = require "rekognition.text.time"

local M = {}

--- The headers by their names in lower case; of a repeated one, the first.
---@param headers {[1]: string, [2]: string}[]
---@return table<string, string>
function M.header_map(headers)
  local map = {}
  for _, header in ipairs(headers) do
    local name = ascii.lower(header[1])
    map[name] = map[name] or header[2]
  end
  return map
end

--- A request whose target is a path, from one whose target is a whole URL, as proxies get it (RFC 9112, 3.2.2): the
--- URL's host counts, and not the Host header.
---@param request rekognition.emulator.Request
---@return rekognition.emulator.Request
function M.origin_form(request)
  local authority, rest = request.target:match("^[hH][tT][tT][pP][sS]?://([^/?]+)(.*)$")
  if not authority then return request end
  local headers = {}
  for i, header in ipairs(request.headers) do
    headers[i] = ascii.lower(header[1]) == "host" and { header[1], authority } or header
  end
  local origin = {}
  for name, value in pairs(request) do origin[name] = value end
  origin.target = rest:sub(1, 1) == "/" and rest or "/" .. rest
  origin.headers = headers
  return origin
end

--- The letters and digits that a text ends with; "-" if it ends with neither. A pattern would look for them from every
--- place.
---@param text string
---@return string
function M.last_word(text)
  local at = #text
  while at > 0 and text:find("^[A-Za-z0-9]", at) do at = at - 1 end
  return at < #text and text:sub(at + 1) or "-"
end

--- The path of a request target.
---@return string
function M.path(target)
  return target:match("^[^?]*")
end

--- A percent-encoded text, decoded.
local function decode(text)
  return (text:gsub("%%([0-9A-Fa-f][0-9A-Fa-f])", function(digits) return string.char(tonumber(digits, 16)) end))
end

--- The query's parameters, percent-decoded; of a repeated one, the first.
---@param target string
---@return table<string, string>
function M.query(target)
  local mark = target:find("?", 1, true)
  local parameters = {}
  for part in (mark and target:sub(mark + 1) or ""):gmatch("[^&]+") do
    local equals = part:find("=", 1, true) or #part + 1
    local name = decode(part:sub(1, equals - 1))
    parameters[name] = parameters[name] or decode(part:sub(equals + 1))
  end
  return parameters
end

--- The fields of a form (application/x-www-form-urlencoded); of a repeated one, the first.
---@param body string
---@return table<string, string>
function M.form(body)
  return M.query("?" .. body:gsub("+", "%%20"))
end

M.decode = decode

local DAYS = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" }
local MONTHS = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" }

--- A time as HTTP's headers have it (RFC 9110, 5.6.7), whatever the process's locale is.
---@param seconds number  epoch
---@return string
function M.date(seconds)
  local year, month, day, hour, minute, second, weekday = timestamp.parts(seconds)
  return ("%s, %02d %s %04d %02d:%02d:%02d GMT"):format(DAYS[weekday], day, MONTHS[month], year, hour, minute, second)
end

return M

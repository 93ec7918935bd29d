--- Which proxy the environment names, as curl and Python read it: no AWS document has these variables.

local ascii = require "rekognition.text.ascii"
local raw = require("rekognition.seams").raw

local M = {}

-- The first variable that is there, empty or not, without blanks around it.
local function first(env, ...)
  for _, name in ipairs { ... } do
    local value = raw(env, name)
    if value then return ascii.trim(value), name end
  end
end

--- The proxy for URLs of a scheme: the lower-case variable first; an empty one means none.
-- Upper-case HTTP_PROXY is passed over in a CGI program, where it holds a header that the client sent
-- (CVE-2016-5385). ALL_PROXY comes last; botocore doesn't read it.
---@param env table<string, string>
---@param scheme "http"|"https"
---@return string? url       may hold a password
---@return string? variable
function M.of_scheme(env, scheme)
  local lower = scheme .. "_proxy"
  if raw(env, lower) then return first(env, lower) end
  local upper = ascii.upper(scheme) .. "_PROXY"
  local is_header = scheme == "http" and env.REQUEST_METHOD
  if env[upper] and not is_header then return first(env, upper) end
  return first(env, "all_proxy", "ALL_PROXY")
end

--- The hosts to be reached directly, as the environment names them.
---@return string? hosts
---@return string? variable
function M.exceptions(env)
  return first(env, "no_proxy", "NO_PROXY")
end

--- A proxy's URL without the name and the password in it. Without an "@", what could be one of them is left out too.
---@param url string
---@return string
function M.shown(url)
  local scheme, rest = url:match("^([A-Za-z][A-Za-z0-9+.-]*://)(.*)$")
  scheme, rest = scheme or "", rest or url
  if rest:find("@", 1, true) then return scheme .. rest:gsub("^.*@", "***@") end
  local host, behind = rest:match("^([^:/]*)(.*)$")
  if rest:find("^%[") then host, behind = rest:match("^(%[[0-9A-Fa-f:.]*%]?)(.*)$") end
  local has_port = behind == "" or behind:find("^:[0-9]+$") or behind:find("^:[0-9]*[/?#]") or behind:find("^/")
  return scheme .. host .. (has_port and behind or "***")
end

return M

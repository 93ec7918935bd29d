--- From an HTTP answer to the fields of an error.
--
-- Source: awsJson1_1 in the Smithy specification ("Operation error serialization"), and what AWS's
-- front layers and proxies are known to answer in its place.

local cjson = require("cjson").new()

local M = {}

-- Codes for answers that hold none, by status. A choice: the names are HTTP's own (RFC 9110).
local STATUS_CODES = {
  [400] = "BadRequest", [401] = "Unauthorized", [403] = "Forbidden", [404] = "NotFound",
  [405] = "MethodNotAllowed", [407] = "ProxyAuthenticationRequired", [408] = "RequestTimeout",
  [411] = "LengthRequired", [413] = "ContentTooLarge", [414] = "URITooLong", [415] = "UnsupportedMediaType",
  [429] = "TooManyRequests", [431] = "RequestHeaderFieldsTooLarge", [500] = "InternalServerError",
  [501] = "NotImplemented", [502] = "BadGateway", [503] = "ServiceUnavailable", [504] = "GatewayTimeout",
}

--- The request id, under either of its names, or nil.
---@param headers table<string, string> names in lower case
function M.request_id(headers)
  return headers["x-amzn-requestid"] or headers["x-amz-request-id"]
end

--- A list of headers as a map with names in lower case; values of a repeated name are joined.
---@param list {[1]: string, [2]: string}[]
---@return table<string, string>
function M.header_map(list)
  local map = {}
  for _, header in ipairs(list) do
    local name = header[1]:lower()
    map[name] = map[name] and map[name] .. ", " .. header[2] or header[2]
  end
  return map
end

--- A service's own words without the session token and the signature: what AWS answers a wrong signature with
--- quotes the request.
---@param words string
---@return string
function M.without_token(words)
  words = words:gsub("([Xx]%-[Aa]mz%-[Ss]ecurity%-[Tt]oken%s*[:=]%s*)[%w+/=%%._~-]+", "%1[...]")
  return (words:gsub("(Signature=)%x+", "%1[...]"))
end

-- Shorter ones are no secrets, and may be part of any word.
local LEAST_SECRET = 8

--- A text in which a service may have repeated a secret that it was sent, without it.
---@param words string
---@param secret? string
---@return string
function M.without_secret(words, secret)
  if not secret or #secret < LEAST_SECRET or not words:find(secret, 1, true) then return words end
  return (words:gsub(secret:gsub("%p", "%%%0"), "[...]"))
end

--- The beginning of a body, fit for a message: one line, printable, at most 200 bytes.
---@param body string
function M.excerpt(body)
  local text = M.without_token(body:sub(1, 1000)):sub(1, 200):gsub("[%c\127-\255]+", " "):gsub("%s+", " ")
  text = text:match("^ ?(.-) ?$")
  return #body > 200 and text .. "..." or text
end

local function text(value)
  return type(value) == "string" and value ~= "" and value or nil
end

-- "ns#Name", "Name:http://...": namespace and URI are not part of the code. What isn't short and printable is none.
local function bare(code)
  local name = code and code:gsub(":.*", ""):gsub(".*#", ""):match("^%s*(.-)%s*$")
  return name and #name <= 200 and name:match("^[ -~]+$")
end

local function decode_object(body)
  local ok, value = pcall(cjson.decode, body)
  if not ok or type(value) ~= "table" then return nil end
  for name, item in pairs(value) do
    if type(item) == "string" then value[name] = M.without_token(item) end
  end
  return value
end

--- The error fields of an answer that is not a success.
---@param status integer
---@param headers table<string, string> names in lower case
---@param body string
---@return table fields  kind, code, message, status, request_id, and `details`: the body's members
function M.service_error(status, headers, body)
  local object = decode_object(body)
  local details = object or {}
  local code = bare(text(headers["x-amzn-errortype"]))
    or bare(text(details.__type)) or bare(text(details.code)) or bare(text(details.Code))
  local message = text(details.message) or text(details.Message) or text(details.errorMessage)
  if not message then
    local what = code and "no message" or "no AWS error in the answer"
    message = body == "" and ("HTTP status %d, %s"):format(status, what)
      or ("HTTP status %d, %s: %s"):format(status, what, M.excerpt(body))
  end
  return {
    kind = "service",
    code = code or STATUS_CODES[status] or "HTTP" .. status,
    message = message,
    status = status,
    request_id = M.request_id(headers),
    details = object,
  }
end

return M

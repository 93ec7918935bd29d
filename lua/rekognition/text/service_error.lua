--- From an HTTP response that is not a success to the fields of an error.
--
-- Source: awsJson1_1 in the Smithy specification ("Operation error serialization"), and what AWS's
-- front layers and proxies are known to answer instead.

local ascii = require "rekognition.text.ascii"
local core = require "rekognition.core"
local header_map = require "rekognition.text.header_map"
local quote = require "rekognition.text.quote"
local redact = require "rekognition.text.redact"

local M = {}

-- Codes for responses that hold none, by status. A choice: the names are HTTP's own (RFC 9110).
local STATUS_CODES = {
  [400] = "BadRequest", [401] = "Unauthorized", [403] = "Forbidden", [404] = "NotFound",
  [405] = "MethodNotAllowed", [407] = "ProxyAuthenticationRequired", [408] = "RequestTimeout",
  [411] = "LengthRequired", [413] = "ContentTooLarge", [414] = "URITooLong", [415] = "UnsupportedMediaType",
  [429] = "TooManyRequests", [431] = "RequestHeaderFieldsTooLarge", [500] = "InternalServerError",
  [501] = "NotImplemented", [502] = "BadGateway", [503] = "ServiceUnavailable", [504] = "GatewayTimeout",
}
local MAX_CODE, MAX_CODE_TEXT = 200, 1024
-- Bytes of a body that is read for an error's members. Our choice: AWS's have some hundreds, and taking secrets out of
-- what a broken server sends takes time that no timeout counts.
local MAX_BODY = 1 << 20

--- A text that is not empty, or nil.
function M.text(value)
  return type(value) == "string" and value ~= "" and value or nil
end
local text = M.text

--- The bare code in "ns#Name" or "Name:http://...", or nil: what isn't short and printable is not a code.
---@param value any
---@return string?
function M.code(value)
  value = text(value)
  if not value or #value > MAX_CODE_TEXT then return nil end
  local colon = value:find(":", 1, true)
  local name = colon and value:sub(1, colon - 1) or value
  local hash = 0
  while true do -- of several "#" the last one counts
    local next_hash = name:find("#", hash + 1, true)
    if not next_hash then break end
    hash = next_hash
  end
  name = ascii.trim(name:sub(hash + 1))
  return #name <= MAX_CODE and name:match("^[ -~]+$") or nil
end

--- The code for a status whose body has none.
---@param status integer
---@return string
function M.status_code(status)
  return STATUS_CODES[status] or "HTTP" .. status
end

--- The message for a response without one.
---@param status integer
---@param body string
---@param code? string   the code that it has all the same
---@return string
function M.without_message(status, body, code)
  local what = code and "no message" or "no AWS error in the response"
  if body == "" then return ("HTTP status %d, %s"):format(status, what) end
  return ("HTTP status %d, %s: %s"):format(status, what, quote.excerpt(body))
end

local function decode_object(body)
  local value = #body <= MAX_BODY and core.read_json(body)
  return type(value) == "table" and value or nil
end

--- The error fields of a JSON response that is not a success.
---@param status integer
---@param headers table<string, string> names in lower case
---@param body string
---@param secrets? string[]  what the request held and no error may
---@return table fields  kind, code, message, status, request_id, and `details`: the body's members
function M.read(status, headers, body, secrets)
  local object = redact.value(decode_object(body), secrets)
  local details = object or {}
  local code = M.code(redact.secrets(text(headers["x-amzn-errortype"]) or "", secrets))
    or M.code(details.__type) or M.code(details.code) or M.code(details.Code)
  local message = text(details.message) or text(details.Message) or text(details.errorMessage)
  local id = header_map.request_id(headers)
  return {
    kind = "service",
    code = code or M.status_code(status),
    message = message and quote.message(message) or M.without_message(status, redact.head(body, secrets), code),
    status = status,
    request_id = id and redact.secrets(id, secrets),
    details = object,
  }
end

return M

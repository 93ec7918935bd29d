--- Services that speak JSON over plain HTTP (SSO, SSO-OIDC, sign-in): AWS's errors, and OAuth's.

local header_map = require "rekognition.text.header_map"
local service_error = require "rekognition.text.service_error"

local M = {}

--- The error of a service, in AWS's form or in OAuth's (RFC 6749, section 5.2). No more than its code and its message
--- are taken: what else a response holds may be keys, or a proxy's page that repeats the request.
---@param status integer
---@param headers table<string, string>
---@param body string
---@param secrets? string[]
---@return table fields  of `rekognition.text.service_error`, with `oauth_error`
function M.read_error(status, headers, body, secrets)
  local fields = service_error.read(status, headers, body, secrets)
  local given = fields.details or {}
  local text = service_error.text
  local oauth_error = text(given.error)
  oauth_error = oauth_error and #oauth_error <= 64 and oauth_error:match("^[A-Za-z0-9_.-]+$")
  local is_aws = headers["x-amzn-errortype"] or text(given.__type) or text(given.code) or text(given.Code)
  return {
    kind = "service", status = status, request_id = header_map.request_id(headers) and fields.request_id,
    code = not is_aws and oauth_error or fields.code, oauth_error = oauth_error,
    message = text(given.message) or text(given.Message) or text(given.error_description)
      or ("HTTP status %d, no error of the service's in the response"):format(status),
  }
end

return M

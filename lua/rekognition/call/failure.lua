--- What a failed attempt means: a pure function of what came back.

local header_map = require "rekognition.text.header_map"
local quote = require "rekognition.text.quote"
local redact = require "rekognition.text.redact"

local M = {}

-- ExpiredTokenException is in AWS's list of errors that all services have in common; ExpiredToken is what some, such as
-- STS, answer instead.
local EXPIRED_CODES = { ExpiredToken = true, ExpiredTokenException = true }

---@class rekognition.Failure
---@field fields table        of the error: kind, code, message, status, request_id, details
---@field status? integer     HTTP status; absent where no response came
---@field code? string        the service's error code, or the transport's
---@field headers? table<string, string>  names in lower case
---@field lasting boolean     the same request cannot do better: no retry
---@field ambiguous boolean   the attempt may have done what was asked all the same
---@field expired boolean     the service says that the credentials have expired

local function of_transport(transport, secrets)
  local message = quote.message(redact.value(transport.message, secrets))
  local fields = { kind = "transport", code = redact.secrets(transport.code, secrets), message = message }
  return { fields = fields, code = transport.code, lasting = false, expired = false,
    -- What is not known to be unsent may have arrived.
    ambiguous = transport.sent ~= false }
end

local function of_signing(message)
  local fields = { kind = "credentials", code = "InvalidCredentials",
    message = "could not sign the request: " .. message }
  return { fields = fields, code = fields.code, lasting = true, ambiguous = false, expired = false }
end

local function of_protocol(result, call, headers)
  return {
    fields = {
      kind = "protocol", code = "InvalidResponse", status = result.status,
      request_id = redact.value(header_map.request_id(headers), call.secrets),
      message = ("could not read the response to %s: %s; it begins: %s"):format(
        call.operation, result.protocol, quote.excerpt(redact.head(result.body, call.secrets))),
    },
    status = result.status, headers = headers, lasting = not call.retries_protocol, ambiguous = true,
    expired = false,
  }
end

--- Reads a sender's result that is not a success.
---@param result table        see `rekognition.call.native`
---@param call rekognition.Call
---@param read_error fun(status: integer, headers: table, body: string, secrets: string[]?): table
---@return rekognition.Failure
function M.read(result, call, read_error)
  if result.transport then return of_transport(result.transport, call.secrets) end
  if result.signing then return of_signing(result.signing) end
  local headers = result.headers
  if result.protocol then return of_protocol(result, call, headers) end
  local fields = read_error(result.status, headers, result.body, call.secrets)
  return {
    fields = fields, status = result.status, code = fields.code, headers = headers, lasting = false,
    ambiguous = result.status >= 500, expired = EXPIRED_CODES[fields.code] == true,
  }
end

return M

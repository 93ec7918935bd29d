--- AWS's Query protocol, form in, XML out: what STS and CloudWatch share.
--
-- Source: the Smithy specification, awsQuery. Codes of what stands before a service: "Common Errors" in the API
-- references of STS and CloudWatch.

local errors = require "rekognition.emulator.errors"
local http = require "rekognition.emulator.http"
local xml = require "rekognition.emulator.xml"

local M = {}

-- Codes that JSON services have under another name, and their statuses here.
local FRONT = {
  MissingAuthenticationTokenException = { "MissingAuthenticationToken", 403 },
  IncompleteSignatureException = { "IncompleteSignature", 400 },
  InvalidSignatureException = { "SignatureDoesNotMatch", 403 },
  UnrecognizedClientException = { "InvalidClientTokenId", 403 },
  ExpiredTokenException = { "ExpiredToken", 403 },
  AccessDeniedException = { "AccessDenied", 403 },
  InternalServerError = { "InternalFailure", 500 },
  ThrottlingException = { "Throttling", 400 },
}

local function headers_of(exchange)
  return { { "Content-Type", "text/xml" }, { "x-amzn-RequestId", exchange.id } }
end

--- The parameters of a request, of which Action names the operation.
---@param exchange rekognition.emulator.Exchange
---@return table<string, string>
function M.read(exchange)
  local request = exchange.request
  if request.refused then errors.front("RequestRefused", "The request's body can't be taken.", request.refused) end
  if exchange.path ~= "/" then errors.front("InvalidAction", "There is nothing at this path.", 404) end
  return request.method == "GET" and http.query(request.target) or http.form(request.body)
end

--- The action that a request names, whatever else it says.
---@param exchange rekognition.emulator.Exchange
---@return string
function M.action(exchange)
  local body = exchange.request.body or ""
  return (body:match("^Action=([A-Za-z0-9]+)") or body:match("&Action=([A-Za-z0-9]+)") or "-")
end

--- The texts of a list: "TagKeys.member.1" and so on, at most 200.
---@return string[]
function M.list(parameters, name)
  local items = {}
  for i = 1, 200 do
    local item = parameters[("%s.member.%d"):format(name, i)]
    if not item then break end
    items[i] = item
  end
  return items
end

--- A response.
---@param exchange rekognition.emulator.Exchange
---@param namespace string
---@param elements {[1]: string, [2]: any}[]  of the result
function M.respond(exchange, namespace, elements)
  local name = exchange.operation
  return 200, headers_of(exchange), xml.document(name .. "Response", namespace, {
    { name .. "Result", elements }, { "ResponseMetadata", { { "RequestId", exchange.id } } },
  })
end

--- The response to a failure.
---@param exchange rekognition.emulator.Exchange
---@param failure rekognition.emulator.Failure
---@param namespace string
function M.fail(exchange, failure, namespace)
  local code, status = failure.code, failure.status
  local known = FRONT[code]
  if known then code, status = known[1], known[2] end
  return status, headers_of(exchange), xml.document("ErrorResponse", namespace, {
    { "Error", { { "Type", status >= 500 and "Receiver" or "Sender" }, { "Code", code },
                 { "Message", failure.message } } },
    { "RequestId", exchange.id },
  })
end

return M

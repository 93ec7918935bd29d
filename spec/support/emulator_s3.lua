-- Calls the emulator's S3 without a network.

local client = require "spec.support.emulator_client"
local sigv4 = require "rekognition.sigv4"

local M = {}

--- Sends a request. `options`: body, headers (a map), credentials, region, host, mode, expires.
--- Returns the status, the body and the headers by their names in lower case.
function M.send(service, method, target, options)
  options = options or {}
  local request = { method = method, target = target, body = options.body or "",
                    headers = { { "Host", options.host or "127.0.0.1:1" } } }
  for name, value in pairs(options.headers or {}) do request.headers[#request.headers + 1] = { name, value } end
  local signed = sigv4.sign(request, {
    region = options.region or "us-east-1", service = "s3", time = options.time or service.clock(),
    credentials = options.credentials or client.OWNER, normalize_path = false, double_encode = false,
    mode = options.mode, expires = options.expires,
    sign_body = not options.mode and not (options.headers and options.headers["X-Amz-Content-Sha256"]),
    payload_hash = options.mode and "UNSIGNED-PAYLOAD" or nil,
  })
  request.headers, request.target = signed.headers, signed.target
  local status, header_list, body = service:handle(request)
  local headers = {}
  for _, header in ipairs(header_list) do headers[header[1]:lower()] = header[2] end
  return status, body, headers
end

--- The code of an error's XML, and the status.
function M.fails(...)
  local status, body = M.send(...)
  if status < 300 then error("succeeded: " .. body, 2) end
  return body:match("<Code>([^<]*)</Code>"), status, body:match("<Message>([^<]*)</Message>")
end

--- As send, for a request that must succeed: the body and the headers.
function M.must(...)
  local status, body, headers = M.send(...)
  if status >= 300 then error(status .. body, 2) end
  return body, headers
end

return M

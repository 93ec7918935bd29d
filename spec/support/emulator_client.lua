-- Calls an emulator without a network: signs a request and hands it to the handler.

local ascii = require "rekognition.text.ascii"
local cjson = require("cjson").new()
local sigv4 = require "rekognition.sigv4"

local M = {}

M.OWNER = { access_key_id = "AKIAEMULATOR00000001", secret_access_key = "emulator-secret-of-111122223333" }
M.OTHER = { access_key_id = "AKIAEMULATOR00000002", secret_access_key = "emulator-secret-of-555555555555" }

--- A signed request for the handler. `options` may replace what is signed: time, region, service, headers, target,
--- credentials, mode, expires.
function M.request(operation, body, options)
  options = options or {}
  local request = {
    method = options.method or "POST", target = options.target or "/", body = body,
    headers = options.headers or { { "Host", "127.0.0.1:1" }, { "Content-Type", "application/x-amz-json-1.1" },
                                   { "X-Amz-Target", "RekognitionService." .. operation } },
  }
  local signed = sigv4.sign(request, {
    region = options.region or "us-east-1", service = options.service or "rekognition", time = options.time,
    mode = options.mode, expires = options.expires, sign_body = options.sign_body, token_after = options.token_after,
    credentials = options.credentials or M.OWNER,
  })
  request.headers, request.target = signed.headers, signed.target
  return request
end

--- Calls an operation. Returns the decoded body, the status, the headers by name in lower case, and the body.
function M.call(emulator, operation, params, options)
  options = options or {}
  options.time = options.time or emulator.clock()
  local body = type(params) == "string" and params or next(params or {}) and cjson.encode(params) or "{}"
  local status, header_list, answer = emulator:handle(M.request(operation, body, options))
  local headers = {}
  for _, header in ipairs(header_list) do headers[ascii.lower(header[1])] = header[2] end
  return answer ~= "" and cjson.decode(answer) or {}, status, headers, answer
end

--- As call, for a call that must succeed: raises what went wrong.
function M.must(emulator, operation, params, options)
  local response, status, _, body = M.call(emulator, operation, params, options)
  if status ~= 200 then error(operation .. ": " .. body, 2) end
  return response
end

--- As call, for a call that must fail: returns the error's code, its message and the status.
function M.fails(emulator, operation, params, options)
  local response, status, _, body = M.call(emulator, operation, params, options)
  if status == 200 then error(operation .. " succeeded: " .. body, 2) end
  return response.__type, response.Message or response.message, status
end

return M

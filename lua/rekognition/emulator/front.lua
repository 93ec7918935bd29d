--- Which service a request is for. All of them are served on one port, so that AWS_ENDPOINT_URL alone is enough.
--
-- A service has `perform(exchange)`, which returns a status, headers and a body or raises a failure, and
-- `fail(exchange, failure)`, which returns the same for a failure, in the service's own protocol.

local ascii = require "rekognition.text.ascii"
local auth = require "rekognition.emulator.auth"
local cloudwatch = require "rekognition.emulator.cloudwatch"
local cloudwatch_shapes = require "rekognition.emulator.cloudwatch_shapes"
local rekognition_api = require "rekognition.emulator.rekognition_api"
local s3_api = require "rekognition.emulator.s3_api"
local sts = require "rekognition.emulator.sts"

local M = {}

local BY_SIGNATURE = { sts = sts, s3 = s3_api, monitoring = cloudwatch }

local function is_form(headers)
  return ascii.lower(headers["content-type"] or ""):sub(1, 33) == "application/x-www-form-urlencoded"
end

--- The service that answers a request.
---@param exchange rekognition.emulator.Exchange
---@return table service
function M.choose(exchange)
  local headers = exchange.headers
  if cloudwatch_shapes.is_json(exchange) or cloudwatch_shapes.cbor_operation(exchange) then return cloudwatch end
  if headers["x-amz-target"] then return rekognition_api end
  local claimed = BY_SIGNATURE[auth.claimed_service(headers, exchange.request.target)]
  if claimed then return claimed end
  if exchange.path == "/" and exchange.request.method == "POST" and is_form(headers) then return sts end
  return rekognition_api
end

return M

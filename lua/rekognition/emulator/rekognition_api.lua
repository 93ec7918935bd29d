--- Amazon Rekognition's own protocol: AWS JSON 1.1. From a request to an operation and back.

local ascii = require "rekognition.text.ascii"
local auth = require "rekognition.emulator.auth"
local authorize = require "rekognition.emulator.authorize"
local core = require "rekognition.core"
local errors = require "rekognition.emulator.errors"
local http = require "rekognition.emulator.http"
local input = require "rekognition.emulator.input"
local model = require "rekognition.generated.model"
local output = require "rekognition.emulator.output"
local quotas = require "rekognition.emulator.quotas"
local cjson = require("cjson").new()

local CONTENT_TYPE = "application/x-amz-json-1.1"

local M = {}

-- The operations, by name, of every kind of resource.
local operations = {}
for _, kind in ipairs { "projects", "versions", "copies", "inference", "policies", "tags", "datasets",
                        "dataset_entries" } do
  for name, operation in pairs(require("rekognition.emulator." .. kind)) do
    if model.operations[name] then operations[name] = operation end
  end
end

---@class rekognition.emulator.Context
---@field store rekognition.emulator.Store
---@field settings rekognition.emulator.Options
---@field caller rekognition.emulator.Caller
---@field operation string
---@field now number  epoch seconds
---@field faults rekognition.emulator.Faults
---@field headers table<string, string>
---@field remote? string

--- The name that faults and counts know a call by: an operation that there is, or "-".
---@param exchange rekognition.emulator.Exchange
---@return string
function M.called(exchange)
  local name = http.last_word(exchange.headers["x-amz-target"] or "")
  return model.operations[name] and name or "-"
end

-- The operation that a request names.
local function route(exchange)
  local request = exchange.request
  if request.refused == 413 then
    errors.front("RequestEntityTooLargeException", "The request's body is too long.", 413)
  elseif request.refused == 501 then
    errors.front("NotImplementedException", "The Transfer-Encoding must be chunked, or absent.", 501)
  elseif request.refused then
    errors.front("ServiceUnavailable", "There is no room for the request's body.", request.refused)
  elseif exchange.path ~= "/" then
    errors.front("UnknownOperationException", "There is nothing at this path; operations are sent to /.", 404)
  elseif request.method ~= "POST" then
    errors.front("UnknownOperationException", "Operations are sent by POST.", 405)
  end
  local target = exchange.headers["x-amz-target"] or ""
  local dot = target:find(".", 1, true) or 0
  local name = target:sub(dot + 1)
  if target:sub(1, dot - 1) ~= model.metadata.targetPrefix or not model.operations[name] then
    errors.front("UnknownOperationException", "The X-Amz-Target header names no operation of Amazon Rekognition.")
  end
  return name
end

local function check_content_type(headers)
  local given = headers["content-type"] or ""
  if ascii.lower(ascii.trim(given:match("^[^;]*"))) ~= CONTENT_TYPE then
    errors.front("SerializationException", ("The Content-Type must be %s."):format(CONTENT_TYPE))
  end
end

local function response_headers(exchange, status)
  local headers = { { "Content-Type", CONTENT_TYPE }, { "x-amzn-RequestId", exchange.id } }
  if status == 405 then headers[#headers + 1] = { "Allow", "POST" } end
  return headers
end

--- Does what a request asks for; raises a failure where it can't.
---@param exchange rekognition.emulator.Exchange
function M.perform(exchange)
  local emulator = exchange.emulator
  local name = route(exchange)
  exchange.operation = name
  local account, region = auth.verify(exchange.request, exchange.headers,
    { service = "rekognition", region = emulator.settings.region },
    function(key, token) return emulator.identities:find(key, token) end, exchange.signed_at)
  exchange.caller = emulator.identities:caller(account, region)
  exchange.caller.about = exchange
  check_content_type(exchange.headers)
  local operation = operations[name]
  if not operation then
    errors.front("NotImplementedException",
      ("rekognition-emulator does not emulate %s; it emulates Custom Labels alone."):format(name), 501)
  end
  local context = { store = emulator.store, settings = emulator.settings, caller = exchange.caller, operation = name,
                    now = exchange.now, faults = emulator.faults, headers = exchange.headers, remote = exchange.remote }
  quotas.spend(emulator.spent, context)
  local params = input.read(model, name, exchange.request.body)
  authorize.check(context, params)
  return 200, response_headers(exchange, 200), output.write(model, name, operation(context, params))
end

--- The response to a failure. A message may repeat bytes of the request that are not UTF-8, which JSON can't hold.
---@param exchange rekognition.emulator.Exchange
---@param failure rekognition.emulator.Failure
function M.fail(exchange, failure)
  local code, message = failure.code, failure.message
  if not utf8.len(message) then message = message:gsub("[\x80-\xFF]", "?") end
  local body
  if failure.front then
    body = cjson.encode { __type = code, message = message }
  else
    body = cjson.encode { __type = code, Code = code, Logref = core.uuid(), Message = message }
  end
  return failure.status, response_headers(exchange, failure.status), body
end

return M

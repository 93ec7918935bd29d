--- The sender over a transport of the host's own: the request, signed, as a Lua table. Between a call and that
--- transport stands no C function, so it may yield.

local core = require "rekognition.core"
local header_map = require "rekognition.text.header_map"
local quote = require "rekognition.text.quote"

local M = {}

-- What is wrong with a response, or nil: a transport of the host's own may return anything.
local function fault_of(response)
  if type(response) ~= "table" then return "a response must be a table, got a " .. type(response) end
  local status = type(response.status) == "number" and math.tointeger(response.status)
  if not status or status < 100 or status > 999 then
    return "status must be an HTTP status, got " .. quote.value(response.status)
  end
  local fault = header_map.fault(response.headers)
  if fault then return fault end
  if response.body ~= nil and type(response.body) ~= "string" then
    return "body must be a string, got a " .. type(response.body)
  end
  return nil
end

-- A "connect" was never sent; of other codes the host may know it.
local function transport_failure(failure)
  if type(failure) ~= "table" then
    failure = { code = "unknown", message = failure and tostring(failure) or "the transport returned no reason" }
  end
  local code = type(failure.code) == "string" and failure.code ~= "" and quote.name(failure.code) or "unknown"
  local sent = failure.sent
  if type(sent) ~= "boolean" then sent = code ~= "connect" end
  return nil, { transport = { code = code, sent = sent,
    message = tostring(failure.message or "the transport returned no reason") } }
end

local function read(call, response)
  local status, body = math.tointeger(response.status), response.body or ""
  local headers = header_map.of(response.headers)
  local result = { status = status, headers = headers, body = body }
  if status < 200 or status > 299 then return nil, result end
  local value, problem = call.request:decode(body)
  if value == nil then
    result.protocol = problem
    return nil, result
  end
  return value, { status = status, headers = headers, request_id = header_map.request_id(headers) }
end

--- A sender over a host's transport; see `rekognition.call.native` for its form.
---@param http fun(request: rekognition.HttpRequest): rekognition.HttpResponse?, rekognition.HttpFailure?
---@param options table  of `core.target`
---@param monotonic fun(): number
---@return function send
---@return userdata target
function M.new(http, options, monotonic)
  local target = core.target(options)
  return function(call, credentials, headers, connect_timeout, timeout)
    local request, problem = target:sign(call.request, credentials.access_key_id, credentials.secret_access_key,
      credentials.session_token, call.time, call.attempt, call.agent, headers, call.trace_id)
    if not request then return nil, { signing = problem } end
    connect_timeout, timeout = connect_timeout or options.connect_timeout, timeout or options.timeout
    request.connect_timeout, request.timeout = connect_timeout, timeout
    request.deadline, request.direct = monotonic() + timeout, options.direct
    local response, failure = http(request)
    if response == nil then return transport_failure(failure) end
    local fault = fault_of(response)
    if fault then return transport_failure { code = "unknown", message = "the host's transport: " .. fault } end
    return read(call, response)
  end, target
end

return M

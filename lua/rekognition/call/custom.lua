--- Requests as Lua tables, signed, for a transport of the host's own and for whoever sends presigned ones.

local core = require "rekognition.core"
local response = require "rekognition.text.service_error"
local sigv4 = require "rekognition.sigv4"

local M = {}

-- The Host header for an origin: the scheme's own port is left out, as HTTP clients do.
local function host_of(origin)
  local scheme, host = origin:match("^(https?)://(.*)$")
  return (host:gsub(scheme == "https" and ":443$" or ":80$", ""))
end

--- The request, signed, as it is to be sent.
---@param request userdata  of `core.request`
---@param credentials rekognition.Credentials
---@param time number       epoch seconds
---@param target rekognition.Target
---@param expires? integer  seconds: presigned, the signature in the query, so that whoever holds it can send it
---@return { method: string, url: string, headers: {[1]: string, [2]: string}[], body: string }
function M.sign(request, credentials, time, target, expires)
  local origin, path = target.url:match("^(https?://[^/?#]+)([^?#]*)")
  local body = request:body()
  local signed = sigv4.sign({
    method = "POST", target = path == "" and "/" or path, body = body,
    headers = {
      { "Host", host_of(origin) },
      { "Content-Type", request:content_type() },
      { "X-Amz-Target", request:target() },
    },
  }, {
    region = target.region, service = target.service, credentials = credentials, time = time,
    mode = expires and "query" or "header", expires = expires,
  })
  return { method = "POST", url = origin .. signed.target, headers = signed.headers, body = body }
end

local function are_headers(list)
  if type(list) ~= "table" then return false end
  for _, header in ipairs(list) do
    if type(header) ~= "table" or type(header[1]) ~= "string" or type(header[2]) ~= "string" then return false end
  end
  return #list > 0 or next(list) == nil
end

-- What is wrong with an answer, or nil: a transport of the host's own may give anything.
local function fault_of(answer)
  if type(answer) ~= "table" then return "a " .. type(answer) .. " in the place of an answer" end
  local status = type(answer.status) == "number" and math.tointeger(answer.status)
  if not status or status < 100 or status > 999 then return "no HTTP status" end
  if answer.headers ~= nil and not are_headers(answer.headers) then
    return "headers that are no list of {name, value}"
  end
  if answer.body ~= nil and type(answer.body) ~= "string" then return "a body that is no string" end
  return nil
end

local function transport_failure(failure)
  if type(failure) ~= "table" then
    failure = { code = "unknown", message = failure and tostring(failure) or "the transport gave no reason" }
  end
  local code = type(failure.code) == "string" and failure.code or "unknown"
  return { transport = { code = code, message = tostring(failure.message or "the transport gave no reason") } }
end

--- The sender that uses a transport of the host's own.
---@param http fun(request: rekognition.HttpRequest): rekognition.HttpResponse?, rekognition.HttpFailure?
---@param target rekognition.Target
function M.sender(http, target)
  return function(request, credentials, time, attempt, user_agent)
    local signed = M.sign(request, credentials, time, target)
    local headers = signed.headers
    headers[#headers + 1] = { "User-Agent", user_agent }
    headers[#headers + 1] = { "amz-sdk-invocation-id", request:invocation_id() }
    headers[#headers + 1] = { "amz-sdk-request", ("attempt=%d; max=%d"):format(attempt, target.max_attempts) }
    signed.connect_timeout, signed.timeout = target.connect_timeout, target.timeout
    local answer, failure = http(signed)
    if answer == nil then return nil, transport_failure(failure) end
    local fault = fault_of(answer)
    if fault then return nil, transport_failure("the transport gave " .. fault) end
    local status, body = math.tointeger(answer.status), answer.body or ""
    local given = { status = status, headers = response.header_map(answer.headers or {}) }
    if status >= 200 and status <= 299 then
      local result, problem = core.decode(request:operation(), body)
      if result then
        given.request_id = response.request_id(given.headers)
        return result, given
      end
      given.protocol = problem
    end
    given.body = body
    return nil, given
  end
end

return M

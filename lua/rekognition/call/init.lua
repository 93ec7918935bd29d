--- A call, from the encoded request to its response: the attempts. What comes between them is in
--- `rekognition.call.failure`.

local core = require "rekognition.core"
local lazy = require "rekognition.lazy"

local failure = lazy "rekognition.call.failure"

local monotonic = core.monotonic

local M = {}

--- Whether a provider gave what it is to give: one of the host's own may give anything.
function M.is_credentials(value)
  return type(value) == "table" and type(value.access_key_id) == "string" and type(value.secret_access_key) == "string"
    and (value.session_token == nil or type(value.session_token) == "string")
end

--- The client's credentials as they are now. Raises what their provider raises, and kind "credentials"
--- where it gave something else.
---@param client rekognition.Client
---@param operation string  for the error
---@return rekognition.Credentials
function M.credentials(client, operation)
  local provider = client._credentials
  if provider._fixed then return provider._fixed() end
  local ok, credentials = pcall(provider.get, provider)
  if ok and M.is_credentials(credentials) then return credentials end
  return failure.of_credentials(ok, credentials, operation)
end

--- Sends a request until it succeeds or another attempt is not worth it.
---@param client rekognition.Client
---@param operation string
---@param request userdata  of `core.request`
---@param on_behalf? string  see `Client:call`
---@return table response
---@return table metadata  request_id, status, headers, attempts, elapsed (seconds)
function M.send(client, operation, request, on_behalf)
  local started = monotonic()
  local retry, call = client._retry, nil
  while true do
    local wait = retry:before_attempt()
    if wait > 0 then client._seams.sleep(wait) end
    local attempt = call and call.attempt or 1
    local credentials = M.credentials(client, operation)
    local response, answer = client._send(request, credentials, client._clock:now(), attempt,
      client:_user_agent(credentials.source, on_behalf))
    if response then
      retry:after_success(call and call.acquired)
      answer.attempts, answer.elapsed = attempt, monotonic() - started
      if client._logs then
        client._seams.logger("debug", "call", { operation = operation, status = answer.status,
          request_id = answer.request_id, attempts = attempt, elapsed = answer.elapsed })
      end
      return response, answer
    end
    call = call or { operation = operation, attempt = 1, ambiguous = false, refreshed = false, corrected = false }
    call.credentials = credentials
    failure.after_attempt(client, call, answer, started)
  end
end

return M

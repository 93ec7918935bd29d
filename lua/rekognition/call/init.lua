--- One call of a service, from the encoded request to its response: the loop of attempts.
--
-- Every service goes through it: Rekognition, STS, SSO, OIDC, sign-in, the metadata services, S3, CloudWatch. It owns
-- the count, the waiting, the clock's correction, the credentials' refresh, the deadline, and what is known of an
-- attempt without a clear response. It suspends at four points only, each a function that is given from outside: the
-- sender, the seam `sleep`, and a provider's `get` and `refresh`. So an engine can drive the same code.

local error_class = require "rekognition.error"
local failure = require "rekognition.call.failure"
local hooks = require "rekognition.call.hooks"

local M = {}

---@class rekognition.Call  the state of one call
---@field operation string      for errors, hooks and logs
---@field request userdata      of the core: encoded once, signed for each attempt
---@field headers? {[1]: string, [2]: string}[]  further headers, signed
---@field secrets? string[]     what the request holds and no error may
---@field provider? table       instead of the channel's
---@field retry? rekognition.Retry  instead of the channel's
---@field connect_timeout? number  seconds, instead of the channel's
---@field timeout? number          seconds, instead of the channel's
---@field total_timeout? number    seconds for the whole call
---@field deadline? number      the same, as a moment of the seam `monotonic`
---@field hooks? table[]        what is called around each attempt
---@field on_behalf? "paginator"|"waiter"  what of the SDK calls, for the User-Agent
---@field read? fun(body: string): any, string?  reads a success's body; nil and why where it can't
---@field retries_protocol? boolean  a success that can't be read is worth another attempt
---@field transient? table<string, boolean>  codes that pass, beside the usual ones
---@field attempt? integer      the number of the attempt under way, from 1
---@field time? number          what the attempt is signed with, epoch seconds
---@field agent? string         the User-Agent
---@field trace_id? string

local NO_CREDENTIALS = {}

local function is_credentials(value)
  return type(value) == "table" and type(value.access_key_id) == "string" and type(value.secret_access_key) == "string"
    and (value.session_token == nil or type(value.session_token) == "string")
end

local function with_operation(problem, operation)
  if error_class.is_error(problem) then problem.operation = problem.operation or operation end
  error(problem, 0)
end

--- The credentials as they are now. Raises what their provider raises, and kind "credentials" where it returned
--- something else.
---@param provider? table
---@param operation string  for the error
---@param deadline? number
---@return rekognition.Credentials
function M.credentials(provider, operation, deadline)
  if not provider then return NO_CREDENTIALS end
  if provider._fixed then return provider._fixed() end
  local ok, found = pcall(provider.get, provider, deadline)
  if not ok then with_operation(found, operation) end
  if is_credentials(found) then return found end
  return error_class.raise {
    kind = "credentials", code = "InvalidCredentials", operation = operation, retryable = false,
    message = "the provider's get() must return a table with access_key_id, secret_access_key and, if there is one, "
      .. "session_token, each a string",
  }
end

local function raise_closed(call)
  error_class.raise { kind = "config", code = "ClientClosed", operation = call.operation, attempts = call.attempt - 1,
    message = "the client is closed; make another one" }
end

local function late(call)
  return nil, { transport = { code = "timeout", sent = false,
    message = ("total_timeout of %s s ran out before the attempt began"):format(call.total_timeout) } }
end

-- One attempt: signed with the time and the credentials of this moment, and sent.
local function attempt(channel, call, credentials)
  local connect_timeout, timeout = call.connect_timeout or channel.connect_timeout, call.timeout or channel.timeout
  local clock = channel.clock
  call.time = clock:now()
  call.offset = clock.offset
  call.agent = channel:user_agent(credentials.source, call.on_behalf)
  local headers = call.headers
  if channel.authorize then
    headers = hooks.join(headers, channel.authorize(credentials, call))
    credentials = NO_CREDENTIALS
  end
  if call.hooks then headers = hooks.before(channel, call, headers) end
  if call.deadline then
    local left = call.deadline - channel.seams.monotonic()
    if left <= 0 then return late(call) end
    timeout = timeout < left and timeout or left
    connect_timeout = connect_timeout < left and connect_timeout or left
  end
  return channel.send(call, credentials, headers, connect_timeout, timeout)
end

local function succeed(channel, call, retry, response, metadata)
  retry:after_success(call.acquired)
  metadata.attempts, metadata.elapsed = call.attempt, channel.seams.monotonic() - call.started
  if channel.logs then
    channel.seams.logger("debug", "call", { operation = call.operation, status = metadata.status,
      request_id = metadata.request_id, attempts = call.attempt, elapsed = metadata.elapsed })
  end
  return response, metadata
end

-- For these codes the thing asked for may be there because an earlier attempt made it.
local EXISTS_CODES = { ResourceInUseException = true, ResourceAlreadyExistsException = true }

local function fail(channel, call, meaning, reason)
  local fields = meaning.fields
  fields.operation, fields.attempts = call.operation, call.attempt
  fields.elapsed = channel.seams.monotonic() - call.started
  fields.retryable, fields.retry_outcome = reason ~= "fail_request", reason
  fields.maybe_succeeded = call.ambiguous and channel.makes and channel.makes(call.operation) or nil
  if reason == "total_timeout_exceeded" then
    fields.message = ("%s (total_timeout of %s s leaves no time for another attempt)"):format(
      fields.message, call.total_timeout)
  elseif fields.maybe_succeeded and EXISTS_CODES[fields.code] then
    fields.message = fields.message .. " (an earlier attempt of this call got no clear response and may have succeeded)"
  end
  channel.seams.logger(call.quiet and "debug" or "error", "call_failed",
    { operation = call.operation, kind = fields.kind, code = fields.code, status = fields.status,
      request_id = fields.request_id, attempts = call.attempt })
  error_class.raise(fields)
end

-- Asks the provider for other credentials than those refused. False where it has none.
local function refresh(channel, call, credentials, code)
  local provider = call.provider or channel.provider
  if not provider or not provider.refresh then return false end
  channel.seams.logger("info", "credentials_refresh", { operation = call.operation, code = code })
  local ok, fresh = pcall(provider.refresh, provider, credentials, call.deadline)
  if not ok then with_operation(fresh, call.operation) end
  if not is_credentials(fresh) then fresh = M.credentials(provider, call.operation, call.deadline) end
  return fresh.access_key_id ~= credentials.access_key_id or fresh.session_token ~= credentials.session_token
end

-- Whether a corrected clock or new credentials make the next attempt another one; at most once a call. The clock
-- is set right for later calls too where this one has no attempt left.
local function repair(channel, call, retry, credentials, meaning)
  if meaning.fields.kind ~= "service" then return false end
  local is_last = call.attempt >= retry.max_attempts
  if not call.corrected and channel.clock:correct(meaning.code, meaning.headers, call.offset) then
    call.corrected = true
    channel.seams.logger("warn", "clock_corrected", { operation = call.operation, offset = channel.clock.offset })
    return not is_last
  end
  if not is_last and not call.refreshed and meaning.expired and refresh(channel, call, credentials, meaning.code) then
    call.refreshed = true
    return true
  end
  return false
end

-- Whether and when another attempt follows: seconds, or nil and why not.
local function delay_after(channel, call, retry, credentials, meaning)
  if repair(channel, call, retry, credentials, meaning) then return 0 end
  if meaning.lasting then return nil, "fail_request" end
  if call.transient and call.transient[meaning.code] then
    meaning.status, meaning.code = 503, nil
  elseif meaning.status == 429 and channel.is_modelled then
    meaning.is_modelled = function() return channel.is_modelled(call.operation, meaning.code) end
  end
  local delay, reason = retry:after_failure(meaning, call.attempt)
  if not delay then return nil, reason end
  call.acquired = reason
  if call.deadline and channel.seams.monotonic() + delay >= call.deadline then return nil, "total_timeout_exceeded" end
  return delay
end

-- After a failed attempt: waits, so that the next one may follow, or raises.
local function continue(channel, call, retry, credentials, result)
  if result.transport and result.transport.code == "closed" then raise_closed(call) end
  local meaning = result.meaning or failure.read(result, call, channel.read_error)
  call.ambiguous = call.ambiguous or meaning.ambiguous
  local delay, reason = delay_after(channel, call, retry, credentials, meaning)
  if not delay then return fail(channel, call, meaning, reason) end
  channel.seams.logger(call.quiet and "debug" or "info", "retry",
    { operation = call.operation, attempt = call.attempt, delay = delay, kind = meaning.fields.kind,
      code = meaning.fields.code, status = meaning.fields.status })
  if delay > 0 then channel.seams.sleep(delay) end
  call.attempt = call.attempt + 1
end

local function with_token(secrets, token)
  if not token then return secrets end
  local all = { token }
  for index, secret in ipairs(secrets or {}) do all[index + 1] = secret end
  return all
end

--- Calls a service: sends the request until it succeeds or another attempt is not worth it.
---@param channel rekognition.Channel
---@param call rekognition.Call
---@return any response     a table by the operation's model; the body of a service without tables, or what `read` made
---@return table metadata   request_id, status, headers, attempts, elapsed (seconds)
function M.run(channel, call)
  local retry, monotonic = call.retry or channel.retry, channel.seams.monotonic
  local own_secrets = call.secrets
  call.attempt, call.started, call.ambiguous = 1, monotonic(), false
  if call.total_timeout then call.deadline = math.min(call.deadline or math.huge, call.started + call.total_timeout) end
  call.total_timeout = call.total_timeout or call.deadline and call.deadline - call.started
  call.trace_id = channel.trace_id and channel.trace_id()
  while true do
    if channel.is_closed() then raise_closed(call) end
    local wait = retry:before_attempt()
    if wait > 0 then channel.seams.sleep(wait) end
    local credentials = M.credentials(call.provider or channel.provider, call.operation, call.deadline)
    local response, result = attempt(channel, call, credentials)
    if response ~= nil and call.read then
      local problem
      response, problem = call.read(response)
      if response == nil then result.protocol, result.body = problem, "" end
    end
    if response == nil then call.secrets = with_token(own_secrets, credentials.session_token) end
    if call.hooks then hooks.after(channel, call, response, result) end
    if response ~= nil then return succeed(channel, call, retry, response, result) end
    continue(channel, call, retry, credentials, result)
  end
end

return M

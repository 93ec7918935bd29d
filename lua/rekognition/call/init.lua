--- One call of a service, from the encoded request to its response: the loop of attempts.
--
-- Every service goes through it: Rekognition, STS, SSO, OIDC, sign-in, the metadata services, S3, CloudWatch. It owns
-- the count, the waiting, the clock's correction, the credentials' refresh, the deadline, and what is known of an
-- attempt without a clear response. It suspends at four points only, each a function that is given from outside: the
-- sender, the seam `sleep`, and a provider's `get` and `refresh`. So an engine can drive the same code.

local rek_error = require "rekognition.error"
local http = require "rekognition.http"
local lazy = require "rekognition.lazy"
local native = require "rekognition.call.native"
local seams = require "rekognition.seams"

local custom = lazy "rekognition.call.custom"
local failure = lazy "rekognition.call.failure"
local hints = lazy "rekognition.call.hints"
local hooks = lazy "rekognition.call.hooks"
local number = lazy "rekognition.text.number"
local redact = lazy "rekognition.text.redact"
local turn = lazy "rekognition.call.turn"

local M = {}

---@class rekognition.Call  the state of one call
---@field operation string      for errors, hooks and logs
---@field plain? boolean        it has none of the optional fields up to `trace_id`: nothing to look at
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
---@field trace_id? string
---@field attempt? integer      the number of the attempt under way, from 1
---@field time? number          what the attempt is signed with, epoch seconds
---@field agent? string         the User-Agent
---@field started? number       a moment of the seam `monotonic`
---@field driver? table         what waits instead of blocking, see `rekognition.seams`

local NO_CREDENTIALS = {}
local driver_of = seams.driver

local function is_credentials(value)
  return type(value) == "table" and type(value.access_key_id) == "string" and type(value.secret_access_key) == "string"
    and (value.session_token == nil or type(value.session_token) == "string")
end

local function with_operation(problem, operation)
  if rek_error.is_error(problem) then problem.operation = problem.operation or operation end
  error(problem, 0)
end

-- Those that never change: none at all, or keys that were given.
local function fixed_of(provider)
  if not provider then return NO_CREDENTIALS end
  return provider._fixed and provider._fixed()
end

--- The credentials as they are now. Raises what their provider raises, and kind "credentials" where it returned
--- something else.
---@param provider? table
---@param operation string  for the error
---@param deadline? number
---@return rekognition.Credentials
function M.credentials(provider, operation, deadline)
  local fixed = fixed_of(provider)
  if fixed then return fixed end
  local ok, found = pcall(provider.get, provider, deadline)
  if not ok then with_operation(found, operation) end
  if is_credentials(found) then return found end
  return rek_error.raise {
    kind = "credentials", code = "InvalidCredentials", operation = operation, retryable = false,
    message = "the provider's get() must return a table with access_key_id, secret_access_key and, if there is one, "
      .. "session_token, each a string",
  }
end

--- The sender over a transport: the built-in one, or one of the host's own.
---@param transport function|rekognition.Transport
---@param options table  of `core.target`
---@param seams_of_host rekognition.Seams
---@return function send  see `rekognition.call.native`
---@return userdata target
---@return table? sender  of the built-in one: what `rekognition.call.direct` starts an attempt with
function M.sender(transport, options, seams_of_host)
  if http.is_transport(transport) then return native.new(transport, options, seams_of_host) end
  return custom.new(transport, options, seams_of_host.monotonic)
end

--- The credentials of a provider that has some, if no renewal is due: never waits.
---@param provider? table
---@return rekognition.Credentials?
function M.at_hand(provider)
  return fixed_of(provider) or provider.at_hand and provider:at_hand()
end

local spare -- the state of a plain call whose only attempt succeeded, for the next call

--- The state of a call, with room for what the loop notes in a call that succeeds: a table that grows is dear.
---@param operation string
---@param request? userdata  what is sent; a call that is begun later gets it then
---@return rekognition.Call
function M.state(operation, request)
  local call = spare
  if call then
    spare = nil
    call.operation, call.request = operation, request
    return call
  end
  return { -- eight fields: a ninth would double the table
    operation = operation, request = request, attempt = 1, started = 0, time = 0, offset = 0, agent = "", plain = true,
  }
end

-- Whether an attempt may have done what was asked, as an error says it: nil where it may not.
local function maybe_succeeded(channel, call)
  return call.ambiguous and channel.makes and channel.makes(call.operation) or nil
end

local function raise_closed(channel, call)
  rek_error.raise { kind = "config", code = "ClientClosed", operation = call.operation, attempts = call.attempt,
    maybe_succeeded = maybe_succeeded(channel, call), message = "the client is closed; make another one" }
end

-- After what may have taken its time, or run the host's code: whether the client is still there to send with.
local function check_open(channel, call)
  if channel.is_closed() then raise_closed(channel, call) end
end

local function late(call)
  return nil, { transport = { code = "timeout", sent = false,
    message = ("total_timeout of %s s ran out before the attempt began"):format(number.seconds(call.total_timeout)) } }
end

-- One attempt of a call with options of its own, or of a service that isn't signed for.
local function send_special(channel, call, credentials)
  local connect_timeout, timeout = call.connect_timeout or channel.connect_timeout, call.timeout or channel.timeout
  local headers = call.headers
  if channel.authorize then
    headers = hooks.join(headers, channel.authorize(credentials, call))
    credentials = NO_CREDENTIALS
  end
  if call.hooks then
    headers = hooks.before(channel, call, headers)
    check_open(channel, call)
  end
  if call.deadline then
    local left = call.deadline - channel.monotonic()
    if left <= 0 then return late(call) end
    timeout = timeout < left and timeout or left
    connect_timeout = connect_timeout < left and connect_timeout or left
  end
  return channel.send(call, credentials, headers, connect_timeout, timeout)
end

local function succeed(channel, call, retry, response, metadata, credentials)
  local quota = retry.quota
  if not quota or quota.tokens < quota.capacity or retry.limiter then retry:after_success(call.acquired) end
  metadata.attempts, metadata.elapsed = call.attempt, channel.monotonic() - call.started
  if channel.logs then
    channel.seams.logger("debug", "call", { operation = call.operation, status = metadata.status,
      request_id = redact.id(metadata.request_id, call.secrets, credentials.session_token),
      attempts = call.attempt, elapsed = metadata.elapsed })
  end
  if call.plain and call.attempt == 1 and not call.driver then
    call.request = nil
    spare = call
  end
  return response, metadata
end

local function fail(channel, call, meaning, reason, credentials)
  local fields = meaning.fields
  fields.operation, fields.attempts = call.operation, call.attempt
  fields.elapsed = channel.monotonic() - call.started
  fields.retryable, fields.retry_outcome = reason ~= "fail_request", reason
  fields.maybe_succeeded = maybe_succeeded(channel, call)
  fields.message = fields.message .. hints.of(channel, call, fields, credentials)
  channel.seams.logger(call.quiet and "debug" or "error", "call_failed",
    { operation = call.operation, kind = fields.kind, code = fields.code, status = fields.status,
      request_id = fields.request_id, attempts = call.attempt })
  rek_error.raise(fields)
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
  if call.deadline and channel.monotonic() + delay >= call.deadline then return nil, "total_timeout_exceeded" end
  return delay
end

-- After a failed attempt: waits, so that the next one may follow, or raises.
local function continue(channel, call, retry, credentials, result)
  local meaning = result.meaning or failure.read(result, call, channel.read_error)
  call.ambiguous = call.ambiguous or meaning.ambiguous
  if result.transport and result.transport.code == "closed" then raise_closed(channel, call) end
  local delay, reason = delay_after(channel, call, retry, credentials, meaning)
  if not delay then return fail(channel, call, meaning, reason, credentials) end
  channel.seams.logger(call.quiet and "debug" or "info", "retry",
    { operation = call.operation, attempt = call.attempt, delay = delay, kind = meaning.fields.kind,
      code = meaning.fields.code, status = meaning.fields.status })
  if delay > 0 then channel.seams.sleep(delay) end
  if call.driver and not channel.sender then call.driver:turn() end -- neither sleep nor transport may have waited
  check_open(channel, call)
  call.attempt = call.attempt + 1
end

local function with_token(secrets, token)
  if not token then return secrets end
  local all = { token }
  for index, secret in ipairs(secrets or {}) do all[index + 1] = secret end
  return all
end

-- What comes after an attempt that isn't plain: a success read as the caller of the loop wants it, and the hooks.
local function look_at(channel, call, response, result)
  if call.read and response ~= nil then
    local value, problem = call.read(response)
    if value == nil then result.protocol, result.body = problem, "" end
    response = value
  end
  if call.hooks then hooks.after(channel, call, response, result) end
  return response
end

local function set_deadline(call)
  local own = call.total_timeout and call.started + call.total_timeout or math.huge
  call.deadline = math.min(call.deadline or math.huge, own)
  call.total_timeout = call.total_timeout or call.deadline - call.started
end

-- The client's own rates: attempts of an operation are spaced. Other credentials may have come meanwhile.
local function keep_rate(channel, call, provider, credentials)
  if not turn.by_rate(channel, call, credentials) then return credentials end
  check_open(channel, call)
  return M.credentials(provider, call.operation, call.deadline)
end

-- The credentials of a provider that may have to ask for them.
local function ask_for_credentials(channel, call, provider)
  local credentials = M.credentials(provider, call.operation, call.deadline)
  check_open(channel, call)
  return credentials
end

-- What the attempts after an ambiguous one came to. What they raise says so, whatever it is about: credentials that
-- could not be renewed, a clock that returns no time. A cancellation says it by itself.
local function outcome(channel, call, ok, response, metadata)
  if ok then return response, metadata end
  local knows = not rek_error.is_error(response) or response.kind == "cancelled"
  if not knows then response.maybe_succeeded = maybe_succeeded(channel, call) end
  error(response, 0)
end

-- What a call that isn't plain may have of its own. It need not come from `M.state`.
local function own_parts(channel, call, is_under_way)
  if not is_under_way then
    call.attempt = 1
    if call.total_timeout or call.deadline then set_deadline(call) end
  end
  return call.retry or channel.retry, call.provider or channel.provider, call.secrets
end

-- An attempt is signed with the time and the credentials of its moment. What every call does is written out here: a
-- function of its own would cost as much as thirty steps of Lua.
---@param since? number  a moment of the seam `monotonic`, where the call waited before: for the deadline
---@param is_under_way? boolean  the attempt of the number `call.attempt` is next, not the first
---@param is_guarded? boolean    what it raises is looked at, see `outcome`
---@return any response
---@return table metadata
local function loop(channel, call, since, is_under_way, is_guarded)
  local clock, retry, provider, secrets = channel.clock, channel.retry, channel.provider, nil
  if not is_under_way then
    call.started = since or channel.monotonic()
    if channel.trace_id then call.plain, call.trace_id = false, channel.trace_id() end
  elseif call.ambiguous and not is_guarded then
    return outcome(channel, call, pcall(loop, channel, call, nil, true, true))
  end
  if not call.plain then retry, provider, secrets = own_parts(channel, call, is_under_way) end
  while true do
    if retry.limiter and turn.adaptive(channel, call, retry) then check_open(channel, call) end
    local fixed = provider and provider._fixed
    local credentials = fixed and fixed() or ask_for_credentials(channel, call, provider)
    if channel.limits then credentials = keep_rate(channel, call, provider, credentials) end
    call.time = clock.offset == 0 and clock.now_seam() or clock:now()
    call.offset = clock.offset
    local response, result
    if call.plain then
      call.agent = channel.agents[credentials.source] or channel:user_agent(credentials.source)
      response, result = channel.send(call, credentials)
    else
      call.agent = channel:user_agent(credentials.source, call.on_behalf)
      response, result = send_special(channel, call, credentials)
    end
    if response == nil or not call.plain then
      call.secrets = with_token(secrets, credentials.session_token)
      if not call.plain then response = look_at(channel, call, response, result) end
    end
    if response ~= nil then return succeed(channel, call, retry, response, result, credentials) end
    continue(channel, call, retry, credentials, result)
    if call.ambiguous and not is_guarded then return loop(channel, call, nil, true) end
  end
end

--- Calls a service: sends the request until it succeeds or another attempt is not worth it.
---@param channel rekognition.Channel
---@param call rekognition.Call
---@return any response     a table by the operation's model; the body of a service without tables, or what `read` made
---@return table metadata   request_id, status, headers, attempts, elapsed (seconds)
function M.run(channel, call)
  local driver = seams.busy and driver_of()
  if driver then return driver:run_call(loop, channel, call) end
  return loop(channel, call)
end

--- The same, for a task that is there for this call alone.
---@param task rekognition.Future
function M.run_task(task, channel, call)
  return task:run_alone(loop, channel, call)
end

--- What follows a first attempt that was made without a task and failed.
---@param task rekognition.Future
---@param credentials table  those of the attempt
---@param result table       as a sender returns it
function M.run_on(task, channel, call, credentials, result)
  local retry = channel.retry
  call.driver, call.secrets = task, with_token(nil, credentials.session_token)
  continue(channel, call, retry, credentials, result)
  call.secrets = nil
  return loop(channel, call, nil, true)
end

return M

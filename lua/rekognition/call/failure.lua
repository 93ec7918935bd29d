--- After a failed attempt: what it means, and whether another one follows.

local core = require "rekognition.core"
local invoke = require "rekognition.call"
local rek_error = require "rekognition.error"
local responses = require "rekognition.text.service_error"

local M = {}

-- ExpiredTokenException is in AWS's list of errors that all services have in common; ExpiredToken is what some, such as
-- STS, answer in its place.
local EXPIRED_CODES = { ExpiredToken = true, ExpiredTokenException = true }

-- For these codes the thing asked for may be there because an earlier attempt made it.
local EXISTS_CODES = { ResourceInUseException = true, ResourceAlreadyExistsException = true }

-- Whether an operation makes something and has no token by which the service would know a repeated
-- request for the same one.
local function creates_without_token(operation)
  if not (operation:match("^Create") or operation:match("^Copy") or operation:match("^Start")
    or operation:match("^Put")) then
    return false
  end
  local model = require "rekognition.generated.model"
  local input = model.operations[operation] and model.shapes[model.operations[operation].input]
  return not (input and input.members and input.members.ClientRequestToken)
end

local function is_modelled(operation, code)
  local found = require("rekognition.generated.model").operations[operation]
  for _, name in ipairs(found and found.errors or {}) do
    if name == code then return true end
  end
  return false
end

-- The error fields of a failed attempt, with `failure`, what the retry behaviour wants to know.
local function describe(answer, operation)
  if answer.transport then
    local transport = answer.transport
    return { kind = "transport", code = transport.code, message = transport.message },
      { code = transport.code }
  end
  if answer.protocol then
    return {
      kind = "protocol", code = "InvalidResponse", status = answer.status,
      request_id = responses.request_id(answer.headers),
      message = ("the answer is not what %s gives: %s; it begins: %s"):format(
        operation, answer.protocol, responses.excerpt(answer.body)),
    }
  end
  local fields = responses.service_error(answer.status, answer.headers, answer.body)
  return fields, {
    status = answer.status, code = fields.code, headers = answer.headers,
    is_modelled = function() return is_modelled(operation, fields.code) end,
  }
end

---@class rekognition.Call  the state of one call, made at its first failure
---@field attempt integer
---@field credentials rekognition.Credentials  those of the last attempt
---@field acquired? integer   quota tokens that the last retry took
---@field ambiguous boolean   an earlier attempt may have reached the service and succeeded
---@field refreshed boolean   the credentials were refreshed for this call
---@field corrected boolean   the clock was set right for this call

-- Asks the provider for other credentials than those refused. False where it has none.
local function refresh(client, call, code)
  local provider, stale = client._credentials, call.credentials
  if not provider.refresh then return false end
  client._seams.logger("info", "credentials_refresh", { operation = call.operation, code = code })
  local fresh = provider:refresh(stale)
  if not invoke.is_credentials(fresh) then fresh = invoke.credentials(client, call.operation) end
  return fresh.access_key_id ~= stale.access_key_id or fresh.session_token ~= stale.session_token
end

-- Whether a changed clock or changed credentials make the next attempt another one; at most once a call. The clock
-- is set right for later calls too where this one has no attempt left.
local function mend(client, call, fields, answer)
  if fields.kind ~= "service" then return nil end
  local is_last = call.attempt >= client._retry.max_attempts
  if not call.corrected and client._clock:correct(fields.code, answer.headers) then
    call.corrected = true
    client._seams.logger("warn", "clock_corrected", { operation = call.operation, offset = client._clock.offset })
    return not is_last and 0 or nil
  end
  if not is_last and not call.refreshed and EXPIRED_CODES[fields.code] and refresh(client, call, fields.code) then
    call.refreshed = true
    return 0
  end
  return nil
end

local function fail(client, call, fields, started)
  fields.operation = call.operation
  fields.attempts = call.attempt
  fields.elapsed = core.monotonic() - started
  if call.ambiguous and EXISTS_CODES[fields.code] and creates_without_token(call.operation) then
    fields.maybe_succeeded = true
    fields.message = fields.message .. " (an earlier attempt of this call got no clear answer and may have succeeded)"
  end
  client._seams.logger("error", "call_failed",
    { operation = call.operation, kind = fields.kind, code = fields.code, status = fields.status,
      request_id = fields.request_id, attempts = call.attempt })
  rek_error.raise(fields)
end

-- Whether the attempt may have succeeded all the same: a refusal is clear, a lost answer or a server's fault is not.
-- What found no connection was never sent.
local function is_ambiguous(answer)
  if answer.transport then return answer.transport.code ~= "connect" end
  return answer.status >= 500
end

--- Waits, so that the next attempt may follow, or raises.
---@param client rekognition.Client
---@param call rekognition.Call
---@param answer table     of a sender, in the place of a response's metadata
---@param started number   when the call began, by `core.monotonic`
function M.after_attempt(client, call, answer, started)
  if answer.body then answer.body = responses.without_secret(answer.body, call.credentials.session_token) end
  local fields, failure = describe(answer, call.operation)
  local delay = mend(client, call, fields, answer)
  if not delay then
    local reason = "fail_request"
    if failure then delay, reason = client._retry:after_failure(failure, call.attempt) end
    if not delay then
      fields.retryable = reason ~= "fail_request"
      fields.retry_outcome = reason
      fail(client, call, fields, started)
    end
    call.acquired = reason
  end
  call.ambiguous = call.ambiguous or is_ambiguous(answer)
  client._seams.logger("info", "retry",
    { operation = call.operation, attempt = call.attempt, delay = delay, kind = fields.kind,
      code = fields.code, status = fields.status })
  if delay > 0 then client._seams.sleep(delay) end
  call.attempt = call.attempt + 1
end

--- Raises what came of asking for credentials.
---@param ok boolean       whether the provider gave something
---@param found any        what it gave, which is no credentials, or what it raised
---@param operation string
function M.of_credentials(ok, found, operation)
  if ok then
    rek_error.raise { kind = "credentials", code = "InvalidCredentials", operation = operation, retryable = false,
      message = "the provider's get() is to give a table with access_key_id, secret_access_key and, if there is one, "
        .. "session_token, each a string" }
  end
  if rek_error.is_error(found) then found.operation = found.operation or operation end
  error(found, 0)
end

return M

--- Requests to the services that give credentials: one at a time, small answers, few attempts.

local check = require "rekognition.credentials.check"
local response_of = require "rekognition.text.service_error"
local retry = require "rekognition.retry"
local user_agent = require "rekognition.call.user_agent"

local M = {}

-- Choices: the SDKs' connect timeout; and a whole that is short beside their 60 s, since these
-- services answer at once or not at all.
local CONNECT_TIMEOUT, TIMEOUT = 3.1, 20

--- Sends a request once.
---@param context rekognition.CredentialContext
---@param request rekognition.HttpRequest
---@return { status: integer, headers: table<string, string>, body: string }?  header names in lower case
---@return rekognition.HttpFailure?
function M.send(context, request)
  request.headers[#request.headers + 1] = { "User-Agent", user_agent.build {} }
  request.connect_timeout = request.connect_timeout or CONNECT_TIMEOUT
  request.timeout = request.timeout or TIMEOUT
  local answer, failure = context.http(request)
  if type(answer) ~= "table" then
    failure = type(failure) == "table" and failure or {}
    return nil, { code = failure.code or "transport", message = failure.message or "no answer" }
  end
  -- A transport of the host's own may give anything.
  local body = answer.body or ""
  local status = math.tointeger(answer.status)
  if not status or type(body) ~= "string" then
    return nil, { code = "protocol", message = "the transport gave no status or no body" }
  end
  if #body > check.MAX_DOCUMENT then
    return nil, { code = "too_large", message = ("the answer is too large (%d bytes)"):format(#body) }
  end
  return { status = status, headers = response_of.header_map(answer.headers or {}), body = body }
end

--- Sends a request anew while `worth_it` says so, with growing, jittered delays.
---@param context rekognition.CredentialContext
---@param build fun(): rekognition.HttpRequest  for each attempt
---@param worth_it fun(answer: table?, failure: table?, attempt: integer): boolean?
---@param base number  seconds; the delay before retry n is random * base * 2^(n-1)
---@return table?, rekognition.HttpFailure?, integer  as `send`; and how many were sent
function M.persist(context, build, worth_it, base)
  local attempt = 0
  while true do
    attempt = attempt + 1
    local answer, failure = M.send(context, build())
    if not worth_it(answer, failure, attempt) then return answer, failure, attempt end
    context.logger("debug", "credentials_retry", {
      attempt = attempt, status = answer and answer.status, error = failure and failure.message })
    context.sleep(context.random() * base * 2.0 ^ (attempt - 1))
  end
end

--- The error of a service that speaks JSON, in AWS's form or in OAuth's (RFC 6749, section 5.2). No more than its
--- code and its message are taken: what else an answer holds may be keys, or a proxy's page that repeats the request.
---@param answer { status: integer, headers: table<string, string>, body: string }
---@return { code: string, message: string, request_id?: string, oauth_error?: string }
function M.json_error(answer)
  local fields = response_of.service_error(answer.status, answer.headers, answer.body)
  local given = fields.details or {}
  local function text(name) return type(given[name]) == "string" and given[name] ~= "" and given[name] or nil end
  local oauth_error = text "error"
  oauth_error = oauth_error and oauth_error:match("^[%w_.-]+$") and oauth_error:sub(1, 64)
  local is_aws = answer.headers["x-amzn-errortype"] or text "__type" or text "code" or text "Code"
  return {
    code = not is_aws and oauth_error or fields.code, oauth_error = oauth_error, request_id = fields.request_id,
    message = text "message" or text "Message" or text "error_description"
      or ("HTTP status %d, no error of the service's in the answer"):format(answer.status),
  }
end

---@class rekognition.CredentialCall
---@field source string       for errors
---@field what string         "STS AssumeRole"
---@field request fun(): rekognition.HttpRequest   built anew for each attempt
---@field read_error fun(answer: table): table     code, message, request_id and details of an error answer
---@field secrets? string[]   what the request holds and no error may, though the service repeats it
---@field transient? table<string, boolean>        codes worth another attempt beside the usual ones
---@field clock? rekognition.Clock                what signed requests take their time from

-- The fields of an error answer, without what the service may have repeated of the request.
local function error_of(call, answer)
  local problem = call.read_error(answer)
  for _, secret in ipairs(call.secrets or {}) do
    problem.code = response_of.without_secret(problem.code, secret)
    problem.message = response_of.without_secret(problem.message, secret)
  end
  return problem
end

-- Seconds to wait before the next attempt, or nil where there is to be none. A clock that was wrong is set right
-- once, and the next attempt is signed with it at once.
local function delay_after(context, call, state, problem, answer)
  if answer and call.clock and not state.corrected and call.clock:correct(problem.code, answer.headers) then
    state.corrected = true
    context.logger("warn", "clock_corrected", { source = call.source, offset = call.clock.offset })
    return 0
  end
  local seen = { status = answer and answer.status, code = problem.code, headers = answer and answer.headers }
  if call.transient and call.transient[problem.code] then seen.status, seen.code = 503, nil end
  return (state.retries:after_failure(seen, state.attempt))
end

--- Calls an AWS service, with the retries of the SDKs' standard mode (three attempts).
---@param context rekognition.CredentialContext
---@param call rekognition.CredentialCall
---@return { status: integer, headers: table<string, string>, body: string } answer  a success
--- Raises an error of kind "credentials", with the service's code, status and request id.
function M.call(context, call)
  local state = { retries = retry.new(nil, context), attempt = 0, corrected = false }
  while true do
    state.attempt = state.attempt + 1
    local answer, failure = M.send(context, call.request())
    if answer and answer.status >= 200 and answer.status < 300 then return answer end
    local problem = answer and error_of(call, answer) or failure
    local delay = delay_after(context, call, state, problem, answer)
    if not delay then
      check.fail(call.source, ("%s: %s: %s"):format(call.what, problem.code, problem.message), {
        code = problem.code, status = answer and answer.status, attempts = state.attempt,
        request_id = problem.request_id or answer and response_of.request_id(answer.headers),
        details = problem.details })
    end
    context.logger("debug", "credentials_retry", {
      source = call.source, attempt = state.attempt, code = problem.code })
    context.sleep(delay)
  end
end

--- Percent-encodes for a query string or a form (RFC 3986: all but unreserved characters).
---@param text string
---@return string
function M.escape(text)
  return (text:gsub("[^%w%-._~]", function(byte) return ("%%%02X"):format(byte:byte()) end))
end

return M

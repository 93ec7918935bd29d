--- Retry cases: the standard mode's, driven through a client, and the adaptive mode's figures.
--
-- Standard cases are JSON: `given` (max_attempts, initial_retry_tokens, exponential_base,
-- max_backoff_time) and `responses`, each with status_code, error_code and headers, and what is
-- expected after it: outcome, retry_quota, delay. `exponential_base` is the random number of every
-- delay. A response after the end of a call begins the next call.

local cjson = require("cjson").new()
local files = require "spec.conformance.files"
local rate_limiter = require "rekognition.retry.rate_limiter"
local rekognition = require "rekognition"

local function close(a, b) return math.abs(a - b) < 1e-6 * math.max(1, math.abs(b)) end

-- A case's parts stand flat or under `response` and `expected`, as AWS's own files have them.
local function parts(step)
  local response, expected = step.response, step.expected
  return type(response) == "table" and response or step, type(expected) == "table" and expected or step
end

local function answer_of(response)
  local status = response.status_code
  if not status then return nil, { code = response.error_code or "timeout", message = "as the case says" } end
  local headers = {}
  for name, value in pairs(response.headers or {}) do headers[#headers + 1] = { name, tostring(value) } end
  local body = response.error_code and cjson.encode { __type = response.error_code, message = "as the case says" }
  return { status = status, headers = headers, body = body or (status < 300 and "{}" or "") }
end

-- A client whose network is the case: its transport hands each request out of a coroutine.
local function new_client(given, delays)
  return rekognition.client {
    region = "us-east-1", env = {},
    credentials = { access_key_id = "AKID", secret_access_key = "secret" },
    retry = {
      mode = given.mode or "standard", max_attempts = given.max_attempts,
      initial_tokens = given.initial_retry_tokens, max_backoff = given.max_backoff_time,
    },
    random = function() return given.exponential_base or 1 end,
    sleep = function(seconds) delays[#delays + 1] = seconds end,
    http = function() return coroutine.yield("request") end,
  }
end

local OUTCOMES = { fail_request = true, max_attempts_exceeded = true, retry_quota_exceeded = true }

-- What a call did with an answer.
local function observe(ok, event, failure)
  if not ok then return "broken: " .. tostring(event) end
  if event == "request" then return "retry_request" end
  if event == "success" then return "success" end
  return OUTCOMES[failure.retry_outcome] and failure.retry_outcome or tostring(failure)
end

local function new_call(client)
  return coroutine.create(function()
    local ok, failure = pcall(client.call, client, "DescribeProjects", {})
    if ok then return "success" end
    return "failure", failure
  end)
end

local function run_standard(case)
  local delays = {}
  local client = new_client(case.given or {}, delays)
  local call
  for number, step in ipairs(case.responses) do
    local response, expected = parts(step)
    if not call then
      call = new_call(client)
      coroutine.resume(call)
    end
    local before = #delays
    local outcome = observe(coroutine.resume(call, answer_of(response)))
    if expected.outcome and outcome ~= expected.outcome then
      return ("step %d: outcome %s, expected %s"):format(number, outcome, expected.outcome)
    end
    local quota = client._retry.tokens
    if expected.retry_quota and quota ~= expected.retry_quota then
      return ("step %d: quota %s, expected %s"):format(number, quota, expected.retry_quota)
    end
    local delay = delays[before + 1] or 0
    if expected.delay and not close(delay, expected.delay) then
      return ("step %d: delay %s, expected %s"):format(number, delay, expected.delay)
    end
    if outcome ~= "retry_request" then call = nil end
  end
end

local function run_cubic(case)
  local cubic = rate_limiter.cubic(case.given.last_max_rate, case.given.last_throttle_time)
  local rate
  for number, step in ipairs(case.cases) do
    rate = step.response == "throttle" and cubic:throttled(rate, step.timestamp) or cubic:success(step.timestamp)
    if not close(rate, step.calculated_rate) then
      return ("step %d: rate %s, expected %s"):format(number, rate, step.calculated_rate)
    end
  end
end

local function run_rates(case)
  local now = 0
  local limiter = rate_limiter.new(function() return now end)
  for number, step in ipairs(case.cases) do
    now = step.timestamp
    limiter:record(step.response == "throttle")
    if not close(limiter.measured_rate, step.measured_tx_rate)
      or not close(limiter.fill_rate, step.new_token_bucket_rate) then
      return ("step %d: measured %s, rate %s, expected %s, %s"):format(number, limiter.measured_rate,
        limiter.fill_rate, step.measured_tx_rate, step.new_token_bucket_rate)
    end
  end
end

local function runner_for(case)
  if case.responses then return run_standard end
  local first = case.cases and case.cases[1]
  if not first then return nil end
  return first.calculated_rate and run_cubic or run_rates
end

local M = {}

function M.matches(folder) return folder:match("^retry%-") ~= nil end

function M.run(dir, report)
  for _, file in ipairs(files.files(dir)) do
    local document = file:match("%.json$") and cjson.decode(files.read(dir .. "/" .. file)) or {}
    for number, case in ipairs(document.testCases or document.cases or document) do
      local name = file .. ": " .. (case.name or case.documentation or number)
      local run = runner_for(case)
      local why = run and run(case) or not run and "a case of no known form"
      if why then report:fail(name, why) else report:pass(name) end
    end
  end
end

return M

--- Retry cases: the standard mode's, driven through a client, and the adaptive mode's figures.
--
-- Standard cases are JSON: `given` (max_attempts, initial_retry_tokens, exponential_base,
-- max_backoff_time) and `responses`, each with status_code, error_code and headers, and what is
-- expected after it: outcome, retry_quota, delay. `exponential_base` is the random number of every
-- delay. A response after the end of a call begins the next call. One that never came has no status_code, but
-- `timeout`, `exception` or an error_code that is a transport's.

local cjson = require("cjson").new()
local files = require "spec.conformance.files"
local rate_limiter = require "rekognition.retry.rate_limiter"
local rekognition = require "rekognition"

local function close(a, b) return math.abs(a - b) < 1e-6 * math.max(1, math.abs(b)) end

-- A JSON null is as good as nothing.
local function given_value(value)
  if value ~= cjson.null then return value end
end

-- A case's parts stand flat or under `response` and `expected`, as AWS's own files have them.
local function parts(step)
  local response, expected = step.response, step.expected
  return type(response) == "table" and response or step, type(expected) == "table" and expected or step
end

-- Headers as a map of texts, of numbers or of lists, or as a list of pairs.
local function headers_of(given)
  local headers = {}
  for key, item in pairs(given_value(given) or {}) do
    local name, value = key, item
    if type(key) == "number" then name, value = item[1] or item.name, item[2] or item.value end
    for _, text in ipairs(type(value) == "table" and value or { value }) do
      headers[#headers + 1] = { name, tostring(math.tointeger(text) or text) }
    end
  end
  return headers
end

local function answer_of(response)
  local status, code = given_value(response.status_code), given_value(response.error_code)
  if not status then
    return nil, { code = not response.timeout and code or "timeout", message = "as the case says" }
  end
  local body = code and cjson.encode { __type = code, message = "as the case says" }
  return { status = status, headers = headers_of(response.headers), body = body or (status < 300 and "{}" or "") }
end

-- A client whose network is the case: its transport hands each request out of a coroutine.
local function new_client(given, delays)
  return rekognition.client {
    region = "us-east-1", env = {},
    credentials = { access_key_id = "AKID", secret_access_key = "secret" },
    retry = {
      mode = given_value(given.mode) or "standard", max_attempts = given_value(given.max_attempts),
      initial_tokens = given_value(given.initial_retry_tokens), max_backoff = given_value(given.max_backoff_time),
    },
    random = function() return given_value(given.exponential_base) or 1 end,
    sleep = function(seconds) delays[#delays + 1] = seconds end,
    http = function() return coroutine.yield("request") end,
  }
end

local OUTCOMES = { fail_request = true, max_attempts_exceeded = true, retry_quota_exceeded = true }

-- What a call did with a response.
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
  -- What is given stands by itself or beside the responses.
  local client = new_client(type(case.given) == "table" and case.given or case, delays)
  local call
  for number, step in ipairs(case.responses) do
    local response, expected = parts(step)
    if not call then
      call = new_call(client)
      coroutine.resume(call)
    end
    if not given_value(expected.outcome) then return ("step %d: no outcome is expected"):format(number) end
    local before = #delays
    local outcome = observe(coroutine.resume(call, answer_of(response)))
    if outcome ~= expected.outcome then
      return ("step %d: outcome %s, expected %s"):format(number, outcome, expected.outcome)
    end
    local quota = client._retry.quota.tokens
    if given_value(expected.retry_quota) and quota ~= expected.retry_quota then
      return ("step %d: quota %s, expected %s"):format(number, quota, expected.retry_quota)
    end
    local delay = delays[before + 1] or 0
    if given_value(expected.delay) and not close(delay, expected.delay) then
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
  local first = case.cases and case.cases[1] or {}
  return first.calculated_rate and run_cubic or first.measured_tx_rate and run_rates or nil
end

local M = {}

function M.matches(folder) return folder:match("^retry%-") ~= nil end

-- The cases of a file: a list of them, such a list under one of several names, or a single case.
local function cases_of(document)
  if runner_for(document) then return { document } end
  return document.testCases or document.test_cases or document.tests or document.cases or document
end

local function run_file(path, file, report)
  for number, case in ipairs(cases_of(cjson.decode(files.read(path)))) do
    local name = file .. ": " .. tostring(case.name or case.documentation or case.description or number)
    local run = runner_for(case)
    local ran, why = true, "a case of no known form"
    if run then ran, why = pcall(run, case) end
    if ran and not why then report:pass(name) else report:fail(name, why) end
  end
end

local function run_folder(dir, prefix, report)
  for _, file in ipairs(files.files(dir)) do
    if file:find("%.json$") then run_file(dir .. "/" .. file, prefix .. file, report) end
  end
  for _, folder in ipairs(files.folders(dir)) do run_folder(dir .. "/" .. folder, prefix .. folder .. "/", report) end
end

function M.run(dir, report)
  run_folder(dir, "", report)
end

return M

--- Retries: whether a failed attempt is worth another, and when.
--
-- The behaviour that AWS's SDKs share ("Retry behavior" in the AWS SDKs and Tools Reference Guide),
-- in the form that became their default in November 2026: exponential delays from 50 ms (1 s where
-- the service throttles) to 20 s, with full jitter; a quota of tokens for each client, so that a
-- service in trouble is not buried in retries; `x-amz-retry-after`.

local rate_limiter = require("rekognition.lazy") "rekognition.retry.rate_limiter"

local M = {}

local THROTTLING_CODES = {
  Throttling = true, ThrottlingException = true, ThrottledException = true,
  RequestThrottledException = true, TooManyRequestsException = true,
  ProvisionedThroughputExceededException = true, TransactionInProgressException = true,
  RequestLimitExceeded = true, BandwidthLimitExceeded = true, LimitExceededException = true,
  RequestThrottled = true, SlowDown = true, PriorRequestNotComplete = true,
  EC2ThrottledException = true,
}
local TRANSIENT_CODES = { RequestTimeout = true, RequestTimeoutException = true }
local TRANSIENT_STATUS = { [500] = true, [502] = true, [503] = true, [504] = true }

-- What no second attempt would change. Any other failure to get a response is transient; a custom
-- transport may have codes of its own.
local LASTING_TRANSPORT_CODES = { tls = true, too_large = true, request = true, memory = true, closed = true }

-- What AWS calls legacy is the standard mode here: our choice.
---@type table<string, string?>
local MODES = { standard = "standard", adaptive = "adaptive", off = "off", legacy = "standard" }
local RETRY_COST, THROTTLING_COST = 14, 5
local BASE_DELAY, THROTTLING_BASE_DELAY = 0.05, 1
local MAX_RETRY_AFTER = 5

---@class rekognition.RetryOptions
---@field mode? "standard"|"adaptive"|"off"
---@field max_attempts? integer    the first one counts; by default 3
---@field initial_tokens? integer  the quota, by default 500
---@field max_backoff? number      seconds, by default 20
---@field limit_exceeded? "throttling"|"fail"  what LimitExceededException means: every AWS SDK takes
---  it for throttling; on Rekognition's Start, Copy and Create operations it means too many jobs at
---  once, which a delay of seconds seldom cures: "fail" raises it at the first attempt

---@class rekognition.RetryFailure
---@field status? integer         HTTP status; absent if no response came
---@field code? string            the service's error code, or the transport's
---@field headers? table<string, string>  names in lower case
---@field is_modelled? fun(): boolean     whether the operation's model lists the code

---@class rekognition.Retry
local Retry = {}
Retry.__index = Retry

--- The retry behaviour of one client. Options are taken as they are: `rekognition.client` checks
--- what the user gave.
---@param options? rekognition.RetryOptions
---@param seams rekognition.Seams
---@return rekognition.Retry
function M.new(options, seams)
  options = options or {}
  local mode = assert(MODES[options.mode or "standard"], "no such retry mode")
  return setmetatable({
    mode = mode,
    max_attempts = mode == "off" and 1 or options.max_attempts or 3,
    quota = { tokens = options.initial_tokens or 500, capacity = options.initial_tokens or 500 },
    max_backoff = options.max_backoff or 20,
    limit_exceeded = options.limit_exceeded or "throttling",
    seams = seams,
    limiter = mode == "adaptive" and rate_limiter.new(seams.monotonic), -- or false: each call looks at it
  }, Retry)
end

--- The behaviour for one call with other options. The quota and the limiter stay those of the client; a call that asks
--- for its own `initial_tokens` has a quota of its own.
---@param options rekognition.RetryOptions
---@return rekognition.Retry
function Retry:with(options)
  local merged = { max_attempts = self.max_attempts }
  for _, name in ipairs { "mode", "max_backoff", "limit_exceeded" } do merged[name] = self[name] end
  for name, value in pairs(options) do merged[name] = value end
  if self.mode == "off" and options.mode and not options.max_attempts then merged.max_attempts = nil end
  local other = M.new(merged, self.seams)
  if not options.initial_tokens then other.quota = self.quota end
  if other.limiter and self.limiter then other.limiter = self.limiter end
  return other
end

--- What a failure is: "throttling", "transient", or nil where trying again would not help.
---@param failure rekognition.RetryFailure
---@return "throttling"|"transient"|nil
function Retry:classify(failure)
  local code, status = failure.code, failure.status
  if not status then
    return not LASTING_TRANSPORT_CODES[code] and "transient" or nil
  end
  if code == "LimitExceededException" and self.limit_exceeded == "fail" then return nil end
  if THROTTLING_CODES[code] then return "throttling" end
  -- A 429 counts where the model does not say what its code means.
  if status == 429 and not (failure.is_modelled and failure.is_modelled()) then return "throttling" end
  return (TRANSIENT_CODES[code] or TRANSIENT_STATUS[status]) and "transient" or nil
end

--- Seconds to wait before an attempt is sent; 0 but in adaptive mode.
function Retry:before_attempt()
  return self.limiter and self.limiter:acquire() or 0
end

--- Notes a success. `acquired` is what `after_failure` gave for the last retry of this call, or nil.
---@param acquired? integer
function Retry:after_success(acquired)
  if self.limiter then self.limiter:record(false) end
  local quota = self.quota
  if quota.tokens < quota.capacity then quota.tokens = math.min(quota.capacity, quota.tokens + (acquired or 1)) end
end

-- The header says milliseconds; what does not is ignored, as in other SDKs.
local function retry_after(headers)
  local value = headers and headers["x-amz-retry-after"]
  local digits = value and value:match("^[ \t]?([0-9]+)[ \t]?$")
  if not digits or #digits > 15 then return nil end
  return math.tointeger(digits) / 1000
end

--- The delay before the retry that follows attempt number `attempt`, in seconds.
function Retry:delay(failure, kind, attempt)
  local base = kind == "throttling" and THROTTLING_BASE_DELAY or BASE_DELAY
  local delay = self.seams.random() * math.min(base * 2.0 ^ (attempt - 1), self.max_backoff)
  local after = retry_after(failure.headers)
  if after then delay = math.max(delay, math.min(after, delay + MAX_RETRY_AFTER)) end
  return delay
end

--- Decides what follows a failed attempt.
---@param failure rekognition.RetryFailure
---@param attempt integer  the number of the attempt that failed, from 1
---@return number? delay   seconds to wait before the next attempt; nil: do not retry
---@return integer|string  the tokens taken; or why not: "fail_request", "max_attempts_exceeded",
---  "retry_quota_exceeded"
function Retry:after_failure(failure, attempt)
  local kind = self:classify(failure)
  if self.limiter then self.limiter:record(kind == "throttling") end
  if not kind then return nil, "fail_request" end
  if attempt >= self.max_attempts then return nil, "max_attempts_exceeded" end
  local cost = kind == "throttling" and THROTTLING_COST or RETRY_COST
  local quota = self.quota
  if quota.tokens < cost then return nil, "retry_quota_exceeded" end
  quota.tokens = quota.tokens - cost
  return self:delay(failure, kind, attempt), cost
end

return M

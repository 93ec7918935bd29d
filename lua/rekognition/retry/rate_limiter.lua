--- The client-side rate limiter of the "adaptive" retry mode.
--
-- Three parts, as the AWS SDKs have them: a cubic function says how fast to send (after the CUBIC
-- congestion control of RFC 9438), a clocker measures how fast the client does send, and a token
-- bucket makes it wait. Source: "Retry behavior", AWS SDKs and Tools Reference Guide; the figures
-- are botocore's.

local M = {}

local SCALE, BETA = 0.4, 0.7

---@class rekognition.Cubic
local Cubic = {}
Cubic.__index = Cubic

--- The cubic rate: what it was when last throttled, and how it grows back from there.
---@param max_rate number       requests per second when last throttled
---@param last_throttle number  when that was, epoch seconds
function M.cubic(max_rate, last_throttle)
  local self = setmetatable({ max_rate = max_rate, last_throttle = last_throttle }, Cubic)
  self:reset_window()
  return self
end

function Cubic:reset_window()
  self.window = (self.max_rate * (1 - BETA) / SCALE) ^ (1 / 3)
end

--- The rate after a response that was not throttled.
function Cubic:success(timestamp)
  return SCALE * (timestamp - self.last_throttle - self.window) ^ 3 + self.max_rate
end

--- The rate after a throttled response, met while sending at `rate`.
function Cubic:throttled(rate, timestamp)
  self.max_rate = rate
  self.last_throttle = timestamp
  self:reset_window()
  return rate * BETA
end

local SMOOTHING, INTERVAL = 0.8, 0.5

-- How fast the client sends: a smoothed count over intervals of half a second.
local Clocker = {}
Clocker.__index = Clocker

local function new_clocker(now)
  return setmetatable({ rate = 0, count = 0, last = math.floor(now) }, Clocker)
end

function Clocker:record(now)
  local interval = math.floor(now / INTERVAL) * INTERVAL
  self.count = self.count + 1
  if interval > self.last then
    local current = self.count / (interval - self.last)
    self.rate = current * SMOOTHING + self.rate * (1 - SMOOTHING)
    self.count = 0
    self.last = interval
  end
  return self.rate
end

local MIN_RATE = 0.5

---@class rekognition.RateLimiter
---@field fill_rate number      tokens per second
---@field measured_rate number  requests per second
local Limiter = {}
Limiter.__index = Limiter

--- A limiter that lets everything through until the first throttled response.
---@param clock fun(): number
function M.new(clock)
  local now = clock()
  return setmetatable({
    clock = clock,
    cubic = M.cubic(0, now),
    clocker = new_clocker(now),
    enabled = false,
    fill_rate = 1,
    capacity = 0,
    max_capacity = 1,
    last_fill = now,
    measured_rate = 0,
  }, Limiter)
end

function Limiter:refill(now)
  local gained = math.max(0, now - self.last_fill) * self.fill_rate
  self.capacity = math.min(self.max_capacity, self.capacity + gained)
  self.last_fill = now
end

--- Takes a token for a request about to be sent, and says for how many seconds to wait first. The
--- token may be one of the future: whoever asks next then waits longer.
function Limiter:acquire()
  if not self.enabled then return 0 end
  self:refill(self.clock())
  self.capacity = self.capacity - 1
  return math.max(0, -self.capacity / self.fill_rate)
end

--- Takes back a token that was not used: its call was ended while it waited.
function Limiter:give_back()
  self.capacity = math.min(self.max_capacity, self.capacity + 1)
end

function Limiter:set_rate(rate, now)
  self:refill(now)
  self.fill_rate = math.max(rate, MIN_RATE)
  self.max_capacity = math.max(rate, 1)
  self.capacity = math.min(self.capacity, self.max_capacity)
end

--- Learns from a response.
---@param throttled boolean
function Limiter:record(throttled)
  local now = self.clock()
  self.measured_rate = self.clocker:record(now)
  local rate
  if throttled then
    local sending = self.enabled and math.min(self.measured_rate, self.fill_rate) or self.measured_rate
    rate = self.cubic:throttled(sending, now)
    self.enabled = true
  else
    rate = self.cubic:success(now)
  end
  self:set_rate(math.min(rate, 2 * self.measured_rate), now)
end

return M

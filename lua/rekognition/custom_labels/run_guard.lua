--- Limits of a run: hours and cost. Checked before each call of the client, and whenever somebody asks.

local number = require "rekognition.text.number"
local rek_error = require "rekognition.error"

local M = {}

---@class rekognition.RunGuard
local Guard = {}
Guard.__index = Guard

---@class rekognition.RunLimits
---@field max_hours? number
---@field max_cost? number        of the currency of the price
---@field price_per_hour number   for each inference unit
---@field units integer           the most that may be billed
---@field warn_at number          the share of a limit at which to warn
---@field now fun(): number       never set back
---@field warn fun(message: string)

--- Starts the clock.
---@param limits rekognition.RunLimits
---@return rekognition.RunGuard
function M.new(limits)
  local seconds, reason = math.huge, nil
  if limits.max_hours then
    seconds, reason = limits.max_hours * 3600, "max_hours = " .. number.text(limits.max_hours)
  end
  local per_hour = limits.price_per_hour * limits.units
  if limits.max_cost and per_hour > 0 and limits.max_cost / per_hour * 3600 < seconds then
    seconds = limits.max_cost / per_hour * 3600
    reason = ("max_cost = %s (inference units: %d, each %s an hour)"):format(number.text(limits.max_cost),
      limits.units, number.text(limits.price_per_hour))
  end
  return setmetatable({
    _began = limits.now(), _now = limits.now, _seconds = seconds, _reason = reason, _per_hour = per_hour,
    _warn_after = seconds * limits.warn_at, _warn = limits.warn,
  }, Guard)
end

--- Seconds since the start was sent.
---@return number
function Guard:elapsed()
  return self._now() - self._began
end

--- Seconds until a limit is reached; infinite where there is none.
---@return number
function Guard:seconds_left()
  return self._seconds - self:elapsed()
end

--- What the run has cost so far, at most.
---@return number
function Guard:cost()
  return self:elapsed() / 3600 * self._per_hour
end

--- Warns once at a share of the limit. Raises kind "cancelled", code "RunLimitReached", when it is reached.
function Guard:check()
  local elapsed = self:elapsed()
  if elapsed >= self._seconds then
    rek_error.raise { kind = "cancelled", code = "RunLimitReached",
      message = ("the run has reached %s after %s hours; the model is stopped"):format(self._reason,
        number.fixed(elapsed / 3600, 2)) }
  end
  if elapsed >= self._warn_after and not self._warned then
    self._warned = true
    self._warn(("%d %% of %s are used; the model is stopped in %d seconds"):format(
      math.floor(elapsed / self._seconds * 100), self._reason, math.ceil(self._seconds - elapsed)))
  end
end

-- The guards of a client's runs, all checked before each of its calls; by client, which they don't keep alive.
local guards_of = setmetatable({}, { __mode = "k" })

local function check_all(guards)
  for guard in pairs(guards) do guard:check() end
end

--- Checks this guard before each call of the client, until `detach`.
---@param client rekognition.Client
function Guard:attach(client)
  local guards = guards_of[client] or {}
  guards_of[client], guards[self] = guards, true
  client._before_call = function() check_all(guards) end
end

---@param client rekognition.Client
function Guard:detach(client)
  local guards = guards_of[client]
  if not guards then return end
  guards[self] = nil
  if next(guards) == nil then guards_of[client], client._before_call = nil, false end
end

return M

--- The emulator's two clocks.
--
-- The *time* is what resources live by: trainings end by it, and responses have it in their timestamps. It may run
-- fast, stand still, or be set. The *signing clock* is what signatures and tokens are judged by: the machine's clock,
-- ahead or behind by a skew, so that a client meets a service whose clock differs from its own. They are two, since a
-- client that signs by the machine's clock must be believed however fast the time runs.

local M = {}

---@class rekognition.emulator.Clocks
---@field machine fun(): number
---@field skew number    seconds that the signing clock is ahead
---@field rate number    seconds of time in a second; 0: it stands still
---@field from number    the time at `since`
---@field since number   by the machine's clock
local Clocks = {}
Clocks.__index = Clocks

--- Makes the clocks.
---@param machine fun(): number  epoch seconds
---@param options? {rate?: number, at?: number}
---@return rekognition.emulator.Clocks
function M.new(machine, options)
  options = options or {}
  local now = machine()
  return setmetatable({ machine = machine, skew = 0, rate = options.rate or 1, from = options.at or now, since = now,
                        offset = not options.at and (options.rate or 1) == 1 }, Clocks)
end

--- The time. As long as nobody set it, it is the machine's to the last digit.
---@return number epoch seconds
function Clocks:now()
  if self.offset then return self.machine() end
  return self.from + (self.machine() - self.since) * self.rate
end

--- What signatures are judged by.
---@return number epoch seconds
function Clocks:signing()
  return self.machine() + self.skew
end

--- Changes the clocks; what is left out stays as it is.
---@param change {now?: number, advance?: number, rate?: number, skew?: number}
function Clocks:set(change)
  local now = change.now or self:now()
  if change.now or change.advance or change.rate then
    self.from, self.since, self.offset = now + (change.advance or 0), self.machine(), false
  end
  self.rate = change.rate or self.rate
  self.skew = change.skew or self.skew
end

--- Back to the machine's clock.
function Clocks:reset()
  self.skew, self.rate, self.offset = 0, 1, true
end

return M

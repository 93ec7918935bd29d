--- How many copies may be under way at the same time in an account and region.
--
-- AWS has a quota (L-B3EE7891) and doesn't publish its value. So copies are begun until one is refused; what was under
-- way then is the limit. Once in a while one more is tried, since the quota may have been raised.

local M = {}

-- Our decisions.
local ROUNDS_TO_PROBE = 12      -- a limit of 3 is tried with 4 after 36 copies
local LONGEST_PAUSE = 600       -- seconds, between tries while others use all places

---@class rekognition.Pool
---@field under_way integer
---@field limit number        math.huge until it is learned
---@field queue table[]       items that wait for a place
local Pool = {}
Pool.__index = Pool

function M.new()
  return setmetatable({ under_way = 0, limit = math.huge, queue = {}, completed = 0, not_before = 0, refusals = 0 },
    Pool)
end

--- Whether a copy may be begun now.
---@param now number
---@return boolean
function Pool:has_room(now)
  return #self.queue > 0 and self.under_way < self.limit and now >= self.not_before
end

--- The next item, which then counts as under way.
function Pool:take()
  self.under_way = self.under_way + 1
  return table.remove(self.queue, 1)
end

--- A copy was refused for the quota: it waits again, before the others.
---@param item table
---@param now number
---@param delay number  seconds between polls
function Pool:refused(item, now, delay)
  table.insert(self.queue, 1, item)
  self.under_way = self.under_way - 1
  if self.under_way > 0 then
    self.limit, self.completed, self.refusals = self.under_way, 0, 0
    return
  end
  -- Nothing of ours is under way: others have all places.
  self.limit, self.refusals = 1, self.refusals + 1
  self.not_before = now + math.min(LONGEST_PAUSE, delay * 2 ^ (self.refusals - 1))
end

--- A copy has ended, in whatever way.
function Pool:ended()
  self.under_way = self.under_way - 1
  self.completed = self.completed + 1
  if self.limit < math.huge and self.completed >= self.limit * ROUNDS_TO_PROBE then
    self.limit, self.completed = self.limit + 1, 0
  end
end

return M

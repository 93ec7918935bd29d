--- Moments, the next one first: a binary heap. What is taken out early leaves it.

local M = {}
M.__index = M

---@class rekognition.Timer
---@field at number       the moment
---@field what any        what it is for
---@field place? integer  its place of the heap; nil: it isn't there any more

function M.new() return setmetatable({ count = 0 }, M) end

-- These call nothing: so none is lost where the stack can't grow.
local function up(self, place, timer)
  while place > 1 do
    local parent = self[place // 2]
    if parent.at <= timer.at then break end
    self[place], parent.place = parent, place
    place = place // 2
  end
  self[place], timer.place = timer, place
end

local function down(self, place, timer)
  local count = self.count
  while true do
    local child = place * 2
    if child > count then break end
    if child < count and self[child + 1].at < self[child].at then child = child + 1 end
    local below = self[child]
    if below.at >= timer.at then break end
    self[place], below.place = below, place
    place = child
  end
  self[place], timer.place = timer, place
end

local Timer = {}
function Timer:__close() self.timers:remove(self) end

--- Adds one, which a `<close>` takes out.
---@return rekognition.Timer
function M:add(at, what)
  local place = self.count + 1
  local timer = setmetatable({ at = at, what = what, timers = self, place = place }, Timer)
  self[place] = timer -- here memory may end: nothing has changed by then
  self.count = place
  up(self, place, timer)
  return timer
end

--- Takes one out; one that isn't there any more is left as it is.
function M:remove(timer)
  local place, last = timer.place, self[self.count]
  if not place then return end
  timer.place, self[self.count] = nil, nil
  self.count = self.count - 1
  if last == timer then return end
  self[place], last.place = last, place -- where memory ends now, it is at least there
  if place > 1 and self[place // 2].at > last.at then up(self, place, last) else down(self, place, last) end
end

--- The next moment, or nil.
function M:first()
  local timer = self[1]
  return timer and timer.at
end

--- The next one if its moment has come.
---@return rekognition.Timer?
function M:due(now)
  local timer = self[1]
  if not timer or timer.at > now then return nil end
  return timer
end

return M

--- Places that are taken and given back; whoever comes when there is none waits, first come, first served.

local engine = require "rekognition.async.engine"

---@class rekognition.Semaphore
---@field places integer
---@field used integer
---@field waiting integer  how many wait
local Semaphore = {}
Semaphore.__index = Semaphore

local M = {}

---@param places integer
---@return rekognition.Semaphore
function M.new(places)
  return setmetatable({ places = places, used = 0, waiting = 0, first = 1, last = 0, queue = {} }, Semaphore)
end

-- Ends a wait early; a place that was handed over meanwhile is given back.
local function leave(entry)
  local self = entry.semaphore
  if entry.given then return self:give() end
  if entry.late then return end
  self.queue[entry.place] = false
  self.waiting = self.waiting - 1
end

--- Takes a place, if there is one and nobody waits.
---@return boolean
function Semaphore:try()
  if self.used >= self.places or self.waiting > 0 then return false end
  self.used = self.used + 1
  return true
end

-- The time is over: whoever waits goes on without a place.
local function give_up(entry)
  if entry.given then return end
  engine.wake(entry.token) -- here memory may end: nothing has changed by then
  leave(entry)
  entry.late = true
end

--- Takes a place; waits for it, at most so many seconds if they are given.
---@param driver table
---@param seconds? number
---@return boolean  false: the time was over first
function Semaphore:take(driver, seconds)
  if self:try() then return true end
  local entry = { semaphore = self, place = self.last + 1, token = driver:token(), given = false, late = false }
  local _timer <close> = seconds and engine.call_after(math.max(0, seconds), give_up, entry) -- luacheck: ignore _timer
  self.queue[entry.place] = entry -- up to here memory may end: nothing has changed by then
  self.last, self.waiting = entry.place, self.waiting + 1
  driver:park(entry.token, leave, entry)
  return not entry.late
end

--- Frees a place: the one who has waited longest gets it.
function Semaphore:give()
  while self.first <= self.last do
    local entry = self.queue[self.first]
    if entry then engine.wake(entry.token) end -- here memory may end: nothing has changed by then
    self.queue[self.first] = nil
    self.first = self.first + 1
    if entry then
      self.waiting, entry.given = self.waiting - 1, true
      return
    end
  end
  self.used = self.used - 1
end

--- So that a place which was taken is given back by `local place <close> = semaphore`.
Semaphore.__close = Semaphore.give

return M

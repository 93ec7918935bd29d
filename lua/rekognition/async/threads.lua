--- The coroutines in which tasks run. One that was for a client's call is used for another one, since a coroutine is
--- dear to make.

local driver = require "rekognition.async.driver"
local engine = require "rekognition.async.engine"
local seams = require "rekognition.seams"

local M = {}

local create, status, yield = coroutine.create, coroutine.status, coroutine.yield
local drivers = seams.drivers
local ENDED = engine.WAITS -- there is nothing left to do

-- Coroutines of calls that have ended, for those that come. How many: our choice, a step ends 64 at most.
local MOST_SPARE = 256

--- Functions that make a coroutine, and that take one which is there or make one.
---@param run_task fun(thread: thread): boolean  runs the task that the coroutine is for; whether it was a client's call
---@return fun(): thread new
---@return fun(): thread take
function M.pool(run_task)
  local spare, spare_count = {}, 0

  -- What runs in a coroutine. A function of the caller's has a coroutine of its own.
  ---@async
  local function work(thread)
    local _guard <close> = driver.ABANDON -- luacheck: ignore _guard
    while run_task(thread) and spare_count < MOST_SPARE do
      spare[spare_count + 1] = thread -- here memory may end: nothing has changed by then
      spare_count = spare_count + 1
      repeat yield(ENDED) until drivers[thread] -- whoever else resumes it
    end
  end

  local function new()
    local thread
    thread = create(function() return work(thread) end)
    return thread
  end

  local function take()
    while spare_count > 0 do
      local thread = spare[spare_count]
      spare[spare_count], spare_count = nil, spare_count - 1
      if status(thread) == "suspended" then return thread end -- not closed from outside
    end
    return new()
  end

  return new, take
end

return M

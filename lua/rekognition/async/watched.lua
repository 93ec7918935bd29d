--- A task that may be ended from outside at a moment that is not known when it starts: by a timeout, or a limit that
-- somebody measures.

local engine = require "rekognition.async.engine"
local futures = require "rekognition.async.future"

local M = {}

-- The engine's part: asks, and asks again after the seconds that were returned.
local function ask(watch)
  local seconds, e = watch.look()
  if e then return watch.future:_cancel(e) end
  watch.timer = seconds and engine.call_after(seconds, ask, watch)
end

--- Runs f(...) as a task and waits for its end.
--
-- `look()` is called now, and later by the engine. It returns the seconds after which it must be called again (nil:
-- never), or nil and an error of kind "cancelled": the task and all that it started are then ended by that error.
-- It must neither wait nor raise.
---@param look fun(): number?, rekognition.Error?
---@param f function
---@return any ...  what f returned
function M.run(look, f, ...)
  local future <close> = futures.start(f, ...)
  local watch = { look = look, future = future, timer = nil }
  futures.watch(future, function() -- its end is gone through again where memory ends in it
    if watch.timer then engine.forget_timer(watch.timer) end
  end)
  ask(watch)
  return future:await()
end

return M

--- What an attempt waits for before it is sent: its turn by the rates of the client (`rate`), and by the limiter of the
--- adaptive mode. A turn that is not used goes back, so that later attempts don't wait for those that were ended.

local M = {}

local Turn = {}
function Turn:__close()
  if not self.is_over then self.give_back() end
end

-- Waits so many seconds, or until the call's time is over: then it has no use for its turn.
local function wait(channel, call, seconds, give_back)
  local turn <close> = setmetatable({ give_back = give_back, is_over = false }, Turn)
  local left = call.deadline and call.deadline - channel.monotonic()
  if left and left < seconds then
    turn.is_over, seconds = true, math.max(0, left)
    give_back()
  end
  channel.seams.sleep(seconds)
  turn.is_over = true
end

--- Waits for the turn that the adaptive mode allows. Returns whether there was something to wait for.
---@param channel rekognition.Channel
---@param call rekognition.Call
---@param retry rekognition.Retry
---@return boolean
function M.adaptive(channel, call, retry)
  local seconds = retry:before_attempt()
  if seconds <= 0 then return false end
  wait(channel, call, seconds, function() retry.limiter:give_back() end)
  return true
end

--- Waits for the turn by the client's rates. Returns whether there was something to wait for.
---@param channel rekognition.Channel
---@param call rekognition.Call
---@param credentials rekognition.Credentials
---@return boolean
function M.by_rate(channel, call, credentials)
  local seconds, give_back = channel.limits:reserve(channel, call.operation, credentials)
  if not give_back then return false end
  wait(channel, call, seconds, give_back)
  return true
end

return M

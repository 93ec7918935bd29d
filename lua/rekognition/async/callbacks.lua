--- What is called when a future has ended: the functions given to `on_done`.

local engine = require "rekognition.async.engine"
local expect = require "rekognition.text.expect"
local quote = require "rekognition.text.quote"
local seams = require "rekognition.seams"

local M = {}

---@class (partial) rekognition.Future
local Future = require "rekognition.async.future_class"

local unpack = table.unpack

--- Where errors of a client's call go; nil for other tasks.
---@return function?
function M.logger_of(future)
  local channel = future.channel or future.direct and future.direct.channel
  return channel and channel.seams.logger or future.logger or nil
end

--- Logs that a callback raised.
function M.log_failure(future, problem)
  (M.logger_of(future) or seams.warn)("error", "callback_failed", { message = quote.message(tostring(problem)) })
end

local function call_back(self, callback)
  local results = self.results
  local ok, problem = pcall(callback, self.ok, unpack(results, 1, self.ok and results.n or 1))
  if not ok then M.log_failure(self, problem) end
end

-- Calls the callbacks; the engine does, once it has ended.
function Future:_after()
  local callbacks = self.callbacks
  if not callbacks then return end
  self.callbacks = false
  if type(callbacks) == "function" then return call_back(self, callbacks) end
  for _, callback in ipairs(callbacks) do call_back(self, callback) end
end

-- One that has callbacks already, or has ended.
local function add(self, f)
  local callbacks = self.callbacks
  if type(callbacks) == "table" then
    callbacks[#callbacks + 1] = f
  else
    self.callbacks = callbacks and { callbacks, f } or f
  end
  if self.unclaimed then self.unclaimed.claimed = true end
  if self.ended then engine.push(self) elseif self.direct then self.direct = self.direct.shared end
end

--- Calls f(ok, ...) when it has ended: with true and what it returned, or false and what it raised; soon if it has
--- ended already; by the engine in any case, so never inside this call.
---@param f fun(ok: boolean, ...: any)
function Future:on_done(f)
  if getmetatable(self) ~= Future then Future.check(self, "on_done") end
  if type(f) ~= "function" then expect.argument(f, expect.FUNCTION, "on_done", "f") end
  self.is_claimed = true
  if self.callbacks or self.ended then add(self, f) else self.callbacks = f end
end

return M

--- Calls that are started and not waited for, and the bounds on them.

local async = require "rekognition.async"
local call = require "rekognition.call"
local direct = require "rekognition.call.direct"
local rek_error = require "rekognition.error"
local driver = require "rekognition.async.driver"
local semaphores = require "rekognition.async.semaphore"

local M = {}

M.start_direct = direct.start

-- Calls that may wait for one of the `max_in_flight` places before whoever starts another one must wait. Our choice.
local MAX_QUEUED = 1000

--- Places for calls in flight, and for those that wait for one.
---@class rekognition.Gate: rekognition.Semaphore
---@field admission rekognition.Semaphore
---@field when_full "wait"|"error"

--- What bounds a client's calls in flight.
---@param options { max_in_flight: integer, max_queued?: integer, when_full?: "wait"|"error" }
---@return rekognition.Gate
function M.gate(options)
  local gate = semaphores.new(options.max_in_flight) ---@type any
  gate.admission = semaphores.new(options.max_in_flight + (options.max_queued or MAX_QUEUED))
  gate.when_full = options.when_full or "wait"
  return gate
end

--- A place for a call that is about to be started: waits for it, or raises, as the client's option `when_full` says.
---@param gate rekognition.Gate
---@return rekognition.Semaphore
function M.admit(gate)
  local admission = gate.admission
  if admission:try() then return admission end
  if gate.when_full == "error" then
    rek_error.raise { kind = "transport", code = "QueueFull", retryable = true,
      message = ("%d calls are in flight or wait, and max_in_flight and max_queued allow no more; await some of them")
        :format(admission.used) }
  end
  admission:take(driver.current())
  return admission
end

local function run(task) return call.run_task(task, task.channel, task.state) end

--- Starts a call.
---@param channel rekognition.Channel
---@param state rekognition.Call  its request is closed in the end
---@param admission? rekognition.Semaphore  a place taken by `admit`
---@return rekognition.Future
function M.start(channel, state, admission)
  return async.start_call(run, channel, state, admission)
end

return M

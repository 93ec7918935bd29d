--- The end of a run: the model is stopped once, by whoever can do it.
--
-- Where a task ends, the stop is a task of its own, which no cancellation ends. Where a coroutine is closed from
-- outside it can't wait: an engine that goes on by itself has the stop then; without one, closing it blocks.

local calls = require "rekognition.custom_labels.calls"
local core = require "rekognition.core"
local engine = require "rekognition.async.engine"
local futures = require "rekognition.async.future"
local quote = require "rekognition.text.quote"
local rek_error = require "rekognition.error"
local run_guard = require "rekognition.custom_labels.run_guard"
local seams = require "rekognition.seams"
local stop_model = require "rekognition.custom_labels.stop_model"

local M = {}

-- What a client sleeps by, unless its host brought a sleep.
local OWN_SLEEP = seams.from({}).sleep

-- Whether the Lua state is being closed. It calls finalizers in the reverse order of the objects' making, so the one of
-- the newest probe, which nothing but that can collect, comes before those of all runs.
local probe, is_closing = nil, false
local Probe = {
  __gc = function(self)
    if self ~= probe then return end
    is_closing = true
    engine.give_up() -- its parts may have been finalized already
  end,
}

--- Says that there is a run now which will end.
function M.expect(_)
  probe = setmetatable({}, Probe)
end

--- Notes that the run's function has returned, and passes on what.
function M.returned(run, ...)
  run.has_returned = true
  return ...
end

local function release(run)
  local lock = run.lock
  run.lock = nil
  if lock then run.journal:release(run.model.arn, run.model.client.endpoint, lock) end
end

-- The model is stopped, and that is what counts: a journal that can't be written is only said.
local function forget(run)
  local ok, problem = pcall(run.journal.remove, run.journal, run.model.arn, run.model.client.endpoint)
  if ok then return end
  calls.pass_on(problem)
  run.model.client._seams.logger("warn", "journal_failed", { version = run.model.arn, message = problem.message })
  run.model:report("stop", "warning", "the model is stopped, but the journal still has it: " .. problem.message)
end

-- Stops the model, and then takes it out of the journal.
local function stop(run)
  local options = run.options
  run.model:report("stop", "requested")
  run_guard.without(function()
    stop_model.run(run.model, { timeout = options.stop_timeout, may_lag = not run.was_running })
  end)
  if run.journal then forget(run) end
end

local function let_go(run)
  if run.holds_client then run_guard.let_go(run.model.client) end
  run.holds_client = false
end

local function finish(run)
  run.state = "finishing"
  if run.is_ours then stop(run) end
  let_go(run)
  release(run)
  run.state = "finished"
end

-- As finish. The journal's entry stays where it fails, for `rekognition stop --mine`.
local function try(run)
  local ok, problem = pcall(finish, run)
  if ok then return end
  run.state = "finished"
  let_go(run)
  if run.lock then run.lock:close() end
  error(problem, 0)
end

local function log(run, problem)
  local is_ours = rek_error.is_error(problem)
  run.model.client._seams.logger("error", "stop_failed", {
    version = run.model.arn, code = is_ours and problem.code or nil,
    message = is_ours and problem.message or quote.message(tostring(problem)) })
end

-- Leaves the stop to the engine. Its error is for the logger unless somebody hears it.
local function hand_over(run)
  run.state = "handed over"
  return futures.detach(function()
    if run.state ~= "handed over" then return end
    local ok, problem = pcall(try, run)
    if ok then return end
    if not run.is_heard then log(run, problem) end
    error(problem, 0)
  end, run.model.client._seams.logger)
end

-- In a task: nothing that ends the task ends the stop. Where the wait for it is cancelled, the engine goes on with it.
local function hand_over_and_wait(run)
  local future = hand_over(run)
  futures.claim(future)
  run.is_heard = true
  local _scope <close> = setmetatable({}, { __close = function() run.is_heard = false end }) -- luacheck: ignore _scope
  future:await()
end

-- Calls of a client with a sleep or a transport of the host's own don't let the engine go on, or only in the host's own
-- coroutines.
local function is_for_engine(run)
  local own = run.model.client._seams
  return run.is_ours and own.http == nil and own.sleep == OWN_SLEEP
end

local function is_closed_from_outside(run, problem)
  local _, is_main = coroutine.running()
  return problem == nil and not run.has_returned and not is_main and not coroutine.isyieldable()
end

local function detach_guard(run)
  if run.guard then run.guard:detach(run.model.client) end
end

local function end_run(run, problem)
  detach_guard(run)
  if is_for_engine(run) and engine.is_driven() and is_closed_from_outside(run, problem) then
    futures.claim(hand_over(run)) -- its error goes to the logger by `log`
  elseif is_for_engine(run) and engine.current then
    hand_over_and_wait(run)
  else
    try(run)
  end
end

-- Whether this is the child of a fork: the run is then its parent's, which goes on with it.
local function is_of_parent(run)
  return run.generation ~= nil and run.generation ~= core.fork_generation()
end

--- Ends the run when its scope does. The error behind a stop that failed is the more urgent one; what the run itself
--- failed with goes along.
---@param run rekognition.Run
---@param problem any  what the run failed with
function M.close(run, problem)
  if run.state or is_of_parent(run) then return end
  local ok, stop_problem = pcall(end_run, run, problem)
  if ok and problem == nil then ok, stop_problem = run.model.failed_callback == nil, run.model.failed_callback end
  if ok then return end
  if problem ~= nil and rek_error.is_error(stop_problem) and stop_problem ~= problem then
    stop_problem.run_error = problem
    stop_problem.message = ("%s (the run itself ended with: %s)"):format(stop_problem.message, tostring(problem))
  end
  error(stop_problem, 0)
end

--- Ends the run when it is collected: its coroutine was dropped, or the Lua state is being closed. A stop that was left
-- to the engine is done here where the engine will never go on.
---@param run rekognition.Run
function M.collect(run)
  if is_of_parent(run) then return end
  if is_closing then
    if run.state == nil or run.state == "handed over" or run.state == "finishing" then
      detach_guard(run)
      try(run)
    end
  elseif run.state == nil then
    detach_guard(run)
    if not (is_for_engine(run) and engine.is_driven()) then return try(run) end
    setmetatable(run, getmetatable(run)) -- so that the state's end finds it again
    futures.claim(hand_over(run))
  end
end

return M

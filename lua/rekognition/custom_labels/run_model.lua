--- A model that runs while a function does, and is stopped whatever comes of it.
--
-- A running model is billed, idle or not. docs/running-models.md says what is stopped when, and by whom.

local core = require "rekognition.core"
local ending = require "rekognition.custom_labels.run_ending"
local journals = require "rekognition.custom_labels.run_journal"
local rek_error = require "rekognition.error"
local run_guard = require "rekognition.custom_labels.run_guard"
local run_options = require "rekognition.custom_labels.run_options"
local running_model = require "rekognition.custom_labels.running_model"
local start_model = require "rekognition.custom_labels.start_model"
local seams = require "rekognition.seams"
local watched = require "rekognition.async.watched"

local M = {}

-- A run under way: closing it stops the model, and so does its collection, which comes when a coroutine was dropped
-- or the Lua state is closed.
---@class rekognition.Run
---@field model rekognition.RunningModel
---@field guard? rekognition.RunGuard
---@field is_ours boolean  the start was sent, or is about to be
local Run = {}
Run.__index = Run

local function entry_of(run, confirmed)
  local options, client = run.options, run.model.client
  return {
    version = run.model.arn, project = run.model.project, region = client.region, endpoint = client.endpoint,
    profile = options.profile, started_at = run.started_at, confirmed = confirmed,
    min_inference_units = options.min_inference_units, max_inference_units = options.max_inference_units,
    price_per_hour = options.price_per_hour,
  }
end

local function write(run, confirmed)
  if run.journal then run.journal:add(entry_of(run, confirmed)) end
end

-- Takes the run out of the journal.
local function forget(run)
  local client = run.model.client
  if not run.journal then return end
  run.journal:remove(run.model.arn, client.endpoint)
end

function Run:__close(problem) ending.close(self, problem) end

function Run:__gc() ending.collect(self) end

--- Raises when a limit of the run is reached; warns before. The client's calls do this by themselves.
function Run:check()
  if self.guard then self.guard:check() end
end

--- Seconds until a limit of the run is reached; infinite where there is none.
---@return number
function Run:seconds_left()
  return self.guard and self.guard:seconds_left() or math.huge
end

--- What the run has cost so far, at most: with auto-scaling the most inference units are counted.
---@return number
function Run:cost()
  return self.guard and self.guard:cost() or 0
end

local function new_guard(run)
  local options, model = run.options, run.model
  return run_guard.new {
    version = model.arn, logger = model.client._seams.logger,
    max_hours = options.max_hours, max_cost = options.max_cost, price_per_hour = options.price_per_hour,
    units = options.max_inference_units or options.min_inference_units, warn_at = options.warn_at,
    now = model.client._seams.monotonic,
    warn = function(message)
      model:report("limit", "warning", message)
      model.client._seams.logger("warn", "run_limit", { version = model.arn, message = message })
    end,
  }
end

-- Waits through a stop that somebody has asked for.
local function wait_until_startable(run)
  local model, deadline = run.model, run.model:now() + run.options.timeout
  local version = model:describe()
  while version and version.Status == "STOPPING" and model:now() < deadline do
    model:report("start", "STOPPING", "waiting for a stop that is under way", version)
    model:pause()
    version = model:describe()
  end
  return version
end

-- Says that the model is about to be this run's, before anything is sent: a process that is killed then has left word.
local function claim(run)
  run.is_ours, run.started_at, run.generation = true, run.model.client._seams.clock(), core.fork_generation()
  run.guard = new_guard(run)
  local ok, problem = pcall(write, run, false)
  if ok then return end
  -- Nothing is sent, so there is nothing to stop. What a signal ended may have been written.
  if not (rek_error.is_error(problem) and problem.kind == "cancelled") then run.is_ours, run.guard = false, nil end
  error(problem, 0)
end

local function disclaim(run)
  run.is_ours, run.guard = false, nil
  forget(run)
end

-- Starts the model. False where someone else was quicker.
local function start(run)
  claim(run)
  local options = run.options
  local ok, is_ours, taken = pcall(start_model.request, run.model,
    { min = options.min_inference_units, max = options.max_inference_units })
  if ok and is_ours then
    write(run, true)
    return true
  end
  if ok then
    disclaim(run)
    return false, taken
  end
  -- A refusal is clear: nothing was started. What isn't clear is stopped by `finish`, as if it had been.
  if rek_error.is_error(is_ours) and is_ours.kind ~= "cancelled" and not running_model.is_ambiguous(is_ours) then
    disclaim(run)
  end
  return error(is_ours, 0)
end

local function wait_until_running(run, is_fresh)
  local version = start_model.wait_until_running(run.model, {
    deadline = run.model:now() + run.options.timeout, is_fresh = is_fresh, check = function() run:check() end,
    most = function() return run:seconds_left() end,
  })
  run.was_running = true
  return version
end

-- What to do with a model that runs already: take over what a killed run of this journal left, or use what is
-- someone else's, or neither.
local function use_active(run, version)
  local model, journal = run.model, run.journal
  local left = journal and journal:find(model.arn, model.client.endpoint)
  if left and run.lock and not left.kept then
    run.is_ours, run.started_at, run.generation = true, left.started_at, core.fork_generation()
    run.guard = new_guard(run)
    model:report("start", "found", "left running by an earlier run", version)
  elseif not run.options.use_running then
    start_model.refuse_taken(model, version, left)
  else
    model:report("start", "found", (left and start_model.origin(left) or "someone else's")
      .. "; it is left running", version)
  end
  return wait_until_running(run, false)
end

local function bring_up(run)
  local model = run.model
  local version = wait_until_startable(run)
  if version and start_model.ACTIVE[version.Status] then return use_active(run, version) end
  if not version or not start_model.STARTABLE[version.Status] then start_model.refuse(model, version) end
  if run.journal and not run.lock then
    rek_error.raise { kind = "waiter", code = "ModelInUse", project_version_arn = model.arn,
      message = ("another run of %s is under way with this journal (%s); wait for its end"):format(
        model.arn, run.journal.path) }
  end
  local is_ours, taken = start(run)
  if not is_ours then return use_active(run, taken) end
  return wait_until_running(run, true)
end

local function prepare(options)
  local model = running_model.find(options.client, options.version, options)
  local run = setmetatable({ model = model, options = options, is_ours = false }, Run)
  ending.expect(run)
  if options.journal ~= false then
    run.journal = journals.open(options.client, options.journal)
    run.lock = run.journal:claim(model.arn, options.client.endpoint)
  end
  run_guard.hold(options.client)
  run.holds_client = true
  return run
end

local function is_task()
  local thread, is_main = coroutine.running()
  return not is_main and seams.drivers[thread] ~= nil and coroutine.isyieldable()
end

-- Calls the function. In a task it is a task of its own, which the engine ends when a limit is reached; what it has
-- started ends before the model is stopped.
local function call(run, body, version)
  if not is_task() then return body(version, run) end
  local function look()
    if run.guard then return run.guard:look() end
  end
  return watched.run(look, body, version, run)
end

--- Starts a model version, waits until it runs, calls the function, and stops the model: after a return, an error,
-- a closed coroutine, a failed start, a deadline. Returns what the function returns.
--
-- Raises what the function raises; kind "waiter" with code "ModelInUse", "ModelNotReady", "ModelNotStartable",
-- "NoSuchVersion", "StartFailed", "StartTimeout", or, if the model may still be running, "StopFailed", "StopTimeout";
-- kind "cancelled" with code "RunLimitReached" from the client's calls when max_hours or max_cost is reached.
---@param options table  see docs/running-models.md
---@param body fun(version: table, run: rekognition.Run): ...
---@return any ...
function M.run(options, body)
  local checked = run_options.check(options)
  run_options.check_body(body)
  local run <close> = prepare(checked)
  local version = bring_up(run)
  run.model:report("run", "started", nil, version)
  if run.guard then run.guard:attach(run.model.client) end
  return ending.returned(run, call(run, body, version))
end

return M

--- Starting a model so that it is known, in the end, whether it runs, and who started it.
--
-- StartProjectVersion has no token by which the service would know a repeated request. A lost response is settled by
-- looking at the version.

local quote = require "rekognition.text.quote"
local rek_error = require "rekognition.error"
local running_model = require "rekognition.custom_labels.running_model"
local time = require "rekognition.text.time"

local M = {}

-- Our decision: how often the version is looked at, and the start sent again, before a lost response counts as a
-- start that never arrived. The listing may lag behind.
local LOOKS, TRIES = 3, 3

local function set(...)
  local names = {}
  for _, name in ipairs { ... } do names[name] = true end
  return names
end

M.STARTABLE = set("TRAINING_COMPLETED", "COPYING_COMPLETED", "STOPPED", "FAILED")
M.ACTIVE = set("STARTING", "RUNNING")
local NOT_READY = set("TRAINING_IN_PROGRESS", "COPYING_IN_PROGRESS")

local function fail(model, code, message, version, cause)
  rek_error.raise { kind = "waiter", code = code, operation = "StartProjectVersion", message = message,
    project_version = version, project_version_status = version and version.Status,
    status_message = version and version.StatusMessage, cause = cause, project_version_arn = model.arn }
end

local function why(version) return quote.why(version.StatusMessage) end

--- Raises why a version can't be started.
---@param model rekognition.RunningModel
---@param version table?
function M.refuse(model, version)
  if not version then
    fail(model, "NoSuchVersion", ("%s does not exist; list the project's versions for its ARN"):format(model.arn))
  end
  if NOT_READY[version.Status] then
    fail(model, "ModelNotReady", ("%s is not ready, its status is %s; wait for it, then start it"):format(
      model.arn, version.Status), version)
  end
  fail(model, "ModelNotStartable", ("%s can't be started, its status is %s%s"):format(
    model.arn, version.Status, why(version)), version)
end

--- Who started a model that runs already, by the journal's entry.
---@param entry? rekognition.StartedModel
---@return string
function M.origin(entry)
  if not entry then return "not by a run of this journal" end
  return ("started here at %s UTC"):format((time.format(entry.started_at):sub(1, -2):gsub("T", " ")))
end

--- Raises that the model runs already, and not for this run.
---@param model rekognition.RunningModel
---@param version table
---@param entry? rekognition.StartedModel  the journal's, of a model that was started to go on running
function M.refuse_taken(model, version, entry)
  fail(model, "ModelInUse", ("%s is %s already, %s. It is neither used nor stopped. "
    .. "To use it as it is, and leave it running, set use_running; to end it, stop it first"):format(
    model.arn, version.Status, M.origin(entry)), version)
end

--- Raises that there is nothing to start: the model runs already.
---@param model rekognition.RunningModel
---@param version table
---@param entry? rekognition.StartedModel
function M.refuse_running(model, version, entry)
  fail(model, "ModelInUse", ("%s is %s already, %s, and is billed until it is stopped; `rekognition stop %s` stops it")
    :format(model.arn, version.Status, M.origin(entry), model.arn), version)
end

-- Whether the version has been started, as far as looking tells.
local function seems_started(model)
  for _ = 1, LOOKS do
    local version = model:look()
    if version and M.ACTIVE[version.Status] then return version end
    model:pause()
  end
  return nil
end

-- One StartProjectVersion. Returns whether the start is this call's, or nil and the error if it has to be sent again.
local function try(model, units, was_ambiguous)
  local ok, problem = pcall(model.client.call, model.client, "StartProjectVersion", {
    ProjectVersionArn = model.arn, MinInferenceUnits = units.min, MaxInferenceUnits = units.max,
  })
  if ok then return true end
  if running_model.is_ambiguous(problem) then
    if seems_started(model) then return true end
    return nil, problem
  end
  if rek_error.is_error(problem) and problem:is "ResourceInUseException" then
    local version = model:look()
    if version and M.ACTIVE[version.Status] then
      if was_ambiguous then return true end -- the lost request had arrived
      return false, version
    end
  end
  return error(problem, 0)
end

--- Asks for the start, until the service has accepted it for certain.
---@param model rekognition.RunningModel
---@param units { min: integer, max?: integer }
---@return boolean is_ours  false: someone else was quicker
---@return table? version   as someone else has it running
function M.request(model, units)
  model:report("start", "requested")
  local lost
  for _ = 1, TRIES do
    local is_ours, detail = try(model, units, lost ~= nil)
    if is_ours ~= nil then return is_ours, detail end
    lost = detail
  end
  return error(lost, 0)
end

---@class rekognition.StartWait
---@field deadline? number  on the model's clock; no deadline by default
---@field check? fun()      called at each look; may raise
---@field most? fun(): number  the seconds that a pause may take at most
---@field is_fresh boolean  the start was just accepted, so that the listing may still show the state before it

--- Waits until the model runs, however long a start takes: the service's own waiter gives up after 20 minutes, while a
--- start may take 30.
---@param model rekognition.RunningModel
---@param wait rekognition.StartWait
---@return table version
function M.wait_until_running(model, wait)
  local lagging, shown = wait.is_fresh and LOOKS or 0, nil
  while true do
    local version, trouble = model:look()
    local status = version and version.Status
    if status ~= shown and version then model:report("start", status, version.StatusMessage, version) end
    shown = status or shown
    if status == "RUNNING" then return version end
    if version and not running_model.AT_REST[status] and status ~= "STOPPING" then
      lagging = 0 -- STARTING, or a status that nobody knows
    elseif not trouble then
      if lagging <= 0 then
        if not version then M.refuse(model, nil) end
        fail(model, "StartFailed", ("%s did not start, its status is %s%s"):format(model.arn, status, why(version)),
          version)
      end
      lagging = lagging - 1
    end
    if wait.check then wait.check() end
    if wait.deadline and model:now() >= wait.deadline then
      fail(model, "StartTimeout", ("%s does not run yet, its status is %s"):format(model.arn, shown or "not known"),
        version, trouble)
    end
    local left = wait.deadline and wait.deadline - model:now() or math.huge
    left = math.min(left, wait.most and wait.most() or math.huge)
    model:pause(math.min(model.delay, math.max(left, 0.001)))
  end
end

return M

--- Stopping a model, until it is seen that it is stopped.
--
-- STARTING can't be stopped: it is waited through. Lost responses, throttling and a service that is down for a while
-- are looked through until the deadline.

local quote = require "rekognition.text.quote"
local rek_error = require "rekognition.error"
local running_model = require "rekognition.custom_labels.running_model"

local M = {}

-- Our decision: how often a version that was just started is looked at before a state from before is believed.
local LOOKS = 3

local function fail(model, code, detail, version, cause)
  rek_error.raise { kind = "waiter", code = code, operation = "StopProjectVersion", cause = cause,
    project_version = version, project_version_status = version and version.Status, project_version_arn = model.arn,
    message = ("%s may still be running, and is billed as long as it does: %s. Stop it: `rekognition stop %s`, or "
      .. "StopProjectVersion"):format(model.arn, detail, model.arn) }
end

-- One StopProjectVersion. Whatever passes, the next look tells.
local function try(model, version)
  local ok, problem = pcall(model.client.call, model.client, "StopProjectVersion", { ProjectVersionArn = model.arn })
  if ok then return end
  if not rek_error.is_error(problem) then -- a hook or a transport of the host's own
    fail(model, "StopFailed", quote.message(tostring(problem)), version, problem)
  end
  if problem.kind == "cancelled" then error(problem, 0) end
  if problem.retryable or running_model.is_ambiguous(problem) or problem:is "ResourceInUseException" then
    model:report("stop", "trouble", tostring(problem), version)
    return
  end
  if problem:is "ResourceNotFoundException" then return end
  fail(model, "StopFailed", tostring(problem), version, problem)
end

local function look(model)
  local ok, version, trouble = pcall(model.look, model)
  if ok then return version, trouble end
  local problem = version
  if rek_error.is_error(problem) and problem.kind == "cancelled" then error(problem, 0) end
  try(model, nil) -- who may not look may still stop it; raises if not
  local said = rek_error.is_error(problem) and tostring(problem) or quote.message(tostring(problem))
  return fail(model, "StopFailed", "the stop was requested, but its state can't be read: " .. said, nil, problem)
end

-- What isn't running for certain. A status that nobody knows, or none, may be one of a model that runs and is billed.
local AT_REST = running_model.AT_REST

--- Stops the model and waits until it is stopped.
---@param model rekognition.RunningModel
---@param options? { timeout?: number, may_lag?: boolean }  seconds, an hour by default; may_lag: a start was just sent
---@return table? version  as it is then; nil if it no longer exists
function M.run(model, options)
  options = options or {}
  local deadline = model:now() + (options.timeout or 3600)
  local lagging, shown = options.may_lag and LOOKS or 0, nil
  while true do
    local version, trouble = look(model)
    local status = version and version.Status
    if status and status ~= shown then model:report("stop", status, version.StatusMessage, version) end
    shown = status or shown
    if version and not AT_REST[status] then
      lagging = 0
      if status ~= "STARTING" and status ~= "STOPPING" then try(model, version) end
    elseif not trouble then
      if lagging <= 0 then return version end
      lagging = lagging - 1
    end
    local left = deadline - model:now()
    if left <= 0 then
      fail(model, "StopTimeout", ("its status is %s"):format(shown or "not known"), version, trouble)
    end
    model:pause(math.min(model.delay, left))
  end
end

return M

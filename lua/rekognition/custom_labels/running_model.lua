--- One model version that is started or stopped: looking at it, and waiting between two looks.

local arns = require "rekognition.text.arn"
local core = require "rekognition.core"
local listing = require "rekognition.custom_labels.listing"
local quote = require "rekognition.text.quote"
local rek_error = require "rekognition.error"
local waiter = require "rekognition.waiter"

local M = {}

---@class rekognition.RunningModel
---@field client rekognition.Client
---@field arn string       the version's
---@field name string      the version's
---@field project string   the project's ARN
---@field delay number     seconds between two looks
---@field on_progress? fun(event: table)
---@field failed_callback any  what on_progress raised while the model was being stopped
local Model = {}
Model.__index = Model

--- The statuses of a version that does not run, and will not by itself.
M.AT_REST = {}
for _, status in ipairs { "STOPPED", "FAILED", "TRAINING_IN_PROGRESS", "TRAINING_COMPLETED", "TRAINING_FAILED",
  "COPYING_IN_PROGRESS", "COPYING_COMPLETED", "COPYING_FAILED", "DELETING", "DEPRECATED", "EXPIRED" } do
  M.AT_REST[status] = true
end

-- Our decision: a listing by a name has one page, so one that goes on for longer than this (seconds) never ends.
local LONGEST_LISTING = 60

-- What a function makes of the first item that it finds in a listing.
local function find_in(client, operation, params, member, f)
  return listing.find(client, operation, params, member, {
    deadline = client._seams.monotonic() + LONGEST_LISTING, retryable = true,
    message = ("the listing of %s had not ended after %d seconds"):format(member, LONGEST_LISTING),
  }, f)
end

-- A version's ARN names its project, but lacks the number at the end of the project's own ARN.
local function find_project(client, arn)
  local text = find_in(client, "DescribeProjects", { ProjectNames = { arn.project } }, "ProjectDescriptions",
    function(project)
      local found = arns.of_kind(project.ProjectArn, "project")
      return found and found.project == arn.project and found.text
    end)
  if text then return text end
  return rek_error.raise { kind = "waiter", code = "NoSuchProject", operation = "DescribeProjects",
    message = ("there is no project %s in account %s, region %s; check the version's ARN and the client's region")
      :format(arn.project, arn.account, client.region) }
end

--- Finds a version's project, and checks that the version is one of this client's region.
---@param client rekognition.Client
---@param version string  an ARN
---@param options { project?: string, delay?: number, on_progress?: fun(event: table) }
---@return rekognition.RunningModel
function M.find(client, version, options)
  local arn = arns.of_kind(version, "version")
  if not arn then
    rek_error.raise { kind = "validation", code = "ValidationError",
      message = "version must be the ARN of a model version, as DescribeProjectVersions lists it, got "
        .. quote.value(version),
      problems = { { path = "version", message = "must be the ARN of a model version" } } }
  end
  if arn.region ~= client.region then
    rek_error.raise { kind = "validation", code = "ValidationError",
      message = ("version must be in the client's region %s, got %s"):format(client.region, version),
      problems = { { path = "version", message = "must be in the client's region" } } }
  end
  return setmetatable({
    client = client, arn = version, name = arn.version, project = options.project or find_project(client, arn),
    delay = options.delay or 30, on_progress = options.on_progress, _began = client._seams.monotonic(),
  }, Model)
end

--- Seconds on a clock that is never set back.
function Model:now()
  return self.client._seams.monotonic()
end

--- Tells the caller what happens.
---@param step "start"|"run"|"stop"|"limit"
---@param state string
---@param message? string
---@param version? table
function Model:report(step, state, message, version)
  if not self.on_progress then return end
  local event = {
    step = step, state = state, message = message, version = version, elapsed = self:now() - self._began,
  }
  if step ~= "stop" then return self.on_progress(event) end
  -- What the person's function raises must not leave the model running: it is kept until the model is stopped.
  local ok, problem = pcall(self.on_progress, event)
  if ok then return end
  if rek_error.is_error(problem) and (problem.code == "Interrupted" or problem.code == "Cancelled") then
    error(problem, 0)
  end
  if self.failed_callback == nil then self.failed_callback = problem end
  self.client._seams.logger("error", "callback_failed", { message = quote.message(tostring(problem)) })
end

--- The version's description, or nil if it is not listed.
---@return table?
function Model:describe()
  local params = { ProjectArn = self.project, VersionNames = { self.name } }
  return find_in(self.client, "DescribeProjectVersions", params, "ProjectVersionDescriptions", function(version)
    return version.ProjectVersionArn == self.arn and version
  end)
end

--- As describe, for a loop that looks again: a failure that passes (the client has retried already) is returned, as is
--- a response that can't be read.
---@return table? version
---@return rekognition.Error? trouble
function Model:look()
  local ok, result = pcall(self.describe, self)
  if ok then return result end
  if waiter.is_passing(result) then return nil, result end
  return error(result, 0)
end

local function is_yield_refused(problem)
  return type(problem) == "string" and problem:find("attempt to yield", 1, true) ~= nil
end

--- Waits. A sleep of the host's own may yield; where nothing can yield any more (the coroutine is being closed), the
--- system's sleep blocks instead.
---@param seconds? number  the delay by default
function Model:pause(seconds)
  seconds = seconds or self.delay
  local ok, problem = pcall(self.client._seams.sleep, seconds)
  if ok then return end
  if not is_yield_refused(problem) then error(problem, 0) end
  repeat seconds = core.sleep(seconds) until seconds <= 0
end

--- Whether a call that failed may have done what it asks for all the same.
---@param problem any
---@return boolean
function M.is_ambiguous(problem)
  if not rek_error.is_error(problem) then return false end
  if problem.maybe_succeeded ~= nil then return problem.maybe_succeeded end
  if problem.kind == "transport" then return problem.code ~= "connect" end
  return problem.kind == "protocol" or (problem.status or 0) >= 500
end

return M

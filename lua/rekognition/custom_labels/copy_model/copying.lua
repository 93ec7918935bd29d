--- The copy itself: asked for until it is there, and never made twice.
--
-- A version's name is unique in its project, so one call at most can have made the copy. If the response to a call was
-- lost, what has the name says what became of it.

local adoption = require "rekognition.custom_labels.copy_model.adoption"
local arns = require "rekognition.text.arn"
local calls_of = require "rekognition.custom_labels.calls"
local places = require "rekognition.custom_labels.copy_model.places"
local preflight = require "rekognition.custom_labels.copy_model.preflight"
local rek_error = require "rekognition.error"
local sharing_of = require "rekognition.custom_labels.copy_model.sharing"

local M = {}

-- Our decision: with growing pauses, half a minute. A policy that was just put may need a moment before it counts.
local MOST_TRIES = 7

--- Creates the destination project, or finds it if somebody else did.
---@param job table
---@return "done"|"found", string
function M.create_project(job)
  local name = job.options.destination_project
  local trouble
  for try = 1, MOST_TRIES do
    local ok, response = pcall(job.calls.call, job.calls, job.destination, "CreateProject", { ProjectName = name })
    if ok then
      preflight.set_destination(job, response.ProjectArn)
      return "done", response.ProjectArn
    end
    trouble = response
    local is_taken = rek_error.is_error(trouble) and trouble.code == "ResourceInUseException"
    if not is_taken and not calls_of.is_unclear(trouble) then error(trouble, 0) end
    local project = places.find_project(job.calls, job.destination, name)
    if project then
      preflight.check_project(project)
      preflight.set_destination(job, project.ProjectArn)
      preflight.look_at_name(job, job.options.replace_failed)
      return "found", project.ProjectArn
    end
    if try < MOST_TRIES then job.calls:back_off(try) end
  end
  error(trouble, 0)
end

--- Waits until the version is gone that had the name.
local function wait_until_gone(job, version)
  job.steps:tell("copy", "note", "waiting until " .. version .. " is deleted")
  job.destination:wait("project_version_deleted", { ProjectArn = job.destination_project, ProjectVersionArn = version },
    { delay = math.min(job.delay, 5), timeout = math.max(job.calls:left(), 0.001) })
end

-- Whether a deletion that raised may have begun all the same: then what is there says so.
local function may_be_deleted(e)
  if not rek_error.is_error(e) then return false end
  return calls_of.is_unclear(e) or e.code == "ResourceNotFoundException" or e.code == "ResourceInUseException"
end

--- Deletes a copy that failed and holds the name. Its ARN has its time of creation, so nothing else can be meant.
function M.delete_failed(job, description)
  local version = description.ProjectVersionArn
  job.steps:tell("copy", "note", "deleting the failed copy " .. version)
  for try = 1, MOST_TRIES do
    local ok, e = pcall(job.calls.call, job.calls, job.destination, "DeleteProjectVersion",
      { ProjectVersionArn = version })
    if ok then break end
    if not may_be_deleted(e) then error(e, 0) end
    local found = places.find_version(job.calls, job.destination, job.destination_project, version)
    if not found or found.Status == "DELETING" then break end
    if try == MOST_TRIES then error(e, 0) end
    job.calls:back_off(try)
  end
  wait_until_gone(job, version)
end

-- Makes the name free, if something has it that may go.
local function clear_name(job)
  local state, existing = job.existing_state, job.existing
  if state == "failed" then
    M.delete_failed(job, existing)
  elseif state == "deleting" then
    wait_until_gone(job, existing.ProjectVersionArn)
  end
  job.existing, job.existing_state = nil, nil
end

--- The parameters of CopyProjectVersion.
---@return table
function M.params(job)
  local options = job.options
  return { SourceProjectArn = job.source_project, SourceProjectVersionArn = job.source_version,
           DestinationProjectArn = job.destination_project, VersionName = job.version_name,
           OutputConfig = options.output_config, KmsKeyId = options.kms_key_id, Tags = options.tags }
end

-- Whether an error of CopyProjectVersion leaves open what there is now.
local function is_open(e)
  return e.code == "ResourceInUseException" or calls_of.is_unclear(e)
    or (e.attempts or 1) > 1 and e.kind ~= "credentials"
end

-- Looks at what has the name now. Returns whether it is the copy.
local function look(job)
  preflight.look_at_name(job, false) -- a copy that failed just now is not replaced
  if job.existing_state == "deleting" then
    clear_name(job)
    return false
  end
  return job.existing_state == "ours"
end

-- Whether a refusal can end by itself or by us: the policy was taken away meanwhile, or doesn't count yet.
local function is_worth_another_try(job, e)
  if calls_of.is_throttled(e) then return true end
  if e.code ~= "AccessDeniedException" then return false end
  local sharing = preflight.sharing(job)
  if not sharing then return false end
  if sharing_of.ensure(sharing) == "done" then job.wrote_policy = true end
  return job.wrote_policy == true
end

--- What follows from an error of CopyProjectVersion: whether the copy is there; raises if there is nothing to hope for.
---@param job table
---@param e any
---@return boolean is_there  false: ask again
function M.after_error(job, e)
  if calls_of.ends_all(e) then error(e, 0) end
  if is_open(e) and look(job) then return true end
  if is_open(e) or is_worth_another_try(job, e) then return false end
  error(e, 0)
end

--- Copies, or finds the copy. Sets `copy_arn`, and `existing` if it was found.
---@param job table
---@return "done"|"found", string
function M.run(job)
  if job.existing_state ~= "ours" then
    clear_name(job)
    for try = 1, MOST_TRIES do
      local ok, response = pcall(job.calls.call, job.calls, job.destination, "CopyProjectVersion", M.params(job),
        job.copy_call)
      if ok then
        job.copy_arn = response.ProjectVersionArn
        return "done", job.copy_arn
      end
      local is_limit = rek_error.is_error(response) and (response.code == "LimitExceededException"
        or response.code == "ServiceQuotaExceededException")
      if M.after_error(job, response) then break end
      if try == MOST_TRIES or is_limit then error(response, 0) end
      job.calls:back_off(try)
    end
  end
  job.copy_arn, job.is_adopted = job.existing.ProjectVersionArn, true
  return "found", job.copy_arn
end

--- Reports what of an adopted copy differs from what was asked. Sets `differences`.
---@param job table
function M.compare(job)
  if not job.is_adopted then return end
  local tags
  if job.options.tags then
    local ok, response = pcall(job.calls.call, job.calls, job.destination, "ListTagsForResource",
      { ResourceArn = job.copy_arn })
    tags = ok and (response.Tags or {}) or nil
    if not ok and calls_of.ends_all(response) then error(response, 0) end
    if not ok then
      job.steps:tell("copy", "note", "the tags of the copy could not be compared: " .. tostring(response))
    end
  end
  job.differences = adoption.differences(job.options, job.existing, tags)
  for _, difference in ipairs(job.differences) do
    job.steps:tell("copy", "difference", adoption.describe(difference), job.existing)
  end
end

local COMPLETE = { COPYING_COMPLETED = true, STARTING = true, RUNNING = true, STOPPING = true, STOPPED = true,
                   FAILED = true }

--- Waits until the copy is complete. Sets `version`, its description.
---@param job table
---@return "done"|"found", string
function M.wait(job)
  if job.is_adopted and COMPLETE[job.existing.Status] then
    job.version = job.existing
    return "found", job.existing.Status
  end
  job.calls:check_deadline()
  local function on_poll(description)
    local name = arns.parse(job.copy_arn)
    job.steps:tell("wait", "polled", ("%s: %s"):format(name and name.version or job.copy_arn,
      description and description.Status or "not listed yet"), description)
  end
  job.version = job.destination:wait("project_version_copied",
    { ProjectArn = job.destination_project, ProjectVersionArn = job.copy_arn },
    { delay = job.delay, timeout = math.max(job.calls:left(), 0.001), on_poll = on_poll })
  return "done", job.version.Status
end

return M

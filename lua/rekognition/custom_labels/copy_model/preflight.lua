--- Everything that can be found wrong before anything is changed. It only reads.

local adoption = require "rekognition.custom_labels.copy_model.adoption"
local arns = require "rekognition.text.arn"
local places = require "rekognition.custom_labels.copy_model.places"
local quote = require "rekognition.text.quote"
local rek_error = require "rekognition.error"
local sharing_of = require "rekognition.custom_labels.copy_model.sharing"

local M = {}

-- Calls of this side of the copy; errors know whose they are.
local function on_side(job, side, work, ...)
  job.side = side
  local ok, a, b = pcall(work, ...)
  if ok then return a, b end
  if rek_error.is_error(a) then a.side = a.side or side end
  error(a, 0)
end

local function resolve_source_project(job)
  local options = job.options
  local version = arns.of_kind(options.source_version, "version")
  if arns.of_kind(options.source_project, "project") then return options.source_project end
  local name = options.source_project or version.project
  local project = places.find_project(job.calls, job.source, name)
  if not project then
    places.refuse("ProjectNotFound", "correct source_project, or use a source client of the account and region that "
      .. "has the project", "the source account has no project named %s in %s", name, job.source.region)
  end
  local arn = arns.parse(project.ProjectArn)
  if version and version.account ~= arn.account then
    places.refuse("ProjectNotFound", "use a source client of the account " .. version.account,
      "the source client's account is %s, but source_version is of account %s", arn.account, version.account)
  end
  return project.ProjectArn
end

--- Finds the source version. Sets `source_project` and `source_version`.
function M.resolve_source(job)
  job.source_project = resolve_source_project(job)
  local version = places.source_version(job.calls, job.source, job.source_project, job.options.source_version)
  job.source_version = version.ProjectVersionArn
end

local function check_project(project)
  if project.Feature == "CONTENT_MODERATION" then
    places.refuse("ProjectNotUsable", "name a Custom Labels project",
      "the destination project %s is one for adapters (CONTENT_MODERATION); models can't be copied into it",
      project.ProjectArn)
  elseif project.Status == "DELETING" then
    places.refuse("ProjectNotUsable", "wait until it is gone, and run again with create_project = true",
      "the destination project %s is being deleted", project.ProjectArn)
  end
end

--- The destination project's ARN; nil if it must be created.
---@return string?
function M.resolve_destination(job)
  local given = job.options.destination_project
  if arns.of_kind(given, "project") then return given end
  local project = places.find_project(job.calls, job.destination, given)
  if project then
    check_project(project)
    return project.ProjectArn
  end
  if job.options.create_project then return nil end
  return places.refuse("ProjectNotFound", "correct destination_project, or set create_project = true",
    "the destination account has no project named %s in %s", given, job.destination.region)
end

--- Raises for an earlier copy that failed and holds the name.
function M.refuse_failed(description)
  places.refuse("CopyFailed", "correct what the status message says, then run again with replace_failed = true (it "
    .. "deletes the failed copy and copies again), or choose another version_name",
    "an earlier copy failed and holds the name: %s, COPYING_FAILED%s", description.ProjectVersionArn,
    quote.why(description.StatusMessage))
end

--- Looks at whatever has the copy's name. Sets `existing` and `existing_state`; raises if the name can't be used.
---@param job table
---@param may_replace? boolean  a failed copy may be replaced
function M.look_at_name(job, may_replace)
  local description = places.find_version(job.calls, job.destination, job.destination_project, job.version_name)
  job.existing, job.existing_state = description, nil
  if not description then return end
  job.existing_state = adoption.judge(description, job.source_version)
  if job.existing_state == "failed" and not may_replace then M.refuse_failed(description) end
end

--- The policies that a copy across accounts needs, as `sharing` takes it; nil if it needs none, or if the other side
--- sees to it.
---@param job table
---@return rekognition.Sharing?
function M.sharing(job)
  if not job.is_across or job.source == false then return nil end
  return { calls = job.calls, client = job.source, project = job.source_project, account = job.account,
           role = job.options.role, versions = { job.source_version },
           identity = job.identity }
end

--- Notes in which account the copy will be, as soon as that is known.
---@param job table
---@param destination_project string  an ARN
function M.set_destination(job, destination_project)
  job.destination_project = destination_project
  job.account = arns.parse(destination_project).account
  job.is_across = job.account ~= arns.parse(job.source_project).account
end

local function check_policies(job)
  local sharing = job.existing_state ~= "ours" and M.sharing(job)
  if not sharing then return end
  local changes, count = on_side(job, "source", sharing_of.plan, sharing)
  local is_new = #changes > 0 and not changes[1].revision
  if is_new and count >= 5 then
    job.steps:tell("preflight", "note", ("the source project has %d policies, and AWS allows 5 by default; a further "
      .. "one may be refused"):format(count))
  end
end

--- Finds out what the arguments mean, and what stands in the way. Changes nothing.
---@param job table
---@return "done", string
function M.run(job)
  if job.source then
    on_side(job, "source", M.resolve_source, job)
  else
    job.source_project, job.source_version = job.options.source_project, job.options.source_version
  end
  job.version_name = job.options.version_name or arns.parse(job.source_version).version
  local destination = on_side(job, "destination", M.resolve_destination, job)
  if destination then
    M.set_destination(job, destination)
    on_side(job, "destination", M.look_at_name, job, job.options.replace_failed)
    check_policies(job)
  end
  job.side = "destination"
  return "done", ("copy %s to %s"):format(job.source_version, destination or "the new project "
    .. job.options.destination_project)
end

M.check_project = check_project

return M

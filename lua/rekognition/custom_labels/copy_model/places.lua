--- Projects and versions, found by name or ARN.

local arns = require "rekognition.text.arn"
local quote = require "rekognition.text.quote"
local rek_error = require "rekognition.error"

local M = {}

local ALL_FEATURES = { "CUSTOM_LABELS", "CONTENT_MODERATION" }

-- From these a copy can't be made. What else there is, and what nobody knows yet, is for the service to judge.
local NOT_COPYABLE = {
  TRAINING_IN_PROGRESS = "wait until its training has ended",
  TRAINING_FAILED = "its training failed: choose another version",
  COPYING_IN_PROGRESS = "wait until it is copied itself",
  COPYING_FAILED = "copying it failed: choose another version",
  DELETING = "it is being deleted: choose another version",
}

-- A version that can be chosen when none was named.
local TRAINED = { TRAINING_COMPLETED = true, STARTING = true, RUNNING = true, STOPPING = true, STOPPED = true }

--- Raises what a look at a place found wrong.
---@param code string
---@param remedy string
function M.refuse(code, remedy, message, ...)
  rek_error.raise { kind = "validation", code = code, message = message:format(...), remedy = remedy,
                    problems = { { path = "", message = message:format(...) } } }
end

--- All projects of a client's account and region, adapters' among them; or those of some names.
---@param calls rekognition.Calls
---@param client rekognition.Client
---@param names? string[]
---@return table[] descriptions
function M.projects(calls, client, names)
  return calls:list(client, "DescribeProjects", { ProjectNames = names, Features = ALL_FEATURES },
    "ProjectDescriptions")
end

--- All versions of a project; or those of some names.
---@param calls rekognition.Calls
---@param client rekognition.Client
---@param project string  its ARN
---@param names? string[]  at most 10
---@return table[] descriptions
function M.versions(calls, client, project, names)
  return calls:list(client, "DescribeProjectVersions", { ProjectArn = project, VersionNames = names },
    "ProjectVersionDescriptions")
end

--- The project of a name among descriptions.
---@param list table[]
---@param name string
---@return table? description
function M.pick_project(list, name)
  for _, project in ipairs(list) do
    local arn = arns.of_kind(project.ProjectArn, "project")
    if arn and arn.project == name then return project end
  end
  return nil
end

--- The version of a name or an ARN among descriptions.
---@param list table[]
---@param version string
---@return table? description
---@return table? namesake  with an ARN: another version that has the name now
function M.pick_version(list, version)
  local wanted = arns.of_kind(version, "version")
  local name, namesake = wanted and wanted.version or version, nil
  for _, description in ipairs(list) do
    local arn = arns.of_kind(description.ProjectVersionArn, "version")
    if arn and arn.version == name then
      if not wanted or arn.text == wanted.text then return description end
      namesake = description
    end
  end
  return nil, namesake
end

--- Finds a project by its name.
---@return table? description
function M.find_project(calls, client, name)
  return M.pick_project(M.projects(calls, client, { name }), name)
end

--- Finds a version of a project by its name, or by its ARN.
---@return table? description
function M.find_version(calls, client, project, version)
  local wanted = arns.of_kind(version, "version")
  return (M.pick_version(M.versions(calls, client, project, { wanted and wanted.version or version }), version))
end

-- A copy isn't chosen: where a project is copied into itself, a second run would copy the copy.
local function newest_trained(list)
  local newest
  for _, description in ipairs(list) do
    if TRAINED[description.Status] and not description.SourceProjectVersionArn
      and (not newest or (description.CreationTimestamp or 0) > (newest.CreationTimestamp or 0)) then
      newest = description
    end
  end
  return newest
end

local function check_copyable(description)
  local advice = NOT_COPYABLE[description.Status]
  if advice then
    M.refuse("NotCopyable", advice, "the version %s can't be copied while its status is %s%s",
      description.ProjectVersionArn, description.Status, quote.why(description.StatusMessage))
  end
  if description.Feature == "CONTENT_MODERATION" then
    M.refuse("NotCopyable", "choose a version of a Custom Labels project",
      "the version %s is an adapter (CONTENT_MODERATION); only Custom Labels models can be copied",
      description.ProjectVersionArn)
  end
  return description
end

--- The version to copy: the one named, or the newest that was trained in the project. Raises if there is none, or if it
--- can't be copied now.
---@param list table[]     the project's versions; those of the name are enough if one is named
---@param project string   its ARN
---@param version? string  a name or an ARN
---@return table description
function M.pick_source(list, project, version)
  if version then
    local found, namesake = M.pick_version(list, version)
    if found then return check_copyable(found) end
    M.refuse("VersionNotFound", namesake and "use that ARN if it is the model that you mean, or only the name"
      or "correct source_version; leave it out to copy the newest trained version",
      "the project %s has no version %s%s", project, version,
      namesake and "; the version of that name is now " .. namesake.ProjectVersionArn or "")
  end
  local newest = newest_trained(list)
  if newest then return check_copyable(newest) end
  return M.refuse("VersionNotFound", "train a version, or name one in source_version (copies must be named)",
    "the project %s has no version that was trained there (it has %d)", project, #list)
end

--- As pick_source, with a look at the project.
---@param calls rekognition.Calls
---@param client rekognition.Client
---@param project string
---@param version? string
---@return table description
function M.source_version(calls, client, project, version)
  local wanted = version and arns.of_kind(version, "version")
  local names = version and { wanted and wanted.version or version } or nil
  return M.pick_source(M.versions(calls, client, project, names), project, version)
end

return M

--- Finds the project, version or dataset that an ARN of a request names, for a caller who may see it.

local arn = require "rekognition.emulator.arn"
local errors = require "rekognition.emulator.errors"
local model = require "rekognition.generated.model"

local M = {}

local function parse(text, member)
  return arn.parse(text)
    or errors.raise("InvalidParameterException", ("%s is not the ARN of a project, version or dataset."):format(member))
end

--- Raises InvalidParameterException where an ARN's region isn't the one the request was sent to. Nobody names the code
--- for CopyProjectVersion, of which the model says that source and destination must be in one region: a choice.
---@param context rekognition.emulator.Context
---@param text string    an ARN
---@param member string  the request's member that has it
---@return rekognition.Arn
function M.in_region(context, text, member)
  local parts = parse(text, member)
  if parts.region ~= context.caller.region then
    errors.raise("InvalidParameterException", ("%s is of the region %s, the request was sent to %s."):format(
      member, parts.region, context.caller.region))
  end
  return parts
end

-- As in_region, for a resource that must be the caller's: there is no way to allow an account another's resource but a
-- project policy, and that only for CopyProjectVersion.
local function own(context, text, member)
  local parts = M.in_region(context, text, member)
  if parts.account ~= context.caller.account then
    errors.access_denied(context.caller, context.operation, text)
  end
  return parts
end

local function existing(resources, text, kind)
  return resources[text] or errors.raise("ResourceNotFoundException", ("The %s %s was not found."):format(kind, text))
end

--- A project, whosever it is.
---@return rekognition.emulator.Project
function M.project(context, text)
  return existing(context.store.projects, text, "project")
end

--- A version, whosever it is.
---@return rekognition.emulator.Version
function M.version(context, text)
  return existing(context.store.versions, text, "project version")
end

--- A project of the caller's own.
---@return rekognition.emulator.Project
function M.own_project(context, text, member)
  own(context, text, member)
  return M.project(context, text)
end

--- A version of the caller's own.
---@return rekognition.emulator.Version
function M.own_version(context, text, member)
  own(context, text, member)
  return M.version(context, text)
end

--- A dataset of the caller's own.
---@return rekognition.emulator.Dataset
function M.own_dataset(context, text, member)
  own(context, text, member)
  return existing(context.store.datasets, text, "dataset")
end

local KINDS = { project = "projects", version = "versions", dataset = "datasets" }

--- A project, version or dataset of the caller's own.
function M.own_resource(context, text, member)
  return existing(context.store[KINDS[own(context, text, member).kind]], text, "resource")
end

-- Whether an operation can raise a code, by the model.
local function has_code(operation, code)
  for _, known in ipairs(model.operations[operation].errors) do
    if known == code then return true end
  end
  return false
end

--- Raises where a project is being deleted: ResourceInUseException, or ResourceNotFoundException for an operation that
--- doesn't have it.
---@param context rekognition.emulator.Context
---@param project rekognition.emulator.Project
function M.check_alive(context, project)
  if project.status ~= "DELETING" then return end
  local code = has_code(context.operation, "ResourceInUseException") and "ResourceInUseException"
    or "ResourceNotFoundException"
  errors.raise(code, ("The project %s is being deleted."):format(project.arn))
end

--- Raises InvalidParameterException for the project of an adapter.
---@param project rekognition.emulator.Project
---@param what string  "Project policies are"
function M.check_custom_labels(project, what)
  if project.feature ~= "CUSTOM_LABELS" then
    errors.raise("InvalidParameterException", what .. " for projects with the feature CUSTOM_LABELS.")
  end
end

return M

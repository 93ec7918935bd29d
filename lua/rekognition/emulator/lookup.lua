--- Finds the project or version that an ARN of a request names, for a caller who may see it.

local arn = require "rekognition.emulator.arn"
local errors = require "rekognition.emulator.errors"

local M = {}

local function parse(text, member)
  return arn.parse(text)
    or errors.raise("InvalidParameterException", ("%s is not an ARN of a project or version."):format(member))
end

--- Raises InvalidParameterException where an ARN's region isn't the one the request was sent to. Nobody names the code
--- for CopyProjectVersion, of which the model says that source and destination must be in one region: a choice.
---@param context rekognition.emulator.Context
---@param text string    an ARN
---@param member string  the request's member that has it
---@return rekognition.emulator.Arn
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

--- A project or version of the caller's own.
---@return rekognition.emulator.Project|rekognition.emulator.Version
function M.own_resource(context, text, member)
  own(context, text, member)
  local store = context.store
  return store.projects[text] or existing(store.versions, text, "resource")
end

--- Raises ResourceInUseException where a project is being deleted.
function M.check_alive(project)
  if project.status == "DELETING" then
    errors.raise("ResourceInUseException", ("The project %s is being deleted."):format(project.arn))
  end
end

return M

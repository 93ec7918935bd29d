--- CopyProjectVersion.

local errors = require "rekognition.emulator.errors"
local lookup = require "rekognition.emulator.lookup"
local policies = require "rekognition.emulator.policies"
local versions = require "rekognition.emulator.versions"

local M = {}

local COPYABLE = { TRAINING_COMPLETED = true, COPYING_COMPLETED = true, STARTING = true, RUNNING = true,
                   STOPPING = true, STOPPED = true }

-- The source project and version, wherever they are; their account may not be the caller's.
local function find_source(context, params)
  lookup.in_region(context, params.SourceProjectArn, "SourceProjectArn")
  lookup.in_region(context, params.SourceProjectVersionArn, "SourceProjectVersionArn")
  local project = lookup.project(context, params.SourceProjectArn)
  local version = lookup.version(context, params.SourceProjectVersionArn)
  if version.project ~= project.arn then
    errors.raise("InvalidParameterException", "SourceProjectVersionArn is not a version of SourceProjectArn's project.")
  end
  return project, version
end

-- Across accounts a policy of the source project must allow the copy; inside one, a policy can only forbid it.
local function check_allowed(context, project, version)
  local decision = policies.decide(project, context.caller, version.arn)
  local same_account = project.account == context.caller.account
  if decision == "Deny" or decision ~= "Allow" and not same_account then
    errors.access_denied(context.caller, context.operation, version.arn)
  end
end

local function check_copyable(source, destination, version)
  if source.feature ~= "CUSTOM_LABELS" or destination.feature ~= "CUSTOM_LABELS" then
    errors.raise("InvalidParameterException", "Only versions of Custom Labels projects can be copied.")
  elseif not COPYABLE[version.status] then
    errors.raise("InvalidParameterException",
      ("A version can't be copied while its status is %s."):format(version.status))
  end
end

-- Nobody names the codes for a version that isn't trained and for one of another project: InvalidParameterException is
-- the one in the operation's list that says so.
function M.CopyProjectVersion(context, params)
  local destination = lookup.own_project(context, params.DestinationProjectArn, "DestinationProjectArn")
  local source, version = find_source(context, params)
  check_allowed(context, source, version)
  check_copyable(source, destination, version)
  local copy = versions.add(context, destination, "COPYING_IN_PROGRESS", context.settings.copy_seconds, {
    name = params.VersionName, output = params.OutputConfig, tags = params.Tags or {}, kms_key = params.KmsKeyId,
    description = version.description, training_data = version.training_data, testing_data = version.testing_data,
    source = version.arn, training = versions.training_of(version),
  })
  return { ProjectVersionArn = copy.arn }
end

return M

--- CopyProjectVersion.

local authorize = require "rekognition.emulator.authorize"
local codes = require "rekognition.emulator.manifest_codes"
local errors = require "rekognition.emulator.errors"
local lookup = require "rekognition.emulator.lookup"
local quotas = require "rekognition.emulator.quotas"
local result_files = require "rekognition.emulator.result_files"
local s3 = require "rekognition.emulator.s3"
local versions = require "rekognition.emulator.versions"

local M = {}

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

-- Across accounts a policy of the source project must allow the copy, and the caller's own policies too; inside one
-- account either of them is enough.
local function check_allowed(context, project, version)
  authorize.check_copy(context, project, version.arn)
end

-- FAILED is a version that could not be started: it is trained all the same.
local function check_copyable(source, destination, version)
  lookup.check_custom_labels(source, "Copies are")
  lookup.check_custom_labels(destination, "Copies are")
  if version.status == "DELETING" or not versions.is_done(version) then
    errors.raise("InvalidParameterException",
      ("A version can't be copied while its status is %s."):format(version.status))
  end
end

-- A copy carries the training's results, and neither the datasets nor what its owner wrote about the version. Where its
-- bucket can't be written it fails: with a text of a training's, since nobody knows a copy's.
local function prepare(context, source)
  return function(copy)
    copy.training, copy.model, copy.f1_score = versions.training_of(source), source.model, source.f1_score
    copy.validated, copy.results = source.validated, source.results
    if s3.in_use(context.store) and not result_files.can_write(context, copy.output) then
      return codes.text "ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET", {}
    end
    return nil, source.results or {}
  end
end

-- Nobody names the codes for a version that isn't trained and for one of another project: InvalidParameterException is
-- the one in the operation's list that says so.
function M.CopyProjectVersion(context, params)
  local destination = lookup.own_project(context, params.DestinationProjectArn, "DestinationProjectArn")
  local source, version = find_source(context, params)
  check_allowed(context, source, version)
  check_copyable(source, destination, version)
  versions.check_output(params.OutputConfig)
  versions.check_room(context, destination, params.VersionName)
  quotas.check(context, "concurrent_copies", versions.count(context, { COPYING_IN_PROGRESS = true }),
    "LimitExceededException", "concurrent copies")
  local copy = versions.add(context, destination, "COPYING_IN_PROGRESS", context.settings.copy_seconds, {
    name = params.VersionName, output = params.OutputConfig, tags = params.Tags or {}, kms_key = params.KmsKeyId,
    source = version.arn,
  }, prepare(context, version))
  return { ProjectVersionArn = copy.arn }
end

return M

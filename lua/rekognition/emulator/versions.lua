--- CreateProjectVersion, DescribeProjectVersions, DeleteProjectVersion.

local arn = require "rekognition.emulator.arn"
local errors = require "rekognition.emulator.errors"
local lookup = require "rekognition.emulator.lookup"
local pages = require "rekognition.emulator.pages"
local states = require "rekognition.emulator.states"
local wildcard = require "rekognition.text.wildcard"

local PAGE = 100

local M = {}

local function check_name(context, project, name)
  local _, named = context.store:versions_of(project)
  if named[name] then
    errors.raise("ResourceInUseException", ("The project has a version named %s already."):format(name))
  end
end

local function told_to_fail(context, name)
  for _, pattern in ipairs(context.settings.fail) do
    if wildcard.matches(pattern, name) then return true end
  end
  return false
end

--- Adds a version to a project, in a state that passes. Raises ResourceInUseException where the name is taken.
---@param context rekognition.emulator.Context
---@param project rekognition.emulator.Project
---@param status "TRAINING_IN_PROGRESS"|"COPYING_IN_PROGRESS"
---@param seconds number  how long it stays in that state
---@param fields table    what else the version has; `name` and `output` among it
---@return rekognition.emulator.Version
function M.add(context, project, status, seconds, fields)
  lookup.check_alive(project)
  check_name(context, project, fields.name)
  local store, version = context.store, fields
  version.number = store:next_number(context.now)
  version.arn = arn.version(project.region, project.account, project.name, fields.name, version.number)
  version.project, version.feature = project.arn, project.feature
  store:begin(version, status, context.now, seconds, told_to_fail(context, version.name))
  return store:add("versions", version)
end

local function check_training(project, params)
  local adapter = project.feature == "CONTENT_MODERATION"
  if not adapter and (params.TrainingData == nil) ~= (params.TestingData == nil) then
    errors.raise("InvalidParameterException", "TrainingData and TestingData must be given together.")
  elseif params.FeatureConfig and not adapter then
    errors.raise("InvalidParameterException", "FeatureConfig.ContentModeration does not match the project's feature.")
  end
end

-- The emulator has no datasets, so a version may be trained without TrainingData: a choice, where the service would
-- look for the project's datasets.
function M.CreateProjectVersion(context, params)
  local project = lookup.own_project(context, params.ProjectArn, "ProjectArn")
  check_training(project, params)
  local version = M.add(context, project, "TRAINING_IN_PROGRESS", context.settings.train_seconds, {
    name = params.VersionName, output = params.OutputConfig, tags = params.Tags or {}, kms_key = params.KmsKeyId,
    description = params.VersionDescription, feature_config = params.FeatureConfig,
    training_data = params.TrainingData, testing_data = params.TestingData,
  })
  return { ProjectVersionArn = version.arn }
end

local function file_in(version, what)
  local folder = version.output.S3KeyPrefix or ""
  if folder ~= "" and folder:sub(-1) ~= "/" then folder = folder .. "/" end
  local project = arn.parse(version.arn).project
  return { S3Object = { Bucket = version.output.S3Bucket,
                        Name = ("%s%s-%s-%s.json"):format(folder, what, project, version.name) } }
end

local function assets_in(version, what)
  return { Assets = { { GroundTruthManifest = file_in(version, what) } } }
end

--- When a version was trained, and for how long it is billed; of a copy, its source's.
---@return {ended_at: number, billable: integer}?
function M.training_of(version)
  if version.training then return version.training end
  if version.source or version.status ~= "TRAINING_COMPLETED" then return nil end
  local seconds = version.ended_at - version.number / 1000
  return { ended_at = version.ended_at, billable = math.max(1, math.ceil(seconds)) }
end

-- The files' names are as in AWS's example of a response; the score is the emulator's.
local function add_training(description, version)
  local training = M.training_of(version)
  if not training or version.status == "COPYING_IN_PROGRESS" or version.status == "COPYING_FAILED" then return end
  local testing = assets_in(version, "TestingGroundTruth")
  testing.AutoCreate = version.testing_data and version.testing_data.AutoCreate or false
  description.TrainingEndTimestamp = training.ended_at
  description.BillableTrainingTimeInSeconds = training.billable
  description.EvaluationResult = { F1Score = 1, Summary = file_in(version, "EvaluationResultSummary") }
  description.ManifestSummary = file_in(version, "ManifestSummary")
  description.TrainingDataResult = {
    Input = version.training_data or {}, Output = assets_in(version, "TrainingGroundTruth"),
    Validation = assets_in(version, "TrainingManifestWithValidation"),
  }
  description.TestingDataResult = {
    Input = version.testing_data or { AutoCreate = false }, Output = testing,
    Validation = assets_in(version, "TestingManifestWithValidation"),
  }
end

local function describe(version)
  local description = {
    ProjectVersionArn = version.arn, CreationTimestamp = version.number / 1000, Status = version.status,
    StatusMessage = states.message(version), OutputConfig = version.output, KmsKeyId = version.kms_key,
    VersionDescription = version.description, Feature = version.feature, FeatureConfig = version.feature_config,
    SourceProjectVersionArn = version.source,
  }
  add_training(description, version)
  return description
end

-- The versions that are asked for, newest first.
local function wanted_versions(context, project, names)
  local set, wanted = {}, {}
  for _, name in ipairs(names or {}) do set[name] = true end
  local all = context.store:versions_of(project)
  for i = #all, 1, -1 do
    if not names or set[all[i].name] then wanted[#wanted + 1] = all[i] end
  end
  return wanted
end

function M.DescribeProjectVersions(context, params)
  local project = lookup.own_project(context, params.ProjectArn, "ProjectArn")
  local versions = wanted_versions(context, project, params.VersionNames)
  local page, token = pages.take(versions, params, "versions of " .. project.number, PAGE, true)
  local descriptions = {}
  for i, version in ipairs(page) do descriptions[i] = describe(version) end
  return { ProjectVersionDescriptions = descriptions, NextToken = token }
end

function M.DeleteProjectVersion(context, params)
  local version = lookup.own_version(context, params.ProjectVersionArn, "ProjectVersionArn")
  if states.passing(version) or version.status == "RUNNING" then
    errors.raise("ResourceInUseException",
      ("The model can't be deleted while its status is %s."):format(version.status))
  end
  version.training = M.training_of(version)
  context.store:begin(version, "DELETING", context.now, context.settings.delete_seconds)
  return { Status = version.status }
end

return M

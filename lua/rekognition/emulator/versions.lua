--- CreateProjectVersion, DescribeProjectVersions, DeleteProjectVersion.

local arn = require "rekognition.emulator.arn"
local errors = require "rekognition.emulator.errors"
local lookup = require "rekognition.emulator.lookup"
local model = require "rekognition.generated.model"
local output = require "rekognition.emulator.output"
local pages = require "rekognition.emulator.pages"
local quotas = require "rekognition.emulator.quotas"
local result_files = require "rekognition.emulator.result_files"
local states = require "rekognition.emulator.states"
local training = require "rekognition.emulator.training"
local wildcard = require "rekognition.text.wildcard"

local PAGE = 100
local BASE_MODEL = "7.0" -- the model of content moderation that adapters are made from

local M = {}

local function told_to_fail(context, name)
  for _, pattern in ipairs(context.settings.fail) do
    if wildcard.matches(pattern, name) then return true end
  end
  return false
end

--- How many versions of the caller's account and region are in a state.
---@param context rekognition.emulator.Context
---@param wanted table<string, boolean>  by status
---@return integer
function M.count(context, wanted)
  local count, caller = 0, context.caller
  for _, project in ipairs((context.store:projects_of(caller.account, caller.region))) do
    for _, version in ipairs((context.store:versions_of(project))) do
      if wanted[version.status] then count = count + 1 end
    end
  end
  return count
end

--- Raises if a project can't have a version of this name, or no more of them.
---@param context rekognition.emulator.Context
---@param project rekognition.emulator.Project
---@param name string
function M.check_room(context, project, name)
  lookup.check_alive(context, project)
  local list, named = context.store:versions_of(project)
  if named[name] then
    errors.raise("ResourceInUseException", ("The project has a version named %s already."):format(name))
  end
  quotas.check(context, "models", #list, "ServiceQuotaExceededException", "models in a project")
end

--- Raises if an OutputConfig has no bucket, which the model leaves open.
---@param config table
function M.check_output(config)
  if not config.S3Bucket then errors.raise("InvalidParameterException", "OutputConfig.S3Bucket must be given.") end
end

-- After a failure there are the manifest summary and the validation manifests at most.
local AFTER_FAILURE = { ManifestSummary = true, TrainingManifestWithValidation = true,
                        TestingManifestWithValidation = true }

local function without_results(texts)
  local left = {}
  for what, text in pairs(texts) do
    if AFTER_FAILURE[what] then left[what] = text end
  end
  return left
end

--- Adds a version to a project, in a state that passes.
---@param context rekognition.emulator.Context
---@param project rekognition.emulator.Project
---@param status "TRAINING_IN_PROGRESS"|"COPYING_IN_PROGRESS"
---@param seconds number  how long it stays in that state
---@param fields table    what else the version has; `name` and `output` among it
---@param prepare fun(version: table, ends_at: number): string?, table<string, string>  why it fails, and its files
---@return rekognition.emulator.Version
function M.add(context, project, status, seconds, fields, prepare)
  local store, version = context.store, fields
  version.number = store:next_number(context.now)
  version.arn = arn.version(project.region, project.account, project.name, fields.name, version.number)
  version.project, version.feature = project.arn, project.feature
  local failure, texts = prepare(version, context.now + seconds)
  failure = context.faults:ending(status, version.name, project.account) or failure
    or told_to_fail(context, version.name)
  version.files = result_files.waiting(version, failure and without_results(texts) or texts)
  store:begin(version, status, context.now, seconds, failure)
  return store:add("versions", version)
end

local function check_feature(project, params)
  if params.FeatureConfig and project.feature == "CUSTOM_LABELS" then
    errors.raise("InvalidParameterException", "FeatureConfig.ContentModeration does not match the project's feature.")
  end
end

function M.CreateProjectVersion(context, params)
  local project = lookup.own_project(context, params.ProjectArn, "ProjectArn")
  check_feature(project, params)
  M.check_output(params.OutputConfig)
  M.check_room(context, project, params.VersionName)
  local source = training.source(context, project, params)
  quotas.check(context, "concurrent_trainings", M.count(context, { TRAINING_IN_PROGRESS = true }),
    "LimitExceededException", "concurrent trainings")
  local seconds = context.settings.train_seconds
  local made = M.add(context, project, "TRAINING_IN_PROGRESS", seconds, {
    name = params.VersionName, output = params.OutputConfig, tags = params.Tags or {}, kms_key = params.KmsKeyId,
    description = params.VersionDescription, feature_config = params.FeatureConfig,
    training_data = params.TrainingData, testing_data = params.TestingData,
  }, function(version, ends_at)
    local outcome = training.outcome(context, project, source, version, ends_at)
    version.training = { ended_at = ends_at, billable = math.max(1, math.ceil(seconds)) }
    version.model, version.f1_score, version.validated = outcome.model, outcome.f1_score, outcome.validated
    version.results = { EvaluationResultSummary = outcome.texts.EvaluationResultSummary,
                        ManifestSummary = outcome.texts.ManifestSummary }
    return outcome.failure, outcome.texts
  end)
  return { ProjectVersionArn = made.arn }
end

-- The states of a version that was trained, or copied, well.
local DONE = { TRAINING_COMPLETED = true, COPYING_COMPLETED = true, STARTING = true, RUNNING = true, FAILED = true,
               STOPPING = true, STOPPED = true }

--- Whether a version was trained, or copied, to its end.
---@return boolean
function M.is_done(version)
  return DONE[version.status] or version.status == "DELETING" and version.was_done or false
end

--- When a version was trained, and for how long it is billed; of a copy, its source's.
---@return {ended_at: number, billable: integer}?
function M.training_of(version)
  if version.training or version.source or not version.ended_at then return version.training end
  -- a state file of an earlier emulator
  return { ended_at = version.ended_at, billable = math.max(1, math.ceil(version.ended_at - version.number / 1000)) }
end

-- What a training says of its data: of each set what came in, and where its files are. A copy has none of it: it
-- carries the training's results, not the datasets (developer guide, "Copying a model"); our decision is that these
-- members, which name the source account's manifests, are of the datasets.
local function add_data(description, version)
  local done = M.is_done(version)
  local tested = done and result_files.assets(version, "TestingGroundTruth") or nil
  if tested then tested.AutoCreate = version.testing_data and version.testing_data.AutoCreate or false end
  description.TrainingDataResult = {
    Input = version.training_data, Output = done and result_files.assets(version, "TrainingGroundTruth") or nil,
    Validation = result_files.assets(version, "TrainingManifestWithValidation"),
  }
  description.TestingDataResult = {
    Input = version.testing_data, Output = tested,
    Validation = result_files.assets(version, "TestingManifestWithValidation"),
  }
end

-- The files' names are as in AWS's example of a response.
local function add_training(description, version)
  local done, times = M.is_done(version), M.training_of(version)
  local failed = version.status == "TRAINING_FAILED"
  if not times or not (done or failed) then return end
  description.TrainingEndTimestamp = times.ended_at
  if done then
    description.BillableTrainingTimeInSeconds = times.billable
    description.EvaluationResult = { F1Score = version.f1_score or 1,
                                     Summary = result_files.place(version, "EvaluationResultSummary") }
  end
  if not (done or version.validated) then return end
  description.ManifestSummary = result_files.place(version, "ManifestSummary")
  if not version.source then add_data(description, version) end
end

local STARTED = { STARTING = true, RUNNING = true, STOPPING = true }

-- Feature is empty for Custom Labels: users saw the service leave it out. BaseModelVersion is for adapters; its value
-- is our decision.
local function describe(version)
  local adapter = version.feature ~= "CUSTOM_LABELS"
  local units = STARTED[version.status] and version.units or {}
  local description = {
    ProjectVersionArn = version.arn, CreationTimestamp = version.number / 1000, Status = version.status,
    StatusMessage = states.message(version), OutputConfig = version.output, KmsKeyId = version.kms_key,
    VersionDescription = version.description, FeatureConfig = version.feature_config,
    Feature = adapter and version.feature or nil, BaseModelVersion = adapter and BASE_MODEL or nil,
    SourceProjectVersionArn = version.source, MinInferenceUnits = units.min, MaxInferenceUnits = units.max,
  }
  add_training(description, version)
  return description
end

-- A version's description as JSON. It changes only when a state begins or ends, and then the store forgets the text. So
-- those who poll a listing don't have each of its versions written again.
local function written(context, version)
  local texts = context.store.written
  texts[version] = texts[version] or output.write_shape(model, "ProjectVersionDescription", describe(version))
  return texts[version]
end

-- The versions that are asked for by their names, oldest first.
local function named_versions(context, project, names)
  local _, named = context.store:versions_of(project)
  local found, seen = {}, {}
  for _, name in ipairs(names) do
    if named[name] and not seen[name] then
      found[#found + 1], seen[name] = named[name], true
    end
  end
  table.sort(found, function(a, b) return a.number < b.number end)
  return found
end

function M.DescribeProjectVersions(context, params)
  local project = lookup.own_project(context, params.ProjectArn, "ProjectArn")
  local names = params.VersionNames
  local versions = names and named_versions(context, project, names) or context.store:versions_of(project)
  local listing = ("versions/%s/%s"):format(project.arn, table.concat(names or {}, " "))
  local page, token = pages.take(versions, params, listing, PAGE, { newest_first = true })
  local descriptions = {}
  for i, version in ipairs(page) do descriptions[i] = written(context, version) end
  return { ProjectVersionDescriptions = descriptions, NextToken = token }
end

function M.DeleteProjectVersion(context, params)
  local version = lookup.own_version(context, params.ProjectVersionArn, "ProjectVersionArn")
  if states.passing(version) or version.status == "RUNNING" then
    errors.raise("ResourceInUseException",
      ("The model can't be deleted while its status is %s."):format(version.status))
  end
  version.was_done, version.training = M.is_done(version), M.training_of(version)
  context.store:begin(version, "DELETING", context.now, context.settings.delete_seconds)
  return { Status = version.status }
end

return M

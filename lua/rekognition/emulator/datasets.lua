--- CreateDataset, DescribeDataset, DeleteDataset, and the parts of a dataset that others ask for.

local arn = require "rekognition.emulator.arn"
local codes = require "rekognition.emulator.manifest_codes"
local errors = require "rekognition.emulator.errors"
local lookup = require "rekognition.emulator.lookup"
local manifest = require "rekognition.emulator.manifest"
local manifest_line = require "rekognition.emulator.manifest_line"
local s3 = require "rekognition.emulator.s3"
local states = require "rekognition.emulator.states"

local M = {}

local TERMINAL = 0.2   -- the part of the lines that may be left out; our decision, as for invalid lines
local MOST_LABELS = 250

-- Faults for which a line is left out of a dataset ("Terminal content errors").
local LEFT_OUT = { ERROR_INVALID_JSON_LINE = true, ERROR_MISSING_SOURCE_REF = true,
                   ERROR_INVALID_SOURCE_REF_FORMAT = true }

-- The checked lines of each dataset's list of lines. They are found again from the lines, so nobody stores them.
local checked = setmetatable({}, { __mode = "k" })

--- The lines of a dataset, checked; each has its `number` in the dataset.
---@param dataset rekognition.emulator.Dataset
---@return rekognition.emulator.Line[]
function M.lines(dataset)
  local list = checked[dataset.lines]
  if not list then
    list = manifest.check(dataset.lines)
    for i, line in ipairs(list) do line.number = i end
    checked[dataset.lines] = list
  end
  return list
end

--- Sorts out the lines that a dataset can have: of an image, the last one.
---@param texts string[]
---@return string[] kept, integer left_out
function M.sort_out(texts)
  local kept, places, left_out = {}, {}, 0
  for _, text in ipairs(texts) do
    local line = manifest_line.check(text)
    if LEFT_OUT[line.fault] or line.source and places[line.source] then
      left_out = left_out + 1
    else
      kept[#kept + 1] = text
      places[line.source] = #kept
    end
  end
  return kept, left_out
end

-- The buckets of lines' images, and how many labels they have.
local function several_buckets(lines)
  local first
  for _, line in ipairs(lines) do
    first = first or line.bucket
    if line.bucket ~= first then return true end
  end
  return false
end

--- What keeps a dataset from having these lines: a StatusMessage.
---@param context rekognition.emulator.Context
---@param texts string[]     those that it can have
---@param left_out integer   how many it can't have
---@return string?
function M.failure(context, texts, left_out)
  local lines = manifest.check(texts)
  local _, labels = manifest.labels(lines)
  local code
  if #texts > context.settings.quotas.dataset_images then
    code = "ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM"
  elseif left_out > TERMINAL * (#texts + left_out) then
    code = "ERROR_TOO_MANY_RECORDS_IN_ERROR"
  elseif several_buckets(lines) then
    code = "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS"
  elseif labels > MOST_LABELS then
    code = "ERROR_MANIFEST_TOO_MANY_LABELS"
  end
  return code and codes.text(code)
end

local function bad_object()
  errors.raise("InvalidS3ObjectException",
    "Unable to get object metadata from S3. Check object key, region and/or access permissions.")
end

-- The lines of a manifest in a bucket. A file that can't be read is an error of the request; one that is no manifest
-- makes the creation fail: our decision, since AWS documents both and not when which comes.
local function from_manifest(context, ground_truth)
  local object = ground_truth.S3Object or {}
  if not object.Bucket or not object.Name then
    errors.raise("InvalidParameterException", "DatasetSource.GroundTruthManifest.S3Object must have Bucket and Name.")
  elseif not s3.in_use(context.store) then
    return {}
  end
  local text = s3.get_object(context.store, context.caller, object.Bucket, object.Name)
  if not text then bad_object() end
  if #text > context.settings.quotas.manifest_bytes then
    return {}, codes.text "ERROR_MANIFEST_SIZE_TOO_LARGE"
  elseif not object.Name:find("%.[A-Za-z0-9]+$") or not utf8.len(text) or not text:find("[^ \t\r\n]") then
    return {}, codes.text "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT"
  end
  local kept, left_out = M.sort_out(manifest.split(text))
  return kept, M.failure(context, kept, left_out)
end

-- The lines of a new dataset, and why its creation fails.
local function source_lines(context, source)
  if not source then return {} end
  if (source.DatasetArn ~= nil) == (source.GroundTruthManifest ~= nil) then
    errors.raise("InvalidParameterException",
      "DatasetSource must have DatasetArn or GroundTruthManifest, and not both.")
  elseif source.GroundTruthManifest then
    return from_manifest(context, source.GroundTruthManifest)
  end
  local other = lookup.own_dataset(context, source.DatasetArn, "DatasetSource.DatasetArn")
  if states.passing(other) then
    errors.raise("InvalidParameterException",
      ("The dataset %s can't be copied while its status is %s."):format(other.arn, other.status))
  end
  return table.move(other.lines, 1, #other.lines, 1, {})
end

--- Whether a change of a dataset fails, and how: by a fault that somebody asked for, which counts as the service's, or
--- by what is wrong with its lines.
---@param context rekognition.emulator.Context
---@param dataset rekognition.emulator.Dataset
---@param status "CREATE_IN_PROGRESS"|"UPDATE_IN_PROGRESS"
---@param failure string?  what is wrong with the lines
---@return string|true|nil
function M.ending(context, dataset, status, failure)
  local fault = context.faults:ending(status, dataset.name, context.caller.account)
  dataset.message_code = fault and "SERVICE_ERROR" or nil
  return fault or failure
end

function M.CreateDataset(context, params)
  local project = lookup.own_project(context, params.ProjectArn, "ProjectArn")
  lookup.check_alive(context, project)
  lookup.check_custom_labels(project, "Datasets are")
  local store, name = context.store, params.DatasetType == "TRAIN" and "train" or "test"
  local _, named = store:datasets_of(project)
  if named[name] then
    errors.raise("ResourceAlreadyExistsException",
      ("The project has a dataset of the type %s already."):format(params.DatasetType))
  end
  local lines, failure = source_lines(context, params.DatasetSource)
  local number = store:next_number(context.now)
  local dataset = {
    arn = arn.dataset(project.region, project.account, project.name, name, number), name = name, number = number,
    type = params.DatasetType, project = project.arn, tags = params.Tags or {},
    from_manifest = params.DatasetSource ~= nil and params.DatasetSource.GroundTruthManifest ~= nil or nil,
  }
  failure = M.ending(context, dataset, "CREATE_IN_PROGRESS", failure)
  dataset.lines = failure and {} or lines
  store:begin(dataset, "CREATE_IN_PROGRESS", context.now, context.settings.dataset_seconds, failure)
  store:add("datasets", dataset)
  return { DatasetArn = dataset.arn }
end

--- Raises unless a dataset is at rest.
---@param dataset rekognition.emulator.Dataset
---@param code "ResourceInUseException"|"ResourceNotReadyException"
function M.check_ready(dataset, code)
  if states.passing(dataset) then
    errors.raise(code, ("The dataset %s is not ready: its status is %s."):format(dataset.arn, dataset.status))
  end
end

-- AWS's example has this text for a dataset from a manifest.
local function message(dataset)
  if dataset.status == "CREATE_COMPLETE" and dataset.from_manifest then
    return "The dataset was successfully created from the manifest file."
  end
  return states.message(dataset)
end

-- A failure is the request's, unless a fault made it.
local function message_code(dataset)
  if not dataset.status:find("FAILED", 1, true) then return "SUCCESS" end
  return dataset.message_code or "CLIENT_ERROR"
end

--- A project's datasets as DescribeProjects shows them.
---@param context rekognition.emulator.Context
---@param project rekognition.emulator.Project
---@return table[]
function M.of_project(context, project)
  local list = {}
  for i, dataset in ipairs((context.store:datasets_of(project))) do
    list[i] = { DatasetArn = dataset.arn, DatasetType = dataset.type, Status = dataset.status,
                StatusMessage = message(dataset), StatusMessageCode = message_code(dataset),
                CreationTimestamp = dataset.number / 1000 }
  end
  return list
end

local function statistics(dataset)
  local lines = M.lines(dataset)
  local labelled, faulty = 0, 0
  for _, line in ipairs(lines) do
    if next(line.kinds) then labelled = labelled + 1 end
    if line.faulty then faulty = faulty + 1 end
  end
  local _, labels = manifest.labels(lines)
  return { TotalEntries = #lines, LabeledEntries = labelled, TotalLabels = labels, ErrorEntries = faulty }
end

function M.DescribeDataset(context, params)
  local dataset = lookup.own_dataset(context, params.DatasetArn, "DatasetArn")
  return { DatasetDescription = {
    CreationTimestamp = dataset.number / 1000, LastUpdatedTimestamp = dataset.ended_at or dataset.updated
      or dataset.number / 1000,
    Status = dataset.status, StatusMessage = message(dataset), StatusMessageCode = message_code(dataset),
    DatasetStats = statistics(dataset),
  } }
end

function M.DeleteDataset(context, params)
  local dataset = lookup.own_dataset(context, params.DatasetArn, "DatasetArn")
  M.check_ready(dataset, "ResourceInUseException")
  context.store:begin(dataset, "DELETE_IN_PROGRESS", context.now, context.settings.delete_seconds)
  return {}
end

return M

--- What comes of a training: found out when it is asked for, shown when its time is over.
--
-- A manifest is read and checked as AWS does it ("Debugging a failed model training"): a fault of a file leaves no
-- files, a fault of the contents leaves the manifest summary and the validation manifests, a success all six.
-- As long as nobody has made a bucket in the emulator, there is no manifest to read: the training then succeeds, with
-- labels of the emulator's own.

local body = require "rekognition.emulator.body"
local codes = require "rekognition.emulator.manifest_codes"
local errors = require "rekognition.emulator.errors"
local evaluation = require "rekognition.emulator.evaluation"
local labels = require "rekognition.emulator.labels"
local manifest = require "rekognition.emulator.manifest"
local manifest_images = require "rekognition.emulator.manifest_images"
local manifest_line = require "rekognition.emulator.manifest_line"
local result_files = require "rekognition.emulator.result_files"
local s3 = require "rekognition.emulator.s3"

local M = {}

-- The labels of a model whose manifests were not read: our decision.
local ASSUMED = { ["label-1"] = 1, ["label-2"] = 1, ["label-3"] = 1 }
local FEW_ROWS = { ["ap-south-1"] = true, ["eu-west-2"] = true } -- Mumbai and London
local FEW = { training = 28000, testing = 7000 }

local function invalid(message, ...)
  errors.raise("InvalidParameterException", message:format(...))
end

-- The one manifest of TrainingData or TestingData.
local function manifest_of(data, member)
  local assets = data.Assets or {}
  if #assets ~= 1 then invalid("%s.Assets must have one manifest, got %d.", member, #assets) end
  local object = (assets[1].GroundTruthManifest or {}).S3Object or {}
  if not object.Bucket or not object.Name then
    invalid("%s.Assets[1].GroundTruthManifest.S3Object must have Bucket and Name.", member)
  end
  return object
end

---@class rekognition.emulator.TrainingSource
---@field training? table  the S3Object of the training manifest
---@field testing? table   the S3Object of the test manifest
---@field split boolean    a part of the training lines is for the test
---@field datasets? {training: rekognition.emulator.Dataset, testing: rekognition.emulator.Dataset}

local function from_manifests(params, adapter)
  if not params.TrainingData then invalid("TrainingData must be given together with TestingData.") end
  local source = { training = manifest_of(params.TrainingData, "TrainingData"), split = false }
  local testing = params.TestingData
  if not testing then
    if not adapter then invalid("TestingData must be given together with TrainingData.") end
    source.split = true
    return source
  end
  local has_assets = testing.Assets ~= nil and #testing.Assets > 0
  if testing.AutoCreate and has_assets then
    invalid("TestingData must have Assets or AutoCreate, and not both.")
  elseif testing.AutoCreate then
    source.split = true
  elseif has_assets then
    source.testing = manifest_of(testing, "TestingData")
  else
    invalid("TestingData must have Assets, or AutoCreate must be true.")
  end
  return source
end

local READY = { CREATE_COMPLETE = true, UPDATE_COMPLETE = true, UPDATE_FAILED = true }

local function from_datasets(named)
  for _, name in ipairs { "train", "test" } do
    if not named[name] then
      invalid("The project has no %s dataset. Create one, or give TrainingData and TestingData.",
        name == "train" and "training" or "test")
    elseif not READY[named[name].status] then
      errors.raise("ResourceInUseException",
        ("The dataset %s is not ready: its status is %s."):format(named[name].arn, named[name].status))
    end
  end
  return { datasets = { training = named.train, testing = named.test }, split = false }
end

--- Where a training's lines come from: the request's manifests or the project's datasets. Raises
--- InvalidParameterException if the request can't be trained with.
---@param context rekognition.emulator.Context
---@param project rekognition.emulator.Project
---@param params table  of CreateProjectVersion
---@return rekognition.emulator.TrainingSource
function M.source(context, project, params)
  local list, named = context.store:datasets_of(project)
  if not (params.TrainingData or params.TestingData) then return from_datasets(named) end
  if #list > 0 then
    invalid("TrainingData and TestingData can't be given for a project that has datasets.")
  end
  return from_manifests(params, project.feature ~= "CUSTOM_LABELS")
end

local FILE_CODES = { AccessDenied = "ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET" }

-- A manifest's lines; nil and the code of what is wrong with the file.
local function read_manifest(context, object)
  local text, code = s3.get_object(context.store, context.caller, object.Bucket, object.Name)
  if not text then return nil, FILE_CODES[code] or "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT" end
  if not object.Name:find("%.[A-Za-z0-9]+$") or not utf8.len(text) then
    return nil, "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT"
  elseif not text:find("[^ \t\r\n]") then
    return nil, "ERROR_EMPTY_MANIFEST"
  elseif #text > context.settings.quotas.manifest_bytes then
    return nil, "ERROR_MANIFEST_SIZE_TOO_LARGE"
  end
  return manifest.split(text)
end

-- The lines of a source as texts; nil and a code.
local function read_source(context, source)
  if source.datasets then
    if #source.datasets.training.lines == 0 then return nil, "ERROR_EMPTY_MANIFEST" end
    return { training = source.datasets.training.lines, testing = source.datasets.testing.lines }
  end
  local training, code = read_manifest(context, source.training)
  local testing = {}
  if training and source.testing then testing, code = read_manifest(context, source.testing) end
  if code then return nil, code end
  return { training = training, testing = testing }
end

local function most_rows(context, which)
  local most = context.settings.quotas.dataset_images
  return FEW_ROWS[context.caller.region] and math.min(most, FEW[which]) or most
end

local function owner_of(context, object)
  local bucket = object and context.store.buckets[object.Bucket]
  return bucket and bucket.account
end

---@class rekognition.emulator.Checked
---@field kind string
---@field training rekognition.emulator.Line[]  all lines
---@field testing rekognition.emulator.Line[]
---@field used {training: rekognition.emulator.Line[], testing: rekognition.emulator.Line[]}
---@field known {hash: string, line: rekognition.emulator.Line}[]
---@field summary table                         AWS's manifest summary

-- Checks all lines, and what they are together.
local function check(context, source, texts)
  local inspect, images = manifest_images.inspector(context)
  local checked = { training = manifest.check(texts.training, inspect),
                    testing = manifest.check(texts.testing, inspect) }
  local kind = manifest.kind_of(checked.training)
  local used = { training = manifest.usable(checked.training, kind), testing = manifest.usable(checked.testing, kind) }
  local list = manifest_images.errors(images, owner_of(context, source.training))
  local statistics = { training = manifest.statistics(checked.training, kind, most_rows(context, "training")) }
  if source.split then
    local kept, taken = manifest.split_for_test(used.training, kind)
    if kept then used.training, used.testing = kept, taken end
    if not kept then list[#list + 1] = codes.error "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_AUTOSPLIT" end
    checked.testing = used.testing
  else
    for _, one in ipairs(manifest.overlap_errors(checked.training, checked.testing, kind)) do list[#list + 1] = one end
  end
  statistics.testing = manifest.statistics(checked.testing, kind, most_rows(context, "testing"))
  if source.split then statistics.testing.errors = body.list {} end
  checked.kind, checked.used, checked.known = kind, used, images.known
  checked.summary = { statistics = statistics, errors = body.list(list) }
  return checked
end

-- The text of the first fault that stops a training.
local function first_fault(summary)
  for _, list in ipairs { summary.statistics.training.errors, summary.statistics.testing.errors, summary.errors } do
    if #list > 0 then return list[1].message end
  end
end

local function validation(lines)
  local texts = {}
  for i, line in ipairs(lines) do texts[i] = manifest_line.text(line) .. "\n" end
  return table.concat(texts)
end

---@class rekognition.emulator.Outcome
---@field failure? string  the StatusMessage of a training that fails
---@field validated boolean  there are a manifest summary and validation manifests
---@field model? rekognition.emulator.Model
---@field f1_score? number
---@field texts table<string, string>  the files, by what result_files calls them

local function outcome_of(checked, version, ends_at)
  local outcome = { failure = first_fault(checked.summary), validated = true, texts = {
    ManifestSummary = body.encode(checked.summary),
    TrainingManifestWithValidation = validation(checked.training),
    TestingManifestWithValidation = validation(checked.testing),
  } }
  if outcome.failure then return outcome end
  outcome.model = labels.model(checked.kind, (manifest.labels(checked.used.training, checked.kind)), checked.known)
  local trained = { arn = version.arn, ends_at = ends_at, model = outcome.model,
                    training = checked.used.training, testing = checked.used.testing }
  outcome.texts.EvaluationResultSummary, outcome.f1_score = evaluation.summary(trained)
  outcome.texts.TrainingGroundTruth = evaluation.training_snapshot(trained)
  outcome.texts.TestingGroundTruth = evaluation.testing_snapshot(trained)
  return outcome
end

-- A training whose manifests can't be read here, or are an adapter's, whose lines have other labels.
local function assumed()
  return { validated = true, model = labels.model("IMAGE_LEVEL_LABELS", ASSUMED, {}), f1_score = 1.0, texts = {} }
end

--- What comes of a training.
---@param context rekognition.emulator.Context
---@param project rekognition.emulator.Project
---@param source rekognition.emulator.TrainingSource
---@param version {arn: string, output: table}
---@param ends_at number  when the training is over
---@return rekognition.emulator.Outcome
function M.outcome(context, project, source, version, ends_at)
  local stored = s3.in_use(context.store)
  if stored and not result_files.can_write(context, version.output) then
    return { failure = codes.text "ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET", validated = false, texts = {} }
  elseif not stored and not source.datasets then
    return assumed()
  end
  local texts, code = read_source(context, source)
  if not texts then return { failure = codes.text(code), validated = false, texts = {} } end
  if project.feature ~= "CUSTOM_LABELS" then return assumed() end
  return outcome_of(check(context, source, texts), version, ends_at)
end

return M

--- StartProjectVersion, StopProjectVersion, DetectCustomLabels.

local errors = require "rekognition.emulator.errors"
local image = require "rekognition.emulator.image"
local labels = require "rekognition.emulator.labels"
local lookup = require "rekognition.emulator.lookup"
local quotas = require "rekognition.emulator.quotas"
local s3 = require "rekognition.emulator.s3"
local versions = require "rekognition.emulator.versions"
local wildcard = require "rekognition.text.wildcard"

local M = {}

-- "Guidelines and quotas": the model allows more bytes than the guide.
local MOST_BYTES, MOST_STORED = 4 * 1024 * 1024, 15 * 1024 * 1024
-- The labels of a version in a state file of an emulator without labels.
local NO_MODEL = { kind = "IMAGE_LEVEL_LABELS", labels = { "label-1", "label-2", "label-3" }, known = {} }

local STARTABLE = { TRAINING_COMPLETED = true, COPYING_COMPLETED = true, STOPPED = true, FAILED = true }
local NEVER = { TRAINING_FAILED = true, COPYING_FAILED = true, DEPRECATED = true, EXPIRED = true }

local function own_model(context, params)
  local version = lookup.own_version(context, params.ProjectVersionArn, "ProjectVersionArn")
  if version.feature ~= "CUSTOM_LABELS" then
    errors.raise("InvalidParameterException", "ProjectVersionArn must be of a Custom Labels model, got an adapter's.")
  end
  return version
end

-- Which status raises which code is stated nowhere: what never can be started is a wrong parameter, all else is in use.
local function check_startable(context, version, least, most)
  if NEVER[version.status] then
    errors.raise("InvalidParameterException",
      ("A model with the status %s can't be started."):format(version.status))
  elseif not STARTABLE[version.status] then
    errors.raise("ResourceInUseException",
      ("The model can't be started while its status is %s."):format(version.status))
  elseif most and most < least then
    errors.raise("InvalidParameterException",
      ("MaxInferenceUnits must be from MinInferenceUnits on, which is %d, got %d."):format(least, most))
  end
  local quota = context.settings.quotas.inference_units
  if quota and (most or least) > quota then
    errors.raise("LimitExceededException",
      ("A model can have %d inference units, got %d."):format(quota, most or least))
  end
  quotas.check(context, "running_models", versions.count(context, { STARTING = true, RUNNING = true, STOPPING = true }),
    "LimitExceededException", "running models")
end

local function told_to_fail(context, name)
  for _, pattern in ipairs(context.settings.fail_start) do
    if wildcard.matches(pattern, name) then return true end
  end
  return false
end

function M.StartProjectVersion(context, params)
  local version = own_model(context, params)
  check_startable(context, version, params.MinInferenceUnits, params.MaxInferenceUnits)
  version.units = { min = params.MinInferenceUnits, max = params.MaxInferenceUnits }
  version.training = versions.training_of(version)
  context.store:begin(version, "STARTING", context.now, context.settings.start_seconds,
    context.faults:ending("STARTING", version.name, context.caller.account) or told_to_fail(context, version.name))
  return { Status = version.status }
end

function M.StopProjectVersion(context, params)
  local version = own_model(context, params)
  if version.status ~= "RUNNING" then
    errors.raise("ResourceInUseException",
      ("The model can't be stopped while its status is %s."):format(version.status))
  end
  context.store:begin(version, "STOPPING", context.now, context.settings.stop_seconds)
  return { Status = version.status }
end

-- The bytes of an object, or what stands for them where there is no storage to look at.
local function stored_bytes(context, object)
  if not object.Bucket or not object.Name then
    errors.raise("InvalidParameterException", "Image.S3Object must have Bucket and Name.")
  elseif not s3.in_use(context.store) then
    return nil, ("s3://%s/%s?%s"):format(object.Bucket, object.Name, object.Version or "")
  end
  local bytes = s3.get_object(context.store, context.caller, object.Bucket, object.Name)
  if not bytes then
    errors.raise("InvalidS3ObjectException",
      "Unable to get object metadata from S3. Check object key, region and/or access permissions.")
  end
  return bytes
end

-- The guide names the limits and no codes for them.
local function check_image(bytes, most)
  local width, height = image.size(bytes)
  if #bytes > most then
    errors.raise("ImageTooLargeException", "Image size is too large.")
  elseif not width then
    errors.raise("InvalidImageFormatException", "Request has invalid image format.")
  end
  local problem = image.problem(width, height)
  if problem == "large" then
    errors.raise("ImageTooLargeException", "Image size is too large.")
  elseif problem then
    errors.raise("InvalidParameterException",
      ("An image must have at least 64 pixels a side, and one side at most 20 times the other, got %d x %d."):format(
        width, height))
  end
end

-- The hash that the labels are made from.
local function image_hash(context, given)
  if (given.Bytes ~= nil) == (given.S3Object ~= nil) then
    errors.raise("InvalidParameterException", "Image must have Bytes or S3Object, and not both.")
  elseif given.Bytes then
    check_image(given.Bytes, MOST_BYTES)
    return labels.hash(given.Bytes)
  end
  local bytes, name = stored_bytes(context, given.S3Object)
  if bytes then check_image(bytes, MOST_STORED) end
  return labels.hash(bytes or name)
end

function M.DetectCustomLabels(context, params)
  local version = own_model(context, params)
  if version.status ~= "RUNNING" then
    errors.raise("ResourceNotReadyException",
      ("The model is not ready: its status is %s. Start it, and wait until it is RUNNING."):format(version.status))
  end
  local hash = image_hash(context, params.Image)
  return { CustomLabels = labels.detect(version.model or NO_MODEL, hash, params.MinConfidence, params.MaxResults) }
end

return M

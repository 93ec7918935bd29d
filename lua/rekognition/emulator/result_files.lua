--- The files that a training, or a copy of its results, leaves in a bucket: their places and their writing. The names
--- are those of AWS's examples.

local arn = require "rekognition.emulator.arn"
local s3 = require "rekognition.emulator.s3"

local M = {}

--- Whether the caller may put files where an OutputConfig says.
---@param context rekognition.emulator.Context
---@param output table  OutputConfig
---@return boolean
function M.can_write(context, output)
  local key = output.S3KeyPrefix or ""
  return s3.bucket_for(context.store, context.caller, output.S3Bucket, "s3:PutObject", key) ~= nil
end

--- The place of a version's file, as an S3Object.
---@param version rekognition.emulator.Version
---@param what string  "EvaluationResultSummary"
---@return {S3Object: {Bucket: string, Name: string}}
function M.place(version, what)
  local folder = version.output.S3KeyPrefix or ""
  if folder ~= "" and folder:sub(-1) ~= "/" then folder = folder .. "/" end
  local project = arn.parse(version.arn).project
  return { S3Object = { Bucket = version.output.S3Bucket,
                        Name = ("%s%s-%s-%s.json"):format(folder, what, project, version.name) } }
end

--- The place of a version's manifest, as TrainingData has it.
---@return {Assets: table[]}
function M.assets(version, what)
  return { Assets = { { GroundTruthManifest = M.place(version, what) } } }
end

--- What the store puts into the bucket when the version's state ends.
---@param version rekognition.emulator.Version
---@param texts table<string, string>  by what they are
---@return {bucket: string, key: string, body: string}[]?
function M.waiting(version, texts)
  local files = {}
  for what, text in pairs(texts) do
    local object = M.place(version, what).S3Object
    files[#files + 1] = { bucket = object.Bucket, key = object.Name, body = text }
  end
  return #files > 0 and files or nil
end

return M

--- The parameters of the calls that are measured.

local M = {}

local VERSION = "arn:aws:rekognition:us-east-1:111122223333:project/SourceProject/version/model_1/1656611123456"
local PROJECT = "arn:aws:rekognition:us-east-1:555555555555:project/DestinationProject/1656705098765"

local function copy()
  return {
    SourceProjectArn = "arn:aws:rekognition:us-east-1:111122223333:project/SourceProject/16565123456",
    SourceProjectVersionArn = VERSION,
    DestinationProjectArn = PROJECT,
    VersionName = "DestinationVersionName_cross_account",
    OutputConfig = { S3Bucket = "bucket-name", S3KeyPrefix = "path_to_folder" },
    KmsKeyId = "arn:1234abcd-12ab-34cd-56ef-1234567890ab",
    Tags = { key1 = "val1" },
  }
end

local function describe()
  return { ProjectArn = PROJECT, MaxResults = 100 }
end

--- A function that makes new parameters, as callers do for each call.
---@param operation string
---@param image string  a file's name
function M.of(operation, image)
  if operation == "CopyProjectVersion" then return copy end
  if operation == "DescribeProjectVersions" then return describe end
  local file <close> = assert(io.open(image, "rb"))
  local bytes = file:read "a"
  return function() return { ProjectVersionArn = VERSION, Image = { Bytes = bytes } } end
end

return M

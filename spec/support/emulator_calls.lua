-- Calls that the emulator's specs make again and again.

local cjson = require("cjson").new()
local client = require "spec.support.emulator_client"
local emulator = require "rekognition.emulator"

local M = { OTHER = { credentials = client.OTHER }, OUTPUT = { S3Bucket = "bucket-name", S3KeyPrefix = "path_to_folder" } }

M.TRAINING = { Assets = { { GroundTruthManifest = { S3Object = { Bucket = "bucket-name", Name = "train.manifest" } } } } }
M.TESTING = { AutoCreate = true }

--- The parameters of CreateProjectVersion; `more` may add to them.
function M.train_params(project_arn, name, more)
  local params = { ProjectArn = project_arn, VersionName = name, OutputConfig = M.OUTPUT, TrainingData = M.TRAINING,
                   TestingData = M.TESTING }
  for key, value in pairs(more or {}) do params[key] = value end
  return params
end

--- An emulator with a clock that the spec moves.
function M.with_clock(options)
  local time = { now = 1656611123.456 }
  options = options or {}
  options.clock = function() return time.now end
  return emulator.new(options), time
end

--- The ARN of a new project.
function M.project(service, name, options, more)
  local params = { ProjectName = name }
  for key, value in pairs(more or {}) do params[key] = value end
  return client.must(service, "CreateProject", params, options).ProjectArn
end

--- The ARN of a new version, five seconds later.
function M.train(service, time, project_arn, name, options)
  local arn = client.must(service, "CreateProjectVersion", M.train_params(project_arn, name), options).ProjectVersionArn
  time.now = time.now + 5
  return arn
end

--- The descriptions of a project's versions, or of the one of that name.
function M.versions(service, project_arn, name, options)
  local params = { ProjectArn = project_arn, VersionNames = name and { name } }
  return client.must(service, "DescribeProjectVersions", params, options).ProjectVersionDescriptions
end

--- The parameters of CopyProjectVersion.
function M.copy_params(source, version, destination, name)
  return { SourceProjectArn = source, SourceProjectVersionArn = version, DestinationProjectArn = destination,
           VersionName = name, OutputConfig = M.OUTPUT }
end

--- A project policy's document, which allows copies; `fields` may replace what is in its statement.
function M.policy(fields)
  local statement = { Effect = "Allow", Principal = { AWS = "arn:aws:iam::555555555555:root" },
                      Action = "rekognition:CopyProjectVersion", Resource = "*" }
  for key, value in pairs(fields or {}) do statement[key] = value end
  return cjson.encode { Version = "2012-10-17", Statement = { statement } }
end

return M

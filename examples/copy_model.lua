--- Copies a trained Custom Labels model from one project to another, in the same or another account,
-- and waits until the copy is complete:
--
--   lua examples/copy_model.lua SOURCE_PROJECT_ARN SOURCE_VERSION_ARN DESTINATION_PROJECT_ARN \
--       VERSION_NAME S3_BUCKET S3_KEY_PREFIX
--
-- Credentials and region come from the environment, as for any AWS tool. For a copy to another
-- account, SOURCE_PROFILE and DESTINATION_PROFILE name the profiles to use on either side.

package.path = (arg[0]:match("^(.*)/") or ".") .. "/?.lua;" .. package.path
local cjson = require("cjson").new()
local progress = require "progress"
local rekognition = require "rekognition"

if #arg ~= 6 then
  io.stderr:write("usage: copy_model.lua SOURCE_PROJECT_ARN SOURCE_VERSION_ARN DESTINATION_PROJECT_ARN",
    " VERSION_NAME S3_BUCKET S3_KEY_PREFIX\n")
  os.exit(2)
end
local source_project, source_version, destination_project, version_name, bucket, prefix = table.unpack(arg)

local function account_of(arn) return arn:match("^arn:[^:]*:rekognition:[^:]*:(%d+):") end

local source = rekognition.client { profile = os.getenv("SOURCE_PROFILE") }
local destination = rekognition.client { profile = os.getenv("DESTINATION_PROFILE") }

-- Another account may copy the model once a policy on the source project says so.
if account_of(source_project) ~= account_of(destination_project) then
  source:put_project_policy {
    ProjectArn = source_project,
    PolicyName = "allow-copy-to-" .. account_of(destination_project),
    PolicyDocument = cjson.encode {
      Version = "2012-10-17",
      Statement = { {
        Effect = "Allow",
        Principal = { AWS = account_of(destination_project) },
        Action = "rekognition:CopyProjectVersion",
        Resource = source_version,
      } },
    },
  }
end

local copy = destination:copy_project_version {
  SourceProjectArn = source_project,
  SourceProjectVersionArn = source_version,
  DestinationProjectArn = destination_project,
  VersionName = version_name,
  OutputConfig = { S3Bucket = bucket, S3KeyPrefix = prefix },
}

local shown = progress.new("copying " .. version_name)
local version = destination:wait("project_version_copied",
  { ProjectArn = destination_project, ProjectVersionArn = copy.ProjectVersionArn },
  { timeout = 7200, on_poll = shown.on_poll })
shown.done()
print(version.ProjectVersionArn, version.Status)

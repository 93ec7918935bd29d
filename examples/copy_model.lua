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

-- Another account may copy the project's models once a policy on the project says so.
local function allow_copies_to(account)
  local ok, e = pcall(source.put_project_policy, source, {
    ProjectArn = source_project,
    PolicyName = "allow-copy-to-" .. account,
    PolicyDocument = cjson.encode {
      Version = "2012-10-17",
      Statement = { {
        Effect = "Allow",
        Principal = { AWS = account },
        Action = "rekognition:CopyProjectVersion",
        Resource = (source_version:gsub("/version/.*", "/version/*")),
      } },
    },
  })
  local is_there = not ok and rekognition.error.is_error(e) and e:is("ResourceAlreadyExistsException")
  if not ok and not is_there then error(e, 0) end
end

local destination_account = account_of(destination_project)
if account_of(source_project) ~= destination_account then allow_copies_to(destination_account) end

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

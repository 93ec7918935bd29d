--- Copies a trained Custom Labels model from one project to another, in the same or another account,
-- and waits until the copy is complete:
--
--   lua examples/copy_model.lua SOURCE_PROJECT SOURCE_VERSION DESTINATION_PROJECT VERSION_NAME S3_BUCKET S3_KEY_PREFIX
--
-- Projects and versions are names or ARNs. Credentials and region come from the environment, as for any AWS tool. For a
-- copy to another account, SOURCE_PROFILE and DESTINATION_PROFILE name the profiles to use on either side; the policy
-- that it needs is attached. If it is stopped, or fails, run it again: it goes on from where things stand.

package.path = (arg[0]:match("^(.*)/") or ".") .. "/?.lua;" .. package.path
local progress = require "progress"
local rekognition = require "rekognition"

if #arg ~= 6 then
  io.stderr:write("usage: copy_model.lua SOURCE_PROJECT SOURCE_VERSION DESTINATION_PROJECT VERSION_NAME S3_BUCKET",
    " S3_KEY_PREFIX\n")
  os.exit(2)
end

local ok, result = pcall(rekognition.custom_labels.copy_model, {
  source = rekognition.client { profile = os.getenv "SOURCE_PROFILE" },
  destination = rekognition.client { profile = os.getenv "DESTINATION_PROFILE" },
  source_project = arg[1], source_version = arg[2], destination_project = arg[3], version_name = arg[4],
  output_config = { S3Bucket = arg[5], S3KeyPrefix = arg[6] },
  on_progress = progress.steps(),
})
if not ok then
  io.stderr:write("copy_model: ", tostring(result), "\n")
  os.exit(1)
end
print(result.project_version_arn, result.status)

--- A first copy, on the emulator: trains a model in one account, copies it to another, and lists what is there.
--
--   script/lua bin/rekognition-emulator --port 4566        in one terminal
--   script/lua examples/first_copy.lua                      in another
--
-- The emulator knows two accounts, with these keys. On AWS name profiles of yours instead:
-- rekognition.client { profile = "dev" }.

local rekognition = require "rekognition"

local function client_of(key_id, account)
  return rekognition.client {
    region = "us-east-1", endpoint = os.getenv "AWS_ENDPOINT_URL" or "http://127.0.0.1:4566",
    credentials = { access_key_id = key_id, secret_access_key = "emulator-secret-of-" .. account },
  }
end

local dev = client_of("AKIAEMULATOR00000001", "111122223333")
local prod = client_of("AKIAEMULATOR00000002", "555555555555")

-- A trained model to copy. (The emulator asks for no images; AWS trains on them.)
local function train(client, name, version_name)
  local project = client:create_project({ ProjectName = name }).ProjectArn
  local manifest = { GroundTruthManifest = { S3Object = { Bucket = "dev-bucket", Name = "birds.manifest" } } }
  client:create_project_version {
    ProjectArn = project, VersionName = version_name, OutputConfig = { S3Bucket = "dev-bucket", S3KeyPrefix = "birds" },
    TrainingData = { Assets = { manifest } }, TestingData = { AutoCreate = true },
  }
  client:wait("project_version_training_completed", { ProjectArn = project, VersionNames = { version_name } },
    { delay = 1 })
end

local function copy()
  return rekognition.custom_labels.copy_model {
    source = dev, destination = prod, source_project = "Birds", destination_project = "Birds", create_project = true,
    output_config = { S3Bucket = "prod-bucket", S3KeyPrefix = "birds" }, delay = 1,
  }
end

-- An error is a table with a text: kind, code and message say what went wrong, tostring(e) says it in a line.
local ok, e = pcall(train, dev, "Birds", "v1")
if not ok and not rekognition.error.is(e, "ResourceInUseException") then error(e, 0) end -- in use: trained before

local result = copy()
print(result.status, result.adopted and "was there already" or "copied now")
for version in prod:items("DescribeProjectVersions", { ProjectArn = result.destination_project }) do
  print(version.ProjectVersionArn, version.Status, rekognition.timestamp.format(version.CreationTimestamp))
end

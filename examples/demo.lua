--- The main job, shown against the emulator: `script/demo` runs it, with the emulator's URL as argument.
--
-- Two accounts, a trained model in one; the model is copied within the account, then to the other account.

package.path = (arg[0]:match("^(.*)/") or ".") .. "/?.lua;" .. package.path
local cjson = require("cjson").new()
local progress = require "progress"
local rekognition = require "rekognition"

local accounts = require("rekognition.emulator").DEFAULT_ACCOUNTS

-- The emulator's states move in seconds, not in the minutes and hours of a real training.
local PACE = { delay = 0.25, timeout = 60 }

local function say(...) print(string.format(...)) end

-- An empty environment: this machine's profiles and proxies have no part in it.
local function client_of(account)
  return rekognition.client {
    region = "us-east-1", endpoint = arg[1], env = {},
    credentials = { access_key_id = account.access_key_id, secret_access_key = account.secret_access_key },
  }
end

local function wait(client, waiter, project, version, what)
  local shown = progress.new(what)
  local description = client:wait(waiter, { ProjectArn = project, ProjectVersionArn = version },
    { delay = PACE.delay, timeout = PACE.timeout, on_poll = shown.on_poll })
  shown.done()
  return description
end

local function train(client, project)
  local created = client:create_project_version {
    ProjectArn = project, VersionName = "model_1",
    OutputConfig = { S3Bucket = "bucket-name", S3KeyPrefix = "path_to_folder" },
    TrainingData = { Assets = { { GroundTruthManifest = { S3Object = {
      Bucket = "bucket-name", Name = "train.manifest",
    } } } } },
    TestingData = { AutoCreate = true },
  }
  wait(client, "project_version_training_completed", project, created.ProjectVersionArn, "training")
  return created.ProjectVersionArn
end

local function copy(client, from_project, from_version, to_project, name)
  local copied, metadata = client:copy_project_version {
    SourceProjectArn = from_project, SourceProjectVersionArn = from_version,
    DestinationProjectArn = to_project, VersionName = name,
    OutputConfig = { S3Bucket = "bucket-name", S3KeyPrefix = "path_to_folder" },
    Tags = { key1 = "val1" },
  }
  say("  CopyProjectVersion accepted, request id %s", metadata.request_id)
  return wait(client, "project_version_copied", to_project, copied.ProjectVersionArn, "copying")
end

local source, destination = client_of(accounts[1]), client_of(accounts[2])

say("1. Account %s trains a model.", accounts[1].account_id)
local source_project = source:create_project({ ProjectName = "SourceProject" }).ProjectArn
local model = train(source, source_project)
say("  %s\n", model)

say("2. It copies the model to another project of its own.")
local own_project = source:create_project({ ProjectName = "SecondProject" }).ProjectArn
local own_copy = copy(source, source_project, model, own_project, "copy_within_account")
say("  %s\n  %s\n", own_copy.ProjectVersionArn, own_copy.Status)

say("3. Account %s would like to have it too.", accounts[2].account_id)
local far_project = destination:create_project({ ProjectName = "DestinationProject" }).ProjectArn
local ok, refused = pcall(copy, destination, source_project, model, far_project, "copy_across_accounts")
assert(not ok and refused:is("AccessDeniedException"), refused)
say("  refused, since no policy allows it: %s\n", refused.code)

say("4. Account %s attaches a policy to its project.", accounts[1].account_id)
local policy = source:put_project_policy {
  ProjectArn = source_project, PolicyName = "allow-copy",
  PolicyDocument = cjson.encode {
    Version = "2012-10-17",
    Statement = { {
      Effect = "Allow", Principal = { AWS = accounts[2].account_id },
      Action = "rekognition:CopyProjectVersion", Resource = model,
    } },
  },
}
say("  revision %s\n", policy.PolicyRevisionId)

say("5. Account %s copies the model.", accounts[2].account_id)
local far_copy = copy(destination, source_project, model, far_project, "copy_across_accounts")
say("  %s\n  %s\n", far_copy.ProjectVersionArn, far_copy.Status)

say("Two models are copied:")
for _, found in ipairs { { source, own_project }, { destination, far_project } } do
  for version in found[1]:items("DescribeProjectVersions", { ProjectArn = found[2] }) do
    say("  %s  %s", version.Status, version.ProjectVersionArn)
  end
end

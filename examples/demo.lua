--- The main job, shown against the emulator: `script/demo` runs it, with the emulator's URL as argument.
--
-- Two accounts, a trained model in one. The other asks the doctor, the model is copied, and a fleet of copies follows.

package.path = (arg[0]:match("^(.*)/") or ".") .. "/?.lua;" .. package.path
local progress = require "progress"
local rekognition = require "rekognition"

local custom_labels = rekognition.custom_labels
local accounts = require("rekognition.emulator").DEFAULT_ACCOUNTS
local OUTPUT = { S3Bucket = "custom-labels-demo", S3KeyPrefix = "copies" }

-- The emulator's states move in seconds, not in the minutes and hours of a real training.
local DELAY = 0.25

local function say(...) print(string.format(...)) end

-- Only the emulator is known to the clients: this machine's profiles and proxies have no part in it.
local function client_of(account)
  return rekognition.client {
    region = "us-east-1", env = { AWS_ENDPOINT_URL = arg[1] },
    credentials = { access_key_id = account.access_key_id, secret_access_key = account.secret_access_key },
  }
end

-- Begins trainings; all of them run at the same time.
local function train(client, project, names)
  for _, name in ipairs(names) do
    client:create_project_version {
      ProjectArn = project, VersionName = name, OutputConfig = { S3Bucket = "bucket-name", S3KeyPrefix = "training" },
      TrainingData = { Assets = { { GroundTruthManifest = { S3Object = {
        Bucket = "bucket-name", Name = "train.manifest",
      } } } } },
      TestingData = { AutoCreate = true },
    }
  end
  local shown = progress.new("training " .. table.concat(names, ", "))
  client:wait("project_version_training_completed", { ProjectArn = project, VersionNames = names },
    { delay = DELAY, timeout = 60, on_poll = shown.on_poll })
  shown.done()
end

local source, destination = client_of(accounts[1]), client_of(accounts[2])

say("1. Account %s trains models.", accounts[1].account_id)
local source_project = source:create_project({ ProjectName = "SourceProject" }).ProjectArn
train(source, source_project, { "model_1", "model_2", "model_3" })
local model = source:describe_project_versions({ ProjectArn = source_project, VersionNames = { "model_1" } })
  .ProjectVersionDescriptions[1].ProjectVersionArn
say("  %s\n", model)

say("2. Account %s would like to have one, and asks the doctor what is in the way.", accounts[2].account_id)
local wanted = {
  source = false, destination = destination, source_project = source_project, source_version = model,
  destination_project = "DestinationProject", create_project = true, version_name = "copy_1", output_config = OUTPUT,
  delay = DELAY,
}
for _, finding in ipairs(custom_labels.doctor(wanted).findings) do
  if finding.where == "policy" then
    say("  %s: %s\n  What to do: %s", finding.severity, finding.what, finding.remedy or "nothing")
  end
end

say("\n3. It tries all the same.")
local ok, refused = pcall(custom_labels.copy_model, wanted)
assert(not ok and refused:is("AccessDeniedException"), refused)
say('  %s at the step "%s"\n', refused.code, refused.step)

say("4. With both accounts at hand, copy_model attaches the policy and copies.")
wanted.source, wanted.tags, wanted.on_progress = source, { key1 = "val1" }, progress.steps()
local copy = custom_labels.copy_model(wanted)
say("  %s\n  %s\n", copy.project_version_arn, copy.status)

say("5. Run again, it finds its copy.")
wanted.on_progress = nil
local again = custom_labels.copy_model(wanted)
say("  adopted: %s, the same copy: %s\n", again.adopted, again.project_version_arn == copy.project_version_arn)

say("6. A fleet: three models to two projects.")
local journal = os.tmpname()
os.remove(journal)
local fleet = custom_labels.copy_models {
  plan = {
    source = { profile = "source" },
    models = { { project = "SourceProject", version = "model_1" }, { project = "SourceProject", version = "model_2" },
               { project = "SourceProject", version = "model_3" } },
    destinations = {
      { profile = "destination", project = "FleetA", create_project = true, output_config = OUTPUT },
      { profile = "destination", project = "FleetB", create_project = true, output_config = OUTPUT },
    },
  },
  clients = function(profile) return profile == "source" and source or destination end,
  journal = journal, delay = DELAY,
}
for _, row in ipairs(fleet:plan().rows) do say("  plan: %s: %s", row.key, row.message) end
local summary = fleet:apply()
for _, row in ipairs(summary.rows) do say("  %s: %s", row.state, row.project_version_arn) end
say("  %d done, %d failed; what differs from the plan now: %s\n", summary.done, summary.failed,
  fleet:check().ok and "nothing" or "something")
os.remove(journal)
os.remove(journal .. ".lock")

say("Copies in account %s:", accounts[2].account_id)
for project in destination:items("DescribeProjects") do
  for version in destination:items("DescribeProjectVersions", { ProjectArn = project.ProjectArn }) do
    say("  %s  %s", version.Status, version.ProjectVersionArn)
  end
end

-- The emulator's quotas, rates and faults, a row for each: how it is set, and the calls that meet it. Each row is carried
-- out by our client and by boto3 (spec/peers/boto3_limits.py), over HTTP.
--
-- A row: `settings` for POST /_emulator/settings, and steps. A step is one of
--   { admin = "faults", body = {} }       POST /_emulator/faults
--   { put = "key", body = "text" }        an object of the bucket BUCKET, which is made with the first one
--   { call = "Operation", params = {}, save = { name = "Member" }, is = { ["A.1.B"] = value }, error = "Code",
--     message = "text", lost = "drop"|"delay"|"truncate", as = "token" }
-- A call must succeed and have the values of `is`, or fail with `error` (and `message`), or have no response (`lost`).
-- "${name}" is what an earlier step saved; { ["$bytes"] = "text" } is a blob. `as`: with a key that comes with a token.

local cjson = require("cjson").new()
local manifests = require "spec.support.manifests"

local M = { BUCKET = manifests.BUCKET }

local OUTPUT = { S3Bucket = M.BUCKET }
local POLICY = cjson.encode { Version = "2012-10-17", Statement = { { Effect = "Allow", Resource = "*",
  Principal = { AWS = "arn:aws:iam::555555555555:root" }, Action = "rekognition:CopyProjectVersion" } } }
local LINES = table.concat(manifests.lines({ "cat", "dog" }, 5), "\n")
local MANIFEST = { S3Object = { Bucket = M.BUCKET, Name = "train.manifest" } }

local function step(call, params, more)
  local result = { call = call, params = params }
  for key, value in pairs(more or {}) do result[key] = value end
  return result
end

local function project(name, more)
  return step("CreateProject", { ProjectName = name }, more or { save = { [name] = "ProjectArn" } })
end

local function train(where, name, more)
  return step("CreateProjectVersion", { ProjectArn = "${" .. where .. "}", VersionName = name, OutputConfig = OUTPUT,
    TrainingData = { Assets = { { GroundTruthManifest = MANIFEST } } }, TestingData = { AutoCreate = true } },
    more or { save = { [name] = "ProjectVersionArn" } })
end

local function copy(name, more)
  return step("CopyProjectVersion", { SourceProjectArn = "${p}", SourceProjectVersionArn = "${m}",
    DestinationProjectArn = "${p}", VersionName = name, OutputConfig = OUTPUT }, more)
end

local function start(name, most, more)
  return step("StartProjectVersion", { ProjectVersionArn = "${" .. name .. "}", MinInferenceUnits = 1,
    MaxInferenceUnits = most }, more)
end

local function put_policy(name, more)
  return step("PutProjectPolicy", { ProjectArn = "${p}", PolicyName = name, PolicyDocument = POLICY }, more)
end

local function ends_as(status, message)
  return step("DescribeProjectVersions", { ProjectArn = "${p}" }, { is = {
    ["ProjectVersionDescriptions.1.Status"] = status, ["ProjectVersionDescriptions.1.StatusMessage"] = message } })
end

local function dataset(source)
  return step("CreateDataset", { ProjectArn = "${p}", DatasetType = "TRAIN", DatasetSource = source },
    { save = { d = "DatasetArn" } })
end

local function dataset_is(status, code, message)
  return step("DescribeDataset", { DatasetArn = "${d}" }, { is = { ["DatasetDescription.Status"] = status,
    ["DatasetDescription.StatusMessageCode"] = code, ["DatasetDescription.StatusMessage"] = message } })
end

local function update(text)
  return step("UpdateDatasetEntries", { DatasetArn = "${d}", Changes = { GroundTruth = { ["$bytes"] = text } } })
end

local function quota(name, most, steps, seconds)
  local settings = seconds or {}
  settings.quotas = { [name] = most }
  return { settings = settings, steps = steps }
end

local function fault(description, steps)
  local all = { { admin = "faults", body = description } }
  if description.version then all = { project "p", all[1] } end
  return { steps = table.move(steps, 1, #steps, #all + 1, all) }
end

local function fails(code) return { error = code } end

local THROTTLED = "Slow down; sudden increase in rate of requests."
local TOO_LARGE = "The manifest file size exceeds the maximum supported size."
local MANY_ROWS = "The manifest file has too many rows."

M.ROWS = {
  ["quota projects"] = quota("projects", 1, { project "p", project("q", fails "LimitExceededException") }),
  ["quota models"] = quota("models", 1, { project "p", train("p", "m"),
    train("p", "n", fails "ServiceQuotaExceededException"), copy("c", fails "ServiceQuotaExceededException") }),
  ["quota policies"] = quota("policies", 1, { project "p", put_policy "a",
    put_policy("b", fails "LimitExceededException") }),
  ["quota concurrent_trainings"] = quota("concurrent_trainings", 1, { project "p", train("p", "m"),
    train("p", "n", fails "LimitExceededException") }, { train_seconds = 9999 }),
  ["quota concurrent_copies"] = quota("concurrent_copies", 1, { project "p", train("p", "m"), copy "c",
    copy("d", fails "LimitExceededException") }, { copy_seconds = 9999 }),
  ["quota running_models"] = quota("running_models", 1, { project "p", train("p", "m"), train("p", "n"), start "m",
    start("n", nil, fails "LimitExceededException") }),
  ["quota inference_units"] = quota("inference_units", 5, { project "p", train("p", "m"),
    start("m", 6, fails "LimitExceededException"), start("m", 5) }),
  ["quota tags"] = quota("tags", 1, { project "p", step("TagResource", { ResourceArn = "${p}",
    Tags = { a = "1", b = "2" } }, fails "ServiceQuotaExceededException") }),
  ["quota dataset_images"] = quota("dataset_images", 9, {
    { put = "train.manifest", body = LINES }, project "p", dataset(), update(LINES),
    dataset_is("UPDATE_FAILED", "CLIENT_ERROR", MANY_ROWS), step("DeleteDataset", { DatasetArn = "${d}" }),
    train("p", "m"), ends_as("TRAINING_FAILED", MANY_ROWS),
  }),
  ["quota manifest_bytes"] = quota("manifest_bytes", #LINES - 1, {
    { put = "train.manifest", body = LINES }, project "p", train("p", "m"), ends_as("TRAINING_FAILED", TOO_LARGE),
    dataset { GroundTruthManifest = MANIFEST }, dataset_is("CREATE_FAILED", "CLIENT_ERROR", TOO_LARGE),
  }),

  ["setting rates"] = { settings = { rates = { CreateProject = 0, ["*"] = 1000 } }, steps = {
    project("p", { error = "ProvisionedThroughputExceededException", message = "Provisioned Rate exceeded." }),
    step("DescribeProjects", {}) } },
  ["setting rates, of all operations"] = { settings = { rates = { ["*"] = 0 } }, steps = {
    step("DescribeProjects", {}, fails "ProvisionedThroughputExceededException") } },
  ["setting fail"] = { settings = { fail = { "m*" } }, steps = { project "p", train("p", "m1"),
    ends_as("TRAINING_FAILED", "The model failed to train: the emulator was told so."), train("p", "m", nil),
    train("p", "good"), ends_as("TRAINING_COMPLETED", "The model is ready to run."),
    step("CopyProjectVersion", { SourceProjectArn = "${p}", SourceProjectVersionArn = "${good}",
      DestinationProjectArn = "${p}", VersionName = "my-copy", OutputConfig = OUTPUT }),
    ends_as("COPYING_FAILED", "The model version failed to copy: the emulator was told so.") } },
  ["setting fail_start"] = { settings = { fail_start = { "m" } }, steps = { project "p", train("p", "m"), start "m",
    ends_as("FAILED", "The model failed to start: the emulator was told so.") } },

  ["fault error"] = fault({ fault = "error", code = "LimitExceededException", message = "No more today." }, {
    project("p", { error = "LimitExceededException", message = "No more today." }), project "p" }),
  ["fault error, of the service"] = fault({ fault = "error", code = "InternalServerError" }, {
    project("p", { error = "InternalServerError" }), project "p" }),
  ["fault error, after the effect"] = fault({ fault = "error", code = "InternalServerError", when = "after" }, {
    project("p", { error = "InternalServerError" }), project("p", fails "ResourceInUseException") }),
  ["fault throttle"] = fault({ fault = "throttle", times = 2, operation = "Create*" }, { step("DescribeProjects", {}),
    project("p", { error = "ThrottlingException", message = THROTTLED }),
    project("p", { error = "ThrottlingException", message = THROTTLED }), project "p" }),
  ["fault throttle, by the provisioned rate"] = fault({ fault = "throttle", skip = 1, account = "111122223333",
      code = "ProvisionedThroughputExceededException" }, { project "p",
    project("q", { error = "ProvisionedThroughputExceededException", message = "Provisioned Rate exceeded." }),
    project "q" }),
  ["fault drop"] = fault({ fault = "drop" }, { project("p", { lost = "drop" }), project "p" }),
  ["fault drop, after the effect"] = fault({ fault = "drop", when = "after" }, { project("p", { lost = "drop" }),
    project("p", fails "ResourceInUseException") }),
  ["fault delay"] = fault({ fault = "delay", seconds = 2 }, { project("p", { lost = "delay" }),
    project("p", fails "ResourceInUseException") }),
  ["fault truncate"] = fault({ fault = "truncate", bytes = 4 }, { project("p", { lost = "truncate" }),
    project("p", fails "ResourceInUseException") }),
  ["fault training_failed"] = fault({ fault = "training_failed", version = "m?", message = "Not enough light." }, {
    train("p", "other"), ends_as("TRAINING_COMPLETED", "The model is ready to run."),
    train("p", "m1"), ends_as("TRAINING_FAILED", "Not enough light.") }),
  ["fault copying_failed"] = fault({ fault = "copying_failed", version = "c", message = "No key." }, {
    train("p", "m"), copy "c", ends_as("COPYING_FAILED", "No key.") }),
  ["fault starting_failed"] = fault({ fault = "starting_failed", version = "m", message = "No room." }, {
    train("p", "m"), start "m", ends_as("FAILED", "No room.") }),
  ["fault dataset_failed"] = fault({ fault = "dataset_failed", version = "train", message = "Try later." }, {
    dataset(), dataset_is("CREATE_FAILED", "SERVICE_ERROR", "Try later."),
    { admin = "faults", body = { fault = "dataset_failed" } },
    update(LINES), dataset_is("UPDATE_FAILED", "SERVICE_ERROR", "The dataset could not be updated."),
    update(LINES), dataset_is("UPDATE_COMPLETE", "SUCCESS", "The dataset was successfully updated.") }),

  ["clock skew"] = { steps = { { admin = "time", body = { skew = 3600 } },
    step("DescribeProjects", {}, { error = "InvalidSignatureException" }) } },
  ["clock now"] = { settings = { train_seconds = 3600 }, steps = { { admin = "time", body = { rate = 0 } },
    project "p", train("p", "m"), ends_as("TRAINING_IN_PROGRESS"), { admin = "time", body = { advance = 3600 } },
    ends_as("TRAINING_COMPLETED") } },
  -- the last of all, since tokens that have expired stay so
  ["tokens expire"] = { steps = { step("DescribeProjects", {}, { as = "token" }), { admin = "expire-tokens", body = {} },
    step("DescribeProjects", {}, { as = "token", error = "ExpiredTokenException" }), step("DescribeProjects", {}) } },
}

M.NAMES = {}
for name in pairs(M.ROWS) do M.NAMES[#M.NAMES + 1] = name end
table.sort(M.NAMES)

return M

-- What the blocks of Lua in the documentation run in: two accounts on an emulator in this process, whose time is fast.

local cjson = require("cjson").new()
local emulators = require "rekognition.emulator"
local rekognition = require "rekognition"
local s3 = require "spec.support.emulator_s3"

local M = {}

-- docs_blocks_spec.lua runs those of the pages on configuration.
M.pages = { "README.md", "docs/async.md", "docs/client.md", "docs/custom-labels.md", "docs/emulator.md", "docs/errors.md",
            "docs/policies.md", "docs/retries.md", "docs/running-models.md", "docs/signing.md" }

local OWNER = { access_key_id = "AKIAEMULATOR00000001", secret_access_key = "emulator-secret-of-111122223333" }
local OTHER = { access_key_id = "AKIAEMULATOR00000002", secret_access_key = "emulator-secret-of-555555555555" }
local OUTPUT = { S3Bucket = "bucket-name", S3KeyPrefix = "path_to_folder" }
local PNG = "\137PNG\r\n\26\n\0\0\0\rIHDR\0\0\0\64\0\0\0\64\8\2\0\0\0" .. ("x"):rep(200)

-- What the emulator, which knows Custom Labels alone, can't respond to.
local CANNED = { DetectLabels = { Labels = { { Name = "Cat", Confidence = 99.5 } } } }

local function http_of(emulator)
  return function(request)
    local operation
    for _, header in ipairs(request.headers) do
      if header[1]:lower() == "x-amz-target" then operation = header[2]:match "%.(.*)$" end
    end
    if CANNED[operation] then return { status = 200, headers = {}, body = cjson.encode(CANNED[operation]) } end
    local status, headers, body = emulator:handle {
      method = request.method, target = request.url:match "^https?://[^/]+(.*)$", headers = request.headers,
      body = request.body or "",
    }
    return { status = status, headers = headers, body = body }
  end
end

-- The library, whose clients call the emulator unless a block says otherwise.
local function library(state)
  local function client(options)
    options = options or {}
    local all = { region = "us-east-1", env = {}, clock = state.clock, sleep = state.sleep, http = state.http }
    for name, value in pairs(options) do all[name] = value end
    if not all.credentials then all.credentials = all.profile == "prod" and OTHER or OWNER end
    if all.profile then all.env, all.read_file = {}, nil end
    all.profile = nil
    return rekognition.client(all)
  end
  local custom_labels = setmetatable({
    copy_models = function(options) -- the plan of the page, read from a file there
      options.plan = { source = { profile = "dev" }, models = { { project = "Birds", version = "model_1" } },
        destinations = { { profile = "prod", create_project = true, output_config = OUTPUT } } }
      options.clients = function(profile) return client { profile = profile } end
      options.journal = os.tmpname()
      return rekognition.custom_labels.copy_models(options)
    end,
    run_model = function(options, f)
      options.version, options.journal = state.version, os.tmpname()
      return rekognition.custom_labels.run_model(options, f)
    end,
    inventory = function(options)
      options.journal = os.tmpname()
      return rekognition.custom_labels.inventory(options)
    end,
  }, { __index = rekognition.custom_labels })
  return setmetatable({ client = client, custom_labels = custom_labels }, { __index = rekognition })
end

-- A project with one trained model, a bucket with a picture, and a project of the other account.
local function furnish(own, other)
  local project = own:create_project { ProjectName = "Birds" }.ProjectArn
  local version = own:create_project_version {
    ProjectArn = project, VersionName = "model_1", OutputConfig = OUTPUT,
    TrainingData = { Assets = { { GroundTruthManifest = { S3Object = { Bucket = "bucket-name", Name = "train.manifest" } } } } },
    TestingData = { AutoCreate = true },
  }.ProjectVersionArn
  own:wait("project_version_training_completed", { ProjectArn = project, ProjectVersionArn = version })
  return project, version, other:create_project { ProjectName = "Copies" }.ProjectArn
end

local function file_of(bytes)
  local file = { read = function() return bytes end, close = function() end }
  return setmetatable(file, { __close = function() end })
end

--- The globals of a block.
---@return table env
---@return fun() finish
function M.new()
  local state = { now = os.time() }
  state.clock = function() return state.now end
  state.sleep = function(seconds) state.now = state.now + seconds end
  local emulator = emulators.new { clock = state.clock, train_seconds = 1, copy_seconds = 1 }
  state.http = http_of(emulator)
  local wrapped = library(state)
  local own, other = wrapped.client(), wrapped.client { credentials = OTHER }
  local project, version, destination_project = furnish(own, other)
  state.version = version
  for _, bucket in ipairs { "custom-labels-prod", "my-bucket", "bucket-name" } do
    s3.must(emulator, "PUT", "/" .. bucket, { credentials = OTHER })
  end
  s3.must(emulator, "PUT", "/photos")
  s3.must(emulator, "PUT", "/photos/robin.jpg", { body = PNG })
  own:put_project_policy { ProjectArn = project, PolicyName = "copies", PolicyDocument =
    rekognition.custom_labels.policy.build { account = "555555555555", version = version } }
  local env = setmetatable({
    rekognition = wrapped, client = own, destination = other, print = function() end,
    project = project, version = version, source_project = project, source_version = version,
    async = rekognition.async, images = { PNG, PNG }, arn = version,
    destination_project = destination_project, params = {}, body = "text", host = "example.com", credentials = OWNER,
    io = {
      open = function(path) return file_of(path and PNG) end,
      popen = function() return { lines = function() return ("images/robin.png images/wren.png"):gmatch "%S+" end } end,
    },
    require = function(name)
      if name == "rekognition" then return wrapped end
      return require(name)
    end,
  }, { __index = _G })
  return env, function()
    own:close()
    other:close()
  end
end

return M

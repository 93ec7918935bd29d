-- Fifty waits and copies written by hand (policy, copy, wait), in one tree of tasks on one client for each account:
-- cancelled half-way they leave nothing behind; left alone they end.

local async = require "rekognition.async"
local emulator = require "spec.support.emulator"
local engine = require "rekognition.async.engine"
local fake = require "spec.support.fake"
local rekognition = require "rekognition"

local TRAINING = { Assets = { { GroundTruthManifest = { S3Object = { Bucket = "bucket-name", Name = "train.manifest" } } } } }
local OUTPUT = { S3Bucket = "bucket-name", S3KeyPrefix = "folder" }
local COUNT = 50

local running, owner, other, source, model, destination
local errors = {}

local function client_of(account)
  return rekognition.client { region = "us-east-1", env = {}, endpoint = running.url,
    credentials = { access_key_id = account.access_key_id, secret_access_key = account.secret_access_key },
    logger = function(_, event, fields)
      if event == "future_failed" or event == "callback_failed" then errors[#errors + 1] = fields.message end
    end }
end

setup(function()
  running = emulator.start { "--train-seconds", "0.1", "--copy-seconds", "3" }
  owner, other = client_of(running.accounts[1]), client_of(running.accounts[2])
  source = owner:create_project({ ProjectName = "Source" }).ProjectArn
  model = owner:create_project_version({ ProjectArn = source, VersionName = "v", OutputConfig = OUTPUT,
    TrainingData = TRAINING, TestingData = { AutoCreate = true } }).ProjectVersionArn
  owner:wait("project_version_training_completed", { ProjectArn = source, VersionNames = { "v" } }, { delay = 0.1, timeout = 60 })
  destination = other:create_project({ ProjectName = "Destination" }).ProjectArn
end)
teardown(function() running.stop() end)

-- One copy as docs/custom-labels.md has it by hand, then its wait.
local function copy(name)
  owner:put_project_policy { ProjectArn = source, PolicyName = name, PolicyDocument =
    rekognition.custom_labels.policy.build { account = running.accounts[2].account_id or running.accounts[2].id,
      version = model } }
  local arn = other:copy_project_version({ SourceProjectArn = source, SourceProjectVersionArn = model,
    DestinationProjectArn = destination, VersionName = name, OutputConfig = OUTPUT }).ProjectVersionArn
  owner:delete_project_policy { ProjectArn = source, PolicyName = name }
  return other:wait("project_version_copied", { ProjectArn = destination, VersionNames = { name } }, { delay = 0.1, timeout = 120 }), arn
end

local function descriptors()
  local count = 0
  collectgarbage()
  collectgarbage()
  for _ in require("lfs").dir "/proc/self/fd" do count = count + 1 end
  return count
end

describe("fifty waits, and copies by hand, in one tree of tasks", function()
  it("are cancelled half-way without a trace", function()
    owner:close() -- what it had open is not counted
    other:close()
    async.run(function() engine.network() end)
    local without = descriptors()
    owner, other = client_of(running.accounts[1]), client_of(running.accounts[2])
    local begun, ended = 0, 0
    local before = { threads = engine.live, under_way = engine.network():under_way() }
    local root = async.spawn(function()
      for place = 1, COUNT do
        async.spawn(function()
          begun = begun + 1
          if place % 5 == 0 then
            copy("copy_" .. place)
          else
            other:wait("project_version_copied", { ProjectArn = destination, VersionNames = { "copy_" .. (place // 5 * 5) } },
              { delay = 0.05, timeout = 120 })
          end
          ended = ended + 1
        end)
      end
      async.sleep(1000)
    end)
    async.run(function() -- half-way: all have begun, calls and copies are under way
      while begun < COUNT do async.sleep(0.01) end
      async.sleep(0.5)
    end)
    assert.is_false(root:ready())
    root:cancel()
    local e = fake.catch(root.await, root)
    assert.same({ "cancelled", "Cancelled" }, { e.kind, e.code })
    assert.is_true(ended < COUNT)
    assert.same(before, { threads = engine.live, under_way = engine.network():under_way() })
    local at_the_end = ended
    async.run(function() async.sleep(0.3) end) -- time for what would come later
    assert.equal(at_the_end, ended)
    assert.is_false(engine.has_work())
    assert.same({}, errors)
    assert.equal("table", type(owner:describe_projects {}))
    owner:close()
    other:close()
    async.run(function() async.sleep(0.01) end)
    assert.is_true(descriptors() <= without)
  end)

  it("end when they are left alone", function()
    owner, other = client_of(running.accounts[1]), client_of(running.accounts[2])
    local results, failed = async.run(async.map, { "a", "b", "c", "d", "e", "f" }, function(name) return copy("left_" .. name) end)
    for place, problem in pairs(failed) do error(place .. ": " .. tostring(problem)) end
    assert.equal(6, #results)
    for place = 1, 6 do assert.equal("COPYING_COMPLETED", results[place].Status) end
    owner:close()
    other:close()
  end)
end)

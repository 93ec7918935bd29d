-- Fifty waits and fifty copies written by hand (policy, copy, polls), in one tree of tasks on one client for each account:
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
  running = emulator.start { "--train-seconds", "0.1", "--copy-seconds", "3", "--log" }
  owner, other = client_of(running.accounts[1]), client_of(running.accounts[2])
  source = owner:create_project({ ProjectName = "Source" }).ProjectArn
  model = owner:create_project_version({ ProjectArn = source, VersionName = "v", OutputConfig = OUTPUT,
    TrainingData = TRAINING, TestingData = { AutoCreate = true } }).ProjectVersionArn
  owner:wait("project_version_training_completed", { ProjectArn = source, VersionNames = { "v" } }, { delay = 0.1, timeout = 60 })
  destination = other:create_project({ ProjectName = "Destination" }).ProjectArn
end)
teardown(function() running.stop() end)

-- One copy, each step of it by hand.
local function copy(name)
  owner:put_project_policy { ProjectArn = source, PolicyName = name, PolicyDocument =
    rekognition.custom_labels.policy.build { account = running.accounts[2].account_id, version = model } }
  other:copy_project_version { SourceProjectArn = source, SourceProjectVersionArn = model,
    DestinationProjectArn = destination, VersionName = name, OutputConfig = OUTPUT }
  owner:delete_project_policy { ProjectArn = source, PolicyName = name }
  local version
  repeat
    async.sleep(0.1)
    version = other:describe_project_versions { ProjectArn = destination, VersionNames = { name } }.ProjectVersionDescriptions[1]
  until version.Status ~= "COPYING_IN_PROGRESS"
  return version
end

local function descriptors()
  local count = 0
  collectgarbage()
  collectgarbage()
  for _ in require("lfs").dir "/proc/self/fd" do count = count + 1 end
  return count
end

-- A table whose entries are there as long as somebody else has them.
local function weak() return setmetatable({}, { __mode = "k" }) end

local function count_of(t)
  collectgarbage()
  collectgarbage()
  local count = 0
  for _ in pairs(t) do count = count + 1 end
  return count
end

-- Starts all of it below one task. What the tasks have is noted in `alive`, how many have begun and ended in `progress`.
local function start_tree(alive, progress)
  return async.spawn(function()
    for place = 1, 2 * COUNT do
      local name = "copy_" .. (place + 1) // 2
      local own = { name }
      alive[own] = true
      alive[async.spawn(function()
        alive[coroutine.running()] = true
        progress.begun = progress.begun + 1
        if place % 2 == 0 then
          copy(own[1])
        else
          other:wait("project_version_copied", { ProjectArn = destination, VersionNames = own },
            { delay = 0.05, timeout = 120, on_poll = function(seen) alive[seen or own] = true end })
        end
        progress.ended = progress.ended + 1
      end)] = true
    end
    async.sleep(1000)
  end)
end

describe("fifty waits and fifty copies by hand, in one tree of tasks", function()
  it("are cancelled half-way without a trace", function()
    owner:close() -- what it had open is not counted
    other:close()
    async.run(function() engine.network() end)
    local without = descriptors()
    owner, other = client_of(running.accounts[1]), client_of(running.accounts[2])
    local alive, progress = weak(), { begun = 0, ended = 0 }
    local before = { threads = engine.live, under_way = engine.network():under_way() }
    local root = start_tree(alive, progress)
    async.run(function() -- half-way: all have begun, calls and copies are under way
      while progress.begun < 2 * COUNT do async.sleep(0.01) end
      async.sleep(0.7)
    end)
    assert.is_false(root:ready())
    assert.is_true(count_of(alive) > 4 * COUNT)
    root:cancel()
    local e = fake.catch(root.await, root)
    assert.same({ "cancelled", "Cancelled" }, { e.kind, e.code })
    assert.is_true(progress.ended < 2 * COUNT)
    assert.same(before, { threads = engine.live, under_way = engine.network():under_way() })
    local at_the_end = progress.ended
    async.run(function() async.sleep(0.2) end) -- what was sent has come by then
    owner:list_tags_for_resource { ResourceArn = model }
    async.run(function() async.sleep(0.5) end) -- time for what would come later
    owner:list_tags_for_resource { ResourceArn = model }
    assert.equal(at_the_end, progress.ended)
    assert.is_false(engine.has_work())
    assert.same({}, errors)
    root, e = nil, nil -- luacheck: ignore
    assert.equal(0, count_of(alive))
    assert.equal("table", type(owner:describe_projects {}))
    assert.equal("table", type(other:describe_projects {}))
    owner:close()
    other:close()
    async.run(function() async.sleep(0.01) end)
    assert.is_true(descriptors() <= without)
  end)

  it("end when they are left alone", function()
    owner, other = client_of(running.accounts[1]), client_of(running.accounts[2])
    -- What was cancelled may have left policies. A project takes five: fewer copies than that are under way together.
    for policy in owner:items("ListProjectPolicies", { ProjectArn = source }) do
      owner:delete_project_policy { ProjectArn = source, PolicyName = policy.PolicyName }
    end
    local results, failed = async.run(async.map, { "a", "b", "c", "d", "e", "f" }, function(name) return copy("left_" .. name) end,
      { concurrency = 4 })
    for place, problem in pairs(failed) do error(place .. ": " .. tostring(problem)) end
    assert.equal(6, #results)
    for place = 1, 6 do assert.equal("COPYING_COMPLETED", results[place].Status) end
    owner:close()
    other:close()
  end)

  it("sent nothing after they were cancelled", function()
    local _, log = running.stop()
    local _, polls = log:gsub(" DescribeProjectVersions ", "")
    assert.is_true(polls > 2 * COUNT)
    local between = assert(log:match " ListTagsForResource [^\n]*\n(.-)[^\n]* ListTagsForResource ")
    assert.equal("", between)
  end)
end)

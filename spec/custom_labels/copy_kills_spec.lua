-- copy_model in a process of its own, against an emulator's process, killed by SIGKILL and run again.
--
-- REK_KILLS says at how many random moments, REK_FLEET_KILLS at how many moments of a fleet of 12 copies, and
-- REK_KILL_POINTS=all asks for every request. The defaults are for script/test; .ci/run asks for 20, 20 and all.

local cjson = require("cjson").new()
local copy_world = require "spec.support.copy_world"
local core = require "rekognition.core"
local emulator = require "spec.support.emulator"
local files = require "spec.support.files"
local rekognition = require "rekognition"

local KILLS = math.tointeger(tonumber(os.getenv("REK_KILLS") or 5))
local FLEET_KILLS = math.tointeger(tonumber(os.getenv("REK_FLEET_KILLS") or 3))
local EVERY = os.getenv "REK_KILL_POINTS" == "all" and 1 or 4
local OUTPUT = { S3Bucket = "bucket-name", S3KeyPrefix = "folder" }
local POLICY = "rekognition-lua.copies-to.555555555555"
local THEIRS = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"999999999999"},'
  .. '"Action":"rekognition:CopyProjectVersion","Resource":"*"}]}'

local function quoted_table(value)
  if type(value) ~= "table" then return ("%q"):format(value) end
  local parts = {}
  for key, item in pairs(value) do
    parts[#parts + 1] = ("[%s]=%s"):format(tonumber(key) or ("%q"):format(key), quoted_table(item))
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

describe("copy_model, killed", function()
  local running, owner, other, source_project, model, number

  local function client_of(index)
    local account = running.accounts[index]
    return rekognition.client { region = "us-east-1", endpoint = running.url, env = {},
      credentials = { access_key_id = account.access_key_id, secret_access_key = account.secret_access_key } }
  end

  setup(function()
    running = emulator.start { "--train-seconds", "0", "--copy-seconds", "0.1", "--delete-seconds", "0" }
    owner, other, number = client_of(1), client_of(2), 0
    source_project = owner:create_project({ ProjectName = "Birds" }).ProjectArn
    model = owner:create_project_version({ ProjectArn = source_project, VersionName = "model_1", OutputConfig = OUTPUT,
      TrainingData = copy_world.TRAINING_DATA, TestingData = { AutoCreate = true } }).ProjectVersionArn
    owner:put_project_policy { ProjectArn = source_project, PolicyName = "theirs", PolicyDocument = THEIRS }
  end)
  teardown(function() running.stop() end)

  -- Each case copies to a project of its own, which the copy creates.
  local function next_arguments()
    number = number + 1
    return { source_project = source_project, source_version = model, destination_project = "Copies" .. number,
             create_project = true, version_name = "copy_1", output_config = OUTPUT, remove_policy = true, tags = { a = "b" } }
  end

  local function command(how, at, arguments)
    return ("script/lua spec/support/copy_child.lua %s %s %d %s"):format(running.url, how, at,
      files.quoted(quoted_table(arguments)))
  end

  local function check(arguments, what)
    local ok, output = files.run(command("run", 0, arguments))
    assert.is_true(ok, what .. ": " .. output)
    assert.equal("COPYING_COMPLETED", output:match("^[A-Z_]+"), what)
    local projects = other:describe_projects({ ProjectNames = { arguments.destination_project } }).ProjectDescriptions
    assert.equal(1, #projects, what)
    local versions = other:describe_project_versions({ ProjectArn = projects[1].ProjectArn }).ProjectVersionDescriptions
    assert.equal(1, #versions, what)
    assert.equal("COPYING_COMPLETED", versions[1].Status, what)
    assert.equal(model, versions[1].SourceProjectVersionArn, what)
    assert.equal(1, #owner:describe_project_versions({ ProjectArn = source_project }).ProjectVersionDescriptions, what)
    local policies = {}
    for policy in owner:items("ListProjectPolicies", { ProjectArn = source_project }) do
      policies[policy.PolicyName] = policy.PolicyDocument
    end
    assert.same(cjson.decode(THEIRS), cjson.decode(policies.theirs), what)
    assert.is_nil(policies[POLICY], what)
  end

  local function request_count()
    local arguments = next_arguments()
    local ok, output = files.run(command("arrival", 1000000, arguments))
    assert.is_true(ok, output)
    return math.tointeger(tonumber(output:match("COPYING_COMPLETED%s+(%d+)")))
  end

  -- How long a whole run takes here, so that the moments are spread over all of it.
  local function length_of_a_run(arguments)
    local started = core.monotonic()
    assert(files.run(command("run", 0, arguments)))
    return core.monotonic() - started
  end

  local function moment_of(i, length) return 0.005 + (i * 0.6180339887 % 1) * length end

  local function tell(killed, count)
    if os.getenv "REK_FIGURES" then print(("\n  %d of %d runs were killed before their end"):format(killed, count)) end
  end

  it("at the arrival, the effect and the response of each of its requests, ends as usual", function()
    local count = request_count()
    assert.is_true(count >= 10, tostring(count))
    for first, how in ipairs { "arrival", "effect", "response" } do
      for at = EVERY == 1 and 1 or first, math.min(count, 14), EVERY do
        local arguments = next_arguments()
        local ok, output = files.run(command(how, at, arguments))
        assert.is_true(not ok or at > 9, how .. at .. " was not killed: " .. output)
        check(arguments, how .. " " .. at)
      end
    end
  end)

  it(("at %d random moments, ends as usual"):format(KILLS), function()
    local killed, length = 0, length_of_a_run(next_arguments())
    for i = 1, KILLS do
      local arguments, moment = next_arguments(), moment_of(i, length)
      local ok = files.run(("timeout -s KILL %.3f %s >/dev/null"):format(moment, command("run", 0, arguments)))
      killed = killed + (ok and 0 or 1)
      check(arguments, ("killed after %.3f s"):format(moment))
    end
    tell(killed, KILLS)
    assert.is_true(killed >= 1)
  end)

  it(("a fleet of 12 copies, at %d random moments, ends as usual"):format(FLEET_KILLS), function()
    local journal, killed = os.tmpname(), 0
    os.remove(journal)
    local models = {}
    local project = owner:create_project({ ProjectName = "Fleet" }).ProjectArn
    for i = 1, 12 do
      models[tostring(i)] = { project = "Fleet", version = "m" .. i, source = { profile = "account1" } }
      owner:create_project_version { ProjectArn = project, VersionName = "m" .. i, OutputConfig = OUTPUT,
        TrainingData = copy_world.TRAINING_DATA, TestingData = { AutoCreate = true } }
    end
    local function next_fleet()
      number = number + 1
      local name = "Fleet" .. number
      return { journal = journal, fleet = { models = models, destinations = { ["1"] = { profile = "account2",
        project = name, create_project = true, output_config = OUTPUT } } } }, name
    end
    local length = length_of_a_run(next_fleet())
    for i = 1, FLEET_KILLS do
      local arguments, name = next_fleet()
      local moment = moment_of(i, length)
      local ok = files.run(("timeout -s KILL %.3f %s >/dev/null"):format(moment, command("run", 0, arguments)))
      killed = killed + (ok and 0 or 1)
      local what = ("killed after %.3f s"):format(moment)
      local is_well, output = files.run(command("run", 0, arguments))
      assert.is_true(is_well, what .. output)
      assert.equal("ok", output:match("^[a-z]+"), what .. output)
      local projects = other:describe_projects({ ProjectNames = { name } }).ProjectDescriptions
      assert.equal(1, #projects, what)
      local versions = other:describe_project_versions({ ProjectArn = projects[1].ProjectArn }).ProjectVersionDescriptions
      assert.equal(12, #versions, what)
      for _, version in ipairs(versions) do assert.equal("COPYING_COMPLETED", version.Status, what) end
    end
    os.remove(journal)
    os.remove(journal .. ".lock")
    tell(killed, FLEET_KILLS)
    assert.is_true(killed >= 1)
    assert.equal(12, #owner:describe_project_versions({ ProjectArn = project }).ProjectVersionDescriptions)
    local names = {}
    for policy in owner:items("ListProjectPolicies", { ProjectArn = project }) do names[#names + 1] = policy.PolicyName end
    assert.same({ POLICY }, names)
  end)
end)

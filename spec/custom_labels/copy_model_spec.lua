local copy_world = require "spec.support.copy_world"
local fake = require "spec.support.fake"
local custom_labels = require("rekognition").custom_labels

local OUTPUT = { S3Bucket = "bucket-name", S3KeyPrefix = "path_to_folder" }
local POLICY = "rekognition-lua.copies-to.555555555555"

-- A world with a trained model in account 1, and a project for its copies in account 2.
local function ready(options)
  local world = copy_world.new(options)
  world.source_project, world.model = world:train(1, "Birds", "model_1")
  world.destination_project = world:project(2, "Copies")
  world:calm()
  return world
end

local function options_of(world, more)
  local options = {
    source = world:client(1), destination = world:client(2), source_project = world.source_project,
    source_version = world.model, destination_project = world.destination_project, version_name = "copy_1",
    output_config = OUTPUT,
  }
  for name, value in pairs(more or {}) do options[name] = value end
  return options
end

local function copy(world, more)
  return custom_labels.copy_model(options_of(world, more))
end

local function outcomes(result)
  local list = {}
  for i, step in ipairs(result.steps) do list[i] = step.name .. "=" .. step.outcome end
  return table.concat(list, " ")
end

describe("copy_model", function()
  it("copies across accounts: preflight, policy, copy, wait", function()
    local world, events = ready(), {}
    local result = copy(world, { on_progress = function(event) events[#events + 1] = event end })
    assert.equal("preflight=done create_project=skipped policy=done copy=done wait=done remove_policy=skipped",
      outcomes(result))
    assert.equal("COPYING_COMPLETED", result.status)
    assert.is_false(result.adopted)
    assert.equal(world.model, result.version.SourceProjectVersionArn)
    assert.same({ copy_1 = "COPYING_COMPLETED" }, world:versions(world.destination_project))
    local documents = world:policies(world.source_project)
    assert.is_truthy(documents[POLICY]:find(world.model, 1, true))
    assert.is_truthy(documents[POLICY]:find('"AWS":"arn:aws:iam::555555555555:root"', 1, true))
    local polled = 0
    for _, event in ipairs(events) do
      if event.state == "polled" then polled = polled + 1 end
      assert.is_number(event.elapsed)
    end
    assert.equal(3, polled)
  end)

  it("run again finds everything and changes nothing", function()
    local world = ready()
    local first = copy(world)
    world:calm()
    local second = copy(world)
    assert.equal(first.project_version_arn, second.project_version_arn)
    assert.is_true(second.adopted)
    assert.equal("preflight=done create_project=skipped policy=skipped copy=found wait=found remove_policy=skipped",
      outcomes(second))
    for _, call in ipairs(world.calls) do assert.is_truthy(call.operation:find("^Describe") or call.operation:find("^List")) end
  end)

  it("copies inside one account, without a policy, by names", function()
    local world = ready()
    local project = world:project(1, "Second")
    local result = custom_labels.copy_model { source = world:client(1), source_project = "Birds", source_version = "model_1",
      destination_project = "Second", output_config = OUTPUT }
    assert.same({ model_1 = "COPYING_COMPLETED" }, world:versions(project))
    assert.is_truthy(outcomes(result):find("policy=skipped copy=done", 1, true))
    assert.equal(0, world:count "PutProjectPolicy")
  end)

  it("creates the destination project on request, once", function()
    local world = ready()
    local result = copy(world, { destination_project = "New", create_project = true })
    assert.is_truthy(outcomes(result):find("create_project=done policy=done copy=done", 1, true))
    local again = copy(world, { destination_project = "New", create_project = true })
    assert.equal(result.project_version_arn, again.project_version_arn)
    local e = fake.catch(copy, world, { destination_project = "Absent" })
    assert.equal("ProjectNotFound", e.code)
    assert.is_truthy(e.message:find("create_project = true", 1, true))
  end)

  it("takes the newest version that was trained in the project, never a copy", function()
    local world = ready()
    world:train(1, "Birds", "model_2")
    local newest = select(2, world:train(1, "Birds", "model_3"))
    for _ = 1, 2 do
      local result = custom_labels.copy_model { source = world:client(1), source_project = "Birds",
        destination_project = "Birds", version_name = "inside", output_config = OUTPUT }
      assert.equal(newest, result.source_version)
    end
  end)

  it("adopts a copy that differs, and reports the differences", function()
    local world, told = ready(), {}
    copy(world, { tags = { team = "a", old = "1" }, kms_key_id = "key-1" })
    local result = copy(world, { tags = { team = "b" }, kms_key_id = "key-2", output_config = { S3Bucket = "other" },
      on_progress = function(event) if event.state == "difference" then told[#told + 1] = event.message end end })
    assert.is_true(result.adopted)
    local what = {}
    for _, difference in ipairs(result.differences) do what[difference.what] = difference.asked or "nothing" end
    assert.same({ ["output_config.S3Bucket"] = "other", kms_key_id = "key-2", ["tags.team"] = "b", ["tags.old"] = "nothing",
                  ["output_config.S3KeyPrefix"] = "nothing" }, what)
    assert.equal(5, #told)
    assert.same({}, copy(world, { tags = { team = "a", old = "1" }, kms_key_id = "key-1" }).differences)
    assert.same({}, copy(world, { kms_key_id = "arn:aws:kms:us-east-1:555555555555:key/key-1" }).differences)
  end)

  it("never adopts what is no copy of this source", function()
    local world = ready()
    local other = select(2, world:train(1, "Birds", "model_2"))
    copy(world, { source_version = other, version_name = "other" })
    world:train(2, "Copies", "trained")
    world:calm()
    for _, name in ipairs { "other", "trained" } do
      for _, replace in ipairs { false, true } do
        local e = fake.catch(copy, world, { version_name = name, replace_failed = replace })
        assert.equal("NameTaken", e.code)
        assert.equal("preflight", e.step)
        assert.is_truthy(e.remedy:find("version_name", 1, true))
      end
    end
    assert.equal(0, world:count "CopyProjectVersion")
    assert.equal(0, world:count "PutProjectPolicy")
    assert.equal(0, world:count "DeleteProjectVersion")
  end)

  it("names a failed copy that holds the name, and replaces it on request", function()
    local world = ready { fail = { "copy_1" } }
    local e = fake.catch(copy, world)
    assert.equal("WaiterFailure", e.code)
    assert.equal("wait", e.step)
    assert.is_truthy(e.message:find("failed to copy", 1, true))
    assert.is_truthy(e.remedy:find("replace_failed = true", 1, true))
    e = fake.catch(copy, world)
    assert.equal("CopyFailed", e.code)
    assert.equal("preflight", e.step)
    world.emulator.settings.fail = {}
    local result = copy(world, { replace_failed = true })
    assert.equal("COPYING_COMPLETED", result.status)
    assert.same({ copy_1 = "COPYING_COMPLETED" }, world:versions(world.destination_project))
  end)

  it("replaces a failed copy once, not until it works", function()
    local world = ready { fail = { "copy_1" } }
    pcall(copy, world)
    world:calm()
    local e = fake.catch(copy, world, { replace_failed = true })
    assert.equal("WaiterFailure", e.code)
    assert.equal(1, world:count "DeleteProjectVersion")
    assert.equal(1, world:count "CopyProjectVersion")
  end)

  it("waits for a deletion that is under way", function()
    local world = ready()
    local arn = copy(world).project_version_arn
    world:client(2):delete_project_version { ProjectVersionArn = arn }
    assert.not_equal(arn, copy(world).project_version_arn)
  end)

  it("goes on without the source where the other side attaches the policy", function()
    local world, told = ready(), nil
    local function tell(event) if event.step == "policy" then told = event.message end end
    local e = fake.catch(copy, world, { source = false, on_progress = tell })
    assert.equal("AccessDeniedException", e.code)
    assert.equal("copy", e.step)
    local document = e.remedy:match("{.*}")
    assert.is_truthy(told:find(document, 1, true))
    world:client(1):put_project_policy { ProjectArn = world.source_project, PolicyName = "by-hand", PolicyDocument = document }
    local result = copy(world, { source = false })
    assert.equal("COPYING_COMPLETED", result.status)
    assert.equal(document, result.policy)
    assert.same({ ["by-hand"] = document }, world:policies(world.source_project))
  end)

  it("has a deadline for all of it, and says that AWS goes on", function()
    local world = ready { copy_seconds = 5000 }
    local e = fake.catch(copy, world, { timeout = 100 })
    assert.equal("WaiterTimeout", e.code)
    assert.equal("wait", e.step)
    assert.is_truthy(e.remedy:find("run the same copy again", 1, true))
    assert.same({ "preflight", "policy", "copy" }, { e.done[1]:match("^[a-z]+"), e.done[2]:match("^[a-z]+"), e.done[3]:match("^[a-z]+") })
    world.now = world.now + 5000
    assert.is_true(copy(world).adopted)
  end)
end)

describe("copy_model's policy", function()
  it("is not written if an existing one allows the copy", function()
    local world = ready()
    world:client(1):put_project_policy { ProjectArn = world.source_project, PolicyName = "theirs",
      PolicyDocument = custom_labels.policy.build { account = "555555555555", version = "*" } }
    world:calm()
    assert.is_truthy(outcomes(copy(world)):find("policy=found", 1, true))
    assert.equal(0, world:count "PutProjectPolicy")
  end)

  it("is judged for who will copy, whom STS names if it matters", function()
    local key = "AKIAEXAMPLE000000002"
    local world = ready { identities = { ["555555555555"] = { users = {
      { name = "copier", access_key_id = key, secret_access_key = "secret-of-copier" } } } } }
    world:client(1):put_project_policy { ProjectArn = world.source_project, PolicyName = "for-a-user",
      PolicyDocument = (custom_labels.policy.build { account = "555555555555", version = "*" }):gsub(":root", ":user/copier") }
    world:calm()
    local user = world:client(2, { credentials = { access_key_id = key, secret_access_key = "secret-of-copier" } })
    assert.is_truthy(outcomes(copy(world, { destination = user })):find("policy=found", 1, true))
    assert.is_true(world:count "STS" >= 1)
    assert.equal(0, world:count "PutProjectPolicy")
    -- The root of the account is somebody else, and needs a policy of ours.
    assert.is_truthy(outcomes(copy(world, { version_name = "copy_2" })):find("policy=done", 1, true))
  end)

  it("is judged without STS if STS can't be reached", function()
    local world = ready()
    world:client(1):put_project_policy { ProjectArn = world.source_project, PolicyName = "for-a-user",
      PolicyDocument = (custom_labels.policy.build { account = "555555555555", version = "*" }):gsub(":root", ":user/copier") }
    world:calm()
    world:fault { operation = "STS", from = 1, to = 100, action = "drop_before" }
    assert.is_truthy(outcomes(copy(world)):find("policy=done", 1, true))
  end)

  it("is one for all versions, keeps within 2,000 characters, and leaves others alone", function()
    local world = ready { copy_seconds = 0 }
    local theirs = '{"Version":"2012-10-17","Statement":[{"Sid":"x","Effect":"Allow","Principal":{"AWS":"999999999999"},'
      .. '"Action":"rekognition:CopyProjectVersion","Resource":"*"}]}'
    world:client(1):put_project_policy { ProjectArn = world.source_project, PolicyName = "theirs", PolicyDocument = theirs }
    local models = {}
    for i = 1, 40 do
      models[i] = select(2, world:train(1, "Birds", "m" .. i))
      copy(world, { source_version = models[i], version_name = "m" .. i })
    end
    local documents, text = world:policies(world.source_project), ""
    local count = 0
    for _, document in pairs(documents) do
      count = count + 1
      assert.is_true(#document <= 2000)
      text = text .. document
    end
    assert.equal(theirs, documents.theirs)
    assert.is_true(count <= 5)
    assert.is_truthy(documents[POLICY .. "-2"])
    for i = 1, 40 do assert.is_truthy(text:find('"' .. models[i] .. '"', 1, true)) end
  end)

  it("names a role on request", function()
    local world = ready()
    pcall(copy, world, { role = "copier" })
    assert.is_truthy(world:policies(world.source_project)[POLICY]:find("arn:aws:iam::555555555555:role/copier", 1, true))
  end)

  it("is taken away on request: only ours, only this version's", function()
    local world = ready { copy_seconds = 0 }
    local second = select(2, world:train(1, "Birds", "model_2"))
    world:client(1):put_project_policy { ProjectArn = world.source_project, PolicyName = "theirs",
      PolicyDocument = custom_labels.policy.build { account = "999999999999", version = world.model } }
    local theirs = world:policies(world.source_project).theirs
    copy(world)
    copy(world, { source_version = second, version_name = "copy_2" })
    local result = copy(world, { source_version = second, version_name = "copy_2", remove_policy = true })
    assert.is_truthy(outcomes(result):find("remove_policy=done", 1, true))
    local documents = world:policies(world.source_project)
    assert.is_truthy(documents[POLICY]:find(world.model, 1, true))
    assert.is_nil(documents[POLICY]:find(second, 1, true))
    copy(world, { remove_policy = true })
    assert.same({ theirs = theirs }, world:policies(world.source_project))
    assert.is_truthy(outcomes(copy(world, { remove_policy = true })):find("remove_policy=skipped", 1, true))
  end)

  it("is not tried where another policy denies", function()
    local world = ready()
    world:client(1):put_project_policy { ProjectArn = world.source_project, PolicyName = "no",
      PolicyDocument = (custom_labels.policy.build { account = "555555555555", version = "*" }):gsub('"Allow"', '"Deny"') }
    local e = fake.catch(copy, world)
    assert.equal("PolicyDenies", e.code)
    assert.equal("preflight", e.step)
    assert.is_truthy(e.remedy:find("policy no", 1, true))
  end)

  it("says what is in the way of a sixth", function()
    local world = ready()
    for i = 1, 5 do
      world:client(1):put_project_policy { ProjectArn = world.source_project, PolicyName = "p" .. i,
        PolicyDocument = custom_labels.policy.build { account = "999999999999", version = world.model } }
    end
    local e = fake.catch(copy, world)
    assert.equal("policy", e.step)
    assert.is_truthy(e.remedy:find("L-0B2CE4DD", 1, true))
  end)
end)

describe("copy_model refuses", function()
  local world = ready()
  local P, V, D = world.source_project, world.model, world.destination_project
  local cases = {
    { { source_project = "a b" }, "source_project" },
    { { source_project = "arn:aws:s3:::x" }, "source_project must be a project's name or its ARN" },
    { { source_version = P }, "source_version must be a version's name or its ARN" },
    { { destination_project = V }, "destination_project must be a project's name or its ARN" },
    { { source_project = P:gsub("us%-east%-1", "eu-west-1") }, "can't be copied to another region" },
    { { destination_project = D:gsub("arn:aws:", "arn:aws-cn:") }, "can't be copied to another region" },
    { { source_version = V:gsub("Birds", "Fish") }, "must be a version of source_project" },
    { { source_version = V:gsub("111122223333", "999999999999") }, "must be a version of source_project" },
    { { version_name = "a/b" }, "version_name must have at most 255" },
    { { version_name = ("x"):rep(256) }, "version_name must have at most 255" },
    { { output_config = { S3Bucket = "a" } }, "output_config.S3Bucket must have at least 3 characters" },
    { { output_config = { Bucket = "abc" } }, "output_config" },
    { { output_config = "bucket" }, "output_config must be a table" },
    { { tags = { key = 1 } }, "tags" },
    { { delay = 0 }, "delay must be a number of seconds above 0, got 0" },
    { { timeout = 0 / 0 }, "timeout must be" },
    { { on_progress = 1 }, "on_progress must be a function" },
    { { source = "x" }, "source must be a client, or false" },
    { { destination = {} }, "destination must be a client" },
    { { interval = 1 }, "interval is not an option of copy_model" },
    { { source = false, source_version = "model_1" }, "source_version must be an ARN if source is false" },
    { { source = false, source_project = "Birds" }, "source_project must be an ARN if source is false" },
  }
  for _, case in ipairs(cases) do
    it(case[2], function()
      world:calm()
      local options = options_of(world)
      for name, value in pairs(case[1]) do options[name] = value end
      local e = fake.catch(custom_labels.copy_model, options)
      assert.equal("validation", e.kind)
      assert.is_truthy(#e.problems >= 1)
      assert.is_truthy(tostring(e):find(case[2], 1, true), tostring(e))
      assert.equal(0, #world.calls)
    end)
  end

  it("everything at once, every problem named", function()
    local e = fake.catch(custom_labels.copy_model, {})
    local paths = {}
    for _, problem in ipairs(e.problems) do paths[problem.path] = true end
    assert.same({ source = true, source_project = true, destination_project = true, output_config = true }, paths)
    for _, value in ipairs { 1, "x", true } do assert.equal("validation", fake.catch(custom_labels.copy_model, value).kind) end
    assert.equal("validation", fake.catch(custom_labels.copy_model).kind)
  end)

  it("a source that can't be copied", function()
    local client = world:client(1)
    client:create_project_version { ProjectArn = P, VersionName = "young", OutputConfig = OUTPUT,
      TrainingData = copy_world.TRAINING_DATA, TestingData = { AutoCreate = true } }
    local e = fake.catch(copy, world, { source_version = "young" })
    assert.equal("NotCopyable", e.code)
    assert.is_truthy(e.message:find("TRAINING_IN_PROGRESS", 1, true))
    e = fake.catch(copy, world, { source_version = "absent" })
    assert.equal("VersionNotFound", e.code)
    e = fake.catch(copy, world, { source_version = (V:gsub("%d+$", "1")) })
    assert.is_truthy(e.message:find(V, 1, true))
  end)
end)

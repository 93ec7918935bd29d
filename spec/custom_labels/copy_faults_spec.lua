-- copy_model among faults: killed at every request, with lost responses, in races, and with every error of every call.

local copy_world = require "spec.support.copy_world"
local fake = require "spec.support.fake"
local model = require "rekognition.generated.model"
local custom_labels = require("rekognition").custom_labels

local OUTPUT = { S3Bucket = "bucket-name", S3KeyPrefix = "path_to_folder" }
local POLICY = "rekognition-lua.copies-to.555555555555"
local THEIRS = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"999999999999"},'
  .. '"Action":"rekognition:CopyProjectVersion","Resource":"*"}]}'

-- The fullest copy there is: across accounts, a new project, an older policy of somebody else, a failed copy to replace,
-- the policy removed at the end. `after` is how the world must be then.
local SCENARIOS = {
  { name = "with everything", prepare = function(world)
      world.options = { destination_project = "Copies", create_project = true, remove_policy = true, tags = { a = "b" } }
    end, policies = { theirs = THEIRS } },
  { name = "that replaces a failed one", prepare = function(world)
      local project = world:project(2, "Copies")
      world.emulator.settings.fail = { "copy_1" }
      world:client(1):put_project_policy { ProjectArn = world.source_project, PolicyName = POLICY,
        PolicyDocument = custom_labels.policy.build { account = "555555555555", version = world.model } }
      world:client(2):copy_project_version { SourceProjectArn = world.source_project, SourceProjectVersionArn = world.model,
        DestinationProjectArn = project, VersionName = "copy_1", OutputConfig = OUTPUT }
      world.now = world.now + 100
      world.emulator.store:settle(world.now)
      world.emulator.settings.fail = {}
      world.options = { destination_project = project, replace_failed = true }
    end, policies = { theirs = THEIRS, [POLICY] = true } },
}

local function ready(scenario)
  local world = copy_world.new()
  world.source_project, world.model = world:train(1, "Birds", "model_1")
  world:client(1):put_project_policy { ProjectArn = world.source_project, PolicyName = "theirs", PolicyDocument = THEIRS }
  world.bystander = world:project(2, "Bystander")
  scenario.prepare(world)
  world:calm()
  return world
end

local function run(world, client_options, more)
  local options = { source = world:client(1, client_options), destination = world:client(2, client_options),
    source_project = world.source_project, source_version = world.model, version_name = "copy_1", output_config = OUTPUT }
  for name, value in pairs(world.options) do options[name] = value end
  for name, value in pairs(more or {}) do options[name] = value end
  return custom_labels.copy_model(options)
end

local function check_ending(world, scenario, result, what)
  assert.equal("COPYING_COMPLETED", result.status, what)
  assert.same({ copy_1 = "COPYING_COMPLETED" }, world:versions(result.destination_project), what)
  assert.same({ model_1 = "TRAINING_COMPLETED" }, world:versions(world.source_project), what)
  assert.same({}, world:versions(world.bystander), what)
  local projects = 0
  for _ in pairs(world.emulator.store.projects) do projects = projects + 1 end
  assert.equal(3, projects, what)
  local documents = world:policies(world.source_project)
  for name, document in pairs(scenario.policies) do
    if document ~= true then assert.equal(document, documents[name], what) end
    assert.is_truthy(documents[name], what)
    documents[name] = nil
  end
  assert.same({}, documents, what)
end

local function clean_run(scenario)
  local world = ready(scenario)
  local result = run(world)
  check_ending(world, scenario, result, "without faults")
  return #world.calls, world
end

for _, scenario in ipairs(SCENARIOS) do
  describe("a copy " .. scenario.name, function()
    it("killed at the arrival and after the effect of each of its requests, and run again, ends as usual", function()
      local count = clean_run(scenario)
      assert.is_true(count >= 8)
      for _, action in ipairs { "kill_before", "kill_after" } do
        for number = 1, count do
          local what = ("%s at request %d"):format(action, number)
          local world = ready(scenario)
          world:fault { from = number, action = action }
          assert.equal(copy_world.KILLED, fake.catch(run, world), what)
          world:calm()
          check_ending(world, scenario, run(world), what)
        end
      end
    end)

    it("killed again and again at each request ends as usual", function()
      for number = 1, 6 do
        local world = ready(scenario)
        local kills = 0
        repeat
          world:calm()
          world:fault { from = number + kills % 3, action = kills % 2 == 0 and "kill_after" or "kill_before" }
          local ok, result = pcall(run, world)
          kills = kills + 1
          world.now = world.now + 30
          if ok then check_ending(world, scenario, result, number .. " again and again") end
        until ok or kills > 30
        world:calm()
        check_ending(world, scenario, run(world), number .. " again and again")
      end
    end)

    it("whose responses are lost, or whose calls are throttled or fail, once and twice, ends as usual", function()
      local _, clean = clean_run(scenario)
      local cases = 0
      for operation in pairs(clean.counts) do
        for _, action in ipairs { "drop_before", "drop_after", "throttle", "internal", "internal_after", "unreadable" } do
          for times = 1, 2 do
            for _, mode in ipairs { "standard", "off" } do
              for first = 1, mode == "off" and 1 or math.min(clean.counts[operation], 3) do
                local what = ("%s %s x %d from call %d, retries %s"):format(operation, action, times, first, mode)
                local world = ready(scenario)
                world:fault { operation = operation, from = first, to = first + times - 1, action = action }
                local ok, result = pcall(run, world, { retry = { mode = mode } })
                assert.is_true(ok, what .. ": " .. tostring(result))
                check_ending(world, scenario, result, what)
                cases = cases + 1
              end
            end
          end
        end
      end
      assert.is_true(cases > 100, cases)
    end)
  end)
end

describe("a listing that lags behind", function()
  for _, lag in ipairs { 3, 8 } do
    it(("by %d seconds makes nobody copy twice, also if responses are lost"):format(lag), function()
      for _, operation in ipairs { "none", "CreateProject", "PutProjectPolicy", "CopyProjectVersion", "DeleteProjectPolicy" } do
        for _, mode in ipairs { "standard", "off" } do
          local what = ("%s lost, retries %s"):format(operation, mode)
          local world = ready(SCENARIOS[1])
          world.now = world.now + 100
          world.lag = lag
          if operation ~= "none" then world:fault { operation = operation, from = 1, action = "drop_after" } end
          local ok, result = pcall(run, world, { retry = { mode = mode } })
          assert.is_true(ok, what .. ": " .. tostring(result))
          check_ending(world, SCENARIOS[1], result, what)
        end
      end
    end)
  end
end)

describe("two runs of the same copy", function()
  -- The other run does all of its work at one moment of this one.
  for _, scenario in ipairs(SCENARIOS) do
    it("meet at every request: " .. scenario.name, function()
      local count = clean_run(scenario)
      for number = 1, count do
        for _, when in ipairs { "before", "after" } do
          local what = ("the other run comes %s request %d"):format(when, number)
          local world = ready(scenario)
          local other
          world:fault { from = number, [when] = function()
            world.faults = {}
            other = run(world)
          end }
          local ok, result = pcall(run, world)
          assert.is_true(ok, what .. ": " .. tostring(result))
          assert.equal(other.project_version_arn, result.project_version_arn, what)
          check_ending(world, scenario, result, what)
        end
      end
    end)
  end

  -- Two coroutines, one request at a time.
  it("go on in turns", function()
    for seed = 1, 40 do
      local world = ready(SCENARIOS[1])
      local serve = world.serve
      world.serve = function(...)
        coroutine.yield()
        return serve(...)
      end
      local results, threads, turn = {}, {}, seed
      for i = 1, 2 do
        threads[i] = coroutine.create(function() results[i] = run(world) end)
      end
      while coroutine.status(threads[1]) ~= "dead" or coroutine.status(threads[2]) ~= "dead" do
        turn = (turn * 1103515245 + 12345) % 2147483648
        local thread = threads[(turn >> 16) % 2 + 1]
        if coroutine.status(thread) ~= "dead" then
          local ok, e = coroutine.resume(thread)
          assert.is_true(ok, tostring(e))
        end
      end
      world.serve = serve
      assert.equal(results[1].project_version_arn, results[2].project_version_arn)
      check_ending(world, SCENARIOS[1], results[1], "in turns, seed " .. seed)
    end
  end)
end)

describe("meanwhile", function()
  local plain = { prepare = function(world)
    world.destination = world:project(2, "Copies")
    world.options = { destination_project = world.destination }
  end }

  it("somebody changes our policy between List and Put: nothing of it is lost", function()
    local world = ready(plain)
    local other_model = select(2, world:train(1, "Birds", "model_2"))
    local changes = 0
    world:fault { operation = "PutProjectPolicy", before = function()
      if changes >= 3 then return end
      changes = changes + 1
      local faults = world.faults
      world.faults = {}
      local client, revision, text = world:client(1), nil, nil
      for policy in client:items("ListProjectPolicies", { ProjectArn = world.source_project }) do
        if policy.PolicyName == POLICY then revision, text = policy.PolicyRevisionId, policy.PolicyDocument end
      end
      client:put_project_policy { ProjectArn = world.source_project, PolicyName = POLICY, PolicyRevisionId = revision,
        PolicyDocument = custom_labels.policy.merge(text, { account = ("%d"):format(999999999990 + changes), version = other_model }) }
      world.faults = faults
    end }
    assert.equal("COPYING_COMPLETED", run(world).status)
    local document = world:policies(world.source_project)[POLICY]
    for i = 1, 3 do assert.is_truthy(document:find(("%d"):format(999999999990 + i), 1, true)) end
    assert.is_truthy(document:find(world.model, 1, true))
  end)

  it("somebody takes our policy away before the copy: it is attached again", function()
    local world = ready(plain)
    world:fault { operation = "CopyProjectVersion", from = 1, before = function()
      world:client(1):delete_project_policy { ProjectArn = world.source_project, PolicyName = POLICY }
    end }
    assert.equal("COPYING_COMPLETED", run(world).status)
  end)

  it("AWS takes a moment until the policy counts: the copy is tried again, for less than a minute", function()
    local world = ready(plain)
    world:fault { operation = "CopyProjectVersion", code = "AccessDeniedException", from = 1, to = 3 }
    assert.equal("COPYING_COMPLETED", run(world).status)
    world = ready(plain)
    world:fault { operation = "CopyProjectVersion", code = "AccessDeniedException", from = 1, to = math.huge }
    local before = world.now
    assert.equal("AccessDeniedException", fake.catch(run, world).code)
    assert.is_true(world.now - before < 60)
    -- Where nothing was attached, there is nothing to wait for.
    world:calm()
    world:fault { operation = "CopyProjectVersion", code = "AccessDeniedException", from = 1, to = math.huge }
    assert.equal("AccessDeniedException", fake.catch(run, world).code)
    assert.equal(1, world:count "CopyProjectVersion")
  end)

  local cases = {
    { "the destination project is deleted", "CopyProjectVersion", function(world)
      world:client(2):delete_project { ProjectArn = world.destination }
      world.now = world.now + 100
    end, "ResourceNotFoundException", "copy" },
    { "the source version is deleted", "CopyProjectVersion", function(world)
      world:client(1):delete_project_version { ProjectVersionArn = world.model }
      world.now = world.now + 100
    end, "ResourceNotFoundException", "copy" },
    { "the source is gone before the policy is put", "PutProjectPolicy", function(world)
      world:client(1):delete_project_version { ProjectVersionArn = world.model }
      world.now = world.now + 100
      for name in pairs(world:policies(world.source_project)) do
        world:client(1):delete_project_policy { ProjectArn = world.source_project, PolicyName = name }
      end
      world:client(1):delete_project { ProjectArn = world.source_project }
      world.now = world.now + 100
    end, "ResourceNotFoundException", "policy" },
    { "the name is taken by a training", "CopyProjectVersion", function(world)
      world:client(2):create_project_version { ProjectArn = world.destination, VersionName = "copy_1", OutputConfig = OUTPUT,
        TrainingData = copy_world.TRAINING_DATA, TestingData = { AutoCreate = true } }
    end, "NameTaken", "copy" },
    { "the copy is deleted", "DescribeProjectVersions", function(world)
      local version = world:client(2):describe_project_versions({ ProjectArn = world.destination }).ProjectVersionDescriptions[1]
      local stored = world.emulator.store.versions[version.ProjectVersionArn]
      world.emulator.store:begin(stored, "DELETING", world.now, 5)
    end, "WaiterFailure", "wait", 4 },
    { "the copy vanishes", "DescribeProjectVersions", function(world)
      local version = world:client(2):describe_project_versions({ ProjectArn = world.destination }).ProjectVersionDescriptions[1]
      world.emulator.store:remove(world.emulator.store.versions[version.ProjectVersionArn])
      world.emulator.store:settle(world.now)
    end, "WaiterFailure", "wait", 4 },
  }
  for _, case in ipairs(cases) do
    local what, operation, change, code, step, from = table.unpack(case)
    it(what .. ": a clear ending", function()
      local world = ready(plain)
      world:fault { operation = operation, from = from or 1, before = function()
        world.faults = {}
        change(world)
      end }
      local e = fake.catch(run, world)
      assert.equal(code, e.code, tostring(e))
      assert.equal(step, e.step)
      assert.is_truthy(#e.remedy > 20)
      assert.is_truthy(e.message:find("Done before it: preflight", 1, true))
    end)
  end

  it("the source is stopped: the copy goes on", function()
    local world = ready(plain)
    world:fault { operation = "CopyProjectVersion", from = 1, before = function()
      world.emulator.store.versions[world.model].status = "STOPPED"
    end }
    assert.equal("COPYING_COMPLETED", run(world).status)
  end)
end)

-- Every error that the model lists, of every call of the workflow, and the call's step. What the calls are about is in
-- the remedy's words.
local STEPS = {
  { "DescribeProjects", "preflight" }, { "DescribeProjectVersions", "preflight" }, { "DescribeProjectVersions", "wait", 4 },
  { "ListProjectPolicies", "policy" }, { "CreateProject", "create_project" }, { "PutProjectPolicy", "policy" },
  { "CopyProjectVersion", "copy" }, { "DeleteProjectPolicy", "remove_policy" }, { "DeleteProjectVersion", "copy" },
}
local REMEDIES = {
  AccessDeniedException = "identity", InternalServerError = "again", InvalidParameterException = "arguments",
  LimitExceededException = "quota", ServiceQuotaExceededException = "quota", ProvisionedThroughputExceededException = "rate",
  ThrottlingException = "rate", ResourceInUseException = "in use", ResourceNotFoundException = "gone",
  InvalidPaginationTokenException = "again", InvalidPolicyRevisionIdException = "somebody else",
  ResourceAlreadyExistsException = "somebody else", MalformedPolicyDocumentException = "document",
}

describe("every error of every call names its step and a remedy:", function()
  for _, row in ipairs(STEPS) do
    local operation, step, from = table.unpack(row)
    for _, code in ipairs(model.operations[operation].errors) do
      it(("%s in %s (%s)"):format(code, operation, step), function()
        local scenario = operation == "DeleteProjectVersion" and SCENARIOS[2] or SCENARIOS[1]
        local world = ready(scenario)
        world:fault { operation = operation, code = code, from = from or 1, to = math.huge,
          status = (code == "InternalServerError" or code == "ThrottlingException") and 500 or 400 }
        local ok, e = pcall(run, world, { retry = { mode = "off" } }, { timeout = 600 })
        assert.is_false(ok)
        assert.is_true(require("rekognition.error").is_error(e), tostring(e))
        if step == "wait" and e.code == "WaiterTimeout" then -- a failure that passes is waited through
          assert.equal(code, e.cause.cause.code)
        else
          assert.equal(code, e.code)
          assert.equal(operation, e.operation)
          local words = operation == "CreateProject" and code == "ResourceInUseException" and "project of that name"
            or REMEDIES[code]
          assert.is_truthy(e.remedy:find(words, 1, true), e.remedy)
        end
        assert.equal(step, e.step)
        assert.is_truthy(e.message:find(('This was the step "%s"'):format(step), 1, true))
        assert.is_truthy(e.message:find("What to do: ", 1, true))
        assert.is_true(#world.calls < 200)
      end)
    end
  end
end)

local copy_world = require "spec.support.copy_world"
local fake = require "spec.support.fake"
local files = require "spec.support.files"
local cjson = require("cjson").new()
local custom_labels = require("rekognition").custom_labels

local OUTPUT = { S3Bucket = "bucket-name", S3KeyPrefix = "folder" }
local POLICY = "rekognition-lua.copies-to.555555555555"

-- A world with models m1, m2 ... in account 1.
local function ready(count, options)
  local world = copy_world.new(options)
  for i = 1, count do world.source_project = world:train(1, "Birds", "m" .. i) end
  world:calm()
  return world
end

local function plan_of(count, more)
  local plan = {
    source = { profile = "dev", region = "us-east-1" }, models = {},
    destinations = { { profile = "prod", region = "us-east-1", project = "Copies", create_project = true, output_config = OUTPUT } },
  }
  for i = 1, count do plan.models[i] = { project = "Birds", version = "m" .. i } end
  for name, value in pairs(more or {}) do plan[name] = value end
  return plan
end

local journals = {}
local function journal_path()
  local path = os.tmpname()
  os.remove(path)
  journals[#journals + 1] = path
  return path
end
teardown(function()
  for _, path in ipairs(journals) do
    os.remove(path)
    os.remove(path .. ".lock")
  end
end)

local function fleet_of(world, plan, more)
  local options = { plan = plan, journal = journal_path(),
    clients = function(profile) return world:client(profile == "prod" and 2 or 1, world.client_options) end }
  for name, value in pairs(more or {}) do options[name] = value end
  return custom_labels.copy_models(options)
end

local function destination_of(world)
  return world:client(2):describe_projects({ ProjectNames = { "Copies" } }).ProjectDescriptions[1].ProjectArn
end

local function failures(summary)
  local list = {}
  for _, row in ipairs(summary.rows) do if row.state ~= "done" then list[#list + 1] = row.key .. ": " .. row.message end end
  return table.concat(list, "\n")
end

-- The share of calls that were answered by throttling or a quota, of all.
local function refused_share(world)
  local refused = 0
  for _, call in ipairs(world.calls) do
    if call.code and (call.code:find "Throttling" or call.code:find "Throughput" or call.code:find "LimitExceeded"
      or call.code:find "ServiceQuota") then
      refused = refused + 1
    end
  end
  return refused / #world.calls, refused
end

describe("a fleet", function()
  it("is planned without a change, applied, and found as planned", function()
    local world = ready(3)
    local fleet = fleet_of(world, plan_of(3))
    local plan = fleet:plan()
    assert.is_true(plan.ok)
    assert.equal(3, #plan.rows)
    for _, row in ipairs(plan.rows) do assert.equal("create", row.action) end
    for _, call in ipairs(world.calls) do assert.is_truthy(call.operation:find "^Describe" or call.operation:find "^List", call.operation) end
    assert.is_false(fleet:check().ok)
    local summary = fleet:apply()
    assert.is_true(summary.ok, failures(summary))
    assert.equal(3, summary.done)
    assert.same({ m1 = "COPYING_COMPLETED", m2 = "COPYING_COMPLETED", m3 = "COPYING_COMPLETED" }, world:versions(destination_of(world)))
    local count = 0
    for _ in pairs(world:policies(world.source_project)) do count = count + 1 end
    assert.equal(1, count)
    local check = fleet:check()
    assert.is_true(check.ok, cjson.encode(check.rows))
    for _, row in ipairs(fleet:plan().rows) do assert.equal("found", row.action) end
    world:calm()
    assert.is_true(fleet:apply().ok)
    for _, call in ipairs(world.calls) do assert.is_truthy(call.operation:find "^Describe" or call.operation:find "^List", call.operation) end
  end)

  it("reads its plan from a JSON file", function()
    local world = ready(2)
    local path = journal_path()
    files.write(path, (cjson.encode(plan_of(2)):gsub('"profile":"prod"', '"profile":"prod","kms_key_id":null')))
    assert.is_true(fleet_of(world, path):apply().ok)
    files.write(path, "{")
    assert.is_truthy(tostring(fake.catch(fleet_of, world, path)):find("is not JSON", 1, true))
    local problem = fake.catch(fleet_of, world, path .. "-absent")
    assert.equal("the plan " .. path .. "-absent could not be read: No such file or directory", problem.message)
    assert.same({ path .. "-absent" }, { problem.problems[1].path })
  end)

  it("goes on where one model fails, and says what to do for it", function()
    local world = ready(3)
    world.emulator.settings.fail = { "m2" }
    local plan = plan_of(3)
    plan.models[4] = { project = "Absent", version = "x" }
    local summary = fleet_of(world, plan):apply()
    assert.is_false(summary.ok)
    assert.equal(2, summary.done)
    assert.equal(2, summary.failed)
    assert.equal("COPYING_COMPLETED", summary.rows[1].status)
    assert.is_truthy(summary.rows[2].remedy:find("replace_failed", 1, true), summary.rows[2].message)
    assert.equal("wait", summary.rows[2].error.step)
    local absent = summary.rows[4]
    assert.equal("ProjectNotFound", absent.error.code)
    assert.matches("^the source account has no project named Absent in [a-z0-9-]+$", absent.message)
    assert.matches("^correct the plan", absent.remedy)
    assert.is_truthy(absent.error.message:find('This was the step "preflight"', 1, true))
    world.emulator.settings.fail = {}
    summary = fleet_of(world, plan_of(3, { replace_failed = true })):apply()
    assert.is_true(summary.ok, failures(summary))
  end)

  it("starts what is to run, and waits until it does", function()
    local world = ready(2, { start_seconds = 100 })
    local plan = plan_of(2)
    plan.models[1].start = { min_inference_units = 2 }
    local fleet = fleet_of(world, plan)
    local summary = fleet:apply()
    assert.is_true(summary.ok, failures(summary))
    assert.equal("RUNNING", summary.rows[1].status)
    assert.same({ m1 = "RUNNING", m2 = "COPYING_COMPLETED" }, world:versions(destination_of(world)))
    assert.is_true(fleet:check().ok)
    assert.is_true(fleet:apply().ok)
    assert.equal(1, world:count "StartProjectVersion")
    local version = summary.rows[1].project_version_arn
    world:client(2):stop_project_version { ProjectVersionArn = version }
    world.now = world.now + 1000
    local check = fleet:check()
    assert.is_false(check.ok)
    assert.same({ { what = "status", asked = "RUNNING", found = "STOPPED" } }, check.rows[1].differences)
  end)

  it("finds what differs from the plan", function()
    local world = ready(3)
    local plan = plan_of(3)
    plan.destinations[1].tags = { team = "a" }
    local fleet = fleet_of(world, plan)
    fleet:apply()
    assert.is_true(fleet:check().ok)
    local project = destination_of(world)
    local arn = fleet:check().rows[1].project_version_arn
    world:client(2):tag_resource { ResourceArn = arn, Tags = { team = "b" } }
    world:client(2):delete_project_version { ProjectVersionArn = fleet:check().rows[2].project_version_arn }
    world.now = world.now + 100
    local check = fleet:check()
    assert.is_false(check.ok)
    assert.same({ { what = "tags.team", asked = "a", found = "b" } }, check.rows[1].differences)
    assert.equal("the copy is not there", check.rows[2].message)
    assert.is_true(check.rows[3].ok)
    assert.is_true(fleet:apply().ok)
    assert.equal("COPYING_COMPLETED", world:versions(project).m2)
  end)

  it("copies the version that it had chosen, although a newer one was trained meanwhile", function()
    local world = ready(1)
    local plan = plan_of(0)
    plan.models = { { project = "Birds", name = "newest" } }
    local journal = journal_path()
    world:fault { operation = "CopyProjectVersion", from = 1, action = "kill_before" }
    assert.equal(copy_world.KILLED, fake.catch(function() fleet_of(world, plan, { journal = journal }):apply() end))
    world:calm()
    world:train(1, "Birds", "m2")
    local fleet = fleet_of(world, plan, { journal = journal })
    local summary = fleet:apply()
    assert.is_truthy(summary.rows[1].source_version:find("/version/m1/", 1, true))
    assert.is_false(fleet:check().ok) -- fulfilled: from now on the newest is another one
  end)

  it("is applied by one process at a time", function()
    local world = ready(1)
    local journal = journal_path()
    local lock <close> = assert(require("rekognition.core").lock_file(journal .. ".lock"))
    local e = fake.catch(function() fleet_of(world, plan_of(1), { journal = journal }):apply() end)
    assert.equal("FleetIsRunning", e.code)
    assert.is_truthy(lock)
    assert.equal(0, world:count "CopyProjectVersion")
  end)

  it("names a journal that it can't use, and leaves it alone", function()
    local world = ready(1)
    for _, text in ipairs { "{", "[]", '{"format":99,"copies":{}}', '"x"' } do
      local journal = journal_path()
      files.write(journal, text)
      local e = fake.catch(function() fleet_of(world, plan_of(1), { journal = journal }):apply() end)
      assert.equal("config", e.kind)
      assert.is_truthy(tostring(e):find(journal, 1, true))
      assert.equal(text, files.read(journal))
    end
  end)

  it("takes its statements out of the policies on request", function()
    local world = ready(3)
    local summary = fleet_of(world, plan_of(3, { remove_policy = true })):apply()
    assert.is_true(summary.ok, failures(summary))
    assert.same({}, world:policies(world.source_project))
  end)

  -- 50 models need more than two policies.
  it("copies in waves where the policies of all don't fit, if they are removed after each", function()
    local world = ready(50, { copy_seconds = 1, quotas = { policies = 2 } })
    local summary = fleet_of(world, plan_of(50, { remove_policy = true })):apply()
    assert.is_true(summary.ok, failures(summary))
    assert.same({}, world:policies(world.source_project))
    local count = 0
    for _ in pairs(world:versions(destination_of(world))) do count = count + 1 end
    assert.equal(50, count)
  end)

  it("says so where they don't fit, and copies what fits", function()
    local world = ready(50, { copy_seconds = 1, quotas = { policies = 2 } })
    local summary = fleet_of(world, plan_of(50)):apply()
    assert.is_true(summary.done >= 20 and summary.failed >= 1, ("%d done, %d failed"):format(summary.done, summary.failed))
    for _, row in ipairs(summary.rows) do
      if row.state == "failed" then assert.is_truthy(row.remedy:find("remove_policy = true", 1, true), row.remedy) end
    end
  end)

  it("leaves out the one version that a policy denies", function()
    local world = ready(3)
    local denied
    for version in world:client(1):items("DescribeProjectVersions", { ProjectArn = world.source_project }) do
      if version.ProjectVersionArn:find "/version/m2/" then denied = version.ProjectVersionArn end
    end
    world:client(1):put_project_policy { ProjectArn = world.source_project, PolicyName = "no",
      PolicyDocument = (custom_labels.policy.build { account = "555555555555", version = denied }):gsub('"Allow"', '"Deny"') }
    local fleet = fleet_of(world, plan_of(3))
    local summary = fleet:apply()
    assert.equal(2, summary.done)
    assert.equal("PolicyDenies", summary.rows[2].error.code)
    assert.equal("policy", summary.rows[2].error.step)
  end)

  it("ends as a whole where the program cancels or closes a client, and goes on later", function()
    local world = ready(3)
    local rek_error = require "rekognition.error"
    local cancelled = rek_error.new { kind = "cancelled", code = "Cancelled", message = "as the spec says" }
    for number = 1, 12 do
      world:calm()
      world:fault { from = number, before = function() error(cancelled, 0) end }
      local ok, e = pcall(function() fleet_of(world, plan_of(3)):apply() end)
      assert.is_true(ok or e == cancelled, tostring(e))
      assert.is_true(not ok or number > 6)
    end
    world:calm()
    local closed = world:client(2)
    local fleet = fleet_of(world, plan_of(3), { clients = function(profile) return profile == "prod" and closed or world:client(1) end })
    world:fault { operation = "DescribeProjectVersions", from = 1, before = function() closed:close() end }
    assert.equal("ClientClosed", fake.catch(fleet.apply, fleet).code)
    world:calm()
    assert.is_true(fleet_of(world, plan_of(3)):apply().ok)
  end)

  it("ends at its deadline, and says that AWS goes on", function()
    local world = ready(2, { copy_seconds = 10000 })
    local summary = fleet_of(world, plan_of(2), { timeout = 500 }):apply()
    assert.equal(2, summary.failed)
    for _, row in ipairs(summary.rows) do
      assert.equal("WaiterTimeout", row.error.code)
      assert.is_truthy(row.remedy:find("goes on", 1, true))
    end
    world.now = world.now + 10000
    assert.is_true(fleet_of(world, plan_of(2)):apply().ok)
  end)
end)

describe("a fleet within the quotas", function()
  -- 5 calls a second for each operation, 3 copies at a time; a copy takes 5 minutes.
  it("copies 50 models, and is hardly ever refused", function()
    local world = ready(50, { copy_seconds = 300 })
    world.emulator.settings.rates = { ["*"] = 5 }
    world.emulator.settings.quotas.concurrent_copies = 3
    local before = world.now
    local summary = fleet_of(world, plan_of(50)):apply()
    assert.is_true(summary.ok, failures(summary))
    local copies = world:versions(destination_of(world))
    local share, refused = refused_share(world)
    local least = math.ceil(50 / 3) * 300
    if os.getenv "REK_FIGURES" then print(("\n  50 copies, 3 at a time: %d calls, %d refused (%.2f %%), %d DescribeProjectVersions, %.0f s (least possible %d s)")
      :format(#world.calls, refused, share * 100, world:count "DescribeProjectVersions", world.now - before, least)) end
    local count = 0
    for _, status in pairs(copies) do
      count = count + 1
      assert.equal("COPYING_COMPLETED", status)
    end
    assert.equal(50, count)
    assert.is_true(share <= 0.02, share)
    assert.is_true(world:count "DescribeProjectVersions" < 200)
    assert.is_true(world.now - before < least * 1.2)
  end)

  it("spaces the calls of all clients of an account together", function()
    local world = ready(20, { copy_seconds = 1 })
    world.emulator.settings.rates = { ["*"] = 5 }
    local plan = plan_of(20)
    for i = 1, 20 do plan.models[i].source = { profile = "dev" .. i, region = "us-east-1" } end
    local summary = fleet_of(world, plan):apply()
    assert.is_true(summary.ok, failures(summary))
    assert.equal(0, (refused_share(world)))
  end)

  it("waits while others have all places for copies", function()
    local world = ready(2, { copy_seconds = 600 })
    world.emulator.settings.quotas.concurrent_copies = 1
    local other = world:project(2, "Others")
    world:client(1):put_project_policy { ProjectArn = world.source_project, PolicyName = "all",
      PolicyDocument = custom_labels.policy.build { account = "555555555555", version = "*" } }
    local model = world:client(1):describe_project_versions({ ProjectArn = world.source_project }).ProjectVersionDescriptions[1]
    world:client(2):copy_project_version { SourceProjectArn = world.source_project, DestinationProjectArn = other,
      SourceProjectVersionArn = model.ProjectVersionArn, VersionName = "x", OutputConfig = OUTPUT }
    local summary = fleet_of(world, plan_of(2)):apply()
    assert.is_true(summary.ok, failures(summary))
  end)

  it("does not wait for a place in a project that is full", function()
    local world = ready(1, { copy_seconds = 0 })
    local project = world:project(2, "Copies")
    for i = 1, 100 do
      world:client(2):create_project_version { ProjectArn = project, VersionName = "v" .. i, OutputConfig = OUTPUT,
        TrainingData = copy_world.TRAINING_DATA, TestingData = { AutoCreate = true } }
    end
    world.emulator.settings.quotas.models = 100
    local before = world.now
    local summary = fleet_of(world, plan_of(1)):apply()
    assert.equal(1, summary.failed)
    assert.is_truthy(summary.rows[1].remedy:find("L-9CF05323", 1, true))
    assert.is_true(world.now - before < 100)
  end)
end)

describe("a fleet, killed in the middle,", function()
  local function check_ending(world, what, wanted)
    local copies, count = world:versions(destination_of(world)), 0
    for _, status in pairs(copies) do
      assert.equal("COPYING_COMPLETED", status, what)
      count = count + 1
    end
    assert.equal(wanted or 12, count, what)
    assert.is_truthy(world:policies(world.source_project)[POLICY], what)
  end

  it("goes on, whatever request it was killed at", function()
    local clean = ready(12)
    assert.is_true(fleet_of(clean, plan_of(12)):apply().ok)
    local count = #clean.calls
    for _, action in ipairs { "kill_before", "kill_after" } do
      for number = 1, count do
        local what = ("%s at request %d of %d"):format(action, number, count)
        local world, journal = ready(12), journal_path()
        world:fault { from = number, action = action }
        local ok, e = pcall(function() fleet_of(world, plan_of(12), { journal = journal }):apply() end)
        assert.equal(copy_world.KILLED, not ok and e, what)
        world:calm()
        local summary = fleet_of(world, plan_of(12), { journal = journal }):apply()
        assert.is_true(summary.ok, what .. failures(summary))
        check_ending(world, what)
      end
    end
  end)

  -- With a start and with the policies removed at the end.
  local function full_plan()
    local plan = plan_of(3, { remove_policy = true })
    plan.models[2].start = true
    return plan
  end

  local function check_full_ending(world, what)
    assert.same({ m1 = "COPYING_COMPLETED", m2 = "RUNNING", m3 = "COPYING_COMPLETED" },
      world:versions(destination_of(world)), what)
    assert.same({}, world:policies(world.source_project), what)
  end

  it("with a start and a removal, goes on whatever request it was killed at", function()
    local clean = ready(3)
    assert.is_true(fleet_of(clean, full_plan()):apply().ok)
    local count = #clean.calls
    assert.equal(1, clean:count "StartProjectVersion")
    for _, action in ipairs { "kill_before", "kill_after" } do
      for number = 1, count do
        local what = ("%s at request %d of %d"):format(action, number, count)
        local world, journal = ready(3), journal_path()
        world:fault { from = number, action = action }
        local ok, e = pcall(function() fleet_of(world, full_plan(), { journal = journal }):apply() end)
        assert.equal(copy_world.KILLED, not ok and e, what)
        world:calm()
        local summary = fleet_of(world, full_plan(), { journal = journal }):apply()
        assert.is_true(summary.ok, what .. failures(summary))
        check_full_ending(world, what)
      end
    end
  end)

  it("with a start and a removal, survives lost responses, throttling and failures of both", function()
    for _, operation in ipairs { "StartProjectVersion", "DeleteProjectPolicy", "DescribeProjectVersions" } do
      for _, action in ipairs { "drop_before", "drop_after", "throttle", "internal", "internal_after", "unreadable" } do
        for times = 1, 2 do
          for _, mode in ipairs { "standard", "off" } do
            local what = ("%s %s x %d, retries %s"):format(operation, action, times, mode)
            local world = ready(3)
            world.client_options = { retry = { mode = mode } }
            world:fault { operation = operation, from = 1, to = times, action = action }
            local summary = fleet_of(world, full_plan()):apply()
            assert.is_true(summary.ok, what .. failures(summary))
            check_full_ending(world, what)
          end
        end
      end
    end
  end)

  it("names the step and the remedy of every error of a start", function()
    local words = { AccessDeniedException = "identity", InternalServerError = "again", InvalidParameterException = "arguments",
      LimitExceededException = "quota", ProvisionedThroughputExceededException = "rate", ResourceInUseException = "state",
      ResourceNotFoundException = "gone", ThrottlingException = "rate" }
    for _, code in ipairs(require("rekognition.generated.model").operations.StartProjectVersion.errors) do
      local world = ready(3)
      world.client_options = { retry = { mode = "off" } }
      world:fault { operation = "StartProjectVersion", code = code, from = 1, to = math.huge,
        status = code == "InternalServerError" and 500 or 400 }
      local summary = fleet_of(world, full_plan()):apply()
      assert.equal(2, summary.done)
      assert.equal(code, summary.rows[2].error.code)
      assert.equal("start", summary.rows[2].error.step)
      assert.is_truthy(summary.rows[2].remedy:find(words[code], 1, true), summary.rows[2].remedy)
    end
  end)

  -- Two processes with journals of their own apply the same plan, one request at a time, in any order.
  it("or applied twice at the same time, makes one copy each", function()
    for seed = 1, 15 do
      local world = ready(4, { copy_seconds = 30 })
      local serve, threads, summaries, turn = world.serve, {}, {}, seed
      world.serve = function(...)
        coroutine.yield()
        return serve(...)
      end
      for i = 1, 2 do threads[i] = coroutine.create(function() summaries[i] = fleet_of(world, plan_of(4)):apply() end) end
      while coroutine.status(threads[1]) ~= "dead" or coroutine.status(threads[2]) ~= "dead" do
        turn = (turn * 1103515245 + 12345) % 2147483648
        local thread = threads[(turn >> 16) % 2 + 1]
        if coroutine.status(thread) ~= "dead" then
          local ok, e = coroutine.resume(thread)
          assert.is_true(ok, tostring(e))
        end
      end
      world.serve = serve
      for i = 1, 2 do assert.is_true(summaries[i].ok, failures(summaries[i])) end
      check_ending(world, "seed " .. seed, 4)
    end
  end)

  it("survives lost responses, throttling and failures of every operation", function()
    local clean = ready(3)
    assert.is_true(fleet_of(clean, plan_of(3)):apply().ok)
    for operation in pairs(clean.counts) do
      for _, action in ipairs { "drop_before", "drop_after", "throttle", "internal", "internal_after", "unreadable" } do
        for times = 1, 2 do
          for _, mode in ipairs { "standard", "off" } do
            local what = ("%s %s x %d, retries %s"):format(operation, action, times, mode)
            local world = ready(3)
            world.client_options = { retry = { mode = mode } }
            world:fault { operation = operation, from = 1, to = times, action = action }
            local summary = fleet_of(world, plan_of(3)):apply()
            assert.is_true(summary.ok, what .. failures(summary))
            check_ending(world, what, 3)
          end
        end
      end
    end
  end)
end)

describe("copy_models refuses", function()
  local world = ready(1)
  local function with(path, value)
    local plan = plan_of(1)
    local at = plan
    for name in path:gmatch("[^.]+") do
      local key = math.tointeger(tonumber(name)) or name
      if path:sub(-#name) == name and (at[key] == nil or type(at[key]) ~= "table" or path == name) then
        at[key] = value
        return plan
      end
      at = at[key]
    end
    return plan
  end
  local cases = {
    { with("modles", {}), "modles is not known; a plan has: destinations" },
    { with("models", {}), "models must be a list with at least one model" },
    { with("models", "x"), "models must be a table" },
    { with("destinations", {}), "destinations must be a list with at least one destination" },
    { with("models.1.verison", "x"), "models[1].verison is not known" },
    { with("models.1.project", 1), "models[1].project must be a non-empty string, got 1" },
    { with("models.1.start", "yes"), "models[1].start must be true, false" },
    { with("models.1.start", { min_inference_units = 0 }), "models[1].start.min_inference_units must be a whole number" },
    { with("models.1.start", { units = 1 }), "models[1].start.units is not known" },
    { with("destinations.1.only", { "other" }), "must want at least one of the models" },
    { with("remove_policy", 1), "remove_policy must be true or false" },
    { { models = plan_of(1).models }, "destinations must be a list" },
    { plan_of(1, { models = { { project = "Birds" }, { project = "Birds" } } }), "is the same copy as" },
    { plan_of(1, { models = { { version = "m1" } } }), "models[1].project must be the name or the ARN" },
    { plan_of(1, { models = { { project = "a b" } } }), "models[1] to destinations[1]: source_project must be an ARN" },
  }
  for _, case in ipairs(cases) do
    it(case[2], function()
      local e = fake.catch(fleet_of, world, case[1])
      assert.equal("validation", e.kind)
      assert.is_truthy(#e.problems >= 1)
      assert.is_truthy(tostring(e):find(case[2], 1, true), tostring(e))
    end)
  end

  it("options of a wrong kind", function()
    for _, case in ipairs { { plan = 1 }, { clients = 1 }, { journal = "" }, { delay = 0 }, { timeout = -1 }, { rate = 0 },
      { interval = 1 } } do
      local name = next(case)
      local options = { plan = plan_of(1), clients = function() return world:client(1) end }
      options[name] = case[name]
      local e = fake.catch(custom_labels.copy_models, options)
      assert.equal("validation", e.kind)
      assert.is_truthy(tostring(e):find(name, 1, true))
    end
    assert.equal("validation", fake.catch(custom_labels.copy_models).kind)
    assert.is_truthy(tostring(fake.catch(custom_labels.copy_models, { plan = plan_of(1), clients = function() end }))
      :find("clients must return a client", 1, true))
  end)

  it("two copies of one name in one project", function()
    local one = ready(2)
    local plan = plan_of(2)
    plan.models[1].name, plan.models[2].name = "same", "same"
    local summary = fleet_of(one, plan):apply()
    assert.equal(1, summary.done)
    assert.equal("NameTaken", summary.rows[2].error.code)
  end)
end)

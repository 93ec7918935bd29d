local cjson = require("cjson").new()
local fake = require "spec.support.fake"
local files = require "spec.support.files"
local journals = require "rekognition.custom_labels.run_journal"
local rekognition = require "rekognition"
local running_service = require "spec.support.running_service"

local run_model = rekognition.custom_labels.run_model

-- Calls body with a service whose journal is in a folder of its own: body(service, client, arn, run), where run(options,
-- f) is run_model of that version.
local function with_service(options, body)
  files.with_folder(function(folder)
    options.folder = folder
    local service = running_service.new(options)
    local client = service:client(options.client)
    local arn = service:add("model_1", options.status or "TRAINING_COMPLETED")
    local function run(more, f)
      local given = { client = client, version = arn }
      for key, value in pairs(more) do given[key] = value end
      return run_model(given, f or function() return "used" end)
    end
    body(service, client, arn, run)
  end)
end

local function status_of(service, arn) return service:version(arn).Status end

local function assert_stopped(service, client, arn)
  assert.equal("STOPPED", status_of(service, arn))
  assert.equal(1, service.stops)
  assert.same({}, journals.open(client):list())
end

describe("run_model", function()
  it("starts, waits, calls, stops, and returns what the function returns", function()
    with_service({}, function(service, client, arn, run)
      local events = {}
      local results = table.pack(run({ min_inference_units = 2, max_inference_units = 3, on_progress = function(event)
        assert.equal("number", type(event.elapsed))
        events[#events + 1] = event.step .. " " .. event.state
      end }, function(version)
        assert.equal("RUNNING", version.Status)
        assert.equal(2, version.MinInferenceUnits)
        local entry = journals.open(client):list()[1]
        assert.same({ arn, service.project, "us-east-1", client.endpoint, true, 2, 3, 4 }, { entry.version, entry.project,
          entry.region, entry.endpoint, entry.confirmed, entry.min_inference_units, entry.max_inference_units, entry.price_per_hour })
        return 1, nil, 3
      end))
      assert.same({ 1, nil, 3, n = 3 }, results)
      assert.same({ "start requested", "start STARTING", "start RUNNING", "run started", "stop requested", "stop RUNNING", "stop STOPPING",
        "stop STOPPED" }, events)
      assert_stopped(service, client, arn)
    end)
  end)

  for _, status in ipairs { "TRAINING_COMPLETED", "COPYING_COMPLETED", "STOPPED", "FAILED" } do
    it("starts what is " .. status, function()
      with_service({ status = status }, function(service, client, arn, run)
        assert.equal("used", run {})
        assert_stopped(service, client, arn)
      end)
    end)
  end

  it("waits for a stop that is under way", function()
    with_service({ status = "STOPPING" }, function(service, client, arn, run)
      local version = service:version(arn)
      version._ends_at, version._ends_as = service.now + 100, "STOPPED"
      assert.equal("used", run {})
      assert_stopped(service, client, arn)
    end)
  end)

  for status, code in pairs {
    TRAINING_IN_PROGRESS = "ModelNotReady", COPYING_IN_PROGRESS = "ModelNotReady", TRAINING_FAILED = "ModelNotStartable",
    COPYING_FAILED = "ModelNotStartable", DELETING = "ModelNotStartable", DEPRECATED = "ModelNotStartable",
    EXPIRED = "ModelNotStartable", RUNNING = "ModelInUse", STARTING = "ModelInUse",
  } do
    it("neither starts nor stops what is " .. status, function()
      with_service({ status = status }, function(service, client, arn, run)
        local problem = fake.catch(run, {}, error)
        assert.same({ "waiter", code, arn }, { problem.kind, problem.code, problem.project_version_arn })
        assert.same({ status, 0, 0 }, { status_of(service, arn), service:count "StartProjectVersion", service:count "StopProjectVersion" })
        assert.same({}, journals.open(client):list())
      end)
    end)
  end

  it("uses what someone else runs where it is told to, and leaves it", function()
    for _, status in ipairs { "RUNNING", "STARTING" } do
      with_service({ status = status }, function(service, client, arn, run)
        if status == "STARTING" then
          service:version(arn)._ends_at, service:version(arn)._ends_as = service.now + 90, "RUNNING"
        end
        assert.equal("RUNNING", run({ use_running = true }, function(version) return version.Status end))
        assert.has_error(function() run({ use_running = true }, function() error("x") end) end)
        assert.same({ "RUNNING", 0, 0 }, { status_of(service, arn), service:count "StartProjectVersion", service:count "StopProjectVersion" })
        assert.same({}, journals.open(client):list())
      end)
    end
  end)

  it("says that a version, or its project, does not exist", function()
    with_service({}, function(service, _, arn, run)
      assert.equal("NoSuchVersion", fake.catch(run, { version = arn:gsub("model_1", "model_2") }).code)
      assert.equal("NoSuchProject", fake.catch(run, { version = arn:gsub("birds", "cats") }).code)
      assert.equal("NoSuchVersion", fake.catch(run, { version = arn:gsub("model_1", "model_2"), project = service.project }).code)
    end)
  end)

  it("refuses options that make no sense, all in one error, before any call", function()
    with_service({}, function(service, _, arn, run)
      local problem = fake.catch(run, { min_inference_units = 0, max_hours = -1, max_cost = 0 / 0, pricee = 1, journal = 7,
        version = "arn" })
      local paths = {}
      for i, found in ipairs(problem.problems) do paths[i] = found.path end
      assert.same({ "journal", "max_cost", "max_hours", "min_inference_units", "pricee" }, paths)
      assert.equal("validation", problem.kind)
      for _, bad in ipairs { { version = "arn" }, { version = arn:gsub("us%-east%-1", "eu-west-1") },
        { min_inference_units = 3, max_inference_units = 2 }, { min_inference_units = 1.5 }, { warn_at = 2 }, { client = {} } } do
        assert.equal("validation", fake.catch(run, bad).kind)
      end
      assert.equal("validation", fake.catch(run_model, nil, error).kind)
      assert.equal("validation", fake.catch(run_model, {}, error).kind)
      assert.equal("validation", fake.catch(run_model, {}, nil).kind)
      assert.equal(0, #service.calls)
    end)
  end)
end)

describe("run_model stops the model", function()
  it("after an error, which is raised on as it is", function()
    with_service({}, function(service, client, arn, run)
      local problem = {}
      assert.equal(problem, fake.catch(run, {}, function() error(problem) end))
      assert_stopped(service, client, arn)
    end)
  end)

  it("when its coroutine is closed: in the function, and while it waits", function()
    for _, point in ipairs { "function", "sleep", "request" } do
      with_service({}, function(service, client, arn, run)
        local closing = false
        local function pause() if not closing then coroutine.yield() end end
        if point == "sleep" then service.on_sleep = pause end
        if point == "request" then
          service.on_request = function() if service.starts then pause() end end
        end
        local thread = coroutine.create(function()
          return run({}, function() coroutine.yield() end)
        end)
        assert(coroutine.resume(thread))
        assert.equal("suspended", coroutine.status(thread))
        closing = true
        assert(coroutine.close(thread))
        assert_stopped(service, client, arn)
      end)
    end
  end)

  it("when its coroutine is closed though the host's sleep can only yield: it then blocks", function()
    with_service({ start_seconds = 0, stop_seconds = 0.02 }, function(service, client, arn, run)
      local thread = coroutine.create(function()
        return run({ delay = 0.01 }, function() coroutine.yield() end)
      end)
      assert(coroutine.resume(thread))
      service.on_sleep = function(seconds)
        service.now = service.now + seconds
        coroutine.yield()
      end
      assert(coroutine.close(thread))
      assert_stopped(service, client, arn)
    end)
  end)

  it("when its task is cancelled", function()
    with_service({ start_seconds = 0 }, function(service, client, arn, run)
      local async = rekognition.async
      async.run(function()
        local entered = false
        local task = async.spawn(function()
          return run({}, function()
            entered = true
            async.sleep(30)
          end)
        end)
        while not entered do async.sleep(0.01) end
        assert.equal("RUNNING", status_of(service, arn))
        task:cancel()
        assert.equal("cancelled", fake.catch(task.await, task).kind)
      end)
      assert_stopped(service, client, arn)
    end)
  end)

  it("when its coroutine was dropped and is collected", function()
    with_service({}, function(service, client, arn, run)
      local thread = coroutine.create(function()
        return run({}, function() coroutine.yield() end)
      end)
      assert(coroutine.resume(thread))
      thread = nil -- luacheck: ignore thread
      collectgarbage()
      collectgarbage()
      assert_stopped(service, client, arn)
    end)
  end)

  for _, where in ipairs { "the main thread", "a coroutine" } do
    it("when the program ends by os.exit(code, true) in " .. where, function()
      files.with_folder(function(folder)
        files.write(folder .. "/program.lua", ([[
          local service = require("spec.support.running_service").new { folder = %q }
          local arn = service:add("m", "STOPPED")
          local function main()
            require("rekognition").custom_labels.run_model({ client = service:client(), version = arn, on_progress = function(event)
              io.write(event.step, " ", event.state, "\n")
            end }, function() os.exit(7, true) end)
          end
          if %q == "a coroutine" then coroutine.wrap(main)() else main() end]]):format(folder, where))
        local ok, output = files.run("LUA_PATH='./?.lua;;' script/lua " .. folder .. "/program.lua; echo $?")
        assert.is_true(ok)
        assert.is_truthy(output:find("stop RUNNING\nstop STOPPING\nstop STOPPED\n7\n$"), output)
      end)
    end)
  end

  it("when a start fails: there is nothing to stop then", function()
    with_service({ start_ends_as = "FAILED" }, function(service, client, arn, run)
      service:version(arn).StatusMessage = "no room"
      local problem = fake.catch(run, {}, error)
      assert.same({ "waiter", "StartFailed", "FAILED", "no room" },
        { problem.kind, problem.code, problem.project_version_status, problem.status_message })
      assert.same({}, journals.open(client):list())
    end)
  end)

  it("when a start is slower than any waiter", function()
    with_service({ start_seconds = 45 * 60 }, function(service, client, arn, run)
      assert.equal("used", run {})
      assert_stopped(service, client, arn)
    end)
  end)

  it("when a start is slower than its deadline: STARTING can't be stopped, so it waits and then stops", function()
    with_service({ start_seconds = 2 * 3600 }, function(service, client, arn, run)
      local problem = fake.catch(run, { timeout = 1800, stop_timeout = 4 * 3600 }, error)
      assert.equal("StartTimeout", problem.code)
      assert_stopped(service, client, arn)
    end)
  end)

  it("when a listing lags behind the start and then the error comes", function()
    with_service({}, function(service, client, arn, run)
      local looks = 0
      service.faults.DescribeProjectVersions = { function() looks = looks + 1 end }
      -- Two looks that still show the state before the start.
      local version, real = service:version(arn), nil
      local function lag()
        real, version.Status = version.Status, "TRAINING_COMPLETED"
        service.on_request = function()
          version.Status, service.on_request = real, nil
        end
      end
      service.faults.DescribeProjectVersions = { false, lag, lag }
      assert.equal("used", run {})
      assert_stopped(service, client, arn)
    end)
  end)
end)

describe("run_model settles lost responses", function()
  for _, faults in ipairs {
    { "after" }, { "before" }, { "after", "after" }, { "before", "before" }, { "before", "after" }, { "after", "before" },
    { "broken" }, { "throttle", "throttle" }, { "after", "throttle" }, { "nowhere" },
  } do
    for _, mode in ipairs { "standard", "off" } do
      local name = table.concat(faults, ", ") .. ", retry " .. mode
      local is_refused = mode == "off" and (faults[1] == "throttle" or faults[1] == "nowhere")

      it("of Start: " .. name, function()
        with_service({ client = { retry = { mode = mode } } }, function(service, client, arn, run)
          service.faults.StartProjectVersion = { table.unpack(faults) }
          if is_refused then
            assert.is_true(fake.catch(run, {}).retryable)
            assert.same({ "TRAINING_COMPLETED", {} }, { status_of(service, arn), journals.open(client):list() })
          else
            assert.equal("used", run {})
            assert.equal(1, service.starts)
            assert_stopped(service, client, arn)
          end
        end)
      end)

      it("of Stop: " .. name, function()
        with_service({ client = { retry = { mode = mode } } }, function(service, client, arn, run)
          service.faults.StopProjectVersion = { table.unpack(faults) }
          assert.equal("used", run {})
          assert_stopped(service, client, arn)
        end)
      end)

      it("of looking: " .. name, function()
        with_service({ client = { retry = { mode = mode } } }, function(service, client, arn, run)
          assert.equal("used", run({}, function()
            service.faults.DescribeProjectVersions = { table.unpack(faults) }
            return "used"
          end))
          assert_stopped(service, client, arn)
        end)
      end)
    end
  end

  it("and raises after many, having looked, without a model left running", function()
    with_service({ client = { retry = { mode = "off" } } }, function(service, client, arn, run)
      service.faults.StartProjectVersion = { "before", "before", "before" }
      local problem = fake.catch(run, {}, error)
      assert.equal("transport", problem.kind)
      assert.same({ "TRAINING_COMPLETED", {} }, { status_of(service, arn), journals.open(client):list() })
    end)
  end)

  it("of a start that someone else made meanwhile: it is theirs", function()
    for _, use_running in ipairs { false, true } do
      with_service({}, function(service, client, arn, run)
        service.faults.StartProjectVersion = { function() service:version(arn).Status = "RUNNING" end }
        local ok, result = pcall(run, { use_running = use_running })
        assert.equal(use_running, ok)
        assert.equal(use_running and "used" or "ModelInUse", use_running and result or result.code)
        assert.same({ "RUNNING", 0, {} }, { status_of(service, arn), service:count "StopProjectVersion", journals.open(client):list() })
      end)
    end
  end)

  it("and says what is left where the stop itself is refused", function()
    with_service({}, function(service, client, arn, run)
      service.faults.StopProjectVersion = { "denied" }
      local problem = fake.catch(run, {}, function() error("of the function", 0) end)
      assert.same({ "waiter", "StopFailed", "of the function" }, { problem.kind, problem.code, problem.run_error })
      assert.equal("AccessDeniedException", problem.cause.code)
      for _, words in ipairs { arn, "may still be running", "rekognition stop", "of the function" } do
        assert.is_truthy(tostring(problem):find(words, 1, true), tostring(problem))
      end
      assert.equal(arn, journals.open(client):list()[1].version)
      assert.equal("used", run {}) -- the next run takes it over
      assert_stopped(service, client, arn)
    end)
  end)

  it("and says so where a stop never ends", function()
    with_service({ stop_seconds = 1e9 }, function(_, client, arn, run)
      local problem = fake.catch(run, { stop_timeout = 600 })
      assert.same({ "StopTimeout", "STOPPING" }, { problem.code, problem.project_version_status })
      assert.equal(arn, journals.open(client):list()[1].version)
    end)
  end)

  -- Smithy's rule for waiters: what nobody knows is waited through. A model of such a status may run, and is billed.
  for what, body in pairs {
    ["a status that nobody knows"] = '{"ProjectVersionDescriptions":[{"ProjectVersionArn":"ARN","Status":"SCALING"}]}',
    ["no status"] = '{"ProjectVersionDescriptions":[{"ProjectVersionArn":"ARN"}]}', ["an empty body"] = "",
    ["no list"] = '{"__type":"x"}', ["not JSON"] = "<html>", ["a status that is no text"] = '{"ProjectVersionDescriptions":[{"Status":5}]}',
  } do
    local function odd(_, request)
      local name = cjson.decode(request.body).VersionNames[1]
      return { status = 200, headers = {}, body = (body:gsub("ARN", request.arn_of(name))) }
    end

    it("and takes neither a start nor a stop for ended by a look that shows " .. what, function()
      with_service({}, function(service, client, arn, run)
        service.on_request = function(request) request.arn_of = function() return arn end end
        local results = { run({ on_progress = function(event)
          if event.state == "requested" or event.step == "stop" and event.state == "RUNNING" then
            service.faults.DescribeProjectVersions = { odd, odd, odd, odd, odd, odd, odd, odd }
          end
        end }) }
        assert.same({ "used" }, results)
        assert.equal("STOPPED", status_of(service, arn))
        assert.same({}, journals.open(client):list())
      end)
    end)

    it("and says that a model may run where all looks of a stop show " .. what, function()
      with_service({}, function(service, client, arn, run)
        service.on_request = function(request) request.arn_of = function() return arn end end
        local problem = fake.catch(run, { stop_timeout = 600 }, function()
          local always = {}
          for i = 1, 1000 do always[i] = odd end
          service.faults.DescribeProjectVersions = always
        end)
        assert.equal("StopTimeout", problem.code)
        assert.equal(arn, journals.open(client):list()[1].version)
      end)
    end)
  end

  it("and raises a refused start as it is", function()
    for _, fault in ipairs { "limit", "denied" } do
      with_service({ client = { retry = { mode = "off" } } }, function(service, client, arn, run)
        service.faults.StartProjectVersion = { fault }
        assert.equal("service", fake.catch(run, {}).kind)
        assert.same({ "TRAINING_COMPLETED", {}, 0 }, { status_of(service, arn), journals.open(client):list(), service:count "StopProjectVersion" })
      end)
    end
  end)
end)

describe("the limits of run_model", function()
  local function use(client, service, seconds)
    for _ = 1, seconds / 60 do
      service.now = service.now + 60
      client:describe_projects()
    end
  end

  it("fire before the client's calls, after a warning, by hours and by cost", function()
    for _, limit in ipairs {
      { { max_hours = 2 }, 2 }, { { max_cost = 8 }, 2 }, { { max_cost = 8, min_inference_units = 2 }, 1 },
      { { max_cost = 8, max_inference_units = 4 }, 0.5 }, { { max_cost = 3, price_per_hour = 1, max_hours = 9 }, 3 },
      { { max_cost = 30, max_hours = 1 }, 1 },
    } do
      with_service({ start_seconds = 60 }, function(service, client, arn, run)
        local began, warnings, swallowed = service.now, {}, nil
        limit[1].on_progress = function(event)
          if event.step == "limit" then warnings[#warnings + 1] = { service.now - began, event.message } end
        end
        local problem = fake.catch(run, limit[1], function()
          pcall(function() use(client, service, 1e6) end)
          swallowed = true
          use(client, service, 1e6) -- who swallows the error meets it again
        end)
        assert.same({ "cancelled", "RunLimitReached", true }, { problem.kind, problem.code, swallowed })
        assert.equal(1, #warnings)
        assert.is_true(math.abs(warnings[1][1] - limit[2] * 3600 * 0.8) <= 60, warnings[1][1])
        local hours = tonumber(problem.message:match("after ([%d.]+) hours"))
        assert.is_true(math.abs(hours - limit[2]) < 0.03, problem.message)
        assert_stopped(service, client, arn)
        client:describe_projects() -- the client is as it was
        assert.is_false(client._before_call)
      end)
    end
  end)

  it("fire in every form of a call", function()
    with_service({ start_seconds = 0 }, function(service, client, _, run)
      for _, form in ipairs {
        function() client:call("DescribeProjects", {}) end,
        function() client:describe_projects {} end,
        function() for _ in client:pages("DescribeProjects", {}) do end end, -- luacheck: ignore
        function() for _ in client:items("DescribeProjects", {}) do end end, -- luacheck: ignore
        function() client:wait("project_version_running", { ProjectArn = service.project, VersionNames = { "model_1" } }) end,
      } do
        local before
        local problem = fake.catch(run, { max_hours = 1 }, function()
          service.now = service.now + 3601
          before = #service.calls
          local ok, raised = pcall(form)
          assert.same({ false, before }, { ok, #service.calls })
          error(raised, 0)
        end)
        assert.equal("RunLimitReached", problem.code)
      end
    end)
  end)

  it("fire while the model starts", function()
    with_service({ start_seconds = 1800 }, function(service, client, arn, run)
      assert.equal("RunLimitReached", fake.catch(run, { max_hours = 0.25 }, error).code)
      assert_stopped(service, client, arn)
    end)
  end)

  it("can be asked for", function()
    with_service({ start_seconds = 0 }, function(service, _, _, run)
      run({ max_hours = 1 }, function(_, under_way)
        assert.is_true(math.abs(under_way:seconds_left() - 3600) <= 60)
        service.now = service.now + 1800
        assert.is_true(math.abs(under_way:cost() - 2) < 0.1)
        under_way:check()
        service.now = service.now + 1800
        assert.equal("RunLimitReached", fake.catch(under_way.check, under_way).code)
      end)
      run({}, function(_, under_way) assert.equal(math.huge, under_way:seconds_left()) end)
    end)
  end)

  it("are each their own where two models run with one client", function()
    with_service({ start_seconds = 0 }, function(service, client, arn, run)
      local second = service:add("model_2", "STOPPED")
      local inner
      run({ max_hours = 10 }, function()
        inner = fake.catch(run, { version = second, max_hours = 1 }, function() use(client, service, 3 * 3600) end)
        client:describe_projects()
        assert.equal("RunLimitReached", fake.catch(use, client, service, 10 * 3600).code)
      end)
      assert.equal("RunLimitReached", inner.code)
      assert.same({ "STOPPED", "STOPPED" }, { status_of(service, arn), status_of(service, second) })
    end)
  end)
end)

describe("the journal of run_model", function()
  it("lets a run take over what a killed one left running", function()
    for _, status in ipairs { "RUNNING", "STARTING" } do
      with_service({ status = status }, function(service, client, arn, run)
        if status == "STARTING" then
          service:version(arn)._ends_at, service:version(arn)._ends_as = service.now + 90, "RUNNING"
        end
        journals.open(client):add { version = arn, project = service.project, region = "us-east-1", endpoint = client.endpoint,
          started_at = service.now - 60, confirmed = false, min_inference_units = 1, price_per_hour = 4 }
        assert.equal("used", run {})
        assert.equal(0, service:count "StartProjectVersion")
        assert_stopped(service, client, arn)
      end)
    end
  end)

  it("lets no run take over what was started to go on running", function()
    with_service({ status = "RUNNING" }, function(service, client, arn, run)
      journals.open(client):add { version = arn, project = service.project, region = "us-east-1", endpoint = client.endpoint,
        started_at = service.now - 60, confirmed = true, kept = true, min_inference_units = 1, price_per_hour = 4 }
      assert.equal("ModelInUse", fake.catch(run, {}, error).code)
      assert.equal("used", run { use_running = true })
      assert.same({ "RUNNING", 1 }, { status_of(service, arn), #journals.open(client):list() })
    end)
  end)

  it("lets no two runs of one version be under way", function()
    with_service({}, function(service, client, arn, run)
      run({}, function()
        assert.equal("ModelInUse", fake.catch(run, {}, error).code)
        assert.equal("used", run { use_running = true })
        assert.equal("RUNNING", status_of(service, arn))
      end)
      assert_stopped(service, client, arn)
    end)
  end)

  it("is named by the caller, or there is none", function()
    with_service({}, function(service, client, arn, run)
      local path = service.options.folder .. "/mine/journal.json"
      run({ journal = path }, function()
        assert.equal(arn, journals.open(client, path):list()[1].version)
        assert.same({}, journals.open(client):list())
      end)
      run({ journal = false }, function() assert.same({}, journals.open(client):list()) end)
      assert.equal(2, service.stops)
      local _, left = files.run("ls " .. service.options.folder .. "/mine")
      assert.equal("journal.json\njournal.json.lock\n", left)
    end)
  end)

  it("keeps what a newer release wrote", function()
    with_service({}, function(_, client, _, run)
      local state_file = require "rekognition.custom_labels.state_file"
      local path = journals.open(client).path
      state_file.write(path, { future = 1, models = { { other = "form" } } })
      run {}
      assert.same({ future = 1, models = { { other = "form" } } }, state_file.read(path))
    end)
  end)

  it("stops a run before anything is started where it can't be written", function()
    with_service({}, function(service, client, _, run)
      local path = journals.open(client).path
      files.write(service.options.folder .. "/bad.json", "nonsense")
      local problem = fake.catch(run, { journal = service.options.folder .. "/bad.json" })
      assert.same({ "config", 0, true }, { problem.kind, service:count "StartProjectVersion", path ~= nil })
    end)
  end)
end)

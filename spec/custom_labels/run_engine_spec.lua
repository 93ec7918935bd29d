-- run_model where the engine goes on, against an emulator in a process of its own, in seconds.

local emulator = require "spec.support.emulator"
local fake = require "spec.support.fake"
local files = require "spec.support.files"
local http_server = require "spec.support.http_server"
local journals = require "rekognition.custom_labels.run_journal"
local rekognition = require "rekognition"

local async, run_model = rekognition.async, rekognition.custom_labels.run_model
local running, folder, arn, second, project

local function new_client(more)
  local options = { env = { XDG_STATE_HOME = folder, HOME = "/nowhere" } }
  for name, value in pairs(more or {}) do options[name] = value end
  return emulator.client(running, 1, options)
end

local client, logged
setup(function()
  running = emulator.start { "--train-seconds", "0", "--start-seconds", "0.1", "--stop-seconds", "0.2" }
  folder = select(2, files.run "mktemp -d"):match("^[^\n]+")
  client = new_client { logger = function(level, event, fields) logged[#logged + 1] = { level, event, fields } end }
  logged = {}
  project = client:create_project({ ProjectName = "birds" }).ProjectArn
  arn, second = emulator.train(client, project, "v1"), emulator.train(client, project, "v2")
end)
teardown(function()
  client:close()
  running.stop()
  files.run("rm -rf " .. folder)
end)

local function status_of(version)
  for found in client:items("DescribeProjectVersions", { ProjectArn = project }) do
    if found.ProjectVersionArn == version then return found.Status end
  end
end

local function is_stopped(version) return status_of(version or arn) == "STOPPED" end

local function entries() return journals.open(client):list() end

local function has_logged(event)
  for _, entry in ipairs(logged) do
    if entry[2] == event then return entry end
  end
end

local function run(options, f)
  local given = { client = client, version = arn, project = project, delay = 0.05 }
  for key, value in pairs(options) do given[key] = value end
  return run_model(given, f)
end

before_each(function() logged = {} end)
after_each(function()
  assert.is_true(is_stopped(arn))
  assert.is_true(status_of(second) ~= "RUNNING")
  assert.same({}, entries())
end)

describe("in a task the engine", function()
  local SHORT = 1.2 / 3600 -- 1.2 s in hours

  local function silent(f)
    local server = http_server.start()
    local scope <close> = setmetatable({}, { __close = http_server.stop }) -- luacheck: ignore scope
    local other <close> = new_client { endpoint = "http://" .. server.stay_silent, timeout = 60, retry = { mode = "off" } }
    return f(other)
  end

  it("ends a function that sleeps when a limit is reached, by hours and by cost, after a warning", function()
    for name, limits in pairs { max_hours = { max_hours = SHORT }, max_cost = { max_cost = SHORT * 10, price_per_hour = 5, min_inference_units = 2 } } do
      local events, went_on = {}, false
      limits.on_progress = function(event) if event.step == "limit" then events[#events + 1] = event.message end end
      local problem = async.run(function()
        return fake.catch(run, limits, function()
          async.sleep(60)
          went_on = true
        end)
      end)
      assert.same({ "cancelled", "RunLimitReached", name, limits[name], false }, { problem.kind, problem.code, problem.limit, problem.limit_value, went_on })
      for _, words in ipairs { name .. " = ", " hours", "a cost of ", arn .. " is stopped" } do
        assert.is_truthy(problem.message:find(words, 1, true), problem.message)
      end
      assert.equal(1, #events)
      assert.is_truthy(events[1]:find(name, 1, true), events[1])
      assert.is_truthy(has_logged "run_limit")
      assert.is_true(is_stopped())
    end
  end)

  it("ends a function that waits for a response, and says what is known of it", function()
    silent(function(other)
      local problem = async.run(function()
        return fake.catch(run, { max_hours = SHORT }, function() other:create_project { ProjectName = "x" } end)
      end)
      assert.same({ "RunLimitReached", "CreateProject", true }, { problem.code, problem.operation, problem.maybe_succeeded })
      assert.is_truthy(problem.message:find("an attempt was under way, and may have had its effect", 1, true), problem.message)
    end)
  end)

  it("ends what the function has started, and nothing else", function()
    local ended, others = 0, 0
    async.run(function()
      local other = async.spawn(function()
        async.sleep(2)
        others = others + 1
      end)
      local problem = fake.catch(run, { max_hours = SHORT }, function()
        for _ = 1, 3 do
          async.spawn(function()
            local _ <close> = setmetatable({}, { __close = function() ended = ended + 1 end })
            async.sleep(60)
          end)
        end
        async.sleep(60)
      end)
      assert.same({ "RunLimitReached", 3 }, { problem.code, ended })
      other:await()
    end)
    assert.equal(1, others)
  end)

  it("goes on where a warning's listener fails", function()
    async.run(function()
      local problem = fake.catch(run, { max_hours = SHORT, on_progress = function(event)
        if event.step == "limit" then error "of the listener" end
      end }, function() async.sleep(60) end)
      assert.equal("RunLimitReached", problem.code)
    end)
    assert.is_truthy(has_logged("callback_failed")[3].message:find("of the listener", 1, true))
  end)

  it("lets a function end that is quicker than its limit, with what it returns", function()
    assert.same({ 1, nil, 3, n = 3 }, async.run(function()
      return table.pack(run({ max_hours = 1 }, function()
        async.sleep(0.01)
        return 1, nil, 3
      end))
    end))
  end)

  it("lets the limit of one run not end the stop of another inside it", function()
    async.run(function()
      local problem = fake.catch(run, { max_hours = SHORT }, function()
        return run({ version = second }, function() async.sleep(60) end)
      end)
      assert.equal("RunLimitReached", problem.code)
    end)
    assert.is_true(is_stopped(second))
  end)

  it("and without tasks, a limit of one run doesn't end the stop of another inside it either", function()
    local problem = fake.catch(run, { max_hours = SHORT }, function()
      return run({ version = second }, function()
        while true do
          client:describe_projects {}
          async.sleep(0.05)
        end
      end)
    end)
    assert.equal("RunLimitReached", problem.code)
    assert.is_true(is_stopped(second))
  end)
end)

describe("a stop", function()
  it("is not ended by a second cancellation: the engine goes on with it", function()
    async.run(function()
      local task = async.spawn(function() return run({}, function() async.sleep(60) end) end)
      while status_of(arn) ~= "RUNNING" do async.sleep(0.02) end
      async.sleep(0.1)
      task:cancel()
      while status_of(arn) ~= "STOPPING" do async.sleep(0.01) end
      task:cancel()
      assert.equal("cancelled", fake.catch(task.await, task).kind)
      assert.equal(1, #entries()) -- until the stop is confirmed
    end)
  end)

  it("whose wait was cancelled tells the logger where it fails", function()
    async.run(function()
      local task = async.spawn(function() return run({ stop_timeout = 0.01 }, function() async.sleep(60) end) end)
      while status_of(arn) ~= "RUNNING" do async.sleep(0.02) end
      async.sleep(0.1)
      task:cancel()
      assert.equal("StopTimeout", fake.catch(task.await, task).code) -- the caller hears it, not the logger
    end)
    assert.is_nil(has_logged "stop_failed")
    run({}, function() end) -- takes over what is in the journal, and stops it
  end)
end)

-- A coroutine in which the model runs; it waits inside the function.
local function suspended(options)
  local thread = coroutine.create(function() return run(options or {}, function() coroutine.yield "inside" end) end)
  assert.same({ true, "inside" }, { coroutine.resume(thread) })
  return thread
end

describe("a closed coroutine", function()
  it("leaves the stop to the engine inside async.run, which ends after it", function()
    local ticks, after = 0, nil
    async.run(function()
      async.spawn(function()
        while ticks < 5 do
          async.sleep(0.01)
          ticks = ticks + 1
        end
      end)
      local thread = suspended()
      ticks = 0
      assert.is_true(coroutine.close(thread))
      after = { ticks, #entries() }
    end)
    assert.same({ 0, 1 }, after) -- closing waited for nothing, and the journal has the model until the stop is confirmed
    assert.is_true(is_stopped())
  end)

  it("leaves it to the engine from a callback too, and whatever ends the tasks", function()
    assert.equal("of the task", fake.catch(async.run, function()
      local thread = suspended()
      async.spawn(function() coroutine.close(thread) end):await()
      error("of the task", 0)
    end))
    assert.is_true(is_stopped())
    async.run(function()
      local thread = suspended()
      async.spawn(function() end):on_done(function() coroutine.close(thread) end)
      async.sleep(0.05)
    end)
    assert.is_true(is_stopped())
  end)

  it("of a task leaves it to the engine", function()
    async.run(function()
      local thread
      local task = async.spawn(function()
        thread = coroutine.running()
        return run({}, function() async.sleep(60) end)
      end)
      while status_of(arn) ~= "RUNNING" do async.sleep(0.02) end
      async.sleep(0.1)
      assert.is_true(coroutine.close(thread))
      assert.equal("cancelled", fake.catch(task.await, task).kind)
    end)
    assert.is_true(is_stopped())
  end)

  it("leaves it to the engine of a host's loop", function()
    local pollable <close> = client:pollable()
    pollable:pollfd()
    local thread = suspended()
    assert.is_true(coroutine.close(thread))
    assert.same({ "RUNNING", 1 }, { new_client():describe_project_versions({ ProjectArn = project, VersionNames = { "v1" } })
      .ProjectVersionDescriptions[1].Status, #entries() })
    for _ = 1, 2000 do
      if #entries() == 0 then break end
      pollable:step()
      os.execute "sleep 0.005"
    end
    assert.same({}, entries())
  end)

  it("blocks where no engine goes on by itself", function()
    local pollable = client:pollable()
    pollable:pollfd()
    pollable:close() -- the host has let go of it
    local thread = suspended()
    assert.is_true(coroutine.close(thread))
    assert.same({}, entries())
    assert.is_true(is_stopped())
  end)

  it("tells the logger of a stop that fails, and the journal keeps the model", function()
    async.run(function() coroutine.close(suspended { stop_timeout = 0.01 }) end)
    local entry = has_logged "stop_failed"
    assert.same({ "error", "StopTimeout", arn }, { entry[1], entry[3].code, entry[3].version })
    assert.is_truthy(entry[3].message:find("may still be running", 1, true), entry[3].message)
    assert.equal(1, #entries())
    run({}, function() end)
  end)

  it("that was dropped leaves the stop to the engine when it is collected", function()
    async.run(function()
      suspended()
      collectgarbage()
      collectgarbage()
      assert.equal(1, #entries())
    end)
    assert.is_true(is_stopped())
  end)
end)

describe("os.exit with close stops the model", function()
  local PROGRAMS = {
    ["in a task"] = "async.run(function() run(function() os.exit(7, true) end) end)",
    ["in a coroutine inside a task"] = "async.run(function() coroutine.wrap(function() run(function() os.exit(7, true) end) end)() end)",
    ["in a task inside the run"] = "run(function() async.run(function() os.exit(7, true) end) end)",
    ["in another task"] = [[async.run(function()
      async.spawn(function() run(function() started = true; async.sleep(60) end) end)
      while not started do async.sleep(0.01) end
      os.exit(7, true)
    end)]],
    ["while the engine has the stop"] = [[async.run(function()
      local thread = coroutine.create(function() run(function() coroutine.yield() end) end)
      coroutine.resume(thread)
      coroutine.close(thread)
      async.sleep(0.05)
      os.exit(7, true)
    end)]],
    ["outside of the engine, which has the stop"] = [[local pollable = client:pollable()
      pollable:pollfd()
      local thread = coroutine.create(function() run(function() coroutine.yield() end) end)
      coroutine.resume(thread)
      coroutine.close(thread)
      os.exit(7, true)]],
  }
  for name, program in pairs(PROGRAMS) do
    it(name, function()
      local path = folder .. "/program.lua"
      files.write(path, ([[
        warn "@on" -- what a finalizer raises
        local rekognition = require "rekognition"
        local async = rekognition.async
        client = rekognition.client { region = "us-east-1", endpoint = %q, env = { XDG_STATE_HOME = %q, HOME = "/nowhere" },
          credentials = { access_key_id = %q, secret_access_key = %q } }
        function run(f)
          return rekognition.custom_labels.run_model({ client = client, version = %q, project = %q, delay = 0.05 }, function(version)
            assert(version.Status == "RUNNING")
            io.write("running\n")
            return f()
          end)
        end
        %s]]):format(running.url, folder, running.accounts[1].access_key_id, running.accounts[1].secret_access_key, arn, project, program))
      local _, output = files.run("timeout 60 script/lua " .. path .. " 2>&1; echo $?")
      assert.equal("running\n7\n", output)
      assert.is_true(is_stopped())
    end)
  end
end)

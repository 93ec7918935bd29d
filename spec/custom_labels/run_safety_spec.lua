-- What a program's own functions do wrong must not leave a model running: run_model against the emulator.

local emulator = require "spec.support.emulator"
local files = require "spec.support.files"
local rekognition = require "rekognition"

local running, folder, project, arn, client

setup(function()
  running = emulator.start { "--train-seconds", "0", "--start-seconds", "0.1", "--stop-seconds", "0.05" }
  folder = select(2, files.run "mktemp -d"):match("^[^\n]+")
  local first <close> = emulator.client(running)
  project = first:create_project({ ProjectName = "birds" }).ProjectArn
  arn = emulator.train(first, project, "v1")
end)
teardown(function()
  running.stop()
  files.run("rm -rf " .. folder)
end)

local function status()
  local other <close> = emulator.client(running)
  return other:describe_project_versions({ ProjectArn = project }).ProjectVersionDescriptions[1].Status
end

local function journal() return files.read(folder .. "/started.json") end

-- What run_model returned or raised.
local function run(options, body)
  local given = { client = client, version = arn, delay = 0.02, journal = folder .. "/started.json" }
  for name, value in pairs(options) do given[name] = value end
  return pcall(rekognition.custom_labels.run_model, given, body)
end

before_each(function() client = emulator.client(running) end)
after_each(function() client:close() end)

describe("run_model stops the model", function()
  after_each(function()
    local now = status() -- one that raised before the start was sent has not started it
    assert.is_true(now == "STOPPED" or now == "TRAINING_COMPLETED", now)
    assert.is_nil(journal():find(arn, 1, true))
  end)

  for _, at in ipairs { "start", "run", "stop" } do
    it("where on_progress raises at each event of the step " .. at .. "; what it raised comes out", function()
      local raised = {}
      local ok, problem = run({ on_progress = function(event)
        if event.step == at then error(raised) end
      end }, function() return 1 end)
      assert.is_false(ok)
      assert.equal(raised, problem)
    end)
  end

  it("where on_progress raises at every event", function()
    local ok, problem = run({ on_progress = function() error "always" end }, function() end)
    assert.is_false(ok)
    assert.is_truthy(tostring(problem):find("always", 1, true))
  end)

  it("where the function's error and one of on_progress in the stop come together: the function's comes out", function()
    local ok, problem = run({ on_progress = function(event)
      if event.step == "stop" then error "second" end
    end }, function() error("first", 0) end)
    assert.same({ false, "first" }, { ok, problem })
  end)

  for _, value in ipairs { false, 7, "text" } do
    it("where the function raises what is no error of the SDK: " .. tostring(value), function()
      local ok, problem = run({}, function() error(value, 0) end)
      assert.same({ false, value }, { ok, problem })
    end)
  end

  it("where the function raises nil", function()
    local _, raised = pcall(error, nil) -- Lua 5.5 makes a text of it
    local ok, problem = run({}, function() error(nil) end)
    assert.is_false(ok)
    assert.equal(raised, problem)
  end)

  it("where the function closes the client, which is closed from then on", function()
    local ok, result = run({}, function()
      client:close()
      local called, problem = pcall(client.describe_projects, client)
      assert.same({ false, "ClientClosed" }, { called, problem.code })
      return "ran"
    end)
    assert.same({ true, "ran" }, { ok, result })
    local called, problem = pcall(client.describe_projects, client)
    assert.same({ false, "ClientClosed" }, { called, problem.code })
  end)

  it("where a task closes the client", function()
    local ok = pcall(rekognition.async.run, function()
      rekognition.async.spawn(function()
        rekognition.async.sleep(0.05)
        client:close()
      end)
      assert(run({}, function() return rekognition.async.sleep(0.2) end))
    end)
    assert.is_boolean(ok) -- closed during the start it is an error, later not: the model is stopped in both cases
  end)
end)

describe("nothing is started", function()
  local function refuses(options, text)
    local before = status()
    local ok, problem = run(options, function() error "it ran" end)
    assert.is_false(ok)
    assert.is_truthy(tostring(problem):find(text, 1, true), tostring(problem))
    assert.equal(before, status())
    return problem
  end

  it("if the journal is not one", function()
    files.write(folder .. "/wrong.json", "{bad")
    local problem = refuses({ journal = folder .. "/wrong.json" }, "wrong.json is not a JSON object")
    assert.is_nil(tostring(problem):find("the run itself ended with", 1, true))
    assert.equal("{bad", files.read(folder .. "/wrong.json"))
  end)

  it("if the journal can't be read or written", function()
    refuses({ journal = "/dev/full" }, "/dev/full")
    refuses({ journal = "/dev/null/started.json" }, "/dev/null")
  end)

  it("if max_cost can't be reached", function()
    refuses({ max_cost = 1, price_per_hour = 0 }, "max_cost must come with a price_per_hour above 0")
  end)

  for _, value in ipairs { 0, -1, 0 / 0, 1 / 0 } do
    it("if a limit is " .. tostring(value), function()
      refuses({ max_hours = value }, "max_hours must be a positive number of hours")
      refuses({ max_cost = value }, "max_cost must be a positive amount")
    end)
  end
end)

describe("a stop that fails", function()
  local is_broken
  local function broken(operations)
    client = emulator.client(running, 1, { hooks = { before_attempt = function(attempt)
      if is_broken and operations[attempt.operation] then error "the hook fails" end
    end } })
    is_broken = false
    local ok, problem = run({}, function() is_broken = true end)
    is_broken = false
    assert.is_false(ok)
    assert.equal("StopFailed", problem.code, tostring(problem))
    assert.is_truthy(problem.message:find("may still be running", 1, true))
    assert.is_truthy(problem.message:find("the hook fails", 1, true), problem.message)
  end

  it("by a hook says that the model may still be running; the next run stops it", function()
    broken { StopProjectVersion = true }
    assert.equal("RUNNING", status())
    assert.is_truthy(journal():find(arn, 1, true))
    assert.is_true(run({}, function() end))
    assert.equal("STOPPED", status())
  end)

  it("where the state can't be read: the stop is sent all the same", function()
    broken { DescribeProjectVersions = true }
    for _ = 1, 200 do
      if status() == "STOPPED" then break end
      files.run "sleep 0.02"
    end
    assert.equal("STOPPED", status())
    assert.is_true(run({}, function() end))
  end)
end)

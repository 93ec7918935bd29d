local fake = require "spec.support.fake"

local PROJECT = "arn:aws:rekognition:us-east-1:555555555555:project/DestinationProject/1656705098765"
local function arn(name, number)
  return ("arn:aws:rekognition:us-east-1:555555555555:project/DestinationProject/version/%s/%d"):format(name, number)
end

local function version(name, number, status, more)
  local description = { ProjectVersionArn = arn(name, number), Status = status }
  for key, value in pairs(more or {}) do description[key] = value end
  return description
end

local function page(versions, token)
  -- An empty list needs its brackets, which cjson does not give it.
  if #versions == 0 then return fake.answer(200, '{"ProjectVersionDescriptions":[]}') end
  return fake.answer(200, { ProjectVersionDescriptions = versions, NextToken = token })
end

local ONE = { ProjectArn = PROJECT, ProjectVersionArn = arn("copy", 2) }

local function wait_for(name, statuses, options, params)
  local answers = {}
  for i, status in ipairs(statuses) do answers[i] = page { version("copy", 2, status) } end
  local client, world = fake.client(answers)
  local ok, result = pcall(client.wait, client, name, params or ONE, options)
  return ok, result, world
end

describe("the waiter project_version_copied", function()
  it("polls until COPYING_COMPLETED, at its delay", function()
    local ok, result, world = wait_for("project_version_copied",
      { "COPYING_IN_PROGRESS", "COPYING_IN_PROGRESS", "COPYING_COMPLETED" }, { delay = 5 })
    assert.is_true(ok)
    assert.equal(arn("copy", 2), result.ProjectVersionArn)
    assert.same({ 5, 5 }, world.slept)
    assert.is_truthy(world.requests[1].body:find('"VersionNames":["copy"]', 1, true))
    assert.is_nil(world.requests[1].body:find("ProjectVersionArn", 1, true))
  end)

  it("fails immediately on a state from which the goal can't be reached, with the StatusMessage", function()
    for _, status in ipairs { "COPYING_FAILED", "DELETING", "TRAINING_IN_PROGRESS", "TRAINING_COMPLETED",
      "RUNNING", "DEPRECATED", "EXPIRED" } do
      local client, world = fake.client { page { version("copy", 2, status, { StatusMessage = "the reason" }) } }
      local e = fake.catch(client.wait, client, "project_version_copied", ONE)
      assert.equal("waiter", e.kind)
      assert.equal("WaiterFailure", e.code)
      assert.equal(status, e.project_version_status)
      assert.is_truthy(tostring(e):find("the reason", 1, true))
      assert.equal(1, #world.requests)
    end
  end)

  it("takes a copy that runs already for copied", function()
    for _, status in ipairs { "STARTING", "RUNNING", "STOPPING", "STOPPED", "FAILED" } do
      local client = fake.client { page { version("copy", 2, status, { SourceProjectVersionArn = arn("s", 1) }) } }
      assert.equal(status, client:wait("project_version_copied", ONE).Status)
    end
  end)

  it("waits on after an empty list at first", function()
    local client, world = fake.client { page {}, page {}, page { version("copy", 2, "COPYING_COMPLETED") } }
    client:wait("project_version_copied", ONE)
    assert.equal(3, #world.requests)
  end)

  it("fails when a version is no longer listed", function()
    local client = fake.client { page { version("copy", 2, "COPYING_IN_PROGRESS") }, page {} }
    local e = fake.catch(client.wait, client, "project_version_copied", ONE)
    assert.equal("WaiterFailure", e.code)
    assert.is_truthy(e.message:find("no longer listed", 1, true))
  end)

  it("has a real deadline on the caller's clock, and looks once more at it", function()
    local ok, e, world = wait_for("project_version_copied", { "COPYING_IN_PROGRESS" }, { delay = 40, timeout = 100 })
    assert.is_false(ok)
    assert.equal("WaiterTimeout", e.code)
    assert.same({ 40, 40, 20 }, world.slept)
    assert.equal(4, #world.requests)
    assert.is_truthy(e.message:find("COPYING_IN_PROGRESS", 1, true))
  end)

  it("counts the time that the calls take", function()
    local client, world = fake.client { function(_, w)
      w.now = w.now + 70 -- a slow answer
      return page { version("copy", 2, "COPYING_IN_PROGRESS") }
    end }
    assert.equal("WaiterTimeout", fake.catch(client.wait, client, "project_version_copied", ONE,
      { delay = 10, timeout = 100 }).code)
    assert.equal(2, #world.requests)
  end)

  it("ends at its timeout while the pages of one poll never end", function()
    local pages = 0
    for name, params in pairs {
      project_version_copied = ONE, project_version_running = { ProjectArn = PROJECT },
      project_deleted = { ProjectArn = PROJECT },
    } do
      local client = fake.client { function(_, w)
        pages, w.now = pages + 1, w.now + 1
        local answer = page({ version("other" .. pages, 2, "STARTING") }, "t" .. pages)
        answer.body = answer.body:gsub("^{", '{"ProjectDescriptions":[],')
        return answer
      end }
      local before = pages
      local e = fake.catch(client.wait, client, name, params, { delay = 10, timeout = 100 })
      assert.same({ "WaiterTimeout", true }, { e.code, e.message:find("the listing had not ended", 1, true) ~= nil }, name)
      assert.is_true(pages - before <= 101, pages - before)
    end
  end)

  it("says that a version was never listed", function()
    local client = fake.client { page {} }
    local e = fake.catch(client.wait, client, "project_version_copied", ONE, { timeout = 20 })
    assert.is_truthy(e.message:find("not listed yet", 1, true))
  end)

  it("looks only at the version asked for, however many there are and on whatever page", function()
    local others = {}
    for i = 1, 100 do others[i] = version("copy", 100 + i, "COPYING_FAILED") end
    local client, world = fake.client { page(others, "t1"), page(others, "t2"), page { version("copy", 2, "COPYING_COMPLETED") } }
    assert.equal(arn("copy", 2), client:wait("project_version_copied", ONE).ProjectVersionArn)
    assert.is_truthy(world.requests[2].body:find('"NextToken":"t1"', 1, true))
  end)

  it("waits for all of several names", function()
    local a, b = version("a", 1, "COPYING_COMPLETED"), version("b", 2, "COPYING_IN_PROGRESS")
    local client, world = fake.client { page { a }, page { a, b }, page { a, version("b", 2, "COPYING_COMPLETED") } }
    local _, versions = client:wait("project_version_copied", { ProjectArn = PROJECT, VersionNames = { "a", "b" } })
    assert.equal(2, #versions)
    assert.equal(3, #world.requests)
  end)

  it("tells on_poll what it saw", function()
    local seen = {}
    local client = fake.client { page {}, page { version("copy", 2, "COPYING_IN_PROGRESS") },
      page { version("copy", 2, "COPYING_COMPLETED") } }
    client:wait("project_version_copied", ONE, {
      on_poll = function(description, polls) seen[polls] = description and description.Status or "none" end,
    })
    assert.same({ "none", "COPYING_IN_PROGRESS", "COPYING_COMPLETED" }, seen)
  end)

  it("outlives a poll that fails with a temporary error, and reports the trouble at the deadline", function()
    local client = fake.client({ fake.answer(503, ""), page { version("copy", 2, "COPYING_COMPLETED") } },
      { retry = { mode = "off" } })
    assert.equal("COPYING_COMPLETED", client:wait("project_version_copied", ONE).Status)
    client = fake.client({ fake.answer(503, "") }, { retry = { mode = "off" } })
    local e = fake.catch(client.wait, client, "project_version_copied", ONE, { timeout = 30 })
    assert.equal(503, e.cause.status)
  end)

  it("raises what the service refuses", function()
    local client = fake.client { fake.refusal "AccessDeniedException" }
    assert.equal("AccessDeniedException", fake.catch(client.wait, client, "project_version_copied", ONE).code)
  end)
end)

describe("the other waiters", function()
  local cases = {
    -- waiter, states on the way, goal, a state that ends it
    { "project_version_stopped", { "RUNNING", "STOPPING" }, "STOPPED", "FAILED" },
    { "project_version_running", { "TRAINING_COMPLETED", "STARTING" }, "RUNNING", "FAILED" },
    { "project_version_training_completed", { "TRAINING_IN_PROGRESS" }, "TRAINING_COMPLETED", "TRAINING_FAILED" },
  }
  for _, case in ipairs(cases) do
    local name, pending, goal, failure = table.unpack(case)
    it(name .. " waits for " .. goal, function()
      local statuses = { table.unpack(pending) }
      statuses[#statuses + 1] = goal
      local ok, result = wait_for(name, statuses)
      assert.is_true(ok)
      assert.equal(goal, result.Status)
    end)
    it(name .. " fails on " .. failure, function()
      local ok, e = wait_for(name, { failure })
      assert.is_false(ok)
      assert.equal("WaiterFailure", e.code)
    end)
  end

  it("take a version that has been started since for trained", function()
    for _, status in ipairs { "STARTING", "RUNNING", "STOPPING", "STOPPED" } do
      local ok, result = wait_for("project_version_training_completed", { status })
      assert.is_true(ok)
      assert.equal(status, result.Status)
    end
  end)

  it("of the model look at every version where none is named", function()
    local client = fake.client {
      page { version("a", 1, "RUNNING"), version("b", 2, "STARTING") },
      page { version("a", 1, "RUNNING"), version("b", 2, "RUNNING") },
    }
    local _, versions = client:wait("project_version_running", { ProjectArn = PROJECT })
    assert.equal(2, #versions)
  end)

  -- The generated facts are botocore's. A start's timeout is ours: it may take 30 minutes, the model's waiter ends at 20.
  it("have the model's delays, timeouts and states", function()
    local modelled = require "rekognition.generated.waiters"
    for name, pending in pairs {
      project_version_running = "STARTING", project_version_training_completed = "TRAINING_IN_PROGRESS",
    } do
      local facts = modelled[name]
      local ok, _, world = wait_for(name, { pending })
      assert.is_false(ok)
      assert.equal(facts.delay, world.slept[1])
      local total = 0
      for _, seconds in ipairs(world.slept) do total = total + seconds end
      assert.equal(name == "project_version_running" and 2700 or facts.delay * facts.max_attempts, total)
      for _, acceptor in ipairs(facts.acceptors) do
        assert.equal(acceptor.state == "success", (wait_for(name, { acceptor.expected })))
      end
    end
  end)
end)

describe("a waiter refuses", function()
  local cases = {
    { "an unknown name", "project_version_sold", ONE, nil, "there is no waiter" },
    { "params that are no table", "project_version_copied", "copy", nil, "params must be a table" },
    { "params without a version", "project_version_copied", { ProjectArn = PROJECT }, nil, "must name what to wait for" },
    { "an empty list of names", "project_version_copied", { ProjectArn = PROJECT, VersionNames = {} }, nil, "must name at least one" },
    { "a malformed ARN", "project_version_copied", { ProjectArn = PROJECT, ProjectVersionArn = "copy" }, nil, "must be the ARN of a project version" },
    { "the ARN of a project", "project_version_copied", { ProjectArn = PROJECT, ProjectVersionArn = PROJECT }, nil, "must be the ARN of a project version" },
    { "an ARN that is no string", "project_version_copied", { ProjectArn = PROJECT, ProjectVersionArn = 1 }, nil, "must be the ARN of a project version" },
    { "a missing project", "project_version_copied", { VersionNames = { "a" } }, nil, "ProjectArn: required" },
    { "an unknown member", "project_version_copied", { ProjectArn = PROJECT, VersionNames = { "a" }, Foo = 1 }, nil, "Foo" },
    { "an unknown option", "project_version_copied", ONE, { interval = 1 }, "unknown option interval" },
    { "a delay of zero", "project_version_copied", ONE, { delay = 0 }, "delay must be a positive number" },
    { "a timeout that is NaN", "project_version_copied", ONE, { timeout = 0 / 0 }, "timeout must be" },
    { "an on_poll that is no function", "project_version_copied", ONE, { on_poll = true }, "on_poll must be a function" },
  }
  for _, case in ipairs(cases) do
    it(case[1], function()
      local client, world = fake.client { page {} }
      local e = fake.catch(client.wait, client, case[2], case[3], case[4])
      assert.is_truthy(tostring(e):find(case[5], 1, true), tostring(e))
      assert.equal(0, #world.requests)
    end)
  end
end)

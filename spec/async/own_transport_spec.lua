-- Tasks over a transport of the host's own that never lets others go on: between two calls, two attempts, two pages and
-- two polls the others have their turn, and a task hears that its time is over or that it was cancelled.

local async = require "rekognition.async"
local engine = require "rekognition.async.engine"
local fake = require "spec.support.fake"
local socket = require "socket"

local PROJECT = "arn:aws:rekognition:us-east-1:123456789012:project/p/1690474772815"
local LAST = 500 -- without a look at the time in between, all of these come

after_each(function()
  assert.equal(0, engine.live, "a task is left")
  assert.is_false(engine.has_work())
end)

-- A client whose transport and sleep block for some milliseconds; `count` is how many requests it has sent.
local function blocking(respond, options)
  local world = { count = 0 }
  local settings = { http = function(request)
    world.count = world.count + 1
    socket.sleep(0.002)
    return respond(world.count, request)
  end, sleep = function() world.slept = true end, clock = socket.gettime }
  for name, value in pairs(options or {}) do settings[name] = value end
  return fake.client({}, settings), world
end

local function page(count)
  local token = count < LAST and (',"NextToken":"%d"'):format(count) or ""
  return fake.answer(200, '{"ProjectVersionDescriptions":[{"Status":"TRAINING_IN_PROGRESS"}]' .. token .. "}")
end

local function poll(count)
  if count >= LAST then return fake.refusal("AccessDeniedException") end
  return fake.answer(200, '{"ProjectVersionDescriptions":[]}')
end

local function unavailable(count)
  return count < LAST and fake.answer(503, {}) or fake.answer(200, {})
end

local MANY = { retry = { max_attempts = LAST, initial_tokens = 100000 } }

-- What goes on for long: its name, how the transport responds, the client's options, what is done.
local WORK = {
  { "pages", page, nil, function(client)
    for _ in client:pages("DescribeProjectVersions", { ProjectArn = PROJECT }) do end
  end },
  { "items", page, nil, function(client)
    for _ in client:items("DescribeProjectVersions", { ProjectArn = PROJECT }) do end
  end },
  { "a wait", poll, nil, function(client)
    client:wait("project_version_copied", { ProjectArn = PROJECT, VersionNames = { "v" } }, { delay = 0.001 })
  end },
  { "attempts", unavailable, MANY, function(client) client:create_project { ProjectName = "x" } end },
  { "the attempts of a future", unavailable, MANY, function(client)
    client:create_project_async({ ProjectName = "x" }):await()
  end },
  { "calls", function() return fake.answer(200, {}) end, nil, function(client)
    for _ = 1, LAST do client:create_project { ProjectName = "x" } end
  end },
}

local WHERE = {
  { "", function(f, client) f(client) end },
  { " inside coroutine.wrap", function(f, client) coroutine.wrap(function() f(client) end)() end },
  { " inside table.sort", function(f, client) table.sort({ 2, 1 }, function() f(client) end) end },
}

describe("over a transport that never waits,", function()
  for _, work in ipairs(WORK) do
    for _, where in ipairs(WHERE) do
      local name = work[1] .. where[1]
      local function start() return blocking(work[2], work[3]) end

      it(name .. " end when the task's time is over", function()
        local client, world = start()
        local e = fake.catch(async.timeout, 0.03, where[2], work[4], client)
        assert.same({ "cancelled", "Timeout" }, { e.kind, e.code }, tostring(e))
        assert.is_true(world.count < LAST, world.count)
        local by_then = world.count
        async.sleep(0.02)
        assert.equal(by_then, world.count)
      end)

      it(name .. " end when the outer one of two times is over, and when the inner one is", function()
        local client, world = start()
        local e = fake.catch(async.timeout, 0.03, async.timeout, 100, where[2], work[4], client)
        assert.matches("timed out after 0.03 s", e.message)
        assert.equal("after", async.timeout(100, function()
          e = fake.catch(async.timeout, 0.03, where[2], work[4], client)
          assert.matches("timed out after 0.03 s", e.message)
          return "after"
        end))
        assert.is_true(world.count < LAST, world.count)
      end)

      it(name .. " end when the task is cancelled, and when one beside it fails", function()
        local client, world = start()
        local future = async.spawn(where[2], work[4], client)
        async.run(function()
          async.sleep(0.02)
          future:cancel()
        end)
        local e = fake.catch(future.await, future)
        assert.same({ "cancelled", "Cancelled" }, { e.kind, e.code }, tostring(e))
        assert.equal("the other one failed", fake.catch(async.run, async.all, {
          function() where[2](work[4], client) end,
          function() error("the other one failed", 0) end,
        }))
        assert.is_true(world.count < LAST, world.count)
      end)
    end

    it(work[1] .. " let the others have their turn", function()
      local client, world = blocking(work[2], work[3])
      local turns = 0
      async.any { function()
        pcall(work[4], client)
      end, function()
        for _ = 1, 5 do
          coroutine.yield()
          turns = turns + 1
        end
        return true
      end }
      assert.equal(5, turns)
      assert.is_true(world.count < LAST, world.count)
    end)
  end

  it("a task that cancels itself hears of it before its next request", function()
    local client, world = blocking(page)
    local future
    future = async.spawn(function()
      for _ in client:pages("DescribeProjectVersions", { ProjectArn = PROJECT }) do future:cancel() end
    end)
    assert.equal("Cancelled", fake.catch(future.await, future).code)
    assert.equal(1, world.count)
  end)

  it("the error says whether an attempt may have had its effect", function()
    local client = blocking(unavailable, MANY)
    local e = fake.catch(async.timeout, 0.03, client.create_project, client, { ProjectName = "x" })
    assert.is_true(e.maybe_succeeded)
    assert.is_true(e.attempts > 1)
    assert.equal("CreateProject", e.operation)
    client = blocking(page)
    e = fake.catch(async.timeout, 0.03, function()
      for _ in client:pages("DescribeProjectVersions", { ProjectArn = PROJECT }) do end
    end)
    assert.is_nil(e.maybe_succeeded)
    assert.matches("no attempt had reached the service", e.message)
  end)

  it("a call that isn't a task's moves on what is under way", function()
    local client = blocking(function() return fake.answer(200, {}) end)
    local future = async.spawn(function()
      coroutine.yield()
      return "done"
    end)
    for _ = 1, 3 do client:create_project { ProjectName = "x" } end
    assert.is_true(future:ready())
    assert.equal("done", future:await())
  end)
end)

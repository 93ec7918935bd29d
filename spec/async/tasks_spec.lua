-- Tasks and futures without a network: time is real and short, nothing depends on how long it takes.

local async = require "rekognition.async"
local engine = require "rekognition.async.engine"
local fake = require "spec.support.fake"

local catch = fake.catch

after_each(function()
  assert.equal(0, engine.live, "a task is left")
  assert.is_false(engine.has_work())
end)

describe("async.run", function()
  it("returns what the function returned, all of it", function()
    assert.same({ 1, nil, 3, n = 3 }, table.pack(async.run(function(...) return ... end, 1, nil, 3)))
    assert.same({ n = 0 }, table.pack(async.run(function() end)))
  end)

  it("raises what the function raised, unchanged", function()
    local problem = {}
    assert.equal(problem, catch(async.run, function() error(problem) end))
    assert.matches("why", catch(async.run, function() error "why" end))
  end)

  it("ends when all that was started has ended", function()
    local ended = false
    async.run(function()
      async.spawn(function()
        async.spawn(function() async.sleep(0.02) ended = true end)
      end)
    end)
    assert.is_true(ended)
  end)

  it("raises the error of a task that nobody awaits, however deep it is", function()
    local e = catch(async.run, function()
      async.spawn(function() async.spawn(function() error "deep" end) end)
    end)
    assert.matches("deep", e)
  end)

  it("doesn't raise one that was awaited", function()
    assert.is_false(async.run(function()
      local future = async.spawn(error, "x")
      return (pcall(future.await, future))
    end))
  end)

  it("runs inside a task too", function()
    assert.equal(2, async.run(function() return async.run(function() return 2 end) end))
  end)

  it("says what it was called with", function()
    assert.matches("run: f must be a function, got nil", tostring(catch(async.run)))
    assert.matches("sleep: seconds must be a number of seconds, 0 or more, got %-1", tostring(catch(async.sleep, -1)))
    assert.matches("list must be a list of futures and functions, got 5", tostring(catch(async.all, 5)))
    assert.matches("list%[2%] must be a future or a function, got 5", tostring(catch(async.all, { print, 5 })))
    assert.matches("concurrency must be a whole number of at least 1, got 0",
      tostring(catch(async.map, {}, print, { concurrency = 0 })))
    assert.matches('unknown option concurency, did you mean concurrency?', tostring(catch(async.map, {}, print, { concurency = 1 })))
    assert.matches("at least one", tostring(catch(async.any, {})))
    assert.matches("await must be called with a colon", tostring(catch(async.run(function() return async.spawn(type, 1) end).await)))
  end)

  it("says that nothing can come where everything waits", function()
    local e = catch(async.run, function()
      local future
      future = async.spawn(function() async.sleep(0) return future:await() end)
      return future:await()
    end)
    assert.matches("a task can't await itself", tostring(e))
    local first, second
    e = catch(function()
      first = async.spawn(function() async.sleep(0) return second:await() end)
      second = async.spawn(function() return first:await() end)
      return second:await()
    end)
    assert.equal("Deadlock", e.code)
    first:cancel()
    second:cancel()
    pcall(first.await, first)
    pcall(second.await, second)
  end)
end)

describe("tasks", function()
  it("take turns where they sleep, and where they yield", function()
    local trace = {}
    async.run(function()
      for _, name in ipairs { "a", "b" } do
        async.spawn(function()
          for turn = 1, 2 do
            trace[#trace + 1] = name .. turn
            coroutine.yield("whatever")
          end
          async.sleep(name == "a" and 0.02 or 0.001)
          trace[#trace + 1] = name .. "3"
        end)
      end
    end)
    assert.equal("a1 b1 a2 b2 b3 a3", table.concat(trace, " "))
  end)

  it("sleep in the order of their ends, a thousand of them", function()
    local order, expected = {}, {}
    async.run(function()
      for place = 1, 1000 do
        local turn = place * 7919 % 1000
        async.spawn(function()
          async.sleep(turn / 20000)
          order[#order + 1] = turn
        end)
        expected[place] = place - 1
      end
    end)
    table.sort(expected)
    table.sort(order)
    assert.same(expected, order)
  end)

  it("that are closed from outside end, with what they waited for", function()
    local thread
    local future = async.spawn(function()
      thread = coroutine.running()
      async.sleep(100)
    end)
    async.run(function() async.sleep(0.001) end)
    assert.is_true(coroutine.close(thread))
    local e = catch(future.await, future)
    assert.equal("cancelled", e.kind)
    assert.matches("the coroutine of the task was closed", e.message)
  end)
end)

describe("async.all", function()
  it("returns the results in order", function()
    assert.same({ n = 3, "a", nil, "c" }, async.all {
      function() async.sleep(0.01) return "a" end, function() end, async.spawn(function() return "c" end) })
    assert.same({ n = 0 }, async.all {})
  end)

  it("raises the first error, and ends the others", function()
    local ended
    local e = catch(async.all, {
      function() async.sleep(0.005) error "first" end,
      function()
        local guard <close> = setmetatable({}, { __close = function(_, why) ended = why end }) -- luacheck: ignore
        async.sleep(100)
      end,
    })
    assert.matches("first", e)
    assert.equal("cancelled", ended.kind)
  end)
end)

describe("async.any", function()
  it("returns what the first success returned, and ends the others", function()
    local ended
    assert.same({ "fast", 2 }, { async.any {
      function() error "failed" end,
      function()
        local guard <close> = setmetatable({}, { __close = function() ended = true end }) -- luacheck: ignore
        async.sleep(100)
      end,
      function() async.sleep(0.002) return "fast", 2 end,
    } })
    assert.is_true(ended)
  end)

  it("raises an error where all fail", function()
    assert.matches("two", catch(async.any, { function() error "one" end, function() error "two" end }))
  end)
end)

describe("async.map", function()
  it("keeps the order, an error for each item, and the bound", function()
    local running, most = 0, 0
    local results, errors = async.map({ 5, 4, 3, 2, 1 }, function(item, place)
      running = running + 1
      most = math.max(most, running)
      async.sleep(item / 1000)
      running = running - 1
      if item == 3 then error("three", 0) end
      return item * 10 + place
    end, { concurrency = 2 })
    assert.same({ n = 5, 51, 42, nil, 24, 15 }, results)
    assert.same({ [3] = "three" }, errors)
    assert.equal(2, most)
  end)

  it("keeps what an item raises, whatever it is", function()
    local problem = {}
    local raised = { "text", problem, false, 5, n = 5 }
    local results, errors = async.map({ 1, 2, 3, 4, 5, 6 }, function(item)
      if item <= raised.n then error(raised[item], 0) end
      return item
    end)
    assert.same({ n = 6, nil, nil, nil, nil, nil, 6 }, results)
    local of_nil = select(2, pcall(error, nil)) or "nil was raised" -- Lua 5.5 has a text for it
    assert.same({ "text", problem, "false was raised", 5, of_nil }, errors)
    assert.equal(problem, errors[2])
  end)

  it("of nothing is nothing", function()
    assert.same({ n = 0 }, (async.map({}, error)))
  end)

  it("ends as a whole where it is cancelled, and keeps a timeout of an item as that item's", function()
    local results, errors = async.map({ 1, 2 }, function(item)
      return async.timeout(0.01, function()
        if item == 1 then async.sleep(100) end
        return item
      end)
    end)
    assert.same({ n = 2, nil, 2 }, results)
    assert.equal("Timeout", errors[1].code)
    local e = catch(async.timeout, 0.01, function() async.map({ 1, 2, 3 }, function() async.sleep(100) end) end)
    assert.equal("Timeout", e.code)
  end)
end)

describe("async.timeout", function()
  it("returns what the function returned in time", function()
    assert.equal("x", async.timeout(10, function(value) return value end, "x"))
  end)

  it("raises kind cancelled, code Timeout; all below has ended by then", function()
    local trace = {}
    local function note(name)
      return setmetatable({}, { __close = function() trace[#trace + 1] = name end })
    end
    local e = catch(async.timeout, 0.01, function()
      local outer <close> = note "outer" -- luacheck: ignore outer
      async.spawn(function()
        local child <close> = note "child" -- luacheck: ignore child
        async.sleep(100)
      end)
      async.sleep(100)
    end)
    assert.same({ "cancelled", "Timeout" }, { e.kind, e.code })
    table.sort(trace)
    assert.same({ "child", "outer" }, trace)
  end)

  it("may be nested: the one that is over first decides", function()
    local inner_kept
    local e = catch(async.timeout, 0.01, function()
      local ok, inner = pcall(async.timeout, 100, async.sleep, 100)
      inner_kept = inner
      if not ok then error(inner, 0) end
    end)
    assert.matches("timed out after 0.01 s", e.message)
    assert.equal("Timeout", inner_kept.code)
    assert.equal("after", async.timeout(100, function()
      local ok, inner = pcall(async.timeout, 0.001, async.sleep, 100)
      assert.is_false(ok)
      assert.matches("timed out after 0.001 s", inner.message)
      return "after"
    end))
  end)
end)

describe("a cancelled task", function()
  it("hears of it one time, where it waits; what it does then may wait again", function()
    local cleaned
    local future = async.spawn(function()
      local ok, e = pcall(async.sleep, 100)
      assert.is_false(ok)
      async.sleep(0.001)
      cleaned = true
      error(e, 0)
    end)
    async.run(function()
      async.sleep(0.001)
      future:cancel()
    end)
    assert.equal("cancelled", catch(future.await, future).kind)
    assert.is_true(cleaned)
  end)

  it("hears of it at its next wait if it runs", function()
    local reached
    local e = catch(async.run, function()
      local future
      future = async.spawn(function()
        future:cancel()
        reached = true
        async.sleep(0)
        reached = "too far"
      end)
      return future:await()
    end)
    assert.equal("cancelled", e.kind)
    assert.is_true(reached)
  end)

  it("that hasn't begun doesn't", function()
    local began = false
    local future = async.spawn(function() began = true end)
    future:cancel()
    assert.is_true(future:ready())
    assert.equal("cancelled", catch(future.await, future).kind)
    async.run(function() async.sleep(0) end)
    assert.is_false(began)
  end)

  it("ends its children, and theirs", function()
    local begun, count = 0, 0
    local function tree(depth)
      begun = begun + 1
      local guard <close> = setmetatable({}, { __close = function() count = count + 1 end }) -- luacheck: ignore guard
      if depth > 0 then
        for _ = 1, 3 do async.spawn(tree, depth - 1) end
      end
      async.sleep(100)
    end
    local future = async.spawn(tree, 3)
    async.run(function()
      while begun < 1 + 3 + 9 + 27 do async.sleep(0.001) end
      future:cancel()
    end)
    assert.equal("cancelled", catch(future.await, future).kind)
    assert.equal(1 + 3 + 9 + 27, count)
  end)

  it("is what <close> makes of a future that has not ended", function()
    local why
    do
      local future <close> = async.spawn(function() -- luacheck: ignore future
        local guard <close> = setmetatable({}, { __close = function(_, e) why = e end }) -- luacheck: ignore guard
        async.sleep(100)
      end)
      async.sleep(0.001)
    end
    assert.equal("cancelled", why.kind)
  end)
end)

describe("a future", function()
  it("calls on_done once, with the results, never inside the call that asks", function()
    local seen = {}
    local future = async.spawn(function() return 1, 2 end)
    future:on_done(function(...) seen[#seen + 1] = { ... } end)
    assert.same({}, seen)
    assert.same({ 1, 2 }, { future:await() })
    future:on_done(function(...) seen[#seen + 1] = { ... } end)
    async.run(function() async.sleep(0) end)
    assert.same({ { true, 1, 2 }, { true, 1, 2 } }, seen)
  end)

  it("survives a callback that raises", function()
    local ran
    local future = async.spawn(function() end)
    future:on_done(function() error "in a callback" end)
    future:on_done(function() ran = true end)
    future:await()
    async.run(function() async.sleep(0) end)
    assert.is_true(ran)
  end)

  it("may be awaited by many, and again", function()
    local future = async.spawn(function() async.sleep(0.002) return "x" end)
    local results = async.map({ 1, 2, 3 }, function() return future:await() end)
    assert.same({ n = 3, "x", "x", "x" }, results)
    assert.equal("x", future:await())
    assert.matches("done", tostring(future))
  end)
end)

describe("a call that is started", function()
  local function world(answers, options)
    local list = { logger = false }
    for name, value in pairs(options or {}) do list[name] = value end
    if list.logger == false then list.logger = nil end
    return fake.client(answers, list)
  end

  it("goes on by itself, retries and all, and awaits its result", function()
    local client, seen = world { fake.answer(503, {}), fake.answer(200, { ProjectArn = "a" }) }
    local future = client:create_project_async { ProjectName = "x" }
    assert.is_false(future:ready())
    local response, metadata = future:await()
    assert.equal("a", response.ProjectArn)
    assert.equal(2, metadata.attempts)
    assert.equal(1, #seen.slept)
    assert.equal("a", client:start("CreateProject", { ProjectName = "x" }):await().ProjectArn)
  end)

  it("raises slips when it is started, and failures when it is awaited", function()
    local client = world { fake.refusal("ResourceNotFoundException") }
    assert.equal("validation", catch(client.create_project_async, client, { ProjectNam = "x" }).kind)
    assert.equal("UnknownOption", catch(client.start, client, "CreateProject", {}, { timout = 1 }).code)
    local future = client:describe_projects_async {}
    assert.equal("ResourceNotFoundException", catch(future.await, future).code)
  end)

  it("logs its error where nobody awaits it", function()
    local client, seen = world { fake.refusal("ResourceNotFoundException") }
    client:describe_projects_async {}
    async.run(function() async.sleep(0) end)
    collectgarbage()
    collectgarbage()
    local events = {}
    for _, entry in ipairs(seen.logged) do events[entry[2]] = entry[3] end
    assert.equal("ResourceNotFoundException", events.future_failed.code)
    assert.equal("DescribeProjects", events.future_failed.operation)
  end)

  it("without a logger, what would be lost goes to Lua's warnings: an error that nobody awaits, and what a callback raises", function()
    local warn, warned = warn, {} -- luacheck: ignore warn
    _G.warn = function(text) warned[#warned + 1] = text end
    local ok, problem = pcall(function()
      local client = require("rekognition").client { region = "us-east-1", env = {}, retry = { mode = "off" },
        credentials = { access_key_id = "a", secret_access_key = "s" }, http = function() return nil, { code = "reset", message = "lost" } end }
      client:describe_projects_async {}
      client:describe_projects_async({}):on_done(function() error("of the callback", 0) end)
      repeat async.run(function() async.sleep(0) end) until not engine.has_work()
      collectgarbage()
      collectgarbage()
    end)
    _G.warn = warn
    assert(ok, problem)
    table.sort(warned)
    assert.equal(2, #warned)
    assert.matches("^rekognition: callback_failed: of the callback$", warned[1])
    assert.matches("^rekognition: future_failed: ", warned[2])
  end)

  it("doesn't log one that was awaited", function()
    local client, seen = world { fake.refusal("ResourceNotFoundException") }
    local future = client:describe_projects_async {}
    pcall(future.await, future)
    future = nil -- luacheck: ignore future
    collectgarbage()
    collectgarbage()
    for _, entry in ipairs(seen.logged) do assert.not_equal("future_failed", entry[2]) end
  end)

  it("is refused, or waits, where max_in_flight and max_queued allow no more", function()
    local client = world({ fake.answer(200, {}) }, { max_in_flight = 1, max_queued = 1, when_full = "error" })
    local one, two = client:describe_projects_async {}, client:describe_projects_async {}
    local e = catch(client.describe_projects_async, client, {})
    assert.same({ "transport", "QueueFull", true }, { e.kind, e.code, e.retryable })
    one:await()
    two:await()
    client:describe_projects_async({}):await()
    local patient = world({ fake.answer(200, {}) }, { max_in_flight = 1, max_queued = 1 })
    local futures = {}
    for place = 1, 5 do futures[place] = patient:describe_projects_async {} end
    for _, future in ipairs(futures) do future:await() end
  end)
end)

describe("the coroutine of a call that is started", function()
  local function used(count, wait)
    local seen, list = {}, {}
    local client = fake.client { function()
      local thread = coroutine.running()
      if not seen[thread] then list[#list + 1] = thread end
      seen[thread] = true
      if wait then async.sleep(0) end
      return fake.answer(200, {})
    end }
    for _ = 1, count do client:describe_projects_async({}):await() end
    return list
  end

  it("is used for the next call", function()
    assert.equal(1, #used(5))
    assert.equal(1, #used(5, true))
  end)

  it("is not for functions of the caller's", function()
    local mine = used(1)[1]
    async.run(function() assert.not_equal(mine, coroutine.running()) end)
    assert.equal(mine, used(1)[1])
  end)

  it("waits for its call whoever resumes it, and is left alone once it was closed", function()
    local mine = used(1)[1]
    assert.is_true(coroutine.resume(mine, "a stranger"))
    assert.equal(mine, used(1, true)[1])
    assert.is_true(coroutine.close(mine))
    assert.not_equal(mine, used(1)[1])
  end)

  it("is used again after a call that failed, and not after one whose coroutine was closed", function()
    local thread
    local client = fake.client { function()
      thread = coroutine.running()
      async.sleep(60)
    end }
    local future = client:describe_projects_async {}
    async.run(function()
      async.sleep(0.001)
      future:cancel()
    end)
    assert.equal("Cancelled", catch(future.await, future).code)
    assert.equal(thread, used(1)[1])
    future = client:describe_projects_async {}
    async.run(function()
      async.sleep(0.001)
      coroutine.close(thread)
    end)
    assert.matches("coroutine of the task was closed", catch(future.await, future).message)
    assert.not_equal(thread, used(1)[1])
  end)
end)

describe("max_in_flight", function()
  it("bounds the calls of tasks", function()
    local running, most = 0, 0
    local client = fake.client({ function()
      running = running + 1
      most = math.max(most, running)
      async.sleep(0.002)
      running = running - 1
      return fake.answer(200, {})
    end }, { max_in_flight = 3 })
    local _, errors = async.map({ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, function() return client:describe_projects {} end)
    assert.same({}, errors)
    assert.equal(3, most)
  end)
end)

describe("what is not a task's own coroutine", function()
  it("keeps the others going while it waits", function()
    local trace = {}
    async.run(function()
      async.spawn(function() async.sleep(0.001) trace[#trace + 1] = "other" end)
      coroutine.wrap(function() async.sleep(0.02) trace[#trace + 1] = "inner" end)()
      trace[#trace + 1] = "outer"
    end)
    assert.same({ "other", "inner", "outer" }, trace)
  end)

  it("never yields to a stranger, in a C boundary neither", function()
    local sorted = { 3, 1, 2 }
    async.run(function()
      table.sort(sorted, function(left, right)
        async.sleep(0)
        return left < right
      end)
    end)
    assert.same({ 1, 2, 3 }, sorted)
  end)

  it("hears when the task in whose middle it runs is cancelled", function()
    local e = catch(async.timeout, 0.01, function() coroutine.wrap(async.sleep)(100) end)
    assert.equal("Timeout", e.code)
  end)
end)

describe("A future's fields", function()
  it("are all known: what handles misspelled names isn't asked while a task runs", function()
    local nearest = require "rekognition.text.nearest"
    local asked, of = {}, nearest.of
    nearest.of = function(name, list)
      asked[#asked + 1] = name
      return of(name, list)
    end
    finally(function() nearest.of = of end)
    async.run(function()
      local ended, failed = async.spawn(async.sleep, 0.001), async.spawn(error, "x")
      ended:on_done(function() end)
      assert.is_false(pcall(failed.await, failed))
      ended:await()
      async.spawn(async.sleep, 60):cancel()
      async.sleep(0.001)
    end)
    assert.same({}, asked)
  end)
end)

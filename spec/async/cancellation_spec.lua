-- Cancelling, and running out of time, at every stage of a call: nothing leaks, nothing raises later, the client works
-- on. One table of stages drives both.

local async = require "rekognition.async"
local call_stages = require "spec.support.call_stages"
local engine = require "rekognition.async.engine"
local fake = require "spec.support.fake"
local rekognition = require "rekognition"
local support = require "spec.support.http_server"

setup(function()
  call_stages.use(support.start())
  for _, stage in ipairs(call_stages.list) do -- what providers share among clients stays: it is there before the count
    if stage[2].sts then pcall(async.timeout, 0.05, stage[3], call_stages.client(stage)) end
  end
end)
teardown(function()
  call_stages.close()
  support.stop()
end)

local stages, client_of, page, PROJECT = call_stages.list, call_stages.client, call_stages.page, call_stages.PROJECT

local function descriptors()
  local count = 0
  for _ in require("lfs").dir "/proc/self/fd" do count = count + 1 end
  return count
end

-- The engine itself stays: its descriptors are counted among those of before.
local function idle_descriptors()
  engine.network()
  return descriptors()
end

local function check_error(stage, e, code)
  assert.is_true(rekognition.error.is_error(e), tostring(e))
  assert.same({ "cancelled", code }, { e.kind, e.code }, tostring(e))
  if stage.maybe == nil then return end
  assert.equal(stage.maybe or nil, e.maybe_succeeded, tostring(e))
  assert.equal("string", type(e.operation))
  assert.matches(stage.maybe and "may have had its effect" or "no attempt had reached the service", e.message)
end

local function seen(path)
  local one <close> = support.new()
  return tonumber(assert(one { method = "GET", url = support.url("/seen" .. path) }).body)
end

-- Something to wait with until the stage is reached. Where no attempt may have had its effect it doesn't matter whether it
-- is.
local function stage_watcher(stage)
  local before = stage.maybe and stage.endpoint and seen(stage.endpoint)
  return function()
    for _ = 1, 1000 do
      async.sleep(0.03)
      if stage.deaf and engine.network():under_way() > 0 then return async.sleep(0.1) end
      if not stage.deaf and (not before or seen(stage.endpoint) > before) then return end
    end
  end
end

local function works_on(stage, client)
  if stage[2].http or stage[2].rate or stage[2].credentials or stage.proxy then return end
  local response = async.timeout(10, function()
    local own = stage[2].sts or stage[2].command -- the client's can't be renewed
    return client:create_project({ ProjectName = "x" }, { endpoint = support.url "/echo",
      credentials = own and { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE" } or nil })
  end)
  assert.equal("table", type(response))
end

local function check_nothing_left(before, client)
  async.run(function() async.sleep(0) end)
  assert.equal(0, engine.live)
  assert.equal(0, engine.network():under_way())
  client:close()
  async.run(function() async.sleep(0.001) end)
  assert.is_false(engine.has_work())
  assert.equal(before, descriptors())
end

describe("a call is ended", function()
  for _, stage in ipairs(stages) do
    it(stage[1] .. ": by cancel", function()
      local before, client = idle_descriptors(), client_of(stage)
      local wait_for_stage = stage_watcher(stage)
      local future = async.spawn(stage[3], client)
      wait_for_stage()
      assert.is_false(future:ready())
      future:cancel()
      check_error(stage, fake.catch(future.await, future), "Cancelled")
      works_on(stage, client)
      check_nothing_left(before, client)
    end)

    it(stage[1] .. ": by a timeout", function()
      local before, client = idle_descriptors(), client_of(stage)
      local e = fake.catch(async.timeout, 0.04, stage[3], client)
      check_error({ maybe = stage.maybe ~= nil and e.maybe_succeeded == true or nil }, e, "Timeout")
      works_on(stage, client)
      check_nothing_left(before, client)
    end)

    if stage.maybe ~= nil and (stage[3] == call_stages.create) then
      it(stage[1] .. ": by cancelling its future", function()
        local before, client = idle_descriptors(), client_of(stage)
        local wait_for_stage = stage_watcher(stage)
        local future = client:create_project_async { ProjectName = "x" }
        async.run(wait_for_stage)
        assert.is_false(future:ready())
        future:cancel()
        check_error(stage, fake.catch(future.await, future), "Cancelled")
        works_on(stage, client)
        check_nothing_left(before, client)
      end)
    end

    it(stage[1] .. ": by the end of what it is a part of", function()
      local before, client = idle_descriptors(), client_of(stage)
      local wait_for_stage, kind = stage_watcher(stage), nil
      local e = fake.catch(async.all, { function()
        local _, problem = pcall(stage[3], client)
        kind = problem.kind
        error(problem, 0)
      end, function()
        wait_for_stage()
        error("the other one failed", 0)
      end })
      assert.equal("the other one failed", e)
      assert.equal("cancelled", kind)
      works_on(stage, client)
      check_nothing_left(before, client)
    end)

    it(stage[1] .. ": by a timeout where it can't be suspended", function()
      local before, client = idle_descriptors(), client_of(stage)
      local e = fake.catch(async.timeout, 0.04, function()
        table.sort({ 2, 1 }, function() return stage[3](client) end)
      end)
      check_error({ maybe = stage.maybe ~= nil and e.maybe_succeeded == true or nil }, e, "Timeout")
      works_on(stage, client)
      check_nothing_left(before, client)
    end)

    it(stage[1] .. ": by closing the client, and then its task", function()
      local before, client = idle_descriptors(), client_of(stage)
      local future = async.spawn(stage[3], client)
      async.sleep(0.03)
      client:close()
      async.sleep(0.01)
      future:cancel()
      local e = fake.catch(future.await, future)
      assert.is_truthy(e.kind == "cancelled" or e.code == "ClientClosed", tostring(e))
      check_nothing_left(before, client)
    end)

    it(stage[1] .. ": by closing its coroutine", function()
      local before, client = idle_descriptors(), client_of(stage)
      local wait_for_stage = stage_watcher(stage)
      local thread
      local future = async.spawn(function()
        thread = coroutine.running()
        return stage[3](client)
      end)
      wait_for_stage()
      assert.is_true(coroutine.close(thread))
      assert.equal("cancelled", fake.catch(future.await, future).kind)
      check_nothing_left(before, client)
    end)
  end

  for _, stage in ipairs(stages) do
    if stage.maybe ~= nil and stage[1] ~= "renewing credentials" and stage[1] ~= "waiting for another's renewal" then
      it(stage[1] .. ": by total_timeout", function()
        local before = idle_descriptors()
        stage[2].total_timeout = 0.05
        local client = client_of(stage)
        stage[2].total_timeout = nil
        local e = fake.catch(async.run, stage[3], client)
        assert.is_truthy(e.retry_outcome == "total_timeout_exceeded" or e.code == "timeout", tostring(e))
        check_nothing_left(before, client)
      end)
    end
  end

  it("by closing the client, at every stage of a transfer", function()
    for _, stage in ipairs(stages) do
      if stage.endpoint or stage.host or stage.tls or stage.deaf or stage[2].max_connections or stage[2].max_in_flight then
        local before, client = idle_descriptors(), client_of(stage)
        local future = async.spawn(stage[3], client)
        async.sleep(0.03)
        client:close()
        future:on_done(function() end)
        if stage[1] == "backing off" or stage[1] == "kept back by a rate" then future:cancel() end
        local e = fake.catch(future.await, future)
        if e.kind ~= "cancelled" then assert.equal("ClientClosed", e.code, stage[1]) end
        check_nothing_left(before, client)
      end
    end
  end)
end)

describe("pages", function()
  it("whose coroutine is dropped between two leave nothing behind", function()
    local before = idle_descriptors()
    local client = client_of { "", { http = page "more" } }
    local dropped = setmetatable({}, { __mode = "k" })
    async.run(function()
      for _ = 1, 20 do
        local thread = coroutine.create(function()
          for found in client:pages("DescribeProjectVersions", { ProjectArn = PROJECT }) do coroutine.yield(found) end
        end)
        assert.is_true(coroutine.resume(thread))
        dropped[thread] = true
      end
      collectgarbage()
      collectgarbage()
      assert.is_nil(next(dropped))
    end)
    check_nothing_left(before, client)
  end)
end)

describe("fifty waits at once", function()
  it("are cancelled half-way without a trace", function()
    local polls, before = 0, idle_descriptors()
    local client = client_of { "", { http = function(request)
      polls = polls + 1
      async.sleep(0.001)
      return page(nil)(request)
    end } }
    local e = fake.catch(async.timeout, 0.1, function()
      for place = 1, 50 do
        async.spawn(function()
          return client:wait("project_version_copied", { ProjectArn = PROJECT, VersionNames = { "v" .. place } },
            { delay = 0.02 + place / 1000 })
        end)
      end
      async.sleep(100)
    end)
    assert.equal("Timeout", e.code)
    assert.is_true(polls >= 50)
    check_nothing_left(before, client)
    local at_the_end = polls
    async.sleep(0.1)
    assert.equal(at_the_end, polls)
  end)
end)

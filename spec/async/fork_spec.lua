-- After a fork the child has an engine of its own; what was under way is the parent's, and goes on there.

local async = require "rekognition.async"
local engine = require "rekognition.async.engine"
local fake = require "spec.support.fake"
local in_fork = require("spec.support.codec").both.in_fork
local rekognition = require "rekognition"
local support = require "spec.support.http_server"

local folder

setup(function() folder = select(2, support.start()) end)
teardown(support.stop)

local function new_client(path, name)
  return rekognition.client { region = "us-east-1", env = {}, endpoint = support.url(path, name),
    ca_bundle = folder .. "/ca.pem", credentials = { access_key_id = "AKID", secret_access_key = "SECRET" } }
end

local function create(client) return client:create_project { ProjectName = "x" } end

describe("a fork", function()
  for _, name in ipairs { "plain", "tls" } do
    it("has an engine of its own, and leaves the parent's connections alone: " .. name, function()
      local client <close> = new_client("/echo", name)
      local hanging <close> = new_client("/hang", name)
      async.run(create, client) -- there is a connection that both would use
      local before = engine.network()
      local future = hanging:create_project_async { ProjectName = "x" }
      async.run(function() while before:under_way() == 0 do async.sleep(0.01) end end)
      assert.equal(0, in_fork(function()
        local e = fake.catch(future.await, future)
        assert.same({ "cancelled", "Forked" }, { e.kind, e.code })
        async.run(function()
          async.all { function() return create(client) end, function() return create(client) end }
        end)
        assert(engine.network() ~= before)
        create(client)
        assert(not engine.has_work() and engine.live == 0)
      end))
      assert.is_false(future:ready())
      assert.equal(before, engine.network())
      for _ = 1, 3 do async.run(create, client) end
      future:cancel()
      local e = fake.catch(future.await, future)
      assert.same({ "cancelled", "Cancelled" }, { e.kind, e.code })
    end)
  end

  for name, deed in pairs {
    ["a call that blocks"] = create,
    ["a future"] = function(client) return client:create_project_async({ ProjectName = "x" }):await() end,
    ["a future with options"] = function(client)
      return client:create_project_async({ ProjectName = "x" }, { timeout = 50 }):await()
    end,
    ["async.run"] = function(client) return async.run(create, client) end,
    ["async.map"] = function(client)
      local results, errors = async.map({ 1, 2, 3 }, function() return create(client) end)
      assert(next(errors) == nil)
      return results[3]
    end,
    ["a pollable"] = function(client)
      local pollable <close> = client:pollable()
      pollable:pollfd()
      local future = client:create_project_async { ProjectName = "x" }
      while not future:ready() do pollable:step() end
      return future:await()
    end,
  } do
    it("may begin with " .. name .. ", whatever was under way", function()
      local client <close> = new_client "/echo"
      local hanging <close> = new_client "/hang"
      local futures = { hanging:create_project_async { ProjectName = "x" }, async.spawn(create, hanging), async.spawn(async.sleep, 60) }
      async.run(function() while engine.network():under_way() < 2 do async.sleep(0.01) end end)
      assert.equal(0, in_fork(function()
        assert(type(deed(client)) == "table")
        for _, future in ipairs(futures) do assert.equal("Forked", fake.catch(future.await, future).code) end
        assert.equal(0, engine.live)
      end))
      for _, future in ipairs(futures) do
        assert.is_false(future:ready())
        future:cancel()
        assert.equal("Cancelled", fake.catch(future.await, future).code)
      end
    end)
  end

  it("inside a task ends that task's calls in the child, and not in the parent", function()
    local client <close> = new_client "/echo"
    async.run(function()
      local sleeping = async.spawn(function()
        async.sleep(0.2)
        return create(client)
      end)
      async.sleep(0.01)
      assert.equal(0, in_fork(function()
        local e = fake.catch(sleeping.await, sleeping)
        assert.same({ "cancelled", "Forked" }, { e.kind, e.code })
      end))
      assert.equal("table", type(sleeping:await()))
    end)
  end)

  it("does not kill a command that the parent runs", function()
    local core = require "rekognition.core"
    local command <close> = assert(core.start_process({ "sleep", "50" }, { max_output = 10 }))
    assert.equal(0, in_fork(function() command:close() end))
    assert.is_true(os.execute(("kill -0 %d"):format(command:pid())))
  end)
end)

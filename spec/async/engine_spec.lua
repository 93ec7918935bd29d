-- The engine over real connections.

local async = require "rekognition.async"
local engine = require "rekognition.async.engine"
local fake = require "spec.support.fake"
local rekognition = require "rekognition"
local support = require "spec.support.http_server"

local folder
setup(function()
  local server
  server, folder = support.start()
  assert(server)
end)
teardown(support.stop)

local function new_client(path, name, options)
  local all = { region = "us-east-1", env = {}, endpoint = support.url(path, name), ca_bundle = folder .. "/ca.pem",
    credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE" } }
  for key, value in pairs(options or {}) do all[key] = value end
  return rekognition.client(all)
end

describe("the engine", function()
  for _, name in ipairs { "plain", "tls" } do
    it("has many calls in flight, over several groups of connections: " .. name, function()
      local client <close> = new_client("/echo", name, { max_connections = name == "tls" and 20 or 150 })
      local futures = {}
      for place = 1, 300 do futures[place] = client:create_project_async { ProjectName = "x" .. place } end
      for _, future in ipairs(futures) do assert.equal(1, select(2, future:await()).attempts) end
      assert.equal(0, engine.network():under_way())
    end)
  end

  it("makes a task for no call that has none to wait for: those of a new client neither", function()
    local client <close> = new_client "/echo"
    local futures = {}
    for place = 1, 3 do futures[place] = client:create_project_async { ProjectName = "x" .. place } end
    for _, future in ipairs(futures) do
      assert.is_truthy(future.direct)
      assert.is_false(future.thread)
      assert.equal(1, select(2, future:await()).attempts)
    end
  end)

  it("has the first calls of a client under way where they are started, as later ones", function()
    local client <close> = new_client "/echo"
    local futures = {}
    for place = 1, 20 do futures[place] = client:create_project_async { ProjectName = "x" } end
    assert.equal(20, engine.network():under_way())
    for _, future in ipairs(futures) do assert.equal(200, select(2, future:await()).status) end
    assert.equal(0, client._channel.sender.slots.used)
    assert.equal(0, engine.live)
  end)

  it("goes on after a callback that raises: the others are called, and the places are free again", function()
    local client <close> = new_client "/echo"
    client:create_project { ProjectName = "x" }
    local called, seen, futures = 0, nil, {}
    for place = 1, 20 do
      local future = client:create_project_async { ProjectName = "x" .. place }
      future:on_done(function(ok, response, metadata)
        called = called + 1
        seen = { ok, type(response), metadata.attempts, type(metadata.elapsed), metadata.status }
        if place % 3 == 0 then error("in a callback of " .. place) end
        if place == 5 then -- a call inside a callback, one that waits for it, and one that is cancelled
          local inner, other = client:create_project_async { ProjectName = "y" }, client:create_project_async {
            ProjectName = "z" }
          other:on_done(function(done, e) assert.is_false(done) assert.equal("cancelled", e.kind) called = called + 1 end)
          other:cancel()
          inner:await()
          called = called + 1
        end
      end)
      if place % 4 == 0 then future:on_done(function() called = called + 1 end) end
      futures[place] = future
    end
    for _, future in ipairs(futures) do assert.equal(200, select(2, future:await()).status) end
    async.run(function() async.sleep(0) end)
    assert.equal(20 + 2 + 5, called)
    assert.same({ true, "table", 1, "number", 200 }, seen)
    assert.equal(0, client._channel.sender.slots.used)
    assert.equal(0, engine.live)
  end)

  it("holds up no call for another that gets no response", function()
    local client <close> = new_client "/hang"
    local silent <close> = client:create_project_async { ProjectName = "x" } -- luacheck: ignore silent
    async.sleep(0.02)
    async.timeout(5, function()
      for _ = 1, 20 do client:create_project({ ProjectName = "x" }, { endpoint = support.url "/echo" }) end
    end)
  end)

  it("serves clients that trust others: none uses a connection of another", function()
    local trusting <close> = new_client("/echo", "tls")
    local strict <close> = new_client("/echo", "tls", { ca_bundle = folder .. "/other-ca.pem" })
    async.run(function()
      trusting:create_project { ProjectName = "x" }
      assert.equal("tls", fake.catch(strict.create_project, strict, { ProjectName = "x" }).code)
    end)
  end)

  it("uses fewer connections where the process may not have as many, and says so", function()
    local files = require "spec.support.files"
    local script = folder .. "/few.lua"
    files.write(script, ("package.path, package.cpath = %q, %q\n"):format(package.path, package.cpath) .. [[
      local rekognition = require "rekognition"
      local warned = {}
      local client = rekognition.client { region = "us-east-1", env = {}, endpoint = ...,
        credentials = { access_key_id = "a", secret_access_key = "b" }, max_connections = 500,
        logger = function(_, event, fields) warned[event] = fields.message end }
      local futures = {}
      for place = 1, 200 do futures[place] = client:create_project_async { ProjectName = "x" } end
      for _, future in ipairs(futures) do future:await() end
      print(warned.few_descriptors)]])
    local ok, output = files.run(("ulimit -n 60; %s %s %s"):format(os.getenv "LUA" or "lua5.4", script,
      support.url "/echo"))
    assert(ok, output)
    assert.matches("^max_connections is 500, and the process may open 60 descriptors: 28 connections are used;", output)
  end)

  it("can't be made without descriptors, says so, and is made when there are some again", function()
    local files = require "spec.support.files"
    local script = folder .. "/none.lua"
    files.write(script, ("package.path, package.cpath = %q, %q\n"):format(package.path, package.cpath) .. [[
      local rekognition = require "rekognition"
      rekognition.preload()
      local client = rekognition.client { region = "us-east-1", env = {}, endpoint = ..., retry = { mode = "off" },
        credentials = { access_key_id = "a", secret_access_key = "b" } }
      local open, file = {}, nil -- all are kept: the collector would close one
      repeat
        file = io.open "/dev/null"
        open[#open + 1] = file
      until not file
      local ok, e = pcall(function() return client:create_project_async({ ProjectName = "x" }):await() end)
      print(ok, e.kind, e.code, e.retryable, e.maybe_succeeded, e.message)
      for _, file in ipairs(open) do file:close() end
      print(pcall(function() return client:create_project_async({ ProjectName = "x" }):await().ProjectArn end))]])
    local ok, output = files.run(("ulimit -n 40; %s %s %s"):format(os.getenv "LUA" or "lua5.4", script,
      support.url "/echo"))
    assert(ok, output)
    local failed, after = output:match "^([^\n]*)\n([^\n]*)\n$"
    -- One that waits by poll() needs none for itself.
    local needs_one = rekognition.async.pollable():pollfd() ~= nil
    local message = needs_one and "the engine could not be made: .*; if too many files are open, raise `ulimit %-n`"
      or "too many files are open; raise `ulimit %-n` .*"
    assert.matches("^false\ttransport\tconnect\ttrue\tnil\t" .. message .. "$", failed)
    assert.matches("^true", after)
  end)

  it("is not touched by a child that the process starts", function()
    local client <close> = new_client "/hang"
    local future <close> = client:create_project_async { ProjectName = "x" } -- luacheck: ignore future
    async.sleep(0.02)
    local core = require "rekognition.core"
    assert.equal(0, core.run_process({ "true" }, { timeout = 10, max_output = 10 }).status) -- a child that execs
    assert.equal(1, engine.network():under_way())
  end)
end)

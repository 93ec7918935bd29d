-- Cancelling, and running out of time, at every stage of a call: nothing leaks, nothing raises later, the client works
-- on. One table of stages drives both.

local async = require "rekognition.async"
local engine = require "rekognition.async.engine"
local fake = require "spec.support.fake"
local rekognition = require "rekognition"
local socket = require "socket"
local support = require "spec.support.http_server"

local server, folder, deaf

setup(function()
  server, folder = support.start()
  deaf = assert(socket.bind("127.0.0.1", 0, 1)) -- takes connections, and never reads
end)
teardown(function()
  deaf:close()
  support.stop()
end)

local function new_client(options)
  local all = { region = "us-east-1", env = {}, random = function() return 1 end }
  if not options.http then all.endpoint = support.url "/hang" end
  for name, value in pairs(options) do all[name] = value end
  return rekognition.client(all)
end

local PROJECT = "arn:aws:rekognition:us-east-1:123456789012:project/p/1690474772815"

local function create(client) return client:create_project { ProjectName = "x" } end

-- A call that occupies what the next one waits for.
local function behind_another(client)
  async.spawn(function() pcall(create, client) end)
  async.sleep(0.01)
  return create(client)
end

local function page(token)
  local more = token and (',"NextToken":"%s"'):format(token) or ""
  return function() return fake.answer(200, '{"ProjectVersionDescriptions":[]' .. more .. "}") end
end

-- What is done with the client, which waits at that stage; the client's options; whether an attempt may have had its
-- effect (nil where no call is under way).
local stages = {
  { "queued for a connection", { max_connections = 1 }, behind_another, maybe = false },
  { "queued by max_in_flight", { max_in_flight = 1 }, behind_another, maybe = false },
  { "kept back by a rate", { rate = { CreateProject = 0.01 } }, function(client)
    create(client) -- takes the place of this moment
    return create(client)
  end, maybe = false, endpoint = "/echo" },
  { "connecting", {}, create, host = "full", maybe = false },
  { "in the TLS handshake", {}, create, tls = "stay_silent", maybe = false },
  { "asking a proxy", {}, create, proxy = "stay_silent", maybe = false },
  { "sending", {}, function(client)
    return client:detect_custom_labels { ProjectVersionArn = "arn:aws:rekognition:us-east-1:123456789012:project/p/version/v/1690474772815",
      Image = { Bytes = ("x"):rep(15 << 20) } }
  end, deaf = true, maybe = true },
  { "waiting for the response", {}, create, endpoint = "/hang", maybe = true },
  { "receiving headers", {}, create, endpoint = "/hang-headers", maybe = true },
  { "receiving a body", {}, create, endpoint = "/hang-body", maybe = true },
  { "backing off", { random = function() return 1000 end, retry = { max_backoff = 100 } }, create, endpoint = "/502",
    maybe = true },
  { "renewing credentials", { credentials = { get = function() async.sleep(100) end } }, create, maybe = false },
  { "waiting for another's renewal", { credentials = function()
    async.sleep(100)
    return { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE" }
  end }, behind_another, maybe = false },
  { "between pages", { http = page "more" }, function(client)
    for _ in client:pages("DescribeProjectVersions", { ProjectArn = PROJECT }) do async.sleep(100) end
  end },
  { "between polls", { http = page(nil) }, function(client)
    return client:wait("project_version_copied", { ProjectArn = PROJECT, VersionNames = { "v" } }, { delay = 100 })
  end },
}

local accounts = 0

local function client_of(stage)
  local options = {}
  accounts = accounts + 1 -- each has rates of its own
  options.credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE",
    account_id = ("%012d"):format(accounts) }
  for name, value in pairs(stage[2]) do options[name] = value end
  if stage.endpoint then options.endpoint = support.url(stage.endpoint) end
  if stage.host then options.endpoint = "http://" .. server[stage.host] end
  if stage.tls then options.endpoint = "https://" .. server[stage.tls] end
  if stage.deaf then options.endpoint = ("http://%s:%d"):format(deaf:getsockname()) end
  if stage.proxy then options.endpoint, options.proxy = support.url("/echo", "tls"), "http://" .. server[stage.proxy] end
  options.ca_bundle = folder .. "/ca.pem"
  return new_client(options)
end

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
    return client:create_project({ ProjectName = "x" }, { endpoint = support.url "/echo" })
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

-- Cancelling, and running out of time, while a name is looked up and the name server is silent: the stage that
-- cancellation_spec's table can't have, since it needs namespaces. Nothing waits for the lookup, which can't be stopped.

local silent_dns = require "spec.support.silent_dns"

local BEGINNING = [[
  local rekognition = require "rekognition"
  local async = rekognition.async
  local engine = require "rekognition.async.engine"
  local function new_client(options)
    local all = { region = "us-east-1", env = {}, endpoint = "http://silent.example",
      credentials = { access_key_id = "AKID", secret_access_key = "SECRET" }, retry = { max_attempts = 1 },
      connect_timeout = 100, timeout = 100 }
    for name, value in pairs(options or {}) do all[name] = value end
    return rekognition.client(all)
  end
  local function create(client) return client:create_project { ProjectName = "x" } end
  local function report(f, ...)
    local _, e = pcall(f, ...)
    print(e.kind, e.code, e.maybe_succeeded, engine.network():under_way(), engine.live, engine.has_work())
  end
  local client = new_client()
  local function start(thread_of)
    local future = async.spawn(function()
      if thread_of then thread_of.thread = coroutine.running() end
      return create(client)
    end)
    while engine.network():under_way() == 0 do async.sleep(0.01) end
    async.sleep(0.05) -- the lookup has begun
    return future
  end
]]

local ways = {
  { "by cancel", [[
    local future = start()
    future:cancel()
    report(future.await, future)]], "cancelled\tCancelled\tnil\t0\t0\tfalse\n" },
  { "by a timeout", [[report(async.timeout, 0.2, create, client)]], "cancelled\tTimeout\tnil\t0\t0\tfalse\n" },
  { "by closing its coroutine", [[
    local of = {}
    local future = start(of)
    assert(coroutine.close(of.thread))
    report(future.await, future)]], "cancelled\tCancelled\tnil\t0\t0\tfalse\n" },
  { "by total_timeout", [[report(async.run, create, new_client { total_timeout = 0.2 })]],
    "transport\ttimeout\tnil\t0\t0\tfalse\n" },
  { "by connect_timeout", [[report(async.run, create, new_client { connect_timeout = 0.2 })]],
    "transport\ttimeout\tnil\t0\t0\tfalse\n" },
  { "by closing the client", [[
    local future = start()
    client:close()
    report(future.await, future)]], "config\tClientClosed\tnil\t0\t0\tfalse\n" },
  { "by the end of the state", [[
    local future = start()
    print(future)]], "rekognition.future (under way)\n" },
}

describe("a call whose name is looked up in vain is ended", function()
  for _, way in ipairs(ways) do
    it(way[1], function()
      if not silent_dns.is_allowed then return pending(silent_dns.missing) end
      local text, status = silent_dns.run(BEGINNING .. way[2] .. "\nos.exit(0, true)\n")
      if status == 77 then return pending(silent_dns.missing) end
      assert.equal(way[3], text)
      assert.equal(0, status)
    end)
  end

  it("while others go on", function()
    if not silent_dns.is_allowed then return pending(silent_dns.missing) end
    local text, status = silent_dns.run(BEGINNING .. [[
      async.run(function()
        local futures = {}
        for place = 1, 20 do futures[place] = client:create_project_async { ProjectName = "x" } end
        for _ = 1, 5 do async.sleep(0.01) end
        print "slept"
        for _, future in ipairs(futures) do future:cancel() end
      end)
      async.run(async.sleep, 0) -- what was cancelled has its last turn
      print(engine.network():under_way(), engine.has_work())
      os.exit(0, true)
    ]])
    if status == 77 then return pending(silent_dns.missing) end
    assert.equal("slept\n0\tfalse\n", text)
  end)
end)

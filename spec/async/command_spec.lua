-- A credential_process in a task: the others go on while it runs, and nothing of it is left where it ends early.

local async = require "rekognition.async"
local core = require "rekognition.core"
local credentials = require "rekognition.credentials"
local engine = require "rekognition.async.engine"
local fake = require "spec.support.fake"
local files = require "spec.support.files"
local rekognition = require "rekognition"
local support = require "spec.support.http_server"

local server, folder
setup(function() server, folder = support.start() end)
teardown(support.stop)

local PRINTS = [[printf '{"Version":1,"AccessKeyId":"AKID","SecretAccessKey":"SECRET"}']]

local scripts = 0
local function provider(script)
  scripts = scripts + 1
  local path = ("%s/script%d"):format(folder, scripts)
  files.write(path, script .. "\n")
  return credentials.process { command = "/bin/sh " .. path }
end

local function client_of(given)
  return rekognition.client { region = "us-east-1", env = {}, endpoint = support.url "/echo", credentials = given }
end

local function create(client) return client:create_project { ProjectName = "x" } end

local function descriptors()
  local count = 0
  for _ in require("lfs").dir "/proc/self/fd" do count = count + 1 end
  return count
end

local function check_nothing_left(before)
  async.run(function() async.sleep(0.001) end)
  assert.equal(0, engine.live)
  assert.is_false(engine.has_work())
  assert.is_true(descriptors() <= before) -- fewer: connections of clients that were collected
end

local function is_running(pid) return os.execute(("kill -0 %d 2>/dev/null"):format(pid)) == true end

describe("a credential_process in a task", function()
  it("lets ten others finish first", function()
    local order = {}
    async.run(function()
      async.spawn(function()
        create(client_of(provider("sleep 1; " .. PRINTS)))
        order[#order + 1] = "the command's"
      end)
      local client = client_of { access_key_id = "AKID", secret_access_key = "SECRET" }
      for place = 1, 10 do
        async.spawn(function()
          create(client)
          order[#order + 1] = place
        end)
      end
    end)
    assert.equal(11, #order)
    assert.equal("the command's", order[11])
  end)

  it("runs beside others of its kind", function()
    local mark = os.tmpname()
    os.remove(mark)
    -- Each waits until the other has begun, so that they end only if they run at the same time.
    local script = "echo x >>" .. mark .. "; until [ $(wc -l <" .. mark .. ") = 2 ]; do sleep 0.01; done; " .. PRINTS
    async.run(function()
      async.all { function() return create(client_of(provider(script))) end,
        function() return create(client_of(provider(script))) end }
    end)
    os.remove(mark)
  end)

  it("fails as it does outside of one", function()
    local failing = { "exit 3", "kill -9 $$", "echo nonsense", "exec >&-; exit 4", "true",
      "exec yes" }
    for _, script in ipairs(failing) do
      local one = provider(script)
      local expected = fake.catch(one.get, one)
      local e = fake.catch(async.run, one.get, provider(script))
      assert.same({ expected.kind, expected.code, expected.message }, { e.kind, e.code, e.message })
    end
    local none = credentials.process { command = "/no/such/command" }
    local expected = fake.catch(none.get, none)
    assert.equal(expected.message, fake.catch(async.run, none.get, none).message)
  end)

  -- The command notes its process id, and stays: with its output open, or closed.
  for name, script in pairs { ["while it prints"] = "exec sleep 50", ["after it closed its output"] = "exec >&-; exec sleep 50" } do
    local function start(act)
      files.with_folder(function(own)
        async.run(function() engine.network() end)
        local before = descriptors()
        act("echo $$ >" .. own .. "/pid; " .. script, function()
          for _ = 1, 1000 do
            local file = io.open(own .. "/pid")
            local pid = file and file:read "n"
            if file then file:close() end
            if pid then return pid end
            async.sleep(0.01)
          end
        end)
        check_nothing_left(before)
      end)
    end

    it("is killed by a cancel, " .. name, function()
      start(function(command, pid_of)
        async.run(function()
          local future = async.spawn(create, client_of(provider(command)))
          local pid = pid_of()
          assert.is_true(is_running(pid))
          future:cancel()
          local e = fake.catch(future.await, future)
          assert.same({ "cancelled", "Cancelled" }, { e.kind, e.code })
          assert.is_false(is_running(pid))
        end)
      end)
    end)

    it("is killed by a timeout, a deadline and a closed coroutine, " .. name, function()
      start(function(command, pid_of)
        local e = fake.catch(async.timeout, 0.1, create, client_of(provider(command)))
        assert.equal("Timeout", e.code)
        assert.is_false(is_running(pid_of()))
      end)
      start(function(command, pid_of)
        local client = client_of(provider(command))
        local e = fake.catch(async.run, client.create_project, client, { ProjectName = "x" }, { total_timeout = 0.1 })
        assert.same({ "credentials", "timeout" }, { e.kind, e.code })
        assert.matches("had not ended when total_timeout ran out", e.message)
        assert.is_false(is_running(pid_of()))
      end)
      start(function(command, pid_of)
        local thread
        local future = async.spawn(function()
          thread = coroutine.running()
          create(client_of(provider(command)))
        end)
        local pid = pid_of()
        assert.is_true(coroutine.close(thread))
        assert.is_false(is_running(pid))
        assert.equal("cancelled", fake.catch(future.await, future).kind)
      end)
    end)
  end

  it("is heard though its pipe has the number of a connection that was never made", function()
    local client <close> = rekognition.client { region = "us-east-1", env = {}, endpoint = "http://" .. server.full,
      credentials = { access_key_id = "AKID", secret_access_key = "SECRET" } }
    async.run(function()
      local futures = {}
      for place = 1, 8 do futures[place] = client:create_project_async { ProjectName = "x" } end
      async.sleep(0.05)
      for _, future in ipairs(futures) do future:cancel() end
      local command = "/bin/sh " .. folder .. "/slow"
      files.write(folder .. "/slow", "sleep 0.05; " .. PRINTS)
      for _ = 1, 4 do
        local one = credentials.process { command = command }
        assert.equal("AKID", async.timeout(20, one.get, one).access_key_id)
      end
    end)
  end)

  it("is killed when its object is closed or collected", function()
    local one = assert(core.start_process({ "sleep", "50" }, { max_output = 10 }))
    local pid = one:pid()
    assert.equal("output", one:step())
    one:close()
    one:close()
    assert.is_false(is_running(pid))
    assert.has_error(function() one:step() end)
    assert.has_error(function() one:pipe() end)
    one = assert(core.start_process({ "sleep", "50" }, { max_output = 10 }))
    pid, one = one:pid(), nil -- luacheck: ignore one
    collectgarbage()
    collectgarbage()
    assert.is_false(is_running(pid))
  end)

  it("is waited for by a host's loop", function()
    local pollable <close> = async.pollable()
    local future = async.spawn(function() return provider("sleep 0.1; " .. PRINTS):get() end)
    local poll = require("socket").select
    local descriptor = { getfd = function() return pollable:pollfd() end }
    for _ = 1, 100 do
      if future:ready() then break end
      poll({ descriptor }, nil, 5)
      pollable:step()
    end
    assert.equal("AKID", future:await().access_key_id)
  end)
end)

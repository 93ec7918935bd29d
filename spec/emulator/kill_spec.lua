-- The emulator is killed (SIGKILL) again and again while four clients write: nothing that was acknowledged is lost, and
-- the state file is whole each time. REK_KILLS says how often; a few times by default.

local emulator = require "spec.support.emulator"
local files = require "spec.support.files"
local rekognition = require "rekognition"

local KILLS = tonumber(os.getenv "REK_KILLS" or "4")
local CLIENTS = 4
local root = os.getenv("REK_ROOT") or "."

describe("an emulator that is killed", function()
  local base, state, running, pipes

  setup(function()
    base = os.tmpname()
    state = base .. ".state"
    pipes = {}
  end)

  teardown(function()
    files.write(base .. ".stop", "")
    for _, pipe in ipairs(pipes) do pipe:close() end
    if running then running.stop() end
    for _, suffix in ipairs { "", ".state", ".state.new", ".state.lock", ".stop" } do os.remove(base .. suffix) end
    for i = 1, CLIENTS do os.remove(("%s.log%d"):format(base, i)) end
  end)

  local function start(port)
    return emulator.start { "--state", state, "--delete-seconds", "0", "--port", port or "0" }
  end

  -- What the clients wrote down: names that are made, that somebody wanted to delete, that are deleted.
  local function written_down()
    local made, doubtful, deleted = {}, {}, {}
    for i = 1, CLIENTS do
      for word, name in (files.read(("%s.log%d"):format(base, i)) or ""):gmatch("(%S+) (%S+)\n") do
        if word == "made" then made[name] = true end
        if word == "try-delete" then doubtful[name] = true end
        if word == "deleted" then deleted[name] = true end
      end
    end
    return made, doubtful, deleted
  end

  local function names()
    local found = {}
    local client = rekognition.client { region = "us-east-1", endpoint = running.url, credentials = {
      access_key_id = running.accounts[1].access_key_id, secret_access_key = running.accounts[1].secret_access_key } }
    for page in client:pages("DescribeProjects", {}) do
      for _, project in ipairs(page.ProjectDescriptions) do
        local name = project.ProjectArn:match("project/([^/]+)/")
        assert.is_nil(found[name])
        found[name] = true
      end
    end
    return found
  end

  it("loses nothing that it acknowledged", function()
    running = start()
    local url, port = running.url, running.url:match("%d+$")
    for i = 1, CLIENTS do
      pipes[i] = assert(io.popen(("%s/script/lua %s/spec/support/state_writer.lua %s c%d %s.log%d %s.stop"):format(
        root, root, url, i, base, i, base), "w"))
    end
    local socket = require "socket"
    math.randomseed(1)
    for kill = 1, KILLS do
      socket.sleep(0.05 + math.random() * 0.15)
      os.execute(("kill -9 %d"):format(running.pid))
      running.stop()
      running = start(port)
      assert.equal(url, running.url)
      -- Clients go on while we look: what was written down before must be there, unless somebody wanted it deleted since.
      local made, _, deleted = written_down()
      local found = names()
      local _, doubtful = written_down()
      for name in pairs(made) do
        assert.is_true(found[name] or doubtful[name], ("kill %d lost %s"):format(kill, name))
      end
      for name in pairs(deleted) do assert.is_nil(found[name], ("kill %d brought back %s"):format(kill, name)) end
    end
    files.write(base .. ".stop", "")
    for i = 1, CLIENTS do pipes[i]:close() end
    pipes = {}
    local count = 0
    for _ in pairs((written_down())) do count = count + 1 end
    assert.is_true(count > CLIENTS)
    io.stderr:write(os.getenv "REK_KILLS" and ("%d kills, %d projects acknowledged and kept\n"):format(KILLS, count) or "")
  end)

  it("gives its state file to no second process", function()
    running = running or start()
    local ok, problem = pcall(start)
    assert.is_false(ok)
    assert.is_truthy(problem:find(("the state file %s is in use by another emulator"):format(state), 1, true), problem)
    assert(os.execute(("ln -s %s %s.link"):format(state, state)))
    ok, problem = pcall(emulator.start, { "--state", state .. ".link" })
    os.remove(state .. ".link")
    assert.is_false(ok)
    assert.is_truthy(problem:find(state .. ".link is in use by another emulator", 1, true), problem)
    running.stop()
    running = start() -- with its end the lock ends
  end)
end)

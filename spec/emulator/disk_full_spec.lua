-- The disk is full for real: a limit on the size of files, which every machine has, and a small file system, where the
-- spec may mount one. Nothing is half-done, the change is undone, and the emulator works on when there is room.

local emulator = require "spec.support.emulator"
local files = require "spec.support.files"
local rek_error = require "rekognition.error"

describe("an emulator whose disk is full", function()
  local base, running, client

  before_each(function() base = os.tmpname() end)

  after_each(function()
    if running then running.stop() end
    running = nil
    for _, suffix in ipairs { "", ".state", ".state.new", ".state.lock" } do os.remove(base .. suffix) end
  end)

  local function start(state, before)
    running = emulator.start({ "--state", state, "--delete-seconds", "0" }, before)
    client = emulator.client(running, 1, { retry = { mode = "off" } })
  end

  local function names()
    local list = {}
    for project in client:items("DescribeProjects", {}) do list[#list + 1] = project.ProjectArn:match("project/([^/]+)") end
    return table.concat(list, " ")
  end

  -- Makes projects until one fails; the names of those that were acknowledged.
  local function fill()
    local made = {}
    for i = 1, 2000 do
      local ok, problem = pcall(client.create_project, client, { ProjectName = "project-" .. i })
      if not ok then return made, problem end
      made[i] = "project-" .. i
    end
    error "the disk never was full"
  end

  -- All that an emulator must do when a call can't be kept.
  local function check_full(made, problem)
    assert.is_true(rek_error.is(problem, "InternalServerError"))
    assert.equal(500, problem.status)
    assert.is_true(#made > 0)
    local before = table.concat(made, " ")
    assert.equal(before, names())
    for _ = 1, 3 do -- each further call fails the same way, of every kind
      local ok, again = pcall(client.create_project, client, { ProjectName = "one-more" })
      assert.is_false(ok)
      assert.equal(500, again.status)
      assert.equal(before, names())
    end
    return before
  end

  it("by a limit on files undoes what it can't keep, and works on without the limit", function()
    local state = base .. ".state"
    start(state, "ulimit -f 16")
    local before = check_full(fill())
    assert.is_nil(files.read(state .. ".new"))
    assert.equal(0, (running.stop()))
    start(state)
    assert.equal(before, names())
    client:create_project { ProjectName = "after" }
    assert.equal(before .. " after", names())
  end)

  it("by a limit on files keeps what was acknowledged when it is killed then", function()
    local state = base .. ".state"
    start(state, "ulimit -f 16")
    local before = check_full(fill())
    os.execute("kill -9 " .. running.pid)
    running.stop()
    start(state)
    assert.equal(before, names())
  end)

  it("says what is wrong where it can't even make its file", function()
    -- Its words go to a file too, so they are read from a pipe.
    local root = os.getenv "REK_ROOT" or "."
    local pipe = assert(io.popen(("(ulimit -f 0; %s/script/lua %s/bin/rekognition-emulator --state %s; echo $?) 2>&1")
      :format(root, root, base .. ".state")))
    local text = pipe:read("a")
    pipe:close()
    assert.matches("can't write the state file: .*\n1\n$", text)
  end)

  it("of a small file system undoes what it can't keep, and works on when there is room", function()
    local folder = base .. ".disk"
    assert(os.execute("mkdir " .. folder))
    if not os.execute("mount -t tmpfs -o size=128k tmpfs " .. folder .. " 2>/dev/null") then
      os.remove(folder)
      return pending("only root can mount a small file system here")
    end
    finally(function()
      if running then running.stop() end
      running = nil
      os.execute("umount " .. folder)
      os.remove(folder)
    end)
    files.write(folder .. "/filler", ("x"):rep(48 * 1024))
    local state = folder .. "/state"
    start(state)
    local before = check_full(fill())
    os.remove(folder .. "/filler")
    client:create_project { ProjectName = "after" }
    assert.equal(before .. " after", names())
    os.execute("kill -9 " .. running.pid)
    running.stop()
    start(state)
    assert.equal(before .. " after", names())
  end)
end)

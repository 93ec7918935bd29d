-- What the command line needs of the system: commands, terminals.

local core = require "rekognition.core"
local files = require "spec.support.files"

local function finish(child)
  for _ = 1, 100 do
    local status, signal = child:wait(0.2)
    if status or signal then return status, signal end
  end
  child:signal(9)
  error "the child did not end"
end

describe("a child", function()
  it("has a status, or the signal that ended it, however often it is asked", function()
    local child = core.spawn({ "sh", "-c", "exit 7" }, {})
    assert.equal(7, finish(child))
    assert.equal(7, (child:wait(0)))
    child = core.spawn({ "sh", "-c", "kill -TERM $$; sleep 9" }, {})
    assert.same({ nil, 15 }, { finish(child) })
    child:signal(15) -- to one that has ended: nothing
  end)

  it("that has ended is not taken for one that runs, which can be signalled", function()
    local child = core.spawn({ "sleep", "30" }, {})
    assert.same({ n = 0 }, table.pack(child:wait(0)))
    assert.same({ n = 0 }, table.pack(child:wait(0.01)))
    child:signal(9)
    assert.same({ nil, 9 }, { finish(child) })
  end)

  it("has this process's environment, with what is added to it or replaced", function()
    files.with_folder(function(folder)
      local child = core.spawn({ "sh", "-c", 'printf "%s|%s|%s" "$ONE" "$HOME" "$PATH" >' .. folder .. "/out" }, { "ONE=1=2", "HOME=/other" })
      assert.equal(0, finish(child))
      assert.equal("1=2|/other|" .. os.getenv "PATH", files.read(folder .. "/out"))
    end)
  end)

  it("may have a group of its own, which gets its signals", function()
    files.with_folder(function(folder)
      local child = core.spawn({ "sh", "-c", "sleep 30 & echo $! >" .. folder .. "/pid; mv " .. folder .. "/pid " .. folder .. "/p; wait" }, {}, true)
      for _ = 1, 500 do
        if files.read(folder .. "/p") then break end
        child:wait(0.02)
      end
      child:signal(9)
      assert.same({ nil, 9 }, { finish(child) })
      local pid = files.read(folder .. "/p"):match "%d+"
      local state
      for _ = 1, 200 do
        local stat = files.read("/proc/" .. pid .. "/stat")
        state = stat and stat:match "%) (%a)" or "gone"
        if state == "gone" or state == "Z" then break end
        core.sleep(0.01)
      end
      assert.is_truthy(state == "gone" or state == "Z", state)
    end)
  end)

  it("that can't be started is said", function()
    local child, why = core.spawn({ "no-such-command" }, {})
    -- valgrind makes a fork of posix_spawn's vfork, whose parent doesn't learn that the exec failed.
    if os.getenv "REK_VALGRIND" then return assert.equal(127, finish(child)) end
    assert.same({ nil, "no-such-command: No such file or directory" }, { child, why })
  end)

  it("takes lists of strings alone", function()
    for _, bad in ipairs { {}, { 1 }, { "a\0b" }, { "a", {} } } do assert.has_error(function() core.spawn(bad, {}) end) end
    assert.has_error(function() core.spawn({ "true" }, { 1 }) end)
    assert.has_error(function() core.spawn({ "true" }, nil) end)
    assert.has_error(function() core.spawn "true" end)
    local child = core.spawn({ "true" }, {})
    assert.has_error(function() child:signal(0) end)
    assert.has_error(function() child:signal(65) end)
    assert.has_error(function() child.wait({}, 1) end)
    assert.equal(0, finish(child))
  end)
end)

describe("find_command", function()
  it("finds what spawn would run", function()
    assert.is_truthy(core.find_command("sh"):find("/sh$"))
    assert.equal("/bin/sh", core.find_command "/bin/sh")
    for _, name in ipairs { "no-such-command", "", "/etc/passwd", "/tmp", "/nowhere/x" } do assert.is_nil(core.find_command(name)) end
  end)
end)

describe("a terminal", function()
  it("is not taken for a file", function()
    local _, output = files.run "script/lua -e 'local c = require \"rekognition.core\" print(c.is_terminal(0), c.terminal_width(1))' </dev/null"
    assert.equal("false\tnil\n", output)
    assert.has_error(function() core.is_terminal(3) end)
    assert.has_error(function() core.terminal_width(-1) end)
  end)
end)

describe("on_interrupt", function()
  local function run(program, before)
    local start = [[local core = require "rekognition.core"
      local pid = io.open("/proc/self/stat"):read "n"
      local function kill(name) io.popen("kill -" .. name .. " " .. pid):close() end
    ]]
    return select(2, files.run("sh -c " .. files.quoted((before or "") .. "script/lua -e " .. files.quoted(start .. program))))
  end

  it("leaves a signal alone that the process was started to ignore", function()
    assert.equal("15\n15\n", run([[core.on_interrupt(function(number) print(number) end, error)
      kill "HUP"
      kill "TERM"
      print(core.interrupted())]], "trap '' HUP; "))
  end)

  it("notes a signal between two steps, and raises it where C waits: before anything is sent or started", function()
    assert.equal("2\nstill here\nfalse\traised\ntrue\n", run [[
      core.on_interrupt(function(number) print(number) return true end, function() error("raised", 0) end)
      kill "INT"
      for _ = 1, 1e5 do tostring "x" end
      print "still here"
      print(pcall(core.run_process, { "echo", "started" }, { timeout = 9, max_output = 99 }))
      print((core.run_process({ "true" }, { timeout = 9, max_output = 99 })) ~= nil)]])
  end)

  it("raises nothing where that is not wanted", function()
    assert.equal("2\ntrue\n", run [[
      core.on_interrupt(function(number) print(number) return false end, function() error("raised", 0) end)
      kill "INT"
      print((core.run_process({ "true" }, { timeout = 9, max_output = 99 })) ~= nil)]])
  end)

  it("takes signals that come almost together as one", function()
    -- On a busy machine two may come further apart than was meant: it is tried again then.
    local count = [[local count, began
      repeat
        count, began = 0, core.monotonic()
        core.on_interrupt(function() count = count + 1 end, error)
        kill "TERM"
        core.sleep(%s)
        kill "TERM"
      until %s or core.monotonic() - began < 0.09
      print(count)]]
    assert.equal("1\n", run(count:format("0", "false")))
    assert.equal("2\n", run(count:format("0.2", "true")))
  end)
end)

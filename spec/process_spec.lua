-- core.run_process: a command whose output is taken, in hosts of every kind.

local core = require "rekognition.core"
local files = require "spec.support.files"

local lua = os.getenv("LUA") or "lua5.4"
local limits = { timeout = 20, max_output = 100000 }

-- What a script prints in a process that a host's habit was forced upon, in Python.
local function in_host(habit, script)
  local output
  files.with_folder(function(folder)
    files.write(folder .. "/script.lua", ("package.path, package.cpath = %q, %q\nlocal core = require 'rekognition.core'\n")
      :format(package.path, package.cpath) .. script)
    files.write(folder .. "/host.py", "import os, signal, sys\n" .. habit .. "\nos.execvp(sys.argv[1], sys.argv[1:])\n")
    local ok
    ok, output = files.run(("/usr/bin/python3 %s/host.py %s %s/script.lua"):format(folder, lua, folder))
    assert(ok, output)
  end)
  return output
end

describe("run_process", function()
  it("takes the output and the status", function()
    assert.same({ stdout = "a b\n", status = 3 }, core.run_process({ "sh", "-c", "echo 'a b'; exit 3" }, limits))
    assert.same({ stdout = "", signal = 9 }, core.run_process({ "sh", "-c", "kill -9 $$" }, limits))
  end)

  it("takes a complete output where the host has its children reaped", function()
    assert.equal("0\tall\n", in_host("signal.signal(signal.SIGCHLD, signal.SIG_IGN)", [[
      local result = assert(core.run_process({ "sh", "-c", "echo all" }, { timeout = 20, max_output = 100 }))
      io.stdout:write(result.status, "\t", result.stdout)
    ]]))
  end)

  it("does not hand the host's habits on", function()
    local result = in_host("signal.signal(signal.SIGCHLD, signal.SIG_IGN); signal.signal(signal.SIGPIPE, signal.SIG_IGN)", [[
      io.stdout:write(core.run_process({ "sh", "-c", "grep SigIgn /proc/self/status" }, { timeout = 20, max_output = 100 }).stdout)
    ]])
    local ignored = tonumber(result:match "SigIgn:%s*(%x+)", 16)
    assert.equal(0, ignored & (1 << 16 | 1 << 12)) -- SIGCHLD is 17, SIGPIPE 13
  end)

  it("leaves no descriptor behind, and hands none to its command", function()
    local function open_descriptors()
      collectgarbage() -- twice: what other specs left open goes
      collectgarbage()
      local count = 0
      for _ in require("lfs").dir "/proc/self/fd" do count = count + 1 end
      return count
    end
    local before = open_descriptors()
    for _ = 1, 20 do
      core.run_process({ "true" }, limits)
      assert.is_nil(core.run_process({ "/no/such/command" }, limits))
      assert.is_nil(core.run_process({ "sh", "-c", "echo too much" }, { timeout = 20, max_output = 1 }))
    end
    assert.equal(before, open_descriptors())
    -- The output is a pipe: the command has the one end that it writes to.
    local links = core.run_process({ "sh", "-c", "readlink /proc/$$/fd/1; readlink /proc/$$/fd/*" }, limits).stdout
    local output, list = links:match "^(pipe[^\n]+)\n(.*)$"
    local _, count = list:gsub(output:gsub("%p", "%%%0"), "")
    assert.equal(1, count, links)
  end)
end)

describe("run_process and the hooks of Lua, by which an interpreter answers SIGINT:", function()
  -- A hook that raises as lua.c's does.
  local function interrupted(f)
    debug.sethook(function()
      if debug.getinfo(2, "S").source ~= "return" then return end -- the binding's own
      debug.sethook()
      error("interrupted!", 0)
    end, "c")
    local ok, e = pcall(f)
    debug.sethook()
    return ok, e
  end

  it("one that raises ends the wait and the command", function()
    for _, script in ipairs { "echo $$ >%s; exec sleep 600", "echo $$ >%s; exec >&-; exec sleep 600" } do
      local path = os.tmpname()
      local ok, e = interrupted(function()
        return core.run_process({ "sh", "-c", script:format(path) }, { timeout = 600, max_output = 100 })
      end)
      assert.same({ false, "interrupted!" }, { ok, e })
      local pid = files.read(path):match "[0-9]+"
      if pid then assert.is_nil(io.open("/proc/" .. pid .. "/cmdline")) end -- or it was ended before it wrote that
      os.remove(path)
      assert.same({ stdout = "a\n", status = 0 }, core.run_process({ "echo", "a" }, { timeout = 60, max_output = 100 }))
    end
  end)

  it("one that doesn't is no matter, and the command goes on", function()
    local count = 0
    debug.sethook(function() count = count + 1 end, "c")
    local result = core.run_process({ "sh", "-c", "sleep 0.3; echo a" }, { timeout = 60, max_output = 100 })
    debug.sethook()
    assert.same({ stdout = "a\n", status = 0 }, result)
    assert.is_true(count > 0)
  end)
end)

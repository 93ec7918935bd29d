-- A child of the host inherits no descriptor of ours: neither a connection, nor what libcurl opens for itself, nor a
-- file. A child lists what it has, in each state that the library can be in; each state is a process of its own.

local files = require "spec.support.files"
local silent_dns = require "spec.support.silent_dns"
local support = require "spec.support.http_server"

local quoted = files.quoted
local folder, server
setup(function() server, folder = support.start() end)
teardown(support.stop)

-- What each script begins with. `child()` lists a child's descriptors but those that it had before anything happened;
-- what is under way has no name that could be looked up, so a socket is one of ours.
local PRELUDE = [=[
package.path, package.cpath = %q, %q
local function list()
  local found = {}
  local pipe = io.popen "for fd in /proc/self/fd/*; do echo \"${fd##*/} $(readlink $fd)\"; done"
  for line in pipe:lines() do
    local is_tools = os.getenv "REK_VALGRIND" and line:find "/reports/%%d+$" -- valgrind's own, in each process
    if line:find "^%%d+ ." and tonumber(line:match "^%%d+") > 2 and not is_tools then found[#found + 1] = line end
  end
  pipe:close()
  return found
end
local before = {}
for _, line in ipairs(list()) do before[line] = true end
local function child(state)
  for _, line in ipairs(list()) do
    if not before[line] then print(state .. ": " .. line) end
  end
  print(state .. ": listed")
end
local plain, tls, hang, proxy, folder = %q, %q, %q, %q, %q
local rekognition = require "rekognition"
local http = require "rekognition.http"
local function client(endpoint, more)
  local options = { region = "us-east-1", env = {}, endpoint = endpoint, ca_bundle = folder .. "/ca.pem",
    retry = { mode = "off" }, credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE" } }
  for name, value in pairs(more or {}) do options[name] = value end
  return rekognition.client(options)
end
]=]

local function prelude()
  return PRELUDE:format(package.path, package.cpath, support.url "/echo", support.url("/echo", "tls"),
    support.url "/hang", "http://user:pass@" .. server.proxy, folder)
end

local function run(script)
  local path = folder .. "/descriptors.lua"
  files.write(path, prelude() .. script)
  return select(2, files.run(("exec 2>&1 <&-; %s %s"):format(files.lua, quoted(path))))
end

local function finds_nothing(script, states)
  local expected = {}
  for state in states:gmatch "[^ ]+" do expected[#expected + 1] = state .. ": listed\n" end
  assert.equal(table.concat(expected), run(script))
end

describe("a child inherits nothing", function()
  if not files.run "ls /proc/self/fd" then return pending "this system has no /proc" end

  it("of a transport: its connections, TLS, a tunnel, its end", function()
    finds_nothing([[
      local one = http.new { env = {}, ca_bundle = folder .. "/ca.pem" }
      child "made"
      assert(one { method = "GET", url = plain })
      child "plain"
      assert(one { method = "GET", url = tls })
      child "tls"
      local through = http.new { env = {}, ca_bundle = folder .. "/ca.pem", proxy = proxy }
      through { method = "GET", url = tls }
      child "tunnel"
      one:close()
      child "closed"]], "made plain tls tunnel closed")
  end)

  it("while a call that blocks is under way", function()
    finds_nothing([[
      local one = http.new { env = {} }
      local listed = false
      debug.sethook(function()
        if listed or debug.getinfo(2, "S").source ~= "return" then return end -- what a call that waits runs
        listed = true
        child "waiting"
      end, "c")
      one { method = "GET", url = hang, timeout = 0.5 }
      debug.sethook()
      assert(listed)]], "waiting")
  end)

  it("of a client, its futures, and the engine in both of its ways", function()
    finds_nothing([[
      local one = client(tls)
      one:create_project { ProjectName = "x" }
      child "client"
      local waiting = {}
      for i = 1, 5 do waiting[i] = client(hang, { timeout = 0.5 }):create_project_async { ProjectName = "x" } end
      require "rekognition.async".sleep(0.05)
      child "futures"
      local pollable = one:pollable()
      assert(pollable:pollfd() >= 0)
      waiting[6] = client(hang, { timeout = 0.5 }):create_project_async { ProjectName = "x" }
      for _ = 1, 5 do pollable:step() end
      child "pollable"
      for _, future in ipairs(waiting) do future:cancel() end
      child "cancelled"]], "client futures pollable cancelled")
  end)

  it("where the host has closed or opened descriptors in between", function()
    finds_nothing([[
      local holes = {}
      for i = 1, 60 do holes[i] = assert(io.open(folder .. "/ca.pem")) end
      for i = 1, 60, 7 do holes[i]:close() end
      local one, two = http.new { env = {} }, http.new { env = {} }
      for i = 3, 60, 9 do if io.type(holes[i]) == "file" then holes[i]:close() end end
      assert(one { method = "GET", url = plain })
      assert(two { method = "GET", url = plain })
      for i = 1, 60 do if io.type(holes[i]) == "file" then holes[i]:close() end end
      child "holes"]], "holes")
  end)

  it("of a client whose keys come from a command, and neither does the command", function()
    local command = folder .. "/keys.sh"
    files.write(command, "for fd in /proc/$$/fd/*; do n=${fd##*/}; [ $n -le 2 ] || "
      .. "echo \"$n $(readlink $fd)\" >>" .. folder .. "/listed; done\n"
      .. [[echo '{"Version":1,"AccessKeyId":"AKIDPROCESS","SecretAccessKey":"S"}']] .. "\n")
    files.write(folder .. "/config", "[default]\ncredential_process = /bin/sh " .. command .. "\n")
    finds_nothing([[
      os.execute(("sh %s/keys.sh >/dev/null && mv %s/listed %s/before"):format(folder, folder, folder)) -- what any has
      local one = client(tls)
      one:create_project { ProjectName = "x" }
      local keys = rekognition.credentials.default { env = { AWS_CONFIG_FILE = folder .. "/config", HOME = folder } }
      client(tls, { credentials = keys }):create_project { ProjectName = "x" }
      child "process"]], "process")
    if os.getenv "REK_VALGRIND" then return end -- each process has some of valgrind's
    assert.equal(files.read(folder .. "/before"), files.read(folder .. "/listed"))
  end)

  it("of the lock of a state file", function()
    finds_nothing([[
      local lock = require("rekognition.custom_labels.state_file").try_lock(folder .. "/state.lock")
      child "lock"
      lock:close()]], "lock")
  end)

  it("while a name is looked up", function()
    if not silent_dns.is_allowed then return pending(silent_dns.missing) end
    local text, status = silent_dns.run(prelude() .. [[
      local url = "http://silent.example/"
      local one = http.new { env = {} }
      local listed = false
      debug.sethook(function()
        if listed or debug.getinfo(2, "S").source ~= "return" then return end
        listed = true
        child "blocking"
      end, "c")
      one { method = "GET", url = url, timeout = 0.5 }
      debug.sethook()
      assert(listed)
      local waiting = {}
      for i = 1, 4 do
        waiting[i] = client("http://silent" .. i .. ".example", { timeout = 5 }):create_project_async { ProjectName = "x" }
      end
      local tasks = require "rekognition.async"
      tasks.sleep(0.05)
      child "pumped"
      local pollable = waiting[1] and client(url):pollable()
      pollable:pollfd()
      local many = client(url, { timeout = 5 })
      for i = 5, 12 do waiting[i] = many:create_project_async { ProjectName = "x" } end
      for _ = 1, 5 do pollable:step() end
      child "watched"
      for _, future in ipairs(waiting) do
        assert(not future:ready())
        future:cancel()
      end
      os.exit(0, true)]])
    if status == 77 then return end
    assert.equal("blocking: listed\npumped: listed\nwatched: listed\n", text)
    assert.equal(0, status)
  end)
end)

-- libcurl has no word for it: it says that nobody listens, that there is no such host, or that there is no memory.
describe("where no descriptor is left", function()
  local SCRIPT = [=[
    local rekognition = require "rekognition"
    local client = rekognition.client { region = "us-east-1", env = {}, endpoint = arg[1], retry = { mode = "off" }, timeout = 5,
      credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE" } }
    rekognition.preload()
    pcall(client.describe_projects, client) -- what is made once
    local held = {}
    for _ = 1, 2000 do held[#held + 1] = io.open "/dev/null" end
    for left = 0, 4 do
      if left > 0 then table.remove(held):close() end
      local ok, e = pcall(client.describe_projects, client)
      print(left, ok, not ok and rekognition.error.is_error(e) and e.code, not ok and e.message or "")
    end
  ]=]
  for what, endpoint in pairs { ["an address"] = "http://127.0.0.1:1", ["a name"] = "http://no-such-host.invalid:1" } do
    it("a call says so: " .. what, function()
      files.with_folder(function(path)
        files.write(path .. "/x.lua", SCRIPT)
        local ok, output = files.run(("ulimit -n 64; %s %s/x.lua %s"):format("script/lua", quoted(path), endpoint))
        assert.is_true(ok, output)
        local left, code, message = output:match "^(0)\tfalse\t([a-z_]+)\t([^\n]*)"
        assert.same({ "0", "connect" }, { left, code }, output)
        assert.matches("too many files are open; raise `ulimit -n`", message, 1, true)
        assert.is_nil(output:find("memory", 1, true), output)
        assert.is_nil(output:match "\n4\tfalse\t[^\n]*ulimit", output)
      end)
    end)
  end
end)

-- A name that nobody answers for: the system's resolver asks for minutes, in a thread of its own that can't be
-- stopped. Neither a deadline, nor a hook, nor the end of the transport waits for it.

local files = require "spec.support.files"

local lua = os.getenv("LUA") or "lua5.4"

-- Runs a script where the one name server is silent, and where it is killed after a long time.
local function where_dns_is_silent(script)
  local ok, output
  files.with_folder(function(folder)
    files.write(folder .. "/resolv.conf", "nameserver 127.0.0.1\noptions timeout:30 attempts:5\n")
    files.write(folder .. "/silent.py", "import socket, time\nserver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
      .. "server.bind(('127.0.0.1', 53))\nopen('" .. folder .. "/ready', 'w')\ntime.sleep(60)\n")
    files.write(folder .. "/script.lua", ("package.path, package.cpath = %q, %q\n"):format(package.path, package.cpath)
      .. "local one = require('rekognition.http').new { env = {} }\n" .. script)
    files.write(folder .. "/run.sh", ([[
      ip link set lo up && mount --bind %s/resolv.conf /etc/resolv.conf || exit 77
      /usr/bin/python3 %s/silent.py & server=$!
      while [ ! -e %s/ready ]; do sleep 0.05; done
      timeout -k 1 40 %s %s/script.lua
      status=$?
      kill $server
      exit $status
    ]]):format(folder, folder, folder, lua, folder))
    ok, output = files.run(("unshare -Urnm sh %s/run.sh; echo status $?"):format(folder))
    assert(ok, output)
  end)
  local text, status = output:match "^(.-)status (%d+)\n$"
  return text, tonumber(status)
end

-- Where the system allows no namespaces to this user there is nothing to test with.
local is_allowed = files.run "unshare -Urnm true" and files.run "command -v ip"

describe("a silent name server", function()
  it("is not waited for beyond a deadline, nor at the end", function()
    if not is_allowed then return end
    local text, status = where_dns_is_silent [[
      local _, failure = one { method = "GET", url = "http://silent.example/", timeout = 0.3 }
      print(failure.code, failure.sent)
      _, failure = one { method = "GET", url = "http://silent.example/", connect_timeout = 0.3, timeout = 100 }
      print(failure.code, failure.sent)
      one:close()
      os.exit(0, true)
    ]]
    if status == 77 then return end
    assert.equal("timeout\tfalse\ntimeout\tfalse\n", text)
    assert.equal(0, status)
  end)

  it("is not waited for by a hook that raises", function()
    if not is_allowed then return end
    local text, status = where_dns_is_silent [[
      debug.sethook(function()
        if debug.getinfo(2, "S").source ~= "return" then return end
        debug.sethook()
        error("stop", 0)
      end, "c")
      print(pcall(one, { method = "GET", url = "http://silent.example/", timeout = 100 }))
      os.exit(0, true)
    ]]
    if status == 77 then return end
    assert.equal("false\tstop\n", text)
    assert.equal(0, status)
  end)
end)

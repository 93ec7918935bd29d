-- A network of its own, in which the one name server never responds.

local files = require "spec.support.files"

local M = {}

--- Whether the system allows this user namespaces, and what to tell where it doesn't.
M.is_allowed = files.run "unshare -Urnm true" and files.run "command -v ip"
M.missing = "needs the commands unshare and ip, and leave to make a network namespace"

local SCRIPT = [[
  ip link set lo up && mount --bind FOLDER/resolv.conf /etc/resolv.conf || exit 77
  /usr/bin/python3 FOLDER/silent.py & server=$!
  while [ ! -e FOLDER/ready ]; do sleep 0.05; done
  timeout -k 1 40 LUA FOLDER/script.lua
  status=$?
  kill $server
  exit $status
]]

--- Runs a script there; it is killed after a long time. Returns what it printed, and its exit status: 77 where the
--- network could not be made.
---@param script string
---@return string, integer?
function M.run(script)
  local ok, output
  files.with_folder(function(folder)
    files.write(folder .. "/resolv.conf", "nameserver 127.0.0.1\noptions timeout:30 attempts:5\n")
    files.write(folder .. "/silent.py", "import socket, time\nserver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
      .. "server.bind(('127.0.0.1', 53))\nopen('" .. folder .. "/ready', 'w')\ntime.sleep(60)\n")
    files.write(folder .. "/script.lua", ("package.path, package.cpath = %q, %q\n"):format(package.path, package.cpath)
      .. script)
    files.write(folder .. "/run.sh", (SCRIPT:gsub("FOLDER", folder):gsub("LUA", files.lua)))
    ok, output = files.run(("unshare -Urnm sh %s/run.sh; echo status $?"):format(folder))
    assert(ok, output)
  end)
  local text, status = output:match "^(.-)status (%d+)\n$"
  return text, tonumber(status)
end

return M

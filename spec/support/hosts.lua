-- Programs that have a Lua of their own: what the specs of examples/hosts/ share.

local cli = require "spec.support.cli"
local files = require "spec.support.files"
local socket = require "socket"

local M = {}

local root = (os.getenv "REK_ROOT" or "."):gsub("^%.$", function() return (select(2, files.run "pwd"):gsub("\n", "")) end)
local build = os.getenv "BUILD" or "build"
if build:sub(1, 1) ~= "/" then build = root .. "/" .. build end

--- Where an example is.
function M.example(name) return ("%s/examples/hosts/%s.lua"):format(root, name) end

--- The path of a program, or nil and what to tell where it isn't installed.
---@param program string
---@param part? string  a file that must be there too
function M.find(program, part)
  local ok, path = files.run(("PATH=$PATH:/usr/sbin:/sbin command -v %s"):format(program))
  if not ok then return nil, program .. " is not installed; script/bootstrap hosts installs it" end
  if part and not files.run("ls " .. part) then
    return nil, ("%s is installed without %s; script/bootstrap hosts installs it"):format(program, part)
  end
  return (path:gsub("\n", ""))
end

--- Variables for a host, as a shell takes them before a command: where the library is, and who answers it.
---@param url string
---@param more? table<string, string>
function M.environment(url, more)
  local variables = {
    LUA_PATH = ("%s/lua/?.lua;%s/lua/?/init.lua;;"):format(root, root), LUA_CPATH = build .. "/lib/?.so;;",
    AWS_ENDPOINT_URL_REKOGNITION = url, AWS_REGION = "us-east-1", AWS_ACCESS_KEY_ID = "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY = "secret", TERM = "dumb", LC_ALL = "C.UTF-8",
  }
  for name, value in pairs(more or {}) do variables[name] = value end
  return "env " .. cli.assignments(variables) .. " "
end

--- A free port of the loopback.
function M.port()
  local listener = assert(socket.bind("127.0.0.1", 0))
  local _, port = listener:getsockname()
  listener:close()
  return math.tointeger(port)
end

--- Waits until `ready` returns something; the wait is bounded, and nothing depends on its length.
function M.wait_for(ready, what)
  for _ = 1, 1000 do
    local result = ready()
    if result then return result end
    socket.sleep(0.01)
  end
  error(what)
end

-- The shell starts a command, writes its pid, and ends it on a line, or when the spec's process is gone.
local SCRIPT = [[
%s </dev/null >%s/out 2>%s/err &
pid=$!
echo "$pid" >%s/pid
read -r _
kill "$pid" 2>/dev/null
wait "$pid"
]]

--- Starts a program in the background. Returns the function that ends it.
---@param command string
---@param folder string  for its output: out, err
function M.start(command, folder)
  local place = files.quoted(folder)
  files.write(folder .. "/start.sh", SCRIPT:format(command, place, place, place))
  local pipe = assert(io.popen("sh " .. files.quoted(folder .. "/start.sh") .. " 2>/dev/null", "w"))
  return function()
    pipe:write "\n"
    pipe:close()
  end
end

--- A server that answers as Rekognition does. Returns its address and the function that ends it.
---@param folder string
function M.rekognition(folder)
  assert(files.run("mkdir " .. files.quoted(folder .. "/server")))
  local stop = M.start(("exec /usr/bin/python3 %s/spec/servers/rekognition_server.py"):format(root), folder .. "/server")
  local url = M.wait_for(function()
    return (files.read(folder .. "/server/out") or ""):match "^(http[^\n]+)\n"
  end, "spec/servers/rekognition_server.py did not start")
  return url, stop
end

--- Calls body(folder, url) with such a server, which ends whatever happens.
function M.with_rekognition(body)
  files.with_folder(function(folder)
    local url, stop = M.rekognition(folder)
    local ok, why = xpcall(body, debug.traceback, folder, url)
    stop()
    if not ok then error(why, 0) end
  end)
end

--- Bytes that look like a JPEG's.
M.image = "\255\216\255\224" .. ("image \0\1\2"):rep(400)

return M

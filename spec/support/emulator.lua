-- Starts and stops a real emulator process for specs.
--
--   local emulator = require "spec.support.emulator"
--   local running = emulator.start { "--copy-seconds", "0.2" }
--   ... running.url, running.accounts[1].access_key_id ...
--   running.stop()
--
-- The emulator ends when it is told to, and at the latest with the process that started it: it
-- is watched by a shell that reads a pipe from here.

local calls = require "spec.support.emulator_calls"
local rekognition = require "rekognition"

local M = {}

local root = os.getenv("REK_ROOT") or "."
local build = os.getenv("BUILD") or root .. "/build"

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function read_all(path)
  local file = io.open(path, "rb")
  if not file then return "" end
  local text = file:read("a")
  file:close()
  return text
end

-- The shell starts the emulator, writes its pid, and waits for a line or for the end of its stdin.
local SCRIPT = [[
%s
BUILD=%s %s/script/lua %s/bin/rekognition-emulator --port 0 %s </dev/null >%s.out 2>%s.err &
pid=$!
echo "$pid" >%s.pid
read -r _
exec 2>/dev/null # a shell says of a process that was killed that it was
kill "$pid"
wait "$pid"
echo "$?" >%s.rc
]]

--- Waits until `ready` gives something; the wait is bounded, and nothing depends on its length.
local function wait_for(ready, what)
  local socket = require "socket"
  for _ = 1, 1000 do
    local result = ready()
    if result then return result end
    socket.sleep(0.01)
  end
  error(what)
end

---@class spec.Emulator
---@field url string
---@field pid integer
---@field accounts rekognition.emulator.Account[]  the default ones
---@field stop fun(): integer, string  ends it; gives its exit code and what it wrote to stderr

--- Starts bin/rekognition-emulator on a free port of the loopback.
---@param arguments? string[]  further arguments of the command
---@param before? string       what the shell does first: "ulimit -f 64"
---@return spec.Emulator
function M.start(arguments, before)
  local base = os.tmpname()
  local quoted = {}
  for i, argument in ipairs(arguments or {}) do quoted[i] = quote(argument) end
  local q = quote(base)
  local script = SCRIPT:format(before or "", quote(build), quote(root), quote(root), table.concat(quoted, " "), q, q, q, q)
  local pipe = assert(io.popen("sh -c " .. quote(script), "w"))
  local stopped

  local function stop()
    if stopped then return stopped.code, stopped.stderr end
    pipe:write("stop\n")
    pipe:close() -- waits for the shell
    stopped = { code = tonumber(read_all(base .. ".rc")), stderr = read_all(base .. ".err") }
    for _, suffix in ipairs { "", ".out", ".err", ".pid", ".rc" } do os.remove(base .. suffix) end
    return stopped.code, stopped.stderr
  end

  local ok, url = pcall(wait_for, function()
    return read_all(base .. ".out"):match("listens on (%S+)\n") or read_all(base .. ".err") ~= "" and "failed"
  end, "the emulator said nothing")
  if not ok or url == "failed" then
    local _, stderr = stop()
    error("the emulator did not start: " .. (ok and stderr or url), 2)
  end
  return { url = url, pid = tonumber(read_all(base .. ".pid")), stop = stop,
           accounts = require("rekognition.emulator").DEFAULT_ACCOUNTS }
end

--- A client of it, with the keys of one of its accounts.
---@param running spec.Emulator
---@param account? integer  1
---@param more? table       further options of the client
---@return rekognition.Client
function M.client(running, account, more)
  local keys = running.accounts[account or 1]
  local options = { region = "us-east-1", endpoint = running.url, env = {}, credentials = {
    access_key_id = keys.access_key_id, secret_access_key = keys.secret_access_key } }
  for name, value in pairs(more or {}) do options[name] = value end
  return rekognition.client(options)
end

--- Trains a version, and waits for it.
---@param client rekognition.Client
---@param project string  its ARN
---@param name string     the version's
---@return string arn  the version's
function M.train(client, project, name)
  local arn = client:create_project_version(calls.train_params(project, name)).ProjectVersionArn
  client:wait("project_version_training_completed", { ProjectArn = project, ProjectVersionArn = arn },
    { delay = 0.05, timeout = 60 })
  return arn
end

return M

-- Many calls against spec/servers/slow_server.py: how long they take, and what they leave behind. For
-- spec/async/scale_spec.lua and bench/scale.lua.

local async = require "rekognition.async"
local cjson = require("cjson").new()
local core = require "rekognition.core"
local files = require "spec.support.files"
local rekognition = require "rekognition"

local M = {}

local server, folder

--- Starts the server.
function M.start()
  folder = os.tmpname()
  os.remove(folder)
  assert(files.run("mkdir -m 700 " .. folder))
  local root = os.getenv "REK_ROOT" or "."
  local pipe = assert(io.popen("exec /usr/bin/python3 " .. root .. "/spec/servers/slow_server.py " .. folder, "r"))
  server = cjson.decode(pipe:read "l" or error "spec/servers/slow_server.py did not start")
  server.pipe = pipe
end

--- Stops it.
function M.stop()
  if not server then return end
  os.execute(("kill %d"):format(server.pid))
  server.pipe:close()
  os.execute("rm -rf " .. folder)
end

--- A client whose calls have a response after `delay` seconds.
---@param scheme "http"|"https"
function M.client(scheme, delay, connections)
  local port = scheme == "http" and server.plain or server.tls
  local path = "/after/" .. tostring(delay):gsub(",", ".") -- whatever the locale's decimal sign
  return rekognition.client { region = "us-east-1", env = {}, max_connections = connections, retry = { mode = "off" },
    endpoint = ("%s://127.0.0.1:%d%s"):format(scheme, port, path), connect_timeout = 30,
    ca_bundle = scheme == "https" and folder .. "/slow.pem" or nil,
    credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE" } }
end

-- A line of /proc/self/status, in KiB; nil where the system has none.
local function status(name)
  local file = io.open "/proc/self/status"
  if not file then return nil end
  local text = file:read "a"
  file:close()
  return tonumber(text:match(name .. ":%s*(%d+)"))
end

--- What the process has: KiB of memory, KiB of Lua's heap, descriptors.
function M.usage()
  collectgarbage()
  collectgarbage()
  return { memory = status "VmRSS", heap = collectgarbage "count", descriptors = M.descriptors() }
end

--- How many descriptors are open; nil where the system doesn't tell. (Not by io.popen, which has one of its own.)
function M.descriptors()
  local path = folder .. "/descriptors"
  os.execute("ls /proc/$PPID/fd > " .. path .. " 2>&1")
  local _, count = files.read(path):gsub("%f[0-9][0-9]+\n", "")
  return count > 0 and count or nil
end

--- `count` calls, all started before any is waited for.
---@return { answered: integer, seconds: number, memory: number? }  memory: KiB a call, where it was most
function M.in_flight(client, count)
  client:create_project { ProjectName = "first" }
  local before, began = status "VmRSS", core.monotonic()
  local futures, answered = {}, 0
  for place = 1, count do futures[place] = client:create_project_async { ProjectName = "x" } end
  async.run(function()
    for _, future in ipairs(futures) do
      if future:await().ProjectArn then answered = answered + 1 end
    end
  end)
  local most = status "VmHWM"
  return { answered = answered, seconds = core.monotonic() - began, memory = before and (most - before) / count }
end

--- Calls one after the other on each of `concurrency` places, `count` in all.
function M.many(client, count, concurrency)
  local started, ended = 0, 0
  local function start()
    if started >= count then return end
    started = started + 1
    client:create_project_async({ ProjectName = "x" }):on_done(function(ok, e)
      if not ok then error(e, 0) end
      ended = ended + 1
      start()
    end)
  end
  for _ = 1, concurrency do start() end
  async.run(function()
    while ended < count do async.sleep(0.01) end
  end)
end

return M

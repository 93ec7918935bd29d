--- Measures the emulator as a process of its own on one processor: calls a second and memory, with few versions and
-- many; and moto's server beside it, where script/peers has brought it. Nothing is asserted.
--
--   script/lua bench/emulator.lua [VERSIONS [SECONDS]]     10000 versions, 3 seconds a figure
--
-- REK_BENCH_CPU is the processor of the measured server, 0 where unset; this process should have another. Eight
-- connections have one request under way each, all signed beforehand.

package.path = "./?.lua;" .. package.path
local client = require "spec.support.emulator_client"
local core = require "rekognition.core"
local emulator = require "rekognition.emulator"
local socket = require "socket"
local cjson = require("cjson").new()

io.stdout:setvbuf("line")
local VERSIONS, SECONDS = tonumber(arg[1] or 10000), tonumber(arg[2] or 3)
local CPU = os.getenv "REK_BENCH_CPU" or "0"
local CONNECTIONS = 8

local DATA = { Assets = { { GroundTruthManifest = { S3Object = { Bucket = "bucket", Name = "train.manifest" } } } } }

-- Fills a state file with a project that has this many trained versions, the first of them running.
local function fill(path, versions)
  local service = emulator.new { state_file = path, train_seconds = 0, start_seconds = 0 }
  local save = service.store.save
  service.store.save = function() end -- once, at the end
  local project = client.must(service, "CreateProject", { ProjectName = "birds" }).ProjectArn
  local first
  for i = 1, versions do
    local version = client.must(service, "CreateProjectVersion", { ProjectArn = project, VersionName = "v" .. i,
      OutputConfig = { S3Bucket = "bucket" }, TrainingData = DATA, TestingData = { AutoCreate = true } })
    first = first or version.ProjectVersionArn
  end
  client.must(service, "StartProjectVersion", { ProjectVersionArn = first, MinInferenceUnits = 1 })
  client.must(service, "DescribeProjects", {})
  service.store.save = nil
  save(service.store)
  return project, first
end

-- Starts a command on the processor; it ends when its stdin does. Returns its pid, and what stops it.
local function start(command)
  local pid_file = os.tmpname()
  local script = ("taskset -c %s %s </dev/null >%s.out 2>&1 & echo $! >%s; read -r _; kill $!; wait"):format(
    CPU, command, pid_file, pid_file)
  local pipe = assert(io.popen("sh -c '" .. script .. "'", "w"))
  local function read(name)
    local file = io.open(name)
    local text = file and file:read("a") or ""
    if file then file:close() end
    return text
  end
  local function stop()
    pipe:write("stop\n")
    pipe:close()
    os.remove(pid_file)
    os.remove(pid_file .. ".out")
  end
  return { pid = function() return read(pid_file):match("%d+") end,
           output = function() return read(pid_file .. ".out") end, stop = stop }
end

local function wait_for(get)
  for _ = 1, 1200 do
    local value = get()
    if value then return value end
    socket.sleep(0.05)
  end
  error("the server did not start")
end

local function memory(pid)
  for line in io.lines("/proc/" .. pid .. "/status") do
    local kilobytes = line:match("^VmRSS:%s+(%d+)")
    if kilobytes then return tonumber(kilobytes) / 1024 end
  end
end

-- The seconds of processor time that a process has used; they say what a call costs however busy the machine is.
local function processor_time(pid)
  local file <close> = assert(io.open("/proc/" .. pid .. "/stat"))
  local user, system = file:read("a"):match("%) %S+ %S+ %S+ %S+ %S+ %S+ %S+ %S+ %S+ %S+ %S+ (%d+) (%d+)")
  return (tonumber(user) + tonumber(system)) / 100
end

-- The bytes of a signed request.
local function request(port, operation, params)
  local host = "127.0.0.1:" .. port
  local signed = client.request(operation, cjson.encode(params), { time = core.now(), headers = { { "Host", host },
    { "Content-Type", "application/x-amz-json-1.1" }, { "X-Amz-Target", "RekognitionService." .. operation } } })
  local lines = { "POST / HTTP/1.1" }
  for _, header in ipairs(signed.headers) do lines[#lines + 1] = header[1] .. ": " .. header[2] end
  lines[#lines + 1] = "Content-Length: " .. #signed.body
  return table.concat(lines, "\r\n") .. "\r\n\r\n" .. signed.body
end

local function read_response(connection)
  local status = assert(connection:receive("*l")):match("^HTTP/1.%d (%d+)")
  local length, chunked, closes = 0, false, false
  for line in function() return connection:receive("*l") end do
    if line == "" then break end
    length = tonumber(line:lower():match("^content%-length:%s*(%d+)")) or length
    closes = closes or line:lower() == "connection: close"
    chunked = chunked or line:lower():find("^transfer%-encoding: chunked") ~= nil
  end
  assert(status == "200" and not chunked, "the server answered " .. tostring(status))
  if length > 0 then assert(connection:receive(length)) end
  return length, closes
end

local function connect(port)
  local connection = assert(socket.connect("127.0.0.1", port))
  connection:setoption("tcp-nodelay", true)
  connection:settimeout(20)
  return connection
end

-- Calls a second, calls in a second of the server's processor time, and the bytes of a response.
local function measure(port, bytes, pid)
  local connections = {}
  for i = 1, CONNECTIONS do connections[i] = connect(port) end
  local count, size, started, used = 0, 0, core.monotonic(), processor_time(pid)
  local stop = started + SECONDS
  for _, connection in ipairs(connections) do assert(connection:send(bytes)) end
  while core.monotonic() < stop do
    for i, connection in ipairs(connections) do
      local closes
      size, closes = read_response(connection)
      count = count + 1
      if closes then -- moto's server has a connection for each request
        connection:close()
        connections[i] = connect(port)
      end
      assert(connections[i]:send(bytes))
    end
  end
  local elapsed = core.monotonic() - started
  for _, connection in ipairs(connections) do connection:close() end
  return count / elapsed, count / (processor_time(pid) - used), size
end

local function report(server, what, port, operation, params)
  local ok, rate, by_processor, size = pcall(measure, port, request(port, operation, params), server.pid())
  if ok then
    print(("%-12s %-44s %8.0f calls/s %8.0f calls/s of processor %8d bytes %8.1f MB"):format(server.name, what, rate,
      by_processor, size, memory(server.pid())))
  else
    print(("%-12s %-44s %s"):format(server.name, what, rate))
  end
end

local IMAGE = { Bytes = core.base64_encode("\x89PNG\r\n\x1a\n" .. string.pack(">I4", 13) .. "IHDR"
  .. string.pack(">I4I4", 640, 480) .. "\8\2\0\0\0" .. ("x"):rep(20000)) }

local function measure_ours(versions)
  local path = os.tmpname()
  os.remove(path)
  local project, model = fill(path, versions)
  collectgarbage() -- gives the state file's lock back
  local root = os.getenv "BUILD" and "BUILD=" .. os.getenv "BUILD" .. " " or ""
  local server = start(("env %sscript/lua bin/rekognition-emulator --port 0 --state %s"):format(root, path))
  server.name = "emulator"
  local port = wait_for(function() return server.output():match("listens on http://127.0.0.1:(%d+)") end)
  print(("%d versions:"):format(versions))
  report(server, "DescribeProjectVersions, one by its name", port, "DescribeProjectVersions",
    { ProjectArn = project, VersionNames = { "v1" } })
  report(server, "DescribeProjectVersions, a page of 100", port, "DescribeProjectVersions", { ProjectArn = project })
  report(server, "DetectCustomLabels, an image of 20 KB", port, "DetectCustomLabels",
    { ProjectVersionArn = model, Image = IMAGE })
  server.stop()
  os.remove(path)
  os.remove(path .. ".lock")
end

-- moto has no DescribeProjectVersions; its DetectCustomLabels answers what is written in it.
local function measure_moto()
  local moto = ".interop/venv/bin/moto_server"
  local file = io.open(moto)
  if not file then return print("moto: not here; script/peers brings it") end
  file:close()
  local server = start(moto .. " -H 127.0.0.1 -p 0") -- a free port, which it names
  server.name = "moto"
  local port = wait_for(function() return server.output():match("http://127%.0%.0%.1:(%d+)") end)
  report(server, "DetectCustomLabels, an image of 20 KB", port, "DetectCustomLabels", { Image = IMAGE,
    ProjectVersionArn = "arn:aws:rekognition:us-east-1:111122223333:project/p/version/v/1" })
  report(server, "DescribeProjectVersions", port, "DescribeProjectVersions",
    { ProjectArn = "arn:aws:rekognition:us-east-1:111122223333:project/p/1" })
  server.stop()
end

measure_ours(10)
if VERSIONS > 10 then measure_ours(VERSIONS) end
measure_moto()

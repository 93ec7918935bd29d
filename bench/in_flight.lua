--- Many calls in flight, by our client: in our own run, or stepped by a loop that watches the descriptor.
--
-- usage: in_flight.lua run|pollable URL IN_FLIGHT BODY_FILE [CA_FILE]
-- Makes as many calls as each line of its input says and prints CPU and wall time for each call, in microseconds.

local core = require "rekognition.core"
local rekognition = require "rekognition"
local async = rekognition.async

local mode, url, in_flight = arg[1], arg[2], math.tointeger(arg[3])
local client = rekognition.client { region = "us-east-1", endpoint = url, env = {}, max_connections = in_flight,
  ca_bundle = arg[5],
  credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" } }

local body = require("cjson").new().decode(io.open(arg[4], "rb"):read "a")

-- Futures alone: the end of one starts the next.
local function start_all(count)
  local started, ended = 0, 0
  local start_next
  local function note_end(ok, e)
    if not ok then error(e, 0) end
    ended = ended + 1
    start_next()
  end
  function start_next()
    if started >= count then return end
    started = started + 1
    client:copy_project_version_async(body):on_done(note_end)
  end
  for _ = 1, in_flight do start_next() end
  return function() return ended >= count end
end

local function run(count)
  local is_done = start_all(count)
  async.run(function() end)
  while not is_done() do async.sleep(0.001) end
end

local function step(count)
  local pollable = client:pollable()
  local descriptor = pollable:pollfd()
  local watched = { { getfd = function() return descriptor end } }
  local select, is_done = require("socket").select, start_all(count)
  while not is_done() do
    select(watched, nil, 1)
    pollable:step()
  end
end

local make = mode == "run" and run or step
make(in_flight)
for line in io.lines() do
  local count = math.tointeger(line)
  local wall, cpu = core.monotonic(), os.clock()
  make(count)
  cpu, wall = os.clock() - cpu, core.monotonic() - wall
  print(("%.3f %.3f"):format(cpu / count * 1e6, wall / count * 1e6))
  io.stdout:flush()
end

-- A process that runs `rekognition` again and again, and sends itself SIGINT each time at another moment:
-- moments.lua SCENARIO WAY FROM TO STEP [GAP], in the environment of an emulator, whose model is birds/v1.
--
-- WAY "steps": after FROM, FROM + STEP ... instructions of Lua since signals are caught; "points": before and after the
-- calls that wait, write, or start something. GAP: a second signal comes so many points after the first. It ends where
-- a command ended before its moment. Says what was wrong at which moment, how many moments there were, and after how
-- many a model was left running.

local cli = require "rekognition.cli"
local clients = require "rekognition.client"
local core = require "rekognition.core"
local interrupts = require "rekognition.cli.interrupts"
local journals = require "rekognition.custom_labels.run_journal"

local scenario, way = arg[1], arg[2]
local from, to, step, gap = tonumber(arg[3]), tonumber(arg[4]), tonumber(arg[5]), tonumber(arg[6]) or math.huge
local out = io.stdout
local stat <close> = assert(io.open "/proc/self/stat")
local pid = stat:read "n"

local sleep, spawn, catch = core.sleep, core.spawn, interrupts.catch
local client = clients.new {}
local call = getmetatable(client).call
local project = call(client, "DescribeProjects", { ProjectNames = { "birds" } }).ProjectDescriptions[1].ProjectArn
local journal = journals.open(client)

-- ---- the moments --------------------------------------------------------------------------------

-- A run under way: its moment, how many points and signals it has had, the point of the next signal, its child, and
-- what it wrote to the error stream.
local now

local function new_run(moment, is_quiet)
  return { moment = moment, is_over = is_quiet, points = 0, sent = 0, err = {},
           at = way == "points" and moment or math.huge }
end

local function send()
  if now.sent > 0 then sleep(0.11) end -- two that come sooner count as one
  now.sent, now.at = now.sent + 1, now.sent == 0 and now.points + gap or math.huge
  io.popen("kill -INT " .. pid):close()
end

local function point()
  if not now or now.is_over then return end
  now.points = now.points + 1
  if now.points >= now.at then send() end
end

-- The function of that name is a point before and after each call.
local function watch(owner, name)
  local f = owner[name]
  owner[name] = function(...)
    point()
    local results = table.pack(f(...))
    point()
    return table.unpack(results, 1, results.n)
  end
end

local Stream = { flush = function() return true end, seek = function() return 0 end }
function Stream.write(_, ...)
  for _, text in ipairs { ... } do now.err[#now.err + 1] = tostring(text) end
  return true
end
rawset(io, "stderr", Stream)
rawset(io, "stdout", { write = Stream.flush, flush = Stream.flush, seek = Stream.seek })

core.spawn = function(...)
  local child, why = spawn(...)
  if not child then return nil, why end
  now.child = child
  local proxy = {
    wait = function(_, seconds) return child:wait(seconds) end,
    signal = function(_, number) return child:signal(number) end,
  }
  watch(proxy, "wait")
  watch(proxy, "signal")
  return proxy
end
for _, name in ipairs { "spawn", "sleep", "lock_file", "write_private", "make_folder" } do watch(core, name) end
watch(Stream, "write")
watch(os, "remove")
for _, name in ipairs { "call", "_call" } do watch(getmetatable(client), name) end

-- From here on the instructions are counted.
interrupts.catch = function()
  catch()
  if way == "points" or now.is_over then return end
  debug.sethook(function()
    debug.sethook()
    send()
  end, "", now.moment)
end

-- ---- what is run --------------------------------------------------------------------------------

local RUN = { "run", "--version", "birds/v1", "--yes", "--delay", "0.01" }
local COPY = { "copy", "--source-project", "birds", "--destination-project", "birds", "--source-version", "v1",
  "--version-name", "c1", "--bucket", "custom-labels-results", "--delay", "0.01", "--yes" }
local START = { "start", "birds/v1", "--delay", "0.01", "--yes" }

local function with(words, ...)
  return table.move({ ... }, 1, select("#", ...), #words + 1, table.move(words, 1, #words, 1, {}))
end

local SCENARIOS = {
  short = with(RUN, "--", "sleep", "0.03"), long = with(RUN, "--", "sleep", "30"),
  limit = with(RUN, "--max-hours", "0.00001", "--", "sleep", "30"),
  start = START, stop = { "stop", "--mine", "--delay", "0.01" }, copy = COPY,
}

-- Runs a command that gets no signal. Returns its exit status and its error stream.
local function quietly(words)
  now = new_run(nil, true)
  return cli.main(words), table.concat(now.err)
end

-- ---- what must hold -----------------------------------------------------------------------------

local ENDED = { STOPPED = true, TRAINING_COMPLETED = true }

local function versions(name)
  local params = { ProjectArn = project, VersionNames = { name } }
  return call(client, "DescribeProjectVersions", params).ProjectVersionDescriptions
end
local arn = versions("v1")[1].ProjectVersionArn

local function is_left() return not ENDED[versions("v1")[1].Status] end

-- Everything as it was before.
local function tidy_up()
  if now.child then now.child:signal(9) end
  while is_left() do
    pcall(call, client, "StopProjectVersion", { ProjectVersionArn = arn })
    sleep(0.005)
  end
  for _, entry in ipairs(journal:list()) do journal:remove(entry.version, entry.endpoint) end
  if scenario ~= "copy" then return end
  while #versions "c1" > 0 do
    pcall(call, client, "DeleteProjectVersion", { ProjectVersionArn = versions("c1")[1].ProjectVersionArn })
    sleep(0.005)
  end
end

-- What a model that is left running must have.
local function find_fault_of_left(run, text)
  if #journal:list() == 0 then return "the model is left, and not in the journal" end
  if run.sent < 2 and scenario ~= "start" and scenario ~= "stop" then return "one signal left the model running" end
  local is_said = text:find("may still be running", 1, true) or text:find("may go on", 1, true)
  if not is_said and not text:find("start: RUNNING", 1, true) then return "nothing says that the model is left" end
end

-- What is wrong after a run; nil where nothing is.
local function find_fault(run, code)
  if code ~= (run.sent > 0 and 130 or scenario == "limit" and 1 or 0) then return "the exit status is " .. code end
  if run.child and select("#", run.child:wait(0)) == 0 then return "the command still runs" end
  if is_left() then
    local fault = find_fault_of_left(run, table.concat(run.err))
    if fault then return fault end
  elseif scenario ~= "start" and scenario ~= "stop" and #journal:list() > 0 and run.sent < 2 then
    return "the journal has a model that is stopped"
  end
  local lock = journal:claim(arn, client.endpoint)
  if not lock then return "the lock is left" end
  journal:release(arn, client.endpoint, lock)
  if scenario == "copy" then
    local again, said = quietly(COPY)
    if again ~= 0 then return "the same command, run again, failed: " .. said end
    if #versions "c1" ~= 1 then return ("there are %d copies"):format(#versions "c1") end
  end
end

local moments, faults, left = 0, 0, 0
for moment = from, to, step do
  if scenario == "stop" then assert(quietly(START) == 0) end
  local run = new_run(moment)
  now = run
  local ok, code = pcall(cli.main, SCENARIOS[scenario])
  debug.sethook()
  run.is_over = true
  local fault = not ok and tostring(code) or find_fault(run, code)
  if fault then
    faults = faults + 1
    out:write(("%s, %s %d: %s\n%s\n"):format(scenario, way, moment, fault, table.concat(run.err)))
  end
  if is_left() then left = left + 1 end
  tidy_up()
  if run.sent == 0 then break end
  moments = moments + 1
end
out:write(("%d moments, %d faults, %d left\n"):format(moments, faults, left))
os.exit(faults == 0, true)

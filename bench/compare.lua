--- Measures contestants in rounds: in each round every one has its turn, so that whatever else the machine does meets
-- all of them. Prints medians, quartiles and the ratios of the figures of one round.
--
--   script/lua bench/compare.lua FOLDER URL [ROUNDS [TITLE]]
--
-- bench/run prepares the folder and the server. TITLE is a pattern: only tables whose title has it are made.
-- REK_BENCH_PYTHON and REK_BENCH_NODE are the interpreters of the other SDKs; an SDK whose interpreter is empty is
-- left out. REK_BENCH_CPU is the processor that all run on.

package.path = "bench/?.lua;" .. package.path
local stats = require "stats"
local workers = require "worker"

local folder, url = arg[1], arg[2]
local rounds, pattern = tonumber(arg[3] or 15), arg[4] or ""
local cpu = os.getenv "REK_BENCH_CPU" or "0"

local interpreters = {
  ours = "lua5.4", boto3 = os.getenv "REK_BENCH_PYTHON", ["JS SDK v3"] = os.getenv "REK_BENCH_NODE",
}
local programs = { ours = "bench/client.lua", boto3 = "bench/client.py", ["JS SDK v3"] = "bench/client.mjs" }

local function pinned(...) return workers.shell("taskset", "-c", cpu, ...) end

local function program(name) return ("%s/%s"):format(folder, name) end

-- The command of a client in a mode, or nil where there is none on this machine.
local function client(name, mode, operation)
  local interpreter = interpreters[name]
  if not interpreter or interpreter == "" then return nil end
  return { interpreter, programs[name], mode, url, operation or "CopyProjectVersion",
    program "image.bin", program "answer.json" }
end

local function floor(mode, operation)
  return { program "floor", mode, url, operation, ("%s/%s.json"):format(folder, operation) }
end

local function living(command) return workers.living(pinned(table.unpack(command)), folder) end

local function starting(command)
  return workers.starting(pinned(program "first_response", table.unpack(command)))
end

-- With the shared files, which the clients find.
local function with_profile(command)
  return command and { "env", "AWS_CONFIG_FILE=" .. program "config", "AWS_SHARED_CREDENTIALS_FILE="
    .. program "credentials", "AWS_PROFILE=measured", table.unpack(command) }
end

local function calls(operation, counts)
  return {
    { "floor", living, floor("calls", operation), counts[1] },
    { "ours", living, client("ours", "calls", operation), counts[2] },
    { "boto3", living, client("boto3", "calls", operation), counts[3] },
    { "JS SDK v3", living, client("JS SDK v3", "calls", operation), counts[4] },
  }
end

local describe = calls("DescribeProjectVersions", { 100, 20, 3, 5 })
table.insert(describe, 2, { "lua-cjson's decode", living, client("ours", "decode"), 20 })

-- Each contestant: name, how it is run, its command, how many things it does in a turn.
local tables = {
  { title = "CopyProjectVersion", by = "cpu", bases = { "floor" },
    contestants = calls("CopyProjectVersion", { 1000, 1000, 40, 100 }) },
  { title = "DetectCustomLabels, an image of 3 MB", by = "cpu", bases = { "floor" },
    contestants = calls("DetectCustomLabels", { 10, 10, 2, 3 }) },
  { title = "DescribeProjectVersions, a response of 220 KB", by = "cpu", bases = { "floor", "lua-cjson's decode" },
    contestants = describe },
  { title = "From the process's start to the first response", by = "elapsed", bases = { "floor" }, starts = true,
    contestants = {
      { "floor", starting, floor("first", "CopyProjectVersion") },
      { "ours", starting, client("ours", "first") },
      { "boto3", starting, client("boto3", "first") },
      { "JS SDK v3", starting, client("JS SDK v3", "first") },
      { "bare lua5.4", starting, { "lua5.4", "-e", "print 'done'" } },
    } },
  { title = "Signing a body of 590 bytes", by = "cpu", bases = { "bare blocks" },
    contestants = {
      { "bare blocks", living, { program "signing", "blocks" }, 20000 },
      { "floor's signer", living, { program "signing", "floor" }, 20000 },
      { "ours, the core", living, { program "signing", "core" }, 20000 },
      { "ours, rekognition.sigv4.sign", living, client("ours", "sign"), 3000 },
      { "botocore", living, client("boto3", "sign"), 300 },
      { "JS SDK v3", living, client("JS SDK v3", "sign"), 300 },
    } },
  { title = "From the client's making to a signed request, credentials from a profile", by = "cpu", bases = { "ours" },
    contestants = {
      { "ours", living, with_profile(client("ours", "signed")), 20 },
      { "botocore", living, with_profile(client("boto3", "signed")), 1 },
    } },
}

local function measure(contestants)
  local running = {}
  for _, contestant in ipairs(contestants) do
    local name, run, command, times = table.unpack(contestant, 1, 4)
    if command then
      running[#running + 1] = { name = name, worker = run(command), times = times or 1, cpu = {}, elapsed = {} }
    end
  end
  for _, entry in ipairs(running) do entry.worker:turn(entry.times) end -- to be warm
  for round = 1, rounds do
    for _, entry in ipairs(running) do
      entry.cpu[round], entry.elapsed[round] = entry.worker:turn(entry.times)
    end
  end
  for _, entry in ipairs(running) do
    entry.peak = entry.worker:peak()
    entry.worker:stop()
  end
  return running
end

local function cells(list) print("| " .. table.concat(list, " | ") .. " |") end

local function print_table(one, results)
  local by_name, header = {}, { "", "CPU µs", "elapsed µs" }
  for _, entry in ipairs(results) do by_name[entry.name] = entry end
  for _, base in ipairs(one.bases) do header[#header + 1] = ("%s, times %s"):format(one.by, base) end
  if not one.starts then
    table.move({ "per second", "peak MiB" }, 1, 2, #header + 1, header)
  end
  print(("\n## %s\n"):format(one.title))
  cells(header)
  print("|" .. (" --- |"):rep(#header))
  for _, entry in ipairs(results) do
    local row = { entry.name, stats.describe(entry.cpu), stats.describe(entry.elapsed) }
    for _, base in ipairs(one.bases) do
      row[#row + 1] = stats.describe_ratio(entry[one.by], by_name[base][one.by])
    end
    if not one.starts then
      row[#row + 1] = ("%.0f"):format(1e6 / stats.median(entry.elapsed))
      row[#row + 1] = ("%.1f"):format(entry.peak)
    end
    cells(row)
  end
  io.flush()
end

for _, one in ipairs(tables) do
  if one.title:find(pattern, 1, true) then print_table(one, measure(one.contestants)) end
end

--- A tree of tasks, with a timeout and a cancellation. On the emulator:
--
--   script/lua bin/rekognition-emulator --port 4566        in one terminal
--   script/lua examples/async_tasks.lua                     in another

local rekognition = require "rekognition"
local async = rekognition.async

local client = rekognition.client {
  region = "us-east-1", endpoint = os.getenv "AWS_ENDPOINT_URL" or "http://127.0.0.1:4566",
  credentials = { access_key_id = "AKIAEMULATOR00000001", secret_access_key = "emulator-secret-of-111122223333" },
}

local function count_projects()
  local count = 0
  for _ in client:items "DescribeProjects" do count = count + 1 end
  return count
end

-- Looks again and again, until something ends it. <close> runs however it ends.
local function watch(name)
  local _ <close> = setmetatable({}, { __close = function() print(name .. " has ended") end })
  while true do
    count_projects()
    async.sleep(0.05)
  end
end

-- Two children at the same time; the results in order. The first error would end the other child, and be raised.
local function both()
  return async.all { count_projects, function()
    local datasets = 0
    for project in client:items "DescribeProjects" do datasets = datasets + #(project.Datasets or {}) end
    return datasets
  end }
end

async.run(function()
  local counts = both()
  print("counted", math.type(counts[1]), math.type(counts[2]))

  -- A timeout ends the task and all that it started.
  local ok, e = pcall(async.timeout, 0.2, function()
    async.spawn(watch, "the child of the slow task")
    watch("the slow task")
  end)
  print(ok, e.kind, e.code)

  -- A task that is cancelled ends where it waits.
  local watcher = async.spawn(watch, "the cancelled task")
  async.sleep(0.1)
  watcher:cancel()
  ok, e = pcall(watcher.await, watcher)
  print(ok, e.kind, e.code)
end)

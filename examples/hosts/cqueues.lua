--- Calls in an event loop of cqueues, beside its other coroutines. On the emulator:
--
--   script/lua bin/rekognition-emulator --port 4566        in one terminal
--   script/lua examples/hosts/cqueues.lua                   in another
--
-- On AWS leave out endpoint and credentials. Any other loop does the same: it watches one descriptor, and calls `step`
-- when that is readable.

local cqueues = require "cqueues"
local condition = require "cqueues.condition"
local rekognition = require "rekognition"

local client = rekognition.client {
  region = "us-east-1", endpoint = os.getenv "AWS_ENDPOINT_URL" or "http://127.0.0.1:4566",
  credentials = { access_key_id = "AKIAEMULATOR00000001", secret_access_key = "emulator-secret-of-111122223333" },
}

local loop = cqueues.new()
local engine = client:pollable()

-- Starts a call, and has only this coroutine of the loop wait for it.
local function call(operation, params)
  local done, future = condition.new(), client:start(operation, params)
  future:on_done(function() done:signal() end)
  if not future:ready() then done:wait() end
  return pcall(future.await, future)
end

local names = { "Birds", "not a name!", "Fish" }
local running = #names
for _, name in ipairs(names) do
  loop:wrap(function()
    local ok, result = call("CreateProject", { ProjectName = name })
    print(name, ok and "made" or result.code)
    running = running - 1
  end)
end

-- The engine, as long as the loop runs: cqueues asks it for its descriptor, its events and its timeout.
loop:wrap(function()
  while true do
    cqueues.poll(engine)
    engine:step()
  end
end)

local ticks = 0
loop:wrap(function()
  while running > 0 do
    ticks = ticks + 1
    cqueues.sleep(0.001)
  end
end)

repeat assert(loop:step()) until running == 0
engine:close()
print(ticks > 1 and "the loop went on meanwhile" or "the loop stood still")

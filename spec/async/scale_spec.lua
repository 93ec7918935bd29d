-- Very many calls: all are answered, and nothing is left behind. REK_FULL=1 takes the numbers that docs/performance.md
-- speaks of (10,000 in flight, 100,000 calls); bench/scale prints what they cost. No time is asserted.

local core = require "rekognition.core"
local engine = require "rekognition.async.engine"
local scale = require "spec.support.scale"

local FULL = os.getenv "REK_FULL" == "1"
-- Places for a connection each, of those that the process may have.
local IN_FLIGHT = math.min(FULL and 10000 or 400, core.descriptor_limit() - 100)
local CALLS = FULL and 50000 or 600 -- twice
local CONNECTIONS = 16 -- some of these may be open in the second half alone
local HEAP_KIB = 64 -- a few of Lua's blocks; a leak of ten bytes a call is more, with the large numbers

setup(scale.start)
teardown(scale.stop)

describe("calls in flight", function()
  it("are all answered, a connection each", function()
    local client <close> = scale.client("http", FULL and 1 or 0.2, IN_FLIGHT)
    local found = scale.in_flight(client, IN_FLIGHT)
    assert.equal(IN_FLIGHT, found.answered)
    assert.equal(0, engine.network():under_way())
    if FULL and found.memory then assert.is_true(found.memory < 24, found.memory .. " KiB a call") end
  end)

  it("are all answered over TLS, through a bounded pool and a queue", function()
    local client <close> = scale.client("https", FULL and 0.1 or 0.01, 16)
    assert.equal(IN_FLIGHT, scale.in_flight(client, IN_FLIGHT).answered)
    local descriptors = scale.descriptors()
    if descriptors then assert.is_true(descriptors < 100, descriptors .. " descriptors") end
  end)
end)

describe("calls one after the other leave nothing behind:", function()
  for _, scheme in ipairs { "http", "https" } do
    it(scheme, function()
      local client <close> = scale.client(scheme, 0, CONNECTIONS)
      scale.many(client, CALLS, CONNECTIONS)
      local before = scale.usage()
      scale.many(client, CALLS, CONNECTIONS)
      local after = scale.usage()
      if after.descriptors then assert.is_true(after.descriptors < before.descriptors + CONNECTIONS) end
      assert.is_true(after.heap - before.heap < HEAP_KIB, ("%d KiB of heap, then %d"):format(before.heap // 1, after.heap // 1))
    end)
  end
end)

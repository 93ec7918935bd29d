-- The engine as an event loop of the host's sees it, without a network.

local async = require "rekognition.async"
local engine = require "rekognition.async.engine"
local fake = require "spec.support.fake"
local rekognition = require "rekognition"

local catch = fake.catch

after_each(function()
  assert.equal(0, engine.live, "a task is left")
  assert.is_false(engine.has_work())
end)

describe("a pollable", function()
  -- What waits for a pollable's descriptor, or, where the system has none to offer (poller_plain.c), for its time.
  local function watcher(pollable)
    local socket = require "socket"
    if not pollable:pollfd() then
      return function()
        socket.sleep(math.min(pollable:timeout() or 0.1, 0.1))
        return true
      end, function() return false end
    end
    local watched = { getfd = function() return pollable:pollfd() end }
    local function readable(seconds) return socket.select({ watched }, nil, seconds)[1] == watched end
    return function() return readable(5) end, function() return readable(0) end
  end

  it("moves on by steps when its descriptor is readable", function()
    local client <close> = fake.client { fake.answer(200, {}) }
    local pollable <close> = client:pollable()
    local wait, is_readable = watcher(pollable)
    assert.equal("r", pollable:events())
    local done
    client:describe_projects_async({}):on_done(function(ok) done = ok end)
    async.spawn(async.sleep, 0.02)
    assert.equal(0, pollable:timeout())
    for _ = 1, 1000 do
      if done and engine.live == 0 then break end
      assert.is_true(wait(), "not readable within 5 s")
      pollable:step()
    end
    assert.is_true(done)
    assert.is_nil(pollable:timeout())
    assert.is_false(is_readable())
  end)

  it("refuses a step inside a step", function()
    local pollable = rekognition.async.pollable()
    local e
    async.run(function() e = catch(pollable.step, pollable) end)
    assert.equal("NestedStep", e.code)
    pollable:close()
    assert.equal("Closed", catch(pollable.step, pollable).code)
  end)
end)

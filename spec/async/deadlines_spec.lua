-- A call's time runs wherever it waits: also where libcurl keeps no time for it, since other requests to the host come
-- first.

local async = require "rekognition.async"
local call_stages = require "spec.support.call_stages"
local engine = require "rekognition.async.engine"
local fake = require "spec.support.fake"
local support = require "spec.support.http_server"

setup(function() call_stages.use(support.start()) end)
teardown(function()
  call_stages.close()
  support.stop()
end)

local PARAMS = { ProjectName = "x" }

local function stage_of(name)
  for _, stage in ipairs(call_stages.list) do
    if stage[1] == name then return stage end
  end
end

describe("total_timeout ends a call whose request waits for the connections of others", function()
  for _, name in ipairs { "connecting", "in the TLS handshake", "asking a proxy" } do
    for _, others in ipairs { 1, 20 } do
      it(("that are %s, %d of them"):format(name, others), function()
        local client <close> = call_stages.client(stage_of(name))
        local first = {}
        for place = 1, others do first[place] = client:create_project_async(PARAMS, { connect_timeout = 50 }) end
        async.sleep(0.03)
        local late = client:create_project_async(PARAMS, { connect_timeout = 50, total_timeout = 0.1 })
        local e = fake.catch(late.await, late)
        assert.same({ "transport", "timeout", "total_timeout_exceeded" }, { e.kind, e.code, e.retry_outcome })
        assert.is_nil(e.maybe_succeeded)
        for _, future in ipairs(first) do
          assert.is_false(future:ready())
          future:cancel()
        end
        async.run(async.sleep, 0)
        assert.equal(0, engine.network():under_way())
        assert.equal(0, engine.live)
      end)
    end
  end
end)

describe("what would wait for itself without end", function()
  it("is refused: a task that awaits one that it is a part of", function()
    local outer
    outer = async.spawn(function()
      return async.spawn(function() return async.spawn(function() return outer:await() end):await() end):await()
    end)
    assert.equal("InvalidCall", fake.catch(outer.await, outer).code)
    outer = async.spawn(function() return async.all { outer } end)
    assert.equal("InvalidCall", fake.catch(outer.await, outer).code)
    assert.equal(0, engine.live)
  end)
end)

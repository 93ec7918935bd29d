-- What keeps a fleet within AWS's quotas: the rate of calls, the places for copies, the moments of looks.

local calls_of = require "rekognition.custom_labels.calls"
local fake = require "spec.support.fake"
local limiters = require "rekognition.custom_labels.fleet.limiter"
local pools = require "rekognition.custom_labels.fleet.pools"
local rek_error = require "rekognition.error"
local watches = require "rekognition.custom_labels.fleet.watch"

describe("the limiter", function()
  local function new(rate)
    local client, world = fake.client { fake.answer(200, {}) }
    return limiters.new(rate, calls_of.new(client, 1000)), world, client
  end

  it("lets no more calls leave in any second than the rate", function()
    local limiter, world, client = new(5)
    local moments = {}
    for i = 1, 50 do
      limiter:wait(client, "CopyProjectVersion")
      moments[i] = world.now
    end
    for i = 6, 50 do assert.is_true(moments[i] - moments[i - 5] >= 1) end
    assert.is_true(moments[50] - moments[1] < 12)
  end)

  it("has one limit for all clients of an account, and one for each operation and account", function()
    local limiter, world, one = new(5)
    local two, three = fake.client {}, fake.client {}
    limiter:know(one, "111122223333")
    limiter:know(two, "111122223333")
    limiter:know(three, "555555555555")
    limiter:wait(one, "DescribeProjects")
    limiter:wait(two, "DescribeProjects")
    assert.equal(1, #world.slept)
    limiter:wait(three, "DescribeProjects")
    limiter:wait(one, "DescribeProjectVersions")
    assert.equal(1, #world.slept)
    assert.same({ DescribeProjects = 3, DescribeProjectVersions = 1 }, limiter.counts)
  end)

  it("knows that tags may be asked for more often", function()
    local limiter, world, client = new(5)
    for _ = 1, 11 do limiter:wait(client, "ListTagsForResource") end
    assert.is_true(#world.slept == 10 and world.now - 1440938160 < 1.1)
  end)
end)

describe("a pool of places for copies", function()
  local function with(count)
    local pool = pools.new()
    for i = 1, count do pool.queue[i] = { name = i } end
    return pool
  end

  it("has room until one is refused; then as many as were under way", function()
    local pool = with(10)
    for _ = 1, 3 do
      assert.is_true(pool:has_room(0))
      pool:take()
    end
    local fourth = pool:take()
    pool:refused(fourth, 0, 30)
    assert.equal(3, pool.limit)
    assert.is_false(pool:has_room(1e9))
    pool:ended()
    assert.is_true(pool:has_room(0))
    assert.equal(fourth, pool:take())
  end)

  it("waits longer and longer while others have all places", function()
    local pool, pauses = with(1), {}
    for i = 1, 7 do
      local now = pool.not_before
      pool:refused(pool:take(), now, 30)
      pauses[i] = pool.not_before - now
      assert.is_false(pool:has_room(now))
    end
    assert.same({ 30, 60, 120, 240, 480, 600, 600 }, pauses)
  end)

  it("tries one more after a while", function()
    local pool = with(200)
    for _ = 1, 3 do pool:take() end
    pool:refused(pool:take(), 0, 30)
    for _ = 1, 36 do
      pool:ended()
      pool:take()
    end
    assert.equal(4, pool.limit)
  end)
end)

describe("a watch", function()
  local function arn(name) return "arn:aws:rekognition:us-east-1:555555555555:project/P/version/" .. name .. "/1" end

  it("looks when the first copy can be ready, and seldom before", function()
    local watch = watches.new("project", nil)
    watch:add({ job = { copy_arn = arn "a" } }, "project_version_copied", 0, nil, 30)
    assert.equal(2, watch.due)
    watch:plan(30, nil, 30)
    assert.equal(60, watch.due)
    watch:plan(60, 80, 30)
    assert.equal(80.5, watch.due)
    watch:plan(80.5, 80, 30)
    assert.equal(88, watch.due)
    watch:plan(100, 5000, 30)
    assert.equal(220, watch.due) -- one that fails early is seen within four delays
    watch:remove(arn "a")
    assert.equal(math.huge, watch.due)
  end)
end)

describe("an error of a call", function()
  it("is unclear if what was asked may have been done", function()
    for _, case in ipairs {
      { { kind = "transport", code = "timeout", retryable = true }, true },
      { { kind = "transport", code = "tls", retryable = false }, false },
      { { kind = "protocol", code = "InvalidResponse" }, true },
      { { kind = "service", code = "InternalServerError", status = 500 }, true },
      { { kind = "service", code = "ThrottlingException", status = 500 }, false },
      { { kind = "service", code = "AccessDeniedException", status = 400 }, false },
      { { kind = "service", code = "ResourceInUseException", status = 400, maybe_succeeded = true }, true },
      { { kind = "credentials", code = "NoCredentials" }, false },
    } do
      case[1].message = "x"
      assert.equal(case[2], calls_of.is_unclear(rek_error.new(case[1])), case[1].code)
    end
    assert.is_false(calls_of.is_unclear("a string"))
  end)
end)

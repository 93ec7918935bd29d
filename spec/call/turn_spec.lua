-- A turn that a call waited for and did not use goes back: later calls don't wait for those that were ended.

local async = require "rekognition.async"
local core = require "rekognition.core"
local engine = require "rekognition.async.engine"
local fake = require "spec.support.fake"

local keys = 0
local function new_key()
  keys = keys + 1
  return ("turn_spec %d"):format(keys)
end

-- A client whose waits are real, and noted; each has an account of its own.
local function new_client(options)
  local world = { waits = {} }
  local settings = { sleep = function(seconds)
    world.waits[#world.waits + 1] = seconds
    async.sleep(seconds)
  end, clock = core.now, credentials = { access_key_id = "AKID", secret_access_key = "SECRET", account_id = new_key() },
    retry = { mode = "off" } }
  for name, value in pairs(options or {}) do settings[name] = value end
  local client = fake.client({ fake.answer(200, {}) }, settings)
  return client, world
end

local function create(client, options) return client:create_project({ ProjectName = "x" }, options) end

-- How long the next call has to wait; it is ended, too.
local function next_wait(client, world)
  pcall(async.timeout, 0.01, create, client)
  return table.remove(world.waits)
end

local SPACING = 10.3 -- of the rate 0.1

-- Ways of ending a call that waits for its turn.
local WAYS = {
  { "cancelled", function(client)
    local future = async.spawn(create, client)
    async.sleep(0.005)
    future:cancel()
  end },
  { "cancelled as futures", function(client)
    local future = client:create_project_async { ProjectName = "x" }
    async.sleep(0.005)
    future:cancel()
  end },
  { "ended by a timeout", function(client) pcall(async.timeout, 0.005, create, client) end },
  { "ended by total_timeout", function(client) pcall(create, client, { total_timeout = 0.005 }) end },
  { "ended with their coroutine", function(client)
    local thread
    async.spawn(function()
      thread = coroutine.running()
      create(client)
    end)
    async.sleep(0.005)
    coroutine.close(thread)
  end },
  { "ended where they can't be suspended", function(client)
    pcall(async.timeout, 0.005, function() coroutine.wrap(create)(client) end)
  end },
}

local LIMITS = {
  { "a rate", function() return new_client { rate = { ["*"] = 0.1 } } end },
  { "the adaptive mode", function()
    local client, world = new_client { retry = { mode = "adaptive", max_attempts = 1 } }
    local limiter = client._channel.retry.limiter -- as after much throttling
    limiter.enabled, limiter.record = true, function() end
    limiter:set_rate(0.1, core.monotonic())
    limiter.fill_rate, limiter.max_capacity = 1 / SPACING, 1
    limiter.capacity = 1
    return client, world
  end },
}

describe("a turn goes back from calls that were", function()
  after_each(function() assert.equal(0, engine.live) end)

  for _, limit in ipairs(LIMITS) do
    for _, way in ipairs(WAYS) do
      it(way[1] .. ": " .. limit[1], function()
        local client, world = limit[2]()
        create(client)
        for _ = 1, 5 do way[2](client) end
        assert.is_true(next_wait(client, world) <= SPACING)
      end)
    end
  end

  it("cancelled in the middle of others, which keep theirs: the next ones take the first that are free", function()
    local client, world = LIMITS[1][2]()
    create(client)
    local futures = {}
    for place = 1, 10 do futures[place] = async.spawn(create, client) end
    async.sleep(0.005)
    for place = 3, 6 do futures[place]:cancel() end
    for place = 3, 6 do
      futures[place] = async.spawn(create, client)
      async.run(async.sleep, 0.001)
      local wait = world.waits[#world.waits]
      assert.is_true(wait > SPACING * (place - 0.5) and wait <= SPACING * place, wait)
    end
    async.run(async.sleep, 0.001)
    assert.is_true(next_wait(client, world) > 10.5 * SPACING)
    for _, future in ipairs(futures) do future:cancel() end
    assert.is_true(next_wait(client, world) <= SPACING)
  end)
end)

describe("a rate that is next to nothing", function()
  it("lets the first call through, and the next one wait", function()
    local client, world = new_client { rate = { ["*"] = 1e-300 } }
    create(client)
    local wait = next_wait(client, world)
    assert.is_true(wait > 1e6 and wait < math.huge)
  end)
end)

describe("the adaptive mode's turn", function()
  it("is waited for no longer than total_timeout", function()
    local client, world = LIMITS[2][2]()
    create(client)
    local e = fake.catch(create, client, { total_timeout = 0.02 })
    assert.same({ "transport", "timeout" }, { e.kind, e.code })
    assert.is_true(world.waits[#world.waits] <= 0.02)
  end)
end)

describe("core.reserve_rate", function()
  local FAR = 1000 -- seconds: no moment passes meanwhile

  it("hands out what was given back, the first first; places never overlap", function()
    local key, taken = new_key(), {}
    local random = core.random
    core.reserve_rate(key, FAR)
    for _ = 1, 3000 do
      if #taken > 0 and random() < 0.5 then
        local place = table.remove(taken, 1 + math.floor(random() * #taken))
        core.give_back_rate(key, place.spacing, place.at)
      else
        local spacing = FAR * (1 + math.floor(random() * 3))
        local _, at = core.reserve_rate(key, spacing)
        for _, other in ipairs(taken) do
          assert.is_true(at + spacing <= other.at + 0.01 or other.at + other.spacing <= at + 0.01)
        end
        taken[#taken + 1] = { at = at, spacing = spacing }
      end
    end
    for _, place in ipairs(taken) do core.give_back_rate(key, place.spacing, place.at) end
    local wait = core.reserve_rate(key, FAR)
    assert.is_true(wait > FAR - 100 and wait <= FAR, wait)
  end)

  it("forgets what comes back of a key that it doesn't know, or too late", function()
    local key = new_key()
    core.give_back_rate(key, 1, 5)
    local wait, at = core.reserve_rate(key, 0.001)
    assert.equal(0, wait)
    core.give_back_rate(key, 0.001, at - 100)
    core.give_back_rate(key, 0.001, at + 1e6)
    core.give_back_rate(key, 0.001, at)
    assert.is_true(core.reserve_rate(key, 1) <= 0.001)
  end)

  it("refuses a place without a length", function()
    assert.has_error(function() core.reserve_rate("k", 0) end)
    assert.has_error(function() core.give_back_rate("k", -1, 0) end)
    assert.has_error(function() core.give_back_rate("k", 1) end)
  end)
end)

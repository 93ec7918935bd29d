local contexts = require "rekognition.credentials.context"
local providers = require "rekognition.credentials.provider"
local rek_error = require "rekognition.error"
local support = require "spec.support.credentials"

local MINUTE = 60

-- A provider whose source gives credentials that live `life` seconds, numbered AKID1, AKID2, ...
local function numbered(world, life, before)
  local source = { name = "numbered", fetches = 0 }
  function source.fetch(_, force)
    source.forced = force
    source.fetches = source.fetches + 1
    local number = source.fetches
    if before then before(number) end
    return {
      access_key_id = "AKID" .. number, secret_access_key = "SECRET" .. number, source = "numbered",
      expiration = life and world.now + life or nil,
    }
  end
  return providers.new(source, contexts.from(world.options)), source
end

local function fail_from(first)
  return function(number)
    if number >= first then rek_error.raise { kind = "credentials", message = "numbered: out of order" } end
  end
end

describe("a caching provider", function()
  local world
  before_each(function() world = support.world {} end)

  it("asks its source once while the credentials last", function()
    local provider, source = numbered(world, 60 * MINUTE)
    local first = provider:get()
    world.now = world.now + 44 * MINUTE
    assert.equal(first, provider:get())
    assert.equal(1, source.fetches)
  end)

  it("keeps credentials without an end for ever", function()
    local provider, source = numbered(world, nil)
    provider:get()
    world.now = world.now + 1e9
    assert.equal("AKID1", provider:get().access_key_id)
    assert.equal(1, source.fetches)
  end)

  it("renews in the last 15 minutes, not before", function()
    local provider = numbered(world, 60 * MINUTE)
    provider:get()
    world.now = world.now + 45 * MINUTE
    assert.equal("AKID1", provider:get().access_key_id)
    world.now = world.now + 1
    assert.equal("AKID2", provider:get().access_key_id)
  end)

  it("begins up to a minute later by chance", function()
    world = support.world { random = 0.5 }
    local provider = numbered(world, 60 * MINUTE)
    provider:get()
    world.now = world.now + 45 * MINUTE + 29
    assert.equal("AKID1", provider:get().access_key_id)
    world.now = world.now + 2
    assert.equal("AKID2", provider:get().access_key_id)
  end)

  it("uses the old ones where an advisory renewal fails, and tries again a minute later", function()
    local provider, source = numbered(world, 60 * MINUTE, fail_from(2))
    provider:get()
    world.now = world.now + 46 * MINUTE
    assert.equal("AKID1", provider:get().access_key_id)
    assert.equal("AKID1", provider:get().access_key_id)
    assert.equal(2, source.fetches)
    world.now = world.now + MINUTE
    provider:get()
    assert.equal(3, source.fetches)
    assert.equal(2, support.count(world, "credentials_refresh_failed"))
  end)

  it("raises where a renewal fails in the last 10 minutes", function()
    local provider = numbered(world, 60 * MINUTE, fail_from(2))
    provider:get()
    world.now = world.now + 50 * MINUTE + 1
    local problem = support.catch(provider.get, provider)
    assert.equal("credentials", problem.kind)
    assert.matches("out of order", tostring(problem))
  end)

  it("shrinks its windows for credentials that live shortly", function()
    local provider, source = numbered(world, 15 * MINUTE)
    provider:get()
    world.now = world.now + 7 * MINUTE
    provider:get()
    assert.equal(1, source.fetches)
    world.now = world.now + MINUTE
    provider:get()
    assert.equal(2, source.fetches)
  end)

  it("refuses credentials that have ended already", function()
    local provider = numbered(world, -30)
    local problem = support.catch(provider.get, provider)
    assert.equal("credentials", problem.kind)
    assert.matches("ended 30 s ago by this machine's clock", problem.message)
  end)

  it("keeps good ones where a renewal gives ended ones", function()
    local life = 60 * MINUTE
    local source = { name = "s", fetch = function()
      return { access_key_id = "A", secret_access_key = "B", expiration = world.now + life }
    end }
    local provider = providers.new(source, contexts.from(world.options))
    local first = provider:get()
    life, world.now = -1, world.now + 46 * MINUTE
    assert.equal(first, provider:get())
  end)

  it("says why a source has nothing", function()
    local provider = providers.new({ name = "empty", fetch = function() return nil, "the drawer is empty" end },
      contexts.from(world.options))
    local problem = support.catch(provider.get, provider)
    assert.equal("NoCredentials", problem.code)
    assert.equal("empty: the drawer is empty", problem.message)
  end)

  it("renews immediately when told to, unless others are in place", function()
    local provider, source = numbered(world, 60 * MINUTE)
    local first = provider:get()
    assert.equal("AKID2", provider:refresh(first).access_key_id)
    assert.is_true(source.forced)
    assert.equal("AKID2", provider:refresh(first).access_key_id)
    assert.equal("AKID3", provider:refresh().access_key_id)
    assert.equal(3, source.fetches)
  end)

  it("shows no key in its text nor in its fields", function()
    local provider = numbered(world, 60 * MINUTE)
    provider:get()
    assert.equal("credentials from numbered", tostring(provider))
    local seen = {}
    local function walk(value)
      if type(value) == "string" then assert.is_nil(value:find("SECRET", 1, true)) end
      if type(value) ~= "table" or seen[value] then return end
      seen[value] = true
      for _, member in next, value do walk(member) end
    end
    walk(provider)
  end)
end)

describe("one renewal at a time", function()
  -- Runs functions as coroutines, round and round, until all are done; sleep and http yield.
  local function run_all(list)
    local threads, results = {}, {}
    for index, f in ipairs(list) do
      threads[index] = coroutine.create(function() results[index] = table.pack(pcall(f)) end)
    end
    local alive = true
    for _ = 1, 100000 do
      if not alive then break end
      alive = false
      for _, thread in ipairs(threads) do
        if coroutine.status(thread) ~= "dead" then
          assert(coroutine.resume(thread))
          alive = true
        end
      end
    end
    assert(not alive, "they never end")
    return results
  end

  local function yielding_world()
    local world = support.world {}
    world.options.sleep = function(seconds)
      world.now = world.now + seconds
      coroutine.yield()
    end
    return world
  end

  local function slow(fail)
    return function()
      for _ = 1, 20 do coroutine.yield() end
      if fail then rek_error.raise { kind = "credentials", message = "numbered: no" } end
    end
  end

  it("serves all who ask meanwhile from one fetch", function()
    local world = yielding_world()
    local provider, source = numbered(world, 3600, slow())
    local list = {}
    for index = 1, 50 do list[index] = function() return provider:get() end end
    for _, result in ipairs(run_all(list)) do
      assert.is_true(result[1])
      assert.equal("AKID1", result[2].access_key_id)
    end
    assert.equal(1, source.fetches)
  end)

  it("gives all of them its failure", function()
    local world = yielding_world()
    local provider, source = numbered(world, 3600, slow(true))
    local list = {}
    for index = 1, 10 do list[index] = function() return provider:get() end end
    for _, result in ipairs(run_all(list)) do
      assert.is_false(result[1])
      assert.matches("numbered: no", tostring(result[2]))
    end
    assert.equal(1, source.fetches)
  end)

  it("gives the old ones meanwhile, in the advisory window", function()
    local world = yielding_world()
    local provider, source = numbered(world, 3600, function(number) if number > 1 then slow()() end end)
    run_all { function() return provider:get() end }
    world.now = world.now + 46 * MINUTE
    local results = run_all { function() return provider:get() end, function() return provider:get() end }
    assert.equal("AKID2", results[1][2].access_key_id)
    assert.equal("AKID1", results[2][2].access_key_id)
    assert.equal(2, source.fetches)
  end)

  it("joins forced renewals too", function()
    local world = yielding_world()
    local provider, source = numbered(world, 3600, slow())
    run_all { function() return provider:get() end }
    local stale = run_all { function() return provider:get() end }[1][2]
    local list = {}
    for index = 1, 10 do list[index] = function() return provider:refresh(stale) end end
    for _, result in ipairs(run_all(list)) do assert.equal("AKID2", result[2].access_key_id) end
    assert.equal(2, source.fetches)
  end)

  it("goes on where the coroutine that renewed was closed", function()
    local world = yielding_world()
    local provider, source = numbered(world, 3600, function(number) if number == 1 then coroutine.yield() end end)
    local thread = coroutine.create(function() provider:get() end)
    coroutine.resume(thread)
    coroutine.close(thread)
    assert.equal("AKID2", provider:get().access_key_id)
    assert.equal(2, source.fetches)
  end)

  it("passes a cancelled call on, and lets the next one renew", function()
    local world = yielding_world()
    local provider, source = numbered(world, 3600, function(number)
      slow()()
      if number == 1 then rek_error.raise { kind = "cancelled", message = "cancelled" } end
    end)
    local results = run_all { function() return provider:get() end, function() return provider:get() end }
    assert.equal("cancelled", results[1][2].kind)
    assert.equal("AKID2", results[2][2].access_key_id)
    assert.equal(2, source.fetches)
  end)

  it("says so where a source asks for its own credentials", function()
    local world = support.world {}
    local provider
    provider = numbered(world, 3600, function() provider:get() end)
    local problem = support.catch(provider.get, provider)
    assert.equal("config", problem.kind)
    assert.equal(0, world.slept)
  end)

  it("gives up on a coroutine that is never resumed, in bounded time", function()
    local world = support.world {}
    local provider = numbered(world, 3600, function(number) if number == 1 then coroutine.yield() end end)
    local thread = coroutine.create(function() provider:get() end)
    coroutine.resume(thread)
    local before = world.now
    assert.equal("AKID2", provider:get().access_key_id)
    assert.is_true(world.now - before < 130)
  end)
end)

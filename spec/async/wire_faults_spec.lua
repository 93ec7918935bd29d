-- The wire's faults: a call that blocks, one in a task, one of a future and one inside coroutine.wrap in a task come to
-- the same end.

local async = require "rekognition.async"
local rekognition = require "rekognition"
local support = require "spec.support.http_server"
local wire_faults = require "spec.support.wire_faults"

setup(function() wire_faults.use(support.start()) end)
teardown(support.stop)

local function new_client(case)
  local options, request = case[3]()
  local all = { region = "us-east-1", env = {}, endpoint = request.url, random = function() return 0 end,
    credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE" },
    connect_timeout = request.connect_timeout, timeout = request.timeout, retry = { max_attempts = 2 } }
  for name, value in pairs(options) do all[name] = value end
  return rekognition.client(all)
end

local function outcome_of(f, client)
  local ok, e = pcall(f, client)
  assert.is_false(ok)
  if type(e) ~= "table" then return e end
  return { kind = e.kind, code = e.code, attempts = e.attempts, retryable = e.retryable, outcome = e.retry_outcome,
    maybe_succeeded = e.maybe_succeeded }
end

local PARAMS = { ProjectName = "x" }
local function create(client, params) return client:create_project(params or PARAMS) end
local ways = {
  ["in a task"] = create,
  ["a future's"] = function(client, params) return client:create_project_async(params or PARAMS):await() end,
  ["in another coroutine of a task"] = function(client, params) return coroutine.wrap(create)(client, params) end,
}

-- Where requests share a connection of HTTP/2, libcurl does not tell whether one was refused before it was read; and one
-- that is handed over when the connection has ended already was not read, unlike the first. With libcurl 8.14, where a
-- fault has two codes (case.also), one request has the one and those that share its connection the other.
-- (http2_sharing_spec.lua has the requests that the server reads all.)
local function at_the_same_time(case, expected, client)
  local maybe = false
  if case.shares then maybe, expected.maybe_succeeded = expected.maybe_succeeded, nil end
  async.run(function()
    for name, way in pairs(ways) do
      async.spawn(function()
        local own <close> = case.is_http2 and not case.shares and new_client(case) or nil
        local outcome = outcome_of(way, own or client)
        if case.shares then
          maybe = maybe and not outcome.maybe_succeeded
          outcome.maybe_succeeded = nil
        end
        if case.also and wire_faults.is_code(case, outcome.code) then outcome = expected end
        assert.same(expected, outcome, name)
      end)
    end
  end)
  assert.is_falsy(maybe) -- where one that blocks may have succeeded, one of these may have, too
end

-- The same on a connection that was used before. What was refused there is unknown too.
local function after_a_success(case, expected)
  expected.maybe_succeeded = case[5] or nil
  local function check(name, way)
    local client <close> = new_client(case)
    if not pcall(way, client, { ProjectName = "works" }) then return end -- it is silent from the beginning
    local outcome = outcome_of(way, client)
    if not case[5] then outcome.maybe_succeeded = nil end
    if case.also and wire_faults.is_code(case, outcome.code) then outcome = expected end
    assert.same(expected, outcome, name)
  end
  check("it blocks", create)
  for name, way in pairs(ways) do
    async.run(function() check(name, way) end)
  end
end

describe("a call comes to the same end whether it blocks or not:", function()
  for _, case in ipairs(wire_faults.cases) do
    it(("%s (%s)"):format(case[2], case[1]), function()
      local made, client = pcall(new_client, case)
      if not made then
        assert.equal("config", client.kind) -- an address that no client takes
        return
      end
      local expected = outcome_of(create, client)
      assert.equal("transport", expected.kind)
      assert.is_true(wire_faults.is_code(case, expected.code), expected.code)
      if case.is_http2 then
        for name, way in pairs(ways) do
          async.run(function() assert.same(expected, outcome_of(way, client), name) end)
        end
      end
      at_the_same_time(case, expected, client)
      if case.is_http2 then after_a_success(case, expected) end
      client:close()
    end)
  end
end)

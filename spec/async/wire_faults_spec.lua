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
local function create(client) return client:create_project(PARAMS) end
local ways = {
  ["in a task"] = create,
  ["a future's"] = function(client) return client:create_project_async(PARAMS):await() end,
  ["in another coroutine of a task"] = function(client) return coroutine.wrap(create)(client) end,
}

-- Where requests share a connection of HTTP/2, libcurl does not tell whether one was refused before it was read, and one
-- that is handed over when the connection has ended already (8.23) was not read, unlike those before it. Where
-- the server breaks the protocol and keeps the connection, requests that share it may wait for their timeout (libcurl
-- 7.88): these have connections of their own. With libcurl 8.14, where a fault has two codes (case.also), one request has
-- the one and those that share its connection the other.
local function at_the_same_time(case, expected, client)
  local is_unknown = case.shares
  if is_unknown then expected.maybe_succeeded = nil end
  async.run(function()
    for name, way in pairs(ways) do
      async.spawn(function()
        local own <close> = case.is_http2 and not case.shares and new_client(case) or nil
        local outcome = outcome_of(way, own or client)
        if is_unknown then outcome.maybe_succeeded = nil end
        if case.also and wire_faults.is_code(case, outcome.code) then
          assert.same({ expected.kind, expected.maybe_succeeded }, { outcome.kind, outcome.maybe_succeeded }, name)
        else
          assert.same(expected, outcome, name)
        end
      end)
    end
  end)
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
      client:close()
    end)
  end
end)

-- Requests of several calls that share a connection of HTTP/2: each call comes to its own right end. What is wrong with one
-- stream harms no other, and what is wrong with the connection ends all of them, in bounded time. The server reads six
-- requests, and then does what is wrong (spec/servers/http2_faults.py, SHARED_FAULTS).

local async = require "rekognition.async"
local engine = require "rekognition.async.engine"
local rekognition = require "rekognition"
local support = require "spec.support.http_server"

local SHARERS = 6

local server, folder
setup(function() server, folder = support.start() end)
teardown(support.stop)

-- Name, what happens, and how many calls end without a failure. The others end by `code` ("reset" by default). read: the
-- service may have read the requests of those. Where it is false, RFC 9113 (8.7) says that it did not, and libcurl
-- doesn't tell us on a shared connection: both ends are right. lasting: no other attempt follows. at_most: libcurl 8.14
-- finds the connection's end before it has read what came before; nghttp2 1.70 ends the connection for the window of one.
-- stays: libcurl 8.14 takes the broken connection once more.
local cases = {
  { "all_work", "nothing", 6 },
  { "goaway_three", "a GOAWAY after the third", 3 },
  { "goaway_three_end", "a GOAWAY after the third, and an end", 3 },
  { "goaway_three_later", "a GOAWAY after the third, and the responses later", 3 },
  { "goaway_three_later_end", "a GOAWAY after the third, the responses later, and an end", 3 },
  { "goaway_three_calm", "a GOAWAY after the third, ENHANCE_YOUR_CALM", 3 },
  { "goaway_three_error", "a GOAWAY after the third, INTERNAL_ERROR, and an end", 3 },
  { "goaway_twice", "a GOAWAY with all, then one after the third", 3 },
  { "goaway_none", "a GOAWAY that excludes all", 0 },
  { "goaway_none_end", "a GOAWAY that excludes all, and an end", 0 },
  { "goaway_none_calm", "a GOAWAY that excludes all, ENHANCE_YOUR_CALM", 0 },
  { "goaway_all", "a GOAWAY that includes all, and their responses", 6 },
  { "goaway_three_unanswered", "a GOAWAY after the third, no response and an end", 0 },
  { "goaway_all_resets", "a GOAWAY that includes all, and RST_STREAM for each", 0, read = true },
  { "goaway_all_end", "a GOAWAY that includes all, and an end", 0, read = true },
  { "one_refused", "RST_STREAM for one, REFUSED_STREAM", 5 },
  { "one_http_1", "RST_STREAM for one, HTTP_1_1_REQUIRED", 5 },
  { "one_internal", "RST_STREAM for one, INTERNAL_ERROR", 5, read = true },
  { "one_cancel", "RST_STREAM for one, CANCEL", 5, read = true },
  { "one_calm", "RST_STREAM for one, ENHANCE_YOUR_CALM", 5, read = true },
  { "one_no_error", "RST_STREAM for one, NO_ERROR", 5, read = true },
  { "one_protocol", "RST_STREAM for one, PROTOCOL_ERROR", 5, read = true },
  { "one_unknown", "RST_STREAM for one, an unknown code", 5, read = true },
  { "one_in_body", "RST_STREAM in the body of one", 5, read = true },
  { "one_upper_case", "a header of one with a capital", 5, read = true },
  { "one_short", "a body of one that is shorter than its length", 5, read = true },
  { "one_window", "a window of one beyond 31 bits", 5, read = true, at_most = true },
  { "one_too_large", "a body of one beyond the limit", 5, read = true, code = "too_large", lasting = true },
  { "one_stalls", "no response to one", 5, read = true, code = "timeout" },
  { "one_stalls_in_body", "half a body of one", 5, read = true, code = "timeout" },
  { "one_bad_hpack", "headers of one that can't be read", 1, read = true },
  { "one_window_0", "a window of one that grows by nothing", 1, read = true },
  { "data_after_end", "data after the end of one", 6 },
  { "window_overflow", "a window of the connection beyond 31 bits", 0, read = true, stays = true },
  { "settings_window", "SETTINGS with a window beyond 31 bits", 0, read = true, stays = true },
  { "bad_frame", "a frame of a wrong length", 0, read = true },
  { "push", "a pushed response", 0, read = true },
  { "half_end", "three responses, and an end", 3, read = true, at_most = true },
  { "half_reset", "three responses, and a reset", 3, read = true, at_most = true },
  { "end", "an end", 0, read = true },
  { "reset", "a reset", 0, read = true },
  { "ping_flood", "PING without end", 0, read = true },
  { "settings_flood", "SETTINGS without end", 0, read = true },
  { "window_flood", "WINDOW_UPDATE without end", 0, read = true },
  { "continuation_flood", "CONTINUATION for one without end", 0, read = true },
  -- The first RST_STREAM ends that one alone: its next attempt may meet the rest of the flood on the same connection.
  { "rst_flood", "RST_STREAM for one without end", 0, read = true, attempts = 3 },
}

local function client_of(case, attempts)
  return rekognition.client { region = "us-east-1", env = {}, endpoint = "https://" .. server["h2_shared_" .. case[1]],
    ca_bundle = folder .. "/ca.pem", random = function() return 1 end, max_response_bytes = 1000000,
    credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE" },
    timeout = case.code == "timeout" and 0.5 or 20, retry = { max_attempts = attempts } }
end

-- Makes the server do it once more, from this client's connection or from another one.
local function arm(case, client) assert(client:create_project_async({ ProjectName = "works" }):await(), case[1]) end

local WAYS = {
  function(client, params) return client:create_project_async(params) end,
  function(client, params) return async.spawn(function() return client:create_project(params) end) end,
  function(client, params)
    return async.spawn(function() return coroutine.wrap(function() return client:create_project(params) end)() end)
  end,
}

-- What became of the six: how many had a success after so many attempts, and the failures.
local function outcomes(client)
  local done, failures = {}, {}
  async.run(function()
    local futures = {}
    for place = 1, SHARERS do
      futures[place] = WAYS[place % #WAYS + 1](client, { ProjectName = "p" .. place })
    end
    for place = 1, SHARERS do
      local ok, response, metadata = pcall(futures[place].await, futures[place])
      if ok then
        assert.equal("table", type(response))
        local attempts = metadata and metadata.attempts or 0
        done[attempts] = (done[attempts] or 0) + 1
      else
        failures[#failures + 1] = response
      end
    end
  end)
  return done, failures
end

local function sum(counts)
  local all = 0
  for _, count in pairs(counts) do all = all + count end
  return all
end

local function check_failures(case, failures)
  for _, e in ipairs(failures) do
    assert.is_true(rekognition.error.is_error(e), tostring(e))
    assert.same({ "transport", case.code or "reset", 1 }, { e.kind, e.code, e.attempts }, tostring(e))
    if case.read then assert.is_true(e.maybe_succeeded, tostring(e)) end
  end
end

describe("calls that share a connection come to their own ends:", function()
  for _, case in ipairs(cases) do
    for _, how in ipairs { "a new connection", "one that was used before" } do
      it(("%s (%s)"):format(case[2], how), function()
        local client <close> = client_of(case, 1)
        if how == "a new connection" then
          local other <close> = client_of(case, 1)
          arm(case, other)
        else
          arm(case, client)
        end
        local done, failures = outcomes(client)
        check_failures(case, failures)
        if case.at_most then
          assert.is_true(sum(done) <= case[3])
        else
          assert.equal(case[3], sum(done))
        end
        assert.equal(0, engine.network():under_way())
        assert.equal(0, engine.live)
        assert(client:create_project { ProjectName = "after" }) -- the client works on
      end)
    end

    if not case.lasting and not case.stays then
      it(case[2] .. " (and another attempt)", function()
        local client <close> = client_of(case, case.attempts or 2)
        arm(case, client)
        local done, failures = outcomes(client)
        assert.same({}, failures)
        assert.equal(SHARERS, sum(done))
      end)
    end
  end
end)

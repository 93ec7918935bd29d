-- What is sent, is sent once. libcurl would send a request again by itself where a connection that it
-- used again ended without a response: whether the service has read it, nobody knows then (RFC 9110,
-- section 9.2.2). That is another attempt, for the loop of attempts to make.

local support = require "spec.support.http_server"

local new, url, fails = support.new, support.url, support.fails
local server, folder

setup(function() server, folder = support.start() end)
teardown(support.stop)

-- How many requests for a path the server has seen.
local function seen(path)
  local one <close> = new()
  return tonumber(assert(one { method = "GET", url = url("/seen/" .. path) }).body)
end

local ways = {
  ["plain HTTP"] = function() return {}, url "" end,
  TLS = function() return { ca_bundle = folder .. "/ca.pem" }, url("", "tls") end,
  ["a tunnel"] = function()
    return { ca_bundle = folder .. "/ca.pem", proxy = "http://user:s3cr3t%2fpass%20word@" .. server.proxy },
      url("", "tls")
  end,
}

for name, way in pairs(ways) do
  describe("over " .. name .. ", a request", function()
    local options, base
    before_each(function() options, base = way() end)

    it("goes out once, where a connection that was used before ends without a response", function()
      for _, method in ipairs { "POST", "GET", "PUT" } do
        local before = seen "nothing"
        local one <close> = new(options)
        for _ = 1, 2 do
          assert.equal(200, assert(one { method = "POST", url = base .. "/echo", body = "x" }).status)
        end
        local _, failure = one { method = method, url = base .. "/nothing", body = method ~= "GET" and "x" or nil }
        fails("reset", nil, failure)
        assert.is_true(failure.sent)
        assert.equal(before + 1, seen "nothing")
        assert.equal(200, assert(one { method = "POST", url = base .. "/echo", body = "x" }).status)
      end
    end)

    it("goes out once where it is large", function()
      local before = seen "nothing"
      local one <close> = new(options)
      assert.equal(200, assert(one { method = "POST", url = base .. "/echo", body = ("x"):rep(200000) }).status)
      local _, failure = one { method = "POST", url = base .. "/nothing", body = ("x"):rep(200000) }
      fails("reset", nil, failure)
      assert.is_true(failure.sent)
      assert.equal(before + 1, seen "nothing")
    end)

    it("takes another connection in silence where the one before had ended already", function()
      local one <close> = new(options)
      for _ = 1, 5 do
        assert.equal(200, assert(one { method = "POST", url = base .. "/quiet-close", body = "x" }).status)
        os.execute "sleep 0.05"
      end
    end)

    -- RFC 9112, section 9.2: what comes while nothing is asked "MUST NOT" count as a response to a later request.
    it("takes another connection in silence where the server had sent what nobody asked for", function()
      for _, path in ipairs { "/unasked", "/unasked-408", "/unasked-bytes" } do
        local one <close> = new(options)
        for turn = 1, 3 do
          assert.equal("first", assert(one { method = "POST", url = base .. path, body = "first" }).body)
          os.execute "sleep 0.2"
          local body = "second" .. turn
          assert.equal(body, assert(one { method = "POST", url = base .. "/echo", body = body }).body, path)
        end
      end
    end)

    it("takes another connection in silence where it is large", function()
      local one <close> = new(options)
      for _ = 1, 3 do
        local body = ("x"):rep(200000)
        assert.equal(body, assert(one { method = "POST", url = base .. "/quiet-close", body = body }).body)
        os.execute "sleep 0.05"
      end
    end)
  end)
end

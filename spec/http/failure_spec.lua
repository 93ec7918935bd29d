-- How the built-in transport tells that there is no response, and refuses a malformed request.

local support = require "spec.support.http_server"

local fails, get, header, new, url = support.fails, support.get, support.header, support.new, support.url
local server, transport

setup(function() server = support.start() end)
teardown(support.stop)

before_each(function() transport = support.open() end)
after_each(function() transport:close() end)

describe("a failure", function()
  it("is reported for each way a server can break off", function()
    for _, path in ipairs { "/short", "/chunked-truncated", "/headers-truncated", "/nothing", "/reset", "/reset-body" } do
      fails("reset", get(path))
    end
    assert.are.equal(200, assert(get "/echo").status)
  end)

  it("is reported for what is not HTTP", function()
    fails("protocol", get "/garbage")
    fails("protocol", get "/chunked-broken")
    local bad = get "/bad-length"
    assert.is_true(not bad or bad.body == "abc")
  end)

  it("is reported for a response beyond the limit, also once unpacked", function()
    local small = new { max_response_bytes = 1000 }
    assert.are.equal(1000, #assert(small { method = "GET", url = url "/large/1000" }).body)
    fails("too_large", small { method = "GET", url = url "/large/1001" })
    fails("too_large", small { method = "GET", url = url "/large/5000000" })
    local message = fails("too_large", small { method = "GET", url = url "/bomb" })
    assert.is_truthy(message:find("max_response_bytes", 1, true))
    assert.are.equal(200, assert(small { method = "GET", url = url "/echo" }).status)
    small:close()
  end)

  it("is reported for headers beyond the limit", function()
    fails("too_large", get "/many-headers")
    local response, failure = get "/long-header"
    assert.is_nil(response)
    assert.is_string(failure.code)
  end)

  it("is reported if time runs out, on every stretch of the way", function()
    fails("timeout", transport { method = "GET", url = url("/", "full"), connect_timeout = 0.1, timeout = 5 })
    fails("timeout", transport { method = "GET", url = url("/", "full"), timeout = 0.1 })
    for _, path in ipairs { "/hang", "/hang-headers", "/hang-body" } do
      fails("timeout", get(path, { timeout = 0.1 }))
    end
    local hasty = new { timeout = 0.1 }
    fails("timeout", hasty { method = "GET", url = url "/hang" })
    assert.are.equal(200, assert(hasty { method = "GET", url = url "/echo", timeout = 20 }).status)
    hasty:close()
  end)

  it("is reported if nobody listens, or the name is unknown", function()
    fails("connect", transport { method = "GET", url = "http://" .. server.closed .. "/" })
    fails("connect", transport { method = "GET", url = "http://no-such-host.invalid/", connect_timeout = 5 })
  end)

  it("names scheme, host and port, but no path, query or header", function()
    local message = fails("connect", transport {
      method = "GET", url = "http://" .. server.closed .. "/path-secret?X-Amz-Signature=query-secret",
      headers = { { "Authorization", "header-secret" } },
    })
    assert.is_truthy(message:find("http://" .. server.closed, 1, true))
    assert.is_nil(message:find "secret")
  end)
end)

describe("a malformed request", function()
  local function refused(fields)
    return fails("request", get("/echo", fields))
  end

  it("is refused before anything is sent", function()
    local before = tonumber(header(assert(new() { method = "GET", url = url "/echo" }), "X-Connection"))
    for _, text in ipairs { "a\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b", "a\1b", "a\127b" } do
      refused { headers = { { "X-A", text } } }
      refused { headers = { { text, "a" } } }
      refused { method = text }
      refused { url = url "/" .. text }
    end
    for _, name in ipairs { "", "X A", "X:A", "X-Ä", "(x)", "x/y" } do refused { headers = { { name, "a" } } } end
    for _, method in ipairs { "", "GET /", "G\tT", "GÄT", ("M"):rep(32) } do refused { method = method } end
    refused { method = "HEAD", body = "x" }
    refused { headers = { { "Transfer-Encoding", "chunked" } } }
    local after = tonumber(header(assert(new() { method = "GET", url = url "/echo" }), "X-Connection"))
    assert.are.equal(before + 1, after)
  end)

  it("is refused for a URL that is not http, or not whole", function()
    local bad = {
      "", "/", "127.0.0.1", "ftp://127.0.0.1/", "file:///etc/passwd", "http:/127.0.0.1/", "http://", "http:///x",
      "https://?x", "http://:80/", "http://user@127.0.0.1/", "http://user:password@127.0.0.1/", "http://a b/",
      "http://127.0.0.1:x/", "http://127.0.0.1:/", "http://[::1/", "http://[]/", "http://a\\b/", "http://a%2fb/",
      "http://127.0.0.1/#fragment", "http://127.0.0.1/ä", "http://ä/", "http://a,b/", " http://127.0.0.1/",
    }
    for _, text in ipairs(bad) do
      local message = refused { url = text }
      assert.is_nil(message:find "password")
    end
    local response, failure = get("/", { url = "http://127.0.0.1:99999/" })
    assert.is_nil(response)
    assert.are.equal("request", failure.code)
  end)

  it("raises where a type is wrong, and says which", function()
    local function raises(pattern, request)
      local ok, message = pcall(transport, request)
      assert.is_false(ok)
      assert.is_truthy(message:find(pattern, 1, true), message)
    end
    local base = { method = "GET", url = url "/echo" }
    local function with(key, value) return { method = base.method, url = base.url, [key] = value } end
    raises("table expected", nil)
    raises("request.method: a string expected, got nil", { url = base.url })
    raises("request.url: a string expected, got nil", { method = "GET" })
    raises("request.body: a string expected, got number", with("body", 1))
    raises("request.headers: a table expected, got string", with("headers", "x"))
    raises("request.headers[2]: {name, value} expected, got string", with("headers", { { "a", "b" }, "c" }))
    raises("request.headers[1][2]: a string expected, got nil", with("headers", { { "a" } }))
    raises("request.headers[1][1]: a string expected, got number", with("headers", { { 1, "b" } }))
    for _, value in ipairs { 0, -1, 0 / 0, "1" } do
      raises("timeout: a positive number expected", with("timeout", value))
    end
    assert.are.equal(200, assert(transport(with("timeout", math.huge))).status)
  end)
end)

-- What the built-in transport sends, what it makes of a response, and which connections it uses.

local support = require "spec.support.http_server"

local fails, get, header, new, url = support.fails, support.get, support.header, support.new, support.url
local server, transport

setup(function() server = support.start() end)
teardown(support.stop)

before_each(function() transport = support.open() end)
after_each(function() transport:close() end)

describe("a request", function()
  it("carries method, headers and body, and returns status, headers and body", function()
    local response = assert(transport {
      method = "POST", url = url("/echo"), headers = { { "X-A", "b" } }, body = "hello",
    })
    assert.are.equal(200, response.status)
    assert.are.equal("integer", math.type(response.status))
    assert.are.equal("hello", response.body)
    assert.are.equal("POST", header(response, "X-Method"))
  end)

  it("sends what it was given, Host, Content-Length, Accept-Encoding, and nothing else", function()
    local response = assert(transport {
      method = "POST", url = url("/head?a=%20b&c=../d"), body = "{}",
      headers = { { "Content-Type", "application/x-amz-json-1.1" }, { "X-Empty", "" }, { "X-Spaces", " \t a  b \t" } },
    })
    assert.are.equal("POST /head?a=%20b&c=../d HTTP/1.1\r\nHost: " .. server.plain
      .. "\r\nAccept-Encoding: gzip\r\nContent-Type: application/x-amz-json-1.1\r\nX-Empty:\r\nX-Spaces: a  b\r\nContent-Length: 2\r\n\r\n",
      response.body)
    response = assert(get "/head/../head/./x")
    assert.are.equal("GET /head/../head/./x HTTP/1.1\r\nHost: " .. server.plain .. "\r\nAccept-Encoding: gzip\r\n\r\n",
      response.body)
  end)

  it("takes Host, Accept and Content-Type from the caller", function()
    local response = assert(transport {
      method = "POST", url = url("/head"), body = "x",
      headers = {
        { "Host", "example.com" }, { "accept", "text/xml" }, { "content-length", "99" }, { "accept-encoding", "identity" },
      },
    })
    assert.are.equal("POST /head HTTP/1.1\r\nHost: example.com\r\naccept: text/xml\r\n"
      .. "accept-encoding: identity\r\nContent-Length: 1\r\n\r\n", response.body)
    response = assert(get("/head", { headers = { { "X-A", "1" }, { "host", "a.example" }, { "HOST", "b.example" } } }))
    assert.are.equal("GET /head HTTP/1.1\r\nhost: a.example\r\nAccept-Encoding: gzip\r\nX-A: 1\r\n\r\n", response.body)
  end)

  it("sends headers in the order given, whatever their kinds", function()
    local kinds = { { "X-A", "1" }, { "X-Empty", " " }, { "Host", "h.example" }, { "Connection", "keep-alive" }, { "User-Agent", "u" },
      { "Cookie", "c=1" }, { "Authorization", "a: b" }, { "Content-Type", "t/t" }, { "X-A", "2" }, { "X-None", "" } }
    local seed = 7
    for _ = 1, 40 do
      for i = #kinds, 2, -1 do
        seed = (seed * 1103515245 + 12345) % 2147483648
        local j = seed % i + 1
        kinds[i], kinds[j] = kinds[j], kinds[i]
      end
      local lines, expected = {}, {}
      for line in assert(get("/head", { headers = kinds })).body:gmatch "([^\r\n]+)\r\n" do
        if not line:find "^Connection: " then lines[#lines + 1] = line end
      end
      for _, pair in ipairs(kinds) do
        -- libcurl writes Host first, wherever it was; newer ones (8.23) keep Connection to themselves.
        if pair[1] ~= "Host" and pair[1] ~= "Connection" then expected[#expected + 1] = (pair[1] .. ": " .. pair[2]):gsub(":%s+$", ":") end
      end
      assert.are.equal("Host: h.example", lines[2])
      assert.are.equal("Accept-Encoding: gzip", lines[3])
      assert.are.same(expected, { table.unpack(lines, 4) })
    end
  end)

  it("says how long its content is where the method asks for it", function()
    for method, expected in pairs { POST = "0", PUT = "0", PATCH = "0", GET = false, DELETE = false } do
      local head = assert(get("/head", { method = method })).body
      assert.are.equal(method, head:match "^%S+")
      assert.are.equal(expected, head:match "Content%-Length: (%d+)" or false)
    end
  end)

  it("changes between methods and bodies on one connection", function()
    local connection
    local cases = {
      { "GET" }, { "POST", "one" }, { "HEAD" }, { "PUT", "two" }, { "DELETE" }, { "DELETE", "three" },
      { "GET", "four" }, { "POST" }, { "M-SEARCH" }, { "HEAD" }, { "GET" }, { "POST", "" },
    }
    for _, case in ipairs(cases) do
      local response = assert(get("/echo", { method = case[1], body = case[2] }))
      assert.are.equal(case[1], header(response, "X-Method"))
      assert.are.equal(case[2] or "", response.body)
      connection = connection or header(response, "X-Connection")
      assert.are.equal(connection, header(response, "X-Connection"))
    end
  end)

  it("carries every byte, and large bodies both ways", function()
    local every = {}
    for i = 0, 255 do every[#every + 1] = string.char(i) end
    local bytes = table.concat(every)
    assert.are.equal(bytes:rep(4), assert(get "/binary").body)
    assert.are.equal(bytes, assert(get("/echo", { method = "POST", body = bytes })).body)
    local large = bytes:rep(32768)
    assert.is_true(large == assert(get("/echo", { method = "POST", body = large })).body)
    assert.are.equal("small", assert(get("/echo", { method = "POST", body = "small" })).body)
  end)

  it("never waits for 100 Continue", function()
    local head = assert(get("/head", { method = "PUT", body = ("x"):rep(2 << 20) })).body
    assert.is_nil(head:find "Expect")
  end)

  it("takes header values in UTF-8, both ways", function()
    local head = assert(get("/head", { headers = { { "X-Name", "grüß ✓" } } })).body
    assert.is_truthy(head:find("X-Name: grüß ✓\r\n", 1, true))
    assert.are.equal("grüß ✓", header(assert(get "/duplicate"), "X-Unicode"))
  end)

  it("follows no redirect and keeps no cookie", function()
    local response = assert(get "/redirect")
    assert.are.equal(302, response.status)
    assert.are.equal("/echo", header(response, "Location"))
    assert(get "/cookie")
    assert.is_nil(assert(get "/cookie").body:find "Cookie")
  end)

  it("reads tables raw and calls no metamethod", function()
    local trap = setmetatable({}, { __index = function() error "called" end, __len = function() error "called" end })
    local request = setmetatable({ method = "GET", url = url "/echo", headers = trap }, getmetatable(trap))
    assert.are.equal(200, assert(transport(request)).status)
  end)
end)

describe("connections", function()
  it("are used again, 1000 times over", function()
    local first = header(assert(get "/echo"), "X-Connection")
    for _ = 1, 998 do assert(get "/echo") end
    local last = assert(get "/echo")
    assert.are.equal(first, header(last, "X-Connection"))
    assert.are.equal("1000", header(last, "X-Serial"))
  end)

  it("are made again where the server closed them in silence", function()
    local first = assert(get "/quiet-close")
    require("rekognition.core").sleep(0.3) -- until the end has arrived: before, the request could have been read
    local second = assert(get("/echo", { method = "POST", body = "again" }))
    assert.are.equal("again", second.body)
    assert.are_not.equal(header(first, "X-Connection"), header(second, "X-Connection"))
  end)

  it("are not used again after a failure", function()
    local first = header(assert(get "/echo"), "X-Connection")
    fails("timeout", get("/hang-body", { timeout = 0.1 }))
    local response = assert(get "/echo")
    assert.are_not.equal(first, header(response, "X-Connection"))
  end)

  it("survive a small max_connections", function()
    local narrow = new { max_connections = 1 }
    for _ = 1, 3 do
      assert(narrow { method = "GET", url = url "/echo" })
      assert(narrow { method = "GET", url = "http://localhost:" .. server.plain:match ":(%d+)" .. "/echo" })
    end
    narrow:close()
  end)
end)

describe("a response", function()
  it("is unpacked where it is compressed", function()
    assert.are.equal(("unpacked "):rep(100), assert(get "/gzip").body)
    fails("protocol", get "/gzip-broken")
  end)

  it("may be without a body", function()
    assert.are.equal(204, assert(get "/204").status)
    local not_modified = assert(get "/304")
    assert.are.same({ 304, "", '"x"' }, { not_modified.status, not_modified.body, header(not_modified, "ETag") })
    local head = assert(get("/large/5000", { method = "HEAD" }))
    assert.are.same({ 200, "", "5000" }, { head.status, head.body, header(head, "Content-Length") })
  end)

  it("may follow an interim one, whose headers are dropped", function()
    local response = assert(get "/interim")
    assert.are.same({ 200, "late" }, { response.status, response.body })
    assert.is_nil(header(response, "X-Early"))
    assert.are.equal("yes", header(response, "X-Late"))
  end)

  it("keeps duplicate headers in their order, names as sent, values trimmed", function()
    local response = assert(get "/duplicate")
    assert.are.same({ "X-Two", "a" }, response.headers[1])
    assert.are.same({ "x-two", "b" }, response.headers[2])
    assert.are.same({ "X-Empty", "" }, response.headers[3])
    assert.are.same({ "X-Space", "c d" }, response.headers[5])
  end)

  it("may come in chunks, and its trailers are no headers", function()
    assert.are.equal("one two", assert(get "/chunked").body)
    local response = assert(get "/trailers")
    assert.are.equal("one", response.body)
    assert.is_nil(header(response, "X-Trailer"))
  end)

  it("is given whatever its status", function()
    local response = assert(get "/502")
    assert.are.equal(502, response.status)
    assert.is_truthy(response.body:find("Bad Gateway", 1, true))
    assert.are.equal(404, assert(get "/none").status)
  end)

  it("may end with the connection, and ends with its length", function()
    assert.are.equal("to the end", assert(get "/until-close").body)
    assert.are.equal("abc", assert(get "/long").body)
    assert.are.equal(200, assert(get "/echo").status)
  end)
end)

-- The built-in transport against real loopback servers: spec/servers/http_server.py, which
-- misbehaves on command, and nginx for HTTP/2.

local cjson = require("cjson").new()
local core = require "rekognition.core"
local errors = require "rekognition.error"
local http = require "rekognition.http"

local root = os.getenv("REK_ROOT") or "."
local server, folder, transport

local function run(command)
  local pipe = assert(io.popen(command .. " 2>&1", "r"))
  local output = pipe:read("a")
  return pipe:close(), output
end

local function header(response, name)
  for _, pair in ipairs(response.headers) do
    if pair[1]:lower() == name:lower() then return pair[2] end
  end
end

-- A transport of its own, that knows no environment but the one given.
local function new(options)
  options = options or {}
  options.env = options.env or {}
  return http.new(options)
end

local function url(path, name)
  return (name and name ~= "plain" and name ~= "full" and "https://" or "http://") .. server[name or "plain"] .. path
end

local function get(path, fields)
  local request = { method = "GET", url = url(path) }
  for key, value in pairs(fields or {}) do request[key] = value end
  return transport(request)
end

-- A request that fails with this code and a message that says something.
local function fails(code, response, failure)
  assert.is_nil(response)
  assert.are.equal(code, failure.code)
  assert.is_true(#failure.message > 10)
  return failure.message
end

setup(function()
  folder = os.tmpname()
  os.remove(folder)
  assert(run("mkdir -m 700 " .. folder))
  local pipe = assert(io.popen("exec /usr/bin/python3 " .. root .. "/spec/servers/http_server.py " .. folder, "r"))
  server = cjson.decode(pipe:read "l" or error "the server did not start")
  server.pipe = pipe
end)

teardown(function()
  os.execute(("kill %d"):format(server.pid))
  server.pipe:close()
  os.execute("rm -rf " .. folder)
end)

before_each(function() transport = new() end)
after_each(function() transport:close() end)

describe("a request", function()
  it("carries method, headers and body, and gives status, headers and body", function()
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
      .. "\r\nContent-Type: application/x-amz-json-1.1\r\nX-Empty:\r\nX-Spaces: a  b\r\nAccept-Encoding: gzip\r\nContent-Length: 2\r\n\r\n",
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
      for line in assert(get("/head", { headers = kinds })).body:gmatch "([^\r\n]+)\r\n" do lines[#lines + 1] = line end
      for _, pair in ipairs(kinds) do
        -- libcurl writes Host first, wherever it was.
        if pair[1] ~= "Host" then expected[#expected + 1] = (pair[1] .. ": " .. pair[2]):gsub(":%s+$", ":") end
      end
      assert.are.equal("Host: h.example", lines[2])
      assert.are.same(expected, { table.unpack(lines, 3, #lines - 1) })
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

describe("an answer", function()
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

describe("a failure", function()
  it("is told for each way a server can break off", function()
    for _, path in ipairs { "/short", "/chunked-truncated", "/headers-truncated", "/nothing", "/reset", "/reset-body" } do
      fails("reset", get(path))
    end
    assert.are.equal(200, assert(get "/echo").status)
  end)

  it("is told for what is not HTTP", function()
    fails("protocol", get "/garbage")
    local response, failure = get "/chunked-broken"
    assert.is_nil(response)
    assert.is_true(failure.code == "reset" or failure.code == "protocol") -- as the libcurl has it
    local bad = get "/bad-length"
    assert.is_true(not bad or bad.body == "abc")
  end)

  it("is told for an answer beyond the limit, also once unpacked", function()
    local small = new { max_response_bytes = 1000 }
    assert.are.equal(1000, #assert(small { method = "GET", url = url "/large/1000" }).body)
    fails("too_large", small { method = "GET", url = url "/large/1001" })
    fails("too_large", small { method = "GET", url = url "/large/5000000" })
    local message = fails("too_large", small { method = "GET", url = url "/bomb" })
    assert.is_truthy(message:find("max_response_bytes", 1, true))
    assert.are.equal(200, assert(small { method = "GET", url = url "/echo" }).status)
    small:close()
  end)

  it("is told for headers beyond the limit", function()
    fails("too_large", get "/many-headers")
    local response, failure = get "/long-header"
    assert.is_nil(response)
    assert.is_string(failure.code)
  end)

  it("is told where time runs out, on every stretch of the way", function()
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

  it("is told where nobody listens, or the name is unknown", function()
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

describe("TLS", function()
  local function ask(name, options)
    local one = new(options)
    local response, failure = one { method = "GET", url = url("/echo", name) }
    one:close()
    return response, failure
  end

  it("trusts a bundle, a folder of hashed certificates, and AWS_CA_BUNDLE", function()
    local bundle = folder .. "/ca.pem"
    assert.are.equal(200, assert(ask("tls", { ca_bundle = bundle })).status)
    assert.are.equal(200, assert(ask("tls", { ca_bundle = folder .. "/hashed" })).status)
    assert.are.equal(200, assert(ask("tls", { env = { AWS_CA_BUNDLE = bundle } })).status)
    assert.are.equal(200, assert(ask("tls", { env = { REQUESTS_CA_BUNDLE = bundle } })).status)
    local other = folder .. "/other-ca.pem"
    fails("tls", ask("tls", { env = { AWS_CA_BUNDLE = other, REQUESTS_CA_BUNDLE = bundle } }))
    fails("tls", ask("tls", { ca_bundle = other, env = { AWS_CA_BUNDLE = bundle } }))
  end)

  it("trusts nobody else", function()
    local bundle = { ca_bundle = folder .. "/ca.pem" }
    fails("tls", ask("tls"))
    fails("tls", ask("tls", { ca_bundle = folder .. "/other-ca.pem" }))
    fails("tls", ask("wrong_host", bundle))
    fails("tls", ask("expired", bundle))
  end)

  it("keeps its connections, and outlives a server that ends one", function()
    local one = new { ca_bundle = folder .. "/ca.pem" }
    local function ask_path(path) return one { method = "POST", url = url(path, "tls"), body = ("x"):rep(100000) } end
    local first = assert(ask_path "/echo")
    assert.are.equal(header(first, "X-Connection"), header(assert(ask_path "/echo"), "X-Connection"))
    for _ = 1, 5 do
      assert(ask_path "/quiet-close")
      fails("reset", ask_path "/reset")
    end
    assert.are.equal(100000, #assert(ask_path "/echo").body)
    one:close()
  end)

  it("fails against a server that speaks none, or with a bundle that is missing", function()
    fails("tls", transport { method = "GET", url = "https://" .. server.plain .. "/" })
    local message = fails("tls", ask("tls", { ca_bundle = folder .. "/missing.pem" }))
    assert.is_truthy(message:find("missing.pem", 1, true))
  end)
end)

describe("a proxy", function()
  local password = "s3cr3t%2Fpass%20word"

  local function through(options, target)
    local one = new(options)
    local response, failure = one { method = "GET", url = target or url "/echo" }
    one:close()
    return response, failure
  end

  local function proxy() return "http://user:" .. password .. "@" .. server.proxy end

  it("takes plain requests, as an option or from the environment", function()
    for _, options in ipairs {
      { proxy = proxy() }, { env = { HTTP_PROXY = proxy() } }, { env = { http_proxy = proxy() } },
      { env = { ALL_PROXY = proxy() } }, { env = { http_proxy = proxy():sub(8) } },
      { proxy = proxy(), env = { NO_PROXY = "127.0.0.1", REQUEST_METHOD = "GET" } },
      { env = { HTTP_PROXY = "http://" .. server.closed, http_proxy = proxy() } },
      { env = { HTTP_PROXY = proxy(), NO_PROXY = "127.0.0.2,example.com" } },
    } do
      assert.are.equal("yes", header(assert(through(options)), "X-Via-Proxy"))
    end
  end)

  it("is left out for a direct request, and for that one only", function()
    local one = new { proxy = proxy() }
    for _, direct in ipairs { false, true, false, true } do
      local via = header(assert(one { method = "GET", url = url "/echo", direct = direct }), "X-Via-Proxy")
      assert.are.equal(not direct and "yes" or nil, via)
    end
    one:close()
  end)

  it("is left out where the environment says so", function()
    for _, env in ipairs {
      { HTTPS_PROXY = proxy() }, { HTTP_PROXY = proxy(), REQUEST_METHOD = "GET" }, { HTTP_PROXY = "" },
      { HTTP_PROXY = proxy(), http_proxy = "" }, { HTTP_PROXY = proxy(), NO_PROXY = "127.0.0.1" },
      { HTTP_PROXY = proxy(), no_proxy = "example.com, 127.0.0.1" }, { HTTP_PROXY = proxy(), NO_PROXY = " * " },
    } do
      assert.is_nil(header(assert(through { env = env }), "X-Via-Proxy"))
    end
    assert.is_nil(header(assert(through { proxy = "", env = { HTTP_PROXY = proxy() } }), "X-Via-Proxy"))
    local name = "http://localhost:" .. server.plain:match ":(%d+)" .. "/echo"
    for _, entry in ipairs { "localhost", ".localhost", "LOCALHOST" } do
      assert.is_nil(header(assert(through({ env = { HTTP_PROXY = proxy(), NO_PROXY = entry } }, name)), "X-Via-Proxy"))
    end
  end)

  it("is never asked for the machine's own credential services", function()
    local hosts = { "169.254.169.254", "169.254.170.2", "169.254.170.23", "[fd00:ec2::254]", "[fd00:ec2::23]" }
    for _, host in ipairs(hosts) do
      local one = new { proxy = proxy(), timeout = 0.2 }
      local response = one { method = "GET", url = "http://" .. host .. "/" }
      assert.is_true(not response or not header(response, "X-Via-Proxy"))
      one:close()
    end
    local seen = assert(get "/proxy-log").body
    assert.is_nil(seen:find("169.254", 1, true))
    assert.is_nil(seen:find("fd00", 1, true))
  end)

  it("opens a tunnel for https, and sees no header of the request", function()
    local one = new { proxy = proxy(), ca_bundle = folder .. "/ca.pem" }
    local response = assert(one {
      method = "POST", url = url("/echo", "tls"), body = "inside", headers = { { "Authorization", "inner-secret" } },
    })
    assert.are.equal("inside", response.body)
    assert.is_nil(header(response, "X-Proxy-Secret"))
    assert.are.equal(200, assert(one { method = "GET", url = url "/echo" }).status)
    assert.are.equal("yes", header(assert(one { method = "GET", url = url "/echo" }), "X-Via-Proxy"))
    one:close()
    local seen = assert(get "/proxy-log").body
    assert.is_truthy(seen:find("CONNECT " .. server.tls, 1, true))
    assert.is_nil(seen:find("inner-secret", 1, true))
  end)

  it("never shows its password", function()
    local messages = {}
    local function note(response, failure)
      messages[#messages + 1] = response and response.body or failure.message
    end
    local wrong = "http://user:wrong-password@" .. server.proxy
    note(through { proxy = wrong })
    messages[#messages + 1] = fails("proxy", through({ proxy = wrong }, url("/echo", "tls")))
    note(through { proxy = "http://user:wrong-password@" .. server.closed })
    messages[#messages + 1] = fails("proxy", through { proxy = "http://user:wrong-password@no-such-host.invalid" })
    for _, address in ipairs { "ftp://%s@h", "http://%s@", "http://%s@h:x" } do
      local bad = address:format "user:wrong-password"
      local ok, err = pcall(new, { proxy = bad })
      assert.is_false(ok)
      assert.is_true(errors.is_error(err) and err.kind == "config")
      messages[#messages + 1] = tostring(err)
      ok, err = pcall(new, { env = { HTTPS_PROXY = bad } })
      assert.is_false(ok)
      messages[#messages + 1] = tostring(err)
    end
    local one = new { proxy = wrong }
    messages[#messages + 1] = tostring(one)
    messages[#messages + 1] = tostring(one.core)
    one:close()
    for _, message in ipairs(messages) do assert.is_nil(message:find("wrong-password", 1, true), message) end
  end)

  it("that refuses a plain request answers for itself", function()
    assert.are.equal(407, assert(through { proxy = "http://" .. server.proxy }).status)
  end)
end)

describe("HTTP/2", function()
  local nginx

  setup(function()
    if not run "command -v nginx" then return end
    local config = assert(io.open(folder .. "/nginx.conf", "w"))
    local text = ([[
      daemon off; worker_processes 1; pid F/nginx.pid; error_log F/nginx.log; events {}
      http { access_log off; client_body_temp_path F/t1; proxy_temp_path F/t2; fastcgi_temp_path F/t3;
        uwsgi_temp_path F/t4; scgi_temp_path F/t5; client_max_body_size 20m;
        server { listen ADDRESS ssl http2; ssl_certificate F/good.pem; ssl_certificate_key F/good.key;
          location / { add_header X-Protocol $server_protocol;
            add_header X-Seen "$http_content_type|$http_x_a|$http_x_b|$http_authorization|$http_x_c";
            return 200 "over two"; } } }
    ]]):gsub("F/", folder .. "/"):gsub("ADDRESS", server.free)
    config:write(text)
    config:close()
    nginx = assert(io.popen(("nginx -p %s -c %s/nginx.conf >/dev/null 2>&1 & echo $!"):format(folder, folder), "r"))
      :read "n"
  end)

  teardown(function()
    if nginx then os.execute("kill " .. nginx) end
  end)

  it("is spoken where the server offers it", function()
    if not nginx then return pending "nginx is not installed" end
    local one = new { ca_bundle = folder .. "/ca.pem" }
    local response, failure
    for _ = 1, 100 do -- until nginx listens
      response, failure = one { method = "POST", url = "https://" .. server.free .. "/", body = ("x"):rep(30000) }
      if response or failure.code ~= "connect" then break end
      core.sleep(0.05)
    end
    assert(response, failure and failure.message)
    assert.are.same({ 200, "over two" }, { response.status, response.body })
    assert.are.equal("HTTP/2.0", header(response, "x-protocol"))
    local function protocol(size)
      local fields = { method = "POST", url = "https://" .. server.free .. "/", body = ("x"):rep(size) }
      return header(assert(one(fields)), "x-protocol")
    end
    local sent = assert(one { method = "POST", url = "https://" .. server.free .. "/", body = "{}", headers = {
      { "Content-Type", "text/a" }, { "X-A", "1" }, { "X-B", "" }, { "Authorization", "keys: c" }, { "X-C", "2" },
    } })
    assert.are.equal("text/a|1||keys: c|2", header(sent, "x-seen"))
    assert.are.equal("HTTP/2.0", protocol(0))
    assert.are.equal("HTTP/2.0", protocol(60000))
    assert.are.equal("HTTP/1.1", protocol(300000)) -- nginx answers early here: over HTTP/2, this libcurl would hang
    assert.is_string(protocol(10))
    one:close()
  end)
end)

describe("a transport", function()
  it("refuses work once closed, and may be closed twice", function()
    local one = new()
    assert(one { method = "GET", url = url "/echo" })
    one:close()
    one:close()
    local ok, message = pcall(one, { method = "GET", url = url "/echo" })
    assert.is_false(ok)
    assert.is_truthy(message:find("the transport is closed", 1, true))
    assert.are.equal("rekognition.http: rekognition.transport (closed)", tostring(one))
  end)

  it("closes with its block", function()
    local kept
    do
      local one <close> = new()
      kept = one
      assert(one { method = "GET", url = url "/echo" })
    end
    assert.is_false(pcall(kept, { method = "GET", url = url "/echo" }))
  end)

  it("survives collection under load", function()
    for i = 1, 60 do
      local one = new()
      local response = assert(one { method = "POST", url = url "/echo", body = ("x"):rep(i * 1000) })
      assert.are.equal(i * 1000, #response.body)
      collectgarbage(i % 2 == 0 and "collect" or "step")
    end
  end)

  it("can be used by a finalizer while a response of its own is given", function()
    local wrong, nested = 0, 0
    local function say(body)
      local headers = {}
      for i = 1, 40 do headers[i] = { "X-" .. i, body .. i } end
      local response = transport { method = "POST", url = url("/echo"), headers = headers, body = body }
      if not response or response.body ~= body then wrong = wrong + 1 end
    end
    collectgarbage("generational", 1) -- collects when the heap has grown by a hundredth
    for i = 1, 3000 do
      if i > 30 and nested > 0 then break end
      for _ = 1, 3 do
        setmetatable({}, { __gc = function()
          nested = nested + 1
          say(("inner"):rep(nested % 30 + 1))
        end })
      end
      say(("outer "):rep(i % 30 + 1))
    end
    collectgarbage("incremental")
    assert.is_true(nested > 0)
    assert.are.equal(0, wrong)
  end)

  it("survives being closed by a finalizer in the middle of a request", function()
    for _ = 1, 20 do
      local one = new()
      for _ = 1, 50 do setmetatable({}, { __gc = function() one:close() end }) end
      collectgarbage "step"
      local ok, response = pcall(one, { method = "GET", url = url "/many-headers" })
      assert.is_true(not ok or response == nil or response.status == 200)
    end
    collectgarbage()
  end)

  it("is shared by default", function()
    assert.are.equal(http.default(), http.default())
    assert.is_true(rawequal(http.default(), http.default()))
  end)

  it("takes no option of the wrong kind", function()
    for _, options in ipairs {
      { proxy = 1 }, { ca_bundle = true }, { ca_bundle = "a\0b" }, { timeout = -1 }, { connect_timeout = "x" },
      { max_connections = 0 }, { max_response_bytes = 0 / 0 },
    } do
      assert.is_false(pcall(new, options))
    end
    assert.is_false(pcall(core.transport))
    assert.is_false(pcall(core.transport {}.request, {}))
    assert.is_false(pcall(core.transport {}.close, io.stdout))
  end)
end)

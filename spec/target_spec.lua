-- One attempt in C: the list of headers is made in one place, and sent, or pushed as a table.

local ascii = require "rekognition.text.ascii"
local core = require "rekognition.core"
local codec = require "spec.support.codec"
local sigv4 = require "rekognition.sigv4"
local support = require "spec.support.http_server"

local KEY, SECRET, TOKEN = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "token/with+signs=="
local TIME = 1440938160 -- 2015-08-30 12:36:00 UTC

local function target(fields)
  local options = { url = "http://127.0.0.1:1", region = "us-east-1", service = "rekognition", max_attempts = 3 }
  for key, value in pairs(fields or {}) do options[key] = value end
  return core.target(options)
end

local function header(list, name)
  local found
  for _, pair in ipairs(list) do
    if ascii.lower(pair[1]) == ascii.lower(name) then
      assert.is_nil(found, name .. " is there twice")
      found = pair[2]
    end
  end
  return found
end

local function copy_request()
  return (assert(core.service:request("CopyProjectVersion", {
    SourceProjectArn = ("a"):rep(20), SourceProjectVersionArn = ("b"):rep(20), DestinationProjectArn = ("c"):rep(20),
    VersionName = "v",
    OutputConfig = { S3Bucket = "bucket", S3KeyPrefix = "p" },
  })))
end

describe("a target signs", function()
  it("an operation of the service, as sigv4 would", function()
    local request = copy_request()
    local signed = assert(target():sign(request, KEY, SECRET, TOKEN, TIME, 2, "agent/1", { { "X-Mine", "m" } }, "Root=1"))
    assert.equal("POST", signed.method)
    assert.equal("http://127.0.0.1:1/", signed.url)
    assert.equal(request:body(), signed.body)
    local expected = sigv4.sign({ method = "POST", target = "/", body = signed.body, headers = {
      { "Host", "127.0.0.1:1" }, { "Content-Type", "application/x-amz-json-1.1" },
      { "X-Amz-Target", "RekognitionService.CopyProjectVersion" }, { "X-Mine", "m" },
    } }, { region = "us-east-1", service = "rekognition", time = TIME,
      credentials = { access_key_id = KEY, secret_access_key = SECRET, session_token = TOKEN } })
    local headers = expected.headers
    headers[#headers + 1] = { "User-Agent", "agent/1" }
    headers[#headers + 1] = { "amz-sdk-invocation-id", request:invocation_id() }
    headers[#headers + 1] = { "amz-sdk-request", "attempt=2; max=3" }
    headers[#headers + 1] = { "X-Amzn-Trace-Id", "Root=1" }
    assert.same(headers, signed.headers)
  end)

  it("a plain request, whose path follows the address's own", function()
    local request = core.plain_request { name = "STS AssumeRole", method = "POST", target = "/x/y?b=2&a=1",
      headers = { { "Content-Type", "application/x-www-form-urlencoded" } }, body = "Action=AssumeRole" }
    assert.equal("STS AssumeRole", request:name())
    for base, path in pairs { [""] = "/x/y?b=2&a=1", ["/"] = "/x/y?b=2&a=1", ["/gw"] = "/gw/x/y?b=2&a=1",
      ["/gw/"] = "/gw/x/y?b=2&a=1" } do
      local signed = assert(target { url = "https://h.example:443" .. base }
        :sign(request, KEY, SECRET, nil, TIME))
      assert.equal("https://h.example:443" .. path, signed.url)
      local expected = sigv4.sign({ method = "POST", target = path, body = "Action=AssumeRole", headers = {
        { "Host", "h.example" }, { "Content-Type", "application/x-www-form-urlencoded" } } },
        { region = "us-east-1", service = "rekognition", time = TIME,
          credentials = { access_key_id = KEY, secret_access_key = SECRET } })
      assert.same(expected.headers, signed.headers)
    end
  end)

  it("for S3 as S3 wants it: the path as it stands, and the body's hash", function()
    local request = core.plain_request { name = "S3 PutObject", method = "PUT", target = "/a//b/../c%20d", body = "x" }
    local options = { region = "us-east-1", service = "s3", time = TIME, normalize_path = false, double_encode = false,
      sign_body = true, credentials = { access_key_id = KEY, secret_access_key = SECRET } }
    local expected = sigv4.sign({ method = "PUT", target = "/a//b/../c%20d", body = "x",
      headers = { { "Host", "bucket.example" } } }, options)
    local bucket = target { url = "http://bucket.example", service = "s3", s3 = true }
    assert.same(expected.headers, assert(bucket:sign(request, KEY, SECRET, nil, TIME)).headers)
    local presigned = assert(bucket:presign(request, KEY, SECRET, nil, TIME, 60))
    options.sign_body, options.mode, options.expires, options.payload_hash = nil, "query", 60, "UNSIGNED-PAYLOAD"
    expected = sigv4.sign({ method = "PUT", target = "/a//b/../c%20d", headers = { { "Host", "bucket.example" } } },
      options)
    assert.equal("http://bucket.example" .. expected.target, presigned.url)
  end)

  it("nothing without a key, and adds nothing of a signature then", function()
    local request = core.plain_request { name = "metadata", target = "/latest", headers = { { "Authorization", "Bearer t" } } }
    assert.equal("GET", request:method())
    assert.same({ method = "GET", url = "http://h/latest", body = "", headers = {
      { "Host", "h" }, { "Authorization", "Bearer t" } } }, (target { url = "http://h" }:sign(request)))
  end)

  it("without the zone of an IPv6 address in Host", function()
    local signed = assert(target { url = "http://[fe80::1%25eth0]:80" }:sign(copy_request(), KEY, SECRET, nil, TIME))
    assert.equal("[fe80::1]", header(signed.headers, "Host"))
  end)

  it("a URL that others may send", function()
    local request = copy_request()
    local signed = assert(target { url = "https://h/base" }:presign(request, KEY, SECRET, TOKEN, TIME, 900))
    local expected = sigv4.sign({ method = "POST", target = "/base", body = request:body(), headers = {
      { "Host", "h" }, { "Content-Type", "application/x-amz-json-1.1" },
      { "X-Amz-Target", "RekognitionService.CopyProjectVersion" } } },
      { region = "us-east-1", service = "rekognition", time = TIME, mode = "query", expires = 900,
        credentials = { access_key_id = KEY, secret_access_key = SECRET, session_token = TOKEN } })
    assert.same({ method = "POST", url = "https://h" .. expected.target, headers = expected.headers,
      body = request:body() }, signed)
  end)

  it("and says what can't be signed, without a value of the credentials", function()
    local request = copy_request()
    local long = {}
    for i = 1, 501 do long[i] = { "X-" .. i, "v" } end
    local refused = {
      { "access_key_id must be an access key id", { "a b", SECRET, nil, TIME } },
      { "access_key_id must be a string", { {}, SECRET, nil, TIME } },
      { "secret_access_key must be a secret key", { KEY, "", nil, TIME } },
      { "session_token must be a session token", { KEY, SECRET, "a b", TIME } },
      { "time must be a number of seconds", { KEY, SECRET, nil, -1 } },
      { "time must be a number of seconds", { KEY, SECRET, nil, 0 / 0 } },
      { "time must be a number of seconds", { KEY, SECRET, nil, "soon" } },
      { "time must be seconds since the epoch", { KEY, SECRET, nil, 253402300800 } },
      { "headers must be a list", { KEY, SECRET, nil, TIME, 1, "a", "x" } },
      { "headers must be at most 500", { KEY, SECRET, nil, TIME, 1, "a", long } },
      { "headers[1] must be {name, value}", { KEY, SECRET, nil, TIME, 1, "a", { "x" } } },
      { "headers[2] must be {name, value}", { KEY, SECRET, nil, TIME, 1, "a", { { "x", "y" }, { "x", 1 } } } },
      { "headers[1][1] must be a header name", { KEY, SECRET, nil, TIME, 1, "a", { { "x y", "y" } } } },
      { "headers[2][2] must be a header value", { KEY, SECRET, nil, TIME, 1, "a", { { "x", "y" }, { "y", "\n" } } } },
      { "user_agent must be a string", { KEY, SECRET, nil, TIME, 1, {} } },
      { "trace_id must be a string", { KEY, SECRET, nil, TIME, 1, "a", nil, {} } },
    }
    for _, name in ipairs { "Host", "content-length", "AUTHORIZATION", "X-Amz-Date", "x-amz-security-token", "User-Agent",
      "Content-Type", "X-Amz-Target", "amz-sdk-request", "Amz-Sdk-Invocation-Id", "Transfer-Encoding" } do
      refused[#refused + 1] = { "headers[1] must be another one: the library itself sends " .. name,
        { KEY, SECRET, nil, TIME, 1, "a", { { name, "x" } } } }
    end
    for _, case in ipairs(refused) do
      local signed, why = target():sign(request, table.unpack(case[2], 1, 8))
      assert.is_nil(signed)
      assert.equal(case[1], why:sub(1, #case[1]))
      assert.is_nil(why:find(SECRET, 1, true))
      local transport <close> = support.new()
      local list = { table.unpack(case[2], 1, 8) }
      local _, response = target():send(transport.core, request, list[1], list[2], list[3], list[4], list[5], list[6],
        nil, nil, list[7], list[8])
      assert.same({ signing = why }, response)
    end
    for _, expires in ipairs { 0, -1, 604801, "x" } do
      local _, why = target():presign(request, KEY, SECRET, nil, TIME, expires)
      assert.matches("^expires must be", why)
    end
    for fields, expected in pairs {
      [{ region = false }] = "region must be", [{ service = "a b" }] = "service must be",
      [{ region = "a\nb" }] = "region must be",
    } do
      if fields.region == false then fields.region = "" end
      local _, why = target(fields):sign(request, KEY, SECRET, nil, TIME)
      assert.equal(expected, why:sub(1, #expected))
    end
    local plain = core.plain_request { name = "n", target = "x" }
    assert.same({ nil, "target must begin with /" }, { target():sign(plain) })
    plain = core.plain_request { name = "n", target = "/x" }
    assert.matches("^url must have no query", select(2, target { url = "http://h/?a" }:sign(plain)))
    plain = core.plain_request { name = "n", headers = { { "Host", "x" } } }
    assert.matches("^headers%[1%] must be another one: .* Host$", select(2, target():sign(plain)))
  end)

  it("and takes no option of the wrong kind", function()
    for message, fields in pairs {
      ["url must be a string, got table"] = { url = {} },
      ["url: the URL does not begin with http"] = { url = "ftp://h" },
      ["url: the URL has a user name"] = { url = "http://u@h" },
      ["region must be a string, got number"] = { region = 1 },
      ["service must be a string, got boolean"] = { service = true },
      ["timeout must be a positive number of seconds"] = { timeout = 0 },
      ["connect_timeout must be a positive number of seconds"] = { connect_timeout = "3" },
    } do
      local ok, why = pcall(target, fields)
      assert.is_false(ok)
      assert.is_truthy(why:find(message, 1, true), why)
    end
    for message, fields in pairs {
      ["headers must be a list of {name, value}, got string"] = { headers = "x" },
      ["headers[1] must be {name, value}, two strings"] = { headers = { { "x" } } },
      ["body must be a string, got table"] = { body = {} },
      ["target must be a string, got boolean"] = { target = true },
    } do
      local ok, why = pcall(core.plain_request, fields)
      assert.is_false(ok)
      assert.is_truthy(why:find(message, 1, true), why)
    end
  end)
end)

describe("a target sends", function()
  local transport, url
  setup(function() support.start() end)
  teardown(support.stop)
  before_each(function() transport, url = support.open(), support.url "/" end)
  after_each(function() transport:close() end)

  it("the very headers that sign returns", function()
    local request = core.plain_request { name = "head", method = "PUT", target = "/head",
      headers = { { "Content-Type", "text/plain" }, { "X-Empty", "" } }, body = "abc" }
    local to, headers = target { url = url }, { { "X-Mine", "m" } }
    local signed = assert(to:sign(request, KEY, SECRET, TOKEN, TIME, 1, "agent/1", headers, "Root=1"))
    local head, about = to:send(transport.core, request, KEY, SECRET, TOKEN, TIME, 1, "agent/1", nil, nil, headers, "Root=1")
    assert.equal(200, about.status)
    local sent = {}
    for name, value in head:gmatch "\r\n([^:\r\n]+): ?([^\r\n]*)" do sent[name] = value end
    for _, pair in ipairs(signed.headers) do
      assert.equal(pair[2], sent[pair[1]], pair[1])
      sent[pair[1]] = nil
    end
    assert.same({ ["Content-Length"] = "3", ["Accept-Encoding"] = "gzip" }, sent)
  end)

  it("and decodes what comes back: a plain response as it is, an operation's by its model", function()
    local plain = core.plain_request { name = "n", target = "/echo", method = "POST", body = "not JSON" }
    local body, about = target { url = url }:send(transport.core, plain)
    assert.equal("not JSON", body)
    assert.equal("POST", about.headers["x-method"])
    local request = core.service:request("DescribeProjects", {})
    local response = assert(target { url = url .. "echo" }:send(transport.core, request, KEY, SECRET, nil, TIME, 1, "a"))
    assert.same({}, response)
    local none, failed = target { url = url .. "large/5" }:send(transport.core, request, KEY, SECRET, nil, TIME, 1, "a")
    assert.is_nil(none)
    assert.equal("xxxxx", failed.body)
    assert.matches("expected", failed.protocol)
    none, failed = target { url = url .. "502" }:send(transport.core, plain, KEY, SECRET, nil, TIME, 1, "a")
    assert.is_nil(none)
    assert.equal(502, failed.status)
    assert.matches("Bad Gateway", failed.body)
  end)

  it("and says whether the service may have read the request", function()
    local request = core.service:request("DescribeProjects", {})
    local function sent(address, ...)
      local none, failed = target { url = address }:send(transport.core, request, KEY, SECRET, nil, TIME, 1, "a", ...)
      assert.is_nil(none)
      assert.is_true(#failed.transport.message > 5)
      return failed.transport.code, failed.transport.sent
    end
    assert.same({ "connect", false }, { sent "http://127.0.0.1:1" })
    assert.same({ "connect", false }, { sent "http://name.invalid" })
    assert.same({ "reset", true }, { sent(url .. "nothing") })
    assert.same({ "timeout", true }, { sent(url .. "hang", 5, 0.2) })
    assert.same({ "tls", false }, { sent((url:gsub("^http", "https"))) })
  end)

  it("and outlives what a finalizer closes", function()
    local closed = core.plain_request { name = "n", target = "/echo" }
    closed:close()
    assert.error_matches(function() target():send(transport.core, closed) end, "the request is closed")
    transport:close()
    local request = core.plain_request { name = "n" }
    assert.error_matches(function() target():send(transport.core, request) end, "the transport is closed")
  end)
end)

describe("services are values", function()
  it("of which one state may have several", function()
    local both = codec.both
    local first, second = both.service, both.everything
    assert.same({ "Rekognition", "rekognition", "rekognition", "application/x-amz-json-1.1" },
      { first.id, first.endpoint_prefix, first.signing_name, first.content_type })
    assert.same({ "Everything", "everything", "everything" }, { second.id, second.endpoint_prefix, second.signing_name })
    assert.is_true(#first:operations() >= 75)
    assert.same({ { name = "TakeEverything", method = "take_everything" } }, second:operations())
    local to = both.target { url = "http://h", region = "r", service = "s" }
    for i = 1, 3 do -- the same kept request and scratch serve both
      local one = assert(first:request("DescribeProjects", { MaxResults = i }))
      local other = assert(second:request("TakeEverything", { String = "s" .. i }))
      local function x_amz_target(request)
        return header(assert(to:sign(request, KEY, SECRET, nil, TIME)).headers, "X-Amz-Target")
      end
      assert.equal("RekognitionService.DescribeProjects", x_amz_target(one))
      assert.equal("Everything.TakeEverything", x_amz_target(other))
      assert.equal("s" .. i, assert(other:decode(other:body())).String)
      assert.same({ NextToken = "t" }, one:decode '{"NextToken":"t"}')
      one:close()
      other:close()
    end
    assert.is_nil(first:request("TakeEverything", {}))
    assert.is_nil(second:request("DescribeProjects", {}))
    assert.equal("service: Everything", tostring(second))
    assert.error_matches(function() core.service.operations(second) end, "rekognition.service expected")
  end)
end)

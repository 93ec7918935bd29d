-- Signatures against botocore's (spec/vectors/make_sigv4.py made the vectors), and everything that
-- sign() refuses.

local ascii = require "rekognition.text.ascii"
local cjson = require("cjson").new()
local rek_error = require "rekognition.error"
local files = require "spec.support.files"
local sigv4 = require "rekognition.sigv4"

local function header(headers, name)
  local values = {}
  for _, pair in ipairs(headers) do
    if ascii.lower(pair[1]) == name then values[#values + 1] = pair[2] end
  end
  return table.concat(values, " and ")
end

local function decoded(text)
  return (text:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

-- The parameters of a target in an order of their own; its path.
local function parts(target)
  local path, query = target:match("^([^?]*)%??(.*)$")
  local parameters = {}
  for parameter in query:gmatch("[^&]+") do parameters[#parameters + 1] = decoded(parameter) end
  table.sort(parameters)
  return parameters, path
end

local function request(changes)
  local made = { method = "GET", target = "/", headers = { { "Host", "example.amazonaws.com" } } }
  for name, value in pairs(changes or {}) do made[name] = value end
  return made
end

local secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

local function options(changes)
  local made = {
    region = "us-east-1", service = "service", time = 1440938160,
    credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = secret },
  }
  for name, value in pairs(changes or {}) do made[name] = value end
  return made
end

local function credentials(changes)
  local made = { access_key_id = "AKIDEXAMPLE", secret_access_key = secret }
  for name, value in pairs(changes) do made[name] = value end
  return { credentials = made }
end

describe("sign, as botocore does:", function()
  for _, case in ipairs(cjson.decode(files.read("spec/vectors/sigv4.json"))) do
    it(case.name, function()
      local signed = sigv4.sign(case.request, case.options)
      assert.equal(case.canonical_request, signed.canonical_request)
      assert.equal(case.string_to_sign, signed.string_to_sign)
      assert.equal(case.signature, signed.signature)
      if case.authorization then
        assert.equal(case.authorization, header(signed.headers, "authorization"))
        assert.equal(case.request.target, signed.target)
      else
        local expected, got = { parts(case.target) }, { parts(signed.target) }
        assert.same(expected, got)
      end
    end)
  end
end)

describe("what must be sent", function()
  it("is the caller's headers, then the signer's own", function()
    local signed = sigv4.sign(request { headers = { { "Host", "h" }, { "X-B", " 1" }, { "x-b", "2" } } },
      options { sign_body = true })
    assert.same({
      { "Host", "h" },
      { "X-B", " 1" },
      { "x-b", "2" },
      { "X-Amz-Date", "20150830T123600Z" },
      { "X-Amz-Content-Sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
      { "Authorization", header(signed.headers, "authorization") },
    }, signed.headers)
  end)

  it("has the signer's own headers instead of those that a former signing left", function()
    local first = sigv4.sign(request(), options(credentials { session_token = "old" }))
    local again = sigv4.sign(request { headers = first.headers },
      options { time = 1440938161, credentials = credentials({ session_token = "new" }).credentials })
    assert.equal("20150830T123601Z", header(again.headers, "x-amz-date"))
    assert.equal("new", header(again.headers, "x-amz-security-token"))
    assert.equal(4, #again.headers)
  end)

  it("has the signer's own parameters instead of those that a former presigning left", function()
    local query = options { mode = "query", expires = 60 }
    local first = sigv4.sign(request { target = "/p?a=1" }, query)
    local again = sigv4.sign(request { target = first.target }, query)
    assert.equal(first.target, again.target)
    assert.equal(first.signature, again.signature)
  end)

  it("has a token that is added after signing, in either form", function()
    local plain = sigv4.sign(request(), options())
    local after = options(credentials { session_token = "tok" })
    after.token_after = true
    local signed = sigv4.sign(request(), after)
    assert.equal(plain.signature, signed.signature)
    assert.equal("tok", header(signed.headers, "x-amz-security-token"))
    after.mode, after.expires = "query", 60
    signed = sigv4.sign(request(), after)
    assert.is_nil(signed.canonical_request:find("Security", 1, true))
    assert.truthy(signed.target:find("&X-Amz-Security-Token=tok&X-Amz-Signature=" .. signed.signature, 1, true))
  end)

  it("has a path, whatever the target lacked", function()
    assert.equal("/", sigv4.sign(request { target = "" }, options()).target)
    assert.equal("/?a=1", sigv4.sign(request { target = "?a=1" }, options()).target)
    assert.equal(sigv4.sign(request { target = "/?a=1" }, options()).signature,
      sigv4.sign(request { target = "?a=1" }, options()).signature)
  end)
end)

describe("signing", function()
  it("leaves out headers that a hop may change", function()
    local headers = { { "Host", "h" } }
    for name in ([[baggage connection expect keep-alive proxy-authenticate proxy-authorization te traceparent
      tracestate trailer transfer-encoding upgrade user-agent x-amzn-trace-id]]):gmatch("%S+") do
      headers[#headers + 1] = { ascii.upper(name), "1" }
    end
    local signed = sigv4.sign(request { headers = headers }, options())
    assert.truthy(header(signed.headers, "authorization"):find("SignedHeaders=host;x-amz-date,", 1, true))
  end)

  it("takes the payload's hash from its header, and from the option before it", function()
    local with_header = request { headers = { { "Host", "h" }, { "X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD" } } }
    assert.truthy(sigv4.sign(with_header, options()).canonical_request:find("\nUNSIGNED%-PAYLOAD$"))
    local hash = ("ab"):rep(32)
    assert.truthy(sigv4.sign(with_header, options { payload_hash = hash }).canonical_request:find("\n" .. hash .. "$"))
  end)

  it("knows a key again, and not another secret of the same id", function()
    local first = sigv4.sign(request(), options()).signature
    local other = sigv4.sign(request(), options(credentials { secret_access_key = "other" })).signature
    assert.not_equal(first, other)
    for i = 1, 10 do sigv4.sign(request(), options { region = "region-" .. i }) end
    assert.equal(first, sigv4.sign(request(), options()).signature)
    assert.equal(other, sigv4.sign(request(), options(credentials { secret_access_key = "other" })).signature)
  end)

  it("does not take one part of a credential's scope for another", function()
    local seen = {}
    for _, scope in ipairs { { "ab", "c" }, { "a", "bc" }, { "abc", "d" }, { "ab", "cd" } } do
      local signature = sigv4.sign(request(), options { region = scope[1], service = scope[2] }).signature
      assert.is_nil(seen[signature])
      seen[signature] = true
    end
  end)

  it("calls no metamethod", function()
    local function hostile(fields)
      return setmetatable(fields, {
        __index = function() error "called" end, __len = function() error "called" end,
        __newindex = function() error "called" end, __pairs = function() error "called" end,
      })
    end
    local signed = sigv4.sign(hostile(request { headers = hostile { hostile { "Host", "example.amazonaws.com" } } }),
      hostile(options { credentials = hostile { access_key_id = "AKIDEXAMPLE", secret_access_key = secret } }))
    assert.equal("5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", signed.signature)
  end)

  it("can be called while it is under way, by a finalizer", function()
    local wrong, right = 0, sigv4.sign(request(), options()).signature
    local function later()
      setmetatable({}, { __gc = function()
        if sigv4.sign(request(), options { region = "elsewhere" }).signature == right then wrong = wrong + 1 end
      end })
    end
    collectgarbage("generational")
    for _ = 1, 2000 do
      later()
      if sigv4.sign(request(), options()).signature ~= right then wrong = wrong + 1 end
    end
    collectgarbage("incremental")
    assert.equal(0, wrong)
  end)
end)

describe("verifying", function()
  -- As the head of sigv4.lua tells it.
  local function verify(sent, expires)
    local authorization = header(sent.headers, "authorization")
    local list = authorization:match("SignedHeaders=([^,]+)")
    return sigv4.sign(sent, options {
      mode = expires and "query" or "header", expires = expires,
      signed_headers = list or decoded(sent.target:match("X%-Amz%-SignedHeaders=([^&]+)")),
    }).signature
  end

  it("gives the signature that came, whatever else came with it", function()
    local signed = sigv4.sign(request { method = "POST", body = "{}", headers = { { "Host", "h" }, { "User-Agent", "x" } } },
      options(credentials { session_token = "tok" }))
    local received = { method = "POST", target = signed.target, body = "{}", headers = { { "Via", "proxy" } } }
    for _, pair in ipairs(signed.headers) do table.insert(received.headers, 1, { ascii.lower(pair[1]), pair[2] }) end
    assert.equal(signed.signature, verify(received))
    received.body = "{ }"
    assert.not_equal(signed.signature, verify(received))
  end)

  it("signs what the sender signed, even what this signer leaves out", function()
    local headers = { { "Host", "h" }, { "User-Agent", "x" } }
    local signed = sigv4.sign(request { headers = headers }, options { signed_headers = "host;user-agent;x-amz-date" })
    assert.truthy(signed.canonical_request:find("\nhost:h\nuser-agent:x\nx-amz-date:20150830T123600Z\n", 1, true))
    assert.equal(signed.signature, verify { method = "GET", target = "/", headers = signed.headers })
  end)

  it("works for a presigned target with a token in it", function()
    local signed = sigv4.sign(request { target = "/p?b=1&a=%2b" }, options {
      mode = "query", expires = 60, credentials = credentials({ session_token = "t+/=" }).credentials })
    assert.equal(signed.signature, verify(request { target = signed.target }, 60))
  end)
end)

describe("sign refuses", function()
  local long_list = {}
  for i = 1, 1025 do long_list[i] = { "Host", "h" } end
  local long_query = "/?" .. ("a&"):rep(1025)

  -- path in the error, request's changes, options' changes
  local refused = {
    { "request.method", { method = "" } },
    { "request.method", { method = "GET /" } },
    { "request.method", { method = "GE\rT" } },
    { "request.method", { method = 1 } },
    { "request.target", { target = "a" } },
    { "request.target", { target = "http://h/" } },
    { "request.target", { target = "/a\nb" } },
    { "request.target", { target = "/a\0" } },
    { "request.target", { target = "/?a\r\nHost: x" } },
    { "request.target", { target = "/\127" } },
    { "request.target", { target = false } },
    { "request.target", { target = long_query } },
    { "request.body", { body = {} } },
    { "request.body", { body = 12 } },
    { "request.headers", { headers = "Host: h" } },
    { "request.headers", { headers = {} } },
    { "request.headers", { headers = { Host = "h" } } },
    { "request.headers", { headers = { { "Hosts", "h" } } } },
    { "request.headers", { headers = long_list } },
    { "request.headers[1]", { headers = { "Host" } } },
    { "request.headers[2]", { headers = { { "Host", "h" }, { "X" } } } },
    { "request.headers[1]", { headers = { { "Host", 1 } } } },
    { "request.headers[1]", { headers = { { 1, "h" } } } },
    { "request.headers[2][1]", { headers = { { "Host", "h" }, { "", "x" } } } },
    { "request.headers[2][1]", { headers = { { "Host", "h" }, { "A B", "x" } } } },
    { "request.headers[2][1]", { headers = { { "Host", "h" }, { "A:", "x" } } } },
    { "request.headers[2][1]", { headers = { { "Host", "h" }, { "A\0", "x" } } } },
    { "request.headers[2][1]", { headers = { { "Host", "h" }, { "\u{e9}", "x" } } } },
    { "request.headers[2][1]", { headers = { { "Host", "h" }, { "A\r\nB", "x" } } } },
    { "request.headers[2][2]", { headers = { { "Host", "h" }, { "A", "x\r\nB: y" } } } },
    { "request.headers[2][2]", { headers = { { "Host", "h" }, { "A", "x\r\n y" } } } },
    { "request.headers[1][2]", { headers = { { "Host", "h\0" } } } },
    { "request.headers[2][2]", { headers = { { "Host", "h" }, { "User-Agent", "\127" } } } },
    { "options.region", nil, { region = "" } },
    { "options.region", nil, { region = "a/b" } },
    { "options.region", nil, { region = "us-east-1\n" } },
    { "options.region", nil, { region = {} } },
    { "options.service", nil, { service = "" } },
    { "options.service", nil, { service = "a b" } },
    { "options.service", nil, { service = 3 } },
    { "options.credentials", nil, { credentials = "AKID" } },
    { "options.credentials.access_key_id", nil, { credentials = {} } },
    { "options.credentials.access_key_id", nil, credentials { access_key_id = "" } },
    { "options.credentials.access_key_id", nil, credentials { access_key_id = "A/B" } },
    { "options.credentials.access_key_id", nil, credentials { access_key_id = "A, Signature=0" } },
    { "options.credentials.access_key_id", nil, credentials { access_key_id = "A\r\n" } },
    { "options.credentials.secret_access_key", nil, credentials { secret_access_key = "" } },
    { "options.credentials.secret_access_key", nil, credentials { secret_access_key = "sesame\r" } },
    { "options.credentials.secret_access_key", nil, credentials { secret_access_key = false } },
    { "options.credentials.session_token", nil, credentials { session_token = "sesame\r\nX: y" } },
    { "options.credentials.session_token", nil, credentials { session_token = "sesame s" } },
    { "options.credentials.session_token", nil, credentials { session_token = 5 } },
    { "options.time", nil, { time = "now" } },
    { "options.time", nil, { time = -1 } },
    { "options.time", nil, { time = 253402300800 } },
    { "options.time", nil, { time = 0 / 0 } },
    { "options.time", nil, { time = math.huge } },
    { "options.time", nil, { time = -1e300 } },
    { "options.time", nil, { time = math.mininteger } },
    { "options.mode", nil, { mode = "both" } },
    { "options.mode", nil, { mode = true } },
    { "options.expires", nil, { mode = "query" } },
    { "options.expires", nil, { mode = "query", expires = 0 } },
    { "options.expires", nil, { mode = "query", expires = 604801 } },
    { "options.expires", nil, { mode = "query", expires = "60" } },
    { "options.expires", nil, { mode = "query", expires = 0 / 0 } },
    { "options.normalize_path", nil, { normalize_path = 1 } },
    { "options.double_encode", nil, { double_encode = "no" } },
    { "options.sign_body", nil, { sign_body = 0 } },
    { "options.token_after", nil, { token_after = {} } },
    { "options.payload_hash", nil, { payload_hash = "abc" } },
    { "options.payload_hash", nil, { payload_hash = ("A"):rep(64) .. "\n" } },
    { "options.payload_hash", nil, { payload_hash = 7 } },
    { "options.signed_headers", nil, { signed_headers = {} } },
    { "options.signed_headers", nil, { signed_headers = "host;x-absent;x-amz-date" } },
    { "options.signed_headers", nil, { signed_headers = "x-amz-date;host" } },
    { "options.signed_headers", nil, { signed_headers = "host;host;x-amz-date" } },
    { "options.signed_headers", nil, { signed_headers = "host;X-Amz-Date" } },
  }
  for i, case in ipairs(refused) do
    it(("%s, %d"):format(case[1], i), function()
      local ok, e = pcall(sigv4.sign, request(case[2]), options(case[3]))
      assert.is_false(ok)
      assert.is_true(rek_error.is_error(e), tostring(e))
      assert.equal("validation", e.kind)
      assert.equal(case[1] .. " must ", e.message:sub(1, #case[1] + 6))
      assert.equal(case[1], e.problems[1].path)
      local told = tostring(e)
      assert.is_nil(told:find(secret, 1, true) or told:find("sesame", 1, true) or told:find("%c"))
    end)
  end

  for _, missing in ipairs { "region", "service", "credentials", "time" } do
    it("options without " .. missing, function()
      local wrong = options()
      wrong[missing] = nil
      local ok, e = pcall(sigv4.sign, request(), wrong)
      assert.is_false(ok)
      assert.equal("options." .. missing, e.problems[1].path)
    end)
  end

  it("arguments that are no tables, as a slip of the program", function()
    for _, wrong in ipairs { false, 1, "x", print } do
      assert.has_error(function() sigv4.sign(wrong, options()) end)
      assert.has_error(function() sigv4.sign(request(), wrong) end)
    end
  end)

  it("and signs as before afterwards", function()
    assert.equal("5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
      sigv4.sign(request(), options()).signature)
  end)
end)

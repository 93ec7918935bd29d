-- What can go wrong, by the code of the failure: for each of libcurl's codes that can occur, the case
-- that produces it. (Failures of libcurl that no request of ours can have, such as those of FTP, have no
-- place.) `sent`: whether the server may have read the request.

local cjson = require("cjson").new()
local support = require "spec.support.http_server"

local new, url = support.new, support.url
local server, folder

setup(function() server, folder = support.start() end)
teardown(support.stop)

local function ask(options, request)
  local one <close> = new(options)
  request.method = request.method or "POST"
  return one(request)
end

local function trusting(options)
  options = options or {}
  options.ca_bundle = folder .. "/ca.pem"
  return options
end

-- libcurl's code, what happens, options, request, code, sent, and what the message says.
local cases = {
  { "COULDNT_RESOLVE_HOST", "a name that nobody knows", function() return {}, { url = "http://name.invalid/" } end,
    "connect", false },
  { "COULDNT_RESOLVE_PROXY", "a proxy that nobody knows",
    function() return { proxy = "http://name.invalid:1" }, { url = url "/echo" } end, "proxy", false },
  { "COULDNT_CONNECT", "a port where nobody listens",
    function() return {}, { url = "http://" .. server.closed .. "/" } end, "connect", false },
  { "COULDNT_CONNECT", "a proxy where nobody listens",
    function() return { proxy = "http://" .. server.closed }, { url = url "/echo" } end, "connect", false },
  { "OPERATION_TIMEDOUT", "a connection that is not taken",
    function() return {}, { url = "http://" .. server.full .. "/", connect_timeout = 0.2 } end, "timeout", false },
  { "OPERATION_TIMEDOUT", "silence in the TLS handshake",
    function() return {}, { url = "https://" .. server.stay_silent .. "/", connect_timeout = 0.2 } end, "timeout", false },
  { "OPERATION_TIMEDOUT", "a proxy that is silent",
    function() return { proxy = "http://" .. server.stay_silent }, { url = url("/", "tls"), timeout = 0.2 } end,
    "timeout", false },
  { "OPERATION_TIMEDOUT", "no response", function() return {}, { url = url "/hang", timeout = 0.2 } end, "timeout", true },
  { "OPERATION_TIMEDOUT", "half a body", function() return {}, { url = url "/hang-body", timeout = 0.2 } end, "timeout", true },
  { "PEER_FAILED_VERIFICATION", "a certificate of another authority",
    function() return { ca_bundle = folder .. "/other-ca.pem" }, { url = url("/echo", "tls") } end, "tls", false },
  { "PEER_FAILED_VERIFICATION", "a certificate of another host",
    function() return trusting(), { url = url("/echo", "wrong_host") } end, "tls", false },
  { "SSL_CONNECT_ERROR", "a client without the certificate that is asked for",
    function() return trusting(), { url = url("/echo", "tls_client") } end, "tls", false },
  { "SSL_CONNECT_ERROR", "a server that speaks HTTP alone",
    function() return {}, { url = "https://" .. server.plain .. "/" } end, "tls", false, "does not speak TLS there" },
  { "SSL_CONNECT_ERROR", "a server that speaks something else",
    function() return {}, { url = "https://" .. server.speak_another .. "/" } end, "tls", false, "does not speak TLS there" },
  { "SSL_CONNECT_ERROR", "an end inside the TLS handshake",
    function() return {}, { url = "https://" .. server.hang_up .. "/" } end, "reset", false },
  { "SSL_CONNECT_ERROR", "a reset inside the TLS handshake",
    function() return {}, { url = "https://" .. server.hang_up_hard .. "/" } end, "reset", false },
  { "SSL_CONNECT_ERROR", "an end inside the TLS handshake in a tunnel",
    function() return { proxy = "http://" .. server.tunnel_hang_up }, { url = url("/", "tls") } end, "reset", false },
  { "SSL_CONNECT_ERROR", "a reset inside the TLS handshake in a tunnel",
    function() return { proxy = "http://" .. server.tunnel_hang_up_hard }, { url = url("/", "tls") } end, "reset", false },
  { "RECV_ERROR", "a proxy that ends instead of making a tunnel",
    function() return { proxy = "http://" .. server.hang_up }, { url = url("/", "tls") } end, "reset", false },
  { "RECV_ERROR", "a proxy that resets instead of making a tunnel",
    function() return { proxy = "http://" .. server.hang_up_hard }, { url = url("/", "tls") } end, "reset", false },
  { "RECV_ERROR", "a proxy that refuses a tunnel",
    function() return { proxy = "http://" .. server.answer_502 }, { url = url("/", "tls") } end, "proxy", false },
  { "RECV_ERROR", "a proxy that wants another password",
    function() return { proxy = "http://user:wrong@" .. server.proxy }, { url = url("/", "tls") } end, "proxy", false },
  { "PROXY", "a SOCKS proxy that is none",
    function() return { proxy = "socks5://" .. server.speak_another }, { url = url "/echo" } end, "proxy", false },
  { "GOT_NOTHING", "an end instead of a response", function() return {}, { url = url "/nothing" } end, "reset", true },
  { "RECV_ERROR", "a reset instead of a response", function() return {}, { url = url "/reset" } end, "reset", true },
  { "RECV_ERROR", "a reset in the body", function() return {}, { url = url "/reset-body" } end, "reset", true },
  { "PARTIAL_FILE", "a body that ends too early", function() return {}, { url = url "/short" } end, "reset", true },
  { "PARTIAL_FILE", "chunks that end too early", function() return {}, { url = url "/chunked-truncated" } end, "reset", true },
  { "OK", "headers that end too early", function() return {}, { url = url "/headers-truncated" } end, "reset", true },
  { "OK", "gzip that ends too early", function() return {}, { url = url "/gzip-cut" } end, "reset", true },
  { "RECV_ERROR", "chunks without lengths", function() return {}, { url = url "/chunked-broken" } end, "reset", true },
  { "UNSUPPORTED_PROTOCOL", "text without a status line", function() return {}, { url = url "/old-http" } end,
    "protocol", true },
  { "WEIRD_SERVER_REPLY", "a length that is none", function() return {}, { url = url "/bad-length" } end, "protocol", true },
  { "WRITE_ERROR", "gzip that is none", function() return {}, { url = url "/gzip-broken" } end, "protocol", true, "gzip" },
  { "WRITE_ERROR", "something behind gzip", function() return {}, { url = url "/gzip-rest" } end, "protocol", true, "gzip" },
  { "WRITE_ERROR", "a coding that was not asked for", function() return {}, { url = url "/br" } end, "protocol", true,
    "not asked for" },
  { "WRITE_ERROR", "a body beyond the limit",
    function() return { max_response_bytes = 10 }, { url = url "/large/11" } end, "too_large", true },
  { "WRITE_ERROR", "gzip beyond the limit", function() return { max_response_bytes = 1000 }, { url = url "/bomb" } end,
    "too_large", true },
  { "WRITE_ERROR", "many headers", function() return {}, { url = url "/many-headers" } end, "too_large", true },
  { "WRITE_ERROR", "interim responses without end", function() return {}, { url = url "/interim-flood" } end,
    "too_large", true },
  { "OUT_OF_MEMORY", "a header line over 100 KB", function() return {}, { url = url "/header-line/110000" } end,
    "too_large", true },
  { "OUT_OF_MEMORY", "a header line over 1 MB", function() return {}, { url = url "/header-line/1100000" } end,
    "too_large", true },
  { "URL_MALFORMAT", "a port that is none", function() return {}, { url = "http://127.0.0.1:99999/" } end, "request", false },
}

describe("a failure", function()
  for _, case in ipairs(cases) do
    it(("is %s for %s (%s)"):format(case[4], case[2], case[1]), function()
      local options, request = case[3]()
      local response, failure = ask(options, request)
      assert.is_nil(response)
      assert.same({ code = case[4], sent = case[5] }, { code = failure.code, sent = failure.sent }, failure.message)
      assert.is_true(#failure.message > 10)
      if case[6] then assert.is_truthy(failure.message:find(case[6], 1, true), failure.message) end
    end)
  end

  it("is none for what is unusual and right", function()
    local function body(path) return assert(ask({}, { url = url(path) })).body end
    assert.equal("one two", body "/gzip-two")
    assert.equal("one", body "/gzip-padded")
    assert.equal("", body "/gzip-empty")
    assert.equal("abc", body "/identity")
    assert.equal(99000, #support.header(assert(ask({}, { url = url "/header-line/99000" })), "X-Long"))
    assert.equal(100, #body "/drip")
  end)
end)

describe("a client certificate", function()
  it("is shown to a server that asks for one", function()
    local options = trusting { client_cert = folder .. "/good.pem", client_key = folder .. "/good.key" }
    assert.equal(200, assert(ask(options, { url = url("/echo", "tls_client") })).status)
    local both = folder .. "/both.pem"
    assert(require("spec.support.files").run(("cat %s/good.pem %s/good.key >%s"):format(folder, folder, both)))
    assert.equal(200, assert(ask(trusting { client_cert = both }, { url = url("/echo", "tls_client") })).status)
  end)
end)

describe("an option of TLS", function()
  it("is refused when the transport is made, with the file and what is wrong", function()
    local files = require "spec.support.files"
    files.write(folder .. "/empty.pem", "")
    files.write(folder .. "/text.pem", "no certificate\n")
    assert(files.run(("openssl ec -aes128 -passout pass:x -in %s/good.key -out %s/locked.key"):format(folder, folder)))
    for message, options in pairs {
      ["ca_bundle: " .. folder .. "/none.pem: "] = { ca_bundle = folder .. "/none.pem" },
      ["ca_bundle: " .. folder .. "/empty.pem: must hold certificates"] = { ca_bundle = folder .. "/empty.pem" },
      ["ca_bundle: " .. folder .. "/text.pem: must hold certificates"] = { ca_bundle = folder .. "/text.pem" },
      ["ca_bundle must be a string without NUL bytes"] = { ca_bundle = "a\0b" },
      ["client_cert: " .. folder .. "/none.pem: "] = { client_cert = folder .. "/none.pem" },
      ["client_cert must hold a certificate"] = { client_cert = folder .. "/text.pem" },
      ["client_key must hold an unencrypted private key"] =
        { client_cert = folder .. "/good.pem", client_key = folder .. "/locked.key" },
      ["client_key must be the key of the certificate"] =
        { client_cert = folder .. "/good.pem", client_key = folder .. "/ca.key" },
      ["client_key: " .. folder .. "/good.key: needs client_cert"] = { client_key = folder .. "/good.key" },
      ["timeout must be a number above 0 and at most 2147483, got 2147484.0"] = { timeout = 2147484.0 },
      ["connect_timeout must be a number above 0 and at most 2147483, got inf"] = { connect_timeout = math.huge },
      ["max_connections must be a number above 0 and at most 100000, got -1"] = { max_connections = -1 },
      ["the proxy must be http://user:password@host:port"] = { proxy = "http://user:a%0ab@h" },
    } do
      local ok, why = pcall(new, options)
      assert.is_false(ok)
      assert.equal("config", why.kind, message)
      assert.is_truthy(why.message:find(message, 1, true), why.message)
    end
  end)

  it("holds for what was read then, whatever becomes of the file", function()
    local files = require "spec.support.files"
    local copy = folder .. "/copy.pem"
    assert(files.run(("cp %s/ca.pem %s"):format(folder, copy)))
    local one <close> = new { ca_bundle = copy }
    os.remove(copy)
    assert.equal(200, assert(one { method = "GET", url = url("/echo", "tls") }).status)
  end)

  it("keeps the log of keys away that SSLKEYLOGFILE asks for", function()
    local files = require "spec.support.files"
    local log = folder .. "/keys.log"
    files.write(folder .. "/script.lua", ("package.path, package.cpath = %q, %q\n"):format(package.path, package.cpath)
      .. ("local one = require('rekognition.http').new { env = {}, ca_bundle = %q }\n"):format(folder .. "/ca.pem")
      .. ("print(assert(one { method = 'GET', url = %q }).status)"):format(url("/echo", "tls")))
    local ok, output = files.run(("SSLKEYLOGFILE=%s %s %s"):format(log, os.getenv "LUA" or "lua5.4", folder .. "/script.lua"))
    assert(ok, output)
    assert.equal("200\n", output)
    assert.equal("", files.read(log) or "")
  end)
end)

describe("descriptors", function()
  it("don't reach a child", function()
    local one <close> = new(trusting())
    assert(one { method = "GET", url = url "/echo" })
    assert(one { method = "GET", url = url("/echo", "tls") })
    local pipe = io.popen "for fd in /proc/self/fd/*; do readlink $fd; done; cat /proc/net/tcp"
    local text = pipe:read "a"
    pipe:close()
    -- A socket of a child that is in the list of TCP sockets would be one of ours.
    local inherited = {}
    for inode in text:gmatch "socket:%[(%d+)%]" do
      if text:find(" " .. inode .. " ", 1, true) then inherited[#inherited + 1] = inode end
    end
    assert.same({}, inherited, cjson.encode(inherited))
  end)
end)

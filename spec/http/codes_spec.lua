-- What can go wrong, by the code of the failure: for each of libcurl's codes that can occur, the case
-- that produces it. (Failures of libcurl that no request of ours can have, such as those of FTP, have no
-- place.) `sent`: whether the server may have read the request.

local support = require "spec.support.http_server"
local wire_faults = require "spec.support.wire_faults"

local new, url = support.new, support.url
local folder

setup(function()
  local server
  server, folder = support.start()
  wire_faults.use(server, folder)
end)
teardown(support.stop)

local function ask(options, request)
  local one <close> = new(options)
  request.method = request.method or "POST"
  return one(request)
end

local trusting, cases = wire_faults.trusting, wire_faults.cases

describe("a failure", function()
  for _, case in ipairs(cases) do
    it(("is %s for %s (%s)"):format(case[4], case[2], case[1]), function()
      local options, request = case[3]()
      local response, failure = ask(options, request)
      assert.is_nil(response)
      assert.is_true(wire_faults.is_code(case, failure.code), failure.code .. ": " .. failure.message)
      if not case.by_version then assert.equal(case[5], failure.sent, failure.message) end
      assert.is_true(#failure.message > 10)
      if case[6] then assert.is_truthy(failure.message:find(case[6], 1, true), failure.message) end
    end)
  end

  it("has no remedy for another port where the handshake had gone well", function()
    local response, failure = ask(trusting(), { url = url("/broken-tls", "tls") })
    assert.is_nil(response)
    assert.same({ "reset", true }, { failure.code, failure.sent })
    assert.is_nil(failure.message:find("check the port", 1, true), failure.message)
  end)

  it("is missing for what is unusual and right", function()
    local function body(path) return assert(ask({}, { url = url(path) })).body end
    assert.equal("one two", body "/gzip-two")
    assert.equal("one", body "/gzip-padded")
    assert.equal("", body "/gzip-empty")
    assert.equal("abc", body "/identity")
    assert.equal("one", body "/gzip-list")
    assert.equal(99000, #support.header(assert(ask({}, { url = url "/header-line/99000" })), "X-Long"))
    assert.equal(20, #body "/drip")
    assert.equal(200, assert(ask(trusting(), { url = url("/echo", "alpn_other") })).status) -- ALPN found nothing
  end)

  it("is missing for a refusal in a coding that was not asked for: its headers say enough", function()
    local response = assert(ask({}, { url = url "/br-refusal" }))
    assert.equal(400, response.status)
    assert.equal("X", support.header(response, "x-amzn-ErrorType"))
  end)

  it("is missing for a header in several lines (RFC 9112, 5.2)", function()
    local response = assert(ask({}, { url = url "/folded" }))
    assert.equal("one two three", support.header(response, "X-Folded"))
    assert.equal("four", support.header(response, "X-Next"))
  end)
end)

describe("a client certificate", function()
  it("is shown to a server that asks for one", function()
    local options = trusting { client_cert = folder .. "/good.pem", client_key = folder .. "/good.key" }
    assert.equal(200, assert(ask(options, { url = url("/echo", "tls_client") })).status)
    assert.equal(200, assert(ask(options, { url = url("/echo", "tls_client_13") })).status)
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
      ["timeout must be a number above 0 and at most 2147483, got 2147484"] = { timeout = 2147484.0 },
      ["connect_timeout must be a number above 0 and at most 2147483, got inf"] = { connect_timeout = math.huge },
      ["max_connections must be a number above 0 and at most 100000, got -1"] = { max_connections = -1 },
      ["option proxy must be http://user:password@host:port"] = { proxy = "http://user:a%0ab@h" },
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

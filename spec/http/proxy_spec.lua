-- The built-in transport behind a proxy.

local rek_error = require "rekognition.error"
local support = require "spec.support.http_server"

local fails, get, header, new, url = support.fails, support.get, support.header, support.new, support.url
local server, folder

setup(function() server, folder = support.start() end)
teardown(support.stop)

local opened
before_each(function() opened = support.open() end)
after_each(function() opened:close() end)

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
      { HTTP_PROXY = proxy(), no_proxy = "example.com, 127.0.0.1" }, { HTTP_PROXY = proxy(), NO_PROXY = "*" },
    } do
      assert.is_nil(header(assert(through { env = env }), "X-Via-Proxy"))
    end
    assert.is_nil(header(assert(through { proxy = "", env = { HTTP_PROXY = proxy() } }), "X-Via-Proxy"))
    local name = "http://localhost:" .. server.plain:match ":(%d+)" .. "/echo"
    local port = server.plain:match ":(%d+)"
    for _, entry in ipairs { "localhost:" .. port, "x, localhost:" .. port .. " " } do
      assert.is_nil(header(assert(through({ env = { HTTP_PROXY = proxy(), NO_PROXY = entry } }, name)), "X-Via-Proxy"))
    end
    for _, entry in ipairs { "localhost:1", "localhost:" .. port .. "0", "host:" .. port } do
      assert.are.equal("yes", header(assert(through({ env = { HTTP_PROXY = proxy(), NO_PROXY = entry } },
        "http://127.0.0.1:" .. port .. "/echo")), "X-Via-Proxy"))
    end
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

  it("is named where no connection to it can be made", function()
    local place = "http://" .. server.closed
    local message = fails("connect", through { proxy = "http://user:wrong-password@" .. server.closed .. "/path" })
    local ending = (" (%s by the proxy %s)"):format(url "", place)
    assert.equal(ending, message:sub(-#ending))
    message = fails("proxy", through { env = { HTTP_PROXY = "http://no-such-host.invalid:81" } })
    assert.is_truthy(message:find(" by the proxy http://no-such-host.invalid:81)", 1, true), message)
    message = fails("connect", through({ env = { NO_PROXY = "*", HTTP_PROXY = place } }, "http://" .. server.closed .. "/"))
    assert.is_nil(message:find("proxy", 1, true), message)
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
    for _, address in ipairs { "ftp://%s@h", "http://%s@", "http://%s@h:x", "http://%s%%00@h", "http://%s%%0a@h" } do
      local bad = address:format "user:wrong-password"
      local ok, err = pcall(new, { proxy = bad })
      assert.is_false(ok)
      assert.is_true(rek_error.is_error(err) and err.kind == "config")
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

  it("is named by its variable where it can't be understood, and shown without name and password", function()
    local must = " must be http://user:password@host:port (or https, socks5, socks5h), "
    local function check(start, shown, options)
      local ok, e = pcall(new, options)
      assert.is_false(ok)
      assert.equal("InvalidProxy", e.code)
      assert.equal(start .. must, e.message:sub(1, #start + #must))
      assert.equal("got " .. shown, e.message:match("got .*$"))
    end
    check("option proxy", '"socks4://127.0.0.1:1080"', { proxy = "socks4://127.0.0.1:1080" })
    check("option proxy", '"ftp://***@h"', { proxy = "ftp://user:wrong-password@h" })
    check("http_proxy", '"http://***@ho st:1"', { env = { http_proxy = "http://u:p@ho st:1", HTTP_PROXY = proxy() } })
    check("HTTPS_PROXY", '"http://h***"', { env = { HTTPS_PROXY = "http://h:1x", HTTP_PROXY = proxy() } })
    check("ALL_PROXY", '"http://[::1"', { env = { ALL_PROXY = "http://[::1" } })
    check("https_proxy", '"http://user***"', { env = { https_proxy = "http://user:1secret" } })
    -- libcurl says these at the first request
    check("option proxy", '"http://b\\xC3\\xBCcher.example:80"', { proxy = "http://b\u{FC}cher.example:80" })
    check("option proxy", '"http://127.0.0.1:0"', { proxy = "http://127.0.0.1:0" })
  end)

  it("has a scheme in capital letters too (RFC 3986, 3.1), and blanks around it in the environment", function()
    for _, options in ipairs {
      { proxy = "HTTP" .. proxy():sub(5) }, { env = { HTTP_PROXY = "Http" .. proxy():sub(5) } },
      { env = { http_proxy = "  " .. proxy() .. "\t" } },
    } do
      assert.are.equal("yes", header(assert(through(options)), "X-Via-Proxy"))
    end
    assert.is_nil(header(assert(through { env = { http_proxy = " ", HTTP_PROXY = proxy() } }), "X-Via-Proxy"))
  end)

  it("that refuses a plain request answers for itself", function()
    assert.are.equal(407, assert(through { proxy = "http://" .. server.proxy }).status)
  end)
end)

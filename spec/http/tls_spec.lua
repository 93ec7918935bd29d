-- TLS, and HTTP/2, which nginx speaks where it is installed.

local core = require "rekognition.core"
local run = require("spec.support.files").run
local support = require "spec.support.http_server"

local fails, header, new, url = support.fails, support.header, support.new, support.url
local server, folder, transport

setup(function() server, folder = support.start() end)
teardown(support.stop)

before_each(function() transport = support.open() end)
after_each(function() transport:close() end)

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
    local ok, why = pcall(ask, "tls", { ca_bundle = folder .. "/missing.pem" })
    assert.is_false(ok)
    assert.equal("config", why.kind)
    assert.is_truthy(why.message:find("ca_bundle: " .. folder .. "/missing.pem: ", 1, true), why.message)
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

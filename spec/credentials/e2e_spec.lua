-- Every source over real HTTP on the loopback, each to its end: a client that calls DescribeProjects with
-- what the source gave. spec/servers/credential_server.py verifies signatures and proofs independently.

local cjson = require("cjson").new()
local core = require "rekognition.core"
local rekognition = require "rekognition"
local support = require "spec.support.credentials"

local root = os.getenv("REK_ROOT") or "."

local folder, server, url

local function write(path, text)
  local file = assert(io.open(folder .. path, "wb"))
  file:write(text)
  file:close()
end

local function read(path)
  local file = assert(io.open(folder .. path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

setup(function()
  folder = os.tmpname()
  os.remove(folder)
  assert(os.execute(("mkdir -p %s/.aws/sso/cache %s/.aws/login/cache"):format(folder, folder)))
  assert(os.execute(("openssl ecparam -name prime256v1 -genkey -noout -out %s/key.pem "
    .. "&& openssl ec -in %s/key.pem -pubout -out %s/public.pem 2>/dev/null"):format(folder, folder, folder)))
  server = assert(io.popen(("echo $$; exec /usr/bin/python3 %s/spec/servers/credential_server.py %s"):format(root, folder)))
  server = { pipe = server, pid = server:read("n", "l") }
  url = assert(server.pipe:read("l"), "the server did not start")
end)

teardown(function()
  os.execute(("kill %d"):format(server.pid))
  server.pipe:close()
  os.execute("rm -r " .. folder)
end)

local function environment(changes)
  local env = { HOME = folder, AWS_REGION = "eu-west-1", AWS_EC2_METADATA_DISABLED = "true", AWS_ENDPOINT_URL = url }
  for name, value in pairs(changes) do env[name] = value end
  return env
end

-- Calls the service with what the default chain finds, and returns the credentials.
local function call_with(env, config, options)
  write("/.aws/config", config or "")
  options = options or {}
  options.env = environment(env)
  options.sleep = options.sleep or function() end
  local client <close> = rekognition.client(options)
  assert.same({ ProjectDescriptions = {} }, (client:describe_projects {}))
  return client._channel.provider:get()
end

local BASE = "[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = BASESECRET\n"

describe("over real HTTP", function()
  it("an instance", function()
    local got = call_with { AWS_EC2_METADATA_DISABLED = "false", AWS_EC2_METADATA_SERVICE_ENDPOINT = url }
    assert.same({ "AKIDINSTANCE", "imds" }, { got.access_key_id, got.source })
  end)

  it("a container, with its token's file", function()
    write("/token", "pod-token")
    local got = call_with { AWS_CONTAINER_CREDENTIALS_FULL_URI = url .. "/container",
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE = folder .. "/token" }
    assert.same({ "AKIDCONTAINER", "container", "123456789012" }, { got.access_key_id, got.source, got.account_id })
  end)

  it("instances and containers by no proxy, which would see their tokens", function()
    write("/token", "pod-token")
    write("/.aws/config", "")
    for source, env in pairs {
      container = { AWS_CONTAINER_CREDENTIALS_FULL_URI = url .. "/container",
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE = folder .. "/token" },
      imds = { AWS_EC2_METADATA_DISABLED = "false", AWS_EC2_METADATA_SERVICE_ENDPOINT = url },
    } do
      env = environment(env)
      env.HTTP_PROXY = "http://127.0.0.1:1"
      local transport = require("rekognition.http").new { env = env }
      local provider = rekognition.credentials.default { env = env, http = transport, sleep = function() end }
      assert.equal(source, provider:get().source)
      transport:close()
    end
  end)

  it("a container that refuses", function()
    local problem = support.catch(call_with, { AWS_CONTAINER_CREDENTIALS_FULL_URI = url .. "/container" })
    assert.equal("credentials", problem.kind)
    assert.matches("AccessDenied: no such pod", problem.message)
  end)

  it("roles by roles, each request signed", function()
    local got = call_with({ AWS_PROFILE = "top" }, BASE .. "[profile top]\nrole_arn = arn:aws:iam::1:role/TOP\n"
      .. "source_profile = middle\n[profile middle]\nrole_arn = arn:aws:iam::1:role/MIDDLE\nsource_profile = base\n")
    assert.same({ "AKIDTOP", "assume_role", "210987654321" }, { got.access_key_id, got.source, got.account_id })
  end)

  it("a role with wrong keys", function()
    local problem = support.catch(call_with, {}, "[default]\nrole_arn = arn:aws:iam::1:role/X\nsource_profile = default\n"
      .. "aws_access_key_id = AKIDBASE\naws_secret_access_key = WRONGSECRET\n")
    assert.same({ "credentials", "SignatureDoesNotMatch", 403 }, { problem.kind, problem.code, problem.status })
  end)

  it("a web identity", function()
    write("/web", "web-token\n")
    local got = call_with { AWS_WEB_IDENTITY_TOKEN_FILE = folder .. "/web", AWS_ROLE_ARN = "arn:aws:iam::1:role/WEB" }
    assert.same({ "AKIDWEB", "web_identity" }, { got.access_key_id, got.source })
  end)

  it("Identity Center, its token refreshed and kept", function()
    local path = "/.aws/sso/cache/" .. core.sha1_hex "corp" .. ".json"
    write(path, cjson.encode { accessToken = "access-1", expiresAt = "2020-01-01T00:00:00Z", refreshToken = "refresh-1",
      clientId = "client", clientSecret = "client-secret", registrationExpiresAt = "2099-01-01T00:00:00Z" })
    local got = call_with({}, "[default]\nsso_session = corp\nsso_account_id = 123456789012\n"
      .. "sso_role_name = Reader & Writer\n[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://x/start\n")
    assert.same({ "AKIDSSO", "sso" }, { got.access_key_id, got.source })
    assert.equal("refresh-2", cjson.decode(read(path)).refreshToken)
  end)

  it("a login session, renewed with a proof and kept", function()
    local path = "/.aws/login/cache/" .. core.sha256_hex "arn:aws:iam::1:user/me" .. ".json"
    write(path, cjson.encode { clientId = "client", refreshToken = "refresh-1", dpopKey = read "/key.pem", accessToken = {
      accessKeyId = "AKIDOLD", secretAccessKey = "S", sessionToken = "T", accountId = "123456789012",
      expiresAt = "2020-01-01T00:00:00Z" } })
    local got = call_with({}, "[default]\nlogin_session = arn:aws:iam::1:user/me\n")
    assert.same({ "AKIDLOGIN", "login", "123456789012" }, { got.access_key_id, got.source, got.account_id })
    assert.equal("AKIDLOGIN", cjson.decode(read(path)).accessToken.accessKeyId)
  end)

  it("a command", function()
    write("/keys.json", '{"Version": 1, "AccessKeyId": "AKIDBASE", "SecretAccessKey": "BASESECRET"}')
    local got = call_with({}, "[default]\ncredential_process = cat " .. folder .. "/keys.json\n")
    assert.same({ "AKIDBASE", "process" }, { got.access_key_id, got.source })
  end)

  it("the environment, and a profile's keys", function()
    assert.equal("environment", call_with({ AWS_ACCESS_KEY_ID = "AKIDBASE", AWS_SECRET_ACCESS_KEY = "BASESECRET" }).source)
    assert.equal("profile", call_with({ AWS_PROFILE = "base" }, BASE).source)
  end)

  it("a service that is not there", function()
    local socket = require "socket"
    local closed = assert(socket.bind("127.0.0.1", 0))
    local _, port = closed:getsockname()
    closed:close()
    local gone = ("http://127.0.0.1:%d/x"):format(port)
    local problem = support.catch(call_with, { AWS_CONTAINER_CREDENTIALS_FULL_URI = gone })
    assert.matches("container: the endpoint .* returned no response", problem.message)
    problem = support.catch(call_with, { AWS_EC2_METADATA_DISABLED = "false", AWS_EC2_METADATA_SERVICE_ENDPOINT = gone })
    assert.equal("NoCredentials", problem.code)
  end)

  it("a service that hangs, and one that breaks", function()
    local problem = support.catch(call_with, { AWS_EC2_METADATA_DISABLED = "false",
      AWS_EC2_METADATA_SERVICE_ENDPOINT = url .. "/hang" })
    assert.equal("NoCredentials", problem.code)
    problem = support.catch(call_with, { AWS_CONTAINER_CREDENTIALS_FULL_URI = url .. "/broken" })
    assert.matches("HTTP status 500", problem.message)
  end)
end)

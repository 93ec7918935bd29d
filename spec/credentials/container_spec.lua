local cjson = require("cjson").new()
local credentials = require "rekognition.credentials"
local support = require "spec.support.credentials"

local KEYS = { AccessKeyId = "AKIDBOX", SecretAccessKey = "BOXSECRET", Token = "BOXTOKEN",
  Expiration = "2015-08-30T18:36:00Z", AccountId = "123456789012" }

local function world_of(env, answers, files)
  return support.world { env = env, answers = answers or { support.answer(200, KEYS) }, files = files }
end

local function get(world)
  return credentials.container(world.options):get()
end

describe("a container's credentials", function()
  it("come from the ECS address with a relative URI, which has priority over a full one", function()
    local world = world_of { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI = "/v2/credentials/id?x=1",
      AWS_CONTAINER_CREDENTIALS_FULL_URI = "http://localhost/other" }
    assert.same({ access_key_id = "AKIDBOX", secret_access_key = "BOXSECRET", session_token = "BOXTOKEN",
      expiration = 1440959760, account_id = "123456789012", source = "container" }, get(world))
    assert.equal("http://169.254.170.2/v2/credentials/id?x=1", world.requests[1].url)
    assert.equal("application/json", support.header(world.requests[1], "accept"))
    assert.is_nil(support.header(world.requests[1], "authorization"))
  end)

  it("are nothing without a URI", function()
    assert.equal("NoCredentials", support.catch(get, world_of {}).code)
  end)

  for _, url in ipairs { "http://169.254.170.2/x", "http://169.254.170.23/v1/credentials", "http://[fd00:ec2::23]/x",
    "http://127.0.0.1:8080/x", "http://127.255.0.3/", "http://[::1]:90/x", "http://localhost:1/x?y=z",
    "http://LOCALHOST/x", "https://example.com/x", "https://10.0.0.1:8443" } do
    it("may come from " .. url, function()
      local world = world_of { AWS_CONTAINER_CREDENTIALS_FULL_URI = url }
      assert.equal("AKIDBOX", get(world).access_key_id)
      assert.equal(url, world.requests[1].url)
    end)
  end

  for _, url in ipairs { "http://example.com/x", "http://169.254.169.254/x", "http://10.0.0.1/x", "http://128.0.0.1/",
    "http://127.0.0.1.evil.com/x", "http://127.0.0.256/", "http://localhost.evil.com/", "http://127.0.0.1@evil.com/x",
    "http://evil.com#@127.0.0.1/", "http://[::1].evil.com/", "http://[fd00:ec2::24]/", "ftp://127.0.0.1/x", "/x", "",
    "http://127.0.0.1:80:90/", "http://127.0.0.1/x\r\nHost: evil", "http:///x", "https://user@host/x", "http://2130706433/" } do
    it("may not come from " .. ("%q"):format(url), function()
      local world = world_of { AWS_CONTAINER_CREDENTIALS_FULL_URI = url }
      assert.matches(url == "" and "credentials" or "config", support.catch(get, world).kind)
      assert.equal(0, #world.requests)
    end)
  end

  for _, path in ipairs { "x", ".evil.com/", "@evil.com/", ":80/", "/x\r\nHost: evil", "/ x" } do
    it("may not come from the relative URI " .. ("%q"):format(path), function()
      local world = world_of { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI = path }
      assert.equal("config", support.catch(get, world).kind)
      assert.equal(0, #world.requests)
    end)
  end

  it("are asked for with a token, whose file goes first and is read each time", function()
    local env = { AWS_CONTAINER_CREDENTIALS_FULL_URI = "http://169.254.170.23/v1/credentials",
      AWS_CONTAINER_AUTHORIZATION_TOKEN = "Basic abc" }
    local world = world_of(env)
    get(world)
    assert.equal("Basic abc", support.header(world.requests[1], "authorization"))

    env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE = "/token"
    world = world_of(env, nil, { ["/token"] = "ONE" })
    local provider = credentials.container(world.options)
    provider:get()
    world.files["/token"] = "TWO"
    provider:refresh()
    assert.equal("ONE", support.header(world.requests[1], "authorization"))
    assert.equal("TWO", support.header(world.requests[2], "authorization"))
  end)

  for what, files in pairs { ["that is not there"] = {}, ["with a line break"] = { ["/token"] = "HUSH\r\nX: y" },
    ["that is empty"] = { ["/token"] = "" } } do
    it("are not asked for with a token file " .. what, function()
      local world = world_of({ AWS_CONTAINER_CREDENTIALS_FULL_URI = "http://localhost/x",
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE = "/token" }, nil, files)
      local problem = support.catch(get, world)
      assert.equal("credentials", problem.kind)
      assert.is_nil(tostring(problem):find("HUSH", 1, true))
      assert.equal(0, #world.requests)
    end)
  end

  local ENV = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI = "/x" }

  it("are asked for three times where the endpoint is in trouble", function()
    for _, trouble in ipairs { support.answer(500, ""), support.answer(429, ""), support.failure "timeout",
      support.failure "connect", support.answer(200, "not JSON"), support.answer(200, "") } do
      local world = world_of(ENV, { trouble, trouble, support.answer(200, KEYS) })
      assert.equal("AKIDBOX", get(world).access_key_id)
      world = world_of(ENV, { trouble })
      assert.equal("credentials", support.catch(get, world).kind)
      assert.equal(3, #world.requests)
    end
  end)

  it("are refused with the endpoint's own words, immediately", function()
    local world = world_of(ENV, { support.answer(400, { Code = "InvalidTask", Message = "no such task" }) })
    local problem = support.catch(get, world)
    assert.equal("container: the endpoint answered with HTTP status 400, InvalidTask: no such task", problem.message)
    assert.equal(1, #world.requests)
    world = world_of(ENV, { support.answer(200, { code = "AccessDenied", message = "not this pod" }) })
    assert.matches("AccessDenied: not this pod", support.catch(get, world).message)
    world = world_of({ AWS_CONTAINER_CREDENTIALS_RELATIVE_URI = "/x", AWS_CONTAINER_AUTHORIZATION_TOKEN = "HUSHTOKEN" },
      { support.answer(401, { code = "Unknown", message = "HUSHTOKEN is not known" }) })
    assert.matches("Unknown: [...] is not known", support.catch(get, world).message, 1, true)
  end)

  it("tell the account where it is a number", function()
    local body = cjson.encode(KEYS):gsub('"123456789012"', "12345678901")
    assert.equal("012345678901", get(world_of(ENV, { support.answer(200, body) })).account_id)
  end)

  for _, name in ipairs { "AccessKeyId", "SecretAccessKey", "Token", "Expiration" } do
    it("are not taken without " .. name, function()
      local keys = {}
      for key, value in pairs(KEYS) do keys[key] = key ~= name and value or nil end
      assert.matches(name, support.catch(get, world_of(ENV, { support.answer(200, keys) })).message)
    end)
  end
end)

local credentials = require "rekognition.credentials"
local support = require "spec.support.credentials"

local ROLE_PATH = "/latest/meta-data/iam/security-credentials/"

local function keys(expiration, number)
  return { Code = "Success", Type = "AWS-HMAC", AccessKeyId = "AKIDEC2-" .. (number or 1), SecretAccessKey = "EC2SECRET",
    Token = "EC2TOKEN", Expiration = expiration or "2015-08-30T18:36:00Z" }
end

-- A metadata service whose parts can be exchanged: `token`, `role`, `keys` are answers or functions.
local function instance(parts, given)
  given = given or {}
  parts.token = parts.token or support.answer(200, "SESSION", { ["x-aws-ec2-metadata-token-ttl-seconds"] = "21600" })
  parts.role = parts.role or support.answer(200, "the-role")
  parts.keys = parts.keys or support.answer(200, keys())
  given.answers = function(request, world)
    local path = request.url:match("^%a+://[^/]+(.*)$")
    local answer = path == "/latest/api/token" and parts.token or path == ROLE_PATH and parts.role or parts.keys
    if type(answer) == "function" then answer = answer(request, world) end
    return answer
  end
  given.env = given.env or {}
  given.env.HOME = "/home"
  return support.world(given)
end

local function get(world)
  return credentials.imds(world.options):get()
end

local function reason(world)
  local problem = support.catch(get, world)
  assert.equal("NoCredentials", problem.code)
  return problem.reason
end

describe("an instance's credentials", function()
  it("are asked for with a session token", function()
    local world = instance {}
    assert.same({ access_key_id = "AKIDEC2-1", secret_access_key = "EC2SECRET", session_token = "EC2TOKEN",
      expiration = 1440959760, source = "imds" }, get(world))
    local token, role, role_keys = table.unpack(world.requests)
    assert.same({ "PUT", "http://169.254.169.254/latest/api/token", "21600" },
      { token.method, token.url, support.header(token, "x-aws-ec2-metadata-token-ttl-seconds") })
    assert.same({ "GET", "http://169.254.169.254" .. ROLE_PATH, "SESSION" },
      { role.method, role.url, support.header(role, "x-aws-ec2-metadata-token") })
    assert.equal("http://169.254.169.254" .. ROLE_PATH .. "the-role", role_keys.url)
    assert.equal(1, role.timeout)
    assert.is_string(support.header(role, "user-agent"))
  end)

  it("are asked for with the same token until two minutes before its end", function()
    local world = instance { keys = function(_, world)
      return support.answer(200, keys(os.date("!%Y-%m-%dT%H:%M:%SZ", world.now + 5 * 3600)))
    end }
    local provider = credentials.imds(world.options)
    provider:get()
    world.now = world.now + 5 * 3600 - 60
    provider:get()
    assert.equal(5, #world.requests)
    world.now = world.now + 3600
    provider:refresh()
    assert.equal(8, #world.requests)
    assert.equal("PUT", world.requests[6].method)
  end)

  it("get a new token where the old one is refused", function()
    local refused = 0
    local world = instance { role = function()
      refused = refused + 1
      return refused == 1 and support.answer(401, "") or support.answer(200, "the-role")
    end }
    assert.equal("AKIDEC2-1", get(world).access_key_id)
    assert.equal("PUT", world.requests[3].method)
  end)

  it("come from version 1 where there is no token to be had", function()
    for _, status in ipairs { 403, 404, 405 } do
      local world = instance { token = support.answer(status, "") }
      assert.equal("AKIDEC2-1", get(world).access_key_id)
      assert.is_nil(support.header(world.requests[2], "x-aws-ec2-metadata-token"))
      assert.equal(3, #world.requests) -- the token is asked for once, not before each of the two questions
    end
    local world = instance { token = support.failure "timeout" }
    local provider = credentials.imds(world.options)
    assert.equal("AKIDEC2-1", provider:get().access_key_id)
    assert.equal(3, #world.requests)
    provider:refresh()
    assert.same({ "PUT", 6 }, { world.requests[4].method, #world.requests })
  end)

  it("tell the account where the service does", function()
    local given = keys()
    given.AccountId = "123456789012"
    assert.equal("123456789012", get(instance { keys = support.answer(200, given) }).account_id)
  end)

  it("don't come from version 1 otherwise", function()
    for _, token in ipairs { support.answer(400, ""), support.answer(500, ""), support.failure "connect" } do
      local world = instance { token = token }
      reason(world)
      for _, request in ipairs(world.requests) do assert.equal("PUT", request.method) end
    end
    for _, token in ipairs { support.answer(403, ""), support.failure "timeout" } do
      local world = instance({ token = token }, { env = { AWS_EC2_METADATA_V1_DISABLED = "true" } })
      assert.matches("version 1 is disabled", reason(world))
    end
  end)

  it("are not asked for where the service is disabled", function()
    local world = instance({}, { env = {
      AWS_EC2_METADATA_DISABLED = "TRUE", AWS_EC2_METADATA_SERVICE_ENDPOINT = "not looked at" } })
    local provider = credentials.imds(world.options)
    for _ = 1, 2 do
      assert.matches("AWS_EC2_METADATA_DISABLED", support.catch(provider.get, provider).message)
    end
    assert.equal(0, #world.requests)
  end)

  it("are asked for at the IPv6 address, or at an endpoint of one's own", function()
    local world = instance({}, { env = { AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE = "IPv6" } })
    get(world)
    assert.equal("http://[fd00:ec2::254]/latest/api/token", world.requests[1].url)
    world = instance({}, { env = { AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE = "IPv6",
      AWS_EC2_METADATA_SERVICE_ENDPOINT = "http://127.0.0.1:1338/" } })
    get(world)
    assert.equal("http://127.0.0.1:1338/latest/api/token", world.requests[1].url)
    world = instance({}, { env = { AWS_EC2_METADATA_SERVICE_ENDPOINT = "file:///etc/passwd" } })
    local provider = credentials.imds(world.options)
    for _ = 1, 2 do assert.equal("config", support.catch(provider.get, provider).kind) end
  end)

  it("are asked for as often and as long as the settings say", function()
    local files = { ["/home/.aws/config"] = "[default]\nmetadata_service_timeout = 3\nmetadata_service_num_attempts = 5\n" }
    local world = instance({ token = support.failure "connect" }, { files = files })
    reason(world)
    assert.equal(5, #world.requests)
    assert.equal(3, world.requests[1].timeout)
    world = instance { token = support.failure "connect" }
    reason(world)
    assert.equal(1, #world.requests)
  end)

  it("are asked for again where the service stumbles", function()
    for _, part in ipairs { "token", "role", "keys" } do
      for _, stumble in ipairs { support.answer(500, ""), support.answer(503, "") } do
        local good = { token = support.answer(200, "SESSION"), role = support.answer(200, "r"),
          keys = support.answer(200, keys()) }
        local times = 0
        good[part] = (function(answer)
          return function()
            times = times + 1
            return times <= 3 and stumble or answer
          end
        end)(good[part])
        assert.equal("AKIDEC2-1", get(instance(good)).access_key_id)
        times = -1000
        reason(instance(good))
      end
    end
  end)

  local nothing = {
    ["there is no role"] = { { role = support.answer(404, "<html>") }, "no role" },
    ["the role has no name"] = { { role = support.answer(200, "") }, "no role's name" },
    ["the role's name is a path"] = { { role = support.answer(200, "../../user-data") }, "no role's name" },
    ["the role's name breaks a line"] = { { role = support.answer(200, "a\r\nHost: evil") }, "no role's name" },
    ["the role may not be taken on"] = { { keys = support.answer(200,
      { Code = "AssumeRoleUnauthorizedAccess", Message = "EC2 cannot assume the role" }) }, "cannot assume" },
    ["the service says no more than that it failed"] = { { keys = support.answer(200, { Code = "Failed" }) },
      "Failed: no message" },
    ["the service repeats the session token"] = { { token = support.answer(200, "HUSHTOKEN"), keys = support.answer(200,
      { Code = "Failed", Message = "no HUSHTOKEN here" }) }, "Failed: no %[...%] here" },
    ["the keys are no JSON"] = { { keys = support.answer(200, "HUSH") }, "not a JSON object" },
    ["the keys are a list"] = { { keys = support.answer(200, '"HUSH"') }, "not a JSON object" },
    ["the token breaks a line"] = { { token = support.answer(200, "a\r\nHost: evil") }, "control character" },
    ["the token is empty"] = { { token = support.answer(200, "") }, "missing or empty" },
  }
  for what, case in pairs(nothing) do
    it("are nothing where " .. what, function()
      local why = reason(instance(case[1]))
      assert.matches(case[2], why)
      assert.is_nil(why:find("HUSH", 1, true))
    end)
  end
end)

describe("static stability", function()
  -- A minute in a life of six hours is given by `at`, minutes after the start.
  local function story(parts)
    local world = instance(parts, { random = 0.5 })
    local provider = credentials.imds(world.options)
    local start = world.now
    return function(at)
      world.now = start + at * 60
      return provider:get()
    end, world, start
  end

  it("uses expired credentials on while the service is out, five to ten minutes at a time", function()
    local parts = {}
    local at, world, start = story(parts)
    local first = at(0)
    parts.token = support.answer(500, "")
    local got = at(361)
    assert.equal(first.access_key_id, got.access_key_id)
    -- The attempts took some seconds; then 300 s and half of another 300.
    assert.near(start + 361 * 60 + 450, got.expiration, 2)
    assert.equal(1, support.count(world, "credentials_extended"))
    local requests = #world.requests
    assert.equal(got, at(362))
    assert.equal(requests, #world.requests)
    assert.is_true(at(369).expiration > got.expiration)
    parts.token, parts.keys = nil, nil
    parts.token = support.answer(200, "SESSION2")
    parts.keys = support.answer(200, keys("2015-08-31T12:36:00Z", 2))
    assert.equal("AKIDEC2-2", at(380).access_key_id)
  end)

  it("uses credentials on that the service gives though they have expired", function()
    local parts = { keys = support.answer(200, keys "2015-08-30T12:00:00Z") }
    local at, world, start = story(parts)
    local got = at(0)
    assert.equal("AKIDEC2-1", got.access_key_id)
    assert.equal(start + 450, got.expiration)
    assert.equal("warn", world.logged[#world.logged - 1][1])
  end)

  it("leaves the end alone where a renewal inside their life fails", function()
    local parts = {}
    local at, world = story(parts)
    local first = at(0)
    parts.token = support.failure "timeout"
    parts.role = support.failure "timeout"
    for _, minute in ipairs { 350, 352, 356, 358, 359 } do assert.equal(first.expiration, at(minute).expiration) end
    assert.equal(0, support.count(world, "credentials_extended"))
  end)
end)

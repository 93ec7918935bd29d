local credentials = require "rekognition.credentials"
local support = require "spec.support.credentials"

local CONFIG, CREDENTIALS = "/home/.aws/config", "/home/.aws/credentials"
local BASE = "[base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = BASESECRET\naws_session_token = BASETOKEN\n"

local function world_of(config, given)
  given = given or {}
  given.env = given.env or {}
  given.env.HOME = "/home"
  given.files = given.files or {}
  given.files[CONFIG], given.files[CREDENTIALS] = config, given.files[CREDENTIALS] or BASE
  return support.world(given)
end

local function get(world)
  return credentials.default(world.options):get()
end

describe("a role by hand", function()
  it("is asked of the region's STS, signed, as a form", function()
    local world = support.world { env = { AWS_REGION = "eu-central-1" }, answers = { support.sts_answer {} } }
    local options = { source = credentials.static { access_key_id = "AKIDBASE", secret_access_key = "BASESECRET",
      session_token = "BASETOKEN" }, role_arn = "arn:aws:iam::123456789012:role/name", role_session_name = "me@work",
      external_id = "a b&c=d", duration_seconds = 900, policy = '{"Version":"2012-10-17"}' }
    for name, value in pairs(world.options) do options[name] = value end
    assert.same({ access_key_id = "AKIDROLE", secret_access_key = "ROLESECRET", session_token = "ROLETOKEN",
      expiration = 1440941760, account_id = "123456789012", source = "assume_role" },
      credentials.assume_role(options):get())
    local request = world.requests[1]
    assert.equal("POST", request.method)
    assert.equal("https://sts.eu-central-1.amazonaws.com", (request.url:gsub("/$", "")))
    assert.equal("application/x-www-form-urlencoded", support.header(request, "content-type"))
    assert.equal("BASETOKEN", support.header(request, "x-amz-security-token"))
    assert.matches("^AWS4%-HMAC%-SHA256 Credential=AKIDBASE/20150830/eu%-central%-1/sts/aws4_request",
      support.header(request, "authorization"))
    assert.same({ Action = "AssumeRole", Version = "2011-06-15", RoleArn = "arn:aws:iam::123456789012:role/name",
      RoleSessionName = "me@work", ExternalId = "a b&c=d", DurationSeconds = "900",
      Policy = '{"Version":"2012-10-17"}' }, support.form(request.body))
  end)

  it("needs a source and a role", function()
    assert.equal("config", support.catch(credentials.assume_role, { role_arn = "arn" }).kind)
    assert.equal("config", support.catch(credentials.assume_role, { source = credentials.chain {} }).kind)
  end)

  it("is asked at the global endpoint where there is no region", function()
    local world = support.world { answers = { support.sts_answer {} } }
    world.options.source = credentials.static { access_key_id = "A", secret_access_key = "S" }
    world.options.role_arn = "arn:aws:iam::1:role/r"
    credentials.assume_role(world.options):get()
    assert.equal("https://sts.amazonaws.com", (world.requests[1].url:gsub("/$", "")))
    assert.matches("/us%-east%-1/sts/", support.header(world.requests[1], "authorization"))
  end)

  it("is asked where AWS_ENDPOINT_URL_STS says", function()
    local world = support.world { env = { AWS_REGION = "us-west-2", AWS_ENDPOINT_URL_STS = "http://127.0.0.1:5000" },
      answers = { support.sts_answer {} } }
    world.options.source = credentials.static { access_key_id = "A", secret_access_key = "S" }
    world.options.role_arn = "arn:aws:iam::1:role/r"
    credentials.assume_role(world.options):get()
    assert.equal("http://127.0.0.1:5000", (world.requests[1].url:gsub("/$", "")))
    assert.matches("/us%-west%-2/sts/", support.header(world.requests[1], "authorization"))
    assert.equal("127.0.0.1:5000", support.header(world.requests[1], "host"))
  end)
end)

describe("a profile's role", function()
  it("takes its settings from the profile", function()
    local world = world_of("[default]\nregion = eu-west-1\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\n"
      .. "external_id = ext\nduration_seconds = 1800\nrole_session_name = name\n", { answers = { support.sts_answer {} } })
    assert.equal("assume_role", get(world).source)
    local form = support.form(world.requests[1].body)
    assert.same({ "ext", "1800", "name" }, { form.ExternalId, form.DurationSeconds, form.RoleSessionName })
    assert.matches("Credential=AKIDBASE/", support.header(world.requests[1], "authorization"))
  end)

  it("makes up a session name, and ignores a duration that is not a number", function()
    local world = world_of("[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\nduration_seconds = long\n",
      { answers = { support.sts_answer {} } })
    get(world)
    local form = support.form(world.requests[1].body)
    assert.equal("rekognition-lua-1440938160", form.RoleSessionName)
    assert.is_nil(form.DurationSeconds)
    assert.equal(1, support.count(world, "credentials_duration_ignored"))
  end)

  it("goes through a chain of any length", function()
    local config = {}
    for index = 1, 30 do
      config[index] = ("[profile p%d]\nrole_arn = arn:aws:iam::1:role/r%d\nsource_profile = %s\n"):format(
        index, index, index == 30 and "base" or "p" .. index + 1)
    end
    local world = world_of(table.concat(config), { env = { AWS_PROFILE = "p1" }, answers = function(request)
      return support.sts_answer { key = "AKID-" .. support.form(request.body).RoleArn:match("r%d+$") }
    end })
    assert.equal("AKID-r1", get(world).access_key_id)
    assert.equal(30, #world.requests)
    assert.matches("Credential=AKID%-r2/", support.header(world.requests[30], "authorization"))
  end)

  it("names a loop", function()
    local world = world_of("[default]\nrole_arn = a\nsource_profile = b\n[profile b]\nrole_arn = b\nsource_profile = c\n"
      .. "[profile c]\nrole_arn = c\nsource_profile = b\n")
    local problem = support.catch(get, world)
    assert.equal("config", problem.kind)
    assert.matches("default %-> b %-> c %-> b", problem.message)
  end)

  it("may be its own source, where it has keys", function()
    local keys = "aws_access_key_id = AKIDSELF\naws_secret_access_key = SELFSECRET\n"
    local world = world_of("[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = default\n" .. keys,
      { answers = { support.sts_answer {} } })
    assert.equal("AKIDROLE", get(world).access_key_id)
    assert.matches("Credential=AKIDSELF/", support.header(world.requests[1], "authorization"))
    world = world_of("[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = default\n")
    assert.matches("default %-> default", support.catch(get, world).message)
  end)

  it("prefers a source profile's keys to its role", function()
    local world = world_of("[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = both\n"
      .. "[profile both]\nrole_arn = arn:aws:iam::1:role/other\nsource_profile = base\n"
      .. "aws_access_key_id = AKIDBOTH\naws_secret_access_key = BOTHSECRET\n", { answers = { support.sts_answer {} } })
    get(world)
    assert.equal(1, #world.requests)
    assert.matches("Credential=AKIDBOTH/", support.header(world.requests[1], "authorization"))
  end)

  it("may rest on a web identity of the source profile", function()
    local world = world_of("[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = web\n"
      .. "[profile web]\nrole_arn = arn:aws:iam::1:role/web\nweb_identity_token_file = /token\n",
      { files = { ["/token"] = "JWT" }, answers = {
        support.sts_answer({ key = "AKIDWEB" }, "AssumeRoleWithWebIdentity"), support.sts_answer {} } })
    assert.equal("AKIDROLE", get(world).access_key_id)
    assert.matches("Credential=AKIDWEB/", support.header(world.requests[2], "authorization"))
  end)

  it("may rest on the environment, the container or the instance", function()
    local config = "[default]\nrole_arn = arn:aws:iam::1:role/r\ncredential_source = %s\n"
    local world = world_of(config:format "Environment", { answers = { support.sts_answer {} } })
    local env = world.options.env
    env.AWS_ACCESS_KEY_ID, env.AWS_SECRET_ACCESS_KEY = "AKIDENV", "ENVSECRET"
    assert.equal("AKIDROLE", credentials.profile(world.options):get().access_key_id)
    assert.matches("Credential=AKIDENV/", support.header(world.requests[1], "authorization"))

    local keys = { AccessKeyId = "AKIDBOX", SecretAccessKey = "S", Token = "T", Expiration = "2015-08-30T18:36:00Z" }
    world = world_of(config:format "EcsContainer", { env = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI = "/x" },
      answers = { support.answer(200, keys), support.sts_answer {} } })
    get(world)
    assert.equal("http://169.254.170.2/x", world.requests[1].url)
    assert.matches("Credential=AKIDBOX/", support.header(world.requests[2], "authorization"))

    world = world_of(config:format "Ec2InstanceMetadata", { answers = {
      support.answer(200, "TOKEN"), support.answer(200, "role"), support.answer(200, keys), support.sts_answer {} } })
    get(world)
    assert.matches("Credential=AKIDBOX/", support.header(world.requests[4], "authorization"))
  end)

  local wrong = {
    ["both kinds of source"] = { "role_arn = r\nsource_profile = base\ncredential_source = Environment\n", "config", "both" },
    ["no source"] = { "role_arn = r\n", "credentials", "neither source_profile nor credential_source" },
    ["an unknown source"] = { "role_arn = r\ncredential_source = Cloud\n", "config", "Ec2InstanceMetadata" },
    ["a profile that isn't there"] = { "role_arn = r\nsource_profile = gone\n", "config", "gone" },
    ["a source profile with nothing in it"] = { "role_arn = r\nsource_profile = empty\n", "config", "empty.*no credentials" },
    ["half a pair of keys in the source"] = { "role_arn = r\nsource_profile = half\n", "credentials", "half" },
  }
  for what, case in pairs(wrong) do
    it("is an error with " .. what, function()
      local world = world_of("[default]\n" .. case[1] .. "[profile empty]\nregion = x\n[profile half]\naws_access_key_id = A\n")
      local problem = support.catch(get, world)
      assert.equal(case[2], problem.kind)
      assert.matches(case[3], problem.message)
    end)
  end

  it("does not go on to another identity where the source has nothing", function()
    local box = { AccessKeyId = "AKIDBOX", SecretAccessKey = "S", Token = "T", Expiration = "2015-08-30T18:36:00Z" }
    local world = world_of("[default]\nrole_arn = r\ncredential_source = Environment\n",
      { env = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI = "/x" }, answers = { support.answer(200, box) } })
    local problem = support.catch(get, world)
    assert.same({ "credentials", "credentials" }, { problem.kind, problem.code })
    assert.matches("credential_source Environment, which profile default names, has nothing: AWS_ACCESS_KEY_ID",
      problem.message)
  end)

  it("does not mix keys of both files", function()
    local world = world_of("[default]\naws_secret_access_key = OTHER\n",
      { files = { [CREDENTIALS] = "[default]\naws_access_key_id = AKID\n" } })
    assert.matches("no aws_secret_access_key, in /home/.aws/credentials", support.catch(get, world).message)
  end)

  it("takes the account of a profile's keys from either file", function()
    local world = world_of("[default]\naws_account_id = 123456789012\n",
      { files = { [CREDENTIALS] = "[default]\naws_access_key_id = AKID\naws_secret_access_key = S\n" } })
    assert.equal("123456789012", get(world).account_id)
  end)

  it("needs a region to sign for at an endpoint of one's own", function()
    local world = world_of("[default]\nrole_arn = r\nsource_profile = base\n",
      { env = { AWS_ENDPOINT_URL_STS = "http://127.0.0.1:5000" } })
    assert.equal("config", support.catch(get, world).kind)
  end)

  it("asks for the code of an MFA device each time", function()
    local config = "[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\nmfa_serial = arn:aws:iam::1:mfa/me\n"
    local world, asked = world_of(config, { answers = function(_, world)
      return support.sts_answer { expiration = os.date("!%Y-%m-%dT%H:%M:%SZ", world.now + 3600) }
    end }), {}
    world.options.mfa_token = function(serial)
      asked[#asked + 1] = serial
      return "12345" .. #asked
    end
    local provider = credentials.default(world.options)
    provider:get()
    world.now = world.now + 3500
    provider:get()
    assert.same({ "arn:aws:iam::1:mfa/me", "arn:aws:iam::1:mfa/me" }, asked)
    assert.equal("123451", support.form(world.requests[1].body).TokenCode)
    assert.equal("arn:aws:iam::1:mfa/me", support.form(world.requests[1].body).SerialNumber)
    assert.equal("123452", support.form(world.requests[2].body).TokenCode)

    world = world_of(config)
    assert.matches("pass the option mfa_token", support.catch(get, world).message)
  end)
end)

describe("STS", function()
  local function ask(answers)
    local world = world_of("[default]\nregion = us-east-1\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\n",
      { answers = answers })
    return world, pcall(get, world)
  end

  it("is asked up to three times where it is in trouble", function()
    local good = support.sts_answer {}
    for _, trouble in ipairs { support.answer(500, "<html>"), support.failure "timeout", support.failure "connect",
      support.failure "reset", support.sts_error(503, "ServiceUnavailable"), support.sts_error(400, "Throttling"),
      support.sts_error(400, "IDPCommunicationError") } do
      local world, ok = ask { trouble, trouble, good }
      assert.is_true(ok)
      assert.equal(3, #world.requests)
      world, ok = ask { trouble }
      assert.is_false(ok)
      assert.equal(3, #world.requests)
    end
  end)

  it("is believed when it refuses", function()
    local world, ok, problem = ask { support.sts_error(403, "AccessDenied", "User: x is not authorized") }
    assert.is_false(ok)
    assert.equal(1, #world.requests)
    assert.same({ "credentials", "AccessDenied", 403, "req-9" },
      { problem.kind, problem.code, problem.status, problem.request_id })
    assert.matches("STS AssumeRole: AccessDenied: User: x is not authorized", problem.message)
  end)

  it("is asked again with renewed credentials where the source's have expired", function()
    local renewals = 0
    local world = support.world { env = { AWS_REGION = "us-east-1" }, answers = {
      support.sts_error(403, "ExpiredToken", "The security token included in the request is expired"),
      support.sts_answer {} } }
    world.options.role_arn = "arn:aws:iam::1:role/r"
    world.options.source = credentials.from_function(function()
      renewals = renewals + 1
      return { access_key_id = "AKID" .. renewals, secret_access_key = "S", expiration = world.now + 3600 }
    end, world.options)
    assert.equal("AKIDROLE", credentials.assume_role(world.options):get().access_key_id)
    assert.matches("Credential=AKID2/", support.header(world.requests[2], "authorization"))
  end)

  it("can't be understood without luaexpat, and says where to get that", function()
    local loaded = package.loaded.lxp
    package.loaded.lxp, package.preload.lxp = nil, function() error("not installed") end
    local _, ok, problem = ask { support.sts_answer {} }
    package.loaded.lxp, package.preload.lxp = loaded, nil
    assert.is_false(ok)
    assert.matches("lua%-expat", problem.message)
  end)

  it("survives a transport that returns anything", function()
    for _, answer in ipairs { { status = "200" }, { status = 200, body = 7 }, 7, { status = 200, headers = {} } } do
      local world = world_of("[default]\nregion = us-east-1\nrole_arn = r\nsource_profile = base\n")
      world.options.http = function() return answer end
      assert.equal("credentials", support.catch(get, world).kind)
    end
  end)

  it("sets a wrong clock right, once, and keeps the correction", function()
    local late = support.sts_error(403, "SignatureDoesNotMatch", "Signature expired")
    late.headers = { { "Date", "Sun, 30 Aug 2015 13:06:00 GMT" } }
    local world = world_of("[default]\nregion = us-east-1\nrole_arn = arn:r\nsource_profile = base\n", {
      answers = function(_, world)
        return #world.requests % 2 == 1 and #world.requests ~= 3 and late
          or support.sts_answer { expiration = "2015-08-30T14:06:00Z" }
      end })
    local provider = credentials.default(world.options)
    assert.equal("AKIDROLE", provider:get().access_key_id)
    assert.same({ "20150830T123600Z", "20150830T130600Z" }, { support.header(world.requests[1], "x-amz-date"),
      support.header(world.requests[2], "x-amz-date") })
    assert.equal(1, support.count(world, "clock_corrected"))
    provider:refresh()
    assert.equal("20150830T130600Z", support.header(world.requests[3], "x-amz-date"))

    world = world_of("[default]\nregion = us-east-1\nrole_arn = arn:r\nsource_profile = base\n", { answers = { late } })
    assert.equal("SignatureDoesNotMatch", support.catch(get, world).code)
    assert.equal(2, #world.requests)
  end)

  it("signs each attempt at its own time", function()
    local world = ask { support.answer(500, ""), support.sts_answer {} }
    assert.equal("20150830T123600Z", support.header(world.requests[1], "x-amz-date"))
  end)
end)

-- Faults that were found in use, each as its kind: the files, dates, regions and addresses that sources meet.

local credentials = require "rekognition.credentials"
local fake = require "spec.support.fake"
local support = require "spec.support.credentials"

local CONFIG, CREDENTIALS = "/h/.aws/config", "/h/.aws/credentials"
local KEYS = "aws_access_key_id = AKID\naws_secret_access_key = SECRET\n"

local function get(given)
  local world = support.world(given)
  world.options.env.HOME = "/h"
  return credentials.default(world.options):get(), world
end

describe("the default chain", function()
  it("takes a key without a value as unset, wherever it is read", function()
    for _, key in ipairs {
      "web_identity_token_file", "role_arn", "source_profile", "credential_source", "credential_process", "sso_session",
      "sso_account_id", "login_session", "mfa_serial", "aws_session_token", "aws_security_token", "aws_account_id",
    } do
      local found = get { files = { [CREDENTIALS] = ("[default]\n%s%s =\n"):format(KEYS, key) } }
      assert.same({ "AKID", "profile", nil }, { found.access_key_id, found.source, found.session_token })
      found = get { files = { [CONFIG] = ("[default]\n%s = # none\n"):format(key), [CREDENTIALS] = "[default]\n" .. KEYS } }
      assert.equal("AKID", found.access_key_id)
    end
  end)

  it("takes an empty or blank variable as unset", function()
    for _, value in ipairs { "", " \t" } do
      local env = {}
      for _, name in ipairs {
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_PROFILE",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE", "AWS_EC2_METADATA_DISABLED", "AWS_REGION", "AWS_EXECUTION_ENV",
      } do env[name] = value end
      assert.equal("AKID", get({ env = env, files = { [CREDENTIALS] = "[default]\n" .. KEYS } }).access_key_id)
    end
  end)

  it("finds no identity in a file with a line that breaks the format", function()
    for _, path in ipairs { CONFIG, CREDENTIALS } do
      local files = { [CREDENTIALS] = "[default]\n" .. KEYS }
      files[path] = (files[path] or "[default]\n") .. "role_arn arn:aws:iam::123456789012:role/x\n"
      local e = support.catch(get, { files = files })
      assert.same({ "config", "InvalidConfigFile", path }, { e.kind, e.code, e.path })
    end
  end)

  it("doesn't look at the files for a client that has keys", function()
    local env = { AWS_ACCESS_KEY_ID = "ENV", AWS_SECRET_ACCESS_KEY = "s" }
    assert.equal("ENV", get({ env = env, files = { [CONFIG] = "broken" } }).access_key_id)
    local client = fake.client({ fake.answer(200, {}) }, { env = { HOME = "/h" },
      read_file = nil, region = "eu-west-1" })
    assert.equal("eu-west-1", client.region)
  end)

  it("refuses a key with indented lines where one value belongs, naming it", function()
    local e = support.catch(get, { files = { [CONFIG] = "[default]\nrole_arn =\n  a = b\n" } })
    assert.equal("config", e.kind)
    assert.truthy(e.message:find("role_arn of profile default in " .. CONFIG .. " must be a single value", 1, true), e.message)
  end)

  it("reads profiles whose names have blanks and signs", function()
    local files = {
      [CONFIG] = "[profile 'team #1']\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = Foo Bar\n"
        .. "region = eu-west-1\n",
      [CREDENTIALS] = "[Foo Bar]\n" .. KEYS,
    }
    local found, world = get { env = { AWS_PROFILE = "team #1" }, files = files, answers = { support.sts_answer {} } }
    assert.equal("AKIDROLE", found.access_key_id)
    assert.truthy(support.header(world.requests[1], "Authorization"):find("Credential=AKID/", 1, true))
  end)

  for _, text in ipairs { "2099-01-01T00:00Z", "20990101T000000Z", "2099-01-01 00:00:00+00:00", "2099-01-01T00:00:00,5Z" } do
    it("reads the expiration " .. text, function()
      local found = get {
        env = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI = "/x" },
        answers = { support.answer(200, {
          AccessKeyId = "AKID", SecretAccessKey = "SECRET", Token = "TOKEN", Expiration = text }) },
      }
      assert.equal(4070908800, found.expiration // 1)
    end)
  end
end)

describe("a role taken on by hand", function()
  local ROLE = "arn:aws:iam::123456789012:role/r"

  local function client_with(options, role)
    local world = support.world { answers = { support.sts_answer {}, fake.answer(200, {}) } }
    local given = { role_arn = ROLE, source = credentials.static { access_key_id = "AKID", secret_access_key = "SECRET" } }
    for name, value in pairs(world.options) do given[name] = value end
    for name, value in pairs(role or {}) do given[name] = value end
    local provider = credentials.assume_role(given)
    options.credentials, options.env = provider, {}
    return fake.client({ fake.answer(200, {}) }, options), world, provider
  end

  for region, host in pairs {
    ["eu-west-1"] = "sts.eu-west-1.amazonaws.com", ["cn-north-1"] = "sts.cn-north-1.amazonaws.com.cn",
    ["us-gov-west-1"] = "sts.us-gov-west-1.amazonaws.com",
  } do
    it("asks STS in the client's region and partition: " .. region, function()
      local client, world = client_with { region = region }
      client:describe_projects()
      assert.equal(host, support.header(world.requests[1], "Host"))
      assert.truthy(support.header(world.requests[1], "Authorization"):find("/" .. region .. "/sts/", 1, true))
    end)
  end

  it("asks in its own region where it has one, and so does a role behind it or in a chain", function()
    local client, world = client_with({ region = "eu-west-1" }, { region = "us-west-2" })
    client:describe_projects()
    assert.equal("sts.us-west-2.amazonaws.com", support.header(world.requests[1], "Host"))
    local _, second, provider = client_with { region = "us-east-1" }
    provider = credentials.assume_role { role_arn = ROLE, source = provider, env = {}, http = second.options.http,
      clock = second.options.clock }
    local chained = fake.client({ fake.answer(200, {}) }, { region = "eu-west-1",
      credentials = credentials.chain { provider } })
    pcall(chained.describe_projects, chained)
    assert.equal("sts.us-east-1.amazonaws.com", support.header(second.requests[1], "Host"))
    assert.equal("sts.eu-west-1.amazonaws.com", support.header(second.requests[2], "Host"))
  end)

  it("names the option where no region is known and the partition needs one", function()
    local _, world = client_with { region = "eu-west-1" }
    local provider = credentials.assume_role { role_arn = ROLE:gsub("aws", "aws-cn"), env = {}, http = world.options.http,
      source = credentials.static { access_key_id = "AKID", secret_access_key = "SECRET" } }
    local e = support.catch(provider.get, provider)
    assert.equal("config", e.kind)
    assert.truthy(e.message:find('role_arn is in the partition "aws-cn", and no region is known; pass the option region', 1, true),
      e.message)
  end)

  it("names the option whose region is wrong", function()
    local _, world = client_with { region = "eu-west-1" }
    for value, wanted in pairs { ["a b"] = 'got "a b" (client option)', [5] = "option region must be .*, got 5" } do
      local e = support.catch(function()
        credentials.assume_role({ role_arn = ROLE, region = value, env = {}, http = world.options.http,
          source = credentials.static { access_key_id = "AKID", secret_access_key = "SECRET" } }):get()
      end)
      assert.equal("config", e.kind)
      assert.truthy(e.message:find(wanted) or e.message:find(wanted, 1, true), e.message)
    end
  end)

  for given, host in pairs {
    ["https://sts.example.com:443"] = "sts.example.com", ["http://127.0.0.1:80"] = "127.0.0.1",
    ["https://sts.example.com:80"] = "sts.example.com:80", ["http://sts.example.com.:8080/x/"] = "sts.example.com.:8080",
  } do
    it("has the Host of AWS_ENDPOINT_URL_STS without the scheme's own port: " .. given, function()
      local world = support.world { answers = { support.sts_answer {} }, env = { AWS_ENDPOINT_URL_STS = given, AWS_REGION = "eu-west-1" } }
      local options = { role_arn = ROLE, source = credentials.static { access_key_id = "AKID", secret_access_key = "SECRET" } }
      for name, value in pairs(world.options) do options[name] = value end
      credentials.assume_role(options):get()
      assert.equal(host, support.header(world.requests[1], "Host"))
    end)
  end
end)

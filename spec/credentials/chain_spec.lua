local credentials = require "rekognition.credentials"
local rekognition = require "rekognition"
local support = require "spec.support.credentials"

local KEYS = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE" }

describe("static credentials", function()
  it("are given as they are", function()
    local provider = credentials.static { access_key_id = "AKID", secret_access_key = "SECRET", session_token = "TOKEN",
      account_id = "123456789012" }
    assert.same({ access_key_id = "AKID", secret_access_key = "SECRET", session_token = "TOKEN",
      account_id = "123456789012", source = "static" }, provider:get())
    assert.equal(provider:get(), provider:refresh())
    assert.equal("credentials from static", tostring(provider))
  end)

  local bad = {
    ["no key"] = { secret_access_key = "S" },
    ["no secret"] = { access_key_id = "A" },
    ["an empty secret"] = { access_key_id = "A", secret_access_key = "" },
    ["a key that is a number"] = { access_key_id = 1, secret_access_key = "S" },
    ["a line break in the key"] = { access_key_id = "A\r\nX-Evil: 1", secret_access_key = "HUSH" },
    ["a NUL in the secret"] = { access_key_id = "A", secret_access_key = "HUSH\0" },
    ["a line break in the token"] = { access_key_id = "A", secret_access_key = "HUSH", session_token = "T\n" },
    ["a token without end"] = { access_key_id = "A", secret_access_key = "HUSH", session_token = ("x"):rep(1e6) },
  }
  for what, fields in pairs(bad) do
    it("refuse " .. what .. ", without showing it", function()
      local problem = support.catch(credentials.static, fields)
      assert.equal("credentials", problem.kind)
      assert.is_nil(tostring(problem):find("HUSH", 1, true))
    end)
  end
end)

describe("credentials from the environment", function()
  local function get(env)
    return credentials.environment(support.world { env = env }.options):get()
  end

  it("are read with token and account", function()
    assert.same({ access_key_id = "A", secret_access_key = "S", session_token = "T", account_id = "123456789012",
      source = "environment" }, get { AWS_ACCESS_KEY_ID = "A", AWS_SECRET_ACCESS_KEY = "S", AWS_SESSION_TOKEN = "T",
      AWS_ACCOUNT_ID = "123456789012" })
  end)

  it("take the old name of the token first, as botocore", function()
    assert.equal("OLD", get { AWS_ACCESS_KEY_ID = "A", AWS_SECRET_ACCESS_KEY = "S", AWS_SESSION_TOKEN = "NEW",
      AWS_SECURITY_TOKEN = "OLD" }.session_token)
  end)

  it("are nothing without an access key", function()
    local problem = support.catch(get, { AWS_SECRET_ACCESS_KEY = "HUSH", AWS_ACCESS_KEY_ID = "" })
    assert.equal("NoCredentials", problem.code)
    assert.equal("environment: AWS_ACCESS_KEY_ID is not set", problem.message)
  end)

  it("are nothing where the variables hold blanks alone", function()
    assert.equal("NoCredentials", support.catch(get, { AWS_ACCESS_KEY_ID = " ", AWS_SECRET_ACCESS_KEY = "\t" }).code)
    assert.is_nil(get { AWS_ACCESS_KEY_ID = "A", AWS_SECRET_ACCESS_KEY = "S", AWS_SESSION_TOKEN = " " }.session_token)
  end)

  it("are an error with half a pair", function()
    local problem = support.catch(get, { AWS_ACCESS_KEY_ID = "A" })
    assert.equal("credentials", problem.code)
    assert.matches("AWS_SECRET_ACCESS_KEY is not", problem.message)
  end)

  it("are read again when they have expired", function()
    local world = support.world { env = { AWS_ACCESS_KEY_ID = "A", AWS_SECRET_ACCESS_KEY = "S",
      AWS_CREDENTIAL_EXPIRATION = "2015-08-30T13:36:00Z" } }
    local provider = credentials.environment(world.options)
    assert.equal(1440941760, provider:get().expiration)
    world.options.env.AWS_ACCESS_KEY_ID = "B"
    world.options.env.AWS_CREDENTIAL_EXPIRATION = "2015-08-30T15:36:00Z"
    world.now = world.now + 3500
    assert.equal("B", provider:get().access_key_id)
  end)
end)

describe("credentials from a function", function()
  it("are renewed ahead of their end", function()
    local world, calls = support.world {}, 0
    local provider = credentials.from_function(function()
      calls = calls + 1
      return { access_key_id = "AKID" .. calls, secret_access_key = "S", expiration = world.now + 3600 }
    end, world.options)
    assert.equal("AKID1", provider:get().access_key_id)
    world.now = world.now + 3000
    assert.equal("AKID2", provider:get().access_key_id)
  end)

  it("may be none, with a reason", function()
    local provider = credentials.from_function(function() return nil, "the vault is shut" end, support.world {}.options)
    assert.equal("static: the vault is shut", support.catch(provider.get, provider).message)
  end)

  it("are checked", function()
    for _, value in ipairs { "text", {}, { access_key_id = "A", secret_access_key = "S", expiration = "soon" } } do
      local provider = credentials.from_function(function() return value end, support.world {}.options)
      assert.equal("credentials", support.catch(provider.get, provider).kind)
    end
  end)

  it("pass on what the function raises", function()
    local provider = credentials.from_function(function() error({ mine = true }) end, support.world {}.options)
    assert.is_true(support.catch(provider.get, provider).mine)
  end)
end)

describe("a chain", function()
  local world
  before_each(function() world = support.world {} end)

  local function giver(result)
    return credentials.from_function(function() return result, "nothing here" end, world.options)
  end

  it("uses the first that has credentials, and stays with it", function()
    local empty, full = giver(nil), giver(KEYS)
    local chain = credentials.chain { empty, full }
    assert.equal("AKIDEXAMPLE", chain:get().access_key_id)
    empty.get = function() error("asked again") end
    assert.equal("AKIDEXAMPLE", chain:get().access_key_id)
    assert.equal("AKIDEXAMPLE", chain:refresh().access_key_id)
  end)

  it("names every source that was tried", function()
    local chain = credentials.chain { credentials.environment(world.options), giver(nil) }
    local problem = support.catch(chain.get, chain)
    assert.equal("NoCredentials", problem.code)
    assert.same({ "environment: AWS_ACCESS_KEY_ID is not set", "static: nothing here" }, problem.tried)
  end)

  it("stops at a source that fails", function()
    world.options.env.AWS_ACCESS_KEY_ID = "half"
    local chain = credentials.chain { credentials.environment(world.options), giver(KEYS) }
    assert.matches("AWS_SECRET_ACCESS_KEY is not", support.catch(chain.get, chain).message)
  end)

  it("looks again where the chosen one has nothing any more", function()
    local env = { AWS_ACCESS_KEY_ID = "A", AWS_SECRET_ACCESS_KEY = "S", AWS_CREDENTIAL_EXPIRATION = "2015-08-30T13:36:00Z" }
    world.options.env = env
    local chain = credentials.chain { credentials.environment(world.options), giver(KEYS) }
    assert.equal("A", chain:get().access_key_id)
    env.AWS_ACCESS_KEY_ID, world.now = nil, world.now + 3600
    assert.equal("AKIDEXAMPLE", chain:get().access_key_id)
  end)

  it("takes providers of the user's own", function()
    local own = { get = function() return KEYS end }
    local chain = credentials.chain { own }
    assert.equal(KEYS, chain:get())
    assert.equal(KEYS, chain:refresh())
  end)
end)

describe("a client's option", function()
  it("may be keys, a provider, a function or nothing", function()
    local options = support.world { env = { AWS_ACCESS_KEY_ID = "A", AWS_SECRET_ACCESS_KEY = "S" } }.options
    assert.equal("AKIDEXAMPLE", credentials.resolve(KEYS, options):get().access_key_id)
    local own = { get = function() return KEYS end }
    assert.equal(own, credentials.resolve(own, options))
    assert.equal("AKIDEXAMPLE", credentials.resolve(function() return KEYS end, options):get().access_key_id)
    assert.equal("environment", credentials.resolve(nil, options):get().source)
    assert.equal("config", support.catch(credentials.resolve, 7, options).kind)
  end)
end)

describe("the default chain", function()
  local PROFILE = "[default]\naws_access_key_id = PROFILEKEY\naws_secret_access_key = PROFILESECRET\n"
  local ENV = { HOME = "/home", AWS_ACCESS_KEY_ID = "ENVKEY", AWS_SECRET_ACCESS_KEY = "ENVSECRET" }

  it("does nothing before it is asked", function()
    local world = support.world { env = setmetatable({}, { __index = function() error("read") end }) }
    world.options.read_file = function() error("read") end
    assert.equal("table", type(credentials.default(world.options)))
    assert.equal(0, #world.requests)
  end)

  it("prefers the environment to a profile", function()
    local world = support.world { env = ENV, files = { ["/home/.aws/credentials"] = PROFILE } }
    assert.equal("ENVKEY", credentials.default(world.options):get().access_key_id)
  end)

  it("prefers a profile that is named in code", function()
    local world = support.world { env = ENV, files = { ["/home/.aws/credentials"] = PROFILE },
      options = { profile = "default" } }
    assert.equal("PROFILEKEY", credentials.default(world.options):get().access_key_id)
  end)

  it("goes by what a given configuration was made from", function()
    local files = { ["/home/.aws/config"] = "[profile work]\naws_access_key_id = WORK\naws_secret_access_key = S\n" }
    local function read_file(path) return files[path] end
    local env = { HOME = "/home", AWS_ACCESS_KEY_ID = "ENV", AWS_SECRET_ACCESS_KEY = "S" }
    local function chosen(profile, options)
      options.config = rekognition.config.load { env = env, profile = profile, read_file = read_file }
      return credentials.default(options):get().access_key_id
    end
    assert.equal("ENV", chosen(nil, {}))
    assert.equal("WORK", chosen("work", {}))
    assert.equal("OTHER", chosen(nil, { env = { AWS_ACCESS_KEY_ID = "OTHER", AWS_SECRET_ACCESS_KEY = "S" } }))
    for _, make in ipairs { credentials.default, credentials.profile } do
      local provider = make { profile = "gone", config = rekognition.config.load { env = env, read_file = read_file } }
      local problem = support.catch(provider.get, provider)
      assert.equal("config", problem.kind)
      assert.matches('there is no profile "gone"', problem.message)
    end
  end)

  it("prefers a role in the profile to a web identity in the environment, and that to the profile's keys", function()
    local env = { HOME = "/home", AWS_REGION = "eu-west-1", AWS_ROLE_ARN = "arn:aws:iam::1:role/web",
      AWS_WEB_IDENTITY_TOKEN_FILE = "/token" }
    local files = { ["/token"] = "JWT", ["/home/.aws/credentials"] = PROFILE }
    local web = support.sts_answer({ key = "WEBKEY" }, "AssumeRoleWithWebIdentity")
    local world = support.world { env = env, files = files, answers = { web } }
    assert.equal("WEBKEY", credentials.default(world.options):get().access_key_id)

    files["/home/.aws/config"] = "[default]\nrole_arn = arn:aws:iam::1:role/own\nsource_profile = default\n"
    world = support.world { env = env, files = files, answers = { support.sts_answer { key = "ROLEKEY" } } }
    assert.equal("ROLEKEY", credentials.default(world.options):get().access_key_id)
  end)

  it("comes to the container and the instance last, and names all it tried", function()
    local world = support.world { env = { HOME = "/home" } }
    local problem = support.catch(credentials.default(world.options).get, credentials.default(world.options))
    assert.equal("credentials", problem.kind)
    local names = {}
    for index, reason in ipairs(problem.tried) do names[index] = reason:match("^([%w_]+): ") end
    assert.same({ "environment", "assume_role", "web_identity", "sso", "profile", "login", "process", "container",
      "imds" }, names)
  end)

  it("goes on from an instance that does not answer within its one second", function()
    local world = support.world { env = { HOME = "/home" }, answers = { support.failure "timeout" } }
    local before = world.now
    assert.equal("NoCredentials", support.catch(credentials.default(world.options).get,
      credentials.default(world.options)).code)
    assert.is_true(world.now - before <= 2)
  end)
end)

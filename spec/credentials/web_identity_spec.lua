local credentials = require "rekognition.credentials"
local support = require "spec.support.credentials"

local ANSWER = support.sts_answer({}, "AssumeRoleWithWebIdentity")
local ENV = { HOME = "/home", AWS_REGION = "eu-west-1", AWS_WEB_IDENTITY_TOKEN_FILE = "/token",
  AWS_ROLE_ARN = "arn:aws:iam::123456789012:role/web", AWS_ROLE_SESSION_NAME = "job" }

local function copy(map, changes)
  local all = {}
  for name, value in pairs(map) do all[name] = value end
  for name, value in pairs(changes or {}) do all[name] = value or nil end
  return all
end

describe("a web identity", function()
  it("is shown to STS unsigned", function()
    local world = support.world { env = ENV, files = { ["/token"] = "HEADER.BODY.SIGNATURE\n" }, answers = { ANSWER } }
    local got = credentials.default(world.options):get()
    assert.same({ "AKIDROLE", "123456789012", "web_identity" }, { got.access_key_id, got.account_id, got.source })
    local request = world.requests[1]
    assert.is_nil(support.header(request, "authorization"))
    assert.equal("application/x-www-form-urlencoded", support.header(request, "content-type"))
    assert.same({ Action = "AssumeRoleWithWebIdentity", Version = "2011-06-15", RoleSessionName = "job",
      RoleArn = ENV.AWS_ROLE_ARN, WebIdentityToken = "HEADER.BODY.SIGNATURE" }, support.form(request.body))
  end)

  it("has its token read again at each refresh", function()
    local world = support.world { env = ENV, files = { ["/token"] = "ONE" }, answers = function(_, world)
      return support.sts_answer({ expiration = os.date("!%Y-%m-%dT%H:%M:%SZ", world.now + 3600) },
        "AssumeRoleWithWebIdentity")
    end }
    local provider = credentials.web_identity(world.options)
    provider:get()
    world.files["/token"], world.now = "TWO", world.now + 3500
    provider:get()
    assert.equal("TWO", support.form(world.requests[2].body).WebIdentityToken)
  end)

  it("may stand in the profile, or in both", function()
    local files = { ["/token"] = "JWT", ["/home/.aws/config"] = "[profile web]\nregion = us-west-2\n"
      .. "role_arn = arn:aws:iam::1:role/profile\nweb_identity_token_file = /token\nrole_session_name = mine\n" }
    local world = support.world { env = { HOME = "/home", AWS_PROFILE = "web" }, files = files, answers = { ANSWER } }
    credentials.default(world.options):get()
    assert.equal("mine", support.form(world.requests[1].body).RoleSessionName)
    assert.matches("sts%.us%-west%-2", world.requests[1].url)

    world = support.world { env = { HOME = "/home", AWS_PROFILE = "web", AWS_ROLE_SESSION_NAME = "env" },
      files = files, answers = { ANSWER } }
    credentials.default(world.options):get()
    assert.equal("env", support.form(world.requests[1].body).RoleSessionName)

    world = support.world { env = { HOME = "/home", AWS_ROLE_SESSION_NAME = "env" }, files = files, answers = { ANSWER },
      options = { profile = "web" } }
    credentials.default(world.options):get()
    assert.equal("mine", support.form(world.requests[1].body).RoleSessionName)
  end)

  it("may be given by hand", function()
    local world = support.world { files = { ["/t"] = "JWT" }, answers = { ANSWER } }
    world.options.role_arn, world.options.web_identity_token_file = "arn:aws:iam::1:role/r", "/t"
    assert.equal("AKIDROLE", credentials.web_identity(world.options):get().access_key_id)
  end)

  local wrong = {
    ["no role"] = { copy(ENV, { AWS_ROLE_ARN = false }), { ["/token"] = "JWT" }, "config", "AWS_ROLE_ARN" },
    ["no such file"] = { ENV, {}, "credentials", "/token" },
    ["an empty file"] = { ENV, { ["/token"] = "\n" }, "credentials", "/token" },
    ["a token of two lines"] = { ENV, { ["/token"] = "HUSH\nHUSH" }, "credentials", "control character" },
    ["a file without end"] = { ENV, { ["/token"] = ("x"):rep(2 ^ 21 // 1) }, "credentials", "larger" },
  }
  for what, case in pairs(wrong) do
    it("is an error with " .. what, function()
      local world = support.world { env = case[1], files = case[2] }
      local problem = support.catch(credentials.default(world.options).get, credentials.default(world.options))
      assert.equal(case[3], problem.kind)
      assert.matches(case[4], problem.message)
      assert.is_nil(tostring(problem):find("HUSH", 1, true))
      assert.equal(0, #world.requests)
    end)
  end

  it("is refused with STS's own words", function()
    local world = support.world { env = ENV, files = { ["/token"] = "HUSH" }, answers = {
      support.sts_error(400, "InvalidIdentityToken", "The ID Token provided is not a valid JWT.") } }
    local problem = support.catch(credentials.default(world.options).get, credentials.default(world.options))
    assert.equal("InvalidIdentityToken", problem.code)
    assert.is_nil(tostring(problem):find("HUSH", 1, true))

    world = support.world { env = ENV, files = { ["/token"] = "HUSH.a-b_c%d" }, answers = {
      support.sts_error(400, "InvalidIdentityToken", "HUSH.a-b_c%d is not a valid JWT.") } }
    problem = support.catch(credentials.default(world.options).get, credentials.default(world.options))
    assert.matches("[...] is not a valid JWT.", problem.message, 1, true)
    assert.is_nil(tostring(problem):find("HUSH", 1, true))
  end)
end)

-- The runner of recorded scenarios, over scenarios made here: that it passes what is right, and nothing else.

local cjson = require("cjson").new()
local scenarios = require "spec.conformance.credential_scenarios"
local support = require "spec.support.credentials"

local SSO_FILE = "home/.aws/sso/cache/dace00cba5f8355ec9d274ceb2bcebdfbeed0e12.json" -- sha1 of the start URL
local CONFIG = "[default]\nsso_start_url = https://ssotest.awsapps.com/start\nsso_region = us-east-2\n"
  .. "sso_account_id = 123456789012\nsso_role_name = role\n"
local TOKEN = '{"accessToken": "token-1", "expiresAt": "2080-10-16T03:56:45Z"}'

local folder

local function write(path, text)
  local full = folder .. "/case/" .. path
  assert(os.execute("mkdir -p '" .. full:match("^.*/") .. "'"))
  local file = assert(io.open(full, "wb"))
  file:write(text)
  file:close()
end

before_each(function()
  folder = os.tmpname()
  os.remove(folder)
end)
after_each(function() os.execute("rm -rf '" .. folder .. "'") end)

local function exchange(id, request, status, body)
  return { connection_id = id, action = { Request = { request = request } } },
    { connection_id = id, action = { Response = { response = { Ok = { status = status, headers = {} } } } } },
    { connection_id = id, action = { Data = { data = body, direction = "Response" } } }
end

-- A scenario of Identity Center; `changes` may replace any of its parts.
local function run(changes)
  local events = { exchange(0, {
    method = "GET", headers = { ["X-Amz-SSO_bearer_token"] = { changes.token or "token-1" } },
    uri = changes.uri or "https://portal.sso.us-east-2.amazonaws.com/federation/credentials?role_name=role"
      .. "&account_id=123456789012",
  }, changes.status or 200, changes.body or { Utf8 = '{"roleCredentials":{"accessKeyId":"AKID","secretAccessKey":"SECRET",'
    .. '"sessionToken":"TOKEN","expiration":1234567890000}}' }) }
  if changes.single_headers then
    for name, values in pairs(events[1].action.Request.request.headers) do
      events[1].action.Request.request.headers[name] = values[1]
    end
  end
  for index, failure in ipairs(changes.failures or {}) do
    table.insert(events, index * 2 - 1, { connection_id = -index, action = { Request = events[#events - 2].action.Request } })
    table.insert(events, index * 2, { connection_id = -index, action = { Response = { response = { Err = failure } } } })
  end
  if changes.unused then
    for _, event in ipairs { exchange(1, { method = "GET", headers = {}, uri = "https://x/" }, 200, { Utf8 = "" }) } do
      events[#events + 1] = event
    end
  end
  write("env.json", cjson.encode(changes.env or { HOME = "/home" }))
  write("fs/home/.aws/config", CONFIG)
  write("fs/" .. SSO_FILE, TOKEN)
  write("http-traffic.json", cjson.encode { events = events })
  write("test-case.json", cjson.encode { name = "case", result = changes.result or { Ok = {
    access_key_id = "AKID", secret_access_key = changes.secret or "SECRET", session_token = "TOKEN",
    expiry = changes.expiry or 1234567890, account_id = changes.account } } })
  local outcome
  scenarios.run(folder, {
    pass = function() outcome = "pass" end,
    fail = function(_, _, why) outcome = tostring(why) end,
  })
  return outcome
end

describe("the runner of recorded scenarios", function()
  it("knows its folders", function()
    assert.is_true(scenarios.matches "credential-scenarios")
    assert.is_true(scenarios.matches "credential-scenarios-more")
    assert.is_false(scenarios.matches "sigv4-classic")
  end)

  it("passes what is right", function()
    assert.equal("pass", run {})
    assert.equal("pass", run { account = "123456789012" })
    assert.equal("pass", run { body = { Base64 =
      "eyJyb2xlQ3JlZGVudGlhbHMiOnsiYWNjZXNzS2V5SWQiOiJBS0lEIiwic2VjcmV0QWNjZXNzS2V5IjoiU0VDUkVUIiwic2Vzc2lvblRva2VuIjoi"
      .. "VE9LRU4iLCJleHBpcmF0aW9uIjoxMjM0NTY3ODkwMDAwfX0=" } })
    assert.equal("pass", run { status = 401, result = { ErrorContains = "in another SDK's words" } })
  end)

  it("takes a case with other keys than the environment's for one of the profile", function()
    local env = { HOME = "/home", AWS_ACCESS_KEY_ID = "OTHER", AWS_SECRET_ACCESS_KEY = "OTHER" }
    assert.equal("pass", run { env = env })
  end)

  it("reads other shapes of a recording too", function()
    local role = '{"roleCredentials":{"accessKeyId":"AKID","secretAccessKey":"SECRET","sessionToken":"TOKEN","expiration":1e12}}'
    assert.equal("pass", run { body = role, expiry = 1000000000 })
    assert.equal("pass", run { token = "token-1", single_headers = true })
    assert.equal("pass", run { env = { HOME = "/home", AWS_ACCESS_KEY_ID = " ", AWS_SECRET_ACCESS_KEY = "" } })
    assert.equal("pass", run { failures = { "timed out" } })
    assert.equal("pass", run { failures = { { kind = "io" }, "connection reset" } })
  end)

  it("finds cases in folders of folders, and none in a case's own files", function()
    run {}
    write("fs/test-case.json", "{}")
    assert(os.execute(("mkdir '%s/group' && mv '%s/case' '%s/group/case'"):format(folder, folder, folder)))
    local seen = {}
    scenarios.run(folder, { pass = function(_, name) seen[#seen + 1] = name end, fail = function(_, _, why) error(why) end })
    assert.same({ "group/case" }, seen)
    scenarios.run(folder .. "/group/case", { pass = function(_, name) seen[#seen + 1] = name end })
    assert.same({ "group/case", "." }, seen)
  end)

  it("needs what a role is recorded with", function()
    local function of_role(sent)
      write("env.json", '{"HOME": "/home"}')
      write("fs/home/.aws/config", "[default]\nregion = us-east-1\nrole_arn = arn:r\nsource_profile = default\n"
        .. "external_id = EX\naws_access_key_id = A\naws_secret_access_key = S\n")
      local answer = support.sts_answer { expiration = "2009-02-13T23:31:30Z" }
      local first, second, third = exchange(0, { method = "POST", uri = "https://sts.us-east-1.amazonaws.com/",
        headers = { authorization = { "AWS4-HMAC-SHA256 Credential=other" } } }, 200, { Utf8 = answer.body })
      write("http-traffic.json", cjson.encode { events = { first, { connection_id = 0, action = {
        Data = { data = { Utf8 = sent }, direction = "Request" } } }, second, third } })
      write("test-case.json", '{"result": {"Ok": {"access_key_id": "AKIDROLE", "secret_access_key": "ROLESECRET", '
        .. '"session_token": "ROLETOKEN", "expiry": 1234567890}}}')
      local outcome
      scenarios.run(folder, { pass = function() outcome = "pass" end, fail = function(_, _, why) outcome = why end })
      return outcome
    end
    assert.equal("pass", of_role "Action=AssumeRole&ExternalId=EX&RoleSessionName=whatever")
    assert.matches("ExternalId is EX, and the recording has ELSE", of_role "Action=AssumeRole&ExternalId=ELSE")
  end)

  local wrong = {
    ["a result of no known form"] = { { result = { Fine = true } }, "neither Ok nor an error" },
    ["another secret"] = { { secret = "ELSE" }, "secret_access_key" },
    ["another end"] = { { expiry = 1234567891 }, "expiration" },
    ["another account"] = { { account = "1" }, "account_id" },
    ["another address"] = { { uri = "https://portal.sso.us-east-1.amazonaws.com/federation/credentials" }, "unexpected request" },
    ["another token"] = { { token = "token-2" }, "x%-amz%-sso_bearer_token" },
    ["a request that isn't made"] = { { unused = true }, "never requested: GET https://x/" },
    ["an error instead"] = { { status = 401 }, "Unauthorized" },
    ["credentials instead of an error"] = { { result = { ErrorContains = "x" } }, "where an error is expected" },
  }
  for what, case in pairs(wrong) do
    it("fails " .. what, function() assert.matches(case[2], run(case[1])) end)
  end
end)

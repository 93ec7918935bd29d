local cjson = require("cjson").new()
local core = require "rekognition.core"
local credentials = require "rekognition.credentials"
local support = require "spec.support.credentials"

local URL = "https://d-abc123.awsapps.com/start"
local CONFIG = ([[
[profile dev]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = Reader
region = eu-west-1

[sso-session corp]
sso_region = us-west-2
sso_start_url = %s

[profile old]
sso_start_url = %s
sso_region = us-east-2
sso_account_id = 210987654321
sso_role_name = Admin
]]):format(URL, URL)
local SESSION_FILE, LEGACY_FILE
local ROLE = { roleCredentials = { accessKeyId = "AKIDSSO", secretAccessKey = "SSOSECRET", sessionToken = "SSOTOKEN",
  expiration = 1440959760000 } }

local function sha1sum(text)
  local pipe = assert(io.popen("printf %s '" .. text .. "' | sha1sum"))
  local digest = pipe:read("a"):match("^%x+")
  pipe:close()
  return digest
end

SESSION_FILE = "/home/.aws/sso/cache/" .. sha1sum "corp" .. ".json"
LEGACY_FILE = "/home/.aws/sso/cache/" .. sha1sum(URL) .. ".json"

local function token(changes)
  local all = { accessToken = "ACCESS", expiresAt = "2015-08-30T20:00:00Z", refreshToken = "REFRESH", clientId = "ID",
    clientSecret = "CLIENTSECRET", registrationExpiresAt = "2015-10-01T00:00:00Z", startUrl = URL, region = "us-west-2",
    extra = "kept" }
  for name, value in pairs(changes or {}) do all[name] = value or nil end
  return cjson.encode(all)
end

local function world_of(profile, files, answers)
  files["/home/.aws/config"] = files["/home/.aws/config"] or CONFIG
  return support.world { env = { HOME = "/home", AWS_PROFILE = profile }, files = files,
    answers = answers or { support.answer(200, ROLE) } }
end

local function get(world)
  return credentials.sso(world.options):get()
end

describe("SHA-1", function()
  it("is that of sha1sum", function()
    for _, text in ipairs { "", "abc", ("x"):rep(1000) } do assert.equal(sha1sum(text), core.sha1_hex(text)) end
  end)
end)

describe("IAM Identity Center", function()
  it("gives a role's credentials for a session's token", function()
    local world = world_of("dev", { [SESSION_FILE] = token() })
    assert.same({ access_key_id = "AKIDSSO", secret_access_key = "SSOSECRET", session_token = "SSOTOKEN",
      expiration = 1440959760, account_id = "123456789012", source = "sso" }, get(world))
    assert.equal(1, #world.requests)
    local request = world.requests[1]
    assert.same({ "GET", "https://portal.sso.us-west-2.amazonaws.com/federation/credentials?account_id=123456789012"
      .. "&role_name=Reader", "ACCESS" }, { request.method, request.url, support.header(request, "x-amz-sso_bearer_token") })
    assert.is_nil(support.header(request, "authorization"))
  end)

  it("has a legacy form without a session", function()
    local world = world_of("old", { [LEGACY_FILE] = token() })
    assert.equal("210987654321", get(world).account_id)
    assert.matches("^https://portal%.sso%.us%-east%-2%.amazonaws%.com/", world.requests[1].url)
  end)

  it("refreshes a token that ends within 15 minutes, and keeps it in its file", function()
    local world = world_of("dev", { [SESSION_FILE] = token { expiresAt = "2015-08-30T12:50:00Z" } }, {
      support.answer(200, { accessToken = "ACCESS2", expiresIn = 28800, refreshToken = "REFRESH2", tokenType = "Bearer" }),
      support.answer(200, ROLE) })
    get(world)
    local request = world.requests[1]
    assert.same({ "POST", "https://oidc.us-west-2.amazonaws.com/token", "application/json" },
      { request.method, request.url, support.header(request, "content-type") })
    assert.same({ grantType = "refresh_token", clientId = "ID", clientSecret = "CLIENTSECRET", refreshToken = "REFRESH" },
      cjson.decode(request.body))
    assert.equal("ACCESS2", support.header(world.requests[2], "x-amz-sso_bearer_token"))
    local kept = cjson.decode(world.files[SESSION_FILE])
    assert.same({ "ACCESS2", "REFRESH2", "2015-08-30T20:36:00Z", "ID", "kept" },
      { kept.accessToken, kept.refreshToken, kept.expiresAt, kept.clientId, kept.extra })
  end)

  it("keeps the refresh token where it is given no new one", function()
    local world = world_of("dev", { [SESSION_FILE] = token { expiresAt = "2015-08-30T12:00:00Z" } }, {
      support.answer(200, { accessToken = "ACCESS2", expiresIn = 28800 }), support.answer(200, ROLE) })
    get(world)
    assert.equal("REFRESH", cjson.decode(world.files[SESSION_FILE]).refreshToken)
  end)

  it("uses a token on that can't be refreshed, while it lasts", function()
    for _, changes in ipairs { { refreshToken = false }, { registrationExpiresAt = "2015-08-01T00:00:00Z" }, {} } do
      changes.expiresAt = "2015-08-30T12:40:00Z"
      local world = world_of("dev", { [SESSION_FILE] = token(changes) }, function(request)
        if request.method == "POST" then return support.answer(400, { error = "invalid_grant", __type = "InvalidGrantException" }) end
        return support.answer(200, ROLE)
      end)
      assert.equal("AKIDSSO", get(world).access_key_id)
      assert.equal(1, support.count(world, "sso_token_refresh_failed"))
    end
  end)

  it("asks for a new sign-in where the token has expired for good", function()
    for _, changes in ipairs { { refreshToken = false }, { registrationExpiresAt = "2015-08-01T00:00:00Z" }, {} } do
      changes.expiresAt = "2015-08-30T12:30:00Z"
      local world = world_of("dev", { [SESSION_FILE] = token(changes) }, {
        support.answer(400, { error = "invalid_grant" }, { ["x-amzn-ErrorType"] = "InvalidGrantException" }) })
      local problem = support.catch(get, world)
      assert.equal("credentials", problem.kind)
      assert.matches("aws sso login", problem.message)
      for _, secret in ipairs { "ACCESS", "REFRESH", "CLIENTSECRET" } do
        assert.is_nil(problem.message:find(secret, 1, true))
      end
    end
    local world = world_of("old", { [LEGACY_FILE] = token { expiresAt = "2015-08-30T12:30:00Z" } })
    assert.matches("has expired; run", support.catch(get, world).message)
    assert.equal(0, #world.requests)
  end)

  it("goes on where the file can't be written", function()
    local world = world_of("dev", { [SESSION_FILE] = token { expiresAt = "2015-08-30T12:00:00Z" } }, {
      support.answer(200, { accessToken = "ACCESS2", expiresIn = 28800 }), support.answer(200, ROLE) })
    world.options.write_file = function() return nil, "read-only file system" end
    assert.equal("AKIDSSO", get(world).access_key_id)
    assert.equal(1, support.count(world, "token_cache_not_written"))
  end)

  it("says what the service refuses", function()
    local world = world_of("dev", { [SESSION_FILE] = token() }, {
      support.answer(401, { message = "Session token not found or invalid" }, { ["x-amzn-ErrorType"] = "UnauthorizedException" }) })
    local problem = support.catch(get, world)
    assert.same({ "UnauthorizedException", 401 }, { problem.code, problem.status })
    assert.matches("Session token not found", problem.message)
    assert.equal(1, #world.requests)
  end)

  it("writes its file for its owner alone, and as a whole", function()
    local folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir -p " .. folder .. "/.aws/sso/cache"))
    local path = folder .. "/.aws/sso/cache/" .. sha1sum "corp" .. ".json"
    assert(core.write_private(path, token { expiresAt = "2015-08-30T12:00:00Z" }))
    assert(core.write_private(folder .. "/.aws/config", CONFIG))
    local world = world_of("dev", {}, {
      support.answer(200, { accessToken = "ACCESS2", expiresIn = 28800 }), support.answer(200, ROLE) })
    world.options.env.HOME, world.options.read_file, world.options.write_file = folder, nil, nil
    get(world)
    local pipe = assert(io.popen("stat -c '%a %n' " .. folder .. "/.aws/sso/cache/*"))
    assert.equal("600 " .. path .. "\n", pipe:read("a"))
    pipe:close()
    assert.matches("ACCESS2", io.open(path):read("a"))
    os.execute("rm -r " .. folder)
  end)

  it("say what OAuth's errors say, and nothing else of a response", function()
    for _, case in ipairs {
      { { error = "invalid_grant", error_description = "no such token" }, "CreateToken: invalid_grant: no such token" },
      { { error = "server_error", accessToken = "HUSH" }, "CreateToken: server_error: HTTP status 400" },
      { { accessToken = "HUSH" }, "CreateToken: BadRequest: HTTP status 400" },
      { { message = "what is HUSHREFRESH?", ["__type"] = "InvalidGrantException" }, "InvalidGrantException: what is %[...%]" },
      { { message = "x", ["__type"] = "HUSHREFRESH" }, "CreateToken: %[...%]: x" },
    } do
      local expired = token { expiresAt = "2015-08-30T12:00:00Z", refreshToken = "HUSHREFRESH" }
      local problem = support.catch(get, world_of("dev", { [SESSION_FILE] = expired }, { support.answer(400, case[1]) }))
      assert.matches(case[2], problem.message)
      assert.matches("aws sso login", problem.message)
      assert.is_nil(cjson.encode(problem):find("HUSH", 1, true))
    end
  end)

  it("say that a new sign-in replaces a token that isn't accepted any more", function()
    local problem = support.catch(get, world_of("dev", { [SESSION_FILE] = token() }, {
      support.answer(401, { message = "Session token not found" }, { ["x-amzn-ErrorType"] = "UnauthorizedException" }) }))
    assert.equal("UnauthorizedException", problem.code)
    assert.matches("run `aws sso login %-%-sso%-session corp`$", problem.message)
    problem = support.catch(get, world_of("dev", { [SESSION_FILE] = token() }, {
      support.answer(403, { roleCredentials = { secretAccessKey = "HUSH" } }) }))
    assert.is_nil(cjson.encode(problem):find("HUSH", 1, true))
  end)

  local wrong = {
    ["no token file"] = { "dev", {}, "credentials", "aws sso login" },
    ["a token file that is no JSON"] = { "dev", { [SESSION_FILE] = "HUSH" }, "credentials", "not a JSON object" },
    ["a token file without a token"] = { "dev", { [SESSION_FILE] = token { accessToken = false } }, "credentials", "accessToken" },
    ["a token file without an end"] = { "dev", { [SESSION_FILE] = token { expiresAt = "HUSH" } }, "credentials", "expiresAt" },
    ["a token that breaks a line"] = { "dev", { [SESSION_FILE] = token { accessToken = "HUSH\r\n" } }, "credentials",
      "control character" },
    ["no token file of the legacy form"] = { "old", {}, "credentials", "run `aws sso login %-%-profile old`$" },
    ["no token file of a session with blanks"] = { "dev", { ["/home/.aws/config"] =
      CONFIG:gsub("sso_session = corp", "sso_session = my corp"):gsub("%[sso%-session corp%]", "[sso-session 'my corp']") },
      "credentials", "run `aws sso login %-%-sso%-session 'my corp'`$" },
    ["a missing session section"] = { "dev", { ["/home/.aws/config"] = "[profile dev]\nsso_session = gone\n"
      .. "sso_account_id = 1\nsso_role_name = r\n" }, "config", "there is no section %[sso%-session gone%]$" },
    ["a misspelled session"] = { "dev", { ["/home/.aws/config"] = CONFIG:gsub("sso_session = corp", "sso_session = crop") },
      "config", "there is no section %[sso%-session crop%], did you mean corp%?$" },
    ["missing settings"] = { "dev", { ["/home/.aws/config"] = "[profile dev]\nsso_account_id = 1\n" }, "config",
      "sso_role_name, sso_start_url, sso_region" },
    ["settings that differ"] = { "dev", { ["/home/.aws/config"] = CONFIG:gsub("region = eu%-west%-1", "sso_region = eu-west-1") },
      "config", "sso_region differs" },
    ["a session alone"] = { "dev", { ["/home/.aws/config"] = "[profile dev]\nsso_session = corp\n[sso-session corp]\n" },
      "credentials", "access token, not credentials" },
    ["a region that is a host"] = { "dev", { [SESSION_FILE] = token(),
      ["/home/.aws/config"] = CONFIG:gsub("us%-west%-2", "evil.com/") }, "config", "region" },
  }
  for what, case in pairs(wrong) do
    it("is an error with " .. what, function()
      local world = world_of(case[1], case[2])
      local problem = support.catch(get, world)
      assert.equal(case[3], problem.kind)
      assert.matches(case[4], problem.message)
      assert.is_nil(tostring(problem):find("HUSH", 1, true))
      assert.equal(0, #world.requests)
    end)
  end
end)

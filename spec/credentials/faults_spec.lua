-- What each source makes of a network and of answers at their worst: a clear error in bounded time, or
-- credentials, or the next source. Time is the world's: a hanging request takes its whole timeout.

local cjson = require("cjson").new()
local credentials = require "rekognition.credentials"
local rek_error = require "rekognition.error"
local support = require "spec.support.credentials"

local START = 1440938160 -- 2015-08-30T12:36:00Z
local MOST_SECONDS, MOST_REQUESTS = 70, 8
local SECRET = "HUSHSECRET"

local function iso(epoch)
  return os.date("!%Y-%m-%dT%H:%M:%SZ", epoch)
end

-- The answers that a source takes credentials from, each as a function of the fields.
local function json_of(names)
  return function(fields)
    local all = { Code = "Success", Version = 1 }
    for name, key in pairs(names) do all[key] = fields[name] end
    return cjson.encode(all)
  end
end

local plain = json_of { key = "AccessKeyId", secret = "SecretAccessKey", token = "Token", expiration = "Expiration" }

local function sso_json(fields)
  return cjson.encode { roleCredentials = { accessKeyId = fields.key, secretAccessKey = fields.secret,
    sessionToken = fields.token, expiration = fields.epoch * 1000 } }
end

local function login_json(fields)
  return cjson.encode { accessToken = { accessKeyId = fields.key, secretAccessKey = fields.secret,
    sessionToken = fields.token }, expiresIn = fields.life, refreshToken = "REFRESH" }
end

local function sts_xml(operation)
  return function(fields)
    return support.sts_answer({ key = fields.key:gsub("\0", "&#0;"), secret = fields.secret, token = fields.token,
      expiration = fields.expiration }, operation).body
  end
end

local ROLE_FILES = { ["/home/.aws/config"] = "[default]\nregion = us-east-1\nrole_arn = arn:aws:iam::1:role/r\n"
  .. "source_profile = base\n[profile base]\naws_access_key_id = AKID\naws_secret_access_key = " .. SECRET .. "\n" }

local SSO_TOKEN = cjson.encode { accessToken = SECRET, expiresAt = "2015-09-30T12:00:00Z" }
local KEY = [[
-----BEGIN EC PRIVATE KEY-----
MHcCAQEEINAS63M+xz5YSyY9LaQoR+KNHO19soZzY6Ct3sZ49NpwoAoGCCqGSM49
AwEHoUQDQgAEeQIgSW+V6gu7+REG1NCcJwtuTMzH7SZBgOYKjy2lPO784ANc0+eL
l6Nk1SWu26CLf2vIsALHWolFM2ZK9srA6w==
-----END EC PRIVATE KEY-----
]]

-- Files whose names are digests are found by their folder.
local function by_folder(files)
  return setmetatable({}, { __index = function(_, path) return files[path] or files[path:match("^.*/") or ""] end })
end

local SOURCES = {
  assume_role = { env = {}, files = ROLE_FILES, body = sts_xml "AssumeRole" },
  web_identity = { env = { AWS_REGION = "us-east-1", AWS_WEB_IDENTITY_TOKEN_FILE = "/token", AWS_ROLE_ARN = "arn" },
    files = { ["/token"] = SECRET }, body = sts_xml "AssumeRoleWithWebIdentity" },
  sso = { env = {}, body = sso_json, files = by_folder { ["/home/.aws/sso/cache/"] = SSO_TOKEN,
    ["/home/.aws/config"] = "[default]\nsso_start_url = https://x/start\nsso_region = us-east-1\n"
      .. "sso_account_id = 1\nsso_role_name = r\n" } },
  login = { env = {}, body = login_json, relative = true, files = by_folder {
    ["/home/.aws/config"] = "[default]\nregion = us-east-1\nlogin_session = arn:x\n",
    ["/home/.aws/login/cache/"] = cjson.encode { clientId = "id", refreshToken = SECRET, dpopKey = KEY, accessToken = {
      accessKeyId = "AKIDOLD", secretAccessKey = SECRET, sessionToken = "T", accountId = "1",
      expiresAt = "2015-08-30T11:00:00Z" } } } },
  container = { env = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI = "/x" }, files = {}, body = plain },
  imds = { env = {}, files = {}, body = plain, goes_on = true },
}

-- Answers as the fault says; a metadata service is well until it comes to the keys, but for `from_start`.
local function answers_of(source, fault)
  return function(request)
    if source == SOURCES.imds and not fault.from_start then
      if request.method == "PUT" then return support.answer(200, "SESSION") end
      if request.url:find("credentials/$") then return support.answer(200, "role") end
    end
    return fault.answer(source)
  end
end

local function good(changes)
  local fields = { key = "AKIDGOOD", secret = SECRET, token = "GOODTOKEN", expiration = iso(START + 3600),
    epoch = START + 3600, life = 900 }
  for name, value in pairs(changes or {}) do fields[name] = value end
  return fields
end

local function ok(body) return support.answer(200, body) end

local BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "' .. ("ha"):rep(50) .. '">'
for index = 1, 30 do
  BOMB = BOMB .. ("<!ENTITY %s%d '&%s;&%s;'>"):format("a", index, index == 1 and "a" or "a" .. index - 1,
    index == 1 and "a" or "a" .. index - 1)
end
BOMB = BOMB .. "]><AssumeRoleResponse>&a30;</AssumeRoleResponse>"

-- `expect`: "error" where nothing is said.
local FAULTS = {
  ["a refused connection"] = { from_start = true, answer = function() return support.failure("connect", "refused") end },
  ["a hang"] = { from_start = true, answer = function() return support.failure("timeout", "no response in time") end },
  ["a broken connection"] = { from_start = true, answer = function() return support.failure "reset" end },
  ["a 500 storm"] = { from_start = true, answer = function() return support.answer(500, "<html>oops</html>") end },
  ["a proxy's page"] = { answer = function() return ok "<html><body>sign in to the hotel</body></html>" end },
  ["an empty answer"] = { answer = function() return ok "" end },
  ["a truncated answer"] = { answer = function(source)
    local body = source.body(good())
    return ok(body:sub(1, #body // 2))
  end },
  ["10 MB of nothing"] = { answer = function() return ok((" "):rep(10 * 1024 * 1024)) end },
  ["10 MB and the credentials"] = { answer = function(source)
    return ok(source.body(good()) .. (" "):rep(10 * 1024 * 1024))
  end },
  ["deep JSON"] = { answer = function() return ok(('{"a":'):rep(10000) .. "1" .. ("}"):rep(10000)) end },
  ["deep XML"] = { answer = function() return ok(("<a>"):rep(10000) .. ("</a>"):rep(10000)) end },
  ["endless XML elements"] = { answer = function() return ok("<a>" .. ("<b/>"):rep(100000) .. "</a>") end },
  ["an entity bomb"] = { answer = function() return ok(BOMB) end },
  ["an external entity"] = { answer = function()
    return ok '<!DOCTYPE x SYSTEM "file:///etc/passwd"><AssumeRoleResponse/>'
  end },
  ["a NUL in the key"] = { answer = function(source) return ok(source.body(good { key = "AK\0ID" })) end },
  ["CR and LF in the secret"] = { answer = function(source)
    return ok((source.body(good { secret = SECRET .. "&#13;&#10;X: y\r\n" })))
  end },
  ["CR and LF in the token"] = { answer = function(source) return ok(source.body(good { token = "a&#13;\r\nb" })) end },
  ["no key"] = { answer = function(source) return ok(source.body(good { key = "" })) end },
  ["an endless key"] = { answer = function(source) return ok(source.body(good { key = ("A"):rep(500000) })) end },
  ["credentials that have expired"] = { answer = function(source)
    return ok(source.body(good { expiration = iso(START - 60), epoch = START - 60, life = 0 }))
  end, expect = { imds = "credentials" } },
  ["an end that is no time"] = { answer = function(source)
    return ok(source.body(good { expiration = "2015-99-99", epoch = 0, life = -1 }))
  end },
  ["a clock 30 minutes ahead"] = { offset = 1800, answer = function(source) return ok(source.body(good())) end,
    expect = "credentials" },
  ["a clock 30 minutes behind"] = { offset = -1800, answer = function(source) return ok(source.body(good())) end,
    expect = "credentials" },
}

local function expectation(fault, name)
  if type(fault.expect) == "table" then return fault.expect[name] or "error" end
  return fault.expect or "error"
end

local function check_clean(problem)
  assert.is_true(rek_error.is_error(problem))
  assert.equal("credentials", problem.kind)
  local text = tostring(problem)
  assert.is_nil(text:find(SECRET, 1, true))
  assert.is_true(#text < 3000)
end

for name, source in pairs(SOURCES) do
  describe(name .. " meets", function()
    for what, fault in pairs(FAULTS) do
      it(what, function()
        local start = START + (fault.offset or 0)
        local env = { HOME = "/home" }
        for key, value in pairs(source.env) do env[key] = value end
        local world = support.world { env = env, now = start, random = 0.99, answers = answers_of(source, fault),
          files = setmetatable({}, { __index = source.files }) } -- what is written stays in this case
        local provider = credentials.default(world.options)
        local done, result = pcall(provider.get, provider)
        if expectation(fault, name) == "credentials" then
          assert.is_true(done, tostring(result))
          assert.equal("AKIDGOOD", result.access_key_id)
        else
          assert.is_false(done)
          check_clean(result)
          -- The last of the chain has nothing; every other source stops the chain with its own words.
          assert.equal(source.goes_on or false, result.code == "NoCredentials")
          assert.matches(name, result.message)
        end
        assert.is_true(world.now - start <= MOST_SECONDS, ("took %g s"):format(world.now - start))
        assert.is_true(#world.requests <= MOST_REQUESTS, ("took %d requests"):format(#world.requests))
        for _, entry in ipairs(world.logged) do
          for _, value in pairs(entry[3]) do assert.is_nil(tostring(value):find(SECRET, 1, true)) end
        end
      end)
    end
  end)
end

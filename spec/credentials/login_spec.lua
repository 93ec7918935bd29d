local cjson = require("cjson").new()
local core = require "rekognition.core"
local credentials = require "rekognition.credentials"
local files = require "spec.support.files"
local login = require "rekognition.credentials.login"
local support = require "spec.support.credentials"

local write = files.write
local SESSION = "arn:aws:iam::123456789012:user/Admin"

local function shell(command)
  local pipe = assert(io.popen(command))
  local output = pipe:read("a")
  assert(pipe:close(), command)
  return output
end

-- A folder with a key made by OpenSSL's own command, which also verifies what is signed.
local folder, key
setup(function()
  folder = os.tmpname()
  os.remove(folder)
  shell("mkdir " .. folder .. " && openssl ecparam -name prime256v1 -genkey -noout -out " .. folder .. "/key.pem"
    .. " && openssl ec -in " .. folder .. "/key.pem -pubout -out " .. folder .. "/public.pem 2>/dev/null")
  key = io.open(folder .. "/key.pem"):read("a")
end)
teardown(function() shell("rm -r " .. folder) end)

local function from_base64url(text)
  write(folder .. "/text", text:gsub("[-_]", { ["-"] = "+", ["_"] = "/" }) .. ("="):rep(-#text % 4))
  return shell("openssl base64 -d -A -in " .. folder .. "/text")
end

-- r and s as OpenSSL wants them: ASN.1 integers in a sequence.
local function der(signature)
  local function integer(bytes)
    bytes = bytes:gsub("^\0+", "")
    if bytes:byte() >= 128 then bytes = "\0" .. bytes end
    return "\2" .. string.char(#bytes) .. bytes
  end
  local both = integer(signature:sub(1, 32)) .. integer(signature:sub(33))
  return "\48" .. string.char(#both) .. both
end

local function verifies(message, signature)
  write(folder .. "/message", message)
  write(folder .. "/signature", der(signature))
  return os.execute(("openssl dgst -sha256 -verify %s/public.pem -signature %s/signature %s/message >/dev/null 2>&1"):format(
    folder, folder, folder)) == true
end

describe("ES256", function()
  it("signs as OpenSSL verifies", function()
    for index = 1, 20 do
      local message = ("message %d "):format(index):rep(index)
      local signature = core.es256_sign(key, message)
      assert.equal(64, #signature)
      assert.is_true(verifies(message, signature))
      assert.is_false(verifies(message .. "x", signature))
    end
  end)

  it("tells the public key", function()
    local x, y = core.es256_public(key)
    local spki = shell("openssl ec -in " .. folder .. "/key.pem -pubout -outform DER 2>/dev/null")
    assert.equal(spki:sub(-64), x .. y)
  end)

  it("takes keys in PKCS #8 too, and no others", function()
    assert.is_truthy(core.es256_sign(shell("openssl pkcs8 -topk8 -nocrypt -in " .. folder .. "/key.pem"), "m"))
    for _, command in ipairs { "openssl ecparam -name secp384r1 -genkey -noout", "openssl genrsa 2048 2>/dev/null",
      "openssl ec -in " .. folder .. "/key.pem -aes128 -passout pass:x 2>/dev/null", "cat " .. folder .. "/public.pem",
      "echo junk", "head -c 100 " .. folder .. "/key.pem" } do
      local bad = shell(command)
      assert.is_nil(core.es256_sign(bad, "m"))
      assert.is_nil((core.es256_public(bad)))
    end
    assert.is_nil(core.es256_sign("", "m"))
  end)
end)

describe("a login session", function()
  local path = "/home/.aws/login/cache/%s.json"

  local function token(changes)
    local all = { accessToken = { accessKeyId = "AKIDLOGIN", secretAccessKey = "LOGINSECRET", sessionToken = "LOGINTOKEN",
      accountId = "123456789012", expiresAt = "2015-08-30T12:50:00Z" }, tokenType = "aws_sigv4", clientId =
      "arn:aws:signin:::devtools/same-device", refreshToken = "REFRESH", idToken = "kept", dpopKey = key }
    for name, value in pairs(changes or {}) do
      if name == "expiresAt" then all.accessToken.expiresAt = value else all[name] = value or nil end
    end
    return cjson.encode(all)
  end

  local function file_of()
    return path:format(shell("printf %s '" .. SESSION .. "' | sha256sum"):match("^%x+"))
  end

  local function world_of(text, answers, env)
    env = env or { HOME = "/home" }
    return support.world { env = env, answers = answers, files = { [file_of()] = text,
      ["/home/.aws/config"] = "[default]\nlogin_session = " .. SESSION .. "\nregion = us-east-1\n" } }
  end

  local RENEWED = { accessToken = { accessKeyId = "AKIDNEW", secretAccessKey = "NEWSECRET", sessionToken = "NEWTOKEN" },
    expiresIn = 900, refreshToken = "REFRESH2", tokenType = "aws_sigv4" }

  local function get(world)
    return credentials.default(world.options):get()
  end

  it("gives the credentials in its file while they last", function()
    local world = world_of(token())
    assert.same({ access_key_id = "AKIDLOGIN", secret_access_key = "LOGINSECRET", session_token = "LOGINTOKEN",
      expiration = 1440939000, account_id = "123456789012", source = "login" }, get(world))
    assert.equal(0, #world.requests)
  end)

  it("renews them in their last five minutes, with a proof, and keeps them in its file", function()
    local world = world_of(token { expiresAt = "2015-08-30T12:40:00Z" }, { support.answer(200, RENEWED) })
    local got = get(world)
    assert.same({ "AKIDNEW", 1440939060, "123456789012" }, { got.access_key_id, got.expiration, got.account_id })
    local request = world.requests[1]
    assert.same({ "POST", "https://us-east-1.signin.aws.amazon.com/v1/token", "application/json" },
      { request.method, request.url, support.header(request, "content-type") })
    assert.same({ clientId = "arn:aws:signin:::devtools/same-device", grantType = "refresh_token", refreshToken = "REFRESH" },
      cjson.decode(request.body))
    assert.is_nil(support.header(request, "authorization"))

    local signed, header, payload, signature = support.header(request, "DPoP"):match("^(([%w_-]+)%.([%w_-]+))%.([%w_-]+)$")
    assert.is_true(verifies(signed, from_base64url(signature)))
    header, payload = cjson.decode(from_base64url(header)), cjson.decode(from_base64url(payload))
    assert.same({ "dpop+jwt", "ES256", "EC", "P-256" }, { header.typ, header.alg, header.jwk.kty, header.jwk.crv })
    local x, y = core.es256_public(key)
    assert.same({ x, y }, { from_base64url(header.jwk.x), from_base64url(header.jwk.y) })
    assert.same({ "POST", request.url, 1440938160 }, { payload.htm, payload.htu, payload.iat })
    assert.matches("^%x+%-%x+%-4%x+%-%x+%-%x+$", payload.jti)

    local kept = cjson.decode(world.files[file_of()])
    assert.same({ accessKeyId = "AKIDNEW", secretAccessKey = "NEWSECRET", sessionToken = "NEWTOKEN",
      accountId = "123456789012", expiresAt = "2015-08-30T12:51:00Z" }, kept.accessToken)
    assert.same({ "REFRESH2", key, "kept" }, { kept.refreshToken, kept.dpopKey, kept.idToken })
  end)

  it("makes a proof of its own for each attempt", function()
    local world = world_of(token { expiresAt = "2015-08-30T12:30:00Z" }, { support.answer(500, ""), support.answer(200, RENEWED) })
    get(world)
    assert.not_equal(support.header(world.requests[1], "DPoP"), support.header(world.requests[2], "DPoP"))
  end)

  it("is renewed in the region where it was made", function()
    local world = world_of(token { expiresAt = "2015-08-30T12:30:00Z", signInRegion = "eu-central-1" },
      { support.answer(200, RENEWED) })
    get(world)
    assert.equal("https://eu-central-1.signin.aws.amazon.com/v1/token", world.requests[1].url)
  end)

  it("may be kept elsewhere", function()
    local world = world_of(nil, nil, { HOME = "/home", AWS_LOGIN_CACHE_DIRECTORY = "/var/login" })
    world.files["/var/login/" .. file_of():match("[^/]+$")] = token()
    assert.equal("AKIDLOGIN", get(world).access_key_id)
  end)

  it("takes what another process renewed meanwhile", function()
    local world = world_of(token { expiresAt = "2015-08-30T12:50:00Z" })
    local provider = credentials.default(world.options)
    provider:get()
    world.now = world.now + 800
    world.files[file_of()] = token { expiresAt = "2015-08-30T13:00:00Z" }
    assert.equal(1440939600, provider:get().expiration)
    assert.equal(0, #world.requests)
  end)

  it("is used on where the service is out, while it lasts", function()
    local world = world_of(token { expiresAt = "2015-08-30T12:40:00Z" }, { support.answer(500, "") })
    assert.equal("AKIDLOGIN", get(world).access_key_id)
    world = world_of(token { expiresAt = "2015-08-30T12:30:00Z" }, { support.answer(500, "") })
    assert.equal(500, support.catch(get, world).status)
  end)

  for code, words in pairs { TOKEN_EXPIRED = "has expired; run `aws login`", USER_CREDENTIALS_CHANGED = "password has changed",
    INSUFFICIENT_PERMISSIONS = "permission for CreateOAuth2Token" } do
    it("says what to do on " .. code, function()
      local world = world_of(token { expiresAt = "2015-08-30T12:40:00Z" }, { support.answer(400,
        { error = code, message = "no" }, { ["x-amzn-ErrorType"] = "AccessDeniedException" }) })
      local problem = support.catch(get, world)
      assert.same({ "credentials", "AccessDeniedException" }, { problem.kind, problem.code })
      assert.matches(words, problem.message)
      assert.equal(1, #world.requests)
    end)
  end

  local wrong = {
    ["no file"] = function() return nil, "aws login" end,
    ["a file that is no JSON"] = function() return "HUSH", "not a JSON object" end,
    ["a file without a refresh token"] = function() return token { refreshToken = false }, "refreshToken" end,
    ["a file without credentials"] = function() return token { accessToken = "HUSH" }, "accessToken" end,
    ["a file without an end"] = function() return token { expiresAt = "HUSH" }, "expiresAt" end,
    ["a text that is not a key"] = function() return token { dpopKey = "HUSH", expiresAt = "2015-08-30T12:00:00Z" }, "P%-256" end,
  }
  for what, make in pairs(wrong) do
    it("is an error with " .. what, function()
      local text, words = make()
      local world = world_of(text, {})
      local problem = support.catch(get, world)
      assert.equal("credentials", problem.kind)
      assert.matches(words, problem.message)
      assert.is_nil(tostring(problem):find("HUSH", 1, true))
      assert.equal(0, #world.requests)
    end)
  end

  it("has no proof without a key", function()
    assert.is_nil(login.proof("junk", "https://x/v1/token", 0, "id"))
  end)
end)

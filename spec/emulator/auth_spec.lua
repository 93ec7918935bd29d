local ascii = require "rekognition.text.ascii"
local emulator = require "rekognition.emulator"
local client = require "spec.support.emulator_client"
local cjson = require("cjson").new()

local NOW = 1440938160 -- 2015-08-30T12:36:00Z

local function new(options)
  options = options or {}
  options.clock = function() return NOW end
  return emulator.new(options)
end

-- What the emulator says of a request: the code, the message, the status; nil for a success.
local function verdict(request, options)
  local status, _, body = new(options):handle(request)
  if status == 200 then return nil end
  local answer = cjson.decode(body)
  assert.is_nil(answer.Code) -- the layer in front has bodies of its own
  return answer.__type, answer.message, status
end

local function signed(options)
  options = options or {}
  options.time = options.time or NOW
  return client.request("DescribeProjects", options.body or "{}", options)
end

-- A good request with its Authorization changed.
local function tampered(pattern, replacement)
  local request = signed()
  for _, header in ipairs(request.headers) do
    if header[1] == "Authorization" then
      local changed, count = header[2]:gsub(pattern, replacement)
      assert.equal(1, count)
      header[2] = changed
    end
  end
  return request
end

local function without(request, name)
  for i = #request.headers, 1, -1 do
    if request.headers[i][1]:lower() == name then table.remove(request.headers, i) end
  end
  return request
end

describe("the emulator's signatures", function()
  it("are taken in the header and in the query form", function()
    assert.is_nil(verdict(signed()))
    assert.is_nil(verdict(signed { sign_body = true }))
    assert.is_nil(verdict(signed { mode = "query", expires = 60 }))
    assert.is_nil(verdict(signed { time = NOW - 300 }))
    assert.is_nil(verdict(signed { time = NOW + 300 }))
    assert.is_nil(verdict(signed { mode = "query", expires = 3600, time = NOW - 3600 }))
  end)

  it("may not sign a header that a hop changed", function()
    local request = signed()
    table.insert(request.headers, { "Via", "1.1 somewhere" })
    assert.is_nil(verdict(request))
  end)

  for what, case in pairs {
    ["no signature"] = { function() return without(signed(), "authorization") end,
      "MissingAuthenticationTokenException", "^Missing Authentication Token$" },
    ["another scheme"] = { function() return tampered("AWS4%-HMAC%-SHA256", "Basic") end,
      "IncompleteSignatureException", "algorithm" },
    ["another hash"] = { function() return tampered("SHA256", "SHA512") end,
      "IncompleteSignatureException", "Unsupported AWS 'algorithm': 'AWS4%-HMAC%-SHA512'" },
    ["an empty Authorization"] = { function() return tampered("^.*$", "") end,
      "IncompleteSignatureException", "algorithm" },
    ["no credential"] = { function() return tampered("Credential=[^,]*, ?", "") end,
      "IncompleteSignatureException", "requires 'Credential' parameter" },
    ["no signed headers"] = { function() return tampered("SignedHeaders=[^,]*, ?", "") end,
      "IncompleteSignatureException", "requires 'SignedHeaders' parameter" },
    ["no signature in it"] = { function() return tampered(", ?Signature=%x*", "") end,
      "IncompleteSignatureException", "requires 'Signature' parameter" },
    ["nothing in it"] = { function() return tampered(" .*$", "") end,
      "IncompleteSignatureException", "'Credential'.*'Signature'.*'SignedHeaders'" },
    ["no date"] = { function() return without(signed(), "x-amz-date") end,
      "IncompleteSignatureException", "X%-Amz%-Date" },
    ["a credential with too few parts"] = { function() return tampered("/aws4_request", "") end,
      "IncompleteSignatureException", "exactly 5 slash%-delimited elements" },
    ["another terminator"] = { function() return tampered("aws4_request", "aws5_request") end,
      "InvalidSignatureException", "terminator: 'aws4_request', not 'aws5_request'" },
    ["another service"] = { function() return signed { service = "sts" } end,
      "InvalidSignatureException", "correct service: 'rekognition'" },
    ["a region that does not exist"] = { function() return tampered("us%-east%-1", "..") end,
      "InvalidSignatureException", "valid region" },
    ["another day in the scope"] = { function() return tampered("20150830", "20150829") end,
      "InvalidSignatureException", "'20150829' != '20150830', from '20150830T123600Z'" },
    ["a host that isn't signed"] = { function() return tampered("host;", "") end,
      "InvalidSignatureException", "'Host' or ':authority' must be a 'SignedHeader'" },
    ["a signed header that isn't there"] = { function() return tampered(";host;", ";host;x-absent;") end,
      "InvalidSignatureException", "headers that the request has" },
    ["an unknown key"] = { function() return tampered("AKIAEMULATOR00000001", "AKIAEMULATOR00000009") end,
      "UnrecognizedClientException", "security token included in the request is invalid" },
    ["a key's wrong secret"] = { function()
        return signed { credentials = { access_key_id = "AKIAEMULATOR00000001", secret_access_key = "x" } }
      end, "InvalidSignatureException", "^The request signature we calculated does not match.*AWS4%-HMAC%-SHA256" },
    ["a signature with one digit changed"] = { function()
        return tampered("(Signature=)(%x)", function(name, digit) return name .. (digit == "0" and "1" or "0") end)
      end, "InvalidSignatureException", "does not match" },
    ["a short signature"] = { function() return tampered("Signature=%x*", "Signature=00") end,
      "InvalidSignatureException", "does not match" },
    ["an old date"] = { function() return signed { time = NOW - 301 } end, "InvalidSignatureException",
      "^Signature expired: 20150830T123059Z is now earlier than 20150830T123100Z %(20150830T123600Z %- 5 min%.%)$" },
    ["a date to come"] = { function() return signed { time = NOW + 301 } end, "InvalidSignatureException",
      "^Signature not yet current: 20150830T124101Z is still later than 20150830T124100Z "
      .. "%(20150830T123600Z %+ 5 min%.%)$" },
    ["a query that ran out"] = { function() return signed { mode = "query", expires = 60, time = NOW - 61 } end,
      "InvalidSignatureException", "Signature expired" },
    ["a query from the time to come"] = { function()
        return signed { mode = "query", expires = 60, time = NOW + 301 }
      end, "InvalidSignatureException", "not yet current" },
    ["a token that nobody gave"] = { function()
        return signed { credentials = { access_key_id = client.OWNER.access_key_id,
          secret_access_key = client.OWNER.secret_access_key, session_token = "token" } }
      end, "UnrecognizedClientException", "security token" },
  } do
    it("are refused with " .. what, function()
      local code, message, status = verdict(case[1]())
      assert.same({ case[2], 400 }, { code, status })
      assert.matches(case[3], message)
    end)
  end

  for what, change in pairs {
    body = function(request) request.body = '{"MaxResults":1}' end,
    method = function(request) request.target = "/?a=b" end,
    ["signed header"] = function(request)
      for _, header in ipairs(request.headers) do
        if header[1] == "Host" then header[2] = "elsewhere" end
      end
    end,
  } do
    it("are refused when the " .. what .. " was changed", function()
      local request = signed()
      change(request)
      assert.equal("InvalidSignatureException", (verdict(request)))
    end)
  end

  it("are refused where the sent hash of the body is not the body's", function()
    local request = signed { sign_body = true }
    request.body = "{ }"
    local code, message = verdict(request)
    assert.equal("InvalidSignatureException", code)
    assert.matches("x%-amz%-content%-sha256", message)
  end)

  it("are refused with a malformed date", function()
    for _, date in ipairs { "20150830", "2015-08-30T12:36:00Z", "20151330T123600Z", "20150830T250000Z", "", "x",
                            "20150830T123600+0100" } do
      local request = signed()
      for _, header in ipairs(request.headers) do
        if ascii.lower(header[1]) == "x-amz-date" then header[2] = date end
      end
      local code, message = verdict(request)
      assert.equal("IncompleteSignatureException", code)
      assert.matches("ISO%-8601", message)
    end
  end)

  it("are refused in the query form where a part is missing or wrong", function()
    local function changed(pattern, replacement)
      local request = signed { mode = "query", expires = 60 }
      request.target = request.target:gsub(pattern, replacement)
      return request
    end
    assert.equal("IncompleteSignatureException", (verdict(changed("X%-Amz%-Algorithm=[^&]*&?", ""))))
    assert.equal("IncompleteSignatureException", (verdict(changed("X%-Amz%-Credential=[^&]*&?", ""))))
    assert.equal("IncompleteSignatureException", (verdict(changed("X%-Amz%-Date=[^&]*&?", ""))))
    assert.equal("IncompleteSignatureException", (verdict(changed("X%-Amz%-Expires=[^&]*&?", ""))))
    assert.equal("IncompleteSignatureException", (verdict(changed("X%-Amz%-SignedHeaders=[^&]*&?", ""))))
    assert.equal("IncompleteSignatureException", (verdict(changed("&X%-Amz%-Signature=%x*", ""))))
    for _, expires in ipairs { "0", "604801", "-1", "1e3", "" } do
      assert.equal("IncompleteSignatureException",
        (verdict(changed("X%-Amz%-Expires=60", "X-Amz-Expires=" .. expires))))
    end
    assert.equal("InvalidSignatureException", (verdict(changed("X%-Amz%-Expires=60", "X-Amz-Expires=61"))))
    assert.equal("InvalidSignatureException", (verdict(changed("Signature=%x", "Signature=g"))))
  end)

  it("serve one region where the emulator was told so", function()
    assert.is_nil(verdict(signed { region = "eu-west-1" }, { region = "eu-west-1" }))
    local code, message = verdict(signed(), { region = "eu-west-1" })
    assert.equal("InvalidSignatureException", code)
    assert.matches("'us%-east%-1'.*'eu%-west%-1'", message)
  end)

  describe("with a session token", function()
    local account = { access_key_id = "ASIATEMPORARY", secret_access_key = "secret", session_token = "a+secret/token==",
                      account_id = "111122223333", expires = NOW + 60 }

    local function with_token(token, options)
      options = options or {}
      options.credentials = { access_key_id = account.access_key_id, secret_access_key = account.secret_access_key,
                              session_token = token }
      return verdict(signed(options), { accounts = { account } })
    end

    it("are taken with the right one", function()
      assert.is_nil(with_token(account.session_token))
      assert.is_nil(with_token(account.session_token, { token_after = true }))
      assert.is_nil(with_token(account.session_token, { mode = "query", expires = 60 }))
    end)

    it("are refused with another, and without", function()
      assert.equal("UnrecognizedClientException", (with_token("another")))
      assert.equal("UnrecognizedClientException", (with_token(nil)))
    end)

    it("are refused when it has expired", function()
      account.expires = NOW
      finally(function() account.expires = NOW + 60 end)
      local code, message = with_token(account.session_token)
      assert.equal("ExpiredTokenException", code)
      assert.equal("The security token included in the request is expired", message)
    end)

    it("never show it or the secret in an error", function()
      for _, mode in ipairs { "header", "query" } do
        local request = signed { mode = mode, expires = mode == "query" and 60 or nil, credentials = {
          access_key_id = account.access_key_id, secret_access_key = "wrong", session_token = account.session_token } }
        local code, message = verdict(request, { accounts = { account } })
        assert.equal("InvalidSignatureException", code)
        assert.is_nil(message:find("secret/token", 1, true))
        assert.is_nil(message:find("secret%2Ftoken", 1, true))
        assert.is_nil(message:find(account.secret_access_key .. "\n", 1, true))
      end
    end)
  end)
end)

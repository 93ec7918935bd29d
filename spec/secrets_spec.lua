local fake = require "spec.support.fake"
local rekognition = require "rekognition"
local secrets = require "spec.support.secrets"

local KEYS = {
  access_key_id = "AKIDOFTHESECRETSSPEC", secret_access_key = "the-secret-key-of-this-spec",
  session_token = "the-session-token-of-this-spec",
}

-- What a debug printer finds: everything that can be reached by walking tables.
local function walk(value, visit, seen)
  visit(value)
  if type(value) ~= "table" or seen[value] then return end
  seen[value] = true
  for key, item in next, value do
    walk(key, visit, seen)
    walk(item, visit, seen)
  end
end

local function shows_no_secret(value)
  walk(value, function(item)
    for _, text in ipairs { type(item) == "string" and item or "", tostring(item) } do
      assert.is_nil(text:find("of%-this%-spec"), text)
    end
  end, {})
end

describe("secrets", function()
  it("stand in no client, provider or transport, walked or printed", function()
    local client = rekognition.client { region = "us-east-1", env = {}, credentials = KEYS }
    shows_no_secret(client)
    client._channel.provider:get()
    shows_no_secret(client)
    client:close()
    client = rekognition.client {
      env = { AWS_REGION = "us-east-1", AWS_ACCESS_KEY_ID = KEYS.access_key_id,
        AWS_SECRET_ACCESS_KEY = KEYS.secret_access_key, AWS_SESSION_TOKEN = KEYS.session_token },
    }
    assert.equal(KEYS.secret_access_key, client._channel.provider:get().secret_access_key)
    shows_no_secret(client)
    client:close()
  end)

  it("stand in no error, whatever the service says", function()
    for _, answer in ipairs {
      fake.refusal("InvalidSignatureException", "The Canonical String should have been"), fake.answer(200, "<html>"),
      fake.failure "timeout", fake.answer(407, "proxy"),
    } do
      local client = fake.client({ answer }, { credentials = KEYS, retry = { mode = "off" } })
      shows_no_secret(fake.catch(client.describe_projects, client))
    end
  end)

  -- As AWS answers, when it was signed with the wrong secret.
  it("stand in no error that quotes the request", function()
    local canonical = "The Canonical String for this request should have been\n'POST\n/\n\nhost:x\n%s%s\n\nhost'\n"
    for _, name in ipairs { "x-amz-security-token:", "X-Amz-Security-Token=" } do
      local words = canonical:format(name, KEYS.session_token)
      for _, answer in ipairs { fake.refusal("InvalidSignatureException", words), fake.answer(403, words), fake.answer(200, words) } do
        local client = fake.client({ answer }, { credentials = KEYS, retry = { mode = "off" } })
        local e = fake.catch(client.describe_projects, client)
        shows_no_secret(e)
        assert.is_truthy(e.message:find(name .. "[...]", 1, true), e.message)
      end
      local role = rekognition.credentials.assume_role {
        source = rekognition.credentials.static(KEYS), role_arn = "arn:aws:iam::123456789012:role/a", region = "us-east-1", env = {},
        http = function()
          return { status = 403, headers = {}, body = "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>" .. words
            .. "</Message></Error></ErrorResponse>" }
        end,
      }
      local e = fake.catch(role.get, role)
      shows_no_secret(e)
      assert.is_truthy(e.message:find("[...]", 1, true), e.message)
    end
  end)

  it("stand in no line of the log where a success shows them as its request id", function()
    for _, options in ipairs { {}, { hooks = { before_attempt = function() end } } } do
      local lines = {}
      options.credentials, options.logger = KEYS, function(...) lines[#lines + 1] = { ... } end
      local client = fake.client({ fake.answer(200, {}, { ["x-amzn-RequestId"] = "a " .. KEYS.session_token }) }, options)
      client:describe_projects()
      shows_no_secret(lines)
      assert.equal("call", lines[#lines][2])
    end
  end)

  it("stand in no code of a host's transport, and in no line of the log for it", function()
    local lines = {}
    local client = fake.client({ fake.failure("no-" .. KEYS.session_token) }, { credentials = KEYS, retry = { mode = "off" },
      logger = function(...) lines[#lines + 1] = { ... } end })
    shows_no_secret(fake.catch(client.describe_projects, client))
    shows_no_secret(lines)
    assert.is_true(#lines > 0)
  end)

  it("stand in no error where the whole request comes back", function()
    for _, form in ipairs { '{"headers":{"X-Amz-Security-Token":"%s","Authorization":"%s"}}', "<pre>%s\n%s</pre>",
      '{"__type":"Refused","message":"%s and %s","request":{"token":"%s"}}' } do
      for _, status in ipairs { 400, 200 } do
        local client = fake.client({ function(request)
          local token, authorization = KEYS.session_token, fake.header(request, "authorization")
          local body = form:format(token, authorization, token)
          return fake.answer(status, status == 200 and "[" .. body or body)
        end }, { credentials = KEYS, retry = { mode = "off" } })
        local e = fake.catch(client.describe_projects, client)
        shows_no_secret(e)
        assert.is_true(rekognition.error.is_error(e), tostring(e))
        assert.is_nil(tostring(e):find("Signature=%x"))
      end
    end
  end)

  it("stand in no error about credentials that can't be used", function()
    for name in pairs(KEYS) do
      for _, wrong in ipairs { "\r\n", "\0", "\n" } do
        local keys = { access_key_id = KEYS.access_key_id, secret_access_key = KEYS.secret_access_key,
          session_token = KEYS.session_token }
        keys[name] = keys[name] .. wrong .. "of-this-spec"
        local e = fake.catch(function()
          local client = fake.client({ fake.answer(200, {}) }, { credentials = keys })
          client:describe_projects()
        end)
        assert.is_true(rekognition.error.is_error(e), tostring(e))
        shows_no_secret(e)
      end
    end
  end)

  it("stand in no presigned request but for the token, which is a part of it", function()
    local client = fake.client({ fake.answer(200, {}) }, { credentials = KEYS })
    local signed = client:presign("DescribeProjects", {})
    walk(signed, function(item)
      assert.is_nil(tostring(item):find(KEYS.secret_access_key, 1, true))
    end, {})
  end)

  it("are found by the watch", function()
    secrets.remember("a-secret-for-the-watch")
    local count = #secrets.found
    for _, leak in ipairs {
      function() rekognition.error.new { kind = "config", message = "x a-secret-for-the-watch y" } end,
      function() rekognition.error.new { kind = "config", message = "x", cause = { { "a-secret-for-the-watch" } } } end,
      function()
        require("rekognition.seams").from({ logger = function() end }).logger("debug", "event", { a = "a-secret-for-the-watch" })
      end,
    } do
      assert.is_false(pcall(leak))
    end
    assert.equal(count + 3, #secrets.found)
    for _ = 1, 3 do table.remove(secrets.found) end
  end)

  -- This runs among the last; a leak in a later spec fails that spec itself.
  it("stood in no error and no log entry of the run", function()
    assert.is_true(secrets.seen > 0 and secrets.looked > 0)
    assert.same({}, secrets.found)
  end)
end)

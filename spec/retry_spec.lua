local fake = require "spec.support.fake"
local rekognition = require "rekognition"

local function copy(client)
  return client:copy_project_version {
    SourceProjectArn = "arn:aws:rekognition:us-east-1:111122223333:project/SourceProject/16565123456",
    SourceProjectVersionArn =
      "arn:aws:rekognition:us-east-1:111122223333:project/SourceProject/version/model_1/1656611123456",
    DestinationProjectArn = "arn:aws:rekognition:us-east-1:555555555555:project/DestinationProject/1656705098765",
    VersionName = "v", OutputConfig = { S3Bucket = "bucket-name" },
  }
end

describe("retries", function()
  it("follow a server's fault, a throttle and a lost answer, with delays that grow", function()
    local client, world = fake.client {
      fake.answer(503, "busy"), fake.refusal("ThrottlingException"), fake.answer(200, {}),
    }
    local _, metadata = client:describe_projects()
    assert.equal(3, metadata.attempts)
    -- 0.5 * 0.05, then 0.5 * min(1 * 2, 20)
    assert.same({ 0.025, 1.0 }, world.slept)
  end)

  -- Codes and statuses as AWS's SDKs list them.
  local retried = {
    { "a timeout", fake.failure "timeout" },
    { "a refused connection", fake.failure "connect" },
    { "a reset connection", fake.failure "reset" },
    { "a code of a custom transport", fake.failure "weather" },
    { "500", fake.answer(500, "") }, { "502", fake.answer(502, "<html>") }, { "504", fake.answer(504, "") },
    { "InternalServerError", fake.refusal("InternalServerError", "x", 500) },
    { "RequestTimeout", fake.refusal "RequestTimeout" },
    { "ProvisionedThroughputExceededException", fake.refusal "ProvisionedThroughputExceededException" },
    { "LimitExceededException", fake.refusal "LimitExceededException" },
    { "429 with an unknown code", fake.refusal("SomethingNew", "x", 429) },
    { "429 without a body", fake.answer(429, "") },
  }
  for _, case in ipairs(retried) do
    it("follow " .. case[1], function()
      local client = fake.client { case[2], fake.answer(200, {}) }
      local _, metadata = client:describe_projects()
      assert.equal(2, metadata.attempts)
    end)
  end

  local final = {
    { "a validation error", fake.refusal "InvalidParameterException" },
    { "a denied access", fake.refusal "AccessDeniedException" },
    { "a 501", fake.answer(501, "") },
    { "a certificate that is not trusted", fake.failure "tls" },
    { "a response that is too large", fake.failure "too_large" },
    { "a request that can't be sent", fake.failure "request" },
    { "a 429 whose code the model has", fake.refusal("AccessDeniedException", "x", 429) },
  }
  for _, case in ipairs(final) do
    it("do not follow " .. case[1], function()
      local client, world = fake.client { case[2] }
      local e = fake.catch(client.describe_projects, client)
      assert.equal(1, e.attempts)
      assert.equal("fail_request", e.retry_outcome)
      assert.is_false(e.retryable)
      assert.equal(1, #world.requests)
    end)
  end

  it("end after max_attempts, with the last failure", function()
    local client, world = fake.client({ fake.refusal("ThrottlingException") }, { retry = { max_attempts = 5 } })
    local e = fake.catch(client.describe_projects, client)
    assert.equal("ThrottlingException", e.code)
    assert.equal(5, e.attempts)
    assert.is_true(e.retryable)
    assert.equal("max_attempts_exceeded", e.retry_outcome)
    assert.equal(5, #world.requests)
  end)

  it("are off in mode off", function()
    local client, world = fake.client({ fake.answer(503, "") }, { retry = { mode = "off" } })
    fake.catch(client.describe_projects, client)
    assert.equal(1, #world.requests)
    assert.is_nil(fake.header(world.requests[1], "amz-sdk-request"):match("max=[^1]"))
  end)

  it("stop when the quota is used up, and a success fills it again", function()
    local client, world = fake.client({ fake.answer(503, "") }, { retry = { initial_tokens = 20 } })
    local e = fake.catch(client.describe_projects, client)
    assert.equal("retry_quota_exceeded", e.retry_outcome)
    assert.equal(2, #world.requests) -- one retry at 14 of the 20 tokens
  end)

  it("heed x-amz-retry-after, but add five seconds at most", function()
    for header, expected in pairs { ["1500"] = 1.5, ["60000"] = 5.025, ["0"] = 0.025, ["soon"] = 0.025, ["-1"] = 0.025 } do
      local client, world = fake.client { fake.answer(503, "", { ["x-amz-retry-after"] = header }), fake.answer(200, {}) }
      client:describe_projects()
      assert.equal(expected, world.slept[1])
    end
  end)

  it("never wait longer than max_backoff", function()
    local client, world = fake.client({ fake.refusal "ThrottlingException" },
      { retry = { max_attempts = 9, max_backoff = 3 }, random = function() return 0.999 end })
    fake.catch(client.describe_projects, client)
    for _, delay in ipairs(world.slept) do assert.is_true(delay <= 3) end
    assert.equal(3 * 0.999, world.slept[8])
  end)

  it("send the same body, one invocation id, the attempt's number, and a signature of its own time", function()
    local client, world = fake.client { fake.refusal "ThrottlingException", fake.answer(200, {}) }
    client:create_user { CollectionId = "c", UserId = "u" } -- its ClientRequestToken is filled in once
    local first, second = world.requests[1], world.requests[2]
    assert.equal(first.body, second.body)
    assert.is_truthy(first.body:find('"ClientRequestToken"', 1, true))
    assert.equal(fake.header(first, "amz-sdk-invocation-id"), fake.header(second, "amz-sdk-invocation-id"))
    assert.equal("attempt=1; max=3", fake.header(first, "amz-sdk-request"))
    assert.equal("attempt=2; max=3", fake.header(second, "amz-sdk-request"))
  end)

  it("can leave LimitExceededException alone", function()
    local client, world = fake.client({ fake.refusal "LimitExceededException" }, { retry = { limit_exceeded = "fail" } })
    local e = fake.catch(copy, client)
    assert.equal("LimitExceededException", e.code)
    assert.equal(1, #world.requests)
  end)

  describe("in adaptive mode", function()
    it("send immediately until the service throttles, and slower from then on", function()
      local client, world = fake.client({
        fake.refusal "ThrottlingException", fake.answer(200, {}), fake.answer(200, {}),
      }, { retry = { mode = "adaptive" } })
      client:describe_projects()
      local before = #world.slept
      for _ = 1, 3 do client:describe_projects() end
      assert.is_true(#world.slept > before)
    end)
  end)

  describe("of calls that create something without a token", function()
    it("say that an earlier attempt may have succeeded", function()
      for _, lost in ipairs { fake.failure "timeout", fake.failure "reset", fake.answer(500, "") } do
        local client = fake.client { lost, fake.refusal "ResourceInUseException" }
        local e = fake.catch(copy, client)
        assert.equal("ResourceInUseException", e.code)
        assert.is_true(e.maybe_succeeded)
        assert.is_truthy(tostring(e):find("may have succeeded", 1, true))
        assert.is_nil(tostring(e):find("all the same", 1, true)) -- it is said once
        e = fake.catch(copy, (fake.client({ lost }, { retry = { mode = "off" } })))
        assert.is_truthy(tostring(e):find(", it may have succeeded all the same", 1, true))
      end
    end)

    it("do not say so where no attempt could have", function()
      local client = fake.client { fake.refusal "ResourceInUseException" }
      assert.is_nil(fake.catch(copy, client).maybe_succeeded)
      for _, clear in ipairs { fake.refusal "ThrottlingException", fake.failure "connect" } do
        client = fake.client { clear, fake.refusal "ResourceInUseException" }
        assert.is_nil(fake.catch(copy, client).maybe_succeeded)
      end
    end)

    it("believe a host's transport that says whether the request was sent", function()
      for _, code in ipairs { "timeout", "reset", "proxy", "connect", "tls" } do
        for _, sent in ipairs { false, true } do
          local client = fake.client({ { failure = { code = code, message = "m", sent = sent } },
            fake.refusal "ResourceInUseException" }, { retry = { mode = "off" } })
          local e = fake.catch(copy, client)
          assert.same({ code, sent or nil }, { e.code, e.maybe_succeeded })
        end
      end
      for _, case in ipairs { { false, nil }, { true, true }, { nil, true } } do
        local client = fake.client { { failure = { code = "timeout", message = "m", sent = case[1] } },
          fake.refusal "ResourceInUseException" }
        local e = fake.catch(copy, client)
        assert.same({ "ResourceInUseException", case[2] }, { e.code, e.maybe_succeeded })
      end
    end)

    it("do not say so for a call that only reads, deletes, or has a token", function()
      local client = fake.client { fake.failure "timeout", fake.refusal "ResourceInUseException" }
      assert.is_nil(fake.catch(client.delete_project, client, {
        ProjectArn = "arn:aws:rekognition:us-east-1:111122223333:project/SourceProject/16565123456",
      }).maybe_succeeded)
    end)
  end)
end)

-- spec/vectors/make_retry.py made the cases with botocore's own retry classes.
describe("botocore's decisions on answers", function()
  it("are ours", function()
    local passed, failures = 0, {}
    require("spec.conformance.retry").run("spec/vectors/retry-standard", {
      pass = function() passed = passed + 1 end,
      fail = function(_, name, why) failures[#failures + 1] = name .. ": " .. why end,
    })
    assert.same({}, failures)
    assert.is_true(passed > 100)
  end)
end)

describe("a wrong clock", function()
  local date = "Mon, 31 Aug 2015 13:36:00 GMT" -- the service's; the client's is a day and an hour behind

  it("is set right once, from the Date header, and stays so", function()
    local client, world = fake.client {
      fake.refusal("InvalidSignatureException", "Signature expired", 400, { Date = date }), fake.answer(200, {}),
    }
    local _, metadata = client:describe_projects()
    assert.equal(2, metadata.attempts)
    assert.equal("20150830T123600Z", fake.header(world.requests[1], "x-amz-date"))
    assert.equal("20150831T133600Z", fake.header(world.requests[2], "x-amz-date"))
    client:describe_projects()
    assert.equal(3, #world.requests)
    assert.equal("20150831T133600Z", fake.header(world.requests[3], "x-amz-date"))
  end)

  it("is set right for the next call where this one has no attempt left", function()
    local client, world = fake.client({
      fake.refusal("RequestTimeTooSkewed", "x", 400, { Date = date }), fake.answer(200, {}) }, { retry = { mode = "off" } })
    assert.equal("RequestTimeTooSkewed", fake.catch(client.describe_projects, client).code)
    assert.equal(1, #world.requests)
    client:describe_projects()
    assert.equal("20150831T133600Z", fake.header(world.requests[2], "x-amz-date"))
  end)

  it("is not blamed for a signature that is wrong at the right time", function()
    local client, world = fake.client {
      fake.refusal("InvalidSignatureException", "x", 400, { Date = "Sun, 30 Aug 2015 12:37:00 GMT" }),
    }
    fake.catch(client.describe_projects, client)
    assert.equal(1, #world.requests)
  end)

  -- The first date is 60 seconds off, the second 239, the third 240; true: the request is signed again.
  local dates = { "Sun, 30 Aug 2015 12:37:00 GMT", "Sun, 30 Aug 2015 12:32:01 GMT", "Sun, 30 Aug 2015 12:40:00 GMT" }
  for code, expected in pairs {
    RequestTimeTooSkewed = { true, true, true },
    RequestExpired = { true, true, true },
    RequestInTheFuture = { true, true, true },
    InvalidSignatureException = { false, false, true },
    SignatureDoesNotMatch = { false, false, true },
    AuthFailure = { false, false, true },
    AccessDeniedException = { false, false, false },
    RequestExpiredException = { false, false, false },
    ExpiredTokenException = { false, false, false },
  } do
    it("is concluded from " .. code .. " as it should", function()
      for i, header in ipairs(dates) do
        local client, world = fake.client { fake.refusal(code, "x", 400, { Date = header }), fake.answer(200, {}) }
        pcall(client.describe_projects, client)
        assert.equal(expected[i] and 2 or 1, #world.requests)
      end
    end)
  end

  it("is left alone without a date that can be read", function()
    for _, header in ipairs { "yesterday", "", "Mon, 31 Foo 2015 13:36:00 GMT" } do
      local client, world = fake.client { fake.refusal("RequestTimeTooSkewed", "x", 400, { Date = header }) }
      fake.catch(client.describe_projects, client)
      assert.equal(1, #world.requests)
    end
  end)

  it("does not make a loop of a service that always says so", function()
    local client, world = fake.client {
      function(_, w)
        w.days = (w.days or 0) + 1
        return fake.refusal("RequestTimeTooSkewed", "x", 400, { Date = ("Mon, %02d Aug 2016 13:36:00 GMT"):format(w.days) })
      end,
    }
    fake.catch(client.describe_projects, client)
    assert.equal(2, #world.requests)
  end)
end)

describe("expired credentials", function()
  local function provider()
    local p = { refreshed = 0 }
    function p:get()
      return { access_key_id = "AKID" .. self.refreshed, secret_access_key = "s" }
    end
    function p:refresh()
      self.refreshed = self.refreshed + 1
      return self:get()
    end
    return p
  end

  for _, code in ipairs { "ExpiredTokenException", "ExpiredToken" } do
    it("are refreshed once, and the call is made again: " .. code, function()
      local p = provider()
      local client, world = fake.client({ fake.refusal(code), fake.answer(200, {}) }, { credentials = p })
      client:describe_projects()
      assert.equal(1, p.refreshed)
      assert.is_truthy(fake.header(world.requests[2], "authorization"):find("AKID1", 1, true))
    end)
  end

  it("are not concluded from other codes", function()
    for _, code in ipairs { "RequestExpired", "RequestExpiredException", "AccessDeniedException",
      "UnrecognizedClientException", "InvalidSignatureException" } do
      local p = provider()
      local client = fake.client({ fake.refusal(code) }, { credentials = p })
      assert.equal(code, fake.catch(client.describe_projects, client).code)
      assert.equal(0, p.refreshed)
    end
  end)

  it("are not tried again where there are no others", function()
    local client, world = fake.client { fake.refusal "ExpiredTokenException" }
    assert.equal("ExpiredTokenException", fake.catch(client.describe_projects, client).code)
    assert.equal(1, #world.requests)
  end)

  it("are named by where they come from, if a service refuses them", function()
    local ENV = { AWS_ACCESS_KEY_ID = "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY = "secret", AWS_CONFIG_FILE = "/dev/null",
                  AWS_SHARED_CREDENTIALS_FILE = "/dev/null" }
    local own = { get = function() return { access_key_id = "A", secret_access_key = "S", source = "what I call it" } end }
    local given = { access_key_id = "AKIDEXAMPLE", secret_access_key = "secret" }
    for _, code in ipairs { "UnrecognizedClientException", "InvalidSignatureException", "ExpiredTokenException" } do
      for _, case in ipairs { { given, " (credentials given in code)" }, { own, "" },
        { rekognition.credentials.environment { env = ENV }, " (credentials from the environment)" } } do
        local client = fake.client({ fake.refusal(code, "no", 403) }, { credentials = case[1], retry = { mode = "off" } })
        assert.equal("no" .. case[2], fake.catch(client.describe_projects, client).message)
      end
    end
    local client = fake.client { fake.refusal("AccessDeniedException", "no", 400) }
    assert.equal("no", fake.catch(client.describe_projects, client).message)
  end)

  it("are not refreshed for ever", function()
    local p = provider()
    local client = fake.client({ fake.refusal "ExpiredTokenException" }, { credentials = p })
    assert.equal("ExpiredTokenException", fake.catch(client.describe_projects, client).code)
    assert.equal(1, p.refreshed)
  end)
end)

local ascii = require "rekognition.text.ascii"
local cjson = require("cjson").new()
local fake = require "spec.support.fake"
local rekognition = require "rekognition"

-- The example of CopyProjectVersion in the reference of the SDK for .NET, value for value.
local EXAMPLE = {
  SourceProjectArn = "arn:aws:rekognition:us-east-1:111122223333:project/SourceProject/16565123456",
  SourceProjectVersionArn =
    "arn:aws:rekognition:us-east-1:111122223333:project/SourceProject/version/model_1/1656611123456",
  DestinationProjectArn = "arn:aws:rekognition:us-east-1:555555555555:project/DestinationProject/1656705098765",
  VersionName = "DestinationVersionName_cross_account",
  OutputConfig = { S3Bucket = "bucket-name", S3KeyPrefix = "path_to_folder" },
  KmsKeyId = "arn:1234abcd-12ab-34cd-56ef-1234567890ab",
  Tags = { key1 = "val1" },
}
local ANSWER = "arn:aws:rekognition:us-east-1:555555555555:project/DestinationProject/version/"
  .. "DestinationVersionName_cross_account/1656611234567"

describe("CopyProjectVersion", function()
  it("sends the reference's example and returns its response", function()
    local client, world = fake.client { fake.answer(200, { ProjectVersionArn = ANSWER }) }
    local response, metadata = client:copy_project_version(EXAMPLE)
    assert.same({ ProjectVersionArn = ANSWER }, response)
    local request = world.requests[1]
    assert.equal("POST", request.method)
    assert.equal("https://rekognition.us-east-1.amazonaws.com/", request.url)
    assert.same(EXAMPLE, cjson.decode(request.body))
    assert.equal("RekognitionService.CopyProjectVersion", fake.header(request, "X-Amz-Target"))
    assert.equal("application/x-amz-json-1.1", fake.header(request, "Content-Type"))
    assert.equal("rekognition.us-east-1.amazonaws.com", fake.header(request, "Host"))
    assert.equal("TOKENEXAMPLE", fake.header(request, "X-Amz-Security-Token"))
    assert.equal(3.1, request.connect_timeout)
    assert.equal(60, request.timeout)
    assert.equal("req-1", metadata.request_id)
    assert.equal(200, metadata.status)
    assert.equal(1, metadata.attempts)
    assert.equal("req-1", metadata.headers["x-amzn-requestid"])
    assert.equal("number", type(metadata.elapsed))
  end)

  it("is not confused by a call inside of it", function()
    local client
    client = fake.client {
      fake.answer(200, {}),
      function() return client:call("DescribeProjects") and fake.refusal "ResourceNotFoundException" end,
      fake.answer(200, {}),
    }
    client:describe_projects { MaxResults = 1 } -- the state of a call that has ended well serves the next one
    local e = fake.catch(client.copy_project_version, client, EXAMPLE)
    assert.same({ "CopyProjectVersion", "ResourceNotFoundException", 1 }, { e.operation, e.code, e.attempts })
    local _, metadata = client:describe_projects()
    assert.equal(1, metadata.attempts)
  end)

  it("is the same by its own name", function()
    local client, world = fake.client { fake.answer(200, { ProjectVersionArn = ANSWER }) }
    assert.same({ ProjectVersionArn = ANSWER }, (client:call("CopyProjectVersion", EXAMPLE)))
    assert.same(EXAMPLE, cjson.decode(world.requests[1].body))
  end)

  -- The reference's list; the statuses are the model's (server faults 500, the others 400).
  local errors = {
    AccessDeniedException = 400, InternalServerError = 500, InvalidParameterException = 400,
    LimitExceededException = 400, ProvisionedThroughputExceededException = 400, ResourceInUseException = 400,
    ResourceNotFoundException = 400, ServiceQuotaExceededException = 400, ThrottlingException = 500,
  }
  for code, status in pairs(errors) do
    it("raises " .. code, function()
      local client = fake.client({ fake.refusal(code, "what went wrong", status) }, { retry = { mode = "off" } })
      local e = fake.catch(client.copy_project_version, client, EXAMPLE)
      assert.is_true(rekognition.error.is_error(e))
      assert.equal("service", e.kind)
      assert.equal(code, e.code)
      assert.is_true(e:is(code))
      assert.is_true(e:is("service"))
      assert.is_false(e:is("transport"))
      assert.equal("what went wrong", e.message)
      assert.equal("CopyProjectVersion", e.operation)
      assert.equal(status, e.status)
      assert.equal("req-1", e.request_id)
      assert.equal(1, e.attempts)
      assert.equal(("CopyProjectVersion: %s: what went wrong (HTTP %d, request id req-1%s, called at %s)"):format(
        code, status, status == 500 and ", it may have succeeded all the same" or "", e.where), tostring(e))
      assert.matches("^[^\n]+%.lua:[0-9]+$", e.where)
    end)
  end
end)

describe("an error", function()
  it("is shown in one line, whatever the service's message holds", function()
    local client = fake.client { fake.refusal("InvalidParameterException", "one\ntwo\27[31m\0three") }
    local e = fake.catch(client.copy_project_version, client, EXAMPLE)
    assert.equal("one\ntwo\27[31m\0three", e.message)
    assert.is_truthy(tostring(e):find("InvalidParameterException: one two [31m three (HTTP 400", 1, true))
  end)

  it("has the status's code if the response has no usable one", function()
    for _, code in ipairs { "", "#", "a\nb", "\0", "caf\u{E9}", ("x"):rep(201) } do
      local client = fake.client { fake.refusal(code, "m") }
      assert.equal("BadRequest", fake.catch(client.copy_project_version, client, EXAMPLE).code)
    end
  end)
end)

describe("a client", function()
  it("has a method for every operation of the model", function()
    local client = fake.client { fake.answer(200, {}) }
    local count = 0
    for name in pairs(require("rekognition.generated.model").operations) do
      count = count + 1
      local method = ascii.lower((name:gsub("([a-z])([A-Z])", "%1_%2")))
      assert.equal("function", type(client[method]), method)
    end
    assert.equal(75, count)
  end)

  it("tells region and endpoint as resolved", function()
    local client = fake.client({ fake.answer(200, {}) }, { region = "eu-west-1", use_fips = true })
    assert.equal("eu-west-1", client.region)
    assert.equal("https://rekognition-fips.eu-west-1.amazonaws.com", client.endpoint)
    assert.is_nil(tostring(client):find("SECRET", 1, true))
  end)

  it("takes region and keys from the environment", function()
    local requests = {}
    local client = rekognition.client {
      env = { AWS_REGION = "eu-central-1", AWS_ACCESS_KEY_ID = "AKIDENV", AWS_SECRET_ACCESS_KEY = "s",
        AWS_SESSION_TOKEN = "t" },
      http = function(request)
        requests[#requests + 1] = request
        return fake.answer(200, {})
      end,
    }
    client:describe_projects()
    assert.is_truthy(fake.header(requests[1], "Authorization"):find("Credential=AKIDENV/%d+/eu%-central%-1/rekognition/"))
    assert.equal("t", fake.header(requests[1], "X-Amz-Security-Token"))
  end)

  it("tells AWS what it is, in the User-Agent", function()
    local client, world = fake.client({ fake.answer(200, {}) }, { app_id = "my app", endpoint = "http://127.0.0.1:1/" })
    client:describe_projects()
    local agent = fake.header(world.requests[1], "User-Agent")
    assert.is_truthy(agent:find("^rekognition%-lua/%d+%.%d+%.%d+ ua/2%.1 os/%l+ lang/lua#5%.%d "), agent)
    assert.is_truthy(agent:find(" app/my-app", 1, true), agent)
    assert.is_truthy(agent:find(" m/E,N,e ", 1, true), agent)
  end)

  it("tells where the credentials come from, and no more of it than is known", function()
    for source, letters in pairs { static = "E,e", web_identity = "E,k", assume_role = "E,i", imds = "0,E" } do
      local provider = { get = function() return { access_key_id = "A", secret_access_key = "S", source = source } end }
      local client, world = fake.client({ fake.answer(200, {}) }, { credentials = provider })
      client:describe_projects()
      assert.equal(letters, fake.header(world.requests[1], "User-Agent"):match(" m/(%S+)"))
    end
  end)

  it("tells of waiters and paginators, in the letters that AWS gave them", function()
    local client, world = fake.client { fake.answer(200, '{"ProjectVersionDescriptions":[{"Status":"RUNNING"}]}') }
    local project = "arn:aws:rekognition:us-east-1:111122223333:project/SourceProject/16565123456"
    local calls = {
      ["E,e"] = function() client:describe_project_versions { ProjectArn = project } end,
      ["C,E,e"] = function() client:pages("DescribeProjectVersions", { ProjectArn = project })() end,
      ["B,E,e"] = function() client:wait("project_version_running", { ProjectArn = project }) end,
    }
    for letters, call in pairs(calls) do
      call()
      local agent = fake.header(world.requests[#world.requests], "User-Agent")
      assert.equal(letters, agent:match(" m/(%S+)"))
    end
  end)

  it("closes, once and for all", function()
    local client = fake.client { fake.answer(200, {}) }
    client:close()
    client:close()
    assert.equal("ClientClosed", fake.catch(client.describe_projects, client).code)
    local native = rekognition.client { region = "us-east-1", env = {}, credentials = { access_key_id = "a", secret_access_key = "b" } }
    native:close()
    assert.equal("ClientClosed", fake.catch(native.describe_projects, native).code)
  end)

  it("may be called from a transport that yields", function()
    local client = fake.client({ fake.answer(200, {}) }, {
      http = function() return coroutine.yield("waiting") end,
    })
    local call = coroutine.create(function() return client:describe_projects() end)
    local _, state = coroutine.resume(call)
    assert.equal("waiting", state)
    local ok, response = coroutine.resume(call, fake.answer(200, { NextToken = "n" }))
    assert.is_true(ok)
    assert.equal("n", response.NextToken)
  end)

  it("raises for malformed parameters before anything is sent, every problem at once", function()
    local client, world = fake.client { fake.answer(200, {}) }
    local e = fake.catch(client.copy_project_version, client, { SourceProjectArm = "x", Tags = { a = 1 } })
    assert.equal("validation", e.kind)
    assert.equal(0, #world.requests)
    local paths = {}
    for _, problem in ipairs(e.problems) do paths[problem.path] = problem.message end
    assert.is_truthy(paths.SourceProjectArm)
    assert.is_truthy(paths["Tags.a"])
    assert.is_truthy(paths.VersionName)
  end)

  it("raises for an operation that there is not", function()
    local client = fake.client { fake.answer(200, {}) }
    local e = fake.catch(client.call, client, "CopyProjectVersions", {})
    assert.is_truthy(tostring(e):find("CopyProjectVersion", 1, true))
  end)
end)

describe("presign", function()
  it("puts the signature into the query, the body's hash in it", function()
    local client = fake.client { fake.answer(200, {}) }
    local signed = client:presign("DescribeProjects", { MaxResults = 5 }, { expires = 60 })
    assert.equal("POST", signed.method)
    assert.equal('{"MaxResults":5}', signed.body)
    for _, part in ipairs { "X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Expires=60", "X-Amz-Security-Token=TOKENEXAMPLE",
      "X-Amz-Date=20150830T123600Z" } do
      assert.is_truthy(signed.url:find(part, 1, true), part)
    end
    assert.is_truthy(signed.url:find("X%-Amz%-Signature=%x+"))
  end)

  for _, expires in ipairs { 0, 604801, 1.5, "60" } do
    it("refuses to expire after " .. tostring(expires), function()
      local client = fake.client { fake.answer(200, {}) }
      assert.equal("config", fake.catch(client.presign, client, "DescribeProjects", {}, { expires = expires }).kind)
    end)
  end
end)

describe("answers", function()
  local function first_error(answer)
    local client = fake.client({ answer }, { retry = { mode = "off" } })
    return fake.catch(client.describe_projects, client)
  end

  -- status, headers, body -> code, message
  local errors = {
    { "the header's code", 400, { ["x-amzn-ErrorType"] = "FooError:http://internal.amazon.com/x/" },
      '{"__type":"Other","message":"m"}', "FooError", "m" },
    { "a namespaced type", 400, {}, '{"__type":"com.amazonaws.rekognition#FooError","Message":"m"}', "FooError", "m" },
    { "__type before Code", 400, {}, '{"__type":"A","Code":"B","Message":"m"}', "A", "m" },
    { "Code alone", 400, {}, '{"Code":"B","message":"m"}', "B", "m" },
    { "a lower-case code", 400, {}, '{"code":"B","message":"m"}', "B", "m" },
    { "no message", 400, {}, '{"__type":"A"}', "A", "HTTP status 400, no message" },
    { "a proxy's page", 502, {}, "<html>\n<h1>Bad  Gateway</h1></html>", "BadGateway", "<h1>Bad Gateway</h1>" },
    { "nothing", 503, {}, "", "ServiceUnavailable", "HTTP status 503" },
    { "a status of no name", 418, {}, "", "HTTP418", "HTTP status 418" },
    { "JSON that is no object", 400, {}, "[1]", "BadRequest", "HTTP status 400" },
    { "a code that is no string", 400, {}, '{"__type":7,"message":{"a":1}}', "BadRequest", "HTTP status 400" },
    { "half of a body", 400, {}, '{"__type":"A","mess', "BadRequest", "HTTP status 400" },
    { "a redirection", 301, { Location = "https://elsewhere" }, "", "HTTP301", "HTTP status 301" },
  }
  for _, case in ipairs(errors) do
    it("with " .. case[1] .. " give a code and a message", function()
      local e = first_error(fake.answer(case[2], case[4], case[3]))
      assert.equal("service", e.kind)
      assert.equal(case[5], e.code)
      assert.is_truthy(e.message:find(case[6], 1, true), e.message)
      assert.equal(case[2], e.status)
    end)
  end

  it("give the request id in either spelling", function()
    for _, name in ipairs { "x-amzn-RequestId", "x-amz-request-id" } do
      local e = first_error { status = 400, headers = { { name, "id-7" } }, body = "" }
      assert.equal("id-7", e.request_id)
    end
  end)

  it("of success that are not what they should be are protocol errors", function()
    for _, body in ipairs { "<html>Welcome to the hotel's network</html>", '{"ProjectDescriptions":[', "[]", '"text"',
      '{"ProjectDescriptions":{}}' } do
      local e = first_error(fake.answer(200, body))
      assert.equal("protocol", e.kind)
      assert.equal(200, e.status)
      assert.equal("req-1", e.request_id)
      assert.is_truthy(e.message:find(body:sub(1, 10), 1, true), e.message)
    end
  end)

  it("that are empty are empty tables", function()
    local client = fake.client { fake.answer(200, "") }
    assert.same({}, (client:describe_projects()))
  end)

  it("that a transport makes up are borne", function()
    local given = {
      { nil, { code = "timeout", message = "m" } }, { nil }, { false }, { "text" }, { {} }, { { status = "200" } },
      { { status = 500, headers = "none" } }, { { status = 500, headers = { "x" } } }, { { status = 500, body = 7 } },
    }
    for i = 1, 9 do
      local client = fake.client({}, {
        retry = { mode = "off" }, http = function() return given[i][1], given[i][2] end,
      })
      local e = fake.catch(client.describe_projects, client)
      assert.is_true(rekognition.error.is_error(e), tostring(e))
    end
  end)
end)

describe("options", function()
  local refused = {
    { { regoin = "us-east-1" }, "unknown option regoin" },
    { { region = 5 }, "option region must be a non-empty string" },
    { { region = "" }, "option region" },
    { { region = "us-east-1.evil.com/" }, "egion" },
    { { timeout = 0 }, "option timeout must be a positive number of seconds, at most 2147483, got 0" },
    { { timeout = -1 }, "option timeout" },
    { { timeout = 0 / 0 }, "option timeout" },
    { { timeout = "60" }, "option timeout" },
    { { connect_timeout = math.huge }, "option connect_timeout" },
    { { max_connections = 1.5 }, "option max_connections must be a whole number of at least 1" },
    { { retry = "standard" }, "option retry must be a table" },
    { { retry = { mode = "sometimes" } }, 'option retry.mode must be off, standard, adaptive or legacy, got "sometimes"' },
    { { retry = { max_attempts = 0 } }, "option retry.max_attempts" },
    { { retry = { attempts = 3 } }, "unknown option retry.attempts" },
    { { http = "curl" }, "option http must be a function" },
    { { logger = {} }, "option logger must be a function" },
    { { use_fips = "yes" }, "option use_fips must be true or false" },
    { { credentials = 7 }, "option credentials" },
    { { credentials = {} }, "access_key_id" },
    { { credentials = { access_key_id = "AKID" } }, "secret_access_key" },
    { { endpoint = "ftp://x" }, "ftp" },
    { { endpoint = "http://127.0.0.1:1", use_fips = true }, "FIPS" },
    { { profile = "missing" }, "missing" },
    { "us-east-1", 'options must be a table, got "us-east-1"' },
  }
  for number, case in ipairs(refused) do
    it("that are wrong raise, naming the option (" .. number .. ")", function()
      local options = case[1]
      if type(options) == "table" then
        options.env = options.env or {}
        if options.region == nil then options.region = "us-east-1" end
      end
      local e = fake.catch(function()
        local client = rekognition.client(options)
        client._channel.provider:get()
      end)
      assert.is_true(rekognition.error.is_error(e), tostring(e))
      assert.is_truthy(tostring(e):find(case[2], 1, true), tostring(e))
      assert.is_nil(tostring(e):find("SECRET", 1, true))
    end)
  end

  it("may be any setting that docs/configuration.md has", function()
    for name, value in pairs {
      ignore_configured_endpoint_urls = true, sts_regional_endpoints = "legacy", defaults_mode = "in-region",
      ec2_metadata_disabled = true, ec2_metadata_v1_disabled = true, ec2_metadata_service_endpoint = "http://127.0.0.1:1",
      ec2_metadata_service_endpoint_mode = "ipv6", metadata_service_timeout = 2, metadata_service_num_attempts = 3,
    } do
      local client = fake.client({ fake.answer(200, {}) }, { [name] = value })
      assert.same({ value, "client option" }, { client._config:get(name) })
      local e = fake.catch(fake.client, {}, { [name] = {} })
      assert.same({ "config", "InvalidOption" }, { e.kind, e.code })
      assert.truthy(e.message:find("option " .. name .. " must be .*, got a table"), e.message)
    end
  end)

  it("may leave configured endpoints out", function()
    local env = { AWS_ENDPOINT_URL = "http://127.0.0.1:1" }
    local client = fake.client({}, { env = env, ignore_configured_endpoint_urls = true })
    assert.equal("https://rekognition.us-east-1.amazonaws.com", client.endpoint)
    assert.equal("http://127.0.0.1:1", fake.client({}, { env = env }).endpoint)
  end)

  it("without a region anywhere raise, saying what to do", function()
    local e = fake.catch(rekognition.client, { env = {} })
    assert.equal("config", e.kind)
    assert.is_truthy(tostring(e):find("AWS_REGION", 1, true))
  end)
end)

describe("logging", function()
  it("tells of calls, retries and failures, and never a secret", function()
    local client, world = fake.client { fake.answer(503, "SECRETEXAMPLE"), fake.answer(200, {}), fake.refusal "AccessDeniedException" }
    client:describe_projects()
    fake.catch(client.describe_projects, client)
    local events = {}
    for _, entry in ipairs(world.logged) do
      events[#events + 1] = entry[2]
      for _, value in pairs(entry[3]) do
        assert.is_nil(tostring(value):find("EXAMPLE", 1, true))
      end
    end
    assert.same({ "retry", "call", "call_failed" }, events)
  end)
end)

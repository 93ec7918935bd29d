-- One loop of attempts: the same failures mean the same for every service, whatever its protocol.

local http_date = require("rekognition.emulator.http").date
local cjson = require("cjson").new()
local cloudwatch = require "rekognition.services.cloudwatch"
local contexts = require "rekognition.credentials.context"
local fake = require "spec.support.fake"
local metadata = require "rekognition.services.metadata"
local oidc = require "rekognition.services.oidc"
local rekognition = require "rekognition"
local s3 = require "rekognition.services.s3"
local signin = require "rekognition.services.signin"
local support = require "spec.support.credentials"

local START = 1440938160 -- 2015-08-30T12:36:00Z

-- An error of a service, in its own form.
local function json_refusal(code, status, headers)
  return { status = status, headers = headers or {}, body = cjson.encode { __type = code, message = "as the spec says" } }
end

local function xml_refusal(code, status, headers)
  return { status = status, headers = headers or {}, body = ("<ErrorResponse><Error><Code>%s</Code><Message>as the spec "
    .. "says</Message></Error><RequestId>req-9</RequestId></ErrorResponse>"):format(code) }
end

-- A world whose network answers `script` in turn to the requests that are meant, and what stands before them by itself.
local function world_of(script, other)
  local world = { now = START, slept = {}, sent = {} }
  world.options = {
    region = "us-east-1", env = { HOME = "/home" },
    clock = function() return world.now end,
    sleep = function(seconds)
      world.slept[#world.slept + 1] = seconds
      world.now = world.now + seconds
    end,
    random = function() return 0.5 end,
    http = function(request)
      local answered = other and other(request)
      if answered then return answered end
      world.sent[#world.sent + 1] = { request = request, at = world.now }
      local step = script[math.min(#world.sent, #script)]
      if type(step) == "function" then step = step(request, world) end
      if step.transport then
        if step.transport == "timeout" then world.now = world.now + request.timeout end
        return nil, { code = step.transport, message = "as the spec says" }
      end
      return step
    end,
  }
  return world
end

local KEYS = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE", session_token = "TOKENEXAMPLE" }

-- A provider of keys that can be renewed.
local function renewable(world)
  return { get = function() return world.keys or KEYS end,
    refresh = function()
      world.keys = { access_key_id = "AKIDRENEWED", secret_access_key = "SECRETEXAMPLE" }
      return world.keys
    end }
end

-- Each service: how a call is made, its success, its refusals. `call` returns the number of attempts, or raises.
local SERVICES = {
  {
    name = "Rekognition", refusal = json_refusal, success = { status = 200, body = "{}" }, signed = true,
    call = function(world, options)
      world.options.credentials = renewable(world)
      world.client = rekognition.client(world.options)
      return select(2, world.client:describe_projects({}, options)).attempts
    end,
  },
  {
    name = "STS", refusal = xml_refusal, success = support.sts_answer {}, signed = true, timeout = 20,
    call = function(world, options)
      world.options.total_timeout = nil
      local role = rekognition.credentials.assume_role {
        source = renewable(world), role_arn = "arn:aws:iam::111122223333:role/r", region = "us-east-1",
        env = world.options.env, clock = world.options.clock, sleep = world.options.sleep,
        random = world.options.random, http = world.options.http,
      }
      role:get(options and world.now + options.total_timeout)
      return #world.sent
    end,
  },
  {
    name = "SSO", refusal = json_refusal, timeout = 20,
    success = { status = 200, body = cjson.encode { roleCredentials = { accessKeyId = "AKIDSSO", secretAccessKey = "S",
      sessionToken = "T", expiration = (START + 7200) * 1000 } } },
    call = function(world, options)
      local sso = rekognition.credentials.sso {
        sso_account_id = "111122223333", sso_role_name = "r", sso_start_url = "https://x/start",
        sso_region = "us-east-1", env = world.options.env, clock = world.options.clock, sleep = world.options.sleep,
        random = world.options.random, http = world.options.http,
        read_file = function(path)
          return path:find "sso/cache" and cjson.encode { accessToken = "SSOTOKEN", expiresAt = "2015-08-31T12:00:00Z" }
        end,
      }
      sso:get(options and world.now + options.total_timeout)
      return #world.sent
    end,
  },
  {
    name = "OIDC", refusal = json_refusal, success = { status = 200, body = "{}" }, timeout = 20,
    call = function(world, options)
      oidc.create_token(contexts.from(world.options), "us-east-1", "{}", {}, options and world.now + options.total_timeout)
      return #world.sent
    end,
  },
  {
    name = "sign-in", refusal = json_refusal, success = { status = 200, body = "{}" }, timeout = 20,
    call = function(world, options)
      signin.create_oauth2_token(contexts.from(world.options), "us-east-1", "{}", function() return "PROOF" end, {},
        options and world.now + options.total_timeout)
      return #world.sent
    end,
  },
  {
    name = "S3", refusal = xml_refusal, success = { status = 200, body = "object" }, signed = true, timeout = 20,
    call = function(world, options)
      world.options.credentials = renewable(world)
      s3.get_object(rekognition.client(world.options), "bucket", "key", options)
      return #world.sent
    end,
  },
  {
    name = "CloudWatch", refusal = xml_refusal, signed = true, timeout = 20,
    success = { status = 200, body = "<GetMetricStatisticsResponse/>" },
    call = function(world, options)
      world.options.credentials = renewable(world)
      cloudwatch.get_metric_statistics(rekognition.client(world.options), { namespace = "N", metric_name = "M",
        start_time = START, end_time = START + 60, period = 60, statistics = { "Sum" } }, options)
      return #world.sent
    end,
  },
}

local function date(offset)
  return { { "Date", http_date(START + offset) } }
end

-- Each failure: what the service answers, and what comes of it: attempts, the error's code, the seconds slept.
local FAILURES = {
  { "one timeout", function(s) return { { transport = "timeout" }, s.success } end, attempts = 2 },
  { "timeouts for ever", function() return { { transport = "timeout" } } end, attempts = 3, code = "timeout" },
  { "a lost connection", function(s) return { { transport = "reset" }, s.success } end, attempts = 2 },
  { "no connection", function() return { { transport = "connect" } } end, attempts = 3, code = "connect" },
  { "a certificate that is not trusted", function() return { { transport = "tls" } } end, attempts = 1, code = "tls" },
  { "throttling", function(s) return { s.refusal("ThrottlingException", 400), s.success } end, attempts = 2,
    slept = { 0.5 } },
  { "throttling for ever", function(s) return { s.refusal("ThrottlingException", 400) } end, attempts = 3,
    code = "ThrottlingException", slept = { 0.5, 1 } },
  { "a fault of the service", function(s) return { s.refusal("InternalFailure", 500), s.success } end, attempts = 2,
    slept = { 0.025 } },
  { "faults for ever", function(s) return { s.refusal("InternalFailure", 503) } end, attempts = 3,
    code = "InternalFailure", slept = { 0.025, 0.05 } },
  { "a refusal", function(s) return { s.refusal("AccessDeniedException", 400) } end, attempts = 1,
    code = "AccessDeniedException" },
  { "a status without an error in it", function() return { { status = 502, body = "<html>" } } end, attempts = 3 },
  { "a wrong clock", function(s) return { s.refusal("RequestTimeTooSkewed", 403, date(3600)), s.success } end,
    attempts = 2, slept = {}, signed = true },
  { "a clock that stays wrong", function(s) return { s.refusal("RequestTimeTooSkewed", 403, date(3600)) } end,
    attempts = 2, code = "RequestTimeTooSkewed", signed = true },
  { "a Date of 1960", function(s)
    return { s.refusal("RequestTimeTooSkewed", 403, { { "Date", "Fri, 01 Jan 1960 00:00:00 GMT" } }) }
  end, attempts = 1, code = "RequestTimeTooSkewed", signed = true },
  { "a Date of 9999", function(s)
    return { s.refusal("RequestTimeTooSkewed", 403, { { "Date", "Fri, 31 Dec 9999 23:59:59 GMT" } }) }
  end, attempts = 1, code = "RequestTimeTooSkewed", signed = true },
  { "expired credentials", function(s) return { s.refusal("ExpiredToken", 403), s.success } end, attempts = 2,
    slept = {}, signed = true },
  { "credentials that stay expired", function(s) return { s.refusal("ExpiredTokenException", 400) } end, attempts = 2,
    code = "ExpiredTokenException", signed = true },
  { "a deadline during an attempt", function() return { { transport = "timeout" } } end, attempts = 1, code = "timeout",
    total_timeout = 5, elapsed = 5 },
  { "a deadline before a delay", function(s) return { s.refusal("ThrottlingException", 400) } end, attempts = 1,
    code = "ThrottlingException", total_timeout = 0.4, elapsed = 0 },
  { "a deadline between two attempts", function(s)
    return { s.refusal("ThrottlingException", 400), { transport = "timeout" } }
  end, attempts = 2, code = "timeout", total_timeout = 2, elapsed = 2 },
}

describe("the one loop of attempts", function()
  for _, failure in ipairs(FAILURES) do
    for _, service in ipairs(SERVICES) do
      if not failure.signed or service.signed then
        it(("takes %s from %s"):format(failure[1], service.name), function()
          local world = world_of(failure[2](service))
          local options = failure.total_timeout and { total_timeout = failure.total_timeout } or nil
          local ok, result = pcall(service.call, world, options)
          if failure.attempts < 3 and not failure.code then
            assert.is_true(ok, tostring(result))
          else
            assert.is_false(ok)
            assert.is_true(rekognition.error.is_error(result), tostring(result))
            if failure.code then assert.equal(failure.code, result.code) end
            assert.equal(failure.attempts, result.attempts)
          end
          assert.equal(failure.attempts, #world.sent)
          if failure.slept then assert.same(failure.slept, world.slept) end
          if failure.elapsed then assert.is_true(math.abs(world.now - START - failure.elapsed) < 1e-6) end
        end)
      end
    end
  end
end)

describe("the loop", function()
  it("makes the attempts of the metadata services, as their own policy says", function()
    local world = world_of { { status = 500, body = "" } }
    local channel = metadata.channel(contexts.from(world.options), { url = "http://169.254.169.254", connect_timeout = 1,
      timeout = 1, base = 1, max_attempts = 4, worth_it = function(_, attempt) return attempt < 4 end })
    local e = fake.catch(metadata.ask, channel, "GET", "/latest", {})
    assert.same({ 4, "service", { 0.5, 1, 2 } }, { #world.sent, e.kind, world.slept })
    assert.equal(4, e.attempts)
  end)

  it("is the only one: no other file counts attempts", function()
    local pipe = assert(io.popen [[grep -rlE 'attempt *= *[a-z.]*attempt *\+ *1' lua/rekognition]])
    assert.equal("lua/rekognition/call/init.lua\n", pipe:read "a")
    pipe:close()
  end)

  it("corrects every call that was signed with the wrong clock, one after the other", function()
    local skew = json_refusal("RequestTimeTooSkewed", 403, date(3600))
    -- Two calls under way at once: both are refused, the first one corrects the clock.
    local world
    world = world_of { function(request)
      local signed = fake.header(request, "x-amz-date")
      if signed == "20150830T123600Z" then return skew end
      return { status = 200, body = "{}" }
    end }
    local http = world.options.http
    local yields = rekognition.client {
      region = "us-east-1", env = {}, credentials = KEYS, clock = world.options.clock, sleep = world.options.sleep,
      http = function(request)
        coroutine.yield()
        return http(request)
      end,
    }
    local first = coroutine.create(function() return select(2, yields:describe_projects()).attempts end)
    local second = coroutine.create(function() return select(2, yields:describe_projects()).attempts end)
    local results = {}
    for _ = 1, 4 do
      for index, thread in ipairs { first, second } do
        if coroutine.status(thread) == "suspended" then
          local ok, attempts = coroutine.resume(thread)
          assert.is_true(ok, tostring(attempts))
          results[index] = attempts or results[index]
        end
      end
    end
    assert.same({ 2, 2 }, results)
  end)

  it("signs a client's calls to every service with one clock", function()
    local world
    world = world_of({ { status = 200, body = "{}" } }, function(request)
      if request.url:find "sts" then
        world.sts = world.sts or {}
        world.sts[#world.sts + 1] = fake.header(request, "x-amz-date")
        return #world.sts == 1 and xml_refusal("RequestTimeTooSkewed", 403, date(3600)) or support.sts_answer {
          expiration = "2015-08-30T16:00:00Z" }
      end
    end)
    world.options.env = { HOME = "/home", AWS_CONFIG_FILE = "/dev/null" }
    world.options.credentials = rekognition.credentials.assume_role {
      source = { get = function() return KEYS end }, role_arn = "arn:aws:iam::111122223333:role/r", region = "us-east-1",
      env = {}, clock = world.options.clock, sleep = world.options.sleep, http = world.options.http }
    rekognition.client(world.options):describe_projects()
    assert.same({ "20150830T123600Z", "20150830T133600Z" }, world.sts)
  end)
end)

-- The options of one call, hooks and total_timeout: for methods, call, pages, items and waits alike.

local fake = require "spec.support.fake"
local rekognition = require "rekognition"

local OK = fake.answer(200, {})

-- The same call, made in each way that a client has; each returns what was raised, or nothing.
local WAYS = {
  { "a method", function(client, options) client:describe_projects({}, options) end },
  { "call", function(client, options) client:call("DescribeProjects", {}, options) end },
  { "pages", function(client, options) for _ in client:pages("DescribeProjects", {}, options) do end end },
  { "items", function(client, options) for _ in client:items("DescribeProjects", {}, options) do end end },
  { "wait", function(client, options)
    client:wait("project_created", { ProjectNames = { "p" } }, { timeout = 1000, call = options })
  end },
}
local LISTED = fake.answer(200, { ProjectDescriptions = { { Status = "CREATED", CreationTimestamp = 1,
  ProjectArn = "arn:aws:rekognition:us-east-1:111122223333:project/p/1" } } })

for _, way in ipairs(WAYS) do
  describe("the options of " .. way[1], function()
    local function run(options, answers, client_options)
      local client, world = fake.client(answers or { LISTED }, client_options)
      way[2](client, options)
      return world
    end

    it("give an attempt its timeouts", function()
      local world = run { timeout = 7, connect_timeout = 2 }
      assert.equal(7, world.requests[1].timeout)
      assert.equal(2, world.requests[1].connect_timeout)
    end)

    it("leave the client's own timeouts to the next call", function()
      local client, world = fake.client { LISTED }
      way[2](client, { timeout = 7 })
      way[2](client, nil)
      assert.equal(7, world.requests[1].timeout)
      assert.equal(60, world.requests[2].timeout)
    end)

    it("add headers, which are signed", function()
      for _, headers in ipairs { { ["X-Mine"] = "m" }, { { "X-Mine", "m" } } } do
        local request = run({ headers = headers }).requests[1]
        assert.equal("m", fake.header(request, "x-mine"))
        assert.matches("SignedHeaders=[^,]*;x%-mine", fake.header(request, "authorization"))
      end
    end)

    it("sign with other credentials", function()
      local given = { access_key_id = "AKIDOTHER", secret_access_key = "OTHERSECRET" }
      for _, credentials in ipairs { given, function() return given end, { get = function() return given end } } do
        local request = run({ credentials = credentials }).requests[1]
        assert.matches("Credential=AKIDOTHER/", fake.header(request, "authorization"))
        assert.is_nil(fake.header(request, "x-amz-security-token"))
      end
    end)

    it("send to another region, endpoint and all", function()
      local request = run({ region = "eu-west-1" }).requests[1]
      assert.equal("https://rekognition.eu-west-1.amazonaws.com/", request.url)
      assert.matches("/eu%-west%-1/rekognition/", fake.header(request, "authorization"))
    end)

    it("keep a configured endpoint for another region", function()
      local request = run({ region = "eu-west-1" }, nil, { endpoint = "http://127.0.0.1:9" }).requests[1]
      assert.equal("http://127.0.0.1:9/", request.url)
      assert.matches("/eu%-west%-1/rekognition/", fake.header(request, "authorization"))
    end)

    it("send to another endpoint", function()
      local request = run({ endpoint = "http://127.0.0.1:9/base" }).requests[1]
      assert.equal("http://127.0.0.1:9/base", request.url)
    end)

    it("change the retry behaviour", function()
      local world = run({ retry = { max_attempts = 5 } }, { fake.answer(503), fake.answer(503), fake.answer(503),
        fake.answer(503), LISTED })
      assert.equal(5, #world.requests)
      assert.equal("attempt=5; max=5", fake.header(world.requests[5], "amz-sdk-request"))
    end)

    it("share the client's retry quota", function()
      local client = fake.client({ fake.answer(503), LISTED }, { retry = { initial_tokens = 20 } })
      way[2](client, { retry = { max_attempts = 2 } })
      assert.equal(20, client._retry.quota.tokens) -- 14 taken, and given back by the success
      local other, world = fake.client({ fake.answer(503) }, { retry = { initial_tokens = 10 } })
      pcall(way[2], other, { retry = { max_attempts = 9 }, total_timeout = 60 })
      assert.is_true(#world.requests >= 1)
    end)

    it("end a call at total_timeout, its waits among it", function()
      local client, world = fake.client { fake.answer(503) }
      local before = world.now
      local ok, e = pcall(way[2], client, { total_timeout = 0.02, retry = { max_attempts = 50 } })
      assert.is_false(ok)
      if e.kind == "waiter" then e = e.cause end -- of the last of many polls, which took the retry quota
      assert.equal("ServiceUnavailable", e.code)
      if way[1] ~= "wait" then assert.equal("total_timeout_exceeded", e.retry_outcome) end
      assert.is_true(e.elapsed <= 0.02)
      assert.is_true(world.now - before >= 0)
    end)

    it("call the hooks around each attempt", function()
      local seen = {}
      local function before(attempt)
        seen[#seen + 1] = "before " .. attempt.operation .. " " .. attempt.attempt
        attempt.headers["X-Attempt"] = tostring(attempt.attempt)
      end
      local function after(attempt)
        seen[#seen + 1] = ("after %s %s %s"):format(attempt.attempt, attempt.status, attempt.error and attempt.error.code)
        assert.is_true(attempt.elapsed >= 0)
      end
      local world = run({ hooks = { before_attempt = before, after_attempt = after } }, { fake.answer(503), LISTED })
      assert.same({ "before DescribeProjects 1", "after 1 503 ServiceUnavailable", "before DescribeProjects 2",
        "after 2 200 nil" }, seen)
      for index, request in ipairs(world.requests) do
        assert.equal(tostring(index), fake.header(request, "x-attempt"))
        assert.matches("SignedHeaders=[^,]*;x%-attempt", fake.header(request, "authorization"))
      end
    end)

    it("call the client's hooks as well, which come first", function()
      local seen = {}
      local function hook(name)
        return { before_attempt = function() seen[#seen + 1] = name end }
      end
      run({ hooks = hook "call" }, nil, { hooks = hook "client" })
      assert.same({ "client", "call" }, seen)
    end)

    it("end the call with what a hook raises", function()
      for _, hooks in ipairs { { before_attempt = function() error("stop here", 0) end },
        { after_attempt = function() error("stop here", 0) end } } do
        local client, world = fake.client { fake.answer(503) }
        assert.equal("stop here", fake.catch(way[2], client, { hooks = hooks }))
        assert.is_true(#world.requests <= 1)
      end
    end)

    local refused = {
      { { timeot = 1 }, "timeot, did you mean timeout" },
      { { timeout = "7" }, 'timeout must be a positive number of seconds, at most 2147483, got "7"' },
      { { timeout = 2147484 }, "got 2147484" },
      { { total_timeout = 0 }, "total_timeout must be" },
      { { headers = { Host = "x" } }, "must not have Host: the client sets it" },
      { { headers = { ["X-A"] = "a\nb" } }, "without control characters" },
      { { headers = { ["X A"] = "a" } }, 'got "X A"' },
      { { headers = { ["X-A"] = 5 } }, 'headers["X-A"] must be a string, got 5' },
      { { headers = "X-A: b" }, "headers must be" },
      { { retry = { mode = "standart" } }, 'got "standart", did you mean standard?' },
      { { hooks = { before = print } }, "hooks.before, did you mean" },
      { { hooks = { before_attempt = 1 } }, "hooks.before_attempt must be a function, got 1" },
      { { credentials = "AKIDSECRET" }, "credentials must be" },
      { { region = "eu west" }, "region must be" },
      { { endpoint = "ftp://x" }, "ndpoint" },
      { 5, "must be a table, got 5" },
    }
    for index, case in ipairs(refused) do
      it(("that are wrong are named, %d"):format(index), function()
        local client, world = fake.client { LISTED }
        local e = fake.catch(way[2], client, case[1])
        assert.is_true(rekognition.error.is_error(e), tostring(e))
        assert.equal("config", e.kind)
        assert.is_truthy(tostring(e):find(case[2], 1, true), tostring(e))
        assert.is_nil(tostring(e):find("AKIDSECRET", 1, true))
        assert.equal(0, #world.requests)
      end)
    end
  end)
end

describe("total_timeout", function()
  it("is for each page", function()
    local client, world = fake.client { fake.answer(200, { NextToken = "a" }), fake.answer(200, { NextToken = "b" }), OK }
    for _ in client:pages("DescribeProjects", {}, { total_timeout = 5 }) do world.now = world.now + 4 end
    assert.equal(3, #world.requests)
    for _, request in ipairs(world.requests) do assert.equal(5, request.timeout) end
  end)

  it("may be the client's, and a call's own has priority over it", function()
    local client, world = fake.client({ OK }, { total_timeout = 9 })
    client:describe_projects()
    client:describe_projects({}, { total_timeout = 3 })
    assert.equal(9, world.requests[1].timeout)
    assert.equal(3, world.requests[2].timeout)
  end)

  it("counts the renewal of credentials", function()
    local client, world
    client, world = fake.client({ OK }, { credentials = { get = function(_, deadline)
      assert.is_number(deadline)
      world.now = world.now + 4
      return { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE" }
    end } })
    client:describe_projects({}, { total_timeout = 10 })
    assert.equal(6, world.requests[1].timeout)
    local e = fake.catch(client.describe_projects, client, {}, { total_timeout = 3 })
    assert.same({ "transport", "timeout" }, { e.kind, e.code })
    assert.equal(1, #world.requests)
  end)

  it("tells a host's transport when it must be over", function()
    local client, world = fake.client { OK }
    client:describe_projects({}, { total_timeout = 10, timeout = 30 })
    assert.equal(world.now + 10, world.requests[1].deadline)
  end)
end)

describe("a client closed while it waits", function()
  local function raises(client)
    local e = fake.catch(client.describe_projects, client)
    assert.same({ "config", "ClientClosed" }, { e.kind, e.code })
    assert.matches("^DescribeProjects: ClientClosed: the client is closed; make another one", tostring(e))
    e = fake.catch(client.describe_projects, client)
    assert.same({ "config", "ClientClosed" }, { e.kind, e.code })
  end

  -- Each place where a call waits, or runs the host's code, before an attempt: options(close), and the responses.
  local KEYS = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE" }
  local PLACES = {
    { "between attempts", function(close) return { sleep = close } end, { fake.answer(503) }, sent = 1 },
    { "for its credentials", function(close)
      return { credentials = function() close() return KEYS end }
    end, { OK } },
    { "for other credentials", function(close)
      local asked = 0
      return { credentials = { get = function() return KEYS end, refresh = function()
        asked = asked + 1
        close()
        return { access_key_id = "AKIDOTHER", secret_access_key = "S" }
      end } }
    end, { fake.answer(400, { __type = "ExpiredTokenException" }), OK }, sent = 1 },
    { "for its turn in the option rate", function(close) return { rate = { ["*"] = 0.001 }, sleep = close } end, { OK, OK },
      calls = 1, sent = 1 },
    { "in a hook before an attempt", function(close) return { hooks = { before_attempt = close } } end, { OK } },
  }

  for _, place in ipairs(PLACES) do
    it(place[1] .. " raises ClientClosed, and sends nothing more", function()
      local client, world
      client, world = fake.client(place[3], place[2](function() client:close() end))
      for _ = 1, place.calls or 0 do client:describe_projects() end
      raises(client)
      assert.equal(place.sent or 0, #world.requests)
    end)
  end
end)

-- Whatever ends a call after an attempt that may have been read: the error says that it may have succeeded.
describe("after an attempt without a clear response", function()
  local KEYS = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE" }
  local lost = { failure = { code = "timeout", message = "m", sent = true } }
  local unsent = { failure = { code = "timeout", message = "m", sent = false } }
  local function gone() rekognition.error.raise { kind = "credentials", code = "Gone", message = "they are gone" } end
  local function get_once()
    local asked = 0
    return function()
      asked = asked + 1
      if asked > 1 then gone() end
      return KEYS
    end
  end
  local ENDS = {
    ["the client is closed"] = { "ClientClosed", function(_, close) return { sleep = close } end },
    ["the transport is closed"] = { "ClientClosed", function() return {} end,
      { { failure = { code = "closed", message = "m", sent = true } } }, { { failure = { code = "closed", message = "m", sent = false } } } },
    ["there are no credentials any more"] = { "Gone", function() return { credentials = { get = get_once() } } end },
    ["credentials can't be renewed"] = { "Gone",
      function() return { credentials = { get = function() return KEYS end, refresh = gone } } end,
      { lost, fake.refusal "ExpiredTokenException" }, { unsent, fake.refusal "ExpiredTokenException" } },
    ["the clock returns no time"] = { "InvalidClock", function(world)
      return { clock = function() return #world.requests == 0 and 1656611123 or -1 end }
    end },
  }
  for name, ending in pairs(ENDS) do
    for _, way in ipairs { "blocking", "in a task" } do
      it(("the error says so if %s, %s"):format(name, way), function()
        for index, answers in ipairs { ending[3] or { lost }, ending[4] or { unsent } } do
          local client
          local world = { requests = {} }
          local options = ending[2](world, function() client:close() end)
          local made
          client, made = fake.client(answers, options)
          world.requests = made.requests
          local e
          if way == "blocking" then
            e = fake.catch(client.create_project, client, { ProjectName = "a" })
          else
            rekognition.async.run(function() e = fake.catch(client.create_project, client, { ProjectName = "a" }) end)
          end
          assert.equal(ending[1], e.code)
          assert.equal(index == 1 or nil, e.maybe_succeeded)
        end
      end)
    end
  end

  it("a call that makes nothing does not say so", function()
    local client
    client = fake.client({ lost }, { sleep = function() client:close() end })
    local e = fake.catch(client.describe_projects, client)
    assert.same({ "ClientClosed" }, { e.code, e.maybe_succeeded })
  end)
end)

describe("total_timeout of a client", function()
  local SOME = "arn:aws:rekognition:us-east-1:111122223333:project/p/1"
  local ways = {
    ["a wait"] = function(client) client:wait("project_deleted", { ProjectArns = { SOME } }, { timeout = 100 }) end,
    ["a workflow"] = function(client)
      rekognition.custom_labels.copy_model { source = client, source_project = "p", destination_project = "d", version_name = "v",
        output_config = { S3Bucket = "bucket" }, timeout = 100 }
    end,
    ["a doctor"] = function(client)
      rekognition.custom_labels.doctor { source = client, source_project = "p", destination_project = "d", version_name = "v",
        output_config = { S3Bucket = "bucket" } }
    end,
  }
  for name, way in pairs(ways) do
    it("limits each call of " .. name, function()
      local longest, services = 0, {}
      local client, world = fake.client({ function(request, world)
        longest = math.max(longest, request.timeout)
        services[request.url:match "//([a-z0-9]+)"] = true
        world.now = world.now + request.timeout
        return fake.failure "timeout"
      end }, { total_timeout = 2 })
      pcall(way, client)
      assert.is_true(#world.requests > 1)
      assert.is_true(longest <= 2, tostring(longest))
      if name == "a doctor" then assert.is_true(services.sts and services.s3) end
    end)
  end

  it("limits what the credentials of a presigned request may take", function()
    for _, own in ipairs { true, false } do
      local given
      local client = fake.client({}, { total_timeout = own and 2 or nil,
        credentials = { get = function(_, deadline)
          given = deadline
          return { access_key_id = "AKID", secret_access_key = "SECRET" }
        end } })
      client:presign("DescribeProjects", {}, not own and { total_timeout = 3 } or nil)
      assert.equal(client._seams.monotonic() + (own and 2 or 3), given)
    end
  end)
end)

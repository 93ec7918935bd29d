-- What is easily got wrong by those who come from other SDKs: each of them gets one clear error.

local fake = require "spec.support.fake"
local rekognition = require "rekognition"

describe("a method called with a dot", function()
  it("says how to call it", function()
    local client = fake.client { fake.answer(200, {}) }
    for _, arguments in ipairs { {}, { { ProjectName = "x" } }, { "x" } } do
      local message = fake.catch(client.create_project, table.unpack(arguments))
      assert.is_truthy(tostring(message):find("client:create_project { ... }", 1, true), message)
    end
  end)

  it("works for what stands before a client", function()
    local client = fake.client { fake.answer(200, { ProjectDescriptions = { { ProjectArn = "x" } } }) }
    local proxy = setmetatable({}, { __index = client })
    assert.equal("x", proxy:describe_projects().ProjectDescriptions[1].ProjectArn)
  end)
end)

describe("a provider of the host's own", function()
  local keys = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE" }

  for name, given in pairs {
    nothing = false, ["an empty table"] = {}, ["a text"] = "AKIDEXAMPLE",
    ["numbers"] = { access_key_id = 1, secret_access_key = 2 },
    ["no secret"] = { access_key_id = "AKIDEXAMPLE" },
    ["a token that is no text"] = { access_key_id = "AKIDEXAMPLE", secret_access_key = "x", session_token = {} },
  } do
    it("that returns " .. name .. " leads to an error that says what to return", function()
      local client, world = fake.client({ fake.answer(200, {}) }, {
        credentials = { get = function() return given or nil end },
      })
      for _, call in ipairs { client.describe_projects, function() client:presign("DescribeProjects") end } do
        local e = fake.catch(call, client)
        assert.equal("credentials", e.kind)
        assert.equal("DescribeProjects", e.operation)
        assert.is_truthy(e.message:find("access_key_id, secret_access_key", 1, true))
        assert.is_nil(tostring(e):find("AKIDEXAMPLE", 1, true))
      end
      assert.equal(0, #world.requests)
    end)
  end

  it("that raises is heard", function()
    local client = fake.client({}, { credentials = { get = function() error("no vault", 0) end } })
    assert.equal("no vault", fake.catch(client.describe_projects, client))
  end)

  it("may refresh without giving what it got", function()
    local current = { access_key_id = "AKIDOLD", secret_access_key = "SECRETEXAMPLE" }
    local client, world = fake.client({ fake.refusal "ExpiredTokenException", fake.answer(200, {}) }, { credentials = {
      get = function() return current end,
      refresh = function() current = keys end,
    } })
    local _, metadata = client:describe_projects()
    assert.equal(2, metadata.attempts)
    assert.is_truthy(fake.header(world.requests[2], "authorization"):find("Credential=AKIDEXAMPLE/", 1, true))
  end)

  it("need have nothing but get", function()
    local client, world = fake.client({ fake.answer(200, {}) }, { credentials = { get = function() return keys end } })
    client:describe_projects()
    assert.is_truthy(fake.header(world.requests[1], "authorization"):find("Credential=AKIDEXAMPLE/", 1, true))
  end)
end)

describe("pages and items", function()
  for _, method in ipairs { "pages", "items" } do
    it("of params that are no table raise immediately (" .. method .. ")", function()
      local client = fake.client {}
      local e = fake.catch(client[method], client, "DescribeProjects", "all")
      assert.equal("validation", e.kind)
      assert.equal("DescribeProjects", e.operation)
      assert.is_truthy(e.message:find('must be a table, got "all"', 1, true))
    end)
  end

  it("of an operation that there is not name the nearest", function()
    local client = fake.client {}
    local e = fake.catch(client.pages, client, "describe_projects")
    assert.equal("validation", e.kind)
    assert.is_truthy(e.message:find("DescribeProjects", 1, true), e.message)
  end)
end)

describe("an error", function()
  local function raised()
    local client = fake.client { fake.refusal("AccessDeniedException", "not for you") }
    return fake.catch(client.describe_projects, client)
  end

  it("may be put together with texts", function()
    local e = raised()
    assert.equal("failed: " .. tostring(e) .. "!", "failed: " .. e .. "!")
    assert.is_truthy(("" .. e):find("DescribeProjects: AccessDeniedException: not for you", 1, true))
  end)

  it("stays what it is when it is raised again, and in a traceback's handler", function()
    local e = raised()
    assert.equal(e, fake.catch(error, e))
    assert.equal(e, select(2, xpcall(error, debug.traceback, e)))
    assert.is_true(rekognition.error.is_error(e))
    assert.is_false(rekognition.error.is_error("AccessDeniedException"))
  end)

  it("differs from objects of other libraries, whatever their metamethods do", function()
    local meta = { __eq = error, __index = error, __tostring = error, __name = "theirs" }
    local theirs = setmetatable({}, meta)
    meta.__metatable = setmetatable({}, meta)
    assert.is_false(rekognition.error.is(theirs, "transport"))
    assert.is_false(rekognition.error.is_error(theirs))
    assert.equal("an error object (a table) without a text", fake.catch(rekognition.guard(error), theirs))
    assert.equal("InvalidCall", fake.catch(rekognition.guard, theirs) and select(2, pcall(rekognition.guard, theirs)).code)
    local ok, e = pcall(rekognition.client, theirs)
    assert.is_false(ok)
    assert.is_truthy(e)
  end)

  it("has a word of the host's transport as its code, if that is one", function()
    local function code(word)
      local client = rekognition.client { region = "us-east-1", env = {}, retry = { mode = "off" },
        credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE" },
        http = function() return nil, { code = word, message = "m" } end }
      return fake.catch(client.describe_projects, client).code
    end
    assert.equal("mine", code "mine")
    assert.equal("unknown", code "")
    assert.equal('"' .. ("x"):rep(100) .. '..."', code(("x"):rep(100000)))
    assert.equal('"a\\x0Ab"', code "a\nb")
  end)

  it("says of an expiration beyond all times that it is no time", function()
    for _, value in ipairs { math.mininteger, math.maxinteger, -2 ^ 60, 0 / 0 } do
      local client = rekognition.client { region = "us-east-1", env = {}, credentials = function()
        return { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE", expiration = value }
      end }
      local e = fake.catch(client.describe_projects, client)
      assert.is_true(rekognition.error.is_error(e), tostring(e))
      assert.equal("credentials", e.kind)
    end
  end)
end)

describe("a transport of the host's own", function()
  local odd = {
    { "status must be an HTTP status", { body = "{}" } },
    { "status must be an HTTP status", { status = "200" } },
    { "status must be an HTTP status", { status = 0 } },
    { "status must be an HTTP status", { status = 0 / 0 } },
    { "body must be a string", { status = 200, body = {} } },
    { "headers must be a list", { status = 200, headers = { Date = 7 }, body = "{}" } },
    { "headers[1] must be {name, value}", { status = 400, headers = { { "x-amzn-ErrorType", 5 } } } },
    { "headers must be a table", { status = 200, headers = "x" } },
    { "a response must be a table, got a string", "200" },
    { "a response must be a table, got a boolean", false },
    { "no reason", nil, {} },
    { "no reason", nil, nil },
    { "what it says", nil, { code = 7, message = "what it says" } },
    { "what it says", nil, "what it says" },
  }
  for i, case in ipairs(odd) do
    it(("leads to an error that says what is wrong with its response, %d"):format(i), function()
      local client = rekognition.client { region = "us-east-1", env = {}, retry = { mode = "off" },
        credentials = { access_key_id = "AKID", secret_access_key = "x" },
        http = function() return case[2], case[3] end }
      local e = fake.catch(client.describe_projects, client)
      assert.same({ "transport", "unknown" }, { e.kind, e.code })
      assert.is_truthy(e.message:find(case[1], 1, true), e.message)
    end)
  end
end)

describe("a clock of the host's own", function()
  for _, wrong in ipairs { "now", false, {}, -1, 0 / 0, 1 / 0, 253402300800 } do
    it("leads to an error if it returns no time, " .. type(wrong) .. " " .. (type(wrong) == "number" and wrong or ""), function()
      local client = fake.client({ fake.answer(200, {}) }, { clock = function() return wrong end })
      local e = fake.catch(client.describe_projects, client)
      assert.same({ "config", "InvalidClock" }, { e.kind, e.code })
    end)
  end
end)

-- Names that people bring along from other SDKs: each error says what does their work here.

local rekognition = require "rekognition"

local KEYS = { access_key_id = "AKIDEXAMPLE", secret_access_key = "secret" }
local ENV = { AWS_CONFIG_FILE = "/dev/null", AWS_SHARED_CREDENTIALS_FILE = "/dev/null" }

local function error_of(f, ...)
  local ok, e = pcall(f, ...)
  assert.is_false(ok)
  assert.is_true(rekognition.error.is_error(e), tostring(e))
  return e
end

local function new_client(options)
  local all = { region = "us-east-1", credentials = KEYS, env = ENV, http = function() error "no network here" end }
  for name, value in pairs(options or {}) do all[name] = value end
  return rekognition.client(all)
end

local function has(e, code, text)
  assert.equal(code, e.code)
  assert(e.message:find(text, 1, true), e.message)
end

describe("an option that another SDK has", function()
  local cases = {
    { "region_name", "; use region" }, { "RegionEndpoint", "; use region" }, { "profile_name", "; use profile" },
    { "endpoint_url", "; use endpoint" }, { "ServiceURL", "; use endpoint" }, { "use_ssl", "; use endpoint, with http" },
    { "aws_access_key_id", "; use credentials = { access_key_id" }, { "secretAccessKey", "; use credentials = {" },
    { "aws_session_token", "session_token = ..." }, { "role_arn", "; use rekognition.credentials.assume_role" },
    { "retries", "; use retry = {" }, { "MaxErrorRetry", "; use retry = {" }, { "max_attempts", "; use retry = {" },
    { "read_timeout", "; use timeout" }, { "max_pool_connections", "; use max_connections" },
    { "proxies", "; use proxy" }, { "verify", "; use ca_bundle" }, { "config", "; use the options of the client" },
  }
  for _, case in ipairs(cases) do
    it("is named with ours: " .. case[1], function()
      has(error_of(new_client, { [case[1]] = 1 }), "UnknownOption", case[2])
    end)
  end

  it("does not take the place of a name that is only misspelled", function()
    has(error_of(new_client, { regoin = "x" }), "UnknownOption", "did you mean region?; the options are: ")
  end)
end)

describe("an option of one call", function()
  local client = new_client()

  it("is named with ours only if a call has it", function()
    has(error_of(client.describe_projects, client, {}, { region_name = "x" }), "UnknownOption", "; use region")
    has(error_of(client.describe_projects, client, {}, { max_attempts = 2 }), "UnknownOption", "; use retry = {")
    has(error_of(client.describe_projects, client, {}, { role_arn = "x" }), "UnknownOption", "as the option credentials")
    has(error_of(client.describe_projects, client, {}, { profile_name = "x" }), "UnknownOption",
      "unknown option profile_name; the options are: ")
    has(error_of(client.presign, client, "DescribeProjects", {}, { max_attempts = 2 }), "UnknownOption",
      "unknown option max_attempts; the options are: ")
  end)

  it("is named with ours for a wait", function()
    local cases = {
      max_attempts = "; use timeout, in seconds: a wait has no number of attempts", MaxAttempts = "; use timeout, in",
      maxWaitTime = "; use timeout", minDelay = "; use delay", WaiterConfig = "; use delay and timeout",
      retry = "; use call = { retry = ... }", total_timeout = "; use call = { total_timeout = ... }",
      region_name = "; the options are: call, delay, on_poll, timeout",
    }
    for name, use in pairs(cases) do
      has(error_of(client.wait, client, "project_created", { ProjectNames = { "x" } }, { [name] = 1 }), "UnknownOption", use)
    end
    has(error_of(client.wait, client, "project_created", { ProjectNames = { "x" } }, { call = { profile_name = 1 } }),
      "UnknownOption", "unknown option call.profile_name; the options are: ")
  end)

  it("is not guessed for a waiter's name that means another", function()
    has(error_of(client.wait, client, "project_version_trained", {}), "UnknownWaiter",
      "did you mean project_version_training_completed?")
  end)
end)

describe("a workflow", function()
  it("is looked for where it is not, and the error says where it is", function()
    for _, name in ipairs { "copy_model", "copy_models", "run_model", "inventory", "doctor" } do
      local use = "; use rekognition.custom_labels." .. name
      assert.is_function(rekognition.custom_labels[name])
      has(error_of(function() return rekognition[name] end), "UnknownMethod", use)
      has(error_of(function() return new_client()[name] end), "UnknownMethod", use)
    end
  end)
end)

describe("a method that another SDK has", function()
  local cases = { get_paginator = "client:pages(", get_waiter = "client:wait(", exceptions = "rekognition.error.is(",
                  generate_presigned_url = "client:presign(", Dispose = "client:close()", meta = "client.region" }
  for name, use in pairs(cases) do
    it("is named with ours: " .. name, function()
      has(error_of(function() return new_client()[name] end), "UnknownMethod", use)
    end)
  end
end)

describe("the module", function()
  it("says how to make a client", function()
    for _, name in ipairs { "new", "session", "Session", "resource", "AmazonRekognitionClient" } do
      has(error_of(function() return rekognition[name] end), "UnknownMethod", "; use rekognition.client {")
    end
  end)

  it("says that operations are methods of a client", function()
    has(error_of(function() return rekognition.detect_labels end), "UnknownMethod", "client:detect_labels, after local client")
  end)

  it("has nothing else", function()
    assert.is_nil(rekognition.something_else)
    assert.is_nil(rekognition._NAME)
  end)
end)

describe("a future", function()
  it("is not the response: a member that is read of it says to await", function()
    local future = new_client({ http = function() return { status = 200, headers = {}, body = '{"Labels":[]}' } end })
      :detect_labels_async { Image = { Bytes = "x" } }
    has(error_of(function() return future.Labels end), "InvalidCall", 'has no "Labels"; for the response call future:await()')
    assert.is_nil(future.something)
    assert.same({}, future:await().Labels)
    has(error_of(function() return future.Labels end), "InvalidCall", 'has no "Labels"; for the response call future:await()')
  end)
end)

describe("credentials", function()
  it("with names of other SDKs", function()
    local cases = { AccessKey = "use access_key_id", role_arn = "use rekognition.credentials.assume_role {",
                    profile = "use the option profile" }
    for name, use in pairs(cases) do
      has(error_of(new_client, { credentials = { [name] = "x" } }), "InvalidCredentials", use)
    end
  end)

  it("that are nowhere: the error says what to do", function()
    local http = function() return { status = 404, headers = {}, body = "" } end
    local client = rekognition.client { region = "us-east-1", http = http, sleep = function() end, env = {
      AWS_CONFIG_FILE = "/dev/null", AWS_SHARED_CREDENTIALS_FILE = "/dev/null", AWS_EC2_METADATA_DISABLED = "true" } }
    has(error_of(client.describe_projects, client), "NoCredentials",
      "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile that has some")
  end)
end)

describe("a region", function()
  local unreachable = function() return nil, { code = "connect", message = "Could not resolve host", sent = false } end
  local function failure(options)
    options.http, options.retry, options.sleep = unreachable, { mode = "off" }, function() end
    local client = new_client(options)
    return error_of(client.describe_projects, client)
  end

  it("that nobody knows is named if its host can't be reached", function()
    for _, region in ipairs { "us-esat-1", "us-east-1a", "USEast1" } do
      has(failure { region = region }, "connect", "is not a region that is known here, did you mean us-east-1?")
    end
    local e = failure { region = "mars-north-1" }
    assert(e.message:find('"mars-north-1" is not a region that is known here', 1, true) and not e.message:find("mean", 1, true), e.message)
  end)

  it("is not mentioned if it is known, or if the endpoint is another", function()
    assert.is_nil(failure({ region = "eu-west-1" }).message:find("known here", 1, true))
    assert.is_nil(failure({ region = "us-esat-1", endpoint = "http://127.0.0.1:1" }).message:find("known here", 1, true))
  end)
end)

describe("a section of the config file without the word profile", function()
  local path

  setup(function()
    path = os.tmpname()
    local file <close> = assert(io.open(path, "w"))
    file:write "[default]\nregion = us-east-1\n\n[prod]\nregion = eu-west-1\n"
  end)
  teardown(function() os.remove(path) end)

  local function env(credentials) return { AWS_CONFIG_FILE = path, AWS_SHARED_CREDENTIALS_FILE = credentials } end

  it("is named if the profile is not found", function()
    local e = error_of(rekognition.client, { profile = "prod", env = env "/dev/null" })
    has(e, "ProfileNotFound", path .. ", line 4 has [prod]; write [profile prod]")
  end)

  it("is named if the profile has no region", function()
    local credentials = os.tmpname()
    local _ <close> = setmetatable({}, { __close = function() os.remove(credentials) end })
    local file = assert(io.open(credentials, "w"))
    file:write "[prod]\naws_access_key_id = AKID\naws_secret_access_key = secret\n"
    file:close()
    has(error_of(rekognition.client, { profile = "prod", env = env(credentials) }), "NoRegion",
      "line 4 has [prod]; write [profile prod]")
  end)
end)

describe("an unknown option of a workflow", function()
  it("is answered with all that there are", function()
    local labels = rekognition.custom_labels
    local client = new_client()
    for f, given in pairs { [labels.copy_model] = {}, [labels.copy_models] = { plan = {} }, [labels.inventory] = { client } } do
      given.projekt = 1
      local e = error_of(f, given)
      assert(e.message:find("projekt is not an option", 1, true) or e.message:find("projekt: is not an option", 1, true),
        e.message)
      assert(e.message:find("; the options are: ", 1, true), e.message)
    end
  end)
end)

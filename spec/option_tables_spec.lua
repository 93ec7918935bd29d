-- Tables of options with a metatable, and with very many names.

local fake = require "spec.support.fake"
local rekognition = require "rekognition"

local PROJECT = "arn:aws:rekognition:us-east-1:555555555555:project/Birds/1656705098765"
local KEYS = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE" }
local FIELDS = { method = "GET", target = "/", headers = { { "Host", "h" } } }

-- What has its options from another table, as an object has its class's.
local function heir(options) return setmetatable({}, { __index = options }) end

-- What raises for names that it doesn't have, as strict tables do.
local function strict(options)
  return setmetatable(options, { __index = function(_, name) error(("variable %s is not declared"):format(name), 2) end,
    __metatable = "locked" })
end

local function client_with(options)
  local settings = { region = "us-east-1", env = {}, credentials = KEYS,
    http = function() return { status = 200, headers = {}, body = '{"ProjectVersionDescriptions":[]}' } end }
  for name, value in pairs(options or {}) do settings[name] = value end
  return settings
end

describe("options of a metatable", function()
  it("count as the table's own", function()
    local client = rekognition.client(heir(client_with { retry = heir { mode = "adaptive", max_attempts = 2 },
      credentials = heir(KEYS), use_fips = true }))
    assert.same({ "us-east-1", "https://rekognition-fips.us-east-1.amazonaws.com" }, { client.region, client.endpoint })
    assert.same({ "adaptive", 2 }, { client._retry.mode, client._retry.max_attempts })
    local sent
    client = rekognition.client(client_with { http = function(request)
      sent = request
      return { status = 200, headers = {}, body = "{}" }
    end })
    client:describe_projects({}, heir { timeout = 7, region = "eu-west-1", retry = heir { max_attempts = 1 } })
    assert.same({ 7, "https://rekognition.eu-west-1.amazonaws.com/" }, { sent.timeout, sent.url })
    assert.equal("eu-west-1", rekognition.config.load(heir { region = "eu-west-1", env = {} }):get("region"))
    assert.equal("https://rekognition.eu-west-1.amazonaws.com", rekognition.endpoint.resolve(heir { region = "eu-west-1" }).url)
    assert.matches("X-Amz-Expires=60", client:presign("DescribeProjects", {}, heir { expires = 60 }).url, 1, true)
    local e = fake.catch(client.wait, client, "project_version_copied", { ProjectArn = PROJECT, VersionNames = { "m" } },
      heir { timeout = 0.001, delay = 0.001, call = heir { headers = { ["X-Of-The-Wait"] = "1" } } })
    assert.equal("WaiterTimeout", e.code)
    assert.equal("1", fake.header(sent, "X-Of-The-Wait"))
  end)

  it("are left out where a strict table refuses to be asked for them", function()
    local client = rekognition.client(strict(client_with { retry = strict { mode = "standard" } }))
    local response = client:describe_project_versions({ ProjectArn = PROJECT }, strict { timeout = 5, hooks = strict {} })
    assert.same({}, response.ProjectVersionDescriptions)
    assert.is_not_nil(client:presign("DescribeProjects", {}, strict {}).url)
  end)

  -- Each option with a value of a wrong type.
  local WRONG = {
    client = { "region profile endpoint credentials retry hooks timeout connect_timeout total_timeout proxy client_cert client_key "
      .. "max_connections max_response_bytes max_in_flight max_queued when_full rate logger mfa_token http env clock sleep random "
      .. "ca_bundle app_id use_fips use_dualstack", function(name) rekognition.client(heir(client_with { [name] = 5 == name or -1 })) end },
    retry = { "mode max_attempts initial_tokens max_backoff limit_exceeded",
      function(name) rekognition.client(client_with { retry = heir { [name] = -1 } }) end },
    hooks = { "before_attempt after_attempt", function(name) rekognition.client(client_with { hooks = heir { [name] = -1 } }) end },
    call = { "timeout connect_timeout total_timeout retry headers credentials region endpoint hooks",
      function(name) rekognition.client(client_with()):describe_projects({}, heir { [name] = -1 }) end },
    start = { "timeout connect_timeout total_timeout retry headers credentials region endpoint hooks",
      function(name) rekognition.client(client_with()):start("DescribeProjects", {}, heir { [name] = -1 }) end },
    pages = { "timeout total_timeout headers",
      function(name) rekognition.client(client_with()):pages("DescribeProjects", {}, heir { [name] = -1 })() end },
    wait = { "delay timeout on_poll call", function(name)
      rekognition.client(client_with()):wait("project_version_copied", { ProjectArn = PROJECT, VersionNames = { "m" } },
        heir { [name] = -1 })
    end },
    presign = { "expires credentials region endpoint total_timeout",
      function(name) rekognition.client(client_with()):presign("DescribeProjects", {}, heir { [name] = -1 }) end },
    map = { "concurrency", function(name) rekognition.async.map({ 1 }, print, heir { [name] = -1 }) end },
    resolve = { "region use_fips use_dualstack endpoint",
      function(name) rekognition.endpoint.resolve(heir { region = name ~= "region" and "us-east-1" or -1, [name] = -1 }) end },
    load = { "region use_fips endpoint env logger read_file retry",
      function(name) rekognition.config.load(heir { env = name ~= "env" and {} or -1, [name] = -1 }) end },
  }
  for title, case in pairs(WRONG) do
    it("are checked: " .. title, function()
      for name in case[1]:gmatch "[^ ]+" do
        local e = fake.catch(case[2], name)
        assert.is_true(rekognition.error.is_error(e), name .. ": " .. tostring(e))
        assert.matches(name, e.message, 1, true)
      end
    end)
  end
end)

describe("a table of very many names that was passed as options", function()
  local many = {}
  for i = 1, 100000 do many["k" .. i] = i end
  local client = rekognition.client(client_with())
  local custom_labels = rekognition.custom_labels

  for title, f in pairs {
    client = rekognition.client, copy_model = custom_labels.copy_model, copy_models = custom_labels.copy_models,
    doctor = function() error(tostring(custom_labels.doctor(many))) end, inventory = custom_labels.inventory,
    run_model = function() custom_labels.run_model(many, print) end, headers = function() client:describe_projects({}, { headers = many }) end,
    call = function() client:describe_projects({}, many) end, parameters = function() client:describe_projects(many) end,
    wait = function() client:wait("project_version_copied", many) end,
    sign = function() rekognition.sigv4.sign(FIELDS, many) end, static = rekognition.credentials.static,
    load = function() error(tostring(rekognition.config.load(many))) end,
    default = function() error(tostring(rekognition.credentials.default(many):get())) end,
    clients = function() custom_labels.inventory((function() local l = {} for i = 1, 100000 do l[i] = i end return l end)()) end,
  } do
    it("is refused in a short time and a short message: " .. title, function()
      local before = os.clock()
      local steps = 0
      debug.sethook(function() steps = steps + 1 end, "", 10000)
      local e = fake.catch(f, many)
      debug.sethook()
      assert.is_true(steps < 600, ("%d0 thousand steps, %.1f s"):format(steps, os.clock() - before))
      assert.is_true(#tostring(e) < 20000, #tostring(e))
    end)
  end
end)

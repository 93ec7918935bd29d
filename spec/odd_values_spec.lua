-- Every option of the functions below with every odd value: it is taken, or the one error class says which option is
-- wrong. The values are no option's in particular.

local rekognition = require "rekognition"

local custom_labels = rekognition.custom_labels
local PROJECT = "arn:aws:rekognition:us-east-1:123456789012:project/a/1"
local VERSION = "arn:aws:rekognition:us-east-1:123456789012:project/a/version/v/1"
local KEYS = { access_key_id = "AKID", secret_access_key = "S" }
local ANSWER = '{"ProjectVersionDescriptions":[{"Status":"RUNNING","ProjectVersionArn":"' .. VERSION .. '"}]}'

local VALUES = {
  [true] = "true", [false] = "false", [-1] = "-1", [0] = "0", [0.5] = "0.5", [math.huge] = "infinity", [-math.huge] = "-infinity",
  [math.maxinteger] = "the largest integer", [math.mininteger] = "the smallest", [""] = "an empty text", ["a\0b"] = "a NUL",
  ["a\nb"] = "two lines", ["\xFF\xFE"] = "no UTF-8", [("x"):rep(70000)] = "a long text", [{}] = "an empty table", [{ 1, 2 }] = "a list",
  [{ a = 1 }] = "a table", [function() end] = "a function", [io.stdout] = "a file", [coroutine.create(function() end)] = "a coroutine",
}

local function client_of(name, value, group)
  local options = { region = "us-east-1", env = {}, credentials = KEYS, sleep = function() end, retry = { mode = "off" },
    http = function() return { status = 200, headers = {}, body = ANSWER } end }
  if group then options[group] = {} end
  if name then (group and options[group] or options)[name] = value end
  return rekognition.client(options)
end

local client = client_of()

local function with(base, name, value)
  local options = {}
  for key, item in pairs(base) do options[key] = item end
  options[name] = value
  return options
end

local COPY = { source = client, source_project = PROJECT, source_version = VERSION, destination_project = PROJECT,
  version_name = "n", output_config = { S3Bucket = "bucket" }, timeout = 1, delay = 1 }

-- Each: the options, and what is called with one of them. `later`: a value that is taken may still fail for another reason.
local FUNCTIONS = {
  ["a client"] = { "region profile endpoint credentials use_fips use_dualstack ignore_configured_endpoint_urls retry connect_timeout "
    .. "timeout total_timeout proxy ca_bundle client_cert client_key max_connections max_in_flight rate app_id logger hooks http "
    .. "env clock sleep random mfa_token max_response_bytes", function(name, value) client_of(name, value):close() end },
  ["a client's retry"] = { "mode max_attempts initial_tokens max_backoff limit_exceeded",
    function(name, value) client_of(name, value, "retry"):close() end },
  ["a client's hooks"] = { "before_attempt after_attempt", function(name, value) client_of(name, value, "hooks"):close() end },
  ["a client's rate"] = { "DescribeProjects *", function(name, value) client_of(name, value, "rate"):close() end },
  ["a client's environment"] = { "AWS_PROFILE AWS_MAX_ATTEMPTS AWS_RETRY_MODE AWS_ENDPOINT_URL AWS_USE_FIPS_ENDPOINT",
    function(name, value) client_of(name, value, "env"):close() end },
  ["a call"] = { "timeout connect_timeout total_timeout retry headers region endpoint hooks",
    function(name, value) client:describe_projects({}, { [name] = value }) end },
  ["a wait"] = { "delay timeout on_poll call",
    function(name, value) client:wait("project_version_running", { ProjectArn = PROJECT }, { [name] = value }) end },
  ["presign"] = { "expires region endpoint", function(name, value) client:presign("DescribeProjects", {}, { [name] = value }) end },
  ["static"] = { "access_key_id secret_access_key session_token",
    function(name, value) rekognition.credentials.static(with(KEYS, name, value)) end,
    -- What was once a secret must be in no error: spec/support/secrets.lua.
    left_out = { access_key_id = true, secret_access_key = true, session_token = true } },
  ["endpoint.resolve"] = { "endpoint use_fips use_dualstack",
    function(name, value) rekognition.endpoint.resolve { region = "us-east-1", [name] = value } end },
  ["copy_model"] = { "source_project source_version destination_project version_name output_config kms_key_id tags delay timeout "
    .. "create_project remove_policy replace_failed on_progress",
    function(name, value) custom_labels.copy_model(with(COPY, name, value)) end, later = true },
  ["doctor"] = { "source_project source_version destination_project version_name output_config kms_key_id tags",
    function(name, value) custom_labels.doctor(with(COPY, name, value)) end, later = true },
  ["run_model"] = { "version min_inference_units max_inference_units max_hours max_cost price_per_hour journal use_running on_progress "
    .. "delay timeout", function(name, value)
      custom_labels.run_model(with({ client = client, version = VERSION, journal = false }, name, value), function() end)
    end, later = true, left_out = { journal = true } }, -- which would write files
}

-- The functions whose argument itself is odd.
local ARGUMENTS = {
  options = {
    client = rekognition.client, describe_projects = function(value) client:describe_projects({}, value) end,
    presign = function(value) client:presign("DescribeProjects", {}, value) end,
    wait = function(value) client:wait("project_version_running", { ProjectArn = PROJECT }, value) end,
    copy_model = custom_labels.copy_model, map = function(value) rekognition.async.map({ 1 }, print, value) end,
  },
  f = { run = rekognition.async.run, guard = rekognition.guard, spawn = rekognition.async.spawn,
    map = function(value) rekognition.async.map({}, value) end },
  operation = { call = function(value) client:call(value, {}) end, start = function(value) client:start(value, {}) end,
    pages = function(value) client:pages(value, {}) end, presign = function(value) client:presign(value, {}) end },
}

describe("an odd value", function()
  for title, case in pairs(FUNCTIONS) do
    it("of an option is taken or named: " .. title, function()
      for name in case[1]:gmatch "[^ ]+" do
        for value, what in pairs(VALUES) do
          if not (case.left_out and case.left_out[name] and type(value) == "string") then
            local ok, e = pcall(case[2], name, value)
            local place = ("%s = %s: %s"):format(name, what, tostring(e))
            assert.is_true(ok or rekognition.error.is_error(e), place)
            assert.is_true(ok or case.later or e.message:find(name, 1, true) ~= nil, place)
          end
        end
      end
    end)
  end

  for name, functions in pairs(ARGUMENTS) do
    it("of an argument is refused by name: " .. name, function()
      for title, f in pairs(functions) do
        for value, what in pairs(VALUES) do
          if type(value) ~= "table" and not (name == "f" and type(value) == "function") then
            local ok, e = pcall(f, value)
            local place = ("%s: %s: %s"):format(title, what, tostring(e))
            assert.is_false(ok, place)
            assert.is_true(rekognition.error.is_error(e), place)
            assert.is_true(e.message:find(name, 1, true) ~= nil or e.message:find(title, 1, true) ~= nil, place)
          end
        end
      end
    end)
  end

  it("of a list of functions is refused by its place", function()
    for value, what in pairs(VALUES) do
      if type(value) ~= "table" and type(value) ~= "function" then
        for title, f in pairs { all = rekognition.async.all, any = rekognition.async.any } do
          local ok, e = pcall(f, { value })
          assert.is_true(not ok and rekognition.error.is_error(e), title .. ": " .. what .. ": " .. tostring(e))
        end
      end
    end
  end)
end)

local emulator = require "spec.support.emulator"
local fake = require "spec.support.fake"
local files = require "spec.support.files"
local journals = require "rekognition.custom_labels.run_journal"
local rekognition = require "rekognition"
local running_model = require "rekognition.custom_labels.running_model"
local running_service = require "spec.support.running_service"

local inventory = rekognition.custom_labels.inventory

local cloudwatch = require "rekognition.services.cloudwatch"

-- With a CloudWatch whose datapoints are `points(params)`.
local function with_cloudwatch(points, body)
  local before, asked = cloudwatch.get_metric_statistics, {}
  cloudwatch.get_metric_statistics = function(_, params)
    asked[#asked + 1] = params
    return points(params)
  end
  local ok, problem = pcall(body, inventory, asked)
  cloudwatch.get_metric_statistics = before
  if not ok then error(problem, 0) end
end

local function constant(hours_back, average)
  return function(params)
    local list = {}
    local time = params.end_time - params.period
    while time > params.end_time - hours_back * 3600 and time >= params.start_time do
      table.insert(list, 1, { timestamp = time, average = average })
      time = time - params.period
    end
    return list
  end
end

local function near(expected, got, tolerance) return math.abs(expected - got) <= tolerance end

describe("the inventory", function()
  local folder, service, client
  before_each(function()
    folder = select(2, files.run "mktemp -d"):match("^[^\n]+")
    service = running_service.new { folder = folder }
    client = service:client()
  end)
  after_each(function() files.run("rm -rf " .. folder) end)

  it("has a row for each version, with what runs and what it costs", function()
    local running = service:add("m1", "RUNNING", { MinInferenceUnits = 2, CreationTimestamp = 1656000000.5 })
    service:add("m2", "STOPPED")
    journals.open(client):add { version = running, project = service.project, region = "us-east-1", endpoint = client.endpoint,
      started_at = service.now - 3 * 3600, confirmed = true, min_inference_units = 2, price_per_hour = 4 }
    with_cloudwatch(error, function(run)
      local rows = run { client, price_per_hour = 10 }
      assert.equal(2, #rows)
      assert.same({ {}, 4 }, { rows.problems, #rows.quotas })
      local row = rows[1]
      assert.same({ "111122223333", "us-east-1", "birds", "m1", running, service.project, "RUNNING", 2, "journal" }, { row.account,
        row.region, row.project, row.version, row.version_arn, row.project_arn, row.status, row.min_inference_units, row.since_source })
      assert.same({ service.now - 3 * 3600, 3, 60, 14400, 1656000000.5 }, { row.since, row.hours, row.cost, row.month_cost, row.created_at })
      assert.same({ "STOPPED", nil, nil }, { rows[2].status, rows[2].since, rows[2].cost })
      local used = {}
      for _, quota in ipairs(rows.quotas) do used[quota.name] = { quota.used, quota.limit } end
      assert.same({ projects = { 1, 100 }, ["models of the largest project"] = { 2, 100 }, ["models that run"] = { 1, 2 },
        ["inference units of one model"] = { 2, 5 } }, used)
    end)
  end)

  it("has a row for a project without versions", function()
    local rows = inventory { client, cloudwatch = false }
    assert.same({ "birds", nil, "CREATED" }, { rows[1].project, rows[1].version, rows[1].status })
  end)

  it("asks CloudWatch since when something runs that was not started here", function()
    service:add("m1", "RUNNING", { MinInferenceUnits = 1 })
    for _, case in ipairs { { 5, 3, 1 }, { 90, 1, 1 }, { 24 * 20, 2, 2 } } do
      local hours, units, looks = table.unpack(case)
      with_cloudwatch(constant(hours, units), function(run, asked)
        local row = run({ client })[1]
        assert.equal("cloudwatch", row.since_source)
        assert.is_true(near(hours, row.hours, 1.1), row.hours)
        assert.is_true(near(hours * units * 4, row.cost, units * 8), row.cost)
        assert.equal(looks, #asked)
        assert.same({ "AWS/Rekognition", "InServiceInferenceUnits", { { Name = "ProjectName", Value = "birds" },
          { Name = "VersionName", Value = "m1" } }, { "Average" } }, { asked[1].namespace, asked[1].metric_name, asked[1].dimensions,
          asked[1].statistics })
        for _, params in ipairs(asked) do assert.is_true((params.end_time - params.start_time) / params.period <= 1440) end
      end)
    end
  end)

  it("counts from the last start, not from an older one", function()
    service:add("m1", "RUNNING")
    with_cloudwatch(function(params)
      local list = constant(2, 1)(params)
      table.insert(list, 1, { timestamp = params.end_time - 3 * 3600, average = 0 })
      table.insert(list, 1, { timestamp = params.end_time - 3.1 * 3600, average = 1 })
      return list
    end, function(run)
      assert.is_true(near(2, run({ client })[1].hours, 0.2))
    end)
  end)

  it("says unknown where CloudWatch says nothing, or can't be asked", function()
    service:add("m1", "RUNNING", { MinInferenceUnits = 2 })
    service:add("m2", "RUNNING")
    with_cloudwatch(function() return {} end, function(run)
      local row = run({ client })[1]
      assert.same({ "unknown", nil, nil, 5760 }, { row.since_source, row.since, row.cost, row.month_cost })
    end)
    with_cloudwatch(function() rekognition.error.raise { kind = "service", code = "AccessDenied", message = "no" } end,
      function(run, asked)
        local rows = run { client }
        assert.same({ "unknown", "unknown" }, { rows[1].since_source, rows[2].since_source })
        assert.same({ "CloudWatch", "AccessDenied", 1 }, { rows.problems[1].what, rows.problems[1].error.code, #rows.problems })
        assert.equal(1, #asked) -- what is refused once is not asked for each model
      end)
  end)

  it("asks no CloudWatch of AWS about an emulator, unless it is told to", function()
    service:add("m1", "RUNNING")
    with_cloudwatch(constant(2, 1), function(run, asked)
      local emulated = service:client { endpoint = "http://127.0.0.1:4566" }
      assert.equal("unknown", run({ emulated })[1].since_source)
      assert.equal(0, #asked)
      assert.equal("cloudwatch", run({ emulated, cloudwatch = true })[1].since_source)
      assert.equal("unknown", run({ client, cloudwatch = false })[1].since_source)
      assert.equal(1, #asked)
    end)
  end)

  it("goes on with the other clients where one fails, and stops where it is cancelled", function()
    service:add("m1", "STOPPED")
    local other = running_service.new { folder = folder }
    other.faults.DescribeProjects = { "denied" }
    local rows = inventory { other:client { region = "eu-west-1" }, client, cloudwatch = false }
    assert.same({ 1, "m1", 2 }, { #rows, rows[1].version, rows[1].client })
    assert.same({ "eu-west-1", "list", "AccessDeniedException" }, { rows.problems[1].region, rows.problems[1].what, rows.problems[1].error.code })
    other.on_request = function() rekognition.error.raise { kind = "cancelled", message = "enough" } end
    assert.equal("cancelled", fake.catch(inventory, { other:client(), client }).kind)
  end)

  it("refuses what makes no sense", function()
    for _, bad in ipairs { 7, {}, { 7 }, { client, price = 3 }, { client, price_per_hour = -1 }, { client, price_per_hour = "4" } } do
      local problem = fake.catch(inventory, bad)
      assert.equal("validation", problem.kind)
      assert.is_true(#problem.problems > 0)
    end
  end)
end)

describe("the inventory and the emulator's CloudWatch", function()
  local running
  setup(function() running = emulator.start { "--train-seconds", "0", "--start-seconds", "0", "--stop-seconds", "0", "--clock-rate", "0" } end)
  teardown(function() running.stop() end)

  local function set_time(fields)
    assert(files.run(("curl -sf -X POST -d %s %s/_emulator/time"):format(files.quoted(fields), running.url)))
  end

  local function new_client(env)
    return rekognition.client { region = "us-east-1", endpoint = running.url, env = env, credentials = {
      access_key_id = running.accounts[1].access_key_id, secret_access_key = running.accounts[1].secret_access_key } }
  end

  -- Trains a version, starts it at a moment, and lets the time go on to the machine's.
  local function start(client, project, name, at, units)
    local arn = client:create_project_version({
      ProjectArn = project, VersionName = name, OutputConfig = { S3Bucket = "bucket-name", S3KeyPrefix = "p" },
      TrainingData = { Assets = { { GroundTruthManifest = { S3Object = { Bucket = "bucket-name", Name = "train.manifest" } } } } },
      TestingData = { AutoCreate = true },
    }).ProjectVersionArn
    set_time(('{"now": %d}'):format(at))
    client:start_project_version { ProjectVersionArn = arn, MinInferenceUnits = units }
  end

  it("says since when a model runs that was started elsewhere, for hours and for weeks", function()
    local now = os.time()
    for name, hours in pairs { v1 = 2, v2 = 3 * 24, v3 = 20 * 24 } do
      set_time(('{"now": %d}'):format(now - 30 * 86400))
      local client <close> = new_client { HOME = "/nowhere", AWS_ENDPOINT_URL_CLOUDWATCH = running.url }
      local project = client:create_project({ ProjectName = "birds-" .. name }).ProjectArn
      start(client, project, name, now - hours * 3600, 2)
      set_time(('{"now": %d}'):format(now))
      local rows, row = inventory { client, journal = false, price_per_hour = 5 }, nil
      for _, found in ipairs(rows) do
        if found.version == name then row = found end
      end
      assert.same({ {}, "RUNNING", "cloudwatch" }, { rows.problems, row.status, row.since_source })
      -- To the step of the datapoints: 5 minutes, or an hour after 4 days; and the seconds that this has taken.
      local step = hours > 4 * 24 and 3600 or 300
      assert.is_true(near(now - hours * 3600, row.since, step + 60), row.since - now)
      assert.is_true(near(hours * 2 * 5, row.cost, (step + 120) / 3600 * 10), row.cost)
      local off = inventory { client, journal = false, cloudwatch = false }
      for _, found in ipairs(off) do assert.equal(found.status == "RUNNING" and "unknown" or nil, found.since_source) end
    end
  end)

  it("isn't asked where nothing names it", function()
    local client <close> = new_client { HOME = "/nowhere" }
    local rows = inventory { client, journal = false }
    assert.same({ {}, "unknown" }, { rows.problems, rows[1].since_source })
  end)
end)

-- A client whose listings never end, with a clock that each call moves on by a second.
local function endless()
  local calls, now = 0, 0
  local client = fake.client({}, { clock = function() return now end, http = function(request)
    calls, now = calls + 1, now + 1
    local target = fake.header(request, "X-Amz-Target")
    local list = target:find("DescribeProjects", 1, true) and '"ProjectDescriptions":[{"ProjectArn":'
      .. '"arn:aws:rekognition:us-east-1:111122223333:project/p/1","Status":"CREATED"}]' or '"ProjectVersionDescriptions":[]'
    return fake.answer(200, ("{%s,\"NextToken\":\"t%d\"}"):format(list, calls))
  end })
  return client, function() return calls end
end

describe("a listing that never ends", function()
  it("ends the inventory of its client at the timeout", function()
    local client, calls = endless()
    local rows = inventory { client, timeout = 50, journal = false }
    assert.same({ 1, "WaiterTimeout" }, { #rows.problems, rows.problems[1].error.code })
    assert.is_true(calls() <= 51, calls())
    assert.has_error(function() inventory { client, timeout = 0 } end)
  end)

  it("ends a look at a model", function()
    local client, calls = endless()
    local e = fake.catch(running_model.find, client,
      "arn:aws:rekognition:us-east-1:111122223333:project/other/version/v/1", {})
    assert.same({ "WaiterTimeout", true }, { e.code, calls() <= 61 })
    local model = running_model.find(client, "arn:aws:rekognition:us-east-1:111122223333:project/p/version/v/1", {})
    local before = calls()
    local version, trouble = model:look()
    assert.same({ nil, "WaiterTimeout", true }, { version, trouble.code, calls() - before <= 61 })
  end)
end)

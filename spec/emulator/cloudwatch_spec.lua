-- The emulator's CloudWatch: the two metrics of running models, in both protocols.

local calls = require "spec.support.emulator_calls"
local client = require "spec.support.emulator_client"
local emulator = require "rekognition.emulator"
local sigv4 = require "rekognition.sigv4"
local cjson = require("cjson").new()

local START = 1656611100 -- a whole minute

describe("the emulator's CloudWatch", function()
  local service, time, version

  before_each(function()
    time = { now = START }
    service = emulator.new { clock = function() return time.now end, train_seconds = 0, start_seconds = 60, stop_seconds = 0,
      identities = { ["111122223333"] = { users = { { name = "none", policies = {}, access_key_id = "AKIANONE",
        secret_access_key = "secret-none" } } } } }
    version = calls.train(service, time, calls.project(service, "birds"), "v1")
    time.now = START
    client.must(service, "StartProjectVersion", { ProjectVersionArn = version, MinInferenceUnits = 2 })
    time.now = START + 600
    client.must(service, "StopProjectVersion", { ProjectVersionArn = version })
  end)

  local function send(headers, body, credentials)
    local request = { method = "POST", target = "/", body = body, headers = headers }
    table.insert(headers, 1, { "Host", "127.0.0.1:1" })
    request.headers = sigv4.sign(request, { region = "us-east-1", service = "monitoring", time = time.now,
      credentials = credentials or client.OWNER }).headers
    return service:handle(request)
  end

  local function json(operation, params, credentials)
    local status, headers, body = send({ { "Content-Type", "application/x-amz-json-1.0" },
      { "X-Amz-Target", "GraniteServiceVersion20100801." .. operation } }, cjson.encode(params), credentials)
    local map = {}
    for _, header in ipairs(headers) do map[header[1]:lower()] = header[2] end
    return cjson.decode(body), status, map
  end

  local function query(text, credentials)
    local status, _, body = send({ { "Content-Type", "application/x-www-form-urlencoded" } },
      "Version=2010-08-01&" .. text, credentials)
    return body, status
  end

  local function statistics(fields)
    local params = { Namespace = "AWS/Rekognition", MetricName = "InServiceInferenceUnits", StartTime = START,
      EndTime = START + 3600, Period = 300, Statistics = { "Average", "SampleCount", "Sum", "Minimum", "Maximum" },
      Dimensions = { { Name = "ProjectName", Value = "birds" }, { Name = "VersionName", Value = "v1" } } }
    for name, value in pairs(fields or {}) do params[name] = value end
    return params
  end

  it("has the units of each minute in which a model ran", function()
    local result, status = json("GetMetricStatistics", statistics())
    assert.equal(200, status)
    assert.equal("InServiceInferenceUnits", result.Label)
    assert.same({
      { Timestamp = START, Average = 2, SampleCount = 4, Sum = 8, Minimum = 2, Maximum = 2, Unit = "Count" },
      { Timestamp = START + 300, Average = 2, SampleCount = 5, Sum = 10, Minimum = 2, Maximum = 2, Unit = "Count" },
    }, result.Datapoints)
  end)

  it("has nothing of another metric, model or account", function()
    for _, fields in ipairs { { MetricName = "Other" }, { Namespace = "AWS/EC2" },
      { Dimensions = { { Name = "ProjectName", Value = "birds" } } }, { StartTime = START + 700 },
      { Dimensions = { { Name = "ProjectName", Value = "cats" }, { Name = "VersionName", Value = "v1" } } } } do
      assert.same({}, json("GetMetricStatistics", statistics(fields)).Datapoints)
    end
    assert.same({}, json("GetMetricStatistics", statistics(), client.OTHER).Datapoints)
  end)

  it("speaks the older protocol, too", function()
    local body, status = query("Action=GetMetricStatistics&Namespace=AWS%2FRekognition&MetricName=DesiredInferenceUnits"
      .. "&StartTime=2022-06-30T17:45:00Z&EndTime=2022-06-30T18:45:00Z&Period=3600&Statistics.member.1=Average"
      .. "&Dimensions.member.1.Name=ProjectName&Dimensions.member.1.Value=birds"
      .. "&Dimensions.member.2.Name=VersionName&Dimensions.member.2.Value=v1")
    assert.equal(200, status)
    assert.is_truthy(body:find("<Label>DesiredInferenceUnits</Label>", 1, true), body)
    local _, count = body:gsub("<member>", "")
    assert.equal(1, count)
    assert.matches("<Timestamp>2022%-06%-30T17:00:00Z</Timestamp><Average>2.0</Average><Unit>Count</Unit>", body)
  end)

  it("answers GetMetricData, newest first unless asked otherwise", function()
    local params = { StartTime = START, EndTime = START + 3600, MetricDataQueries = { { Id = "a", MetricStat = {
      Stat = "Average", Period = 300, Metric = { Namespace = "AWS/Rekognition", MetricName = "DesiredInferenceUnits",
        Dimensions = statistics().Dimensions } } } } }
    local result = json("GetMetricData", params).MetricDataResults
    assert.same({ { Id = "a", Label = "DesiredInferenceUnits", Timestamps = { START + 300, START }, Values = { 2, 2 },
      StatusCode = "Complete" } }, result)
    local body = query("Action=GetMetricData&StartTime=2022-06-30T17:45:00Z&EndTime=2022-06-30T18:45:00Z"
      .. "&MetricDataQueries.member.1.Id=a&MetricDataQueries.member.1.MetricStat.Stat=Average"
      .. "&MetricDataQueries.member.1.MetricStat.Period=300"
      .. "&MetricDataQueries.member.1.MetricStat.Metric.Namespace=AWS/Rekognition"
      .. "&MetricDataQueries.member.1.MetricStat.Metric.MetricName=InServiceInferenceUnits"
      .. "&MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.1.Name=ProjectName"
      .. "&MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.1.Value=birds"
      .. "&MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.2.Name=VersionName"
      .. "&MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.2.Value=v1")
    assert.is_truthy(body:find("<Values><member>2.0</member><member>2.0</member></Values>", 1, true), body)
    params.ScanBy = "TimestampAscending"
    assert.same({ START, START + 300 }, json("GetMetricData", params).MetricDataResults[1].Timestamps)
    params.MetricDataQueries[1] = { Id = "a", Expression = "m1 + m2" }
    assert.equal("InvalidParameterValue", json("GetMetricData", params).__type)
  end)

  it("lists what there is", function()
    local found = json("ListMetrics", { Namespace = "AWS/Rekognition" }).Metrics
    assert.equal(2, #found)
    assert.same({ Namespace = "AWS/Rekognition", MetricName = "DesiredInferenceUnits", Dimensions = {
      { Name = "ProjectName", Value = "birds" }, { Name = "VersionName", Value = "v1" } } }, found[1])
    assert.equal(1, #json("ListMetrics", { MetricName = "InServiceInferenceUnits" }).Metrics)
    assert.same({}, json("ListMetrics", { Dimensions = { { Name = "VersionName", Value = "v2" } } }).Metrics)
    assert.same({}, json("ListMetrics", { Namespace = "AWS/EC2" }).Metrics)
    assert.matches("<MetricName>InServiceInferenceUnits</MetricName>", (query("Action=ListMetrics")))
  end)

  for what, case in pairs {
    ["a period of a second"] = { { Period = 1 }, "InvalidParameterValue" },
    ["no period"] = { { Period = "" }, "MissingParameter" },
    ["an end before the start"] = { { EndTime = START - 1 }, "InvalidParameterValue" },
    ["a time that isn't one"] = { { StartTime = "soon" }, "InvalidParameterValue" },
    ["a statistic that isn't one"] = { { Statistics = { "Median" } }, "InvalidParameterValue" },
    ["no statistics"] = { { Statistics = {} }, "MissingParameter" },
    ["too many datapoints"] = { { EndTime = START + 1e7, Period = 60 }, "InvalidParameterCombination" },
    ["no namespace"] = { { Namespace = "" }, "MissingParameter" },
  } do
    it("refuses " .. what, function()
      local result, status, headers = json("GetMetricStatistics", statistics(case[1]))
      assert.same({ case[2], 400, case[2] .. ";Sender" }, { result.__type, status, headers["x-amzn-query-error"] })
    end)
  end

  it("refuses what it doesn't know, in both protocols, and who may not", function()
    assert.equal("InvalidAction", json("PutMetricData", {}).__type)
    assert.matches("<Code>InvalidAction</Code>", (query("Action=PutMetricData")))
    assert.matches("<Code>MalformedQueryString</Code>", (query("Action=ListMetrics&" .. ("a."):rep(100) .. "a=1")))
    local nobody = { access_key_id = "AKIANONE", secret_access_key = "secret-none" }
    assert.same({ "AccessDenied", 403 }, { json("ListMetrics", {}, nobody).__type, 403 })
    assert.matches("<Code>SignatureDoesNotMatch</Code>", (query("Action=ListMetrics",
      { access_key_id = client.OWNER.access_key_id, secret_access_key = "x" })))
  end)
end)

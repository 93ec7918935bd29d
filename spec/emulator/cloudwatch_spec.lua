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

  local function send(headers, body, credentials, target)
    local request = { method = "POST", target = target or "/", body = body, headers = headers }
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

  it("speaks CBOR, too", function()
    local cbor = require "rekognition.emulator.cbor"
    local function call(body)
      local request = { method = "POST", target = "/service/GraniteServiceVersion20100801/operation/GetMetricStatistics",
        body = body, headers = { { "Host", "127.0.0.1:1" }, { "Content-Type", "application/cbor" } } }
      request.headers = sigv4.sign(request, { region = "us-east-1", service = "monitoring", time = time.now,
        credentials = client.OWNER }).headers
      local status, _, text = service:handle(request)
      return (cbor.read(text)), status
    end
    local function text(value) return cbor.scalar(value) end
    local dimension = function(name, value)
      return cbor.map_head(2) .. text "Name" .. text(name) .. text "Value" .. text(value)
    end
    local result, status = call("\xBF" .. text "Namespace" .. text "AWS/Rekognition" .. text "MetricName"
      .. text "InServiceInferenceUnits" .. text "StartTime" .. cbor.time(START) .. text "EndTime"
      .. cbor.time(START + 3600) .. text "Period" .. text(300) .. text "Statistics" .. "\x9F" .. text "Average" .. "\xFF"
      .. text "Dimensions" .. cbor.list_head(2) .. dimension("ProjectName", "birds") .. dimension("VersionName", "v1")
      .. "\xFF")
    assert.equal(200, status)
    assert.same({ Label = "InServiceInferenceUnits", Datapoints = {
      { Timestamp = START, Average = 2, Unit = "Count" }, { Timestamp = START + 300, Average = 2, Unit = "Count" } } }, result)
    result, status = call(cbor.map_head(0))
    assert.same({ "MissingParameter", 400 }, { result.__type, status })
    for _, bad in ipairs { "\xFF", "\xBF", "\x5F\x01", "\x9B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", "\x01\x02", "\x1C",
      ("\x81"):rep(1000), "\xA1\x01\x02", "\x7A\xFF\xFF\xFF\xFF" } do
      assert.equal("SerializationException", call(bad).__type)
    end
  end)

  it("reads CBOR as RFC 8949's examples have it", function()
    local cbor = require "rekognition.emulator.cbor"
    for hex, value in pairs { ["00"] = 0, ["1903e8"] = 1000, ["1b000000e8d4a51000"] = 1000000000000, ["20"] = -1,
      ["3903e7"] = -1000, f93c00 = 1.0, f9c400 = -4.0, f90400 = 0.00006103515625, fa47c35000 = 100000.0,
      fbc010666666666666 = -4.1, f4 = false, f5 = true, ["c11a514b67b0"] = 1363896240, ["c1fb41d452d9ec200000"] = 1363896240.5,
      ["4401020304"] = "\1\2\3\4", ["6449455446"] = "IETF", ["83010203"] = { 1, 2, 3 }, a26161016162820203 = { a = 1,
      b = { 2, 3 } }, ["5f42010243030405ff"] = "\1\2\3\4\5" } do
      local bytes = hex:gsub("..", function(pair) return string.char(tonumber(pair, 16)) end)
      assert.same(value, (cbor.read(bytes)))
    end
    for _, value in ipairs { 0, 23, 24, 255, 256, 65535, 65536, 4294967296, -1, -25, 1.5, "x", ("x"):rep(300), true } do
      assert.same(value, (cbor.read(cbor.scalar(value))))
    end
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
    ["a time without an end"] = { { EndTime = 1e300 }, "InvalidParameterValue" },
    ["a time before 1970"] = { { StartTime = -1 }, "InvalidParameterValue" },
    ["no namespace"] = { { Namespace = "" }, "MissingParameter" },
  } do
    it("refuses " .. what, function()
      local result, status, headers = json("GetMetricStatistics", statistics(case[1]))
      assert.same({ case[2], 400, case[2] .. ";Sender" }, { result.__type, status, headers["x-amzn-query-error"] })
    end)
  end

  it("refuses times that aren't numbers, and queries without an end", function()
    local cbor = require "rekognition.emulator.cbor"
    for _, half in ipairs { "\x7C\0", "\x7E\0", "\xFC\0" } do -- infinity, no number, minus infinity
      local function text(value) return cbor.scalar(value) end
      local _, _, body = send({ { "Content-Type", "application/cbor" } }, cbor.map_head(3) .. text "StartTime"
        .. cbor.time(START) .. text "EndTime" .. "\xC1\xF9" .. half .. text "MetricDataQueries" .. cbor.list_head(0),
        nil, "/service/GraniteServiceVersion20100801/operation/GetMetricData")
      assert.equal("InvalidParameterValue", cbor.read(body).__type)
    end
    assert.matches("<Code>InvalidParameterValue</Code>", (query("Action=GetMetricData&StartTime=1&EndTime=1e999"
      .. "&MetricDataQueries.member.1.Id=a")))
    local one = { Id = "a", MetricStat = { Stat = "Sum", Period = 60, Metric = { Namespace = "AWS/Rekognition",
      MetricName = "DesiredInferenceUnits", Dimensions = statistics().Dimensions } } }
    local params = { StartTime = START, EndTime = START + 60 * 100801, MetricDataQueries = { one } }
    assert.equal("InvalidParameterCombination", json("GetMetricData", params).__type)
    params.EndTime, params.MetricDataQueries = START + 60, {}
    for i = 1, 501 do params.MetricDataQueries[i] = one end
    assert.equal("InvalidParameterValue", json("GetMetricData", params).__type)
  end)

  it("counts the minutes of a thousand years without walking through them", function()
    client.must(service, "StartProjectVersion", { ProjectVersionArn = version, MinInferenceUnits = 2 })
    time.now = START + 700
    client.must(service, "DescribeProjects", {})
    time.now = START + 31556952000
    local first = (START + 660) // 60 -- the minute in which it runs again
    local steps = 0
    debug.sethook(function() steps = steps + 1 end, "", 1000)
    local result = json("GetMetricStatistics", statistics { Statistics = { "SampleCount", "Sum" }, Period = 86400,
      StartTime = time.now - 86400 * 1000, EndTime = time.now })
    debug.sethook()
    assert.is_true(#result.Datapoints >= 1000 and #result.Datapoints <= 1001)
    assert.same({ 1440, 2880 }, { result.Datapoints[2].SampleCount, result.Datapoints[2].Sum })
    assert.is_true(steps < 1000, steps .. " thousand steps")
    local day = json("GetMetricStatistics", statistics { Statistics = { "SampleCount" }, Period = 86400,
      StartTime = START + 610, EndTime = START + 86400 })
    local next_day = (START // 86400 + 1) * 86400
    assert.equal(next_day // 60 - first, day.Datapoints[1].SampleCount)
  end)

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

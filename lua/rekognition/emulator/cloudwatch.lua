--- Amazon CloudWatch in little: ListMetrics, GetMetricStatistics and GetMetricData of running models.
--
-- Source: Amazon CloudWatch API Reference. Older SDKs speak the Query protocol, newer ones JSON 1.0 or CBOR.

local auth = require "rekognition.emulator.auth"
local errors = require "rekognition.emulator.errors"
local iam = require "rekognition.emulator.iam"
local metrics = require "rekognition.emulator.metrics"
local shapes = require "rekognition.emulator.cloudwatch_shapes"
local number_of = require("rekognition.text.number").of
local timestamp = require "rekognition.text.time"

local M = {}

local function refuse(code, message, ...)
  errors.front(code, message:format(...), 400)
end

local function required(input, name)
  if input[name] == nil or input[name] == "" then
    refuse("MissingParameter", "The parameter %s is required.", name)
  end
  return input[name]
end

local LAST = 253402300800 -- the year 10000, which texts of times end before

-- A time as JSON (epoch seconds) or as text.
local function read_time(input, name)
  local value = required(input, name)
  local seconds = number_of(value) or timestamp.parse(value)
  if seconds and seconds >= 0 and seconds < LAST then return seconds end
  return refuse("InvalidParameterValue", "The value %s for parameter %s is invalid.", tostring(value):sub(1, 100), name)
end

local function read_period(value)
  local period = math.tointeger(tonumber(value))
  if not period or period < 60 or period % 60 ~= 0 or period > 86400 then
    refuse("InvalidParameterValue", "The parameter Period must be a multiple of 60 from 60 to 86400, got %s.",
      tostring(value):sub(1, 100))
  end
  return period
end

local function read_list(value)
  return type(value) == "table" and value or {}
end

local DIMENSIONS = { ProjectName = "project", VersionName = "version" }

-- The dimensions of a metric. A metric with others, or with fewer, is another one, which has no values.
local function read_dimensions(list)
  local wanted = {}
  for _, dimension in ipairs(read_list(list)) do
    wanted[DIMENSIONS[dimension.Name] or "unknown"] = dimension.Value
  end
  return wanted
end

local function values(exchange, metric, wanted, from, to, period)
  if metric.Namespace ~= metrics.NAMESPACE or not metrics.NAMES[metric.MetricName] or wanted.unknown then return {} end
  return metrics.points(exchange.emulator.store, exchange.caller, wanted, from, to, period, exchange.now)
end

local function read_range(input)
  local from, to = read_time(input, "StartTime"), read_time(input, "EndTime")
  if from >= to then
    refuse("InvalidParameterValue", "The parameter StartTime must be less than the parameter EndTime.")
  end
  return from, to
end

local STATISTICS = {
  Average = function(point) return point.sum / point.count end,
  Sum = function(point) return point.sum end,
  Minimum = function(point) return point.min end,
  Maximum = function(point) return point.max end,
  SampleCount = function(point) return point.count end,
}

local function check_statistic(name)
  if not STATISTICS[name] then
    refuse("InvalidParameterValue", "The statistic must be Average, Sum, Minimum, Maximum or SampleCount, got %s.",
      tostring(name):sub(1, 100))
  end
  return name
end

local function get_metric_statistics(exchange, input)
  local metric = { Namespace = required(input, "Namespace"), MetricName = required(input, "MetricName") }
  local from, to = read_range(input)
  local period, wanted = read_period(required(input, "Period")), read_list(input.Statistics)
  if #wanted == 0 then refuse("MissingParameter", "At least one of the parameters Statistics must be specified.") end
  for _, name in ipairs(wanted) do check_statistic(name) end
  if (to - from) / period > metrics.MOST_POINTS then
    refuse("InvalidParameterCombination", "You have requested up to %d datapoints, which exceeds the limit of %d.",
      math.ceil((to - from) / period), metrics.MOST_POINTS)
  end
  local points = values(exchange, metric, read_dimensions(input.Dimensions), from, to, period)
  for i, point in ipairs(points) do
    local shown = { { "Timestamp", shapes.time(point.at) } }
    for _, name in ipairs(wanted) do shown[#shown + 1] = { name, STATISTICS[name](point) } end
    shown[#shown + 1] = { "Unit", "Count" }
    points[i] = shown
  end
  return { { "Label", metric.MetricName }, { "Datapoints", shapes.list(points) } }
end

local function result_of(exchange, query, from, to, descending)
  local stat = query.MetricStat
  if type(stat) ~= "table" then
    refuse("InvalidParameterValue", "The emulator knows queries with MetricStat only, not Expression.")
  end
  local metric = read_list(stat.Metric)
  local name = check_statistic(stat.Stat)
  local period = read_period(stat.Period)
  if (to - from) / period > metrics.MOST_DATA then
    refuse("InvalidParameterCombination", "You have requested up to %d datapoints, which exceeds the limit of %d.",
      math.ceil((to - from) / period), metrics.MOST_DATA)
  end
  local points = values(exchange, metric, read_dimensions(metric.Dimensions), from, to, period)
  local times, numbers = {}, {}
  for i, point in ipairs(points) do
    local place = descending and #points - i + 1 or i
    times[place], numbers[place] = shapes.time(point.at), STATISTICS[name](point)
  end
  return { { "Id", required(query, "Id") }, { "Label", query.Label or metric.MetricName },
           { "Timestamps", shapes.list(times) }, { "Values", shapes.list(numbers) }, { "StatusCode", "Complete" } }
end

local function get_metric_data(exchange, input)
  local from, to = read_range(input)
  local queries, results = read_list(required(input, "MetricDataQueries")), {}
  if #queries > metrics.MOST_QUERIES then
    refuse("InvalidParameterValue", "MetricDataQueries must have at most %d queries, got %d.", metrics.MOST_QUERIES,
      #queries)
  end
  for _, query in ipairs(queries) do
    if tostring(query.ReturnData) ~= "false" then
      results[#results + 1] = result_of(exchange, query, from, to, input.ScanBy ~= "TimestampAscending")
    end
  end
  return { { "MetricDataResults", shapes.list(results) }, { "Messages", shapes.list {} } }
end

local function is_wanted(input, subject)
  for _, filter in ipairs(read_list(input.Dimensions)) do
    local field = DIMENSIONS[filter.Name]
    if not field or filter.Value and subject[field] ~= filter.Value then return false end
  end
  return true
end

local function list_metrics(exchange, input)
  local found = {}
  if (input.Namespace or metrics.NAMESPACE) ~= metrics.NAMESPACE then return { { "Metrics", shapes.list {} } } end
  for _, subject in ipairs(metrics.subjects(exchange.emulator.store, exchange.caller)) do
    for _, name in ipairs { "DesiredInferenceUnits", "InServiceInferenceUnits" } do
      if is_wanted(input, subject) and (input.MetricName or name) == name then
        found[#found + 1] = { { "Namespace", metrics.NAMESPACE }, { "MetricName", name }, { "Dimensions", shapes.list {
          { { "Name", "ProjectName" }, { "Value", subject.project } },
          { { "Name", "VersionName" }, { "Value", subject.version } } } } }
      end
    end
  end
  return { { "Metrics", shapes.list(found) } }
end

local OPERATIONS = { GetMetricStatistics = get_metric_statistics, GetMetricData = get_metric_data,
                     ListMetrics = list_metrics }

--- The name that faults and counts know a call by: an operation that there is, or "-".
---@param exchange rekognition.emulator.Exchange
---@return string
function M.called(exchange)
  local name = shapes.called(exchange)
  return OPERATIONS[name] and name or "-"
end

--- Does what a request asks for; raises a failure where it can't.
---@param exchange rekognition.emulator.Exchange
function M.perform(exchange)
  local emulator = exchange.emulator
  local name, input = shapes.read(exchange)
  exchange.operation = OPERATIONS[name] and name
  local account, region = auth.verify(exchange.request, exchange.headers,
    { service = "monitoring", region = emulator.settings.region },
    function(key, token) return emulator.identities:find(key, token) end, exchange.signed_at)
  exchange.caller = emulator.identities:caller(account, region)
  if not OPERATIONS[name] then
    refuse("InvalidAction", "Could not find operation %s for version 2010-08-01 (the emulator has ListMetrics, "
      .. "GetMetricStatistics and GetMetricData)", tostring(name):sub(1, 100))
  end
  local action = "cloudwatch:" .. name
  local allowed, reason = iam.allows(exchange.caller, { action = action }, exchange)
  if not allowed then errors.front("AccessDenied", errors.denial(exchange.caller, action, nil, reason), 403) end
  return shapes.respond(exchange, OPERATIONS[name](exchange, input))
end

M.fail = shapes.fail

return M

--- The little of Amazon CloudWatch that the workflows ask: a metric's datapoints.
--
-- Source: Amazon CloudWatch API Reference, GetMetricStatistics (its Query protocol).

local ascii = require "rekognition.text.ascii"
local query = require "rekognition.services.query"
local services = require "rekognition.services"
local time = require "rekognition.text.time"

local M = {}

local VERSION = "2010-08-01"

local function parameters_of(request)
  local parameters = {
    Namespace = request.namespace, MetricName = request.metric_name, Period = request.period,
    StartTime = time.format(request.start_time), EndTime = time.format(request.end_time),
  }
  for index, dimension in ipairs(request.dimensions or {}) do
    local prefix = ("Dimensions.member.%d."):format(index)
    parameters[prefix .. "Name"], parameters[prefix .. "Value"] = dimension.Name, dimension.Value
  end
  for index, statistic in ipairs(request.statistics) do
    parameters[("Statistics.member.%d"):format(index)] = statistic
  end
  return parameters
end

local function child(element, name)
  for _, item in ipairs(element or {}) do
    if item.name == name then return item end
  end
end

-- A number in JSON's and XML's form, whatever the decimal point of the locale is. It is read part by part, so that no
-- text makes the patterns search.
local function number_of(text)
  local whole, at = text:match("^(-?[0-9]+)()")
  if not whole or #text > 64 then return nil end
  local fraction, behind = text:match("^%.([0-9]*)()", at)
  local exponent, stop = text:match("^[eE]([-+]?[0-9]+)()", behind or at)
  if (stop or behind or at) <= #text then return nil end
  fraction = fraction or ""
  local digits = math.tointeger(tonumber(whole .. fraction)) or tonumber(whole .. fraction)
  return digits * 10.0 ^ ((tonumber(exponent) or 0) - #fraction)
end

local function datapoint(member)
  local point = {}
  for _, field in ipairs(member) do
    if field.name == "Timestamp" then
      point.timestamp = time.parse(field.text)
    elseif field.name == "Unit" then
      point.unit = field.text
    else
      point[ascii.lower(field.name:sub(1, 1)) .. field.name:sub(2)] = number_of(field.text)
    end
  end
  return point
end

--- A metric's datapoints, sorted by time.
---@param client rekognition.Client
---@param request { namespace: string, metric_name: string, dimensions?: { Name: string, Value: string }[],
---  start_time: number, end_time: number, period: integer, statistics: string[] }  times in epoch seconds
---@param options? { region?: string, total_timeout?: number }
---@return { timestamp: number, average?: number, sum?: number, maximum?: number, minimum?: number, unit?: string }[]
function M.get_metric_statistics(client, request, options)
  local host, provider, region = client:_host()
  local channel = services.channel(host, "cloudwatch", options and options.region or region,
    { signing_name = "monitoring", read_error = query.read_error })
  local _, root = query.call(channel, { service = "CloudWatch", name = "GetMetricStatistics", version = VERSION },
    parameters_of(request), { provider = provider, total_timeout = services.total_timeout(client, options) })
  local points = {}
  for _, member in ipairs(child(child(root, "GetMetricStatisticsResult"), "Datapoints") or {}) do
    points[#points + 1] = datapoint(member)
  end
  table.sort(points, function(a, b) return (a.timestamp or 0) < (b.timestamp or 0) end)
  return points
end

return M

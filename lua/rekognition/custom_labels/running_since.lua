--- Since when a model runs, and how many inference units it has used: from the journal of what was started here, or
-- from CloudWatch.
--
-- DescribeProjectVersions has no such time. CloudWatch has InServiceInferenceUnits for models that were started after
-- August 2022 (namespace AWS/Rekognition, dimensions ProjectName and VersionName).

local arns = require "rekognition.text.arn"
local cloudwatch = require "rekognition.services.cloudwatch"

local M = {}

-- GetMetricStatistics returns at most 1,440 datapoints. Two looks: 4 days in steps of 5 minutes, and, if the model has
-- run through all of them, 59 days in steps of an hour.
local LOOKS = { { period = 300, span = 4 * 86400 }, { period = 3600, span = 59 * 86400 } }
-- A datapoint may come late; a gap of more than this many steps ends a run.
local GAP = 3

local function datapoints(client, arn, look, now)
  local points = cloudwatch.get_metric_statistics(client, {
    namespace = "AWS/Rekognition", metric_name = "InServiceInferenceUnits", period = look.period,
    dimensions = { { Name = "ProjectName", Value = arn.project }, { Name = "VersionName", Value = arn.version } },
    start_time = now - look.span, end_time = now, statistics = { "Average" },
  })
  return points
end

-- The unbroken run of datapoints above 0 that ends now: its first moment, and the unit hours in it.
local function last_run(points, look, now)
  local since, unit_hours, expected = nil, 0, now
  for i = #points, 1, -1 do
    local point = points[i]
    if (point.average or 0) <= 0 or expected - point.timestamp > (GAP + 1) * look.period then break end
    since, expected = point.timestamp, point.timestamp
    unit_hours = unit_hours + point.average * look.period / 3600
  end
  return since, unit_hours
end

local function from_cloudwatch(client, version)
  local arn, now = arns.of_kind(version.ProjectVersionArn, "version"), client._seams.clock()
  if not arn then return nil end
  local found
  for _, look in ipairs(LOOKS) do
    local since, unit_hours = last_run(datapoints(client, arn, look, now), look, now)
    if not since then break end
    found = { since = since, source = "cloudwatch", unit_hours = unit_hours }
    if since > now - look.span + GAP * look.period then break end
  end
  return found
end

---@class rekognition.RunningSince
---@field since? number       epoch seconds
---@field source "journal"|"cloudwatch"|"unknown"
---@field unit_hours? number  inference units times hours, so far

--- When a running version was started.
---@param client rekognition.Client
---@param version table        its description
---@param entry? table         the journal's entry of it
---@param ask_cloudwatch boolean
---@return rekognition.RunningSince
function M.find(client, version, entry, ask_cloudwatch)
  if entry then
    local hours = (client._seams.clock() - entry.started_at) / 3600
    return { since = entry.started_at, source = "journal", unit_hours = hours * (version.MinInferenceUnits or 1) }
  end
  return ask_cloudwatch and from_cloudwatch(client, version) or { source = "unknown" }
end

return M

--- The datapoints of CloudWatch's two metrics of running models.
--
-- Source: Custom Labels guide, "Tracking model usage with CloudWatch": namespace AWS/Rekognition, dimensions
-- ProjectName and VersionName, statistic Average. Our decisions: a value for each whole minute in which the model runs,
-- and both metrics have the units that the model was started with.

local arn = require "rekognition.emulator.arn"
local ascii = require "rekognition.text.ascii"

local M = {}

M.NAMESPACE = "AWS/Rekognition"
M.NAMES = { DesiredInferenceUnits = true, InServiceInferenceUnits = true }
M.MOST_POINTS = 1440 -- of a response of GetMetricStatistics
M.MOST_DATA = 100800 -- points of a query of GetMetricData, and
M.MOST_QUERIES = 500 -- its queries

local MINUTE = 60

-- The versions of the caller's account and region that have run, in the order of their ARNs.
local function versions_of(store, caller)
  local found = {}
  for _, version in pairs(store.versions) do
    local place = version.runs and arn.parse(version.arn)
    if place and place.account == caller.account and place.region == caller.region then found[#found + 1] = version end
  end
  ascii.sort(found, "arn")
  return found
end

--- What the metrics of a caller's models are told apart by.
---@return {project: string, version: string, source: rekognition.emulator.Version}[]
function M.subjects(store, caller)
  local subjects = {}
  for i, version in ipairs(versions_of(store, caller)) do
    subjects[i] = { project = arn.parse(version.arn).project, version = version.name, source = version }
  end
  return subjects
end

-- The samples of a run in [from, to), one for each whole minute: those of a period are counted, not walked through.
local function add_samples(buckets, run, from, to, now, period)
  local first = math.ceil(math.max(run.from, from) / MINUTE) * MINUTE
  local stop = math.ceil(math.min(run.to or now, to, now + 1))
  local at = first
  while at < stop do
    local start = at - at % period
    local count = (math.min(stop, start + period) - at + MINUTE - 1) // MINUTE
    local bucket = buckets[start] or { count = 0, sum = 0, min = math.huge, max = -math.huge }
    bucket.count, bucket.sum = bucket.count + count, bucket.sum + count * run.units
    bucket.min, bucket.max = math.min(bucket.min, run.units), math.max(bucket.max, run.units)
    buckets[start] = bucket
    at = at + count * MINUTE
  end
end

--- The values of a metric, by the beginnings of their periods.
---@param store rekognition.emulator.Store
---@param caller rekognition.emulator.Caller
---@param wanted {project?: string, version?: string}  dimensions
---@param from number
---@param to number
---@param period integer  seconds
---@param now number
---@return {at: number, count: integer, sum: number, min: number, max: number}[]  by time
function M.points(store, caller, wanted, from, to, period, now)
  local buckets, points = {}, {}
  for _, subject in ipairs(M.subjects(store, caller)) do
    if subject.project == wanted.project and subject.version == wanted.version then
      for _, run in ipairs(subject.source.runs) do add_samples(buckets, run, from, to, now, period) end
    end
  end
  for at, bucket in pairs(buckets) do
    bucket.at = at
    points[#points + 1] = bucket
  end
  table.sort(points, function(a, b) return a.at < b.at end)
  return points
end

return M

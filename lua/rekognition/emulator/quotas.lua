--- AWS's quotas, each of which can be set, and the rates of calls.
--
-- Only the five policies of a project hold unless something is set: they are the one number that the guide states for
-- the operations themselves. The others are those of the General Reference and of "Guidelines and quotas".

local errors = require "rekognition.emulator.errors"

local M = {}

--- AWS's values.
---@type table<string, number>
M.AWS = {
  projects = 100,             -- in an account and region
  models = 100,               -- in a project
  policies = 5,               -- in a project
  concurrent_trainings = 2,   -- in an account and region
  concurrent_copies = 5,      -- AWS has such a quota and doesn't say which: our decision
  running_models = 2,         -- in an account and region
  inference_units = 5,        -- of a started model
  dataset_images = 250000,    -- in a dataset or manifest
  manifest_bytes = 1024 * 1024 * 1024,
  tags = 200,                 -- of a resource
}

--- AWS's rates: calls a second for each account, region and operation. "*" stands for the operations without one.
---@type table<string, number>
M.AWS_RATES = { ["*"] = 5, DetectCustomLabels = 50, TagResource = 10, UntagResource = 10, ListTagsForResource = 10 }

-- What holds unless something else is set.
local DEFAULTS = { policies = M.AWS.policies, dataset_images = M.AWS.dataset_images,
                   manifest_bytes = M.AWS.manifest_bytes, tags = M.AWS.tags }

local function merged(given, defaults, aws, what)
  if given == "aws" then return aws end
  local result = {}
  for name, value in pairs(defaults) do result[name] = value end
  for name, value in pairs(given or {}) do
    if what == "quota" and M.AWS[name] == nil then error(("unknown quota '%s'"):format(name), 0) end
    if math.type(value) == nil or value < 0 then
      error(("the %s '%s' must be a number from 0 on, got %s"):format(what, name, tostring(value)), 0)
    end
    result[name] = value
  end
  return result
end

--- The quotas and rates that options ask for; raises a sentence if they are wrong.
---@param options {quotas: table<string, number>|"aws"|nil, rates: table<string, number>|"aws"|nil}
---@return table<string, number> quotas, table<string, number> rates
function M.settings(options)
  return merged(options.quotas, DEFAULTS, M.AWS, "quota"), merged(options.rates, {}, M.AWS_RATES, "rate")
end

--- Raises where one more would be more than a quota allows.
---@param context rekognition.emulator.Context
---@param name string
---@param used integer   how many there are
---@param code "LimitExceededException"|"ServiceQuotaExceededException"
---@param what string    "projects in an account and region"
function M.check(context, name, used, code, what)
  local most = context.settings.quotas[name]
  if most and used >= most then errors.raise(code, ("The quota of %d %s is reached."):format(most, what)) end
end

--- Raises ProvisionedThroughputExceededException where the caller's account calls an operation more often than its rate
--- allows. A second's calls may come together.
---@param buckets table<string, {calls: number, at: number}>  what is left to each; kept by the caller
---@param context rekognition.emulator.Context
function M.spend(buckets, context)
  local rates, caller = context.settings.rates, context.caller
  local rate = rates[context.operation] or rates["*"]
  if not rate then return end
  local name = table.concat({ caller.account, caller.region, context.operation }, " ")
  local most = rate > 0 and math.max(1, rate) or 0
  local bucket = buckets[name] or { calls = most, at = context.now }
  bucket.calls = math.min(most, bucket.calls + rate * math.max(0, context.now - bucket.at))
  bucket.at = context.now
  buckets[name] = bucket
  if bucket.calls < 1 then errors.raise("ProvisionedThroughputExceededException", "Provisioned Rate exceeded.") end
  bucket.calls = bucket.calls - 1
end

return M

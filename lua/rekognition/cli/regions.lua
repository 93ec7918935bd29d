--- The regions that have Amazon Rekognition, by AWS's endpoints.json (aws-sdk-rust 39de327a26, 2025-10-02).

local ascii = require "rekognition.text.ascii"
local nearest = require "rekognition.text.nearest"

local M = {}

local REGIONS = {
  aws = { "ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1",
    "eu-central-1", "eu-south-2", "eu-west-1", "eu-west-2", "il-central-1", "us-east-1", "us-east-2", "us-west-1",
    "us-west-2" },
  ["aws-us-gov"] = { "us-gov-west-1" },
}

-- All regions that AWS's tools know, as this release has them.
local function known()
  local names = {}
  for _, partition in ipairs(require "rekognition.generated.partitions") do
    for name in pairs(partition.regions) do names[#names + 1] = name end
  end
  ascii.sort(names) -- the nearest of several is the same each time
  return names
end

--- What to say of a region that this release doesn't know, when something has failed in it; nil for one that it knows.
--- It may be a new one, so it is used all the same.
---@param region string
---@return string?
function M.hint(region)
  local names = known()
  for _, name in ipairs(names) do
    if name == region then return nil end
  end
  return ("this release knows no region '%s'%s"):format(region, nearest.hint(region, names))
end

--- The regions of the partition that a region is in.
---@param region? string
---@return string[]
function M.of(region)
  return region and region:find("^us%-gov%-") and REGIONS["aws-us-gov"] or REGIONS.aws
end

return M

--- The regions that have Amazon Rekognition, by AWS's endpoints.json (aws-sdk-rust 39de327a26, 2025-10-02).

local M = {}

local REGIONS = {
  aws = { "ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1",
    "eu-central-1", "eu-south-2", "eu-west-1", "eu-west-2", "il-central-1", "us-east-1", "us-east-2", "us-west-1",
    "us-west-2" },
  ["aws-us-gov"] = { "us-gov-west-1" },
}

--- The regions of the partition that a region is in.
---@param region? string
---@return string[]
function M.of(region)
  return region and region:find("^us%-gov%-") and REGIONS["aws-us-gov"] or REGIONS.aws
end

return M

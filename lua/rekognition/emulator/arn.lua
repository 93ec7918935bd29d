--- The ARNs of projects, versions and datasets: made, and taken apart.

local arn = require "rekognition.text.arn"

local M = {}

-- A region's partition, by the region's first letters (AWS's partition metadata).
local PARTITIONS = {
  { "cn-", "aws-cn" }, { "us-gov-", "aws-us-gov" }, { "us-isob-", "aws-iso-b" }, { "us-isof-", "aws-iso-f" },
  { "us-iso-", "aws-iso" }, { "eu-isoe-", "aws-iso-e" }, { "eusc-", "aws-eusc" },
}

local function partition(region)
  for _, entry in ipairs(PARTITIONS) do
    if region:sub(1, #entry[1]) == entry[1] then return entry[2] end
  end
  return "aws"
end

local function prefix(region, account)
  return ("arn:%s:rekognition:%s:%s:project/"):format(partition(region), region, account)
end

--- A project's ARN; `number` is its creation time in milliseconds.
---@return string
function M.project(region, account, name, number)
  return ("%s%s/%d"):format(prefix(region, account), name, number)
end

--- A version's ARN: it has the project's name, and its own creation time for its number.
---@return string
function M.version(region, account, project, name, number)
  return ("%s%s/version/%s/%d"):format(prefix(region, account), project, name, number)
end

--- A dataset's ARN; `name` is "train" or "test".
---@return string
function M.dataset(region, account, project, name, number)
  return ("%s%s/dataset/%s/%d"):format(prefix(region, account), project, name, number)
end

--- The parts of a project's, version's or dataset's ARN; nil for anything else.
---@type fun(text: string): rekognition.Arn?
M.parse = arn.parse

return M

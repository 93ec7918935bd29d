--- The ARNs of projects and their versions: made, and taken apart.

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

---@class rekognition.emulator.Arn
---@field region string
---@field account string
---@field project string   the project's name
---@field version? string  the version's name, where it is a version's ARN

--- The parts of a project's or version's ARN; nil for anything else.
---@param text string
---@return rekognition.emulator.Arn?
function M.parse(text)
  local region, account, rest = text:match("^arn:[a-z%d-]+:rekognition:([a-z%d-]+):(%d+):project/(.+)$")
  if not region then return nil end
  local project, version = rest:match("^([%w_.-]+)/version/([%w_.-]+)/%d+$")
  project = project or rest:match("^([%w_.-]+)/%d+$")
  return project and { region = region, account = account, project = project, version = version }
end

return M

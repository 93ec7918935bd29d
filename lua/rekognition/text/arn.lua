--- The ARNs of Custom Labels' resources, taken apart. The forms are those of the service's model.

local M = {}

---@class rekognition.Arn
---@field text string
---@field partition string  "aws"
---@field region string
---@field account string    12 digits
---@field kind "project"|"version"|"dataset"
---@field project string    the project's name
---@field version? string   the version's name
---@field dataset? "train"|"test"
---@field number string     the digits at the end: a creation time in milliseconds

-- Each part is bounded by a character that it can't hold, so that a match takes linear time.
local HEAD = "^arn:([a-z0-9-]+):rekognition:([a-z0-9-]+):([0-9]+):project/([A-Za-z0-9_.-]+)/(.+)$"

--- Takes an ARN apart.
---@param text any
---@return rekognition.Arn?  nil if it is not the ARN of a project, a version or a dataset
function M.parse(text)
  if type(text) ~= "string" or #text > 2048 then return nil end
  local partition, region, account, project, rest = text:match(HEAD)
  if not partition or #account ~= 12 or #project > 255 then return nil end
  local arn = { text = text, partition = partition, region = region, account = account, project = project }
  arn.number = rest:match("^[0-9]+$")
  if arn.number then
    arn.kind = "project"
    return arn
  end
  arn.version, arn.number = rest:match("^version/([A-Za-z0-9_.-]+)/([0-9]+)$")
  if arn.version then
    arn.kind = "version"
    return #arn.version <= 255 and arn or nil
  end
  arn.dataset, arn.number = rest:match("^dataset/([a-z]+)/([0-9]+)$")
  arn.kind = "dataset"
  return (arn.dataset == "train" or arn.dataset == "test") and arn or nil
end

--- The ARN's parts, if it is of this kind.
---@param text any
---@param kind "project"|"version"|"dataset"
---@return rekognition.Arn?
function M.of_kind(text, kind)
  local arn = M.parse(text)
  return arn and arn.kind == kind and arn or nil
end

--- What stands behind the last slash of an ARN or a path: a role's name, a key's id. Without a slash it is the text.
---@param text string
---@return string
function M.last_part(text)
  return text:match("^.*/(.*)$") or text
end

return M

--- TagResource, UntagResource, ListTagsForResource, for projects, versions and datasets.

local lookup = require "rekognition.emulator.lookup"
local quotas = require "rekognition.emulator.quotas"

local M = {}

local function count(map)
  local total = 0
  for _ in pairs(map) do total = total + 1 end
  return total
end

function M.TagResource(context, params)
  local resource = lookup.own_resource(context, params.ResourceArn, "ResourceArn")
  local tags = {}
  for key, value in pairs(resource.tags) do tags[key] = value end
  for key, value in pairs(params.Tags) do tags[key] = value end
  quotas.check(context, "tags", count(tags) - 1, "ServiceQuotaExceededException", "tags of a resource")
  resource.tags = tags
  context.store:touch(resource)
  return {}
end

function M.UntagResource(context, params)
  local resource = lookup.own_resource(context, params.ResourceArn, "ResourceArn")
  for _, key in ipairs(params.TagKeys) do resource.tags[key] = nil end
  context.store:touch(resource)
  return {}
end

function M.ListTagsForResource(context, params)
  return { Tags = lookup.own_resource(context, params.ResourceArn, "ResourceArn").tags }
end

return M

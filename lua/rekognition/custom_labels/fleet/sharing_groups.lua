--- The policies that a fleet needs: one set for each source project and destination account, whatever number of copies.

local calls_of = require "rekognition.custom_labels.calls"
local preflight = require "rekognition.custom_labels.copy_model.preflight"
local sharing_of = require "rekognition.custom_labels.copy_model.sharing"

local M = {}

---@class rekognition.SharingGroup
---@field sharing rekognition.Sharing
---@field items table[]

--- The groups of the items that `wants` wants and that go to another account.
---@param items table[]
---@param wants fun(item: table): boolean
---@return rekognition.SharingGroup[]
function M.of(items, wants)
  local groups, by_key = {}, {}
  for _, item in ipairs(items) do
    local sharing = wants(item) and item.job.destination_project and preflight.sharing(item.job) or nil
    if sharing then
      local key = table.concat({ tostring(sharing.client), sharing.project, sharing.account, sharing.role or "" }, "\n")
      local group = by_key[key]
      if not group then
        group = { sharing = sharing, items = {}, versions = {} }
        sharing.versions = {}
        by_key[key], groups[#groups + 1] = group, group
      end
      group.items[#group.items + 1] = item
      if not group.versions[item.job.source_version] then
        group.versions[item.job.source_version] = true
        table.insert(group.sharing.versions, item.job.source_version)
      end
    end
  end
  return groups
end

-- Leaves out what is about one version that a policy denies. Returns the items that are left out.
local function leave_out(group, version)
  local out, kept, versions = {}, {}, {}
  for _, item in ipairs(group.items) do
    local list = item.job.source_version == version and out or kept
    list[#list + 1] = item
  end
  for _, one in ipairs(group.sharing.versions) do
    if one ~= version then versions[#versions + 1] = one end
  end
  group.items, group.sharing.versions = kept, versions
  return out
end

--- Does something for a group: a version that is denied, or a failure of all, is reported by `fail(item, e)`.
---@param group rekognition.SharingGroup
---@param work fun(sharing: rekognition.Sharing): any, any
---@param fail fun(item: table, e: any)
function M.try(group, work, fail)
  while #group.items > 0 do
    local ok, a, b = pcall(work, group.sharing)
    if ok then return a, b end
    if calls_of.ends_all(a) then error(a, 0) end
    local out = a.source_version and leave_out(group, a.source_version) or group.items
    for _, item in ipairs(out) do fail(item, a) end
    if out == group.items then return nil end
  end
  return nil
end

local LIMITS = { LimitExceededException = true, ServiceQuotaExceededException = true }

-- The project takes no further policy: what is allowed by now goes on, the rest is left over.
local function ensure_what_fits(sharing, group, leave)
  local ok, outcome = pcall(sharing_of.ensure, sharing)
  if ok then return outcome end
  if calls_of.ends_all(outcome) or not LIMITS[outcome.code] then error(outcome, 0) end
  local list, kept, left = sharing_of.list(sharing.calls, sharing.client, sharing.project), {}, {}
  for _, item in ipairs(group.items) do
    local fits = sharing_of.decide(sharing, list, item.job.source_version) == "Allow"
    table.insert(fits and kept or left, item)
  end
  if #kept == 0 then error(outcome, 0) end
  for _, item in ipairs(left) do leave(item, outcome) end
  group.items = kept
  return "done"
end

--- Sees to it that the copies of all groups are allowed.
---@param groups rekognition.SharingGroup[]
---@param fail fun(item: table, e: any)
---@param leave fun(item: table, e: any)  for what would need more policies than the project takes
function M.ensure(groups, fail, leave)
  for _, group in ipairs(groups) do
    local outcome = M.try(group, function(sharing) return ensure_what_fits(sharing, group, leave) end, fail)
    for _, item in ipairs(outcome and group.items or {}) do item.job.wrote_policy = outcome == "done" end
  end
end

return M

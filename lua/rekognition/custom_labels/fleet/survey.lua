--- A look at everything that a plan names: each listing is read once, whatever number of copies needs it.

local adoption = require "rekognition.custom_labels.copy_model.adoption"
local arns = require "rekognition.text.arn"
local calls_of = require "rekognition.custom_labels.calls"
local places = require "rekognition.custom_labels.copy_model.places"
local preflight = require "rekognition.custom_labels.copy_model.preflight"
local remedies = require "rekognition.custom_labels.copy_model.remedies"

local M = {}

-- What a listing is, or what it raised, remembered: an account that refuses is asked once.
local function remembered(cache, key, read)
  local entry = cache[key]
  if not entry then
    local ok, list = pcall(read)
    if not ok and calls_of.ends_all(list) then error(list, 0) end
    entry = { ok = ok, list = list }
    cache[key] = entry
  end
  if not entry.ok then error(entry.list, 0) end
  return entry.list
end

local function projects_of(fleet, cache, client)
  return remembered(cache, client, function()
    local list = places.projects(fleet.calls, client)
    local arn = list[1] and arns.parse(list[1].ProjectArn)
    if arn then fleet.limiter:know(client, arn.account) end
    return list
  end)
end

local function versions_of(fleet, cache, client, project)
  return remembered(cache, project, function() return places.versions(fleet.calls, client, project) end)
end

-- The project's ARN, from an ARN or a name; nil if there is none of that name.
local function project_arn(fleet, cache, client, given)
  local arn = arns.of_kind(given, "project")
  if arn then return given end
  local project = places.pick_project(projects_of(fleet, cache, client), given)
  return project and project.ProjectArn or nil, project
end

local function find_source(fleet, cache, item)
  local job, options = item.job, item.options
  job.side = "source"
  local version = arns.of_kind(options.source_version, "version")
  local name = options.source_project or version.project
  job.source_project = project_arn(fleet, cache, job.source, name)
  if not job.source_project then
    places.refuse("ProjectNotFound", "correct the plan: the project, or the profile and region of its source",
      "the source account has no project named %s in %s", name, job.source.region)
  end
  fleet.limiter:know(job.source, arns.parse(job.source_project).account)
  local noted = options.source_version == nil and fleet.journal:find(item.key)
  local list = versions_of(fleet, cache, job.source, job.source_project)
  job.source_version = places.pick_source(list, job.source_project, noted and noted.source_version
    or options.source_version).ProjectVersionArn
  job.version_name = options.version_name or arns.parse(job.source_version).version
end

local function find_destination(fleet, cache, item)
  local job, options = item.job, item.options
  job.side = "destination"
  local arn, project = project_arn(fleet, cache, job.destination, options.destination_project)
  if project then preflight.check_project(project) end
  if not arn then
    if options.create_project then return "create" end
    places.refuse("ProjectNotFound", "correct the plan, or set create_project = true",
      "the destination account has no project named %s in %s", options.destination_project, job.destination.region)
  end
  preflight.set_destination(job, arn)
  fleet.limiter:know(job.destination, job.account)
  job.existing = places.pick_version(versions_of(fleet, cache, job.destination, arn), job.version_name)
  if not job.existing then return "copy" end
  job.existing_state = adoption.judge(job.existing, job.source_version)
  if job.existing_state == "failed" then
    if not options.replace_failed then preflight.refuse_failed(job.existing) end
    return "replace"
  end
  if job.existing_state == "deleting" then return "copy" end
  return job.existing.Status == "COPYING_IN_PROGRESS" and "wait" or "found"
end

-- Two copies of one plan must not have the same name in the same project.
local function check_rivals(item, taken)
  local job = item.job
  local place = table.concat({ item.destination.profile or "", job.destination.region,
    job.destination_project or item.options.destination_project, job.version_name }, "\n")
  if taken[place] then
    places.refuse("NameTaken", "give one of them another name in the plan",
      "another copy of the plan (%s) has the name %s in the same project", taken[place].key, job.version_name)
  end
  taken[place] = item
end

--- Looks at every copy of the plan. Sets its `action`: "copy", "create" (its project is missing too), "replace",
--- "wait", "found", or "blocked" with `error`.
---@param fleet rekognition.Fleet
function M.run(fleet)
  local cache, taken = {}, {}
  for _, item in ipairs(fleet.items) do
    item.job = fleet:new_job(item)
    local ok, action = pcall(function()
      find_source(fleet, cache, item)
      local found = find_destination(fleet, cache, item)
      check_rivals(item, taken)
      return found
    end)
    if ok then
      item.action = action
    elseif calls_of.ends_all(action) then
      error(action, 0)
    else
      item.action, item.error = "blocked", remedies.explain(action, "preflight", {}, item.job)
    end
  end
end

return M

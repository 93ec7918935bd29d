--- CreateProject, DescribeProjects, DeleteProject.

local arn = require "rekognition.emulator.arn"
local datasets = require "rekognition.emulator.datasets"
local errors = require "rekognition.emulator.errors"
local lookup = require "rekognition.emulator.lookup"
local pages = require "rekognition.emulator.pages"
local quotas = require "rekognition.emulator.quotas"

local PAGE = 100

local M = {}

-- AutoUpdate is for adapters, and they need it (API reference).
local function check_auto_update(feature, auto_update)
  if feature == "CUSTOM_LABELS" and auto_update then
    errors.raise("InvalidParameterException", "AutoUpdate is for projects with the feature CONTENT_MODERATION.")
  elseif feature == "CONTENT_MODERATION" and not auto_update then
    errors.raise("InvalidParameterException", "A project with the feature CONTENT_MODERATION needs AutoUpdate.")
  end
end

local function projects_of(context)
  return context.store:projects_of(context.caller.account, context.caller.region)
end

function M.CreateProject(context, params)
  local caller, feature = context.caller, params.Feature or "CUSTOM_LABELS"
  check_auto_update(feature, params.AutoUpdate)
  local list, named = projects_of(context)
  if named[params.ProjectName] then
    errors.raise("ResourceInUseException", ("A project named %s exists already."):format(params.ProjectName))
  end
  quotas.check(context, "projects", #list, "LimitExceededException", "projects in an account and region")
  local number = context.store:next_number(context.now)
  local project = context.store:add("projects", {
    arn = arn.project(caller.region, caller.account, params.ProjectName, number), name = params.ProjectName,
    account = caller.account, region = caller.region, number = number, status = "CREATED", feature = feature,
    auto_update = params.AutoUpdate, policies = {}, tags = params.Tags or {},
  })
  return { ProjectArn = project.arn }
end

-- Feature and AutoUpdate are empty for Custom Labels and for DISABLED: users saw the service leave them out.
local function describe(context, project)
  return { ProjectArn = project.arn, CreationTimestamp = project.number / 1000, Status = project.status,
           Datasets = datasets.of_project(context, project),
           Feature = project.feature ~= "CUSTOM_LABELS" and project.feature or nil,
           AutoUpdate = project.auto_update ~= "DISABLED" and project.auto_update or nil }
end

local function set_of(list)
  if not list then return nil end
  local set = {}
  for _, item in ipairs(list) do set[item] = true end
  return set
end

-- The listing that a token is good for: whose projects, and which of them.
local function listing_of(caller, params)
  return table.concat({ "projects", caller.account, caller.region, table.concat(params.ProjectNames or {}, " "),
                        table.concat(params.Features or {}, " ") }, "/")
end

function M.DescribeProjects(context, params)
  local names, features = set_of(params.ProjectNames), set_of(params.Features or { "CUSTOM_LABELS" })
  local page, token = pages.take((projects_of(context)), params, listing_of(context.caller, params), PAGE, {
    wanted = function(project) return features[project.feature] and (not names or names[project.name]) end,
  })
  local descriptions = {}
  for i, project in ipairs(page) do descriptions[i] = describe(context, project) end
  return { ProjectDescriptions = descriptions, NextToken = token }
end

function M.DeleteProject(context, params)
  local project = lookup.own_project(context, params.ProjectArn, "ProjectArn")
  lookup.check_alive(context, project)
  if #context.store:versions_of(project) > 0 then
    errors.raise("ResourceInUseException", "The project has models. Delete them first.")
  elseif #context.store:datasets_of(project) > 0 then
    errors.raise("ResourceInUseException", "The project has datasets. Delete them first.")
  end
  project.policies = {}
  context.store:begin(project, "DELETING", context.now, context.settings.delete_seconds)
  return { Status = project.status }
end

return M

--- Which model version a person means: an ARN, or PROJECT/VERSION by name.

local arns = require "rekognition.text.arn"
local rek_error = require "rekognition.error"

local M = {}

M.HELP = "The version's ARN, or PROJECT/VERSION."

local function find_project(client, name)
  for project in client:items("DescribeProjects", { ProjectNames = { name } }) do
    local arn = arns.of_kind(project.ProjectArn, "project")
    if arn and arn.project == name then return arn.text end
  end
end

local function find_version(client, project, name)
  for version in client:items("DescribeProjectVersions", { ProjectArn = project, VersionNames = { name } }) do
    local arn = arns.of_kind(version.ProjectVersionArn, "version")
    if arn and arn.version == name then return arn.text end
  end
end

local function fail(code, message)
  rek_error.raise { kind = "waiter", code = code, message = message }
end

--- The names of the project and the version in PROJECT/VERSION; nil for an ARN. What is neither is used wrongly.
---@param context rekognition.cli.Context
---@param text string
---@return string? project
---@return string? version
function M.names(context, text)
  if arns.of_kind(text, "version") then return nil end
  local project, version = text:match("^([A-Za-z0-9_.-]+)/([A-Za-z0-9_.-]+)$")
  if project then return project, version end
  context:usage("'%s' is neither the ARN of a model version nor PROJECT/VERSION", text)
end

--- The version's ARN, and its project's if that was looked up.
---@param context rekognition.cli.Context
---@param client rekognition.Client
---@param text string
---@return string version
---@return string? project
function M.find(context, client, text)
  local project_name, version_name = M.names(context, text)
  if not project_name then return text end
  local project = find_project(client, project_name)
  if not project then
    fail("NoSuchProject", ("there is no project %s in region %s; `rekognition models` lists them"):format(
      project_name, client.region))
  end
  local version = find_version(client, project, version_name)
  if not version then
    fail("NoSuchVersion", ("the project %s has no version %s; `rekognition models` lists them"):format(
      project_name, version_name))
  end
  return version, project
end

return M

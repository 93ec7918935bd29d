--- PutProjectPolicy, ListProjectPolicies, DeleteProjectPolicy.

local core = require "rekognition.core"
local document = require "rekognition.custom_labels.policy"
local errors = require "rekognition.emulator.errors"
local lookup = require "rekognition.emulator.lookup"
local pages = require "rekognition.emulator.pages"
local quotas = require "rekognition.emulator.quotas"

local PAGE = 5

local M = {}

-- 32 hexadecimal digits, as in AWS's examples.
local function new_revision()
  return (core.uuid():gsub("-", ""))
end

local function find(project, name)
  for i, policy in ipairs(project.policies) do
    if policy.name == name then return policy, i end
  end
end

local function check_revision(policy, revision)
  if not policy or policy.revision ~= revision then
    errors.raise("InvalidPolicyRevisionIdException", "The supplied revision id for the project policy is invalid.")
  end
end

local function check_document(text)
  local ok, problems = document.check(text)
  if not ok then
    local first = problems[1]
    errors.raise("MalformedPolicyDocumentException", ("The policy document is malformed: %s%s."):format(
      first.path ~= "" and first.path .. " " or "", first.message))
  end
end

-- Raises if the policy can't be put as the request wants it; returns the policy to be replaced, if there is one.
-- An empty PolicyRevisionId stands for none. The code for a sixth policy is a choice of the two that are listed.
local function check_put(context, project, params)
  local policy, revision = find(project, params.PolicyName), params.PolicyRevisionId
  if revision and revision ~= "" then
    check_revision(policy, revision)
  elseif policy then
    errors.raise("ResourceAlreadyExistsException", ("The project has a policy named %s already. Give its "
      .. "PolicyRevisionId to change it."):format(policy.name))
  else
    quotas.check(context, "policies", #project.policies, "LimitExceededException", "policies in a project")
  end
  return policy
end

function M.PutProjectPolicy(context, params)
  local project = lookup.own_project(context, params.ProjectArn, "ProjectArn")
  lookup.check_alive(context, project)
  lookup.check_custom_labels(project, "Project policies are")
  check_document(params.PolicyDocument)
  local policy = check_put(context, project, params)
  if not policy then
    policy = { name = params.PolicyName, number = context.store:next_number(context.now) }
    table.insert(project.policies, policy)
  end
  policy.document, policy.revision, policy.updated = params.PolicyDocument, new_revision(), context.now
  context.store:touch(project)
  return { PolicyRevisionId = policy.revision }
end

function M.ListProjectPolicies(context, params)
  local project = lookup.own_project(context, params.ProjectArn, "ProjectArn")
  local page, token = pages.take(project.policies, params, "policies/" .. project.arn, PAGE)
  local policies = {}
  for i, policy in ipairs(page) do
    policies[i] = { ProjectArn = project.arn, PolicyName = policy.name, PolicyRevisionId = policy.revision,
                    PolicyDocument = policy.document, CreationTimestamp = policy.number / 1000,
                    LastUpdatedTimestamp = policy.updated }
  end
  return { ProjectPolicies = policies, NextToken = token }
end

function M.DeleteProjectPolicy(context, params)
  local project = lookup.own_project(context, params.ProjectArn, "ProjectArn")
  local policy, place = find(project, params.PolicyName)
  if not policy then
    errors.raise("ResourceNotFoundException", ("The project has no policy named %s."):format(params.PolicyName))
  end
  if (params.PolicyRevisionId or "") ~= "" then check_revision(policy, params.PolicyRevisionId) end
  table.remove(project.policies, place)
  context.store:touch(project)
  return {}
end

return M

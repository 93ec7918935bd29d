--- Whether a caller may use an operation of Rekognition on the resources that its request names.
--
-- Which resources an operation's permission is checked against: Service Authorization Reference, "Actions, resources,
-- and condition keys for Amazon Rekognition". Our decision: CopyProjectVersion needs permission on the destination
-- project and on the source version, where the source project's policies count.

local errors = require "rekognition.emulator.errors"
local iam = require "rekognition.emulator.iam"
local policy = require "rekognition.custom_labels.policy"

local M = {}

-- The members whose ARNs are asked for; other operations have no resources.
local RESOURCES = {
  CopyProjectVersion = { "DestinationProjectArn" },
  CreateDataset = { "ProjectArn" },
  CreateProjectVersion = { "ProjectArn" },
  DeleteDataset = { "DatasetArn" },
  DeleteProject = { "ProjectArn" },
  DeleteProjectPolicy = { "ProjectArn" },
  DeleteProjectVersion = { "ProjectVersionArn" },
  DescribeDataset = { "DatasetArn" },
  DescribeProjectVersions = { "ProjectArn" },
  DetectCustomLabels = { "ProjectVersionArn" },
  ListDatasetEntries = { "DatasetArn" },
  ListDatasetLabels = { "DatasetArn" },
  ListProjectPolicies = { "ProjectArn" },
  ListTagsForResource = { "ResourceArn" },
  PutProjectPolicy = { "ProjectArn" },
  StartProjectVersion = { "ProjectVersionArn" },
  StopProjectVersion = { "ProjectVersionArn" },
  TagResource = { "ResourceArn" },
  UntagResource = { "ResourceArn" },
  UpdateDatasetEntries = { "DatasetArn" },
}

local function resources_of(operation, params)
  if operation == "DistributeDatasetEntries" then
    local arns = {}
    for i, dataset in ipairs(params.Datasets) do arns[i] = dataset.Arn end
    return arns
  end
  local arns = {}
  for i, member in ipairs(RESOURCES[operation] or {}) do arns[i] = params[member] end
  return arns
end

-- The keys that a request's tags are seen by.
local function tag_keys(params)
  local keys, names = {}, {}
  for name, value in pairs(params.Tags or {}) do
    keys["aws:RequestTag/" .. name] = value
    names[#names + 1] = name
  end
  for _, name in ipairs(params.TagKeys or {}) do names[#names + 1] = name end
  if #names > 0 then keys["aws:TagKeys"] = names end
  return keys
end

local function tags_of(store, arn)
  local resource = store.projects[arn] or store.versions[arn] or store.datasets[arn]
  return resource and resource.tags
end

local function account_of(arn)
  return arn:match("^arn:[^:]*:[^:]*:[^:]*:([0-9]*):")
end

local function check(context, action, arn, policies)
  local allowed, reason = iam.allows(context.caller, {
    action = action, resource = arn, keys = context.tag_keys, policies = policies,
    resource_tags = arn and tags_of(context.store, arn), owner = arn and account_of(arn),
  }, context)
  if not allowed then errors.access_denied(context.caller, action, arn, reason) end
end

--- Raises AccessDeniedException where the caller's policies don't allow the operation. Another account's resources have
--- no policies but for copies.
---@param context rekognition.emulator.Context
---@param params table  of the operation
function M.check(context, params)
  context.tag_keys = tag_keys(params)
  local action = "rekognition:" .. context.operation
  local arns = resources_of(context.operation, params)
  if #arns == 0 then check(context, action) end
  for _, arn in ipairs(arns) do check(context, action, arn) end
  local source = context.operation == "CreateDataset" and params.DatasetSource and params.DatasetSource.DatasetArn
  if source then check(context, "rekognition:ListDatasetEntries", source) end
end

local parsed = setmetatable({}, { __mode = "v" }) -- documents by their text

local function parse(text)
  parsed[text] = parsed[text] or policy.parse(text, "any")
  return parsed[text]
end

--- Raises AccessDeniedException where a version can't be copied by the caller: by its own policies, and by those of the
--- source project.
---@param context rekognition.emulator.Context
---@param project rekognition.emulator.Project  the source
---@param version_arn string
function M.check_copy(context, project, version_arn)
  local documents = {}
  for i, one in ipairs(project.policies) do documents[i] = parse(one.document) end
  check(context, "rekognition:CopyProjectVersion", version_arn, documents)
end

return M

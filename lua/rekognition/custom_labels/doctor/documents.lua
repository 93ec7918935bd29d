--- The documents that a copy needs on each side, with nothing in them that it doesn't need.
--
-- Sources: the Custom Labels guide ("Copying a model", "Setting up permissions"), the Service Authorization Reference
-- (which resources each operation is checked against).

local arns = require "rekognition.text.arn"
local json = require "rekognition.custom_labels.policy.json"
local policy = require "rekognition.custom_labels.policy"

local M = {}

--- What is done with the output bucket, with the permissions of whoever copies.
M.BUCKET_ACTIONS = { "s3:GetBucketAcl", "s3:GetBucketLocation", "s3:ListBucket" }
M.OBJECT_ACTIONS = { "s3:GetObject", "s3:GetObjectAcl", "s3:GetObjectTagging", "s3:GetObjectVersion", "s3:PutObject" }
M.KEY_ACTIONS = { "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey" }

local function statement(sid, actions, resources, principal)
  local members = { { "Sid", sid }, { "Effect", "Allow" } }
  if principal then members[#members + 1] = { "Principal", json.object { { "AWS", principal } } } end
  members[#members + 1] = { "Action", json.list(table.move(actions, 1, #actions, 1, {})) }
  members[#members + 1] = { "Resource", #resources == 1 and resources[1] or json.list(resources) }
  return json.object(members)
end

local function document(statements)
  return json.write(json.object { { "Version", "2012-10-17" }, { "Statement", json.list(statements) } })
end

local function prefixed(prefix, names)
  local list = {}
  for i, name in ipairs(names) do list[i] = prefix .. name end
  return list
end

local function rekognition(...) return prefixed("rekognition:", { ... }) end

-- Where the destination's project isn't known yet, its pattern stands for it.
local function destination_resources(job)
  local arn = arns.parse(job.destination_project)
  local source = arns.parse(job.source_project)
  local name = arn and arn.project or job.options.destination_project
  local base = ("arn:%s:rekognition:%s:%s:project/%s/"):format(source and source.partition or "aws",
    job.destination.region, job.account or "*", name)
  return { job.destination_project or base .. "*", base .. "version/*" }
end

--- The identity policy of whoever reads the source and attaches policies to it.
---@return string
function M.source_identity(job)
  return document {
    statement("FindProjects", rekognition "DescribeProjects", { "*" }),
    statement("ShareModel", rekognition("DescribeProjectVersions", "ListProjectPolicies", "PutProjectPolicy",
      "DeleteProjectPolicy"), { job.source_project }),
  }
end

--- The identity policy of whoever copies.
---@return string
function M.destination_identity(job)
  local options = job.options
  local resources = destination_resources(job)
  local everything = { job.source_project, job.source_version, table.unpack(resources) }
  local find = options.create_project and rekognition("DescribeProjects", "CreateProject")
    or rekognition "DescribeProjects"
  local work = rekognition("DescribeProjectVersions", "ListTagsForResource")
  if options.tags then work[#work + 1] = "rekognition:TagResource" end
  if options.replace_failed then work[#work + 1] = "rekognition:DeleteProjectVersion" end
  local bucket = options.output_config.S3Bucket
  local partition = arns.parse(job.source_project or "") and arns.parse(job.source_project).partition or "aws"
  local statements = {
    statement("FindProjects", find, { "*" }),
    statement("CopyModel", rekognition "CopyProjectVersion", everything),
    statement("FollowCopy", work, resources),
    statement("OutputBucket", M.BUCKET_ACTIONS, { ("arn:%s:s3:::%s"):format(partition, bucket) }),
    statement("OutputFiles", M.OBJECT_ACTIONS, { ("arn:%s:s3:::%s/*"):format(partition, bucket) }),
  }
  if options.kms_key_id then
    local key = options.kms_key_id
    statements[#statements + 1] = statement("OutputKey", M.KEY_ACTIONS, { key:sub(1, 4) == "arn:" and key
      or ("arn:%s:kms:%s:%s:key/%s"):format(partition, job.destination.region, job.account or "*", key) })
  end
  return document(statements)
end

--- Who copies, as the policies of bucket and key name it.
---@return string?
function M.principal(job)
  if not job.account or not job.source_version then return nil end
  local options = { account = job.account, role = job.options.role, version = job.source_version }
  return policy.statement(options).Principal.AWS
end

--- The policy of the source project.
---@return string
function M.project_policy(job)
  return policy.build { account = job.account, role = job.options.role, version = job.source_version }
end

--- A bucket policy that lets the copy write. Inside one account the identity policy suffices, unless this one denies.
---@return string
function M.bucket_policy(job)
  local partition, bucket = arns.parse(job.source_project).partition, job.options.output_config.S3Bucket
  local principal = M.principal(job)
  return document {
    statement("CopyBucket", M.BUCKET_ACTIONS, { ("arn:%s:s3:::%s"):format(partition, bucket) }, principal),
    statement("CopyFiles", M.OBJECT_ACTIONS, { ("arn:%s:s3:::%s/*"):format(partition, bucket) }, principal),
  }
end

--- The statement that a key's policy needs.
---@return string
function M.key_policy(job)
  return document { statement("CopyKey", M.KEY_ACTIONS, { "*" }, M.principal(job)) }
end

return M

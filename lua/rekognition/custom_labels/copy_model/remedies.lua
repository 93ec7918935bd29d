--- What to do about each error that a step of a copy can meet.
--
-- The errors are those that the model lists for the operations of the workflow. docs/custom-labels.md has them as well.

local rek_error = require "rekognition.error"

local M = {}

local AGAIN = "run the same copy again: it goes on from where things stand"

-- Whose client makes a call, where that isn't known otherwise.
local SIDES = { ListProjectPolicies = "source", PutProjectPolicy = "source", DeleteProjectPolicy = "source" }

-- Operations whose permission has no resource (Service Authorization Reference).
local WITHOUT_RESOURCE = { DescribeProjects = true, CreateProject = true }

local function side_of(job, e)
  return e.side or SIDES[e.operation] or (job and job.side) or "destination"
end

local function permission(e, job)
  local side, operation = side_of(job, e), e.operation or "the operation"
  local resource = WITHOUT_RESOURCE[operation] and "*" or ("the %s project"):format(side)
  return ("let the identity of the %s client use rekognition:%s on %s in its identity policy, or use credentials of "
    .. "the right account; custom_labels.doctor shows the documents"):format(side, operation, resource)
end

local function permission_to_copy(_, job)
  local parts = {}
  if job and job.is_across and job.source == false then
    parts[1] = ("the source account must attach this policy to %s: %s"):format(job.source_project, job.wanted_policy)
  elseif job and job.is_across then
    parts[1] = "look for a Deny in the policies of the source project"
  end
  local key = job and job.options and job.options.kms_key_id
  parts[#parts + 1] = "let the destination's identity use rekognition:CopyProjectVersion on both versions and the "
    .. "destination project, s3:PutObject on the output bucket"
    .. (key and ", and kms:CreateGrant, kms:DescribeKey, kms:GenerateDataKey and kms:Decrypt on the key" or "")
  parts[#parts + 1] = "custom_labels.doctor finds out which of them it is"
  return table.concat(parts, "; ")
end

local function gone(e, job)
  return ("it is gone, or the ARN is wrong: look at the projects of the %s account; then run again"):format(
    side_of(job, e))
end

local THROTTLED = "the account's rate is used up by others: {again}, or ask AWS for a higher quota (Service Quotas)"
local RIVALS = "somebody else changes the policy all the time: wait until they are done; then {again}"
local POLICY_LIMIT = "the source project has as many policies as it may (5, quota L-0B2CE4DD): delete one that nobody "
  .. "needs, or add the statement to one of them by hand; custom_labels.policy.merge does it. Then {again}. "
  .. "A fleet with remove_policy = true needs no more than fit at a time"

-- By code, for every operation of the workflow: a text, in which {again} stands for AGAIN, or a function.
local ALL = {
  AccessDeniedException = permission,
  ThrottlingException = THROTTLED,
  ProvisionedThroughputExceededException = THROTTLED,
  InternalServerError = "it is a failure at AWS: {again}; if it stays, ask AWS with the request id",
  InvalidParameterException = "compare the arguments with the message: names, ARNs, bucket, key and tags must fit the "
    .. "region and the account",
  InvalidPaginationTokenException = "the listing changed while it was read: {again}",
  ResourceNotFoundException = gone,
  UnrecognizedClientException = "use an access key that is active",
  InvalidSignatureException = "check the secret access key and this machine's clock",
  ExpiredTokenException = "renew the credentials; then {again}",
}

local BY_OPERATION = {
  CopyProjectVersion = {
    AccessDeniedException = permission_to_copy,
    InvalidParameterException = "compare the arguments with the message: the bucket must be in the region, its name "
      .. "right, the key usable, and the source a Custom Labels model",
    LimitExceededException = "too many copies are under way in the account, or the project has as many models as it "
      .. "may: wait for other copies, delete models, or ask AWS for a higher quota (L-B3EE7891, L-9CF05323); then "
      .. "{again}; copy_models waits for a free place by itself",
    ServiceQuotaExceededException = "the destination project has as many models as it may (100, quota L-9CF05323), or "
      .. "another quota is used up: delete models, use another project, or ask AWS for more; then {again}",
    ResourceInUseException = "the name or the destination project is in use and was not listed: wait until the project "
      .. "has settled, or choose another version_name; then {again}",
    ResourceNotFoundException = "the source version, its project, or the destination project is gone: look at both "
      .. "accounts, correct the arguments, and run again",
  },
  CreateProject = {
    LimitExceededException = "the account has as many projects as it may (100, quota L-14D0BC19): delete one, name an "
      .. "existing project, or ask AWS for more",
    ResourceInUseException = "a project of that name is being made or deleted: wait a minute; then {again}",
  },
  PutProjectPolicy = {
    LimitExceededException = POLICY_LIMIT,
    ServiceQuotaExceededException = POLICY_LIMIT,
    MalformedPolicyDocumentException = "AWS does not accept the document: compare the role's ARN and the account with "
      .. "what exists there",
    InvalidPolicyRevisionIdException = RIVALS,
    ResourceAlreadyExistsException = RIVALS,
  },
  DeleteProjectPolicy = { InvalidPolicyRevisionIdException = RIVALS },
  DeleteProjectVersion = {
    ResourceInUseException = "the failed version is in use: wait a minute; then {again}",
  },
  StartProjectVersion = {
    LimitExceededException = "the account runs as many models or inference units as it may (2 models, quota "
      .. "L-5E225387; 5 units, L-4FA65ECB): stop one, or ask AWS for more; then {again}",
    ResourceInUseException = "the model is just changing its state: wait a minute; then {again}",
  },
}

local BY_KIND = {
  credentials = function(e, job)
    return ("give the %s client credentials that work; nothing can be asked without"):format(side_of(job, e))
  end,
  transport = "check the network, the proxy and the endpoint; then {again}",
  protocol = "check what stands between here and AWS (a proxy, an endpoint); then {again}",
  service = "look the code up in AWS's reference; then {again}",
  config = "correct the client's options",
}

local function of_waiter(e)
  if e.code == "WaiterTimeout" then
    return "what AWS has begun goes on: {again}, with a longer timeout if it takes longer"
  elseif e.project_version_status == "COPYING_FAILED" then
    return "AWS gave up the copy, and it holds the name: correct what the status message says (often the output bucket "
      .. "or the key), then run again with replace_failed = true, or delete the version"
  elseif e.project_version_status == "DELETING" or e.message:find("no longer listed", 1, true) then
    return "somebody deleted the copy meanwhile: run again to make a new one"
  end
  return "look at the version's status in the destination project; then {again}"
end

--- What to do about an error.
---@param e rekognition.Error
---@param job? table  the copy: source, side, is_across, source_project, wanted_policy, options
---@return string
function M.of(e, job)
  local found = e.remedy or e.kind == "waiter" and of_waiter(e)
    or e.operation and BY_OPERATION[e.operation] and BY_OPERATION[e.operation][e.code]
    or e.kind == "service" and ALL[e.code] or BY_KIND[e.kind] or AGAIN
  local text = type(found) == "function" and found(e, job) or found
  return (text:gsub("{again}", AGAIN))
end

local function sentence(text)
  return text:find("[.!?]$") and text or text .. "."
end

--- The error that a step raises: the one that it met, with the step, what had been done before, and what to do.
---@param e any
---@param step string
---@param done string[]  what had been done, in words
---@param job? table
---@return any
function M.explain(e, step, done, job)
  if not rek_error.is_error(e) or e.step or e.kind == "cancelled" then return e end
  local fields = {}
  for name, value in pairs(e) do fields[name] = value end
  fields.step, fields.done, fields.remedy, fields.cause = step, done, M.of(e, job), e
  fields.message = ('%s This was the step "%s". Done before it: %s. What to do: %s'):format(sentence(e.message), step,
    #done > 0 and table.concat(done, ", ") or "nothing", sentence(fields.remedy))
  return rek_error.new(fields)
end

return M

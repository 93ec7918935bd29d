--- What the doctor looks at, one check for each subject. Each adds findings, and none changes anything.

local arns = require "rekognition.text.arn"
local calls_of = require "rekognition.custom_labels.calls"
local documents = require "rekognition.custom_labels.doctor.documents"
local identity = require "rekognition.custom_labels.identity"
local places = require "rekognition.custom_labels.copy_model.places"
local policy = require "rekognition.custom_labels.policy"
local preflight = require "rekognition.custom_labels.copy_model.preflight"
local remedies = require "rekognition.custom_labels.copy_model.remedies"
local sharing_of = require "rekognition.custom_labels.copy_model.sharing"

local M = {}

-- AWS's defaults; all can be raised.
local QUOTAS = { models = { 100, "L-9CF05323" }, projects = { 100, "L-14D0BC19" }, policies = { 5, "L-0B2CE4DD" } }

local LONGEST = 10 -- seconds for a look at S3; our decision

-- Runs a part of the preflight; what it raises is a finding. Returns whether it went well.
local function attempt(diagnosis, where, work, ...)
  local ok, e = pcall(work, ...)
  if ok then return true, e end
  if calls_of.ends_all(e) then error(e, 0) end
  local is_passing = e.kind == "transport" or e.retryable
  diagnosis:add(is_passing and "unseen" or "error", where, tostring(e), remedies.of(e, diagnosis.job))
  return false
end

-- Whether STS itself refused the credentials; another status comes from something that isn't STS.
local function is_refusal(e)
  return e.kind == "credentials" or e.kind == "service" and (e.status == 400 or e.status == 401 or e.status == 403)
end

local function check_identity(diagnosis, side, client)
  local found, e = identity.ask(client)
  if found then
    diagnosis:add("ok", side, ("the %s client is %s"):format(side, found.arn))
  elseif is_refusal(e) then
    diagnosis:add("error", side, ("the credentials of the %s client do not work: %s"):format(side, tostring(e)),
      "use credentials that are active, with a clock that is right")
  else
    diagnosis:add("unseen", side, ("STS could not be asked who the %s client is: %s"):format(side, tostring(e)),
      "see that the account is the right one")
  end
  return found
end

--- Who both clients are.
function M.identities(diagnosis)
  local job = diagnosis.job
  diagnosis.destination = check_identity(diagnosis, "destination", job.destination)
  job.identity = function() return diagnosis.destination end
  if not job.source then return end
  diagnosis.source = job.source == job.destination and diagnosis.destination
    or check_identity(diagnosis, "source", job.source)
end

local function check_account(diagnosis, side, given)
  local arn, known = arns.parse(given), diagnosis[side]
  if arn and known and arn.account ~= known.account then
    diagnosis:add("error", side, ("the %s client is of account %s, but %s is of account %s"):format(side, known.account,
      given, arn.account), ("use a %s client with credentials of account %s"):format(side, arn.account))
    return false
  end
  return true
end

--- Both places: the source version, the destination project, the name.
function M.places(diagnosis)
  local job, options = diagnosis.job, diagnosis.job.options
  local is_source_well = true
  if job.source then
    is_source_well = check_account(diagnosis, "source", options.source_project or options.source_version)
      and attempt(diagnosis, "source", preflight.resolve_source, job)
  else
    job.source_project, job.source_version = options.source_project, options.source_version
    diagnosis:add("unseen", "source", "whether the source version is there can't be seen without its account's client",
      "ask its owner")
  end
  if is_source_well then
    diagnosis:add("ok", "source", ("the version to copy is %s"):format(job.source_version))
    job.version_name = options.version_name or arns.parse(job.source_version).version
  end
  local is_well, arn = check_account(diagnosis, "destination", options.destination_project), nil
  if is_well then is_well, arn = attempt(diagnosis, "destination", preflight.resolve_destination, job) end
  if not is_well then return end
  if not arn then
    diagnosis:add("ok", "destination", ("the project %s will be created"):format(options.destination_project))
    job.account = diagnosis.destination and diagnosis.destination.account
    local source = arns.parse(job.source_project)
    job.is_across = job.account and source and job.account ~= source.account
  elseif is_source_well then
    preflight.set_destination(job, arn)
    if attempt(diagnosis, "destination", preflight.look_at_name, job, options.replace_failed) then
      diagnosis:add("ok", "destination", job.existing and ("the copy is there: %s, %s"):format(
        job.existing.ProjectVersionArn, job.existing.Status) or ("the name %s is free"):format(job.version_name))
    end
  end
end

local function check_documents(diagnosis, list)
  for _, entry in ipairs(list) do
    local ok, problems = policy.check(entry.PolicyDocument)
    if not ok then
      diagnosis:add("warning", "policy", ("the policy %s of the source project has mistakes: %s %s"):format(
        entry.PolicyName, problems[1].path, problems[1].message), "correct it; until then it may allow nothing")
    end
  end
end

local function check_role(diagnosis)
  local role, known = diagnosis.job.options.role, diagnosis.destination
  if not role or not known then return end
  local name = known.arn:match(":assumed%-role/([^/]+)/")
  local wanted = arns.last_part(role)
  if name ~= wanted then
    diagnosis:add("error", "policy",
      ("the policy would allow the role %s alone, but the destination client is %s"):format(role, known.arn),
      "use credentials of that role, or leave role out")
  end
end

local function tell_decision(diagnosis, list)
  local job, sharing = diagnosis.job, preflight.sharing(diagnosis.job)
  local decision, by, unseen = sharing_of.decide(sharing, list, job.source_version)
  if decision == "Deny" then
    return diagnosis:add("error", "policy", ("the policy %s of the source project denies the copy"):format(by),
      "take out or narrow its Deny statement; an Allow elsewhere doesn't help")
  elseif decision == "Allow" then
    return diagnosis:add("ok", "policy", ("the policy %s of the source project allows the copy"):format(by))
  end
  if unseen then
    diagnosis:add("unseen", "policy", ("what the existing policies say depends on %s"):format(unseen),
      "the document below allows the copy by itself")
  end
  diagnosis:add("warning", "policy", "no policy of the source project is known to allow the copy",
    "copy_model attaches this one to " .. job.source_project .. ", or its owner does", documents.project_policy(job))
  if #list >= QUOTAS.policies[1] then
    diagnosis:add("warning", "quotas", ("the source project has %d policies, and AWS allows %d by default"):format(
      #list, QUOTAS.policies[1]), ("delete one, or ask for more (%s)"):format(QUOTAS.policies[2]))
  end
end

--- The source project's policies, evaluated for whoever will copy.
function M.policies(diagnosis)
  local job = diagnosis.job
  if not job.source_version or job.is_across == nil then return end
  if not job.is_across then
    return diagnosis:add("ok", "policy", "inside one account a copy needs no project policy")
  end
  check_role(diagnosis)
  if not job.source then
    return diagnosis:add("unseen", "policy", "the policies of the source project can't be seen from here",
      ("account %s must attach this one to %s"):format(arns.parse(job.source_project).account, job.source_project),
      documents.project_policy(job))
  end
  local ok, list = attempt(diagnosis, "policy", sharing_of.list, job.calls, job.source, job.source_project)
  if not ok then return end
  check_documents(diagnosis, list)
  tell_decision(diagnosis, list)
end

local function tell_bucket_error(diagnosis, e)
  local job = diagnosis.job
  local bucket = job.options.output_config.S3Bucket
  if e.status == 404 then
    return diagnosis:add("error", "bucket", ("there is no bucket named %s"):format(bucket),
      "correct output_config.S3Bucket, or create it")
  elseif e.status == 403 then
    return diagnosis:add("warning", "bucket",
      ("the destination client may not look at the bucket %s, or it is not of account %s"):format(bucket,
        job.account or "?"), "the bucket must belong to the destination account; its identity needs the statements "
        .. "OutputBucket and OutputFiles")
  elseif e.status == 301 then
    local region = e.details and e.details.region
    return diagnosis:add("error", "bucket", ("the bucket %s is in another region%s"):format(bucket,
      region and " (" .. region .. ")" or ""), "name a bucket in " .. job.destination.region)
  end
  return diagnosis:add("unseen", "bucket", ("the bucket %s could not be looked at: %s"):format(bucket, tostring(e)),
    "see that it is there, in the destination account, and in " .. job.destination.region)
end

--- The output bucket: it belongs to the destination account, in its region.
function M.bucket(diagnosis)
  local job = diagnosis.job
  local bucket, region = job.options.output_config.S3Bucket, job.destination.region
  local s3 = require "rekognition.services.s3"
  local ok, found = pcall(s3.head_bucket, job.destination, bucket, job.account, { total_timeout = LONGEST })
  if not ok then
    if calls_of.ends_all(found) then error(found, 0) end
    tell_bucket_error(diagnosis, found)
  elseif found.region and found.region ~= region then
    diagnosis:add("error", "bucket", ("the bucket %s is in %s, the copy in %s"):format(bucket, found.region, region),
      "name a bucket in " .. region)
  else
    diagnosis:add("ok", "bucket", ("the bucket %s is there"):format(bucket))
  end
  if not bucket:find("custom-labels", 1, true) then
    diagnosis:add("warning", "bucket", ("the managed policy AmazonRekognitionCustomLabelsFullAccess allows S3 only for "
      .. "buckets with custom-labels in their names; %s has not"):format(bucket),
      "give the destination's identity the statements OutputBucket and OutputFiles, or use another bucket")
  end
  diagnosis:add("unseen", "bucket", "whether the copy may write to the bucket can't be tried without writing",
    "if the bucket has a policy of its own, it must not deny this", job.source_project and documents.bucket_policy(job))
end

--- The key: what it needs can't be tried from here.
function M.key(diagnosis)
  local job = diagnosis.job
  if not job.options.kms_key_id then return end
  diagnosis:add("unseen", "key", ("whether the key %s lets the copy use it can't be seen from here (%s)"):format(
    job.options.kms_key_id, table.concat(documents.KEY_ACTIONS, ", ")),
    "the destination's identity needs the statement OutputKey; a key whose policy doesn't trust its account needs this",
    job.source_project and documents.key_policy(job))
end

local function tell_quota(diagnosis, name, count, what)
  local most, code = QUOTAS[name][1], QUOTAS[name][2]
  local text = ("%d of %d %s are used (AWS's default; quota %s)"):format(count, most, what, code)
  if count >= most then
    diagnosis:add("error", "quotas", text, "delete some, or ask AWS for more; then this can be passed over")
  else
    diagnosis:add("ok", "quotas", text)
  end
end

--- What is left of the quotas, against AWS's documented defaults.
function M.quotas(diagnosis)
  local job = diagnosis.job
  if not job.destination_project then
    local ok, list = attempt(diagnosis, "quotas", places.projects, job.calls, job.destination)
    if ok and job.options.create_project then tell_quota(diagnosis, "projects", #list, "projects of the account") end
    return
  end
  if job.existing_state == "ours" then return end
  local ok, list = attempt(diagnosis, "quotas", places.versions, job.calls, job.destination, job.destination_project)
  if not ok then return end
  tell_quota(diagnosis, "models", #list, "models of the destination project")
  local copies = 0
  for _, version in ipairs(list) do copies = copies + (version.Status == "COPYING_IN_PROGRESS" and 1 or 0) end
  if copies > 0 then
    diagnosis:add("unseen", "quotas", ("%d copies are under way in the project; how many may be is not published "
      .. "(quota L-B3EE7891)"):format(copies), "if the copy is refused with LimitExceededException, wait for them")
  end
end

return M

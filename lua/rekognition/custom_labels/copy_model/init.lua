--- copy_model: copies a model to another project, in the same or another account, and waits until the copy is complete.
--
-- Every step looks at what is there before it changes anything, so a run that was killed at any point is finished by
-- running it again with the same arguments. docs/custom-labels.md has the steps, the errors and their remedies.

local calls_of = require "rekognition.custom_labels.calls"
local copying = require "rekognition.custom_labels.copy_model.copying"
local identity = require "rekognition.custom_labels.identity"
local option_check = require "rekognition.custom_labels.copy_model.options"
local policy = require "rekognition.custom_labels.policy"
local preflight = require "rekognition.custom_labels.copy_model.preflight"
local sharing_of = require "rekognition.custom_labels.copy_model.sharing"
local steps_of = require "rekognition.custom_labels.copy_model.steps"

local M = {}

---@class rekognition.CopyResult
---@field project_version_arn string
---@field status string                "COPYING_COMPLETED", or what it has become since
---@field adopted boolean              the copy was there already, or its response was lost and it was found
---@field differences { what: string, asked: string?, found: string? }[]  of an adopted copy from what was asked
---@field steps { name: string, outcome: "done"|"found"|"skipped", seconds: number }[]
---@field elapsed number               seconds
---@field version table                the copy's description
---@field source_version string        ARN
---@field destination_project string   ARN
---@field policy? string               source = false, across accounts: the policy that the other side must attach

--- A copy that has been asked for: its arguments, its calls, and what is found out about it.
---@param options rekognition.CopyOptions  checked
---@param calls rekognition.Calls
---@param on_progress? fun(event: rekognition.CopyEvent)
---@return table job
function M.job(options, calls, on_progress)
  local source, destination = options.source, options.destination or options.source
  if source == nil then source = destination end
  local job = { options = options, calls = calls, source = source, destination = destination,
                delay = options.delay or 30, steps = steps_of.new(calls, on_progress), side = "source" }
  job.identity = identity.once(calls, destination)
  return job
end

-- The policy step across accounts, or why there is none.
local function share(job)
  local steps, sharing = job.steps, preflight.sharing(job)
  if job.existing_state == "ours" then
    steps:skip("policy", "the copy is there")
  elseif not job.is_across then
    steps:skip("policy", "inside one account no policy is needed")
  elseif not sharing then
    job.wanted_policy = policy.build { account = job.account, role = job.options.role, version = job.source_version }
    steps:skip("policy", ("the source account must have attached this policy to %s: %s"):format(job.source_project,
      job.wanted_policy))
  else
    steps:run("policy", job, function()
      job.side = "source"
      local outcome, names = sharing_of.ensure(sharing)
      job.side, job.wrote_policy = "destination", outcome == "done"
      return outcome, outcome == "done" and "attached " .. table.concat(names, ", ") or "existing policies allow it"
    end)
  end
end

local function unshare(job)
  local sharing = preflight.sharing(job)
  if not job.options.remove_policy then
    job.steps:skip("remove_policy", "not asked for")
  elseif not sharing then
    job.steps:skip("remove_policy", "there is none of ours")
  else
    job.steps:run("remove_policy", job, function()
      local outcome, names = sharing_of.remove(sharing)
      return outcome, outcome == "done" and table.concat(names, ", ") or "no policy of ours names the version"
    end)
  end
end

--- Copies a model and waits until the copy is complete.
--
-- Raises an error of the SDK's one class; its `step` is where it happened, `done` what had been done by then, `remedy`
-- what to do, and `cause` the error that the step met. Codes of its own, besides AWS's: ValidationError,
-- ProjectNotFound, ProjectNotUsable, VersionNotFound, NotCopyable, NameTaken, CopyFailed, PolicyDenies; WaiterFailure
-- and WaiterTimeout.
---@param options rekognition.CopyOptions
---@return rekognition.CopyResult
function M.run(options)
  option_check.check(options)
  local timeout = options.timeout or 7200
  local calls = calls_of.new(options.destination or options.source, timeout)
  local job = M.job(options, calls, options.on_progress)
  local steps = job.steps ---@type any
  steps:run("preflight", job, function() return preflight.run(job) end)
  if job.destination_project then
    steps:skip("create_project", "it exists")
  else
    steps:run("create_project", job, function() return copying.create_project(job) end)
  end
  share(job)
  steps:run("copy", job, function() return copying.run(job) end)
  copying.compare(job)
  steps:run("wait", job, function() return copying.wait(job) end)
  unshare(job)
  return {
    project_version_arn = job.copy_arn, status = job.version.Status, adopted = job.is_adopted or false,
    differences = job.differences or {}, steps = steps.list, elapsed = calls:elapsed(), version = job.version,
    source_version = job.source_version, destination_project = job.destination_project, policy = job.wanted_policy,
  }
end

return M

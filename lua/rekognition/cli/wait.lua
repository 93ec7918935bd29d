--- `rekognition wait`: until a model, a dataset or a project has reached a state.

local arns = require "rekognition.text.arn"
local goals = require "rekognition.waiter.goals"
local model_of = require "rekognition.cli.model_of"
local options = require "rekognition.cli.options"
local rek_error = require "rekognition.error"
local running_model = require "rekognition.custom_labels.running_model"
local values = require "rekognition.cli.values"

-- Short names of the waiters of a version, which are what is waited for most.
local SHORT = {
  copied = "project_version_copied", trained = "project_version_training_completed",
  running = "project_version_running", stopped = "project_version_stopped", deleted = "project_version_deleted",
}

local function names()
  local list = { "copied", "trained", "running", "stopped", "deleted" }
  for _, name in ipairs(goals.names()) do
    if not name:find("^project_version_") then list[#list + 1] = name end
  end
  return list
end

local M = {
  summary = "Wait until a model, dataset or project has reached a state",
  description = "Waits as long as it takes, up to --timeout, and ends when the state can't be reached any more.",
  arguments = {
    { name = "state", value = "STATE", choices = names(), help = "What to wait for." },
    { name = "subject", value = "SUBJECT",
      help = "A version's ARN or PROJECT/VERSION; for dataset_* a dataset's ARN; for project_* a project's name "
        .. "or ARN." },
  },
  options = options.list {
    options.delay_of "the waiter's",
    { name = "--timeout", value = "TIME", convert = values.seconds, help = "How long to wait. Default: the waiter's." },
    "profile", "region", "endpoint", "output", "quiet",
  },
  examples = { "rekognition wait copied birds/model_1 --timeout 2h", "rekognition wait project_deleted birds" },
  exit = "0 reached, 1 not reached, 2 used wrongly.",
}

local KINDS = { project_version = "version", dataset = "dataset", project = "project" }

-- What the waiter waits for: "version", "dataset" or "project".
local function kind_of(waiter)
  return KINDS[waiter:match("^(project_version)_") or waiter:match("^([a-z]+)_")]
end

-- Nothing of another region is seen from here: it would look gone.
local function check_region(context, client, arn)
  if arn.region ~= client.region then
    context:usage("'%s' must be in region %s; --region %s looks there", arn.text, client.region, arn.region)
  end
  return arn.text
end

local function params_of(context, client, kind)
  local given = context.args.subject
  if kind == "version" then
    local arn, project = model_of.find(context, client, given)
    return { ProjectArn = project or running_model.find(client, arn, {}).project, ProjectVersionArn = arn }
  end
  local arn = arns.of_kind(given, kind)
  if arn then return { [kind == "dataset" and "DatasetArn" or "ProjectArn"] = check_region(context, client, arn) } end
  if kind == "dataset" then context:usage("'%s' must be a dataset's ARN", given) end
  if not given:find("^[A-Za-z0-9_.-]+$") then context:usage("'%s' must be a project's name or ARN", given) end
  return { ProjectNames = { given } }
end

-- Our decision: what is waited for must be there at the first look, unless it may just have been made (copied,
-- created), when the listing may lag behind.
local function check_first_look(context, client, waiter, kind)
  local goal = goals.find(waiter).goal
  if goal == "copied" or goal == "created" then return end
  rek_error.raise { kind = "waiter", code = kind == "version" and "NoSuchVersion" or "NoSuchDataset",
    message = ("there is no %s %s in region %s%s"):format(kind, context.args.subject, client.region,
      kind == "version" and "; `rekognition models --arn` lists them" or "") }
end

local GONE = { NoSuchProject = true, NoSuchVersion = true }

-- Waits. Returns the description, or nil of what was gone before.
local function wait(context, client, waiter)
  local args, kind = context.args, kind_of(waiter)
  local ok, params = pcall(params_of, context, client, kind)
  if not ok then
    if goals.find(waiter).ends_by_leaving and rek_error.is_error(params) and GONE[params.code] then return nil end
    error(params, 0)
  end
  return client:wait(waiter, params, {
    delay = args.delay, timeout = args.timeout,
    on_poll = function(seen, polls)
      if not seen and polls == 1 and not goals.find(waiter).ends_by_leaving then
        check_first_look(context, client, waiter, kind)
      end
      seen = seen or { Status = "not listed" }
      context.progress:event { step = args.state, state = seen.Status, message = seen.StatusMessage }
    end,
  })
end

function M.run(context)
  local args = context.args
  local waiter = SHORT[args.state] or args.state
  local client <close> = context:client()
  local description = wait(context, client, waiter) or {}
  context.progress:clear()
  local arn = description.ProjectVersionArn or description.DatasetArn or description.ProjectArn or args.subject
  local status, message = description.Status, description.StatusMessage
  if goals.find(waiter).ends_by_leaving then status, message = "DELETED", nil end -- the last that was seen is over
  context.output:record({ { "subject", arn }, { "status", status }, { "message", message } },
    { subject = arn, status = status, status_message = message })
  return 0
end

return M

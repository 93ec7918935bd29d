--- `rekognition wait`: until a model, a dataset or a project has reached a state.

local arns = require "rekognition.text.arn"
local goals = require "rekognition.waiter.goals"
local model_of = require "rekognition.cli.model_of"
local options = require "rekognition.cli.options"
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
      help = "A version's ARN or PROJECT/VERSION; for dataset_* a dataset's ARN; for project_* a project's name." },
  },
  options = options.list {
    options.delay_of "the waiter's",
    { name = "--timeout", value = "TIME", convert = values.seconds, help = "How long to wait. Default: the waiter's." },
    "profile", "region", "endpoint", "output", "quiet",
  },
  examples = { "rekognition wait copied birds/model_1 --timeout 2h", "rekognition wait project_deleted birds" },
  exit = "0 reached, 1 not reached, 2 used wrongly.",
}

local function params_of(context, client, waiter)
  local given = context.args.subject
  if waiter:find("^project_version_") then
    local arn, project = model_of.find(context, client, given)
    return { ProjectArn = project or running_model.find(client, arn, {}).project, ProjectVersionArn = arn }
  elseif waiter:find("^dataset_") then
    if not arns.of_kind(given, "dataset") then context:usage("'%s' must be a dataset's ARN", given) end
    return { DatasetArn = given }
  end
  local arn = arns.of_kind(given, "project")
  return { ProjectName = arn and arn.project or given }
end

function M.run(context)
  local args = context.args
  local waiter = SHORT[args.state] or args.state
  local client <close> = context:client()
  local description = client:wait(waiter, params_of(context, client, waiter), {
    delay = args.delay, timeout = args.timeout,
    on_poll = function(seen)
      seen = seen or { Status = "not listed" }
      context.progress:event { step = args.state, state = seen.Status, message = seen.StatusMessage }
    end,
  })
  context.progress:clear()
  description = description or {}
  local arn = description.ProjectVersionArn or description.DatasetArn or description.ProjectArn or args.subject
  local status, message = description.Status, description.StatusMessage
  context.output:record({ { "subject", arn }, { "status", status }, { "message", message } },
    { subject = arn, status = status, status_message = message })
  return 0
end

return M

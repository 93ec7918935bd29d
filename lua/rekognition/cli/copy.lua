--- `rekognition copy`: one copy, or a plan of copies.

local copying = require "rekognition.cli.copying"
local fleet = require "rekognition.cli.fleet"
local json = require "rekognition.cli.json"
local copy_model = require "rekognition.custom_labels.copy_model"
local rek_error = require "rekognition.error"
local text = require "rekognition.cli.text"
local values = require "rekognition.cli.values"

local M = {
  summary = "Copy a model to another project or account, or carry out a plan of copies",
  description = "Copies a trained model and waits until the copy is complete. Across accounts it attaches a policy to "
    .. "the source project first. Each step is skipped if it isn't needed: the same command, run again, goes on where "
    .. "it was. With --plan FILE it shows (plan), makes (apply) or compares (check) all copies of a plan.",
  usage = { "--source-project P --destination-project PROJECT --bucket BUCKET [OPTION]...",
            "--plan FILE [OPTION]... plan|apply|check" },
  arguments = { { name = "action", value = "ACTION", args = "?", choices = { "plan", "apply", "check" },
                  help = "With --plan: what to do with the plan." } },
  options = copying.options {
    { name = "--remove-policy", help = "Take this copy out of the policy when it is complete." },
    { name = "--replace-failed", help = "Delete a failed copy that has the name." },
    { name = "--plan", value = "FILE", help = "A plan of copies, JSON. See docs/custom-labels.md." },
    { name = "--journal", value = "FILE", help = "With --plan: where a killed apply finds what it had begun. Default: "
      .. "in rekognition/ in XDG_STATE_HOME (~/.local/state)." },
    { name = "--timeout", value = "TIME", convert = values.seconds,
      help = "How long everything may take. Default: 2h, with --plan 1d." },
    "delay", "profile", "region", "endpoint", "output", "quiet", "yes",
  },
  examples = {
    "rekognition copy --source-project birds --destination-project birds --version-name v1 \\",
    "  --bucket custom-labels-results --source-profile dev --destination-profile production",
    "rekognition copy --plan models.json plan",
    "rekognition copy --plan models.json apply --yes",
  },
  exit = "0 done, 1 failed, 2 used wrongly, 3 something differs from the plan (check).",
}

local STEPS = { { key = "name", title = "STEP" }, { key = "outcome", title = "OUTCOME" },
  { key = "seconds", title = "TIME", right = true, show = text.duration } }

local function print(context, result)
  context.progress:clear()
  if context.output.format ~= "table" then
    return context.output:json {
      project_version_arn = result.project_version_arn, status = result.status, adopted = result.adopted,
      differences = json.list(result.differences), steps = json.list(result.steps), elapsed = result.elapsed,
      source_version_arn = result.source_version, destination_project_arn = result.destination_project,
      policy = result.policy,
    }
  end
  context.output:table(STEPS, result.steps)
  context.output:line("")
  context.output:record({ { "version", result.project_version_arn }, { "status", result.status },
    { "source", result.source_version }, { "adopted", result.adopted and "yes: it was there already" or nil },
    { "attach", result.policy } }, {})
end

local function question(args)
  return ("This copies %s of %s to %s%s."):format(args.source_version or "the newest version",
    args.source_project or "its project", args.destination_project,
    args.no_source and "" or " and, across accounts, attaches a policy to the source project")
end

local function copy_one(context)
  local args = context.args
  local arguments = copying.arguments(context)
  arguments.remove_policy, arguments.replace_failed = args.remove_policy, args.replace_failed
  arguments.delay, arguments.timeout = args.delay, args.timeout
  arguments.on_progress = context:on_progress()
  if not context:confirm(question(args), arguments.destination, arguments.source) then return 1 end
  print(context, copy_model.run(arguments))
  return 0
end

local function act(context)
  if context.args.plan then return fleet.run(context) end
  if context.args.action then context:usage("'%s' needs --plan FILE", context.args.action) end
  return copy_one(context)
end

function M.run(context)
  local ok, result = pcall(act, context)
  if ok then return result end
  if rek_error.is_error(result) and result.kind == "cancelled" then
    context:say("a copy that was begun goes on at the service; the same command, run again, finds it")
  end
  return error(result, 0)
end

return M

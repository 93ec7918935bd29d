--- `rekognition run`: a command that runs while a model does.

local core = require "rekognition.core"
local journals = require "rekognition.custom_labels.run_journal"
local model_of = require "rekognition.cli.model_of"
local rek_error = require "rekognition.error"
local run_command = require "rekognition.cli.run_command"
local run_model = require "rekognition.custom_labels.run_model"
local started = require "rekognition.cli.started"
local values = require "rekognition.cli.values"

local M = {
  summary = "Run a command while a model runs, and stop the model whatever comes of it",
  description = "Starts a model, waits until it runs, runs COMMAND, and stops the model when COMMAND ends, when a "
    .. "limit is reached, and when it is interrupted. REKOGNITION_PROJECT_VERSION_ARN tells COMMAND the model's ARN.",
  usage = { "--version VERSION [OPTION]... -- COMMAND [ARGUMENT]..." },
  arguments = { { name = "words", value = "COMMAND", args = "+", help = "The command and its arguments, behind --." } },
  options = started.options {
    { name = "--version", required = true, value = "VERSION", help = model_of.HELP },
    { name = "--max-hours", value = "HOURS", convert = values.amount,
      help = "End COMMAND and stop the model after this." },
    { name = "--max-cost", value = "AMOUNT", convert = values.amount,
      help = "End COMMAND and stop the model when it has cost this, by --price-per-hour." },
    { name = "--grace", value = "TIME", convert = values.seconds,
      help = "How long COMMAND may take to end when it is told to. Then it is killed. Default: 10." },
    { name = "--use-running", help = "Use the model where someone else has it running, and leave it running." },
  },
  examples = {
    "rekognition run --version birds/model_1 --max-hours 2 --yes -- python3 detect.py images/",
    "rekognition run --version ARN -- sh -c 'aws rekognition detect-custom-labels \\",
    "  --project-version-arn $REKOGNITION_PROJECT_VERSION_ARN ...'",
  },
  exit = "COMMAND's own; 128 + N where signal N ended it. 1 the model did not run, or a limit was reached; 2 used "
    .. "wrongly; 127 there is no such command; 126 it could not be run; 130 or 143 interrupted: COMMAND was ended and "
    .. "the model stopped.",
}

local function check_command(context)
  local name = context.args.words[1]
  if core.find_command(name) then return end
  local file = name:find("/", 1, true) and io.open(name)
  if file then file:close() end
  error({ exit_code = file and 126 or 127, no_command = file
    and ("%s is not a program that can be run; the model was not started"):format(name)
    or ("there is no command '%s'; the model was not started"):format(name) }, 0)
end

-- What the journal still has may still be running.
local function warn_if_left(context, client, arn)
  local ok, entry = pcall(function() return journals.open(client, context.args.journal):find(arn, client.endpoint) end)
  if ok and entry then
    context:say("%s may still be running, and is billed as long as it does; `rekognition stop --mine` stops it", arn)
  end
end

function M.run(context)
  local args = context.args
  local given = context:need "--version"
  started.check_units(context)
  if args.max_cost and args.price_per_hour == 0 then context:usage "--max-cost needs a --price-per-hour above 0" end
  check_command(context)
  local client <close> = context:client()
  local arn, project = model_of.find(context, client, given)
  if not started.confirm(context, client, arn, "until the command ends") then return 1 end
  local command = run_command.new(context)
  local ok, result = pcall(run_model.run, {
    client = client, version = arn, project = project, min_inference_units = args.min_units,
    max_inference_units = args.max_units, max_hours = args.max_hours, max_cost = args.max_cost,
    price_per_hour = args.price_per_hour, journal = args.journal, use_running = args.use_running, delay = args.delay,
    timeout = args.timeout, profile = args.profile, on_progress = function(event)
      if event.step == "stop" then command:expect_stop() end
      context.progress:event(event)
    end,
  }, function(version, run) return command:run(version, run) end)
  if ok then return result end
  local is_others = rek_error.is_error(result) and result.code == "ModelInUse" -- the error says what is the case
  if rek_error.is_error(result) and not is_others then warn_if_left(context, client, arn) end
  return error(result, 0)
end

return M

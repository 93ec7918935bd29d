--- `rekognition start`: starts a model and leaves it running, noted in the journal.

local journals = require "rekognition.custom_labels.run_journal"
local model_of = require "rekognition.cli.model_of"
local rek_error = require "rekognition.error"
local run_options = require "rekognition.custom_labels.run_options"
local running_model = require "rekognition.custom_labels.running_model"
local start_model = require "rekognition.custom_labels.start_model"
local started = require "rekognition.cli.started"
local stop_model = require "rekognition.custom_labels.stop_model"

local M = {
  summary = "Start a model, and wait until it runs",
  description = "Starts a model and waits until it runs. It then runs, and is billed, until it is stopped: "
    .. "`rekognition stop --mine` stops all that was started here. `rekognition run` stops it by itself.",
  arguments = { { name = "version", value = "VERSION", help = model_of.HELP } },
  options = started.options { { name = "--no-wait", help = "Don't wait until it runs." } },
  examples = { "rekognition start birds/model_1 --yes", "rekognition start ARN --min-units 2 --no-wait" },
  exit = "0 it runs (or starts, with --no-wait), 1 failed, 2 used wrongly, 130 or 143 interrupted: it goes on "
    .. "starting, and stop --mine stops it.",
}

local function entry_of(context, model, confirmed)
  local args, client = context.args, model.client
  return {
    version = model.arn, project = model.project, region = client.region, endpoint = client.endpoint,
    profile = args.profile, started_at = client._seams.clock(), confirmed = confirmed, kept = true,
    min_inference_units = args.min_units or 1, max_inference_units = args.max_units,
    price_per_hour = args.price_per_hour or run_options.PRICE_PER_HOUR,
  }
end

-- Sends the start. The journal has it before the service has.
local function request(context, model, journal)
  journal:add(entry_of(context, model, false))
  local ok, is_ours, taken = pcall(start_model.request, model,
    { min = context.args.min_units or 1, max = context.args.max_units })
  if ok and is_ours then return journal:add(entry_of(context, model, true)) end
  local is_clear = ok or rek_error.is_error(is_ours) and is_ours.kind ~= "cancelled"
    and not running_model.is_ambiguous(is_ours)
  if is_clear then journal:remove(model.arn, model.client.endpoint) end
  if ok then start_model.refuse_running(model, taken) end
  error(is_ours, 0)
end

-- A start that fails or takes too long is not left to itself.
local function wait(context, model, journal)
  local ok, version = pcall(start_model.wait_until_running, model,
    { deadline = model:now() + (context.args.timeout or 3600), is_fresh = true })
  if ok then return version end
  if not rek_error.is_error(version) or version.kind ~= "waiter" then error(version, 0) end
  stop_model.run(model, { may_lag = true })
  journal:remove(model.arn, model.client.endpoint)
  error(version, 0)
end

local function print(context, model, status)
  context.progress:clear()
  context.output:record({ { "version", model.arn }, { "status", status } },
    { version_arn = model.arn, status = status })
end

local function bring_up(context, client, arn, project)
  local model = running_model.find(client, arn,
    { project = project, delay = context.args.delay, on_progress = context:on_progress() })
  local version = model:describe()
  local journal = journals.open(client, context.args.journal)
  if version and start_model.ACTIVE[version.Status] then
    start_model.refuse_running(model, version, journal:find(arn, client.endpoint))
  end
  if not version or not start_model.STARTABLE[version.Status] then start_model.refuse(model, version) end
  if not started.confirm(context, client, arn, "until it is stopped") then return nil end
  context.is_requested = true
  request(context, model, journal)
  local status = "STARTING"
  if not context.args.no_wait then status = wait(context, model, journal).Status end
  print(context, model, status)
  return status
end

function M.run(context)
  started.check_units(context)
  local client <close> = context:client()
  local arn, project = model_of.find(context, client, context.args.version)
  local ok, result = pcall(bring_up, context, client, arn, project)
  if ok then return result and 0 or 1 end
  if context.is_requested and rek_error.is_error(result) and result.code == "Interrupted" then
    context:say("the model may go on starting, and is billed when it runs; `rekognition stop --mine` stops it")
  end
  error(result, 0)
end

return M

--- `rekognition stop`: stops models, and waits until they are stopped.

local arns = require "rekognition.text.arn"
local calls = require "rekognition.custom_labels.calls"
local inventory = require "rekognition.custom_labels.inventory"
local journals = require "rekognition.custom_labels.run_journal"
local model_of = require "rekognition.cli.model_of"
local options = require "rekognition.cli.options"
local rek_error = require "rekognition.error"
local running_model = require "rekognition.custom_labels.running_model"
local stop_model = require "rekognition.custom_labels.stop_model"
local text = require "rekognition.cli.text"
local values = require "rekognition.cli.values"

local M = {
  summary = "Stop models, and wait until they are stopped",
  description = "Stops the models named, all that were started here and are still running (--mine), or all that run "
    .. "for longer than a time (--older-than). A model that is starting can't be stopped: it is waited for first.",
  usage = { "VERSION... [OPTION]...", "--mine [OPTION]...", "--older-than TIME [OPTION]..." },
  arguments = { { name = "version", value = "VERSION", args = "*", help = model_of.HELP .. " One or more." } },
  options = options.list {
    { name = "--mine", help = "What the journal has: started here by `start` or `run`, or by run_model, and not "
      .. "stopped since. What a run still uses is left to it." },
    "journal",
    { name = "--older-than", value = "TIME", convert = values.seconds,
      help = "What runs for longer than this, such as 2h, whoever started it. What runs since an unknown time is "
        .. "left." },
    { name = "--timeout", value = "TIME", convert = values.seconds, help = "How long a stop may take. Default: 1h." },
    options.delay_of "10", "profile", "region", "endpoint", "output", "quiet", "yes",
  },
  examples = { "rekognition stop --mine", "rekognition stop --older-than 2h --yes", "rekognition stop birds/model_1" },
  exit = "0 all are stopped, 1 something may still be running, 2 used wrongly.",
}

-- A row of the result, of what `f` returns: a version as it is in the end. What fails has its own row, and doesn't keep
-- the other models from being stopped.
local function row_of(context, name, f)
  local row = { version_arn = name }
  local ok, result = pcall(f, row)
  if ok then
    row.status = row.status or result and result.Status or "does not exist"
    return row
  end
  calls.pass_on(result)
  row.status, row.error = "failed", context.in_flags(tostring(result))
  return row
end

-- Progress names the model where there are several.
local function progress_of(context, arn)
  local report, parsed = context:on_progress(), arns.of_kind(arn, "version")
  if not context.has_several or not parsed then return report end
  return function(event)
    local shown = {}
    for name, value in pairs(event) do shown[name] = value end
    shown.step = ("%s %s/%s"):format(event.step, parsed.project, parsed.version)
    report(shown)
  end
end

-- One model. Returns its description.
local function stop_one(context, client, arn, project)
  local model = running_model.find(client, arn,
    { project = project, delay = context.args.delay or 10, on_progress = progress_of(context, arn) })
  return stop_model.run(model, { timeout = context.args.timeout })
end

-- A client for an entry of the journal: of the region, endpoint and profile that it was started with.
local function client_of(context, entry)
  local client = context:client { region = entry.region, profile = context.args.profile or entry.profile }
  if context.args.endpoint_url or client.endpoint == entry.endpoint then return client end
  client:close()
  return context:client { region = entry.region, profile = context.args.profile or entry.profile,
                          endpoint = entry.endpoint }
end

local function stop_entry(context, journal, entry)
  local lock = journal:claim(entry.version, entry.endpoint)
  if not lock then
    context:say("%s is in use by a run that is under way, which stops it", entry.version)
    return { version_arn = entry.version, status = "in use" }
  end
  local ok, row = pcall(row_of, context, entry.version, function()
    local client <close> = client_of(context, entry)
    local version = stop_one(context, client, entry.version, entry.project)
    journal:remove(entry.version, entry.endpoint)
    return version
  end)
  journal:release(entry.version, entry.endpoint, lock)
  if not ok then error(row, 0) end
  return row
end

local function stop_mine(context)
  local seams = require("rekognition.seams").from { sleep = context.progress:sleep() }
  local journal = journals.open({ _seams = seams }, context.args.journal)
  local rows, entries = {}, journal:list()
  context.has_several = #entries > 1
  for _, entry in ipairs(entries) do
    local is_meant = (not context.args.endpoint_url or context.args.endpoint_url == entry.endpoint)
      and (not context.args.region or context.args.region == entry.region)
    if is_meant then rows[#rows + 1] = stop_entry(context, journal, entry) end
  end
  if #rows == 0 then context:say("the journal %s has no model that was started and not stopped", journal.path) end
  return rows
end

-- What was stopped otherwise need not be looked for by --mine any more.
-- A journal that can't be changed doesn't make a stopped model one that is not.
local function forget(context, client, arn)
  local ok, problem = pcall(function()
    local journal = journals.open(client, context.args.journal)
    if journal:find(arn, client.endpoint) then journal:remove(arn, client.endpoint) end
  end)
  if ok then return end
  calls.pass_on(problem)
  context:say("%s is stopped; the journal could not be changed: %s", arn, tostring(problem))
end

-- What could not be listed may be running: this is said, and the exit status says it, too.
local function find_old(context, client)
  local found = {}
  local listed = inventory.run { client, journal = context.args.journal, on_progress = context:on_progress() }
  for _, problem in ipairs(listed.problems) do
    context:say("%s: %s: %s", problem.region, problem.what, tostring(problem.error))
    context.is_incomplete = context.is_incomplete or problem.what == "list"
  end
  for _, row in ipairs(listed) do
    if row.status == "RUNNING" or row.status == "STARTING" then
      if not row.hours then
        context:say("%s runs since an unknown time, and is left", row.version_arn)
      elseif row.hours * 3600 > context.args.older_than then
        found[#found + 1] = row
      end
    end
  end
  return found
end

local function stop_old(context)
  local client <close> = context:client()
  local found = find_old(context, client)
  context.progress:clear()
  if #found == 0 then
    if context.is_incomplete then return {} end
    context:say("nothing runs for longer than %s in region %s", text.duration(context.args.older_than), client.region)
    return {}
  end
  for _, row in ipairs(found) do context:say("%s runs for %s", row.version_arn, text.duration(row.hours * 3600)) end
  if not context:confirm(("This stops %d model%s, whoever started %s."):format(#found, #found == 1 and "" or "s",
    #found == 1 and "it" or "them"), client) then
    return nil
  end
  local rows = {}
  context.has_several = #found > 1
  for i, row in ipairs(found) do
    rows[i] = row_of(context, row.version_arn, function()
      local version = stop_one(context, client, row.version_arn, row.project_arn)
      forget(context, client, row.version_arn)
      return version
    end)
  end
  return rows
end

local function stop_named(context)
  local client <close> = context:client()
  local rows = {}
  context.has_several = #context.args.version > 1
  for i, given in ipairs(context.args.version) do
    rows[i] = row_of(context, given, function(row)
      local arn, project = model_of.find(context, client, given)
      row.version_arn = arn
      local version = stop_one(context, client, arn, project)
      forget(context, client, arn)
      return version
    end)
  end
  return rows
end

local COLUMNS = { { key = "status", title = "STATUS" }, { key = "version_arn", title = "VERSION" } }

function M.run(context)
  local args = context.args
  local ways = (args.mine and 1 or 0) + (args.older_than and 1 or 0) + (#args.version > 0 and 1 or 0)
  if ways ~= 1 then context:usage("say what to stop: one of VERSION, --mine and --older-than") end
  for _, given in ipairs(args.version) do model_of.names(context, given) end
  local ok, rows = pcall(args.mine and stop_mine or args.older_than and stop_old or stop_named, context)
  if not ok then
    if rek_error.is_error(rows) and rows.code == "Interrupted" then
      context:say("what is not stopped yet may go on running, and is billed; the same command, run again, stops it")
    end
    error(rows, 0)
  end
  if not rows then return 1 end
  context.progress:clear()
  if #rows > 0 or context.output.format ~= "table" then context.output:rows(COLUMNS, rows) end
  local failed = context.is_incomplete or false
  for _, row in ipairs(rows) do
    failed = failed or row.error ~= nil
    if row.error and context.output.format == "table" then context:say("%s", row.error) end
  end
  return failed and 1 or 0
end

return M

--- `rekognition models`: what there is, what runs, and what it costs.

local number = require "rekognition.text.number"
local inventory = require "rekognition.custom_labels.inventory"
local json = require "rekognition.cli.json"
local options = require "rekognition.cli.options"
local regions = require "rekognition.cli.regions"
local text = require "rekognition.cli.text"
local values = require "rekognition.cli.values"

local M = {
  summary = "List models: state, age, cost, quotas",
  description = "Lists the versions of all Custom Labels projects. For what runs it says since when (by the journal of "
    .. "what was started here, else by CloudWatch), what it has cost, and what a month of 30 days would cost. "
    .. "Costs are computed from your price, not read from a bill.",
  options = options.list {
    "profile",
    { name = "--profiles", value = "A,B", convert = values.list, help = "Several profiles instead of one." },
    "region",
    { name = "--all-regions", help = "All regions that have Amazon Rekognition, instead of one." },
    { name = "--running", help = "Only what is starting, running or stopping." },
    { name = "--arn", help = "Show ARNs in the table." },
    { name = "--no-cloudwatch", help = "Don't ask CloudWatch since when a model runs." },
    "price", "journal", "endpoint", "output", "quiet",
  },
  examples = {
    "rekognition models --running --all-regions --profiles dev,production",
    "rekognition models --output jsonl --price-per-hour 4.5",
  },
  exit = "0 done, 1 something could not be listed, 2 used wrongly.",
}

local RUNS = { STARTING = true, RUNNING = true, STOPPING = true }

-- What another region answers where the account has not enabled it.
local NOT_ENABLED = { UnrecognizedClientException = true, InvalidClientTokenId = true }

local function make_clients(context)
  local clients, profiles = {}, {}
  for _, profile in ipairs(context.args.profiles or { context.args.profile or false }) do
    for _, region in ipairs(context.args.all_regions and regions.of(context.args.region) or { false }) do
      clients[#clients + 1] = context:client { profile = profile or nil, region = region or nil }
      profiles[#clients] = profile or nil
    end
  end
  return clients, profiles
end

local function money(value) return value and number.fixed(value, 2) end

local function units(value, row)
  if row.max_inference_units then return ("%d-%d"):format(value or 1, row.max_inference_units) end
  return value
end

local COLUMNS = {
  { key = "profile", title = "PROFILE" }, { key = "region", title = "REGION" }, { key = "project", title = "PROJECT" },
  { key = "version", title = "VERSION" }, { key = "status", title = "STATUS" },
  { key = "created_at", title = "CREATED", show = function(value) return value and text.time(value) end },
  { key = "min_inference_units", title = "UNITS", right = true, show = units },
  { key = "since", title = "RUNS FOR", right = true, show = function(_, row)
    return row.hours and text.duration(row.hours * 3600) or row.since_source
  end },
  { key = "cost", title = "COST", right = true, show = money },
  { key = "month_cost", title = "A MONTH", right = true, show = money },
  { key = "version_arn", title = "ARN" },
}

-- What is the same in all rows needs no column.
local function columns_of(context)
  local args = context.args
  local hidden = { profile = not args.profiles, region = not args.all_regions, version_arn = not args.arn }
  local columns = {}
  for _, column in ipairs(COLUMNS) do
    if not hidden[column.key] then columns[#columns + 1] = column end
  end
  return columns
end

local function print_quotas(context, rows)
  for _, quota in ipairs(rows.quotas) do
    if quota.used * 5 >= quota.limit * 4 then
      context:say("%s: %s: %d of %d by default (quota %s)", quota.region, quota.name, quota.used, quota.limit,
        quota.code)
    end
  end
end

local function is_off(context, problem)
  return context.args.all_regions and NOT_ENABLED[problem.error.code]
end

-- Whether anything could not be listed that should have been. Where every region refuses the credentials, they are
-- wrong.
local function is_incomplete(context, rows, count)
  local off = 0
  for _, problem in ipairs(rows.problems) do
    if is_off(context, problem) then
      off = off + 1
    elseif problem.what == "list" then
      return true
    end
  end
  return off == count
end

local function print_problems(context, rows)
  for _, problem in ipairs(rows.problems) do
    context:say("%s: %s", problem.region, is_off(context, problem)
      and "not enabled for this account, or the credentials are wrong"
      or problem.what .. ": " .. tostring(problem.error))
  end
end

local function shown_rows(context, rows, profiles)
  local shown = {}
  for _, row in ipairs(rows) do
    row.profile = profiles[row.client]
    if RUNS[row.status] or not context.args.running then shown[#shown + 1] = row end
  end
  return shown
end

local function print_json(context, shown, rows)
  local problems = json.list {}
  for i, problem in ipairs(rows.problems) do
    problems[i] = { region = problem.region, what = problem.what, message = tostring(problem.error),
                    code = problem.error.code }
  end
  context.output:json { models = json.list(shown), quotas = json.list(rows.quotas), problems = problems }
end

function M.run(context)
  local clients, profiles = make_clients(context)
  clients.price_per_hour, clients.journal = context.args.price_per_hour, context.args.journal
  if context.args.no_cloudwatch then clients.cloudwatch = false end
  clients.on_progress = context:on_progress()
  local rows = inventory.run(clients)
  context.progress:clear()
  for _, client in ipairs(clients) do client:close() end
  local shown, failed = shown_rows(context, rows, profiles), is_incomplete(context, rows, #clients)
  if context.output.format == "json" then
    print_json(context, shown, rows)
  elseif #shown > 0 or context.output.format == "jsonl" then
    context.output:rows(columns_of(context), shown)
  elseif not failed then
    context:say("there are no models%s", context.args.running and " that run" or "")
  end
  print_quotas(context, rows)
  print_problems(context, rows)
  return failed and 1 or 0
end

return M

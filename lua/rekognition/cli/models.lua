--- `rekognition models`: what there is, what runs, and what it costs.

local calls = require "rekognition.custom_labels.calls"
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
    { name = "--project", value = "NAME", many = true, help = "Only this project. May be repeated." },
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

-- A profile of several that can't be used doesn't keep the others from being listed.
local function add_client(context, made, profile, region)
  local ok, client = pcall(context.client, context, { profile = profile or nil, region = region or nil })
  if ok then
    made.clients[#made.clients + 1] = client
    made.profiles[#made.clients] = profile or nil
    return
  end
  if not context.args.profiles then error(client, 0) end
  calls.pass_on(client)
  made.problems[#made.problems + 1] = { profile = profile, region = region or nil, what = "list", error = client }
end

local function make_clients(context)
  local made = { clients = {}, profiles = {}, problems = {} }
  for _, profile in ipairs(context.args.profiles or { context.args.profile or false }) do
    for _, region in ipairs(context.args.all_regions and regions.of(context.args.region) or { false }) do
      local broken = made.problems[#made.problems]
      if not (broken and broken.profile == profile) then add_client(context, made, profile, region) end
    end
  end
  return made
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

-- "dev, us-east-1": as far as several are listed.
local function place_of(problem)
  if not problem.profile then return problem.region end
  return problem.region and ("%s, %s"):format(problem.profile, problem.region) or problem.profile
end

local function print_problems(context, rows)
  for _, problem in ipairs(rows.problems) do
    context:say("%s: %s", place_of(problem), is_off(context, problem)
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

-- What the models that run have cost, and would cost in a month, together.
local function total_of(shown)
  local total = { cost = 0, month_cost = 0, running = 0, unknown = 0 }
  for _, row in ipairs(shown) do
    if RUNS[row.status] then
      total.running = total.running + 1
      total.cost, total.month_cost = total.cost + (row.cost or 0), total.month_cost + (row.month_cost or 0)
      if not row.cost then total.unknown = total.unknown + 1 end
    end
  end
  return total
end

-- Times as all JSON of the command has them.
local function with_times(shown)
  for _, row in ipairs(shown) do
    row.created_at, row.since = row.created_at and json.time(row.created_at), row.since and json.time(row.since)
  end
  return shown
end

local function print_json(context, shown, rows)
  local problems = json.list {}
  for i, problem in ipairs(rows.problems) do
    problems[i] = { region = problem.region, profile = problem.profile, what = problem.what,
                    message = tostring(problem.error), code = problem.error.code }
  end
  context.output:json { models = json.list(with_times(shown)), quotas = json.list(rows.quotas), problems = problems,
                        totals = total_of(shown) }
end

-- What runs costs together, below the table, where more than one does.
local function add_total(context, shown)
  local total = total_of(shown)
  if total.running < 2 then return shown end
  if total.unknown > 0 then
    context:say("the total lacks what %d model%s cost so far: since when is not known", total.unknown,
      total.unknown == 1 and " has" or "s have")
  end
  local rows = table.move(shown, 1, #shown, 1, {})
  rows[#rows + 1] = { [columns_of(context)[1].key] = "TOTAL", cost = total.cost, month_cost = total.month_cost }
  return rows
end

-- What is said instead of an empty table.
local function nothing(context, rows)
  local args, where = context.args, context.args.all_regions and "" or " in region " .. rows.region
  local hint = context.region_hint and "; " .. context.region_hint or ""
  local of = #args.project > 0 and " of " .. table.concat(args.project, ", ") or ""
  context:say("there are no models%s%s%s%s", of, args.running and " that run" or "", where, hint)
end

local function list(context, made)
  local clients, args = made.clients, context.args
  if #clients == 0 then return { quotas = {}, problems = {} } end
  clients.price_per_hour, clients.journal = args.price_per_hour, args.journal
  if #args.project > 0 then clients.projects = args.project end
  if args.no_cloudwatch then clients.cloudwatch = false end
  clients.on_progress = context:on_progress()
  local rows = inventory.run(clients)
  for _, client in ipairs(clients) do client:close() end
  return rows
end

function M.run(context)
  local made = make_clients(context)
  local rows = list(context, made)
  context.progress:clear()
  for _, problem in ipairs(rows.problems) do problem.profile = made.profiles[problem.client] end
  table.move(made.problems, 1, #made.problems, #rows.problems + 1, rows.problems)
  local shown, failed = shown_rows(context, rows, made.profiles), is_incomplete(context, rows, #made.clients)
  if context.output.format == "json" then
    print_json(context, shown, rows)
  elseif context.output.format == "jsonl" then
    context.output:rows({}, with_times(shown))
  elseif #shown > 0 then
    context.output:table(columns_of(context), add_total(context, shown))
  elseif not failed then
    rows.region = made.clients[1].region
    nothing(context, rows)
  end
  print_quotas(context, rows)
  print_problems(context, rows)
  return failed and 1 or 0
end

return M

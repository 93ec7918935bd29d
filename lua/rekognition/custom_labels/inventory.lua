--- What there is, what runs, since when, and what it costs: over the clients of many regions and profiles.

local arns = require "rekognition.text.arn"
local calls = require "rekognition.custom_labels.calls"
local expect = require "rekognition.text.expect"
local journals = require "rekognition.custom_labels.run_journal"
local listing = require "rekognition.custom_labels.listing"
local partitions = require "rekognition.generated.partitions"
local quote = require "rekognition.text.quote"
local rek_error = require "rekognition.error"
local run_options = require "rekognition.custom_labels.run_options"
local running_since = require "rekognition.custom_labels.running_since"

local M = {}

local RUNS = { STARTING = true, RUNNING = true, STOPPING = true }
-- A month of 30 days: AWS's documents count 2,880 $ for a unit at 4 $ an hour.
local HOURS_IN_MONTH = 720

-- The documented defaults, with their codes in Service Quotas. An account's own may be higher; where they are lower or
-- higher isn't visible from here.
local QUOTAS = {
  projects = { limit = 100, code = "L-14D0BC19" },
  models = { limit = 100, code = "L-9CF05323" },
  running = { limit = 2, code = "L-5E225387" },
  units = { limit = 5, code = "L-4FA65ECB" },
}

---@class rekognition.InventoryRow  one for each version, and one for each project without versions
---@field account string
---@field region string
---@field endpoint string
---@field client integer           which of the clients, counted from 1
---@field project string
---@field project_arn string
---@field version? string
---@field version_arn? string
---@field status string            the version's, else the project's
---@field status_message? string
---@field created_at? number       epoch seconds
---@field min_inference_units? integer
---@field max_inference_units? integer
---@field since? number            epoch seconds, of what runs
---@field since_source? "journal"|"cloudwatch"|"unknown"
---@field hours? number            since then
---@field cost? number             what it has cost since then
---@field month_cost? number       what a month of 30 days would cost
---@field source_version_arn? string  of a copy

local function row_of(client_index, client, project, version)
  local of_project = arns.parse(project.ProjectArn) or {}
  local of_version = version and arns.parse(version.ProjectVersionArn) or {}
  version = version or {}
  return {
    client = client_index, account = of_project.account, region = client.region, endpoint = client.endpoint,
    project = of_project.project, project_arn = project.ProjectArn, version = of_version.version,
    version_arn = version.ProjectVersionArn, status = version.Status or project.Status,
    status_message = version.StatusMessage, created_at = version.CreationTimestamp or project.CreationTimestamp,
    min_inference_units = version.MinInferenceUnits, max_inference_units = version.MaxInferenceUnits,
    source_version_arn = version.SourceProjectVersionArn,
  }
end

local function add_cost(row, found, now, price)
  row.since, row.since_source = found.since, found.source
  row.month_cost = (row.min_inference_units or 1) * HOURS_IN_MONTH * price
  if not found.since then return end
  row.hours = math.max(now - found.since, 0) / 3600
  row.cost = found.unit_hours * price
end

-- CloudWatch may be refused, or out of reach: the time is then unknown, and why is among the problems.
local function find_since(state, client, version, entry)
  local ok, found = pcall(running_since.find, client, version, entry, state.cloudwatch)
  if ok then return found end
  calls.pass_on(found)
  state.cloudwatch = false
  return { source = "unknown" }, found
end

local function add_problem(rows, state, problem, what)
  rows.problems[#rows.problems + 1] = {
    client = state.index, region = state.client.region, endpoint = state.client.endpoint, what = what, error = problem,
  }
end

-- The journal's entry. A journal that can't be read only hides since when the models run.
local function entry_of(rows, state, version)
  if state.journal == false then return nil end
  local ok, entry = pcall(function()
    state.journal = state.journal or journals.open(state.client, state.journal_path)
    return state.journal:find(version.ProjectVersionArn, state.client.endpoint)
  end)
  if ok then return entry end
  calls.pass_on(entry)
  state.journal = false
  add_problem(rows, state, entry, "journal")
end

local function add_version(rows, state, project, version)
  local row = row_of(state.index, state.client, project, version)
  if RUNS[version.Status] then
    local entry = entry_of(rows, state, version)
    local found, problem = find_since(state, state.client, version, entry)
    if problem then add_problem(rows, state, problem, "CloudWatch") end
    add_cost(row, found, state.client._seams.clock(), state.price)
    state.running = state.running + 1
    state.units = math.max(state.units, version.MaxInferenceUnits or version.MinInferenceUnits or 1)
  end
  rows[#rows + 1] = row
end

-- Calls `f` for each item of a listing, while there is time.
local function each(state, operation, params, member, f)
  listing.find(state.client, operation, params, member, {
    deadline = state.deadline,
    message = ("the time is over, and the listing of %s had not ended; set timeout to more seconds"):format(member),
  }, function(item) f(item) end)
end

local function add_project(rows, state, project)
  local count = 0
  each(state, "DescribeProjectVersions", { ProjectArn = project.ProjectArn }, "ProjectVersionDescriptions",
    function(version)
      count = count + 1
      add_version(rows, state, project, version)
    end)
  if count == 0 then rows[#rows + 1] = row_of(state.index, state.client, project, nil) end
  state.projects = state.projects + 1
  state.models = math.max(state.models, count)
end

local function add_quotas(rows, state)
  local used = {
    { "projects", "projects", state.projects }, { "models", "models of the largest project", state.models },
    { "running", "models that run", state.running }, { "units", "inference units of one model", state.units },
  }
  for _, entry in ipairs(used) do
    local quota = QUOTAS[entry[1]]
    rows.quotas[#rows.quotas + 1] = { client = state.index, region = state.client.region, name = entry[2],
      used = entry[3], limit = quota.limit, code = quota.code }
  end
end

local function add_client(rows, state)
  local wanted = state.wanted
  each(state, "DescribeProjects", {}, "ProjectDescriptions", function(project)
    local arn = wanted and arns.parse(project.ProjectArn)
    if not wanted or arn and wanted[arn.project] then add_project(rows, state, project) end
  end)
  if not wanted then add_quotas(rows, state) end
end

-- Whether CloudWatch knows of a client's models: AWS's own, by its host name, of AWS's own; one that the configuration
-- names, of what else the client asks. AWS's CloudWatch knows nothing about an emulator.
local function has_cloudwatch(client)
  if client._config:endpoint_url "cloudwatch" then return true end
  local host = client.endpoint:match("^https?://([^/:]+)") or ""
  for _, partition in ipairs(partitions) do
    for _, suffix in ipairs { partition.dns_suffix, partition.dual_stack_dns_suffix } do
      if host:sub(-#suffix - 1) == "." .. suffix then return true end
    end
  end
  return false
end

local function is_price(value) return type(value) == "number" and value >= 0 and value < math.huge end

local function is_seconds(value) return type(value) == "number" and value > 0 and value < math.huge end

local function is_names(value)
  if type(value) ~= "table" or value[1] == nil then return false end
  for _, name in next, value do
    if type(name) ~= "string" then return false end
  end
  return true
end

-- Our decision, for each client: seconds.
local TIMEOUT = 3600

local KNOWN = { price_per_hour = true, journal = true, cloudwatch = true, on_progress = true, timeout = true,
  projects = true }

local NAMES = {}
for name in pairs(KNOWN) do NAMES[#NAMES + 1] = name end

local function check(options)
  local problems = {}
  local function add(path, message) problems[#problems + 1] = { path = path, message = message } end
  expect.dot(options, "inventory")
  if type(options) ~= "table" or type(rawget(options, "region")) == "string" then
    local got = type(options) == "table" and "a client" or quote.value(options)
    add("options", "must be a list of clients, got " .. got)
    options = { { pages = add } }
  end
  if options[1] == nil then add("[1]", "must be a client, got nil") end
  local others = {}
  for key, value in next, options do
    if math.type(key) == "integer" then
      if type(value) ~= "table" or type(value.pages) ~= "function" then
        add(("[%d]"):format(key), "must be a client, got " .. quote.value(value))
        if #problems > 20 then break end -- a list of something else
      end
    else
      others[key] = value
    end
  end
  expect.unknown(others, KNOWN, "is not an option", NAMES, add)
  if options.price_per_hour ~= nil and not is_price(options.price_per_hour) then
    add("price_per_hour", "must be a price of at least 0, got " .. quote.value(options.price_per_hour))
  end
  if options.projects ~= nil and not is_names(options.projects) then
    add("projects", "must be a list of names, got " .. quote.value(options.projects))
  end
  if options.timeout ~= nil and not is_seconds(options.timeout) then
    add("timeout", "must be a number of seconds above 0, got " .. quote.value(options.timeout))
  end
  if #problems == 0 then return end
  local lines = {}
  for i, problem in ipairs(problems) do lines[i] = problem.path .. " " .. problem.message end
  rek_error.raise { kind = "validation", code = "ValidationError", operation = "inventory",
    message = table.concat(lines, "; "), problems = problems }
end

local function set_of(names)
  if not names then return nil end
  local set = {}
  for _, name in ipairs(names) do set[name] = true end
  return set
end

--- Lists the projects and versions of all these clients.
--
-- A client that fails doesn't stop the others: its error is in `problems`.
---@param options table  the clients, and: price_per_hour (4), journal (a path, or false), cloudwatch (by default asked
---  if the endpoint is one of AWS's, or the configuration names an endpoint for CloudWatch), on_progress,
---  timeout (seconds for each client; 3600), projects (names: only these; `quotas` is empty then)
---@return rekognition.InventoryRow[] rows  with `quotas` ({ client, region, name, used, limit, code }) and `problems`
---  ({ client, region, endpoint, what, error })
function M.run(options)
  check(options)
  local rows = { quotas = {}, problems = {} }
  for index, client in ipairs(options) do
    local state = {
      index = index, client = client, price = options.price_per_hour or run_options.PRICE_PER_HOUR,
      cloudwatch = options.cloudwatch or options.cloudwatch == nil and has_cloudwatch(client),
      wanted = set_of(options.projects), projects = 0, models = 0, running = 0, units = 0,
      deadline = client._seams.monotonic() + (options.timeout or TIMEOUT),
      journal = options.journal == false and false or nil, journal_path = options.journal or nil,
    }
    if options.on_progress then
      options.on_progress { step = "list", state = client.region, message = ("%d of %d"):format(index, #options) }
    end
    local ok, problem = pcall(add_client, rows, state)
    if not ok then
      calls.pass_on(problem)
      add_problem(rows, state, problem, "list")
    end
  end
  return rows
end

return M

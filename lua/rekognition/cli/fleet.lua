--- `rekognition copy --plan FILE`: what is planned, made, or compared.

local copy_models = require "rekognition.custom_labels.fleet"
local json = require "rekognition.cli.json"

local M = {}

local function fleet_of(context)
  local args = context.args
  return copy_models.new {
    plan = args.plan, journal = args.journal, delay = args.delay, timeout = args.timeout,
    clients = function(profile, region) return context:client { profile = profile, region = region } end,
    on_progress = function(event)
      local state = ("%s %s (%d of %d)"):format(event.step, event.state, event.done, event.total)
      context.progress:event { step = event.key, state = state, message = event.message }
    end,
  }
end

local function say_remedies(context, rows)
  for _, row in ipairs(rows) do
    if row.remedy then context:say("%s: what to do: %s", row.key, row.remedy) end
  end
end

local KEY = { key = "key", title = "COPY" }
local MESSAGE = { key = "message", title = "WHAT" }

-- Rows as JSON has them: an error is its text.
local function plain(rows)
  local list = json.list {}
  for i, row in ipairs(rows) do
    local copy = {}
    for name, value in pairs(row) do copy[name] = value end
    copy.error = row.error and tostring(row.error) or nil
    copy.differences = row.differences and json.list(row.differences) or nil
    list[i] = copy
  end
  return list
end

local function print(context, columns, result)
  context.progress:clear()
  local rows = plain(result.rows)
  if context.output.format == "json" then
    context.output:json { ok = result.ok, rows = rows, policies = result.policies and json.list(result.policies),
                          done = result.done, failed = result.failed, elapsed = result.elapsed, calls = result.calls }
  else
    context.output:rows(columns, rows)
  end
  if context.output.format ~= "table" then return end
  for _, policy in ipairs(result.policies or {}) do
    context:say("policy %s of %s: %s", policy.name, policy.project, policy.text)
  end
  say_remedies(context, result.rows)
end

local function show_plan(context, fleet)
  local result = fleet:plan()
  print(context, { KEY, { key = "action", title = "ACTION" }, MESSAGE }, result)
  return result
end

local ACTIONS = {}

function ACTIONS.plan(context, fleet)
  return show_plan(context, fleet).ok and 0 or 1
end

-- On a terminal the plan is shown before it is asked whether to go on.
function ACTIONS.apply(context, fleet)
  if not context.args.yes then
    local waiting = 0
    for _, row in ipairs(fleet:plan().rows) do
      if row.action ~= "found" and row.action ~= "blocked" then waiting = waiting + 1 end
    end
    if not context:confirm(("This makes %d of the plan's %d copies, and attaches the policies that they need."):format(
      waiting, #fleet.items)) then
      return 1
    end
  end
  local summary = fleet:apply()
  print(context, { KEY, { key = "state", title = "STATE" }, MESSAGE }, summary)
  return summary.ok and 0 or 1
end

function ACTIONS.check(context, fleet)
  local result = fleet:check()
  for _, row in ipairs(result.rows) do row.state = row.ok and "as planned" or "differs" end
  print(context, { KEY, { key = "state", title = "STATE" }, MESSAGE }, result)
  return result.ok and 0 or 3
end

--- Does what the argument says.
---@param context rekognition.cli.Context
---@return integer
function M.run(context)
  local action = context.args.action
  if not action then context:usage("say what to do with the plan: plan, apply or check") end
  for _, name in ipairs { "source_project", "source_version", "destination_project", "bucket", "version_name" } do
    if context.args[name] then context:usage("--%s is of one copy, not of a plan", (name:gsub("_", "-"))) end
  end
  return ACTIONS[action](context, fleet_of(context))
end

return M

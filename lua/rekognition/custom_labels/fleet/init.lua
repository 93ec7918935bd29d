--- copy_models: many models to many places, by a plan that is checked, shown, applied and compared with what there is.
--
-- docs/custom-labels.md describes the plan, and what happens.

local adoption = require "rekognition.custom_labels.copy_model.adoption"
local arns = require "rekognition.text.arn"
local calls_of = require "rekognition.custom_labels.calls"
local copying = require "rekognition.custom_labels.copy_model.copying"
local groups = require "rekognition.custom_labels.fleet.sharing_groups"
local journals = require "rekognition.custom_labels.fleet.journal"
local limiters = require "rekognition.custom_labels.fleet.limiter"
local plans = require "rekognition.custom_labels.fleet.plan"
local expect = require "rekognition.text.expect"
local nearest = require "rekognition.text.nearest"
local quote = require "rekognition.text.quote"
local rek_error = require "rekognition.error"
local remedies = require "rekognition.custom_labels.copy_model.remedies"
local runners = require "rekognition.custom_labels.fleet.runner"
local sharing_of = require "rekognition.custom_labels.copy_model.sharing"
local survey = require "rekognition.custom_labels.fleet.survey"
local copy_model = require "rekognition.custom_labels.copy_model"

local M = {}

---@class rekognition.FleetOptions
---@field plan table|string   a plan, or the path of a JSON file with one
---@field clients? fun(profile: string?, region: string?): rekognition.Client  by default rekognition.client with both
---@field journal? string     a path; by default in the state folder
---@field on_progress? fun(event: table)  as copy_model's, with key, done, total
---@field delay? number       seconds between polls at most; 30 by default
---@field timeout? number     seconds for everything; 86400 by default
---@field rate? number        calls a second for each account, region and operation; 5 by default, as AWS allows

---@class rekognition.Fleet
local Fleet = {}
Fleet.__index = Fleet
Fleet.__name = "rekognition.fleet"

local function refuse(path, message)
  rek_error.raise { kind = "validation", code = "ValidationError", message = path .. " " .. message,
                    problems = { { path = path, message = message } }, retryable = false }
end

local function is_positive(value) return type(value) == "number" and value > 0 and value <= 2147483 end

local CHECKS = {
  { "plan", "a table, or the path of a JSON file", function(v) return type(v) == "table" or type(v) == "string" end },
  { "clients", "a function", function(v) return v == nil or type(v) == "function" end },
  { "journal", "a path", function(v) return v == nil or expect.TEXT.test(v) end },
  { "on_progress", "a function", function(v) return v == nil or type(v) == "function" end },
  { "delay", "a number of seconds above 0", function(v) return v == nil or is_positive(v) end },
  { "timeout", "a number of seconds above 0", function(v) return v == nil or is_positive(v) end },
  { "rate", "a number above 0", function(v) return v == nil or is_positive(v) end },
}

local function check(options)
  expect.dot(options, "copy_models")
  if type(options) ~= "table" then refuse("options", "must be a table, got " .. quote.value(options)) end
  local known, names = {}, {}
  for _, one in ipairs(CHECKS) do
    known[one[1]], names[#names + 1] = true, one[1]
    if not one[3](options[one[1]]) then
      refuse(one[1], ("must be %s, got %s"):format(one[2], quote.value(options[one[1]])))
    end
  end
  for name in next, options do
    if not known[name] then
      refuse(quote.name(name), "is not an option of copy_models" .. nearest.options(name, names))
    end
  end
end

-- One client for each profile and region.
local function client_maker(make)
  make = make or function(profile, region)
    return require("rekognition.client").new { profile = profile, region = region }
  end
  local made = {}
  return function(place)
    local key = (place.profile or "") .. "\n" .. (place.region or "")
    if not made[key] then
      made[key] = make(place.profile, place.region)
      if type(made[key]) ~= "table" or not made[key].region then
        refuse("clients", ("must return a client, got %s for the profile %s"):format(type(made[key]),
          place.profile or "default"))
      end
    end
    return made[key]
  end
end

--- Reads and checks a plan. Nothing is called yet.
---@param options rekognition.FleetOptions
---@return rekognition.Fleet
function M.new(options)
  check(options)
  local items, client_of = plans.read(options.plan), client_maker(options.clients)
  for _, item in ipairs(items) do
    item.options.source, item.options.destination = client_of(item.source), client_of(item.destination)
  end
  plans.check_options(items)
  local self = setmetatable({ items = items, delay = options.delay or 30, timeout = options.timeout or 86400,
                              rate = options.rate or 5, on_progress = options.on_progress,
                              journal_path = options.journal }, Fleet)
  self:begin()
  self.journal = journals.new(items, items[1].options.destination._seams.env, options.journal)
  return self
end

--- Forgets what was seen: every method looks again.
function Fleet:begin()
  self.calls = calls_of.new(self.items[1].options.destination, self.timeout)
  local limiter = limiters.new(self.rate, self.calls)
  self.limiter, self.calls.before = limiter, function(client, operation) limiter:wait(client, operation) end
  for _, item in ipairs(self.items) do
    item.state, item.error, item.done, item.has_place, item.action = nil, nil, {}, false, nil
    item.job = self:new_job(item)
  end
end

--- The copy of an item, as copy_model has it.
---@param item table
---@return table job
function Fleet:new_job(item)
  local job = copy_model.job(item.options, self.calls, function(event)
    self:tell(item, event.step, event.state, event.message, event.version)
  end)
  job.copy_call = { retry = { limit_exceeded = "fail" } } -- a place is waited for by the queue, not by the client
  return job
end

--- Reports something of a copy.
function Fleet:tell(item, step, state, message, version)
  if not self.on_progress then return end
  local done = 0
  for _, one in ipairs(self.items) do
    if one.state == "done" or one.state == "failed" then done = done + 1 end
  end
  self.on_progress { key = item.key, step = step, state = state, message = message, version = version,
                     elapsed = self.calls:elapsed(), done = done, total = #self.items }
end

local MESSAGES = {
  copy = "copy it", create = "create the project, then copy it", replace = "delete the failed copy, then copy it",
  wait = "wait for the copy that is under way", found = "nothing: the copy is there",
}

-- What went wrong, without the step and the remedy: a row has the remedy beside it.
local function reason(e) return e.step and e.cause and e.cause.message or e.message end

local function row_of(item)
  local job = item.job
  return { key = item.key, source_version = job.source_version, destination_project = job.destination_project,
           version_name = job.version_name, project_version_arn = job.copy_arn
             or job.existing and job.existing.ProjectVersionArn or nil }
end

local function needs_start(item)
  local status = item.job.existing and item.job.existing.Status
  return item.start and status ~= "RUNNING" and status ~= "STARTING"
end

--- What `apply` would do. It only reads.
---@return { ok: boolean, rows: table[], policies: table[] }  ok: nothing stands in the way. A row: key, action ("copy",
---  "create", "replace", "wait", "found", "blocked"), message, remedy, source_version, destination_project,
---  version_name. A policy: project, name, text
function Fleet:plan()
  self:begin()
  self.journal:read()
  survey.run(self)
  local result = { ok = true, rows = {}, policies = {} }
  local function block(item, e)
    item.action, item.error = "blocked", remedies.explain(e, "policy", {}, item.job)
  end
  for _, group in ipairs(groups.of(self.items, function(item)
    return item.action == "copy" or item.action == "replace"
  end)) do
    for _, change in ipairs(groups.try(group, sharing_of.plan, block) or {}) do
      table.insert(result.policies, { project = group.sharing.project, name = change.name, text = change.text })
    end
  end
  for i, item in ipairs(self.items) do
    local row = row_of(item)
    row.action = item.action
    row.message = item.error and reason(item.error)
      or (MESSAGES[item.action] .. (needs_start(item) and ", start it" or ""))
    row.remedy = item.error and item.error.remedy
    result.ok = result.ok and item.action ~= "blocked"
    result.rows[i] = row
  end
  return result
end

-- What of the choice of versions must outlast this process.
local function note_sources(self)
  local entries = {}
  for _, item in ipairs(self.items) do
    if item.options.source_version == nil and item.job.source_version then
      entries[item.key] = { source_version = item.job.source_version }
    end
  end
  self.journal:note(entries)
end

--- Makes all copies. One that fails doesn't stop the others. Run again after a kill, it goes on.
---@return { ok: boolean, rows: table[], done: integer, failed: integer, calls: table, elapsed: number }
---  calls: how many of each operation. A row: key, state ("done" or "failed"), project_version_arn, status, adopted,
---  differences, message, remedy, error
function Fleet:apply()
  self:begin()
  local _lock <close> = self.journal:open() -- luacheck: ignore _lock
  survey.run(self)
  note_sources(self)
  runners.new(self):run()
  local summary = { ok = true, rows = {}, done = 0, failed = 0, calls = self.limiter.counts,
                    elapsed = self.calls:elapsed() }
  for i, item in ipairs(self.items) do
    local row, job = row_of(item), item.job
    row.state, row.adopted, row.differences = item.state, job.is_adopted or false, job.differences or {}
    row.status = job.version and job.version.Status or nil
    row.error, row.remedy = item.error, item.error and item.error.remedy
    row.message = item.error and reason(item.error) or row.status
    summary[item.state] = summary[item.state] + 1
    summary.rows[i] = row
  end
  summary.ok = summary.failed == 0
  if summary.ok then self.journal:finish() end
  return summary
end

-- What of a copy that is there differs from the plan.
local function compare(item)
  local job = item.job
  job.copy_arn, job.is_adopted = job.existing.ProjectVersionArn, true
  copying.compare(job)
  local differences = job.differences
  if needs_start(item) then
    differences[#differences + 1] = { what = "status", asked = "RUNNING", found = job.existing.Status }
  end
  return differences
end

local MISSING = { copy = "the copy is not there", create = "the project is not there", wait = "the copy is under way",
                  replace = "the copy failed" }

local function check_row(item)
  local row = row_of(item)
  row.differences = {}
  if item.action == "found" then
    row.differences = compare(item)
    local words = {}
    for i, difference in ipairs(row.differences) do words[i] = adoption.describe(difference) end
    row.message = #words > 0 and table.concat(words, "; ") or "as planned"
  else
    row.message = item.error and reason(item.error) or MISSING[item.action]
    row.remedy = item.error and item.error.remedy or "apply the plan"
    row.differences[1] = { what = "copy", asked = row.version_name and "version " .. row.version_name or "a version",
                           found = item.action == "wait" and "COPYING_IN_PROGRESS" or nil }
  end
  row.ok = #row.differences == 0
  return row
end

--- What differs from the plan now. It only reads.
---@return { ok: boolean, rows: table[] }  ok: nothing differs. A row: key, ok, differences, message, remedy
function Fleet:check()
  self:begin()
  self.journal:read()
  survey.run(self)
  local result = { ok = true, rows = {} }
  for i, item in ipairs(self.items) do
    local row = check_row(item)
    result.ok, result.rows[i] = result.ok and row.ok, row
  end
  return result
end

function Fleet:__tostring()
  local first = arns.parse(self.items[1].options.source_project)
  return ("rekognition.fleet (%d copies, the first of %s)"):format(#self.items,
    first and first.project or self.items[1].options.source_project or "?")
end

return M

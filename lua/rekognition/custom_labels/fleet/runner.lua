--- Applies a plan: projects, policies, copies within the quotas, one poller for each project, and starts.

local calls_of = require "rekognition.custom_labels.calls"
local copying = require "rekognition.custom_labels.copy_model.copying"
local groups = require "rekognition.custom_labels.fleet.sharing_groups"
local pools = require "rekognition.custom_labels.fleet.pools"
local preflight = require "rekognition.custom_labels.copy_model.preflight"
local rek_error = require "rekognition.error"
local remedies = require "rekognition.custom_labels.copy_model.remedies"
local sharing_of = require "rekognition.custom_labels.copy_model.sharing"
local starting = require "rekognition.custom_labels.fleet.starting"
local waiter = require "rekognition.waiter"
local watches = require "rekognition.custom_labels.fleet.watch"

local M = {}

-- AWS's default for the models of a project (quota L-9CF05323): a project as full as this takes no further copy.
local FULL = 100

---@class rekognition.FleetRunner
local Runner = {}
Runner.__index = Runner

function M.new(fleet)
  return setmetatable({ fleet = fleet, calls = fleet.calls, delay = fleet.delay, pools = {}, watches = {},
                        typical = {} }, Runner)
end

function Runner:now() return self.calls.monotonic() end

--- One copy has ended. One that failed doesn't stop the others.
function Runner:fail(item, e, step)
  if calls_of.ends_all(e) then error(e, 0) end
  item.state, item.error = "failed", remedies.explain(e, step, item.done, item.job)
  self.fleet:tell(item, step, "failed", item.error.message)
end

function Runner:finish(item, message)
  item.state = "done"
  self.fleet:tell(item, item.start and "start" or "wait", "done", message, item.job.version)
end

local function pool_key(job) return job.account .. " " .. job.destination.region end

function Runner:pool_of(job)
  local key = pool_key(job)
  self.pools[key] = self.pools[key] or pools.new()
  return self.pools[key]
end

function Runner:watch_for(item, goal)
  local job = item.job
  local watch = self.watches[job.destination_project]
  if not watch then
    watch = watches.new(job.destination_project, job.destination)
    self.watches[job.destination_project] = watch
  end
  item.state = "waiting"
  watch:add(item, goal, self:now(), self.typical[goal], self.delay)
end

-- ---- before the copies ------------------------------------------------------------------------

-- Creates an item's project, unless it was created for another item.
function Runner:create_project(item, created)
  local job = item.job
  local key = table.concat({ tostring(job.destination), item.options.destination_project }, "\n")
  if created[key] then
    preflight.set_destination(job, created[key])
    return preflight.look_at_name(job, item.options.replace_failed)
  end
  local outcome = copying.create_project(job)
  created[key] = job.destination_project
  self.fleet.limiter:know(job.destination, job.account)
  self.fleet:tell(item, "create_project", outcome, job.destination_project)
end

function Runner:create_projects()
  local created = {}
  for _, item in ipairs(self.fleet.items) do
    if item.action == "create" then
      local ok, e = pcall(self.create_project, self, item, created)
      if ok then item.done[#item.done + 1] = "create_project" else self:fail(item, e, "create_project") end
    end
  end
end

local function is_to_be_copied(item)
  return item.state == nil and item.action ~= "wait" and item.action ~= "found" and item.action ~= "blocked"
end

-- Attaches the policies. What would need more of them than the project takes comes in a later wave, if the policies of
-- this one are removed after it.
function Runner:share()
  self.has_deferred = false
  for _, item in ipairs(self.fleet.items) do item.is_deferred = false end
  local function fail(item, e) self:fail(item, e, "policy") end
  groups.ensure(groups.of(self.fleet.items, is_to_be_copied), fail, function(item, e)
    if not item.options.remove_policy then return fail(item, e) end
    item.is_deferred, self.has_deferred = true, true
  end)
end

-- Puts a copy where it belongs: into a queue, on watch, or to its end.
function Runner:place(item)
  if item.action == "blocked" then
    item.state = "failed"
  elseif is_to_be_copied(item) and item.job.existing_state ~= "ours" then
    item.state = "queued"
    table.insert(self:pool_of(item.job).queue, item)
  elseif item.state == nil then
    self:adopt(item)
  end
end

function Runner:enqueue()
  for _, item in ipairs(self.fleet.items) do
    if not item.is_deferred then self:place(item) end
  end
end

function Runner:adopt(item)
  local job = item.job
  job.copy_arn, job.is_adopted = job.existing.ProjectVersionArn, true
  local ok, e = pcall(copying.compare, job)
  if not ok then return self:fail(item, e, "copy") end
  if job.existing.Status == "COPYING_IN_PROGRESS" then
    self:pool_of(job).under_way = self:pool_of(job).under_way + 1
    item.has_place = true
    return self:watch_for(item, "project_version_copied")
  end
  job.version = job.existing
  return self:copied(item)
end

-- ---- the copies -------------------------------------------------------------------------------

-- Whether a quota's refusal is about places for copies, which become free, and not about a full project, which doesn't.
function Runner:is_about_places(item, e)
  if not rek_error.is_error(e) or e.code ~= "LimitExceededException" then return false end
  local watch = watches.new(item.job.destination_project, item.job.destination)
  local ok, count = pcall(watch.count_all, watch, self.calls)
  return not ok or count < FULL
end

function Runner:begin(pool)
  local item = pool:take()
  local ok, outcome = pcall(copying.run, item.job)
  if not ok then
    if self:is_about_places(item, outcome) then
      pool:refused(item, self:now(), self.delay)
      self.fleet:tell(item, "copy", "queued", "no place is free for another copy")
      return
    end
    pool:ended()
    return self:fail(item, outcome, "copy")
  end
  item.has_place = true
  item.done[#item.done + 1] = "copy"
  self.fleet:tell(item, "copy", outcome, item.job.copy_arn)
  self:watch_for(item, "project_version_copied")
end

--- A copy is complete: it is started, or that is all.
function Runner:copied(item)
  if item.has_place then
    self:pool_of(item.job):ended()
    item.has_place = false
  end
  if not item.start then return self:finish(item, item.job.version and item.job.version.Status) end
  local ok, state = pcall(starting.run, item, self.calls)
  if not ok then return self:fail(item, state, "start") end
  item.done[#item.done + 1] = "start"
  if state == "RUNNING" then return self:finish(item, state) end
  return self:watch_for(item, "project_version_running")
end

function Runner:note_duration(item)
  local goal = item.goal == nil and "" or item.goal.goal == "copied" and "project_version_copied"
    or "project_version_running"
  local took = self:now() - item.since
  self.typical[goal] = math.min(self.typical[goal] or math.huge, took)
end

function Runner:settle(watch, sight)
  local item, job = sight.item, sight.item.job
  if sight.state == "pending" then
    return self.fleet:tell(item, item.goal.goal == "running" and "start" or "wait", "polled", sight.detail, job.version)
  end
  watch:remove(job.copy_arn)
  if sight.state == "done" then
    if not job.is_adopted then self:note_duration(item) end
    if item.goal.goal == "running" then return self:finish(item, "RUNNING") end
    return self:copied(item)
  end
  if item.has_place then self:pool_of(job):ended() end
  self:fail(item, rek_error.new {
    kind = "waiter", code = "WaiterFailure", operation = "DescribeProjectVersions", project_version = job.version,
    project_version_status = job.version and job.version.Status,
    status_message = job.version and job.version.StatusMessage,
    message = ("%s is not %s: %s"):format(job.copy_arn, item.goal.goal, sight.detail),
  }, item.goal.goal == "running" and "start" or "wait")
end

function Runner:poll(watch)
  local ok, sights = pcall(watch.look, watch, self.calls)
  if ok then
    for _, sight in ipairs(sights) do self:settle(watch, sight) end
  elseif not waiter.is_passing(sights) then
    for arn, item in pairs(watch.items) do
      watch.items[arn] = nil
      if item.has_place then self:pool_of(item.job):ended() end
      self:fail(item, sights, "wait")
    end
    watch.count = 0
  end
  watch:plan(self:now(), self.typical.project_version_copied, self.delay)
end

-- ---- the loop ---------------------------------------------------------------------------------

-- Does whatever can be done now. Returns when there is something to do again; nil if nothing is left.
function Runner:step()
  local next_at
  local function at(moment)
    if moment < math.huge then next_at = math.min(next_at or moment, moment) end
  end
  for _, pool in pairs(self.pools) do
    while pool:has_room(self:now()) do self:begin(pool) end
    if #pool.queue > 0 and pool.under_way < pool.limit then at(math.max(pool.not_before, self:now())) end
  end
  for _, watch in pairs(self.watches) do
    if watch.due <= self:now() then self:poll(watch) end
    at(watch.due)
  end
  for _, pool in pairs(self.pools) do
    if pool:has_room(self:now()) then at(self:now()) end
  end
  return next_at
end

function Runner:loop()
  while true do
    local next_at = self:step()
    if not next_at then return end
    local pause = next_at - self:now()
    if pause > 0 then self.calls:pause(pause) end
    self.calls:check_deadline()
  end
end

-- Takes the copies that are done out of our policies.
function Runner:unshare()
  local function is_done(item) return item.options.remove_policy and item.state == "done" end
  for _, group in ipairs(groups.of(self.fleet.items, is_done)) do
    groups.try(group, sharing_of.remove, function(item, e) self:fail(item, e, "remove_policy") end)
  end
end

--- Applies the plan. Every item has then the state "done" or "failed".
function Runner:run()
  local ok, e = pcall(function()
    self:create_projects()
    repeat
      self:share()
      self:enqueue()
      self:loop()
      self:unshare()
    until not self.has_deferred
  end)
  if ok then return end
  if not rek_error.is_error(e) or e.code ~= "WaiterTimeout" then error(e, 0) end
  for _, item in ipairs(self.fleet.items) do
    if item.state ~= "done" and item.state ~= "failed" then self:fail(item, e, "wait") end
  end
end

return M

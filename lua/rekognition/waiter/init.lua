--- Waiters: poll until versions, datasets or projects have reached a state.
--
-- `goals` says what each waiter waits for, `subjects` what it looks at. One poller looks at all of a waiter's subjects.

local expect = require "rekognition.text.expect"
local goals = require "rekognition.waiter.goals"
local nearest = require "rekognition.text.nearest"
local options_check = require "rekognition.options"
local quote = require "rekognition.text.quote"
local rek_error = require "rekognition.error"
local subjects = require "rekognition.waiter.subjects"

local M = {}

local KINDS = { version = "the project version", dataset = "the dataset", project = "the project" }

local function goal_of(name)
  expect.argument(name, expect.STRING, "wait", "waiter", { code = "UnknownWaiter" })
  local names = goals.names()
  return goals.find(name) or rek_error.raise { kind = "validation", code = "UnknownWaiter",
    message = ("there is no waiter %s%s; there are: %s"):format(quote.value(name),
      nearest.hint((name:gsub("trained$", "training_completed")), names), table.concat(names, ", ")) }
end

local function describe(description)
  if not description then return "it is not listed yet" end
  return quote.status(description)
end

---@class rekognition.waiter.Sight  what a poll saw of one subject
---@field key string            as it was asked for: an ARN or a name
---@field state "done"|"pending"|"failed"
---@field description? table    the last that was seen
---@field detail string         "its status is ..."

---@class rekognition.waiter.Poller
local Poller = {}
Poller.__index = Poller

--- Makes a poller, which remembers what it saw.
---@param client rekognition.Client
---@param name string
---@param params table
---@return rekognition.waiter.Poller
function M.poller(client, name, params)
  local goal = goal_of(name)
  return setmetatable({ client = client, goal = goal, watch = subjects.read(goal, params), last = {}, under_way = {},
                        polls = 0 }, Poller)
end

-- What one subject is now. `description` is nil if it isn't listed.
function Poller:_judge(key, description)
  local goal, last = self.goal, self.last[key]
  if not description then
    if goal.ends_by_leaving then return { key = key, state = "done", description = last, detail = "it is gone" } end
    if last then return { key = key, state = "failed", description = last, detail = "it is no longer listed" } end
    return { key = key, state = "pending", detail = describe(nil) }
  end
  local state = goals.state(goal, description, self.under_way[key] or false)
  self.last[key] = description
  if goal.under_way and goal.under_way[description.Status] then self.under_way[key] = true end
  return { key = key, state = state, description = description, detail = describe(description) }
end

-- A modelled waiter without names looks at every version, as the model says.
function Poller:_judge_all(list)
  local sights = {}
  for i, description in ipairs(list) do
    sights[i] = self:_judge(subjects.arn_of(self.watch, description) or i, description)
  end
  if #list == 0 then sights[1] = { key = "", state = "pending", detail = describe(nil) } end
  return sights
end

--- Looks once at everything that is waited for. Raises what the service refuses.
---@param is_late? fun(): boolean  whether the deadline has passed; asked between two calls
---@param limits? fun(): rekognition.CallOptions?  the options of the next call
---@return rekognition.waiter.Sight[]?  in the order in which they were asked for; nil if the deadline came first
function Poller:look(is_late, limits)
  local found, list = subjects.look(self.client, self.watch, is_late or function() return false end,
    limits or function() return nil end)
  if not found then return nil end
  self.polls = self.polls + 1
  if self.watch.wants_all then return self:_judge_all(list) end
  local sights = {}
  for i, key in ipairs(self.watch.wanted) do sights[i] = self:_judge(key, found[key]) end
  return sights
end

--- Whether what a poll raised may have passed by the next one: the client's own retries are over by then. A response
--- that can't be read says nothing about the subject.
---@return boolean
function M.is_passing(e)
  return rek_error.is_error(e) and (e.retryable == true or e.kind == "protocol")
end

function Poller:_raise(code, sight, detail, extra)
  local description = sight and sight.description
  local subject = description and subjects.arn_of(self.watch, description) or sight and sight.key
  if subject == nil or subject == "" then subject = KINDS[self.watch.kind] end
  local field = self.watch.kind == "version" and "project_version" or self.watch.kind
  extra.kind, extra.code, extra.operation = "waiter", code, self.watch.operation
  extra.message = ("%s is not %s: %s"):format(subject, self.goal.goal, detail)
  extra[field], extra[field .. "_status"] = description, description and description.Status
  extra.status_message = description and description.StatusMessage
  rek_error.raise(extra)
end

-- What is still waited for, and how many; raises for the first that can't get there.
function Poller:_pending(sights)
  local first, count = nil, 0
  for _, sight in ipairs(sights) do
    if sight.state == "failed" then self:_raise("WaiterFailure", sight, sight.detail, { polls = self.polls }) end
    if sight.state == "pending" then first, count = first or sight, count + 1 end
  end
  return first, count
end

-- The last poll, at the deadline, may take this much longer (seconds). Our choice.
local GRACE = 0.2

-- The options of a poll's calls: none outlasts the wait, nor what the client allows.
local function limits_of(client, options, deadline, monotonic)
  local own, limited = options and options.total_timeout or client._total_timeout or math.huge, {}
  for name, value in pairs(options or {}) do limited[name] = value end
  return function()
    limited.total_timeout = math.min(own, math.max(deadline - monotonic(), GRACE))
    return limited
  end
end

local function descriptions_of(sights)
  local list = {}
  for _, sight in ipairs(sights) do list[#list + 1] = sight.description end
  return list
end

function Poller:_time_out(sight, others, trouble)
  local detail = ("after %d poll%s, %s"):format(self.polls, self.polls == 1 and "" or "s",
    sight and sight.detail or trouble and "no poll was answered" or "the listing had not ended")
  if others > 0 then detail = ("%s; %d more are not either"):format(detail, others) end
  self:_raise("WaiterTimeout", sight, detail, { polls = self.polls, cause = trouble })
end

--- Waits until everything that was asked for has reached the waiter's goal.
--
-- Raises kind "waiter": code "WaiterFailure" as soon as something is in a state from which the goal can't be reached,
-- with its StatusMessage in the error; "WaiterTimeout" at the deadline. A status that nobody knows is waited through.
-- After a poll that fails with a temporary error, or whose response can't be read, the next one follows.
---@param client rekognition.Client
---@param name string      "project_version_copied" and others; see docs/client.md
---@param params table     what to wait for: ProjectArn with ProjectVersionArn, ProjectVersionArns or VersionNames;
---  DatasetArn or DatasetArns; ProjectArn, ProjectArns or ProjectNames
---@param options? { delay?: number, timeout?: number, on_poll?: fun(description: table?, polls: integer,
---  descriptions: table[]), call?: rekognition.CallOptions } seconds; call: the options of each poll's calls
---@return table? description  of the first that was asked for; of what was deleted, the last that was seen
---@return table[] descriptions  of all, in the order in which they were asked for
function M.wait(client, name, params, options)
  local goal = goal_of(name)
  if options == nil then options = {} end
  options = options_check.check_wait(options)
  local poller = M.poller(client, name, params)
  local monotonic, delay = client._seams.monotonic, options.delay or goal.delay
  local deadline = monotonic() + (options.timeout or goal.timeout)
  local function is_late() return monotonic() >= deadline end
  local limits = limits_of(client, options.call, deadline, monotonic)
  local pending, others = nil, 0
  while true do
    local ok, sights = pcall(poller.look, poller, is_late, limits)
    if not ok and not M.is_passing(sights) then error(sights, 0) end
    local trouble = not ok and sights or nil
    if ok and sights then
      local count
      pending, count = poller:_pending(sights)
      others = math.max(count - 1, 0)
      local seen = descriptions_of(sights)
      if options.on_poll then options.on_poll(pending and pending.description or seen[1], poller.polls, seen) end
      if not pending then return seen[1], seen end
    end
    local left = deadline - monotonic()
    if left <= 0 then poller:_time_out(pending, others, trouble) end
    client._seams.sleep(math.min(delay, left))
  end
end

return M

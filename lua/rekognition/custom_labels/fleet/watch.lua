--- One poller for each destination project, whatever number of copies it waits for.

local arns = require "rekognition.text.arn"
local goals = require "rekognition.waiter.goals"
local places = require "rekognition.custom_labels.copy_model.places"
local quote = require "rekognition.text.quote"

local M = {}

local MOST_NAMES = 10 -- of one call (the model)

local FIRST = 2 -- seconds to the first look, while nothing is known of how long a copy takes: our decision

---@class rekognition.FleetWatch
---@field project string       its ARN
---@field client rekognition.Client
---@field items table<string, table>  by the ARN of their copy
---@field count integer
---@field due number           when to look next
local Watch = {}
Watch.__index = Watch

function M.new(project, client)
  return setmetatable({ project = project, client = client, items = {}, count = 0, due = math.huge }, Watch)
end

--- The longest time between two looks: `delay`, and more once it is known how long a copy takes. One that fails early
--- is seen that much later. Our decision.
function M.longest(typical, delay)
  return typical and delay * 4 or delay
end

--- Watches a copy from now on.
---@param item table
---@param goal string  the waiter whose goal it must reach
---@param now number
---@param typical number?  how long such a wait took at best so far; seconds
---@param delay number
function Watch:add(item, goal, now, typical, delay)
  local arn = item.job.copy_arn
  if not self.items[arn] then self.count = self.count + 1 end
  self.items[arn] = item
  item.goal, item.since, item.seen, item.was_under_way = goals.find(goal), now, false, false
  self.due = math.min(self.due, now + math.min(typical and typical + 0.5 or FIRST, M.longest(typical, delay)))
end

function Watch:remove(arn)
  self.items[arn] = nil
  self.count = self.count - 1
  if self.count == 0 then self.due = math.huge end
end

local function names_of(items)
  local names = {}
  for arn in pairs(items) do
    names[#names + 1] = arns.parse(arn).version
    if #names > MOST_NAMES then return nil end -- all of the project: a page has 100
  end
  return names
end

-- What a listing says of one copy.
local function judge(item, description)
  if not description then
    return item.seen and "failed" or "pending", item.seen and "it is no longer listed" or "it is not listed yet"
  end
  item.seen, item.job.version = true, description
  local goal = item.goal
  local state = goals.state(goal, description, item.was_under_way)
  if goal.under_way and goal.under_way[description.Status] then item.was_under_way = true end
  return state, quote.status(description)
end

--- Looks once. Returns, for each copy, what there is to say.
---@param calls rekognition.Calls
---@return { item: table, state: "done"|"pending"|"failed", detail: string }[]
function Watch:look(calls)
  local by_arn, sights = {}, {}
  for _, description in ipairs(places.versions(calls, self.client, self.project, names_of(self.items))) do
    by_arn[description.ProjectVersionArn or ""] = description
  end
  for arn, item in pairs(self.items) do
    local state, detail = judge(item, by_arn[arn])
    sights[#sights + 1] = { item = item, state = state, detail = detail }
  end
  return sights
end

--- How many versions the project has.
---@param calls rekognition.Calls
---@return integer
function Watch:count_all(calls)
  return #places.versions(calls, self.client, self.project)
end

--- When to look again: not before the youngest can be ready, and more closely when one is due.
---@param now number
---@param typical number?
---@param delay number
function Watch:plan(now, typical, delay)
  local next_ready = math.huge
  for _, item in pairs(self.items) do
    next_ready = math.min(next_ready, typical and item.since + typical + 0.5 or now + delay)
  end
  local soonest = now + math.min(delay, math.max(delay / 4, 0.05))
  local latest = now + M.longest(typical, delay)
  self.due = self.count == 0 and math.huge or math.min(math.max(next_ready, soonest), latest)
end

return M

--- What each waiter waits for, and what every status means on the way there.
--
-- Two waiters come from the service's model: project_version_training_completed and project_version_running. The
-- others are ours, since the model has none for them; what their statuses mean is read from the names of the statuses
-- and is our decision, as are their delays and timeouts.

local ascii = require "rekognition.text.ascii"

local M = {}

local function set(...)
  local names = {}
  for _, name in ipairs { ... } do names[name] = true end
  return names
end

local function has_been_started(version)
  local status = version.Status
  return status == "STARTING" or status == "RUNNING" or status == "STOPPING" or status == "STOPPED"
end

-- Only a copy has a source. A copy that failed to start was copied all the same.
local function is_finished_copy(version)
  return version.SourceProjectVersionArn and (has_been_started(version) or version.Status == "FAILED")
end

---@class rekognition.waiter.Goal
---@field goal string       what the subject then is: "copied"
---@field subject "version"|"dataset"|"project"
---@field delay? number      seconds between polls; by default the model's, as the next two
---@field timeout? number    seconds
---@field done? table<string, true>    statuses that are the goal
---@field failed table<string, true>  statuses from which the goal can't be reached; all others are waited through,
---  and so are those that nobody knows (Smithy's rule)
---@field has_passed? fun(description: table): any  whether a failed status shows that the goal was reached earlier
---@field turned_back? table<string, true>  statuses that fail once a status of `under_way` was seen
---@field under_way? table<string, true>
---@field ends_by_leaving? boolean  the goal is reached when the subject is no longer there
---@field is_modelled? boolean

---@type table<string, rekognition.waiter.Goal>
local GOALS = {
  project_version_training_completed = {
    goal = "trained", subject = "version", is_modelled = true,
    failed = set("TRAINING_FAILED", "FAILED", "STARTING", "RUNNING", "STOPPING", "STOPPED", "DELETING",
      "COPYING_IN_PROGRESS", "COPYING_COMPLETED", "COPYING_FAILED", "DEPRECATED", "EXPIRED"),
    has_passed = has_been_started,
  },
  -- The listing may lag behind StartProjectVersion, so a model that isn't starting yet is waited for. AWS's own
  -- scheduler sample allows 30 minutes for a start; the model's waiter ends after 20 and leaves a model that will run.
  project_version_running = {
    goal = "running", subject = "version", is_modelled = true, timeout = 2700,
    failed = set("FAILED", "TRAINING_FAILED", "COPYING_FAILED", "DELETING", "DEPRECATED", "EXPIRED"),
    under_way = set("STARTING", "RUNNING"),
    turned_back = set("STOPPING", "STOPPED"),
  },
  project_version_copied = {
    goal = "copied", subject = "version", delay = 10, timeout = 3600,
    done = set("COPYING_COMPLETED"),
    failed = set("COPYING_FAILED", "FAILED", "STARTING", "RUNNING", "STOPPING", "STOPPED", "DELETING",
      "TRAINING_IN_PROGRESS", "TRAINING_COMPLETED", "TRAINING_FAILED", "DEPRECATED", "EXPIRED"),
    has_passed = is_finished_copy,
  },
  project_version_stopped = {
    goal = "stopped", subject = "version", delay = 10, timeout = 1200,
    done = set("STOPPED"),
    failed = set("FAILED", "DELETING", "TRAINING_IN_PROGRESS", "TRAINING_COMPLETED", "TRAINING_FAILED",
      "COPYING_IN_PROGRESS", "COPYING_COMPLETED", "COPYING_FAILED", "DEPRECATED", "EXPIRED"),
  },
  project_version_deleted = {
    goal = "deleted", subject = "version", delay = 5, timeout = 1200, done = {}, failed = {}, ends_by_leaving = true,
  },
  dataset_created = {
    goal = "created", subject = "dataset", delay = 10, timeout = 3600,
    done = set("CREATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", "UPDATE_FAILED"),
    failed = set("CREATE_FAILED", "DELETE_IN_PROGRESS"),
  },
  dataset_updated = {
    goal = "updated", subject = "dataset", delay = 10, timeout = 3600,
    done = set("UPDATE_COMPLETE"),
    failed = set("UPDATE_FAILED", "CREATE_FAILED", "DELETE_IN_PROGRESS"),
  },
  dataset_deleted = {
    goal = "deleted", subject = "dataset", delay = 5, timeout = 1200, done = {}, failed = {}, ends_by_leaving = true,
  },
  project_created = {
    goal = "created", subject = "project", delay = 2, timeout = 300,
    done = set("CREATED"),
    failed = set("DELETING"),
  },
  project_deleted = {
    goal = "deleted", subject = "project", delay = 5, timeout = 1200, done = {}, failed = {}, ends_by_leaving = true,
  },
}

for name, model in pairs(require "rekognition.generated.waiters") do
  local goal = GOALS[name]
  goal.delay, goal.timeout = model.delay, goal.timeout or model.delay * model.max_attempts
  goal.done = {}
  for _, acceptor in ipairs(model.acceptors) do
    if acceptor.state == "success" then goal.done[acceptor.expected] = true end
  end
end

--- The names of all waiters, sorted.
---@return string[]
function M.names() return ascii.names(GOALS) end

--- The goal of this name, or nil.
---@param name string
---@return rekognition.waiter.Goal?
function M.find(name)
  return GOALS[name]
end

--- What a description means to a waiter.
---@param goal rekognition.waiter.Goal
---@param description table
---@param was_under_way boolean  an earlier poll saw a status of `under_way`
---@return "done"|"pending"|"failed"
function M.state(goal, description, was_under_way)
  local status = description.Status
  if status == nil then return "pending" end
  if goal.done[status] then return "done" end
  if goal.has_passed and goal.has_passed(description) then return "done" end
  if goal.failed[status] or was_under_way and goal.turned_back and goal.turned_back[status] then return "failed" end
  return "pending"
end

return M

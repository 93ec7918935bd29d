--- Waiters: poll until a project version has reached a state.
--
-- Two come from the service's model (ProjectVersionTrainingCompleted, ProjectVersionRunning); two are
-- ours, since the model has none for them: project_version_copied and project_version_stopped. All
-- look at DescribeProjectVersions, through every page, and only at the versions asked for.

local options_check = require "rekognition.options"
local paginator = require "rekognition.paginator"
local rek_error = require "rekognition.error"

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

-- What a version's state means to one that waits: `done`, `pending`; every other state is one from
-- which the goal can't be reached any more, but where `has_passed` knows that it has been. `delay` and
-- `timeout` are seconds, a choice for ours; for the modelled waiters they, and `done`, are the model's.
local WAITERS = {
  project_version_training_completed = {
    goal = "trained",
    pending = set("TRAINING_IN_PROGRESS"),
    has_passed = has_been_started,
  },
  project_version_running = {
    goal = "running",
    -- The listing may lag behind StartProjectVersion.
    pending = set("STARTING", "TRAINING_IN_PROGRESS", "TRAINING_COMPLETED", "COPYING_IN_PROGRESS",
      "COPYING_COMPLETED", "STOPPING", "STOPPED"),
  },
  project_version_copied = {
    goal = "copied", delay = 10, timeout = 3600,
    done = set("COPYING_COMPLETED"),
    pending = set("COPYING_IN_PROGRESS"),
    -- Nothing but a copy has a source; its failure to start is no failure to copy.
    has_passed = function(version)
      return version.SourceProjectVersionArn and (has_been_started(version) or version.Status == "FAILED")
    end,
  },
  project_version_stopped = {
    goal = "stopped", delay = 10, timeout = 1200,
    done = set("STOPPED"),
    pending = set("STARTING", "RUNNING", "STOPPING"),
  },
}

for name, model in pairs(require "rekognition.generated.waiters") do
  local waiter = WAITERS[name]
  waiter.is_modelled = true
  waiter.delay, waiter.timeout = model.delay, model.delay * model.max_attempts
  waiter.done = {}
  for _, acceptor in ipairs(model.acceptors) do
    if acceptor.state == "success" then waiter.done[acceptor.expected] = true end
  end
end

local function waiter_of(name)
  local waiter = WAITERS[name]
  if waiter then return waiter end
  local names = {}
  for known in pairs(WAITERS) do names[#names + 1] = known end
  table.sort(names)
  return rek_error.raise { kind = "validation", code = "UnknownWaiter",
    message = ("there is no waiter %q; there are: %s"):format(tostring(name), table.concat(names, ", ")) }
end

-- The name of a version, from its ARN: arn:...:project/<project>/version/<name>/<number>.
local function name_in_arn(arn)
  local name = type(arn) == "string"
    and arn:match("^arn:[^:]*:rekognition:[^:]*:%d*:project/[^/]+/version/([^/]+)/%d+$")
  if name then return name end
  return rek_error.raise { kind = "validation", code = "ValidationError", operation = "DescribeProjectVersions",
    message = "ProjectVersionArn is not the ARN of a project version",
    problems = { { path = "ProjectVersionArn", message = "is not the ARN of a project version" } } }
end

-- The call's parameters, how many versions there must be, and a test for those asked for.
-- ProjectVersionArn, which is not a member of the operation, asks for one version exactly;
-- VersionNames for those named. Without either a modelled waiter looks at every version, as the
-- model says.
local function subject_of(waiter, params)
  if type(params) ~= "table" then
    rek_error.raise { kind = "validation", code = "ValidationError", operation = "DescribeProjectVersions",
      message = "params must be a table, not a " .. type(params) }
  end
  local input = {}
  for key, value in next, params do input[key] = value end
  local arn = input.ProjectVersionArn
  input.ProjectVersionArn = nil
  if arn ~= nil then
    input.VersionNames = { name_in_arn(arn) }
    return input, 1, function(version) return version.ProjectVersionArn == arn end
  end
  local names = input.VersionNames
  if names == nil and waiter.is_modelled then return input, 1, function() return true end end
  if type(names) ~= "table" or names[1] == nil then
    rek_error.raise { kind = "validation", code = "ValidationError", operation = "DescribeProjectVersions",
      message = "name the version to wait for: ProjectVersionArn, or VersionNames",
      problems = { { path = "VersionNames", message = "names no version" } } }
  end
  local wanted = set(table.unpack(names))
  local count = 0
  for _ in pairs(wanted) do count = count + 1 end
  return input, count, function(version)
    local name = type(version.ProjectVersionArn) == "string"
      and version.ProjectVersionArn:match("/version/([^/]+)/%d+$")
    return wanted[name] == true
  end
end

local function find_versions(client, input, is_wanted)
  local found = {}
  for version in paginator.items(client, "DescribeProjectVersions", input, "waiter") do
    if is_wanted(version) then found[#found + 1] = version end
  end
  return found
end

local function state_of(waiter, version)
  local status = version.Status
  if waiter.done[status] then return "done" end
  if waiter.pending[status] then return "pending" end
  if waiter.has_passed and waiter.has_passed(version) then return "done" end
  return "failed"
end

local function describe(version)
  if not version then return "it is not listed yet" end
  local message = version.StatusMessage
  return "its status is " .. tostring(version.Status) .. (message and message ~= "" and ": " .. message or "")
end

local function raise(code, waiter, version, detail, extra)
  local subject = version and version.ProjectVersionArn or "the project version"
  extra.kind, extra.code, extra.operation = "waiter", code, "DescribeProjectVersions"
  extra.message = ("%s is not %s: %s"):format(subject, waiter.goal, detail)
  extra.project_version = version
  extra.project_version_status = version and version.Status
  extra.status_message = version and version.StatusMessage
  rek_error.raise(extra)
end

-- Looks once. Gives whether all are done, the version to speak of, and how many were found.
local function look(waiter, versions, wanted_count)
  local pending
  for _, version in ipairs(versions) do
    local state = state_of(waiter, version)
    if state == "failed" then raise("WaiterFailure", waiter, version, describe(version), {}) end
    if state == "pending" then pending = pending or version end
  end
  return not pending and #versions >= wanted_count, pending or versions[1]
end

-- A poll that failed in a way that passes (the client has retried already) leaves the rest to the next.
local function poll(client, input, is_wanted)
  local ok, result = pcall(find_versions, client, input, is_wanted)
  if ok then return result end
  if rek_error.is_error(result) and result.retryable then return nil, result end
  error(result, 0)
end

--- Waits until the versions asked for have reached the waiter's goal.
--
-- Raises kind "waiter": code "WaiterFailure" as soon as a version is in a state from which the goal
-- can't be reached, with its StatusMessage in the error; "WaiterTimeout" at the deadline.
---@param client rekognition.Client
---@param name string      "project_version_copied", "project_version_stopped",
---  "project_version_training_completed" or "project_version_running"
---@param params table     ProjectArn, and ProjectVersionArn (one version) or VersionNames
---@param options? { delay?: number, timeout?: number, on_poll?: fun(version: table?, polls: integer) } seconds
---@return table version   the description of the version (the first, where several were asked for)
---@return table[] versions
function M.wait(client, name, params, options)
  local waiter = waiter_of(name)
  options = options or {}
  options_check.check_wait(options)
  local input, count, is_wanted = subject_of(waiter, params)
  local clock, delay = client._seams.clock, options.delay or waiter.delay
  local deadline = clock() + (options.timeout or waiter.timeout)
  local polls, seen, last = 0, false, nil
  while true do
    local versions, trouble = poll(client, input, is_wanted)
    polls = polls + 1
    if versions then
      local done, version = look(waiter, versions, count)
      if options.on_poll then options.on_poll(version, polls) end
      if done then return version, versions end
      if seen and #versions == 0 then
        raise("WaiterFailure", waiter, last, "it is no longer listed", { polls = polls })
      end
      seen, last = seen or #versions > 0, version
    end
    local left = deadline - clock()
    if left <= 0 then
      raise("WaiterTimeout", waiter, last, ("after %d polls, %s"):format(polls, describe(last)),
        { polls = polls, cause = trouble })
    end
    client._seams.sleep(math.min(delay, left))
  end
end

return M

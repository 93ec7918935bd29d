--- The one state machine: which states of a resource end by themselves, and how.
--
-- A resource is a table with `status`; while its state is one that ends, `ends_at` says when (epoch seconds) and
-- `ends_as` what comes then. Nothing runs in between: a state is settled when somebody looks.

local M = {}

--- The state of what isn't there any more.
M.GONE = "GONE"

local ENDINGS = {
  TRAINING_IN_PROGRESS = { well = "TRAINING_COMPLETED", badly = "TRAINING_FAILED" },
  COPYING_IN_PROGRESS = { well = "COPYING_COMPLETED", badly = "COPYING_FAILED" },
  STARTING = { well = "RUNNING", badly = "FAILED" },
  STOPPING = { well = "STOPPED" },
  DELETING = { well = M.GONE },
  CREATE_IN_PROGRESS = { well = "CREATE_COMPLETE", badly = "CREATE_FAILED" },
  UPDATE_IN_PROGRESS = { well = "UPDATE_COMPLETE", badly = "UPDATE_FAILED" },
  DELETE_IN_PROGRESS = { well = M.GONE },
}

-- "The model is ready to run." and "The dataset was successfully created from the manifest file." are from AWS's
-- examples, the others are the emulator's. A resource may have a `message` of its own, which says why it failed.
local MESSAGES = {
  TRAINING_IN_PROGRESS = "The model is being trained.",
  TRAINING_COMPLETED = "The model is ready to run.",
  TRAINING_FAILED = "The model failed to train: the emulator was told so.",
  COPYING_IN_PROGRESS = "The model version is being copied.",
  COPYING_COMPLETED = "The model version was copied and is ready to run.",
  COPYING_FAILED = "The model version failed to copy: the emulator was told so.",
  STARTING = "The model is starting.",
  RUNNING = "The model is running.",
  FAILED = "The model failed to start: the emulator was told so.",
  STOPPING = "The model is stopping.",
  STOPPED = "The model is stopped.",
  DELETING = "The model is being deleted.",
  CREATE_IN_PROGRESS = "The dataset is being created.",
  CREATE_COMPLETE = "The dataset was successfully created.",
  CREATE_FAILED = "The dataset could not be created.",
  UPDATE_IN_PROGRESS = "The dataset is being updated.",
  UPDATE_COMPLETE = "The dataset was successfully updated.",
  UPDATE_FAILED = "The dataset could not be updated.",
  DELETE_IN_PROGRESS = "The dataset is being deleted.",
}

--- Puts a resource into a state that ends after some seconds: badly if there is a failure.
---@param resource table
---@param status string
---@param now number      epoch seconds
---@param seconds number
---@param failure? string|boolean  why it ends badly: a StatusMessage, or true for the usual one
function M.begin(resource, status, now, seconds, failure)
  local ending = ENDINGS[status]
  resource.status = status
  resource.message, resource.ended_at = nil, nil
  resource.ends_at = now + seconds
  resource.ends_as = failure and ending.badly or ending.well
  resource.ends_with = type(failure) == "string" and failure or nil
end

--- Moves a resource on if its state has ended.
---@param resource table
---@param now number
---@return boolean moved
function M.settle(resource, now)
  if not resource.ends_at or now < resource.ends_at then return false end
  resource.status, resource.ended_at, resource.message = resource.ends_as, resource.ends_at, resource.ends_with
  resource.ends_at, resource.ends_as, resource.ends_with = nil, nil, nil
  return true
end

--- Whether the resource's state is one that passes.
---@return boolean
function M.passing(resource)
  return ENDINGS[resource.status] ~= nil
end

--- The StatusMessage of a resource.
---@param resource table
---@return string?
function M.message(resource)
  return resource.message or MESSAGES[resource.status]
end

return M

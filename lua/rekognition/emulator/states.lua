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
  DELETING = { well = M.GONE },
}

-- "The model is ready to run." is from AWS's examples, the others are the emulator's.
local MESSAGES = {
  TRAINING_IN_PROGRESS = "The model is being trained.",
  TRAINING_COMPLETED = "The model is ready to run.",
  TRAINING_FAILED = "The model failed to train: the emulator was told so.",
  COPYING_IN_PROGRESS = "The model version is being copied.",
  COPYING_COMPLETED = "The model version was copied and is ready to run.",
  COPYING_FAILED = "The model version failed to copy: the emulator was told so.",
  DELETING = "The model is being deleted.",
}

--- Puts a resource into a state that ends after some seconds, badly where `fails`.
---@param resource table
---@param status string
---@param now number      epoch seconds
---@param seconds number
---@param fails? boolean
function M.begin(resource, status, now, seconds, fails)
  local ending = ENDINGS[status]
  resource.status = status
  resource.ends_at = now + seconds
  resource.ends_as = fails and ending.badly or ending.well
end

--- Moves a resource on if its state has ended.
---@param resource table
---@param now number
---@return boolean moved
function M.settle(resource, now)
  if not resource.ends_at or now < resource.ends_at then return false end
  resource.status, resource.ended_at = resource.ends_as, resource.ends_at
  resource.ends_at, resource.ends_as = nil, nil
  return true
end

--- Whether the resource's state is one that passes.
---@return boolean
function M.passing(resource)
  return ENDINGS[resource.status] ~= nil
end

--- The StatusMessage of a state.
---@param status string
---@return string?
function M.message(status)
  return MESSAGES[status]
end

return M

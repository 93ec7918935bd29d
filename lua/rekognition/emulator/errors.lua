--- What an operation of the emulator raises to be answered with an error of AWS's.

local M = {}

---@class rekognition.emulator.Failure
---@field code string     "ResourceNotFoundException"
---@field message string
---@field status integer  HTTP status
---@field front boolean   raised by what stands before the service (signatures, routing, parsing), whose bodies
---                       differ: a lower-case `message`, and neither Code nor Logref
local Failure = {}
Failure.__index = Failure
Failure.__tostring = function(failure) return failure.code .. ": " .. failure.message end

function M.is_failure(value)
  return getmetatable(value) == Failure
end

--- A failure of the service.
---@return rekognition.emulator.Failure
function M.failure(code, message, status)
  return setmetatable({ code = code, message = message, status = status, front = false }, Failure)
end

--- Raises a modelled error of the service: HTTP 400, as the developer guide shows it.
---@param code string
---@param message string
function M.raise(code, message)
  error(setmetatable({ code = code, message = message, status = 400, front = false }, Failure), 0)
end

--- Raises an error of the layer in front. Services of the JSON 1.1 protocol are known to answer 400 to a bad
--- signature as well; the statuses elsewhere are the emulator's choice.
---@param code string
---@param message string
---@param status? integer  by default 400
function M.front(code, message, status)
  error(setmetatable({ code = code, message = message, status = status or 400, front = true }, Failure), 0)
end

--- The error of something that failed inside the emulator.
---@return rekognition.emulator.Failure
function M.internal()
  return setmetatable({ code = "InternalServerError", message = "Internal server error", status = 500,
                        front = false }, Failure)
end

--- Raises AccessDeniedException in the words of the guide, with the reason that IAM's documents add.
---@param caller rekognition.emulator.Caller
---@param operation string   "CopyProjectVersion", or the action "rekognition:CopyProjectVersion"
---@param resource? string   an ARN; absent where the operation has no resources
---@param reason? string     because no resource-based policy allows it, by default
function M.access_denied(caller, operation, resource, reason)
  local action = operation:find(":", 1, true) and operation or "rekognition:" .. operation
  M.raise("AccessDeniedException", M.denial(caller, action, resource, reason))
end

--- The words of a denial.
---@return string
function M.denial(caller, action, resource, reason)
  reason = reason or ("because no resource-based policy allows the %s action"):format(action)
  local on = resource and resource ~= "*" and " on resource: " .. resource or ""
  return ("User: %s is not authorized to perform: %s%s %s"):format(caller.arn, action, on, reason)
end

return M

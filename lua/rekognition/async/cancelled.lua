--- The error of what was cancelled, and what it says of a call's attempts.

local rek_error = require "rekognition.error"

local M = {}

---@param code? "Cancelled"|"Timeout"|"Forked"  why; "Cancelled" by default
---@param message? string
---@return rekognition.Error
function M.new(code, message)
  message = message or "cancelled"
  return rek_error.new { kind = "cancelled", code = code or "Cancelled", message = message, cancel_message = message,
    sent = false } -- these have their places: a cancellation needs no memory then
end

-- For where there is no memory to make one.
local spare = rek_error.new { kind = "cancelled", code = "Cancelled", maybe_succeeded = true, sent = false,
  message = "cancelled; there was no memory to say more: an attempt may have had its effect" }
spare.where = false

--- One that is made already, where memory has ended. All have the same.
---@return rekognition.Error
function M.spare() return spare end

--- With a message, or the spare one.
---@return rekognition.Error
function M.new_or_spare(message)
  local ok, e = pcall(M.new, nil, message)
  return ok and e or spare
end

---@return boolean
function M.is(value)
  return rek_error.is_error(value) and value.kind == "cancelled"
end

local noted = setmetatable({}, { __mode = "k" }) -- the errors that say it already

local SENT, UNSENT = "; an attempt was under way, and may have had its effect", "; no attempt had reached the service"

--- Notes in the error of a cancelled call what is known of its attempts. Where it was cancelled inside a call of its
--- provider's, for credentials, the error is about this call: that one changes nothing at the service.
---@param e any           what the call raised
---@param call rekognition.Call
function M.note(e, call)
  if not M.is(e) or e == spare then return end
  local is_of_provider = noted[e]
  noted[e] = true
  e.operation, e.attempts = not is_of_provider and e.operation or call.operation, call.attempt
  e.maybe_succeeded = (not is_of_provider and e.sent or call.ambiguous) and true or nil
  e.sent = nil
  e.message = (e.cancel_message or e.message) .. (e.maybe_succeeded and SENT or UNSENT)
end

return M

--- The one error class of the SDK.
--
-- Everything that can go wrong outside a plain programming slip is raised as a value of this class;
-- callers who want values use `pcall`. `tostring(e)` reads like a sentence and holds no secret.

---@class rekognition.Error
---@field kind "validation"|"credentials"|"config"|"transport"|"protocol"|"service"|"waiter"|"cancelled"
---@field code string            AWS's code for a service error ("ResourceInUseException"), ours for others
---@field message string
---@field operation? string      "CopyProjectVersion"
---@field status? integer        HTTP status
---@field request_id? string
---@field attempts? integer      how many times the request was sent
---@field retryable? boolean     whether trying again later could help
---@field maybe_succeeded? boolean  an earlier attempt may have done what was asked
---@field problems? {path: string, message: string}[]  validation: every problem found
---@field details? table         service: the members of the answer's body
---@field elapsed? number        seconds that the call took, its retries among them
---@field retry_outcome? string  why no further attempt was made; see docs/retries.md
---@field cause? any             the error behind this one
local Error = {}
Error.__index = Error
Error.__name = "rekognition.error"

local M = {}

--- Makes an error; the fields are those of `rekognition.Error`, `kind` and `message` required.
---@param fields table
---@return rekognition.Error
function M.new(fields)
  fields.code = fields.code or fields.kind
  return setmetatable(fields, Error)
end

--- Makes an error and raises it.
function M.raise(fields)
  error(M.new(fields), 0)
end

--- Whether a value is an error of this class.
---@return boolean
function M.is_error(value)
  return getmetatable(value) == Error
end

--- Whether the error's code, or its kind, is the one named.
---@param name string "ResourceInUseException", or a kind such as "transport"
---@return boolean
function Error:is(name)
  return self.code == name or self.kind == name
end

local function details(self)
  local parts = {}
  if self.kind ~= "service" then parts[#parts + 1] = self.kind .. " error" end
  if self.status then parts[#parts + 1] = "HTTP " .. self.status end
  if self.request_id then parts[#parts + 1] = "request id " .. self.request_id end
  if self.attempts and self.attempts > 1 then parts[#parts + 1] = self.attempts .. " attempts" end
  return #parts > 0 and " (" .. table.concat(parts, ", ") .. ")" or ""
end

-- One line, whatever a service put into its message.
function Error:__tostring()
  local subject = self.operation and self.operation .. ": " or ""
  local code = self.code ~= self.kind and self.code .. ": " or ""
  return ((subject .. code .. self.message .. details(self)):gsub("%c+", " "))
end

-- So that `"failed: " .. e` reads as expected.
function Error.__concat(left, right)
  return tostring(left) .. tostring(right)
end

return M

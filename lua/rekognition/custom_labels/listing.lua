--- A listing that is read page by page, for a bounded time: pages that never end don't hold anybody up.

local paginator = require "rekognition.paginator"
local rek_error = require "rekognition.error"

local M = {}

---@class rekognition.ListingLimit
---@field deadline number      on the client's monotonic clock: no page is asked for after it
---@field message string       of the error then
---@field retryable? boolean

--- Calls `f` for each item, until it returns something.
---@param client rekognition.Client
---@param operation string
---@param params table
---@param member string  of a response, which has the items
---@param limit rekognition.ListingLimit
---@param f fun(item: table): any
---@return any  what f returned; nil: nothing for any of them
--- Raises what the client does, and kind "waiter", code "WaiterTimeout" when the time is over. Where no response
--- has the list, nothing is known of what it would have: that is kind "protocol".
function M.find(client, operation, params, member, limit, f)
  local has_list = false
  for page in client:pages(operation, params) do
    has_list = has_list or page[member] ~= nil
    for _, item in ipairs(page[member] or {}) do
      local found = f(item)
      if found then return found end
    end
    if client._seams.monotonic() >= limit.deadline then
      rek_error.raise { kind = "waiter", code = "WaiterTimeout", operation = operation, retryable = limit.retryable,
        message = limit.message }
    end
  end
  if not has_list then paginator.refuse_without(operation, member) end
end

return M

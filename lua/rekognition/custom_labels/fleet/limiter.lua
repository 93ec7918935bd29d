--- The rate of calls: one limit for each account, region and operation, whatever number of clients there are.
--
-- AWS allows 5 control-plane calls a second for each. Calls are spaced evenly, which holds however AWS counts: by
-- windows or by a bucket.

local M = {}

-- Our decision: a little slower than the quota, since calls don't arrive as evenly as they leave.
local MARGIN = 1.03
local RATES = { TagResource = 10, UntagResource = 10, ListTagsForResource = 10 } -- AWS's General Reference; others: 5

---@class rekognition.Limiter
local Limiter = {}
Limiter.__index = Limiter

--- Makes a limiter.
---@param rate number  calls a second for an operation that has no rate of its own
---@param calls rekognition.Calls
---@return rekognition.Limiter
function M.new(rate, calls)
  return setmetatable({ rate = rate, calls = calls, next_at = {}, accounts = {}, counts = {} }, Limiter)
end

--- Notes the account of a client, once it is known. Until then all clients of a region count as one account.
---@param client rekognition.Client
---@param account string
function Limiter:know(client, account)
  self.accounts[client] = account
end

--- Waits until a call may be made, and counts it.
---@param client rekognition.Client
---@param operation string
function Limiter:wait(client, operation)
  local key = table.concat({ self.accounts[client] or "?", client.region, operation }, " ")
  local now = self.calls.monotonic()
  local at = math.max(now, self.next_at[key] or now)
  local spacing = MARGIN / math.max(self.rate, RATES[operation] and self.rate * 2 or 0)
  self.next_at[key] = at + spacing
  self.counts[operation] = (self.counts[operation] or 0) + 1
  if at > now then self.calls.sleep(at - now) end
end

return M

--- Rates of a client's own: so many attempts a second of an operation, evenly spaced.
--
-- AWS counts by account, region and operation, whatever number of clients there are: so do these, in the whole process,
-- other Lua states and threads included. An account whose number the credentials don't tell counts as one with all
-- others that don't. Another endpoint (an emulator) counts apart.

local core = require "rekognition.core"

-- Our decision: a little slower than asked for, since calls don't arrive as evenly as they leave.
local MARGIN = 1.03

-- The longest time between two, in seconds: years. Our choice.
local LONGEST = 1e8

---@class rekognition.Limits
---@field rates table<string, number>  calls a second by operation; "*" for the others
local Limits = {}
Limits.__index = Limits

local M = {}

---@param rates table<string, number>
---@return rekognition.Limits
function M.new(rates) return setmetatable({ rates = rates }, Limits) end

--- Takes the next place for an attempt. Returns how many seconds to wait for it and, if there are any, a function by
--- which the place goes back to others.
---@param channel { url: string, region?: string }
---@param operation string
---@param credentials { account_id?: string }
---@return number
---@return function?
function Limits:reserve(channel, operation, credentials)
  local rate = self.rates[operation] or self.rates["*"]
  if not rate then return 0 end
  local key = ("%s %s %s %s"):format(channel.url, channel.region or "", credentials.account_id or "?", operation)
  local spacing = math.min(MARGIN / rate, LONGEST)
  local seconds, place = core.reserve_rate(key, spacing)
  if seconds <= 0 then return 0 end
  return seconds, function() core.give_back_rate(key, spacing, place) end
end

return M

--- Several providers, the first that has credentials being the one that is used.

local providers = require "rekognition.credentials.provider"

local M = {}

---@class rekognition.CredentialChain
local Chain = {}
Chain.__index = Chain
Chain.__tostring = function() return "credentials from the first of a chain that has some" end

--- A chain. A provider that has nothing (an error with the code "NoCredentials") is passed over; one
--- that fails ends the search with its error, since going on would quietly use another identity.
---@param list table[]  providers: objects with get()
---@param context? rekognition.CredentialContext  the one that those of them share that are made later
---@return rekognition.CredentialChain
function M.new(list, context)
  return setmetatable({
    name = "chain", providers = list,
    adopt_region = function(_, region)
      if context then context:adopt_region(region) end
      for _, provider in ipairs(list) do
        if provider.adopt_region then provider:adopt_region(region) end
      end
    end,
  }, Chain)
end

local function search(self, deadline)
  local reasons, said = {}, {}
  for _, provider in ipairs(self.providers) do
    local ok, result = pcall(provider.get, provider, deadline)
    if ok then
      self.chosen = provider
      return result
    end
    if not providers.is_none(result) then error(result, 0) end
    -- A profile's keys are looked for twice; once is enough to say that there are none.
    if not said[result.message] then
      reasons[#reasons + 1] = result.message
      said[result.message] = true
    end
  end
  providers.raise_none_of(reasons)
end

--- The credentials; see `rekognition.CredentialProvider`. Once a provider was chosen it is asked
--- alone, until it has nothing any more.
---@return rekognition.Credentials
function Chain:get(deadline)
  local chosen = self.chosen
  if not chosen then return search(self, deadline) end
  local ok, result = pcall(chosen.get, chosen, deadline)
  if ok then return result end
  if not providers.is_none(result) then error(result, 0) end
  self.chosen = nil
  return search(self, deadline)
end

function Chain:refresh(stale, deadline)
  if not self.chosen then return search(self, deadline) end
  return providers.refresh(self.chosen, stale, deadline)
end

return M

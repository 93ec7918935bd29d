--- Who a client is, as STS says it: asked only where it makes a difference, and never waited for long.

local calls_of = require "rekognition.custom_labels.calls"

local M = {}

local LONGEST = 10 -- seconds; our decision: what only helps is not worth more waiting

--- Asks STS. It needs no permission, so what fails is the network, the endpoint or the credentials.
---@param client rekognition.Client
---@return { account: string, arn: string, user_id: string }? identity
---@return rekognition.Error? e
function M.ask(client)
  local sts = require "rekognition.services.sts"
  local ok, found = pcall(sts.get_caller_identity, client, { total_timeout = LONGEST })
  if ok then return found end
  if calls_of.ends_all(found) then error(found, 0) end
  return nil, found
end

--- A function that asks once, and remembers.
---@param calls rekognition.Calls
---@param client rekognition.Client
---@return fun(): table?, rekognition.Error?
function M.once(calls, client)
  local has_asked, identity, e = false, nil, nil
  return function()
    if not has_asked then
      calls:check_deadline()
      has_asked, identity, e = true, M.ask(client)
    end
    return identity, e
  end
end

return M

--- Credentials from a function of the caller's own.

local check = require "rekognition.credentials.check"
local providers = require "rekognition.credentials.provider"

local M = {}

--- A provider over a function, which is called when credentials are first needed, ahead of their
--- `expiration`, and when a service says that they have expired; without an expiration they are kept.
---@param get fun(): table?, string?  { access_key_id, secret_access_key, session_token, expiration
---  (epoch seconds, or a text that text/time.lua reads), account_id }; or nil and why it has no keys; what it raises is
---  passed on
---@param context rekognition.CredentialContext
---@return rekognition.CredentialProvider
function M.new(get, context)
  return providers.new({
    name = "static",
    fetch = function()
      local fields, reason = get()
      if fields == nil then return nil, type(reason) == "string" and reason or "the function gave none" end
      if type(fields) ~= "table" then
        check.fail("static", "the function gave a " .. type(fields) .. ", not a table")
      end
      return check.credentials("static", fields)
    end,
  }, context)
end

return M

--- Credentials that are given outright.

local check = require "rekognition.credentials.check"

local M = {}

local Static = {}
Static.__index = Static
Static.__tostring = function(self) return "credentials from " .. self.name end

function Static:get() return self._fixed() end
function Static:refresh() return self._fixed() end

--- A provider of fixed credentials.
---@param fields table  access_key_id, secret_access_key, session_token, account_id, expiration
---@param name? string  the source's name; "static" by default
---@return rekognition.CredentialProvider
--- Raises an error of kind "credentials" for fields that can't be credentials.
function M.new(fields, name)
  local credentials = check.credentials(name or "static", fields)
  -- `_fixed` returns what get() would for ever. A function, so that a debug printer doesn't come upon the keys.
  return setmetatable({ name = name or "static", _fixed = function() return credentials end }, Static)
end

return M

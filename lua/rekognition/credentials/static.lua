--- Credentials that are given outright.

local check = require "rekognition.credentials.check"

local M = {}

local Static = {}
Static.__index = Static
Static.__tostring = function(self) return "credentials from " .. self.name end

function Static:get() return self.credentials() end
function Static:refresh() return self.credentials() end

--- A provider of fixed credentials.
---@param fields table  access_key_id, secret_access_key, session_token, account_id, expiration
---@param name? string  the source's name; "static" where absent
---@return rekognition.CredentialProvider
--- Raises an error of kind "credentials" for fields that can't be credentials.
function M.new(fields, name)
  local credentials = check.credentials(name or "static", fields)
  return setmetatable({ name = name or "static", credentials = function() return credentials end }, Static)
end

return M

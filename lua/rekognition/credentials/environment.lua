--- Credentials in environment variables.
--
-- Source: AWS SDKs and Tools Reference Guide, "AWS access keys". As botocore, an access key without
-- its secret is an error; the older AWS_SECURITY_TOKEN comes before AWS_SESSION_TOKEN; and
-- If AWS_CREDENTIAL_EXPIRATION is set, the variables are read again when they have expired.

local check = require "rekognition.credentials.check"
local providers = require "rekognition.credentials.provider"

local M = {}

local NAME = "environment"
local NAMES = {
  access_key_id = "AWS_ACCESS_KEY_ID", secret_access_key = "AWS_SECRET_ACCESS_KEY",
  session_token = "AWS_SESSION_TOKEN", expiration = "AWS_CREDENTIAL_EXPIRATION", account_id = "AWS_ACCOUNT_ID",
}

local function fetch(context)
  if not context:variable(NAMES.access_key_id) then return nil, NAMES.access_key_id .. " is not set" end
  if not context:variable(NAMES.secret_access_key) then
    check.fail(NAME, NAMES.access_key_id .. " is set, but " .. NAMES.secret_access_key .. " is not")
  end
  local fields = {}
  for _, name in pairs(NAMES) do fields[name] = context:variable(name) end
  fields[NAMES.session_token] = context:variable("AWS_SECURITY_TOKEN") or fields[NAMES.session_token]
  return check.credentials(NAME, fields, NAMES)
end

--- A provider over AWS_ACCESS_KEY_ID and its companions.
---@param context rekognition.CredentialContext
---@return rekognition.CredentialProvider
function M.new(context)
  return providers.new({ name = NAME, fetch = function() return fetch(context) end }, context)
end

return M

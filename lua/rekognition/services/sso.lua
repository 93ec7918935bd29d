--- IAM Identity Center's portal: a role's credentials for a sign-in token.
--
-- Source: IAM Identity Center Portal API Reference, GetRoleCredentials.

local core = require "rekognition.core"
local json = require "rekognition.services.json"
local services = require "rekognition.services"
local uri = require "rekognition.text.uri"

local M = {}

--- A role's credentials.
---@param host rekognition.CredentialContext
---@param region string
---@param parameters { account_id: string, role_name: string, access_token: string }
---@param deadline? number
---@return string body  JSON
function M.get_role_credentials(host, region, parameters, deadline)
  local channel = services.channel(host, "sso", region, { read_error = json.read_error })
  local name = "SSO GetRoleCredentials"
  return (services.run(channel, {
    operation = name, secrets = { parameters.access_token }, deadline = deadline, quiet = true,
    request = core.plain_request {
      name = name, method = "GET",
      target = ("/federation/credentials?account_id=%s&role_name=%s"):format(
        uri.escape(parameters.account_id), uri.escape(parameters.role_name)),
      headers = { { "x-amz-sso_bearer_token", parameters.access_token } },
    },
  }))
end

return M

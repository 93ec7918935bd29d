--- IAM Identity Center's OIDC service: a sign-in token renewed.
--
-- Source: IAM Identity Center OIDC API Reference, CreateToken.

local core = require "rekognition.core"
local json = require "rekognition.services.json"
local services = require "rekognition.services"

local M = {}

--- A new token for a refresh token.
---@param host rekognition.CredentialContext
---@param region string
---@param body string       the parameters, JSON
---@param secrets string[]  what no error may hold
---@param deadline? number
---@return string body  JSON
function M.create_token(host, region, body, secrets, deadline)
  local channel = services.channel(host, "sso-oidc", region, { read_error = json.read_error })
  local name = "SSO-OIDC CreateToken"
  return (services.run(channel, {
    operation = name, secrets = secrets, deadline = deadline, quiet = true,
    request = core.plain_request {
      name = name, method = "POST", target = "/token", body = body,
      headers = { { "Content-Type", "application/json" } },
    },
  }))
end

return M

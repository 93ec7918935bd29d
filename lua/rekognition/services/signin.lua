--- AWS's sign-in service: console credentials renewed.
--
-- Source: the sign-in service's model (CreateOAuth2Token).

local core = require "rekognition.core"
local json = require "rekognition.services.json"
local services = require "rekognition.services"

local M = {}

local PATH = "/v1/token"

--- New credentials for a refresh token.
---@param host rekognition.CredentialContext
---@param region? string
---@param body string                 the parameters, JSON
---@param proof fun(url: string): string  the proof of possession for an attempt (RFC 9449)
---@param secrets string[]
---@param deadline? number
---@return string body  JSON
function M.create_oauth2_token(host, region, body, proof, secrets, deadline)
  local base = services.channel(host, "signin", region, { read_error = json.read_error })
  local channel = base:with { authorize = function() return { { "DPoP", proof(base.url .. PATH) } } end }
  local name = "Signin CreateOAuth2Token"
  return (services.run(channel, {
    operation = name, secrets = secrets, deadline = deadline, quiet = true,
    request = core.plain_request {
      name = name, method = "POST", target = PATH, body = body, headers = { { "Content-Type", "application/json" } },
    },
  }))
end

return M

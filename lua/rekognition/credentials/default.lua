--- The default chain.
--
-- Source: AWS SDKs and Tools Reference Guide, "Understand the credential provider chain". Where the
-- guide leaves the order to the SDK, it is botocore's: a role in the profile has priority over a web
-- identity in the environment, and a profile that is named in code shuts the environment's keys out.

local chain = require "rekognition.credentials.chain"
local environment = require "rekognition.credentials.environment"
local profile = require "rekognition.credentials.profile"
local providers = require "rekognition.credentials.provider"

local M = {}

---@param context rekognition.CredentialContext
---@return rekognition.CredentialChain
function M.new(context)
  local list = {}
  if not context.explicit_profile then list[1] = environment.new(context) end
  for _, provider in ipairs(profile.providers(context, context.explicit_profile ~= nil)) do
    list[#list + 1] = provider
  end
  for _, name in ipairs { "container", "imds" } do
    list[#list + 1] = providers.lazy(name, function()
      return require("rekognition.credentials." .. name).new(context)
    end)
  end
  return chain.new(list, context)
end

return M

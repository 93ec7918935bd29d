--- The credentials of a role, taken on with a token of an identity provider (STS
--- AssumeRoleWithWebIdentity): EKS service accounts, CI jobs with OpenID Connect.
--
-- Source: AWS SDKs and Tools Reference Guide, "Assume role credential provider". Each of the three
-- settings is looked for in the environment first, then in the profile, as botocore does it.

local ascii = require "rekognition.text.ascii"
local assume_role = require "rekognition.credentials.assume_role"
local check = require "rekognition.credentials.check"
local providers = require "rekognition.credentials.provider"
local sts = require "rekognition.services.sts"

local M = {}

local NAME = "web_identity"
local VARIABLES = {
  web_identity_token_file = "AWS_WEB_IDENTITY_TOKEN_FILE",
  role_arn = "AWS_ROLE_ARN",
  role_session_name = "AWS_ROLE_SESSION_NAME",
}

--- A provider of a role's credentials; the token file is read again at each refresh.
---@param role table  role_arn, web_identity_token_file, role_session_name, duration_seconds
---@param context rekognition.CredentialContext
---@return rekognition.CredentialProvider
function M.new(role, context)
  for _, name in ipairs { "web_identity_token_file", "role_arn" } do
    if type(role[name]) ~= "string" or role[name] == "" then
      check.misconfigured("web_identity: " .. name .. " is missing")
    end
  end
  return providers.new({
    name = NAME,
    fetch = function(_, _, deadline)
      local token, why = context:read_file(role.web_identity_token_file)
      if not token then check.fail(NAME, "the token file can't be read: " .. why) end
      -- A newline at the end is the file's, not the token's.
      token = check.text(NAME, "the token in " .. role.web_identity_token_file, ascii.trim(token))
      return assume_role.read(NAME, check.ask(NAME, "STS AssumeRoleWithWebIdentity",
        sts.assume_role_with_web_identity, context, {
        RoleArn = role.role_arn,
        RoleSessionName = role.role_session_name or assume_role.session_name(context),
        DurationSeconds = role.duration_seconds,
        WebIdentityToken = token,
      }, deadline))
    end,
  }, context)
end

--- What the environment and a profile ask for.
---@param context rekognition.CredentialContext
---@param profile_name string
---@param without_environment? boolean  only the profile counts
---@return rekognition.CredentialProvider?, string?  nil and why where neither asks for it
function M.find(context, profile_name, without_environment)
  local profile, role = context:profile(profile_name) or {}, {}
  for key, variable in pairs(VARIABLES) do
    role[key] = not without_environment and context:variable(variable) or profile[key]
  end
  if not role.web_identity_token_file then
    local where = without_environment and "" or VARIABLES.web_identity_token_file .. " is not set, and "
    return nil, ("%sprofile %s has no web_identity_token_file"):format(where, profile_name)
  end
  if not role.role_arn then
    check.misconfigured(("web_identity: there is a token file, but no role: set %s, or role_arn in profile %s"):format(
      VARIABLES.role_arn, profile_name))
  end
  return M.new(role, context)
end

return M

--- The credentials of a role, taken on with other credentials (STS AssumeRole).
--
-- Source: AWS SDKs and Tools Reference Guide, "Assume role credential provider".

local check = require "rekognition.credentials.check"
local providers = require "rekognition.credentials.provider"
local quote = require "rekognition.text.quote"
local sts = require "rekognition.services.sts"

local M = {}

local NAME = "assume_role"

---@class rekognition.AssumeRole
---@field source table              the provider of the credentials to ask with
---@field role_arn string
---@field role_session_name? string a made-up one by default
---@field external_id? string
---@field duration_seconds? integer|string  STS's own default (an hour) by default
---@field mfa_serial? string        the code is asked of `mfa_token(serial)`
---@field mfa_token? fun(serial: string): string
---@field policy? string            a session policy, JSON

local function token_code(role, context)
  if not role.mfa_serial then return nil end
  local ask = role.mfa_token or context.mfa_token
  if not ask then
    check.misconfigured(("the role %s asks for a code of the MFA device %s; pass the option mfa_token, "
      .. "a function (serial) that returns the code"):format(role.role_arn, role.mfa_serial))
  end
  local code = ask(role.mfa_serial)
  return check.text(NAME, "the code that mfa_token gave", code and tostring(code), 64)
end

-- Like botocore, a duration that is no number is passed over, with a warning.
local function duration(role, context)
  local seconds = math.tointeger(tonumber(role.duration_seconds))
  if role.duration_seconds ~= nil and not seconds then
    context.logger("warn", "credentials_duration_ignored", { role_arn = role.role_arn })
  end
  return seconds
end

local NAMES = {
  access_key_id = "AccessKeyId", secret_access_key = "SecretAccessKey",
  session_token = "SessionToken", expiration = "Expiration", account_id = "AccountId",
}

--- Credentials from what STS returned; it always returns a token and an expiration.
---@param source string
---@param fields table
function M.read(source, fields)
  for _, name in ipairs { "SessionToken", "Expiration" } do check.text(source, name, fields[name]) end
  return check.credentials(source, fields, NAMES)
end

-- Without a region STS is asked at its global endpoint, which knows the roles of AWS's commercial partition alone.
local function check_partition(role, context)
  local partition = role.role_arn:match("^arn:([^:]*):")
  if not partition or partition == "aws" or context:region() or context:config():endpoint_url("sts") then return end
  check.misconfigured(("%s: role_arn is in the partition %s, and no region is known; pass the option region, set "
    .. "AWS_REGION, or write region in the profile"):format(NAME, quote.value(partition)))
end

-- Asks STS. Where it says that the source's credentials have expired, the call renews them.
local function fetch(role, context, deadline)
  check_partition(role, context)
  if not sts.has_region(context) then
    check.misconfigured(NAME .. ": there is no region to sign for; pass the option region, set AWS_REGION, or write "
      .. "region in the profile")
  end
  local parameters = {
    RoleArn = role.role_arn,
    RoleSessionName = role.role_session_name or M.session_name(context),
    ExternalId = role.external_id,
    DurationSeconds = duration(role, context),
    SerialNumber = role.mfa_serial,
    TokenCode = token_code(role, context),
    Policy = role.policy,
  }
  return M.read(NAME,
    check.ask(NAME, "STS AssumeRole", sts.assume_role, context, parameters, role.source, deadline))
end

--- A name for the role's session where none was chosen.
---@param context rekognition.CredentialContext
function M.session_name(context)
  return ("rekognition-lua-%d"):format(context.clock() // 1)
end

--- A provider of a role's credentials.
---@param role rekognition.AssumeRole
---@param context rekognition.CredentialContext
---@return rekognition.CredentialProvider
function M.new(role, context)
  if type(role.role_arn) ~= "string" or role.role_arn == "" then
    check.misconfigured("assume_role: role_arn is missing")
  end
  if type(role.source) ~= "table" or not role.source.get then
    check.misconfigured("assume_role: source must be a provider, an object with get()")
  end
  return providers.new({
    name = NAME, asks_with = role.source,
    fetch = function(_, _, deadline) return fetch(role, context, deadline) end,
  }, context)
end

return M

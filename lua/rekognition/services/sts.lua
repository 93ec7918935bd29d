--- AWS STS: the operations that return credentials, and the one that says who is asking.
--
-- Source: the AWS STS API Reference, AssumeRole, AssumeRoleWithWebIdentity and GetCallerIdentity.

local query = require "rekognition.services.query"
local services = require "rekognition.services"

local M = {}

local VERSION = "2011-06-15"
-- STS's model marks it as worth another attempt: the identity provider could not be reached.
local TRANSIENT = { IDPCommunicationError = true }

---@param host rekognition.CredentialContext
local function channel_of(host)
  return services.channel(host, "sts", host:region(), { signing_name = "sts", read_error = query.read_error })
end

-- The account is the fifth field of arn:aws:sts::123456789012:assumed-role/role/session.
local function account_of(arn)
  return arn and arn:match("^arn:[^:]*:[^:]*:[^:]*:([0-9]+):")
end

local function run(host, name, parameters, state)
  state.transient = TRANSIENT
  return query.call(channel_of(host), { service = "STS", name = name, version = VERSION }, parameters, state)
end

local function credentials_of(result)
  return {
    AccessKeyId = result["Credentials.AccessKeyId"], SecretAccessKey = result["Credentials.SecretAccessKey"],
    SessionToken = result["Credentials.SessionToken"], Expiration = result["Credentials.Expiration"],
    AccountId = account_of(result["AssumedRoleUser.Arn"]),
  }
end

--- Whether there is a region to sign requests to STS for.
---@param host rekognition.CredentialContext
---@return boolean
function M.has_region(host)
  return channel_of(host).region ~= nil
end

--- Takes on a role.
---@param host rekognition.CredentialContext
---@param parameters table  the operation's, with AWS's names
---@param provider table    of the credentials to ask with
---@param deadline? number  a moment of the seam `monotonic`
---@return table<string, string> credentials  AccessKeyId, SecretAccessKey, SessionToken, Expiration, AccountId
function M.assume_role(host, parameters, provider, deadline)
  return credentials_of(run(host, "AssumeRole", parameters,
    { provider = provider, deadline = deadline, quiet = true }))
end

--- Takes on a role by an identity provider's token; not signed.
---@param host rekognition.CredentialContext
---@param parameters table
---@param deadline? number
function M.assume_role_with_web_identity(host, parameters, deadline)
  return credentials_of(run(host, "AssumeRoleWithWebIdentity", parameters,
    { secrets = { parameters.WebIdentityToken }, deadline = deadline, quiet = true }))
end

--- Who a client's credentials belong to.
---@param client rekognition.Client
---@param options? { total_timeout?: number }
---@return { account: string, arn: string, user_id: string }
--- Raises an error of kind "service", "transport" or "credentials".
function M.get_caller_identity(client, options)
  local host, provider = client:_host()
  local result = run(host, "GetCallerIdentity", {},
    { provider = provider, total_timeout = services.total_timeout(client, options) })
  return { account = result.Account, arn = result.Arn, user_id = result.UserId }
end

return M

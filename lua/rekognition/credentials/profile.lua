--- What a profile says of credentials: a role to take on, a web identity, SSO, keys, a login session
--- or a command.
--
-- Source: AWS SDKs and Tools Reference Guide, "Assume role credential provider" and "AWS access keys";
-- the order within one profile is botocore's.

local chain = require "rekognition.credentials.chain"
local check = require "rekognition.credentials.check"
local providers = require "rekognition.credentials.provider"
local quote = require "rekognition.text.quote"
local static = require "rekognition.credentials.static"

local M = {}

local NAME = "profile"
local CREDENTIAL_SOURCES = { Environment = "environment", EcsContainer = "container", Ec2InstanceMetadata = "imds" }

-- Each source's module is loaded when it is first used: most programs need one.
local function source_module(name)
  return require("rekognition.credentials." .. name)
end

local function has_keys(profile)
  return profile.aws_access_key_id ~= nil or profile.aws_secret_access_key ~= nil
end

-- A profile with a token file is a web identity, whose role needs no other credentials.
local function has_role(profile)
  return profile.role_arn ~= nil and profile.web_identity_token_file == nil
end

-- The profile's own keys, if they stand in the file asked for. Key, secret and token are of one file: those of
-- different ones don't belong together. The account may stand in either.
local function keys(context, name, in_credentials_file)
  local profile = context:profile(name)
  if not profile then return nil, ("there is no profile %s"):format(name) end
  if not profile.aws_access_key_id then return nil, ("profile %s has no aws_access_key_id"):format(name) end
  local config = context:config()
  local origins = config.origins[name]
  local file = origins.aws_access_key_id
  if (file == config.credentials_path) ~= in_credentials_file then
    return nil, ("profile %s has its aws_access_key_id in the other file"):format(name)
  end
  local function value(key) return origins[key] == file and profile[key] or nil end
  if not value "aws_secret_access_key" then
    check.fail(NAME, ("profile %s has aws_access_key_id, but no aws_secret_access_key, in %s"):format(name, file))
  end
  return static.new({
    access_key_id = value "aws_access_key_id",
    secret_access_key = value "aws_secret_access_key",
    session_token = value "aws_security_token" or value "aws_session_token",
    account_id = profile.aws_account_id,
  }, NAME)
end

local role_of

-- The providers of one profile but for a role: in botocore's order, in which keys of the credentials
-- file go before, those of the config file after a login session and a command.
local function own(context, name, without_environment)
  local function lazy(label, build)
    return providers.lazy(label, function() return build(name or context:profile_name()) end)
  end
  local function found_by(label)
    return lazy(label, function(profile) return source_module(label).find(context, profile, without_environment) end)
  end
  return {
    found_by "web_identity",
    found_by "sso",
    lazy(NAME, function(profile) return keys(context, profile, true) end),
    found_by "login",
    found_by "process",
    lazy(NAME, function(profile) return keys(context, profile, false) end),
  }
end

local function loop(name, visited)
  check.misconfigured(("source_profile goes round in a loop: %s -> %s"):format(table.concat(visited, " -> "), name))
end

-- A provider that has to have credentials: where it has none, `raise` is called with the reason, so that
-- no chain goes on to another identity.
local function settled(provider, raise)
  local function asked(method)
    return function(_, ...)
      local ok, result = pcall(method, provider, ...)
      if ok then return result end
      if not providers.is_none(result) then error(result, 0) end
      raise(result.reason)
    end
  end
  return { get = asked(provider.get), refresh = asked(provider.refresh) }
end

-- The provider of the credentials that a role's profile names another profile for.
local function from_source_profile(context, name, source_name, visited)
  local source = context:profile(source_name)
  if not source then
    check.misconfigured(("source_profile %s, which profile %s names, does not exist"):format(source_name, name))
  end
  for _, seen in ipairs(visited) do
    -- A profile may be its own source, where it has keys.
    if seen == source_name and not (source_name == name and has_keys(source)) then loop(source_name, visited) end
  end
  if has_role(source) and not has_keys(source) then return role_of(context, source_name, visited) end
  return settled(chain.new(own(context, source_name, true)), function(reason)
    check.misconfigured(("source_profile %s, which profile %s names, has no credentials: %s"):format(
      source_name, name, reason))
  end)
end

local function from_credential_source(context, name, source)
  local module = CREDENTIAL_SOURCES[source]
  if not module then
    check.misconfigured(("credential_source of profile %s must be Environment, Ec2InstanceMetadata or EcsContainer, "
      .. "got %s"):format(name, quote.value(source)))
  end
  return settled(source_module(module).new(context), function(reason)
    check.fail("assume_role",
      ("credential_source %s, which profile %s names, has nothing: %s"):format(source, name, reason))
  end)
end

-- The provider of the role in a profile; nil and why where it has none.
function role_of(context, name, visited)
  local profile = context:profile(name)
  if not profile then return nil, ("there is no profile %s"):format(name) end
  if not has_role(profile) then return nil, ("profile %s has no role_arn"):format(name) end
  local source_name, source = profile.source_profile, profile.credential_source
  if source_name and source then
    check.misconfigured(("profile %s has both source_profile and credential_source"):format(name))
  elseif not source_name and not source then
    check.fail("assume_role",
      ("profile %s has role_arn, but neither source_profile nor credential_source"):format(name))
  end
  visited[#visited + 1] = name
  return source_module("assume_role").new({
    source = source and from_credential_source(context, name, source)
      or from_source_profile(context, name, source_name, visited),
    role_arn = profile.role_arn,
    role_session_name = profile.role_session_name,
    external_id = profile.external_id,
    duration_seconds = profile.duration_seconds,
    mfa_serial = profile.mfa_serial,
  }, context)
end

--- The providers of the chosen profile, in the order in which they are tried.
---@param context rekognition.CredentialContext
---@param without_environment? boolean  AWS_WEB_IDENTITY_TOKEN_FILE and its companions don't count
---@return table[]
function M.providers(context, without_environment)
  local list = own(context, nil, without_environment)
  table.insert(list, 1, providers.lazy("assume_role", function()
    return role_of(context, context:profile_name(), {})
  end))
  return list
end

--- A provider of the chosen profile's credentials; the environment's keys and web identity don't count.
---@param context rekognition.CredentialContext
---@return rekognition.CredentialProvider
function M.new(context)
  return chain.new(M.providers(context, true), context)
end

return M

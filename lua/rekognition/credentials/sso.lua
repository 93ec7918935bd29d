--- IAM Identity Center (SSO): a role's credentials for the token of a browser sign-in.
--
-- Source: AWS SDKs and Tools Reference Guide, "IAM Identity Center credential provider". Two forms: an
-- sso-session, whose token is refreshed (SSO-OIDC CreateToken), and the legacy one, whose token is not.

local ascii = require "rekognition.text.ascii"
local check = require "rekognition.credentials.check"
local core = require "rekognition.core"
local nearest = require "rekognition.text.nearest"
local oidc = require "rekognition.services.oidc"
local providers = require "rekognition.credentials.provider"
local shell_words = require "rekognition.text.shell_words"
local sso = require "rekognition.services.sso"
local time = require "rekognition.text.time"
local token_cache = require "rekognition.credentials.token_cache"

local M = {}

local NAME = "sso"
-- botocore's: a token with less left is refreshed.
local REFRESH_WINDOW = 15 * 60
local NAMES = {
  access_key_id = "accessKeyId", secret_access_key = "secretAccessKey",
  session_token = "sessionToken", expiration = "expiration",
}
local REQUIRED = { "sso_account_id", "sso_role_name", "sso_start_url", "sso_region" }

---@class rekognition.Sso
---@field sso_account_id string
---@field sso_role_name string
---@field sso_start_url string
---@field sso_region string
---@field sso_session? string  the session's name; absent: the legacy form
---@field profile_name? string the profile that has the settings

local function cache_path(settings)
  return ("~/.aws/sso/cache/%s.json"):format(core.sha1_hex(settings.sso_session or settings.sso_start_url))
end

-- A name as a shell takes it.
local function word(name)
  return name:find "^[A-Za-z0-9_.@+-]+$" and name or shell_words.quote(name)
end

-- The sign-in that is needed: without a name the AWS CLI takes the default profile's.
local function remedy(settings)
  local session, profile = settings.sso_session, settings.profile_name
  if session then return ("run `aws sso login --sso-session %s`"):format(word(session)) end
  if profile and profile ~= "default" then return ("run `aws sso login --profile %s`"):format(word(profile)) end
  return "run `aws sso login`"
end

local function create_token(context, settings, token, deadline)
  local body = check.to_json {
    grantType = "refresh_token", clientId = token.clientId,
    clientSecret = token.clientSecret, refreshToken = token.refreshToken,
  }
  local secrets = { token.refreshToken, token.clientSecret }
  return check.json(NAME, "SSO-OIDC's response", check.ask(NAME, "SSO-OIDC CreateToken", oidc.create_token,
    context, settings.sso_region, body, secrets, deadline))
end

-- The token with what CreateToken gave in it, on disk too.
local function renewed(context, settings, token, deadline)
  local given = create_token(context, settings, token, deadline)
  local seconds = math.tointeger(given.expiresIn)
  if not seconds or seconds < 1 then check.fail(NAME, "expiresIn in SSO-OIDC's response is not a number of seconds") end
  token.accessToken = check.text(NAME, "accessToken in SSO-OIDC's response", given.accessToken)
  token.expiresAt = time.format(context.clock() + seconds)
  -- RFC 6749, section 6: without a new refresh token the old one stays good.
  if type(given.refreshToken) == "string" and given.refreshToken ~= "" then token.refreshToken = given.refreshToken end
  token.startUrl, token.region = settings.sso_start_url, settings.sso_region
  token_cache.write(context, cache_path(settings), token)
  context.logger("info", "sso_token_refreshed", { sso_session = settings.sso_session })
  return token
end

-- Why a token can't be refreshed, or nil where it can.
local function hindrance(context, token)
  for _, name in ipairs { "refreshToken", "clientId", "clientSecret", "registrationExpiresAt" } do
    if type(token[name]) ~= "string" or token[name] == "" then return "its file has no " .. name end
  end
  local expiration = time.parse(token.registrationExpiresAt)
  if not expiration then return "registrationExpiresAt in its file is not a timestamp" end
  if expiration <= context.clock() then return "the client's registration has expired" end
end

-- Refreshes a token that ends soon. Where that fails, the token is used while it lasts.
local function refresh_token(context, settings, token, remaining, deadline)
  local why = hindrance(context, token)
  if not why then
    local ok, result = pcall(renewed, context, settings, token, deadline)
    if ok then return result end
    check.pass_on(result)
    why = result.reason or result.message
  end
  if remaining <= 0 then
    check.fail(NAME, ("the sign-in token has expired and can't be refreshed (%s); %s"):format(why, remedy(settings)))
  end
  context.logger("warn", "sso_token_refresh_failed", { sso_session = settings.sso_session, error = why })
  return token
end

local function access_token(context, settings, deadline)
  local path = cache_path(settings)
  local token = token_cache.read(context, NAME, path, remedy(settings))
  local expiration = time.parse(token.expiresAt)
  if type(token.accessToken) ~= "string" or not expiration then
    check.fail(NAME, ("the token file %s has no accessToken or no expiresAt; %s"):format(path, remedy(settings)))
  end
  local remaining = expiration - context.clock()
  if settings.sso_session then
    if remaining < REFRESH_WINDOW then token = refresh_token(context, settings, token, remaining, deadline) end
  elseif remaining <= 0 then
    check.fail(NAME, "the sign-in token has expired; " .. remedy(settings))
  end
  return check.text(NAME, "accessToken in " .. path, token.accessToken)
end

local function get_role_credentials(context, settings, token, deadline)
  return sso.get_role_credentials(context, settings.sso_region,
    { account_id = settings.sso_account_id, role_name = settings.sso_role_name, access_token = token }, deadline)
end

local function role_credentials(context, settings, token, deadline)
  local ok, body = pcall(check.ask, NAME, "SSO GetRoleCredentials", get_role_credentials,
    context, settings, token, deadline)
  if not ok then
    -- A token that is not accepted any more: another sign-in is the remedy.
    if type(body) == "table" and body.status == 401 then
      local what = "; " .. remedy(settings)
      body.message, body.reason = body.message .. what, body.reason .. what
    end
    error(body, 0)
  end
  local given = check.json(NAME, "SSO's response", body).roleCredentials
  if type(given) ~= "table" then check.fail(NAME, "SSO's response has no roleCredentials") end
  if type(given.expiration) ~= "number" then check.fail(NAME, "expiration in SSO's response is not a number") end
  given.expiration = given.expiration / 1000 -- the service counts milliseconds
  given.expiration = math.tointeger(given.expiration) or given.expiration
  local credentials = check.credentials(NAME, given, NAMES)
  credentials.account_id = settings.sso_account_id
  return credentials
end

--- A provider over a sign-in.
---@param settings rekognition.Sso
---@param context rekognition.CredentialContext
---@return rekognition.CredentialProvider
--- Raises an error of kind "config" where a setting is missing.
function M.new(settings, context)
  local missing = {}
  for _, name in ipairs(REQUIRED) do
    if type(settings[name]) ~= "string" or settings[name] == "" then missing[#missing + 1] = name end
  end
  if #missing > 0 then
    check.misconfigured("sso: these settings are missing: " .. table.concat(missing, ", "))
  end
  return providers.new({
    name = NAME,
    fetch = function(_, _, deadline)
      return role_credentials(context, settings, access_token(context, settings, deadline), deadline)
    end,
  }, context)
end

-- A profile's settings together with those of the session that it names. Both may have a key, with one value.
local function with_session(context, profile_name, profile)
  local settings = { profile_name = profile_name, sso_session = profile.sso_session }
  for _, name in ipairs(REQUIRED) do settings[name] = profile[name] end
  if not profile.sso_session then return settings end
  local sessions, named = context:config().sso_sessions, profile.sso_session
  local session = sessions[named]
  if not session then
    check.misconfigured(("sso: profile %s names the sso-session %s, and there is no section [sso-session %s]%s"):format(
      profile_name, named, named, nearest.hint(named, ascii.names(sessions))))
  end
  for _, name in ipairs(REQUIRED) do
    if settings[name] and session[name] and settings[name] ~= session[name] then
      check.misconfigured(("sso: %s differs between profile %s and sso-session %s"):format(
        name, profile_name, profile.sso_session))
    end
    settings[name] = settings[name] or session[name]
  end
  return settings
end

--- What a profile asks for.
---@param context rekognition.CredentialContext
---@param profile_name string
---@return rekognition.CredentialProvider?, string?  nil and why where it asks for no role
function M.find(context, profile_name)
  local profile = context:profile(profile_name) or {}
  if not profile.sso_account_id and not profile.sso_role_name then
    local reason = ("profile %s has no sso_account_id and no sso_role_name"):format(profile_name)
    if profile.sso_session then
      reason = reason .. ", and with its sso_session alone there is an access token, not credentials"
    end
    return nil, reason
  end
  return M.new(with_session(context, profile_name, profile), context)
end

return M

--- A session of `aws login`: console credentials that the sign-in service renews.
--
-- Source: AWS SDKs and Tools Reference Guide, "Login credential provider"; the sign-in service's model
-- (CreateOAuth2Token); RFC 9449 for the proof of possession (DPoP) in the request.

local check = require "rekognition.credentials.check"
local core = require "rekognition.core"
local providers = require "rekognition.credentials.provider"
local signin = require "rekognition.services.signin"
local time = require "rekognition.text.time"
local token_cache = require "rekognition.credentials.token_cache"

local M = {}

local NAME = "login"
local REMEDY = "run `aws login`"
-- That of botocore and the JavaScript SDK: credentials with less left are renewed.
local REFRESH_WINDOW = 5 * 60
local NAMES = {
  access_key_id = "accessKeyId", secret_access_key = "secretAccessKey",
  session_token = "sessionToken", expiration = "expiresAt", account_id = "accountId",
}
-- What the sign-in service's refusals mean to a person.
local REFUSALS = {
  TOKEN_EXPIRED = "the session has expired; " .. REMEDY,
  USER_CREDENTIALS_CHANGED = "the password has changed since; " .. REMEDY .. " with the new one",
  INSUFFICIENT_PERMISSIONS = "the permission for CreateOAuth2Token is missing",
}

local function base64url(bytes)
  return (core.base64_encode(bytes):gsub("[+/=]", { ["+"] = "-", ["/"] = "_", ["="] = "" }))
end

--- The proof that this request comes from the one who signed in: a JWT, signed with the session's key
--- (ES256), for one method and address.
---@param key string     the private key, PEM
---@param url string
---@param now number     epoch seconds
---@param id string      never used twice
---@return string?       nil if the key is not on the curve P-256
function M.proof(key, url, now, id)
  local x, y = core.es256_public(key)
  if not x then return nil end
  -- Member by member, so that the order is always the same.
  local header = ('{"typ":"dpop+jwt","alg":"ES256","jwk":{"kty":"EC","crv":"P-256","x":"%s","y":"%s"}}'):format(
    base64url(x), base64url(y))
  local payload = ('{"htm":"POST","htu":%s,"iat":%d,"jti":"%s"}'):format(check.to_json(url), now // 1, id)
  local text = base64url(header) .. "." .. base64url(payload)
  return text .. "." .. base64url(core.es256_sign(key, text))
end

local function cache_path(context, session)
  local folder = context:variable("AWS_LOGIN_CACHE_DIRECTORY") or "~/.aws/login/cache"
  return folder .. "/" .. core.sha256_hex(session) .. ".json"
end

local function read_token(context, session)
  local token = token_cache.read(context, NAME, cache_path(context, session), REMEDY)
  for _, name in ipairs { "refreshToken", "dpopKey", "clientId" } do
    if type(token[name]) ~= "string" then check.fail(NAME, ("the token file has no %s; %s"):format(name, REMEDY)) end
  end
  if type(token.accessToken) ~= "table" then check.fail(NAME, "the token file has no accessToken; " .. REMEDY) end
  return token
end

local function create_token(context, token, deadline)
  local region = type(token.signInRegion) == "string" and token.signInRegion or context:region()
  local body = check.to_json {
    clientId = token.clientId, grantType = "refresh_token", refreshToken = token.refreshToken,
  }
  local function proof(url)
    local jwt = M.proof(token.dpopKey, url, context.service_clock:now(), core.uuid())
    return jwt or check.fail(NAME, "dpopKey in the token file is not a private key on P-256; " .. REMEDY)
  end
  local ok, response = pcall(check.ask, NAME, "Signin CreateOAuth2Token", signin.create_oauth2_token,
    context, region, body, proof, { token.refreshToken }, deadline)
  if ok then return check.json(NAME, "the sign-in service's response", response) end
  local why = type(response) == "table" and REFUSALS[response.oauth_error]
  if why then
    response.message = ("%s: Signin CreateOAuth2Token: %s: %s"):format(NAME, response.code, why)
    response.reason = response.message:sub(#NAME + 3)
  end
  error(response, 0)
end

-- The token with what CreateOAuth2Token gave in it, on disk too, and its credentials.
local function renewed(context, session, token, deadline)
  local given = create_token(context, token, deadline)
  local access, seconds = given.accessToken, math.tointeger(given.expiresIn)
  if type(access) ~= "table" or not seconds or seconds < 1 then
    check.fail(NAME, "the sign-in service's response lacks accessToken or expiresIn")
  end
  for _, name in ipairs { "accessKeyId", "secretAccessKey", "sessionToken" } do
    token.accessToken[name] = check.text(NAME, name .. " in the sign-in service's response", access[name])
  end
  token.accessToken.expiresAt = time.format(context.clock() + seconds)
  token.refreshToken = check.text(NAME, "refreshToken in the sign-in service's response", given.refreshToken)
  local credentials = check.credentials(NAME, token.accessToken, NAMES)
  token_cache.write(context, cache_path(context, session), token)
  return credentials
end

-- The token file is read each time: another process may have renewed it.
local function fetch(context, session, force, deadline)
  local token = read_token(context, session)
  local current = check.credentials(NAME, token.accessToken, NAMES)
  if not current.expiration then check.fail(NAME, "the token file has no expiresAt; " .. REMEDY) end
  local remaining = current.expiration - context.clock()
  if remaining > REFRESH_WINDOW and not force then return current end
  local ok, result = pcall(renewed, context, session, token, deadline)
  if ok then return result end
  check.pass_on(result)
  local refused = REFUSALS[result.oauth_error] ~= nil
  if refused or remaining <= 0 or force then error(result, 0) end
  context.logger("warn", "login_refresh_failed", { error = tostring(result) })
  return current
end

--- A provider over a session of `aws login`.
---@param session string  the session's name (an ARN), as in a profile's login_session
---@param context rekognition.CredentialContext
---@return rekognition.CredentialProvider
function M.new(session, context)
  return providers.new({
    name = NAME,
    fetch = function(_, force, deadline) return fetch(context, session, force, deadline) end,
  }, context)
end

--- What a profile asks for.
---@param context rekognition.CredentialContext
---@param profile_name string
---@return rekognition.CredentialProvider?, string?  nil and why where it asks for no session
function M.find(context, profile_name)
  local profile = context:profile(profile_name) or {}
  if not profile.login_session then return nil, ("profile %s has no login_session"):format(profile_name) end
  return M.new(profile.login_session, context)
end

return M

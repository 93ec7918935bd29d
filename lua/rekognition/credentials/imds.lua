--- Credentials of the role of an EC2 instance, from its metadata service.
--
-- Source: AWS SDKs and Tools Reference Guide, "IMDS credential provider"; Amazon EC2 User Guide,
-- "Use the Instance Metadata Service". Off an instance nobody answers, which is no error of a chain:
-- whatever goes wrong here is a reason why there is nothing.

local check = require "rekognition.credentials.check"
local exchange = require "rekognition.credentials.exchange"
local providers = require "rekognition.credentials.provider"
local response = require "rekognition.text.service_error"
local timestamp = require "rekognition.text.time"

local M = {}

local NAME = "imds"
local ENDPOINTS = { ipv4 = "http://169.254.169.254", ipv6 = "http://[fd00:ec2::254]" }
local TOKEN_PATH, ROLE_PATH = "/latest/api/token", "/latest/meta-data/iam/security-credentials/"
local TTL_HEADER, TOKEN_HEADER = "x-aws-ec2-metadata-token-ttl-seconds", "x-aws-ec2-metadata-token"
local TOKEN_TTL = 21600
-- The Rust SDK's: a session token with less left is fetched anew.
local TOKEN_WINDOW = 120
-- A service that answers is there, and its 500s are worth as many attempts as the Rust SDK makes; where
-- none answers the setting's default of one keeps other machines from waiting.
local ANSWERED_ATTEMPTS, BASE_DELAY = 4, 0.1
-- botocore's: with these statuses the token's path is not there, and version 1 may be.
local NO_TOKEN_STATUS = { [403] = true, [404] = true, [405] = true }
local NAMES = {
  access_key_id = "AccessKeyId", secret_access_key = "SecretAccessKey",
  session_token = "Token", expiration = "Expiration", account_id = "AccountId",
}

local function no(reason, ...)
  check.fail(NAME, reason:format(...))
end

-- The settings, read at the first use. Where the service is not to be asked, the others don't matter.
local function settle(self)
  if self.endpoint or self.disabled then return end
  local config = self.context:config()
  self.disabled = config:get("ec2_metadata_disabled")
  if self.disabled then return end
  local endpoint, mode = config:get("ec2_metadata_service_endpoint"), config:get("ec2_metadata_service_endpoint_mode")
  endpoint = (endpoint or ENDPOINTS[mode]):gsub("/+$", "")
  if not endpoint:find("^https?://[%w%-._%[%]:]+[\33-\126]*$") then
    check.misconfigured("ec2_metadata_service_endpoint is not an http or https URL")
  end
  local attempts, source = config:get("metadata_service_num_attempts")
  self.attempts = attempts
  self.answered_attempts = source == "default" and ANSWERED_ATTEMPTS or attempts
  self.timeout = config:get("metadata_service_timeout")
  self.v1_disabled = config:get("ec2_metadata_v1_disabled")
  self.endpoint = endpoint
end

local function ask(self, method, path, headers, is_good)
  return exchange.persist(self.context, function()
    local list = {}
    for name, value in pairs(headers()) do list[#list + 1] = { name, value } end
    return { method = method, url = self.endpoint .. path, headers = list,
      connect_timeout = self.timeout, timeout = self.timeout, direct = true }
  end, function(answer, failure, attempt)
    if not answer then return failure.code ~= "too_large" and attempt < self.attempts end
    return attempt < self.answered_attempts and not is_good(answer)
  end, BASE_DELAY)
end

local function new_token(self)
  local answer, failure = ask(self, "PUT", TOKEN_PATH, function() return { [TTL_HEADER] = tostring(TOKEN_TTL) } end,
    function(answer) return answer.status < 500 and answer.status ~= 429 end)
  if not answer then
    -- A timeout can mean that the answer's hop limit was spent inside a container: version 1 may work.
    if failure.code == "timeout" then return nil, "the request for a session token timed out" end
    no("the metadata service gave no answer: %s", failure.message)
  end
  if NO_TOKEN_STATUS[answer.status] then
    return nil, ("the request for a session token was answered with HTTP status %d"):format(answer.status)
  end
  if answer.status ~= 200 then no("the request for a session token was answered with HTTP status %d", answer.status) end
  local token = check.text(NAME, "the session token", answer.body)
  local ttl = math.tointeger(tonumber(answer.headers[TTL_HEADER])) or TOKEN_TTL
  self.token, self.token_until = token, self.context.clock() + ttl
  return token
end

-- The session token (version 2), or nil where version 1 may be used without one; that is found out once for
-- each retrieval.
local function token_of(self)
  if self.token and self.context.clock() < self.token_until - TOKEN_WINDOW then return self.token end
  self.token = nil
  if self.without_token then return nil end
  local token, why = new_token(self)
  if not token and self.v1_disabled then no("%s, and version 1 is disabled (ec2_metadata_v1_disabled)", why) end
  self.without_token = not token
  return token
end

-- Reads a path. A token that is refused (401) is fetched anew for the next attempt.
local function get(self, path, is_good)
  local answer, failure = ask(self, "GET", path, function() return { [TOKEN_HEADER] = token_of(self) } end,
    function(answer)
      if answer.status == 401 then self.token, self.without_token = nil, false end
      if answer.status == 401 or answer.status >= 500 then return false end
      return answer.status ~= 200 or is_good(answer.body)
    end)
  if not answer then no("the metadata service gave no answer: %s", failure.message) end
  return answer
end

local function role_name(self)
  local answer = get(self, ROLE_PATH, function(body) return body ~= "" end)
  if answer.status == 404 then no "the instance has no role" end
  if answer.status ~= 200 then no("the request for the role's name was answered with HTTP status %d", answer.status) end
  local name = answer.body:match("^%s*([%w+=,.@_%-]+)%s*$")
  if not name then no "the metadata service gave no role's name" end
  return name
end

local function decode(body)
  return pcall(check.json, NAME, "the answer", body)
end

local function role_credentials(self)
  self.without_token = false
  local answer = get(self, ROLE_PATH .. role_name(self), function(body) return (decode(body)) end)
  if answer.status ~= 200 then
    no("the request for the role's credentials was answered with HTTP status %d", answer.status)
  end
  local fields = check.json(NAME, "the answer", answer.body)
  if fields.Code ~= nil and fields.Code ~= "Success" then
    local words = ("%s: %s"):format(tostring(fields.Code), tostring(fields.Message or "no message"))
    no("the metadata service says %s", response.without_secret(words, self.token))
  end
  for _, name in ipairs { "Token", "Expiration" } do check.text(NAME, name, fields[name]) end
  return check.credentials(NAME, fields, NAMES)
end

-- Static stability: credentials past their end, where the service has no newer ones, are used on for
-- five to ten minutes at a time. AWS's services take them for as long as such an outage lasts.
local function extend(self, credentials)
  local extended = {}
  for name, value in pairs(credentials) do extended[name] = value end
  extended.expiration = self.context.clock() + 300 + 300 * self.context.random()
  self.context.logger("warn", "credentials_extended", {
    source = NAME, expired = timestamp.format(credentials.expiration),
    until_ = timestamp.format(extended.expiration),
    message = "the metadata service has no newer credentials; the expired ones are used on",
  })
  return extended
end

local function fetch(self)
  settle(self)
  if self.disabled then return nil, "AWS_EC2_METADATA_DISABLED is true" end
  local ok, result = pcall(role_credentials, self)
  if not ok then check.bear(result) end
  local credentials = ok and result or self.last
  if not credentials then return nil, result.reason or result.message end
  if not ok then
    self.context.logger("warn", "credentials_refresh_failed", { source = NAME, error = result.message })
  end
  self.last = credentials
  if credentials.expiration > self.context.clock() then return credentials end
  return extend(self, credentials)
end

--- A provider over the metadata service.
---@param context rekognition.CredentialContext
---@return rekognition.CredentialProvider
function M.new(context)
  -- Settings, the session token and the last credentials, for one provider.
  local state = { context = context }
  return providers.new({ name = NAME, fetch = function() return fetch(state) end }, context)
end

return M

--- Credentials of the role of an EC2 instance, from its metadata service.
--
-- Source: AWS SDKs and Tools Reference Guide, "IMDS credential provider"; Amazon EC2 User Guide,
-- "Use the Instance Metadata Service". Off an instance nobody answers, which is no error of a chain:
-- whatever goes wrong here is a reason why there is nothing.

local ascii = require "rekognition.text.ascii"
local check = require "rekognition.credentials.check"
local metadata = require "rekognition.services.metadata"
local providers = require "rekognition.credentials.provider"
local redact = require "rekognition.text.redact"
local time = require "rekognition.text.time"

local M = {}

local NAME = "imds"
local ENDPOINTS = { ipv4 = "http://169.254.169.254", ipv6 = "http://[fd00:ec2::254]" }
local TOKEN_PATH, ROLE_PATH = "/latest/api/token", "/latest/meta-data/iam/security-credentials/"
local TTL_HEADER, TOKEN_HEADER = "x-aws-ec2-metadata-token-ttl-seconds", "x-aws-ec2-metadata-token"
local TOKEN_TTL = 21600
-- The Rust SDK's: if a session token has less left, a new one is fetched.
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
  endpoint = endpoint or ENDPOINTS[mode]
  while endpoint:sub(-1) == "/" do endpoint = endpoint:sub(1, -2) end
  if not endpoint:find("^https?://[A-Za-z0-9%-._%[%]:][\33-\126]*$") then
    check.misconfigured("ec2_metadata_service_endpoint is not an http or https URL")
  end
  local attempts, source = config:get("metadata_service_num_attempts")
  self.attempts = attempts
  self.answered_attempts = source == "default" and ANSWERED_ATTEMPTS or attempts
  self.timeout = config:get("metadata_service_timeout")
  self.v1_disabled = config:get("ec2_metadata_v1_disabled")
  self.endpoint = endpoint
end

-- If a token is refused (401), the next attempt fetches a new one.
local function channel_of(self, authorize)
  return metadata.channel(self.context, {
    url = self.endpoint, connect_timeout = self.timeout, timeout = self.timeout, base = BASE_DELAY,
    max_attempts = self.answered_attempts, authorize = authorize,
    worth_it = function(failure, attempt)
      if failure.status == 401 and authorize then self.token, self.without_token = nil, false end
      if not failure.status then return failure.code ~= "too_large" and attempt < self.attempts end
      if attempt >= self.answered_attempts then return false end
      local status = failure.status
      return status >= 500 or status == 429 or status == 401 and authorize ~= nil or failure.fields.kind == "protocol"
    end,
  })
end

local function limited(body)
  if #body > check.MAX_DOCUMENT then return nil, ("it is too large (%d bytes)"):format(#body) end
  return body
end

-- The service's status where it answered with another one than 200; raises for what isn't a response.
local function status_of(failure)
  check.pass_on(failure)
  if failure.kind == "service" then return failure.status end
  if failure.kind == "protocol" then no("the metadata service returned no usable response: %s", failure.message) end
  no("the metadata service did not respond: %s", failure.message)
end

local function new_token(self)
  self.tokens = self.tokens or channel_of(self)
  local ok, body, response = pcall(metadata.ask, self.tokens, "PUT", TOKEN_PATH,
    { { TTL_HEADER, tostring(TOKEN_TTL) } }, { read = limited, deadline = self.deadline })
  if not ok then
    -- A timeout can mean that the response's hop limit was spent inside a container: version 1 may work.
    if type(body) == "table" and body.code == "timeout" then return nil, "the request for a session token timed out" end
    local status = status_of(body)
    local why = ("the request for a session token was answered with HTTP status %d"):format(status)
    if NO_TOKEN_STATUS[status] then return nil, why end
    no("%s", why)
  end
  local token = check.text(NAME, "the session token", body)
  local ttl = tostring(response.headers[TTL_HEADER]):match("^[0-9]+$")
  self.token = token
  self.token_until = self.context.clock() + (ttl and #ttl < 10 and math.tointeger(ttl) or TOKEN_TTL)
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

-- Reads a path: its body, or nil and the status. `read` says what a body must be.
local function get(self, path, read)
  self.documents = self.documents or channel_of(self, function()
    local token = token_of(self)
    self.secrets[1] = token
    return token and { { TOKEN_HEADER, token } }
  end)
  self.secrets = {} -- filled before the request is sent
  local ok, body = pcall(metadata.ask, self.documents, "GET", path, {},
    { read = read, deadline = self.deadline, secrets = self.secrets })
  if ok then return body end
  return nil, status_of(body)
end

local function role_name(self)
  local body, status = get(self, ROLE_PATH, function(text)
    if text == "" then return nil, "it has no role's name" end
    return limited(text)
  end)
  if status == 404 then no "the instance has no role" end
  if not body then no("the request for the role's name was answered with HTTP status %d", status) end
  local name = ascii.trim(body)
  if #name > 256 or not name:find("^[A-Za-z0-9+=,.@_%-]+$") then
    no "the metadata service returned no role's name"
  end
  return name
end

local function decode(body)
  local ok, fields = pcall(check.json, NAME, "the response", body)
  if ok then return fields end
  return nil, fields.reason
end

local function role_credentials(self)
  self.without_token = false
  local fields, status = get(self, ROLE_PATH .. role_name(self), decode)
  if not fields then no("the request for the role's credentials was answered with HTTP status %d", status) end
  if fields.Code ~= nil and fields.Code ~= "Success" then
    local words = ("%s: %s"):format(tostring(fields.Code), tostring(fields.Message or "no message"))
    no("the metadata service says %s", redact.secrets(words, { self.token }))
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
    source = NAME, expired = time.format(credentials.expiration),
    until_ = time.format(extended.expiration),
    message = "the metadata service has no newer credentials; the expired ones are used on",
  })
  return extended
end

local function fetch(self, deadline)
  settle(self)
  self.deadline = deadline
  if self.disabled then return nil, "AWS_EC2_METADATA_DISABLED is true" end
  local ok, result = pcall(role_credentials, self)
  if not ok then check.pass_on(result) end
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
  return providers.new({ name = NAME, fetch = function(_, _, deadline) return fetch(state, deadline) end }, context)
end

return M

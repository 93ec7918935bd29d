--- Credentials of an ECS task or an EKS pod, from an endpoint on its host.
--
-- Source: AWS SDKs and Tools Reference Guide, "Container credential provider".

local ascii = require "rekognition.text.ascii"
local check = require "rekognition.credentials.check"
local metadata = require "rekognition.services.metadata"
local providers = require "rekognition.credentials.provider"
local redact = require "rekognition.text.redact"
local service_error = require "rekognition.text.service_error"

local M = {}

local NAME = "container"
local RELATIVE, FULL = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"
local TOKEN, TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
local ECS_HOST = "http://169.254.170.2"
-- The hosts that plain HTTP is good enough for: ECS, EKS (both kinds of address), this machine.
local PLAIN_HOSTS = {
  ["169.254.170.2"] = true, ["169.254.170.23"] = true, ["[fd00:ec2::23]"] = true,
  ["[::1]"] = true, ["localhost"] = true,
}
-- botocore's number; the Rust SDK's times (seconds).
local ATTEMPTS, CONNECT_TIMEOUT, TIMEOUT, BASE_DELAY = 3, 2, 5, 1
local NAMES = {
  access_key_id = "AccessKeyId", secret_access_key = "SecretAccessKey",
  session_token = "Token", expiration = "Expiration", account_id = "AccountId",
}

local function is_loopback(host)
  local a, b, c, d = host:match("^([0-9]+)%.([0-9]+)%.([0-9]+)%.([0-9]+)$")
  if a ~= "127" then return false end
  return tonumber(b) < 256 and tonumber(c) < 256 and tonumber(d) < 256
end

-- The address of the environment, checked: the token in the request must not go to just any host.
local function address(context)
  local relative = context:variable(RELATIVE)
  if relative then
    -- The slash keeps the rest from becoming part of the host's name.
    if not relative:find("^/[\33-\126]*$") then
      check.misconfigured(RELATIVE .. " must be a path that begins with /")
    end
    return ECS_HOST .. relative
  end
  local full = context:variable(FULL)
  if not full then return nil end
  local scheme, authority = full:match("^(https?)://([^/?#]+)")
  local host = authority and (authority:match("^(%[[0-9A-Fa-f:.]+%])") or authority:match("^[A-Za-z0-9%-._]+"))
  local port = host and authority:sub(#host + 1)
  if not host or full:find("[^\33-\126]") or not (port == "" or port:find("^:[0-9]+$")) then
    check.misconfigured(FULL .. " is not an http or https URL with a plain host name")
  end
  if scheme == "http" and not PLAIN_HOSTS[ascii.lower(host)] and not is_loopback(host) then
    check.misconfigured(("%s: the host %s is not allowed without https; allowed are loopback, 169.254.170.2, "
      .. "169.254.170.23 and [fd00:ec2::23]"):format(FULL, host))
  end
  return full
end

-- The token, read again at each refresh, since a pod's file changes.
local function authorization(context)
  local path = context:variable(TOKEN_FILE)
  if path then
    local token, why = context:read_file(path)
    if not token then check.fail(NAME, TOKEN_FILE .. " can't be read: " .. why) end
    return check.text(NAME, "the token in " .. path, token)
  end
  local token = context:variable(TOKEN)
  return token and check.text(NAME, TOKEN, token)
end

-- The service's own words, where a response without credentials has some.
local function read_error(status, headers, body, secrets)
  local fields = service_error.read(status, headers, body, secrets)
  local details, text = fields.details or {}, service_error.text
  local code = text(details.Code) or text(details.code)
  local message = text(details.Message) or text(details.message)
  return { kind = "service", status = status, code = fields.code,
    message = code and ", " .. code .. (message and ": " .. message or "") or "" }
end

local function refuse(status, words)
  check.fail(NAME, ("the endpoint answered with HTTP status %d%s"):format(status, words), { status = status })
end

-- A success of the endpoint: a JSON object, with credentials in it or a refusal.
local function decode(body)
  local ok, fields = pcall(check.json, NAME, "the response", body)
  if ok then return fields end
  return nil, fields.reason
end

local function worth_it(failure, attempt)
  if attempt >= ATTEMPTS then return false end
  return not failure.status or failure.status >= 500 or failure.status == 429 or failure.fields.kind == "protocol"
end

local function ask(context, url, token, deadline)
  local origin, target = url:match("^(https?://[^/?#]+)(.*)$")
  local channel = metadata.channel(context, {
    url = origin, connect_timeout = CONNECT_TIMEOUT, timeout = TIMEOUT, base = BASE_DELAY, max_attempts = ATTEMPTS,
    worth_it = worth_it, read_error = read_error,
  })
  local headers = { { "Accept", "application/json" } }
  if token then headers[2] = { "Authorization", token } end
  local ok, fields = pcall(metadata.ask, channel, "GET", target ~= "" and target or nil, headers,
    { read = decode, deadline = deadline, secrets = { token } })
  if ok then return redact.value(fields, { token }) end
  check.pass_on(fields)
  if fields.kind == "service" then refuse(fields.status, fields.message) end
  if fields.kind == "protocol" then
    check.fail(NAME, "the response is not a JSON object", { status = fields.status })
  end
  return check.fail(NAME, ("the endpoint %s returned no response: %s"):format(url, fields.message),
    { attempts = fields.attempts })
end

local function fetch(context, deadline)
  local url = address(context)
  if not url then return nil, ("neither %s nor %s is set"):format(RELATIVE, FULL) end
  local fields = ask(context, url, authorization(context), deadline)
  local code, message = fields.Code or fields.code, fields.Message or fields.message
  if fields.AccessKeyId == nil and type(code) == "string" then
    refuse(200, ", " .. code .. (type(message) == "string" and ": " .. message or ""))
  end
  for _, name in ipairs { "Token", "Expiration" } do check.text(NAME, name, fields[name]) end
  return check.credentials(NAME, fields, NAMES)
end

--- A provider over the container's endpoint.
---@param context rekognition.CredentialContext
---@return rekognition.CredentialProvider
function M.new(context)
  return providers.new({ name = NAME, fetch = function(_, _, deadline) return fetch(context, deadline) end }, context)
end

return M

--- Credentials of an ECS task or an EKS pod, from an endpoint on its host.
--
-- Source: AWS SDKs and Tools Reference Guide, "Container credential provider".

local check = require "rekognition.credentials.check"
local exchange = require "rekognition.credentials.exchange"
local providers = require "rekognition.credentials.provider"
local response = require "rekognition.text.service_error"

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
  local a, b, c, d = host:match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$")
  if a ~= "127" then return false end
  return tonumber(b) < 256 and tonumber(c) < 256 and tonumber(d) < 256
end

-- The address of the environment, checked: the token in the request must not go to just any host.
local function address(context)
  local relative = context:variable(RELATIVE)
  if relative then
    -- The slash keeps the rest from becoming part of the host's name.
    if not relative:find("^/[\33-\126]*$") then
      check.misconfigured(RELATIVE .. " is to be a path that begins with /")
    end
    return ECS_HOST .. relative
  end
  local full = context:variable(FULL)
  if not full then return nil end
  local scheme, authority = full:match("^(https?)://([^/?#]+)[\33-\126]*$")
  local host = authority and (authority:match("^(%[[%x:.]+%])") or authority:match("^[%w%-._]+"))
  local port = host and authority:sub(#host + 1)
  if not host or not (port == "" or port:find("^:%d+$")) then
    check.misconfigured(FULL .. " is not an http or https URL with a plain host name")
  end
  if scheme == "http" and not PLAIN_HOSTS[host:lower()] and not is_loopback(host) then
    check.misconfigured(("%s: the host %s is not allowed without https; allowed are loopback, 169.254.170.2, "
      .. "169.254.170.23 and [fd00:ec2::23]"):format(FULL, host))
  end
  return full
end

-- The token, read anew at each refresh, since a pod's file changes.
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

-- The service's own words, where an answer without credentials has some.
local function refusal(answer)
  local ok, fields = pcall(check.json, NAME, "the answer", answer.body)
  local code, message = ok and (fields.Code or fields.code), ok and (fields.Message or fields.message)
  local words = type(code) == "string" and ", " .. code .. (type(message) == "string" and ": " .. message or "") or ""
  check.fail(NAME, ("the endpoint answered with HTTP status %d%s"):format(answer.status, words), {
    status = answer.status })
end

local function read(answer)
  local fields = check.json(NAME, "the answer", answer.body)
  if fields.AccessKeyId == nil and (fields.Code or fields.code) then refusal(answer) end
  for _, name in ipairs { "Token", "Expiration" } do check.text(NAME, name, fields[name]) end
  return check.credentials(NAME, fields, NAMES)
end

local function worth_another(answer, _, attempt)
  if attempt >= ATTEMPTS then return false end
  if not answer then return true end
  if answer.status == 200 then return not pcall(check.json, NAME, "", answer.body) end
  return answer.status >= 500 or answer.status == 429
end

local function fetch(context)
  local url = address(context)
  if not url then return nil, ("neither %s nor %s is set"):format(RELATIVE, FULL) end
  local token = authorization(context)
  local answer, failure, attempts = exchange.persist(context, function()
    local headers = { { "Accept", "application/json" } }
    if token then headers[2] = { "Authorization", token } end
    return { method = "GET", url = url, headers = headers, connect_timeout = CONNECT_TIMEOUT,
      timeout = TIMEOUT, direct = true }
  end, worth_another, BASE_DELAY)
  if not answer then
    check.fail(NAME, ("the endpoint %s gave no answer: %s"):format(url, failure.message), { attempts = attempts })
  end
  answer.body = response.without_secret(answer.body, token)
  if answer.status ~= 200 then refusal(answer) end
  return read(answer)
end

--- A provider over the container's endpoint.
---@param context rekognition.CredentialContext
---@return rekognition.CredentialProvider
function M.new(context)
  return providers.new({ name = NAME, fetch = function() return fetch(context) end }, context)
end

return M

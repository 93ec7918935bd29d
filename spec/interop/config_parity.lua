-- Our half of config_parity.py: cases as JSON on the standard input, one a line, and on the output what our public
-- surface makes of each. The network is a table of canned answers; config_parity.py has the same for botocore.

local ascii = require "rekognition.text.ascii"
local cjson = require("cjson").new()
local rek_error = require "rekognition.error"
local rekognition = require "rekognition"

local REFUSED = { code = "connect", message = "refused" }

local function header(request, name)
  for _, pair in ipairs(request.headers) do
    if ascii.lower(pair[1]) == name then return pair[2] end
  end
end

local function form(body)
  local fields = {}
  for name, value in body:gmatch("([^&=]+)=([^&]*)") do
    fields[name] = value:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
  end
  return fields
end

local function json(document)
  return { status = 200, headers = { { "Content-Type", "application/json" } }, body = cjson.encode(document) }
end

local function keys(id)
  return { Code = "Success", AccessKeyId = id, SecretAccessKey = "s", Token = "t", Expiration = "2099-01-01T00:00:00Z" }
end

-- The key id tells the whole way to it: the role, the host that was asked, and whose signature asked.
local function sts(request, host)
  local fields = form(request.body)
  local signer = (header(request, "authorization") or ""):match("Credential=([^/]*)/") or ""
  local id = table.concat({ fields.RoleArn:match("[^/]+$"), host, signer }, "!")
  return { status = 200, headers = { { "Content-Type", "text/xml" } }, body = ([[
<%sResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><%sResult><Credentials><AccessKeyId>%s</AccessKeyId>
<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>
</Credentials></%sResult></%sResponse>]]):format(fields.Action, fields.Action, id, fields.Action, fields.Action) }
end

local function imds(request, path)
  local text = function(body) return { status = 200, headers = {}, body = body } end
  if request.method == "PUT" then return text "token" end
  if path:find("security%-credentials[^/]*/$") then return text "role" end
  return json(keys "imds")
end

local function network(allowed)
  return function(request)
    local host, path = request.url:match("^%a+://([^/]+)([^?]*)")
    if host == "169.254.169.254" and allowed.imds then return imds(request, path) end
    if host == "169.254.170.2" and allowed.container then return json(keys("container" .. path)) end
    if host:find("^sts%.") or host:find("^sts%-") or host == "sts-override" then return sts(request, host) end
    if host:find("^portal%.sso[.-]") then
      local role = request.url:match("role_name=([^&]*)")
      return json { roleCredentials = {
        accessKeyId = "sso!" .. role .. "!" .. host, secretAccessKey = "s", sessionToken = "t", expiration = 4070908800000,
      } }
    end
    return nil, REFUSED
  end
end

-- A function's result, or the kind of the error it raised. Anything but our own rek_error is a fault.
local function outcome(attempt)
  local ok, result = pcall(attempt)
  if ok then return result end
  if not rek_error.is_error(result) then return { fault = tostring(result) } end
  return { error = result.code == "NoCredentials" and "none" or result.kind, message = tostring(result) }
end

local function options_of(case)
  return {
    env = case.env, profile = case.profile, region = case.region,
    http = network(case.network), sleep = function() end, clock = function() return 1800000000 end,
  }
end

local function settings(case)
  local client <close> = rekognition.client(options_of(case))
  local config = rekognition.config.load(options_of(case))
  return {
    region = client.region, endpoint = client.endpoint,
    retry_mode = (config:get "retry_mode"), max_attempts = (config:get "max_attempts"),
  }
end

local function sts_endpoint(case)
  return { endpoint = rekognition.config.load(options_of(case)):endpoint("sts").url }
end

local function credentials(case)
  rekognition.config.load(options_of(case)) -- as the client does, before it asks for credentials
  local found = rekognition.credentials.default(options_of(case)):get()
  return { source = found.source, key = found.access_key_id, account = found.account_id }
end

for line in io.lines() do
  local case = cjson.decode(line)
  io.write(cjson.encode {
    settings = outcome(function() return settings(case) end),
    sts = outcome(function() return sts_endpoint(case) end),
    credentials = outcome(function() return credentials(case) end),
  }, "\n")
end

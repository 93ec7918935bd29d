--- The two operations of STS that give credentials: AWS's Query protocol, form in, XML out.
--
-- Source: the AWS STS API Reference, AssumeRole and AssumeRoleWithWebIdentity.

local check = require "rekognition.credentials.check"
local clocks = require "rekognition.call.clock"
local exchange = require "rekognition.credentials.exchange"
local sigv4 = require "rekognition.sigv4"
local xml = require "rekognition.services.xml"

local M = {}

local VERSION = "2011-06-15"
local NAMES = {
  access_key_id = "AccessKeyId", secret_access_key = "SecretAccessKey",
  session_token = "SessionToken", expiration = "Expiration", account_id = "AccountId",
}
-- STS's model marks it as worth another attempt: the identity provider could not be reached.
local TRANSIENT = { IDPCommunicationError = true }

local function form(parameters)
  local names, pairs_of = {}, {}
  for name in pairs(parameters) do names[#names + 1] = name end
  table.sort(names)
  for index, name in ipairs(names) do
    pairs_of[index] = name .. "=" .. exchange.escape(tostring(parameters[name]))
  end
  return table.concat(pairs_of, "&")
end

-- STS has <ErrorResponse><Error>; what stands in for it may have EC2's <Errors><Error>, which botocore
-- takes as well.
local function read_error(answer)
  local ok, texts = pcall(xml.read, "sts", answer.body)
  texts = ok and texts or {}
  return {
    code = texts["Error.Code"] or texts["Errors.Error.Code"] or "HTTP" .. answer.status,
    message = texts["Error.Message"] or texts["Errors.Error.Message"]
      or ("HTTP status %d, no STS error in the answer"):format(answer.status),
    request_id = texts.RequestId,
  }
end

-- The account is the fifth field of arn:aws:sts::123456789012:assumed-role/role/session.
local function account_of(arn)
  return arn and arn:match("^arn:[^:]*:[^:]*:[^:]*:(%d+):")
end

local function read_credentials(source, operation, answer)
  local texts, root = xml.read(source, answer.body)
  if root ~= operation .. "Response" then check.fail(source, "STS's answer is not one to " .. operation) end
  local result, fields = operation .. "Result.", {}
  for _, name in pairs(NAMES) do fields[name] = texts[result .. "Credentials." .. name] end
  check.text(source, "SessionToken", fields.SessionToken)
  check.text(source, "Expiration", fields.Expiration)
  fields.AccountId = account_of(texts[result .. "AssumedRoleUser.Arn"])
  return check.credentials(source, fields, NAMES)
end

-- Signs where there are credentials to sign with.
local function request_to(endpoint, body, credentials, now)
  local host, path = endpoint.url:match("^%a+://([^/]+)(.*)$")
  local request = {
    method = "POST", target = path ~= "" and path or "/", body = body,
    headers = { { "Host", host }, { "Content-Type", "application/x-www-form-urlencoded" } },
  }
  local headers = request.headers
  if credentials then
    headers = sigv4.sign(request, {
      region = endpoint.signing_region, service = "sts", credentials = credentials, time = now,
    }).headers
  end
  return { method = "POST", url = endpoint.url, headers = headers, body = body }
end

--- Calls an operation.
---@param context rekognition.CredentialContext
---@param source string        for errors, and the credentials' `source`
---@param operation "AssumeRole"|"AssumeRoleWithWebIdentity"
---@param parameters table<string, string|integer>
---@param credentials? rekognition.Credentials  what to sign with; absent: unsigned
---@return rekognition.Credentials
--- Raises an error of kind "credentials".
function M.call(context, source, operation, parameters, credentials)
  local endpoint = context:endpoint("sts", context:region())
  if credentials and not endpoint.signing_region then
    check.misconfigured(source .. ": there is no region to sign for; set AWS_REGION, or write region in the profile")
  end
  local all = { Action = operation, Version = VERSION }
  for name, value in pairs(parameters) do all[name] = value end
  local body = form(all)
  context.sts_clock = context.sts_clock or clocks.new(context.clock)
  local clock = context.sts_clock
  local answer = exchange.call(context, {
    source = source, what = "STS " .. operation, read_error = read_error, transient = TRANSIENT,
    secrets = { parameters.WebIdentityToken or credentials and credentials.session_token },
    request = function() return request_to(endpoint, body, credentials, clock:now()) end, clock = clock,
  })
  return read_credentials(source, operation, answer)
end

--- A name for the role's session where none was chosen.
---@param context rekognition.CredentialContext
function M.session_name(context)
  return ("rekognition-lua-%d"):format(context.clock() // 1)
end

return M

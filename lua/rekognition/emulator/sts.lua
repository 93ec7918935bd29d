--- AWS STS in little: AssumeRole and GetCallerIdentity.
--
-- Source: the AWS STS API Reference, and IAM's documents on trust policies, session policies and role chaining.

local arns = require "rekognition.text.arn"
local auth = require "rekognition.emulator.auth"
local errors = require "rekognition.emulator.errors"
local iam = require "rekognition.emulator.iam"
local identities = require "rekognition.emulator.identities"
local policy = require "rekognition.custom_labels.policy"
local protocol = require "rekognition.emulator.query_protocol"
local timestamp = require "rekognition.text.time"

local NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
local CHAINED = 3600 -- the longest session, in seconds, of a role that a role's session assumes

local M = {}

local function invalid(message, ...)
  errors.front("ValidationError", message:format(...), 400)
end

local function broken(value, name, constraint)
  invalid("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must %s",
    value:sub(1, 200), name, constraint)
end

local function text(parameters, name, least, most, pattern)
  local value = parameters[name]
  if not value then return nil end
  local member = name:sub(1, 1) == "R" and "r" .. name:sub(2) or name:sub(1, 1) == "E" and "e" .. name:sub(2) or name
  if #value < least then broken(value, member, ("have length greater than or equal to %d"):format(least)) end
  if #value > most then broken(value, member, ("have length less than or equal to %d"):format(most)) end
  if pattern and value:find(pattern) then broken(value, member, "satisfy regular expression pattern") end
  return value
end

local function required(parameters, name, ...)
  if not parameters[name] or parameters[name] == "" then
    invalid("1 validation error detected: Value null at '%s' failed to satisfy constraint: Member must not be null",
      name)
  end
  return text(parameters, name, ...)
end

local function tags_of(parameters)
  local tags
  for i = 1, 50 do
    local key = parameters[("Tags.member.%d.Key"):format(i)]
    if not key then break end
    tags = tags or {}
    tags[key] = parameters[("Tags.member.%d.Value"):format(i)] or ""
  end
  return tags
end

-- How long the session lasts.
local function duration(parameters, caller, role)
  local asked = parameters.DurationSeconds
  local seconds = asked and math.tointeger(tonumber(asked)) or not asked and 3600
  if not seconds then invalid("DurationSeconds must be an integer, got %s", asked:sub(1, 100)) end
  if seconds < 900 then broken(asked, "durationSeconds", "have value greater than or equal to 900") end
  if seconds > 43200 then broken(asked, "durationSeconds", "have value less than or equal to 43200") end
  if caller.kind == "session" and seconds > CHAINED then
    invalid("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
  elseif seconds > role.max_session_duration then
    invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
  end
  return seconds
end

local function session_policy(parameters)
  local given = text(parameters, "Policy", 1, 2048)
  if not given then return nil end
  local document, problems = policy.parse(given, "identity")
  if not document then
    errors.front("MalformedPolicyDocument", ("%s %s"):format(problems[1].path, problems[1].message), 400)
  end
  return given
end

-- The conditions that a trust policy can ask for.
local function keys_of(parameters, tags)
  local keys = { ["sts:ExternalId"] = parameters.ExternalId, ["sts:RoleSessionName"] = parameters.RoleSessionName,
                 ["sts:SourceIdentity"] = parameters.SourceIdentity }
  if parameters.SerialNumber and parameters.TokenCode then keys["aws:MultiFactorAuthPresent"] = "true" end
  local names = {}
  for name, value in pairs(tags or {}) do
    keys["aws:RequestTag/" .. name] = value
    names[#names + 1] = name
  end
  if #names > 0 then keys["aws:TagKeys"] = names end
  return keys
end

local function denied(caller, action, resource)
  errors.front("AccessDenied", ("User: %s is not authorized to perform: %s on resource: %s"):format(caller.arn, action,
    resource), 403)
end

-- A role that isn't there is refused as one that doesn't trust the caller: who asks isn't told which.
local function check_trust(exchange, role, account, arn, keys, tags)
  local caller = exchange.caller
  if caller.kind == "root" then errors.front("AccessDenied", "Roles may not be assumed by root accounts.", 403) end
  for _, action in ipairs(tags and { "sts:AssumeRole", "sts:TagSession" } or { "sts:AssumeRole" }) do
    local allowed = role and iam.allows(caller, {
      action = action, resource = arn, keys = keys, policies = { role.trust }, owner = account, required = true,
    }, exchange)
    if not allowed then denied(caller, action, arn) end
  end
end

local function assume_role(exchange, parameters)
  local arn = required(parameters, "RoleArn", 20, 2048)
  local name = required(parameters, "RoleSessionName", 2, 64, "[^A-Za-z0-9_+=,.@-]")
  text(parameters, "ExternalId", 2, 1224, "[^A-Za-z0-9_+=,.@:/-]")
  local account, role_name = arn:match("^arn:aws[a-z-]*:iam::(%d%d%d%d%d%d%d%d%d%d%d%d):role/([^:]+)$")
  if not account then invalid("%s is invalid", arn:sub(1, 200)) end
  role_name = arns.last_part(role_name)
  local role = exchange.emulator.identities.roles[account .. " " .. role_name]
  if role and identities.role_arn(account, role.path, role.name) ~= arn then role = nil end
  local tags = tags_of(parameters)
  check_trust(exchange, role, account, arn, keys_of(parameters, tags), tags)
  local now, own_policy = exchange.signed_at, session_policy(parameters)
  local expires = math.floor(now) + duration(parameters, exchange.caller, role)
  local keys = identities.issue {
    account_id = account, role = role_name, session = name, issued = now, expires = expires,
    session_policy = own_policy, tags = tags,
  }
  return {
    { "Credentials", { { "AccessKeyId", keys.access_key_id }, { "SecretAccessKey", keys.secret_access_key },
                       { "SessionToken", keys.session_token }, { "Expiration", timestamp.format(expires) } } },
    { "AssumedRoleUser", { { "AssumedRoleId", identities.role_id(account, role_name) .. ":" .. name },
                           { "Arn", ("arn:aws:sts::%s:assumed-role/%s/%s"):format(account, role_name, name) } } },
    { "PackedPolicySize", own_policy and math.ceil(#own_policy / 2048 * 100) or nil },
  }
end

local function get_caller_identity(exchange)
  local caller = exchange.caller
  return { { "UserId", caller.user_id }, { "Account", caller.account }, { "Arn", caller.arn } }
end

local OPERATIONS = { AssumeRole = assume_role, GetCallerIdentity = get_caller_identity }

--- The name that faults and counts know a call by: an operation that there is, or "-".
---@param exchange rekognition.emulator.Exchange
---@return string
function M.called(exchange)
  local name = protocol.action(exchange)
  return OPERATIONS[name] and name or "-"
end

--- Does what a request asks for; raises a failure where it can't.
---@param exchange rekognition.emulator.Exchange
function M.perform(exchange)
  local emulator = exchange.emulator
  local parameters = protocol.read(exchange)
  local operation = OPERATIONS[parameters.Action]
  exchange.operation = operation and parameters.Action
  local account, region = auth.verify(exchange.request, exchange.headers, { service = "sts" },
    function(key, token) return emulator.identities:find(key, token) end, exchange.signed_at)
  exchange.caller = emulator.identities:caller(account, region)
  if not operation then
    errors.front("InvalidAction", ("Could not find operation %s for version 2011-06-15 (the emulator has AssumeRole "
      .. "and GetCallerIdentity)"):format(tostring(parameters.Action):sub(1, 100)), 400)
  end
  return protocol.respond(exchange, NAMESPACE, operation(exchange, parameters))
end

--- The response to a failure.
function M.fail(exchange, failure)
  return protocol.fail(exchange, failure, NAMESPACE)
end

return M

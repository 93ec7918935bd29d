--- Who asks, and the condition keys that follow from it.
--
-- Source: IAM User Guide, "AWS global condition context keys".

local ascii = require "rekognition.text.ascii"
local number = require "rekognition.text.number"
local principals = require "rekognition.custom_labels.policy.principals"
local timestamp = require "rekognition.text.time"
local variables = require "rekognition.custom_labels.policy.variables"

local M = {}

---@class rekognition.policy.Identity
---@field account string       12 digits
---@field arn? string          of the account's root, a user, a role, or a role's session (as GetCallerIdentity has it)
---@field role_arn? string     a session's role, where it has a path, which the session's ARN doesn't show
---@field region? string       the region that is called
---@field time? number         epoch seconds; now by default
---@field keys? table<string, string|string[]|number|boolean>  further condition keys; false: known to be absent
---@field complete? boolean    keys that aren't in `keys` are absent, instead of unknown
---@field principal? rekognition.policy.Principal  read from `arn`
---@field partition? string

-- aws:PrincipalArn: a session's is the ARN of its role.
local function principal_arn(identity)
  local one = identity.principal
  if not one or one.kind ~= "session" then return identity.arn end
  return identity.role_arn or ("arn:%s:iam::%s:role/%s"):format(one.partition, one.account, one.name)
end

local TYPES = { account = "Account", user = "User", session = "AssumedRole", role = "AssumedRole",
                federated = "FederatedUser" }

-- The keys that are known from the identity alone. `false` stands for a key that the request can't have.
local function derived(identity)
  local one, keys = identity.principal, {}
  keys["aws:principalaccount"] = identity.account
  keys["aws:principalarn"] = principal_arn(identity)
  keys["aws:principaltype"] = one and TYPES[one.kind]
  keys["aws:requestedregion"] = identity.region
  keys["aws:principalisawsservice"] = "false"
  if one then keys["aws:username"] = one.kind == "user" and one.name or false end
  if one and one.kind == "account" then keys["aws:userid"] = identity.account end
  if one and one.kind == "federated" then keys["aws:userid"] = identity.account .. ":" .. one.name end
  return keys
end

local function add_time(keys, time)
  if not keys["aws:currenttime"] then keys["aws:currenttime"] = { timestamp.format(time) } end
  if not keys["aws:epochtime"] then keys["aws:epochtime"] = { ("%d"):format(math.floor(time)) } end
end

local function as_text(value)
  return type(value) == "number" and number.text(value) or tostring(value)
end

local function as_list(value)
  if value == false then return false end
  if type(value) ~= "table" then return { as_text(value) } end
  local list = {}
  for i, item in ipairs(value) do list[i] = as_text(item) end
  return list
end

-- aws:ResourceAccount is in each request for a resource.
local function account_of(resource)
  local account = resource and resource:match("^arn:[^:]*:[^:]*:[^:]*:([0-9]+):")
  return account and { account }
end

--- Reads an identity: a copy with its principal and partition, and a function that looks keys up.
---@param given rekognition.policy.Identity
---@param resource? string  the ARN of what is asked for
---@return rekognition.policy.Identity identity
---@return fun(key: string): string[]|nil|table get
function M.read(given, resource)
  local identity = {}
  for name, value in pairs(given) do identity[name] = value end
  identity.principal = given.arn and principals.parse(given.arn) or nil
  identity.account = given.account or identity.principal and identity.principal.account
  identity.partition = identity.principal and identity.principal.partition
  local keys = {}
  for name, value in pairs(derived(identity)) do keys[name] = as_list(value) end
  keys["aws:resourceaccount"] = account_of(resource)
  for name, value in pairs(given.keys or {}) do keys[ascii.lower(name)] = as_list(value) end
  add_time(keys, given.time or os.time())
  local unseen = not given.complete and variables.UNKNOWN or nil
  return identity, function(key)
    local found = keys[key]
    if found == nil then return unseen end
    return found or nil
  end
end

return M

--- May this caller do this? Identity policies, session policies and a resource's own policies, as IAM decides.
--
-- Sources: IAM User Guide, "Policy evaluation logic", "Cross-account policy evaluation logic", "Permissions
-- boundaries", "How permissions for each method work" and "Troubleshoot access denied error messages". A caller without
-- policies of its own may do everything in its account, as the account's root may: our decision, so that the emulator
-- can be used without any.

local ascii = require "rekognition.text.ascii"
local policy = require "rekognition.custom_labels.policy"
local timestamp = require "rekognition.text.time"

local M = {}

-- The condition keys of every request, by their names in lower case.
local function global_keys(caller, request)
  local keys = {
    ["aws:useragent"] = request.headers and (request.headers["user-agent"] or ""):sub(1, 1024),
    ["aws:sourceip"] = request.remote, ["aws:securetransport"] = "false", ["aws:userid"] = caller.user_id,
    ["aws:principalorgid"] = caller.organization, ["aws:viaawsservice"] = "false",
    ["aws:referer"] = request.headers and request.headers.referer,
  }
  if caller.issued then
    -- Only temporary keys have the second; nobody has shown a device.
    keys["aws:tokenissuetime"], keys["aws:multifactorauthpresent"] = timestamp.format(caller.issued), "false"
  end
  for name, value in pairs(caller.tags) do keys["aws:PrincipalTag/" .. name] = value end
  return keys
end

local function add_tags(keys, tags, prefix)
  for name, value in pairs(tags or {}) do keys[prefix .. name] = value end
end

---@class rekognition.emulator.Question
---@field action string       "rekognition:CopyProjectVersion"
---@field resource? string    an ARN; "*" where the action has no resources
---@field keys? table<string, any>  condition keys of the action
---@field resource_tags? table<string, string>
---@field policies? rekognition.policy.Document[]  the resource's own
---@field required? boolean   the resource's own policies must allow it, inside an account too: a role's trust policy
---@field owner? string       the account of the resource; the caller's own by default

-- What is asked, in the form of the policy module.
local function request_of(caller, question, about)
  local keys = global_keys(caller, about)
  add_tags(keys, question.resource_tags, "aws:ResourceTag/")
  for name, value in pairs(question.keys or {}) do keys[name] = value end
  keys["aws:resourceaccount"] = question.owner
  local identity, get = policy.identity {
    account = caller.account, arn = caller.arn, role_arn = caller.principal_arn, region = caller.region,
    time = about.now, keys = keys, complete = true,
  }
  return { identity = identity, action = ascii.lower(question.action), resource = question.resource or "*", get = get }
end

-- "Allow", "Deny" or nil of the caller's own policies. The root's are not asked: it has none.
local function by_identity(caller, request)
  if caller.kind == "root" or not caller.policies then return "Allow" end
  return (policy.evaluate(caller.policies, request))
end

-- What limits the caller's own policies, and grants nothing itself: the boundary of the user or role, and the policy
-- that a session was made with.
local function by_limit(documents, request)
  if #documents == 0 then return "Allow" end
  return (policy.evaluate(documents, request))
end

-- Whether a resource's policy names the caller, and not just the account: "session" where it names the session (or the
-- user), which no boundary and no session policy limits then; "role" where it names a session's role, which they limit.
local function naming(caller, question, request)
  if caller.kind == "root" then return "session" end
  for _, level in ipairs { "session", true } do
    local direct = setmetatable({ direct = level }, { __index = request })
    if policy.evaluate(question.policies, direct) == "Allow" then return level == "session" and "session" or "role" end
  end
end

local NAMES = { identity = "identity-based policy", boundary = "permissions boundary", session = "session policy",
                resource = "resource-based policy" }

local function because(kind, action)
  return ("because no %s allows the %s action"):format(NAMES[kind], action)
end

local function explicit(kind)
  return ("with an explicit deny in a%s %s"):format(kind == "identity" and "n" or "", NAMES[kind])
end

local OWN = { "identity", "boundary", "session" }

-- `said`: what the caller's own policies, its boundary, its session policy and the resource's policy say.
local function combine(caller, question, request, said)
  for _, kind in ipairs { "resource", "identity", "boundary", "session" } do
    if said[kind] == "Deny" then return false, explicit(kind) end
  end
  local across = (question.owner or caller.account) ~= caller.account
  if (across or question.required) and said.resource ~= "Allow" then
    return false, because("resource", question.action)
  end
  local named = not across and said.resource == "Allow" and naming(caller, question, request)
  if named == "session" then return true end
  for _, kind in ipairs(OWN) do
    local granted = kind == "identity" and named == "role"
    if not granted and said[kind] ~= "Allow" then return false, because(kind, question.action) end
  end
  return true
end

--- Whether a caller may do something. Inside an account its policies or the resource's must allow it, across accounts
--- both; a Deny anywhere wins. Boundaries and session policies limit what the caller's own policies allow, and what a
--- resource's policy allows to its role.
---@param caller rekognition.emulator.Caller
---@param question rekognition.emulator.Question
---@param about {now: number, headers?: table<string, string>, remote?: string}
---@return boolean allowed
---@return string? reason  why not, as AWS's messages end
function M.allows(caller, question, about)
  local request = request_of(caller, question, about)
  return combine(caller, question, request, {
    identity = by_identity(caller, request), boundary = by_limit({ caller.boundary }, request),
    session = by_limit(caller.session_policies, request),
    resource = question.policies and policy.evaluate(question.policies, request) or nil,
  })
end

return M

--- May this caller do this? Identity policies, session policies and a resource's own policies, as IAM decides.
--
-- Sources: IAM User Guide, "Policy evaluation logic", "Cross-account policy evaluation logic", "How permissions for
-- each method work" and "Troubleshoot access denied error messages". A caller without policies of its own may do
-- everything in its account, as the account's root may: our decision, so that the emulator can be used without any.

local ascii = require "rekognition.text.ascii"
local policy = require "rekognition.custom_labels.policy"
local timestamp = require "rekognition.text.time"

local M = {}

-- The condition keys of every request, by their names in lower case.
local function global_keys(caller, request)
  local keys = {
    ["aws:useragent"] = request.headers and (request.headers["user-agent"] or ""):sub(1, 1024),
    ["aws:sourceip"] = request.remote, ["aws:securetransport"] = "false", ["aws:userid"] = caller.user_id,
    ["aws:principalorgid"] = caller.organization,
  }
  if caller.issued then keys["aws:tokenissuetime"] = timestamp.format(caller.issued) end
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

local function by_session(caller, request)
  if #caller.session_policies == 0 then return "Allow" end
  return (policy.evaluate(caller.session_policies, request))
end

-- Whether a resource's policy alone is enough inside its account: where it names the caller, and not just the account.
local function names_caller(caller, question, request)
  if caller.kind == "root" then return true end
  local direct = setmetatable({ direct = true }, { __index = request })
  return policy.evaluate(question.policies, direct) == "Allow"
end

local function because(kind, action)
  return ("because no %s policy allows the %s action"):format(kind, action)
end

local function explicit(kind)
  return ("with an explicit deny in a%s %s policy"):format(kind == "identity-based" and "n" or "", kind)
end

local function combine(caller, question, request, own, session)
  local resource = question.policies and policy.evaluate(question.policies, request)
  if resource == "Deny" then return false, explicit "resource-based" end
  if own == "Deny" then return false, explicit "identity-based" end
  if session == "Deny" then return false, explicit "session" end
  local across = (question.owner or caller.account) ~= caller.account
  if (across or question.required) and resource ~= "Allow" then
    return false, because("resource-based", question.action)
  end
  local enough = not across and resource == "Allow" and names_caller(caller, question, request)
  if enough then return true end
  if own ~= "Allow" then return false, because("identity-based", question.action) end
  if session ~= "Allow" then return false, because("session", question.action) end
  return true
end

--- Whether a caller may do something. Inside an account its policies or the resource's must allow it, across accounts
--- both; a Deny anywhere wins.
---@param caller rekognition.emulator.Caller
---@param question rekognition.emulator.Question
---@param about {now: number, headers?: table<string, string>, remote?: string}
---@return boolean allowed
---@return string? reason  why not, as AWS's messages end
function M.allows(caller, question, about)
  local request = request_of(caller, question, about)
  return combine(caller, question, request, by_identity(caller, request), by_session(caller, request))
end

return M

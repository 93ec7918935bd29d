--- Principals as policies write them, and the identities that they mean.
--
-- Sources: IAM User Guide, "AWS JSON policy elements: Principal", "NotPrincipal", and "IAM identifiers".

local arns = require "rekognition.text.arn"
local conditions = require "rekognition.custom_labels.policy.conditions"
local variables = require "rekognition.custom_labels.policy.variables"

local UNKNOWN = variables.UNKNOWN
local ACCOUNT = "^%d%d%d%d%d%d%d%d%d%d%d%d$"

local M = {}

---@class rekognition.policy.Principal
---@field kind "everyone"|"account"|"user"|"role"|"session"|"federated"|"other"
---@field account? string   12 digits
---@field partition? string "aws", where it was written
---@field name? string      the last part of a user's or role's name; of a session its role's name
---@field arn? string       as written

-- What follows the account of an IAM ARN, and of an STS one.
local function kind_of(service, resource)
  if service == "iam" then
    if resource == "root" then return "account" end
    local kind, path = resource:match("^([a-z]+)/([A-Za-z0-9+=,.@_/!-]+)$")
    if kind ~= "user" and kind ~= "role" or path:sub(-1) == "/" or path:sub(1, 1) == "/" then return nil end
    return kind, arns.last_part(path)
  end
  local role = resource:match("^assumed%-role/([A-Za-z0-9+=,.@_-]+)/[A-Za-z0-9+=,.@_-]+$")
  if role then return "session", role end
  local name = resource:match("^federated%-user/([A-Za-z0-9+=,.@_-]+)$")
  if name then return "federated", name end
end

--- Reads an ARN of an account's root, a user, a role, a role's session or a federated user; nil for anything else.
---@param text string
---@return rekognition.policy.Principal?
function M.parse(text)
  local partition, service, account, resource = text:match("^arn:(aws[a-z-]*):([a-z]+)::([0-9]+):(.+)$")
  if not partition or not account:find(ACCOUNT) or service ~= "iam" and service ~= "sts" then return nil end
  local kind, name = kind_of(service, resource)
  return kind and { kind = kind, name = name, account = account, partition = partition, arn = text }
end

--- Why a text can't stand under "AWS" in a Principal; nil where it can.
---@param text string
---@return string?
function M.problem(text)
  if text == "*" or text:find(ACCOUNT) or M.parse(text) then return nil end
  if text:find("[*?]") then
    return ('can\'t have wildcards, got "%s". Name the account, and limit it by the condition ArnLike on '
      .. "aws:PrincipalArn"):format(text)
  elseif text:find("^arn:[^:]*:iam::[0-9]*:group/") then
    return ('can\'t be a group, got "%s". Name users, roles or the account'):format(text)
  elseif text:find("^A[A-Z][0-9A-Z]+$") and #text >= 16 then
    return ('must be an ARN, got "%s". AWS shows such an id instead of a user or role that was deleted'):format(text)
  end
  return ('must be "*", an account of 12 digits, or the ARN of a root, a user, a role or a session, got "%s"'):format(
    text)
end

--- A name of a Principal, read.
---@param text string
---@return rekognition.policy.Principal
function M.read(text)
  if text == "*" then return { kind = "everyone" } end
  if text:find(ACCOUNT) then return { kind = "account", account = text } end
  return M.parse(text) or { kind = "other" }
end

local function fits_role(principal, identity)
  local one = identity.principal
  if one.kind ~= "session" and one.kind ~= "role" or one.name ~= principal.name then return false end
  -- A session's ARN doesn't have the path of its role. Names of roles are unique in an account.
  return one.kind == "session" or one.arn == principal.arn
end

-- Whether a principal of a policy means an identity.
local function fits(principal, identity)
  if principal.kind == "everyone" then return true end
  if principal.kind == "other" or principal.account ~= identity.account then return false end
  if principal.partition and identity.partition and principal.partition ~= identity.partition then return false end
  if principal.kind == "account" then return not identity.direct end
  if principal.kind == "role" and identity.direct == "session" then return false end
  if not identity.principal then return UNKNOWN end -- somebody of the account; nobody said who
  if principal.kind == "role" then return fits_role(principal, identity) end
  return principal.arn == identity.principal.arn
end

--- Whether a Principal element means an identity.
---@param element {inverted: boolean, list: rekognition.policy.Principal[]}
---@param identity rekognition.policy.Identity
---@return boolean|table  true, false or UNKNOWN
function M.match(element, identity)
  return conditions.any(element.list, function(principal) return fits(principal, identity) end)
end

-- Everything that an identity is: a session is itself, a session of its role, and one of its account.
local function levels(identity)
  local one = identity.principal
  local all = { function(principal) return principal.kind == "account" end }
  if not one then return all end
  if one.kind == "session" then all[#all + 1] = function(principal) return principal.kind == "role" end end
  if one.kind ~= "account" then all[#all + 1] = function(principal) return principal.arn == one.arn end end
  return all
end

--- Whether a NotPrincipal element leaves an identity out of a statement. A statement that denies leaves out only who is
--- named with all that it is: its account, its role, its session; one that allows leaves out whoever is named at all.
---@return boolean|table
function M.left_out(element, identity, effect)
  if effect == "Allow" then return M.match(element, identity) end
  return conditions.every(levels(identity), function(level)
    return conditions.any(element.list, function(principal)
      return principal.kind == "everyone" or level(principal) and fits(principal, identity)
    end)
  end)
end

return M

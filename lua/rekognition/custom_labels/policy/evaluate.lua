--- What policies say of a request, and what follows from several of them.
--
-- Source: IAM User Guide, "Policy evaluation logic": an explicit Deny wins, then an Allow; else nothing was said.

local arns = require "rekognition.custom_labels.policy.arns"
local ascii = require "rekognition.text.ascii"
local conditions = require "rekognition.custom_labels.policy.conditions"
local principals = require "rekognition.custom_labels.policy.principals"
local variables = require "rekognition.custom_labels.policy.variables"
local wildcard = require "rekognition.text.wildcard"

local UNKNOWN = variables.UNKNOWN

local M = {}

---@class rekognition.policy.Request
---@field identity rekognition.policy.Identity
---@field action string      "rekognition:CopyProjectVersion", in lower case
---@field resource? string   an ARN, or "*" where the action has none
---@field get fun(key: string): string[]|nil|table  a condition key's values, see variables.expand
---@field unseen? fun(key: string)  told of each key that can't be seen; set here
---@field direct? true|"session"   an Allow for the whole account doesn't count: who is asked for must be named; with
---                                "session" an Allow for the role of a session doesn't count either
---@field variables? boolean       set from the document

local function action_fits(element, request)
  for _, pattern in ipairs(element.list) do
    if wildcard.matches(pattern, request.action) then return not element.inverted end
  end
  return element.inverted
end

local function resource_fits(element, request)
  if not element then return true end
  local fits = conditions.any(element.list, function(text)
    local pattern, key = text, nil
    if request.variables then pattern, key = variables.expand(text, request.get) end
    if pattern == UNKNOWN then
      request.unseen(key)
      return UNKNOWN
    end
    return pattern ~= nil and arns.resource_matches(pattern, variables.mark(request.resource or "*"))
  end)
  return element.inverted and conditions.negate(fits) or not element.inverted and fits
end

local function principal_fits(statement, request)
  local element = statement.principal
  if not element then return true end
  local identity = request.identity
  if request.direct and statement.effect == "Allow" then
    identity = setmetatable({ direct = request.direct }, { __index = identity })
  end
  local result = element.inverted and conditions.negate(principals.left_out(element, identity, statement.effect))
    or not element.inverted and principals.match(element, identity)
  if result == UNKNOWN then request.unseen("aws:PrincipalArn") end
  return result
end

-- Whether a statement speaks of a request.
local function applies(statement, request)
  if not action_fits(statement.action, request) then return false end
  return conditions.every({
    function(inner) return principal_fits(statement, inner) end,
    function(inner) return resource_fits(statement.resource, inner) end,
    function(inner) return conditions.hold(statement.conditions, inner, statement.effect) end,
  }, function(test) return conditions.ask(request, test) end)
end

-- Keys as they were first written, each once: letter case doesn't count.
local function sorted_keys(...)
  local list, seen = {}, {}
  for _, map in ipairs { ... } do
    for lower, key in pairs(map) do
      if not seen[lower] then list[#list + 1] = key end
      seen[lower] = true
    end
  end
  ascii.sort(list)
  return list
end

--- What policies say together of a request.
---@param documents rekognition.policy.Document[]
---@param request rekognition.policy.Request
---@return "Allow"|"Deny"|nil decision
---@return string[] unknown  the keys that it depends on and that can't be seen; the decision is nil then
function M.decide(documents, request)
  local allowed, maybe_allowed, maybe_denied = false, {}, {}
  for _, document in ipairs(documents) do
    local asked = setmetatable({ variables = document.variables }, { __index = request })
    for _, statement in ipairs(document.statements) do
      local told = statement.effect == "Deny" and maybe_denied or maybe_allowed
      asked.unseen = function(key) told[ascii.lower(key)] = told[ascii.lower(key)] or key end
      local result = conditions.ask(asked, function(inner) return applies(statement, inner) end)
      if result == true and statement.effect == "Deny" then return "Deny", {} end
      allowed = allowed or result == true
    end
  end
  if not allowed then return nil, sorted_keys(maybe_allowed, maybe_denied) end
  if next(maybe_denied) then return nil, sorted_keys(maybe_denied) end
  return "Allow", {}
end

return M

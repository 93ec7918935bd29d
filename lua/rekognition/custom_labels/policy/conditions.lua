--- Whether a statement's conditions hold, with three ends: they do, they don't, it can't be seen.
--
-- Source: IAM User Guide, "Conditions with multiple context keys or values" and "Condition operators".

local values = require "rekognition.custom_labels.policy.values"
local variables = require "rekognition.custom_labels.policy.variables"

local UNKNOWN = variables.UNKNOWN

local M = {}

-- OR: true wins, then what can't be seen.
local function any(items, test)
  local result = false
  for _, item in ipairs(items) do
    local one = test(item)
    if one == true then return true end
    if one == UNKNOWN then result = UNKNOWN end
  end
  return result
end

local function negate(result)
  if result == UNKNOWN then return UNKNOWN end
  return not result
end

-- AND: false wins, then what can't be seen.
local function every(items, test)
  return negate(any(items, function(item) return negate(test(item)) end))
end

M.any, M.every, M.negate = any, every, negate

--- Asks a question of a request. The keys that can't be seen are passed on only where the result depends on them.
---@param request rekognition.policy.Request
---@param question fun(request: rekognition.policy.Request): boolean|table
---@return boolean|table
function M.ask(request, question)
  local unseen = {}
  local inner = { unseen = function(key) unseen[#unseen + 1] = key end }
  local result = question(setmetatable(inner, { __index = request }))
  if result == UNKNOWN then
    for _, key in ipairs(unseen) do request.unseen(key) end
  end
  return result
end

-- A value of the policy, with its variables expanded: as variables.expand returns it.
local function pattern_of(condition, wanted, request)
  if not condition.rule.variables or not request.variables then return wanted end
  return variables.expand(wanted, request.get)
end

-- Whether one value of the request is what one value of the policy says.
local function compare(condition, wanted, value, request)
  local pattern, key = pattern_of(condition, wanted, request)
  if pattern == nil then return false end
  if pattern == UNKNOWN then
    request.unseen(key)
    return UNKNOWN
  end
  return condition.rule.test(pattern, value)
end

-- The rules for a key that the request doesn't have.
local function absent(condition)
  if condition.if_exists then return true end
  if condition.set then return condition.set == "ForAllValues" end
  return condition.rule.negated
end

local function is_null(condition, found)
  return any(condition.values, function(wanted) return values.boolean(wanted) == not found end)
end

-- A test of a key that can't be seen turns out either way, and depends on the keys of its variables too. Only where no
-- value can have an equal, since each has a variable without a value, it can't hold.
local function cannot_see(condition, request)
  local can_fit, keys = condition.rule.negated or condition.if_exists or condition.set == "ForAllValues", {}
  for _, wanted in ipairs(condition.values) do
    local pattern, key = pattern_of(condition, wanted, request)
    can_fit = can_fit or pattern ~= nil
    keys[#keys + 1] = pattern == UNKNOWN and key or nil
  end
  if not can_fit then return false end
  request.unseen(condition.name)
  for _, key in ipairs(keys) do request.unseen(key) end
  return UNKNOWN
end

-- Whether a value has a variable that has no value.
local function is_incomplete(condition, request)
  return any(condition.values, function(wanted) return pattern_of(condition, wanted, request) == nil end)
end

local function holds(condition, request, effect)
  local found = request.get(condition.key)
  if found == UNKNOWN then return cannot_see(condition, request) end
  local present = found ~= nil and #found > 0
  if condition.rule.kind == "null" then return is_null(condition, present) end
  if not present then return absent(condition) end
  local negated = condition.rule.negated
  -- A statement with such a variable may be invalid, says IAM: then what it isn't like must not be allowed by it.
  if negated and effect == "Allow" and is_incomplete(condition, request) then return false end
  local function fits(value)
    local one = any(condition.values, function(wanted) return compare(condition, wanted, value, request) end)
    return negated and negate(one) or not negated and one
  end
  local all = condition.set == "ForAllValues" or not condition.set and negated
  return (all and every or any)(found, fits)
end

--- Whether all conditions of a statement hold.
---@param conditions rekognition.policy.Condition[]
---@param request rekognition.policy.Request
---@param effect "Allow"|"Deny"  of the statement
---@return boolean|table  true, false, or variables.UNKNOWN
function M.hold(conditions, request, effect)
  return every(conditions, function(condition)
    return M.ask(request, function(inner) return holds(condition, inner, effect) end)
  end)
end

return M

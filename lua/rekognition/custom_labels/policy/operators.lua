--- The condition operators, by name: what compares one value of the policy with one of the request.
--
-- Source: IAM User Guide, "IAM JSON policy elements: Condition operators". Operator names are case-sensitive, key names
-- are not.

local arns = require "rekognition.custom_labels.policy.arns"
local ascii = require "rekognition.text.ascii"
local values = require "rekognition.custom_labels.policy.values"
local variables = require "rekognition.custom_labels.policy.variables"
local wildcard = require "rekognition.text.wildcard"

local M = {}

---@class rekognition.policy.Operator
---@field kind string       what its values are: text, arn, number, date, boolean, address, bytes, null
---@field negated boolean   holds where no value of the policy fits
---@field variables boolean whether its values may hold policy variables
---@field test fun(wanted: string, value: string): boolean
---@field valid? fun(text: string): any  whether a policy's value is one of its kind

local function compare(read, test)
  return function(wanted, value)
    local left, right = read(value), read(wanted)
    return left ~= nil and right ~= nil and test(left, right)
  end
end

local function equal(left, right) return left == right end
local function less(left, right) return left < right end
local function less_equal(left, right) return left <= right end
local function greater(left, right) return left > right end
local function greater_equal(left, right) return left >= right end

-- Texts come with their marks, see variables.mark.
local function same(wanted, value) return variables.unmark(wanted) == value end
local function same_letters(wanted, value) return ascii.lower(variables.unmark(wanted)) == ascii.lower(value) end
local function like(wanted, value) return wildcard.matches(wanted, variables.mark(value)) end
local function arn_like(wanted, value) return arns.like(wanted, variables.mark(value)) end

local OPERATORS = {}

local function add(name, kind, test, valid, negation)
  local with_variables = kind == "text" or kind == "arn"
  OPERATORS[name] = { kind = kind, test = test, valid = valid, negated = false, variables = with_variables }
  if negation then
    OPERATORS[negation] = { kind = kind, test = test, valid = valid, negated = true, variables = with_variables }
  end
end

add("StringEquals", "text", same, nil, "StringNotEquals")
add("StringEqualsIgnoreCase", "text", same_letters, nil, "StringNotEqualsIgnoreCase")
add("StringLike", "text", like, nil, "StringNotLike")
add("ArnEquals", "arn", arn_like, nil, "ArnNotEquals")
add("ArnLike", "arn", arn_like, nil, "ArnNotLike")
for _, family in ipairs { { "Numeric", "number", values.number }, { "Date", "date", values.date } } do
  local prefix, kind, read = table.unpack(family)
  add(prefix .. "Equals", kind, compare(read, equal), read, prefix .. "NotEquals")
  add(prefix .. "LessThan", kind, compare(read, less), read)
  add(prefix .. "LessThanEquals", kind, compare(read, less_equal), read)
  add(prefix .. "GreaterThan", kind, compare(read, greater), read)
  add(prefix .. "GreaterThanEquals", kind, compare(read, greater_equal), read)
end
add("Bool", "boolean", compare(values.boolean, equal), function(text) return values.boolean(text) ~= nil end)
add("BinaryEquals", "bytes", function(wanted, value) return wanted == value end, values.is_base64)
add("IpAddress", "address", values.in_range, values.address, "NotIpAddress")
add("Null", "null", nil, function(text) return values.boolean(text) ~= nil end)

---@class rekognition.policy.OperatorUse
---@field rule rekognition.policy.Operator
---@field set? "ForAllValues"|"ForAnyValue"
---@field if_exists boolean

--- An operator as it is written in a policy: "ForAnyValue:StringLikeIfExists".
---@param name string
---@return rekognition.policy.OperatorUse?
function M.find(name)
  local set, rest = name:match("^(For[A-Za-z]+):(.+)$")
  if set and set ~= "ForAllValues" and set ~= "ForAnyValue" then return nil end
  rest = rest or name
  local base = rest:match("^(.+)IfExists$")
  local rule = OPERATORS[base or rest]
  if not rule or base and rule.kind == "null" then return nil end
  return { rule = rule, set = set, if_exists = base ~= nil }
end

return M

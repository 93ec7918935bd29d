--- Project policy documents: read, checked, and asked for a decision.
--
-- The developer guide wants Effect, Principal, Action and Resource in each statement, knows the one action
-- rekognition:CopyProjectVersion, and forbids NotAction, NotResource and NotPrincipal. IAM's grammar says the rest.
-- Choices: of conditions, the operators and keys below are understood and any other is refused, since a condition that
-- is passed over would allow what it should forbid; a principal that is a service or federated never matches.

local wildcard = require "rekognition.emulator.wildcard"
local cjson = require("cjson").new()

local M = {}

local ACTION = "rekognition:CopyProjectVersion"
local VERSIONS = { ["2012-10-17"] = true, ["2008-10-17"] = true }
local ELEMENTS = { Sid = true, Effect = true, Principal = true, Action = true, Resource = true, Condition = true }
local PRINCIPAL_KINDS = { AWS = true, Service = true, Federated = true, CanonicalUser = true }

local function equals(wanted, value) return wanted == value end
local function unequal(wanted, value) return wanted ~= value end
local function unlike(wanted, value) return not wildcard.matches(wanted, value) end

-- For the negated operators every value must differ, for the others one must fit.
local OPERATORS = {
  StringEquals = { test = equals }, StringNotEquals = { test = unequal, every = true },
  StringLike = { test = wildcard.matches }, StringNotLike = { test = unlike, every = true },
  ArnEquals = { test = wildcard.matches }, ArnLike = { test = wildcard.matches },
  ArnNotEquals = { test = unlike, every = true }, ArnNotLike = { test = unlike, every = true },
}
-- Keys are told apart without regard to case, as in IAM.
local KEYS = {
  ["aws:principalaccount"] = function(caller) return caller.account end,
  ["aws:principalarn"] = function(caller) return caller.arn end,
  ["aws:requestedregion"] = function(caller) return caller.region end,
}

local function malformed(message, ...)
  error({ malformed = message:format(...) }, 0)
end

-- A string, or a list of them that isn't empty, as a list.
local function strings(value, what)
  if type(value) == "string" then value = { value } end
  if type(value) ~= "table" or #value == 0 then malformed("%s must be a string or a list of strings", what) end
  for _, item in ipairs(value) do
    if type(item) ~= "string" then malformed("%s must be a string or a list of strings", what) end
  end
  return value
end

local function check_action(value)
  for _, action in ipairs(strings(value, "Action")) do
    if not wildcard.matches(action:lower(), ACTION:lower()) then
      malformed("the only Action that a project policy can have is %s, not %s", ACTION, action)
    end
  end
end

local function check_principal(value)
  if value == "*" then return end
  if type(value) ~= "table" or next(value) == nil or #value > 0 then
    malformed('Principal must be "*" or name one, as in {"AWS": "arn:aws:iam::111122223333:root"}')
  end
  for kind, names in pairs(value) do
    if not PRINCIPAL_KINDS[kind] then malformed("Principal can't be of the kind %s", tostring(kind)) end
    for _, name in ipairs(strings(names, "Principal")) do
      if kind == "AWS" and name ~= "*" and not name:find("^%d%d%d%d%d%d%d%d%d%d%d%d$")
          and not name:find("^arn:aws[%l-]*:[is][at][ms]s?::%d%d%d%d%d%d%d%d%d%d%d%d:.+$") then
        malformed("%s is not an AWS principal", name)
      end
    end
  end
end

local function check_condition(value)
  if value == nil then return end
  if type(value) ~= "table" or #value > 0 then malformed("Condition must be an object") end
  for operator, tests in pairs(value) do
    if not OPERATORS[operator] then
      malformed("the emulator does not know the condition operator %s", tostring(operator))
    end
    if type(tests) ~= "table" or #tests > 0 then malformed("the condition %s must be an object", operator) end
    for key, wanted in pairs(tests) do
      if not KEYS[tostring(key):lower()] then
        malformed("the emulator does not know the condition key %s", tostring(key))
      end
      strings(wanted, key)
    end
  end
end

local function check_resource(value)
  for _, resource in ipairs(strings(value, "Resource")) do
    if resource ~= "*" and not resource:find("^arn:") then malformed("the Resource %s is not an ARN", resource) end
  end
end

local function check_statement(statement)
  if type(statement) ~= "table" or #statement > 0 then malformed("a Statement must be an object") end
  for name in pairs(statement) do
    if not ELEMENTS[name] then malformed("a Statement can't have %s", tostring(name)) end
  end
  for _, name in ipairs { "Effect", "Principal", "Action", "Resource" } do
    if statement[name] == nil then malformed("a Statement must have %s", name) end
  end
  if statement.Effect ~= "Allow" and statement.Effect ~= "Deny" then malformed("Effect must be Allow or Deny") end
  if statement.Sid ~= nil and type(statement.Sid) ~= "string" then malformed("Sid must be a string") end
  check_principal(statement.Principal)
  check_action(statement.Action)
  check_resource(statement.Resource)
  check_condition(statement.Condition)
end

local function check_document(document)
  if type(document) ~= "table" or #document > 0 then malformed("it is not a JSON object") end
  for name in pairs(document) do
    if name ~= "Version" and name ~= "Id" and name ~= "Statement" then malformed("it can't have %s", tostring(name)) end
  end
  if document.Version ~= nil and not VERSIONS[document.Version] then malformed("its Version must be 2012-10-17") end
  local statements = document.Statement
  if type(statements) == "table" and #statements == 0 and next(statements) ~= nil then statements = { statements } end
  if type(statements) ~= "table" or #statements == 0 then malformed("it has no Statement") end
  for _, statement in ipairs(statements) do check_statement(statement) end
  return statements
end

--- Reads a policy document.
---@param text string
---@return table[]? statements
---@return string? problem  a sentence, in the place of the statements
function M.parse(text)
  local json = cjson.new()
  json.decode_invalid_numbers(false)
  json.decode_max_depth(16)
  local decoded, document = pcall(json.decode, text)
  if not decoded then return nil, "it is not JSON" end
  local ok, result = pcall(check_document, document)
  if ok then return result end
  if type(result) ~= "table" or not result.malformed then error(result, 0) end
  return nil, result.malformed
end

local function any(values, test)
  if type(values) == "string" then return test(values) end
  for _, value in ipairs(values) do
    if test(value) then return true end
  end
  return false
end

-- An account's id, or its root, stands for everybody in it.
local function principal_fits(principal, caller)
  if principal == "*" then return true end
  return any(principal.AWS or {}, function(name)
    return name == "*" or name == caller.account or name == caller.arn
      or name:match("^arn:aws[%l-]*:iam::(%d+):root$") == caller.account
  end)
end

local function conditions_fit(conditions, caller)
  for operator, tests in pairs(conditions or {}) do
    local rule = OPERATORS[operator]
    for key, wanted in pairs(tests) do
      local value = KEYS[key:lower()](caller)
      local fits = any(wanted, function(item) return rule.test(item, value) ~= (rule.every or false) end)
      if fits == (rule.every or false) then return false end
    end
  end
  return true
end

--- What the statements say of a copy: "Deny" wins over "Allow"; nil where they don't speak of it.
---@param statements table[]
---@param caller rekognition.emulator.Caller
---@param resource string  the ARN of the version to be copied
---@return "Allow"|"Deny"|nil
function M.decide(statements, caller, resource)
  local decision
  for _, statement in ipairs(statements) do
    if principal_fits(statement.Principal, caller) and conditions_fit(statement.Condition, caller)
        and any(statement.Resource, function(pattern) return wildcard.matches(pattern, resource) end) then
      if statement.Effect == "Deny" then return "Deny" end
      decision = "Allow"
    end
  end
  return decision
end

return M

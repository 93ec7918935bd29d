--- Reads a policy document and finds everything that is wrong with it.
--
-- Sources: IAM User Guide, "Grammar of the IAM JSON policy language" and the pages of the elements; for project
-- policies the Custom Labels guide, "Creating a project policy document", and the API model (length and characters).
-- Our decisions, where they say nothing: a value that its operator can't read (a date that isn't one) is refused, since
-- it never fits; an empty list is refused; a Sid may have any characters in a project policy.

local ascii = require "rekognition.text.ascii"
local json = require "rekognition.custom_labels.policy.json"
local number = require "rekognition.text.number"
local operators = require "rekognition.custom_labels.policy.operators"
local principals = require "rekognition.custom_labels.policy.principals"

local M = {}

M.ACTION = "rekognition:CopyProjectVersion"
M.MOST_CHARACTERS = 2000

local MOST_PROBLEMS = 50
local VERSIONS = { ["2012-10-17"] = true, ["2008-10-17"] = true }
local PRINCIPAL_KINDS = { AWS = true, Service = true, Federated = true, CanonicalUser = true }

-- What each kind of policy may and must have. "resource": a policy of a resource by IAM's grammar, with elements that a
-- project policy can't have. "any": whatever IAM's grammar allows.
local KINDS = {
  project = { principal = "required", resource = "required", inverted = false, action = M.ACTION },
  resource = { principal = "required", resource = "required", inverted = true },
  identity = { principal = "forbidden", resource = "required", inverted = true },
  trust = { principal = "required", resource = "forbidden", inverted = true },
  any = { principal = "optional", resource = "optional", inverted = true },
}

---@class rekognition.policy.Condition
---@field name string    the key, as written
---@field key string     the same, lower case
---@field operator string
---@field rule rekognition.policy.Operator
---@field set? string
---@field if_exists boolean
---@field values string[]

---@class rekognition.policy.Statement
---@field sid? string
---@field effect "Allow"|"Deny"
---@field principal? {inverted: boolean, list: rekognition.policy.Principal[]}
---@field action {inverted: boolean, list: string[]}  lower case
---@field resource? {inverted: boolean, list: string[]}
---@field conditions rekognition.policy.Condition[]

---@class rekognition.policy.Document
---@field variables boolean  whether `${...}` are variables: since 2012-10-17
---@field statements rekognition.policy.Statement[]
---@field source table       the JSON it was read from

local Checker = {}
Checker.__index = Checker

function Checker:add(path, message, ...)
  if #self.problems < MOST_PROBLEMS then
    if select("#", ...) > 0 then message = message:format(...) end
    self.problems[#self.problems + 1] = { path = path, message = message }
  end
end

local function shown(value)
  local text = json.write(value)
  return #text > 80 and text:sub(1, 77) .. "..." or text
end

-- A text or a list of texts, as a list; with `scalars`, numbers and booleans are taken as texts.
function Checker:texts(value, path, scalars)
  local items, result = json.is_list(value) and value or { value }, {}
  if #items == 0 then self:add(path, "must not be an empty list") end
  for i, item in ipairs(items) do
    local place = json.is_list(value) and ("%s[%d]"):format(path, i) or path
    if scalars and (type(item) == "number" or type(item) == "boolean") then item = number.text(item) end
    if type(item) == "string" then
      result[#result + 1] = item
    else
      self:add(place, "must be a string or a list of strings, got %s", shown(item))
    end
  end
  return result
end

function Checker:action(statement, element, path)
  local name = element == "action" and "Action" or "NotAction"
  local list = self:texts(statement[name], path .. "." .. name)
  local only = self.rules.action
  for i, action in ipairs(list) do
    if only and ascii.lower(action) ~= ascii.lower(only) then
      self:add(path .. "." .. name, "must be %s, got %s. A project policy can have no other action", only,
        shown(action))
    elseif action ~= "*" and not action:find("^[A-Za-z0-9-]+:[A-Za-z0-9*?]+$") then
      self:add(path .. "." .. name, 'must be like "service:Operation", got %s', shown(action))
    end
    list[i] = ascii.lower(action)
  end
  return { inverted = name == "NotAction", list = list }
end

function Checker:resource_text(text, path)
  if text == "*" then return end
  local service = text:match("^arn:[^:]*:([^:]+):.")
  if not service or not text:find("^arn:[^:]*:[^:]*:[^:]*:[^:]*:.") and text:sub(-1) ~= "*" then
    self:add(path, 'must be "*" or an ARN with six parts (fewer where the last ends in *), got %s', shown(text))
  elseif service:find("[*?]") then
    self:add(path, "must name the service without wildcards, got %s", shown(text))
  elseif self.rules.action and service ~= "rekognition" then
    self:add(path, 'must be "*" or an ARN of Amazon Rekognition, got %s', shown(text))
  end
end

function Checker:resource(statement, name, path)
  local list = self:texts(statement[name], path .. "." .. name)
  for i, text in ipairs(list) do
    local place = path .. "." .. name
    self:resource_text(text, json.is_list(statement[name]) and ("%s[%d]"):format(place, i) or place)
  end
  return { inverted = name == "NotResource", list = list }
end

function Checker:principal_names(kind, value, path, list)
  if not PRINCIPAL_KINDS[kind] then
    return self:add(path, "must be AWS, Service, Federated or CanonicalUser, got %s", shown(kind))
  end
  for _, text in ipairs(self:texts(value, path)) do
    local problem = kind == "AWS" and principals.problem(text)
    if problem then self:add(path, (problem:gsub("%%", "%%%%"))) end
    list[#list + 1] = kind == "AWS" and principals.read(text) or { kind = "other" }
  end
end

function Checker:principal(statement, name, path)
  local value, list = statement[name], {}
  path = path .. "." .. name
  if value == "*" then
    list[1] = { kind = "everyone" }
  elseif not json.is_object(value) or next(value) == nil then
    self:add(path, 'must be "*" or like {"AWS": "arn:aws:iam::111122223333:root"}, got %s', shown(value))
  else
    for _, kind in ipairs(json.names(value)) do
      self:principal_names(kind, value[kind], path .. "." .. kind, list)
    end
  end
  return { inverted = name == "NotPrincipal", list = list }
end

function Checker:condition(operator, key, wanted, path, list)
  local use = operators.find(operator)
  if not key:find("^[A-Za-z0-9-]+:.") then
    self:add(path, 'must be a condition key like "aws:PrincipalArn", got %s', shown(key))
  end
  local texts = self:texts(wanted, path, true)
  for _, text in ipairs(texts) do
    if use.rule.valid and not use.rule.valid(text) then
      self:add(path, "must be what %s compares (%s), got %s", operator, use.rule.kind, shown(text))
    end
  end
  list[#list + 1] = { name = key, key = ascii.lower(key), operator = operator, rule = use.rule, set = use.set,
                      if_exists = use.if_exists, values = texts }
end

function Checker:conditions(value, path)
  local list = {}
  if value == nil then return list end
  path = path .. ".Condition"
  if not json.is_object(value) then
    self:add(path, "must be an object, got %s", shown(value))
    return list
  end
  for _, operator in ipairs(json.names(value)) do
    local keys, place = value[operator], path .. "." .. operator
    if not operators.find(operator) then
      self:add(place, "is not a condition operator of IAM")
    elseif not json.is_object(keys) or next(keys) == nil then
      self:add(place, "must be an object of condition keys, not empty, got %s", shown(keys))
    else
      for _, key in ipairs(json.names(keys)) do self:condition(operator, key, keys[key], place .. "." .. key, list) end
    end
  end
  return list
end

-- Exactly one of an element and its inverted form, as the kind of policy allows.
function Checker:choose(statement, path, name, need)
  local inverted = "Not" .. name
  local plain, turned = statement[name] ~= nil, statement[inverted] ~= nil
  if turned and (not self.rules.inverted or need == "forbidden") then
    self:add(path .. "." .. inverted, "is not allowed in a policy of the kind %s", self.kind)
    return nil
  elseif plain and turned then
    self:add(path, "must have %s or %s, got both", name, inverted)
  elseif plain and need == "forbidden" then
    self:add(path .. "." .. name, "is not allowed in a policy of the kind %s", self.kind)
    return nil
  elseif not plain and not turned and need == "required" then
    self:add(path, "must have %s", name)
  end
  return plain and name or turned and inverted or nil
end

local ELEMENTS = { Sid = true, Effect = true, Principal = true, NotPrincipal = true, Action = true, NotAction = true,
                   Resource = true, NotResource = true, Condition = true }

function Checker:sid(sid, path)
  if sid == nil then return end
  if type(sid) ~= "string" then return self:add(path .. ".Sid", "must be a string, got %s", shown(sid)) end
  if self.sids[sid] then
    self:add(path .. ".Sid", "must differ from every other Sid of the policy, got %s again", shown(sid))
  elseif self.kind == "identity" and not sid:find("^[A-Za-z0-9]*$") then
    self:add(path .. ".Sid", "must have ASCII letters and digits only, got %s", shown(sid))
  end
  if sid ~= "" then self.sids[sid] = true end
end

function Checker:effect(effect, path)
  if effect == nil then
    self:add(path, "must have Effect")
  elseif effect ~= "Allow" and effect ~= "Deny" then
    self:add(path .. ".Effect", "must be Allow or Deny (letter case counts), got %s", shown(effect))
  end
end

function Checker:statement(statement, path)
  if not json.is_object(statement) then
    return self:add(path, "must be an object, got %s", shown(statement))
  end
  for _, name in ipairs(json.names(statement)) do
    if not ELEMENTS[name] then self:add(path .. "." .. name, "is not an element of a statement") end
  end
  self:sid(statement.Sid, path)
  self:effect(statement.Effect, path)
  local result = { sid = statement.Sid, effect = statement.Effect,
                   conditions = self:conditions(statement.Condition, path) }
  local principal = self:choose(statement, path, "Principal", self.rules.principal)
  if principal then result.principal = self:principal(statement, principal, path) end
  local action = self:choose(statement, path, "Action", "required")
  if action then result.action = self:action(statement, action == "Action" and "action" or "not", path) end
  local resource = self:choose(statement, path, "Resource", self.rules.resource)
  if resource then result.resource = self:resource(statement, resource, path) end
  return result
end

function Checker:document(document)
  if not json.is_object(document) then return self:add("", "the policy must be a JSON object") end
  for _, name in ipairs(json.names(document)) do
    if name ~= "Version" and name ~= "Id" and name ~= "Statement" then
      self:add(name, "is not an element of a policy")
    end
  end
  local version, statements = document.Version, document.Statement
  if version ~= nil and not VERSIONS[version] then
    self:add("Version", 'must be "2012-10-17" or "2008-10-17", got %s', shown(version))
  end
  if document.Id ~= nil and type(document.Id) ~= "string" then self:add("Id", "must be a string, got %s",
    shown(document.Id)) end
  local result = { variables = version == "2012-10-17", statements = {}, source = document }
  if statements == nil then
    self:add("", "the policy must have Statement")
  elseif json.is_object(statements) then
    result.statements[1] = self:statement(statements, "Statement")
  elseif not json.is_list(statements) or #statements == 0 then
    self:add("Statement", "must be an object or a list of objects, not empty, got %s", shown(statements))
  else
    for i, one in ipairs(statements) do result.statements[i] = self:statement(one, ("Statement[%d]"):format(i)) end
  end
  return result
end

-- The model's bounds of a project policy's text.
function Checker:text(text)
  local length = utf8.len(text)
  if not length then return self:add("", "the policy must be UTF-8") end
  if length > M.MOST_CHARACTERS then
    self:add("", "the policy must have at most %d characters, got %d", M.MOST_CHARACTERS, length)
  end
  for place, code in utf8.codes(text) do
    if code > 0xFF or code < 0x20 and code ~= 9 and code ~= 10 and code ~= 13 then
      return self:add("", "the policy must have characters from U+0020 to U+00FF only, got U+%04X at byte %d", code,
        place)
    end
  end
end

--- Reads a policy document.
---@param text string
---@param kind? "project"|"resource"|"identity"|"trust"|"any"  what kind of policy it must be; "project" by default
---@return rekognition.policy.Document? document  nil where there are problems
---@return {path: string, message: string}[]? problems
function M.parse(text, kind)
  kind = kind or "project"
  local checker = setmetatable({ problems = {}, sids = {}, kind = kind, rules = KINDS[kind] }, Checker)
  if kind == "project" then checker:text(text) end
  local value, problem = json.read(text)
  local document
  if problem then
    checker:add("", "the policy is not JSON: %s", problem)
  else
    document = checker:document(value)
  end
  if #checker.problems > 0 then return nil, checker.problems end
  return document
end

return M

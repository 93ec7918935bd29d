--- policy.build and policy.merge: documents made, and statements added to one.

local ascii = require "rekognition.text.ascii"
local expect = require "rekognition.text.expect"
local quote = require "rekognition.text.quote"
local text_json = require "rekognition.text.json"
local rek_error = require "rekognition.error"
local grammar = require "rekognition.custom_labels.policy.grammar"
local json = require "rekognition.custom_labels.policy.json"
local principals = require "rekognition.custom_labels.policy.principals"

local M = {}

local INVALID = { code = "ValidationError" }
local NAMES = { "account", "version", "role", "sid" }

local function refuse(path, message, ...)
  message = message:format(...)
  rek_error.raise { kind = "validation", code = "ValidationError", message = ("%s %s"):format(path, message),
                      problems = { { path = path, message = message } } }
end

-- The partition of an ARN; China's and the government's accounts have their own.
local function partition_of(arn)
  return arn:match("^arn:(aws[a-z-]*):") or "aws"
end

local function principal_of(options, version)
  local account, role = options.account, options.role
  if role == nil then return ("arn:%s:iam::%s:root"):format(partition_of(version), account) end
  if type(role) ~= "string" then refuse("role", "must be a role's ARN or name, got %s", quote.value(role)) end
  if role:sub(1, 4) ~= "arn:" then role = ("arn:%s:iam::%s:role/%s"):format(partition_of(version), account, role) end
  local problem = principals.problem(role)
  if problem or role == "*" then refuse("role", "%s", problem or "must be a role's ARN or name, got *") end
  if principals.read(role).account ~= account then
    refuse("role", "must be of the account %s, got %s", account, role)
  end
  return role
end

local function one_or_list(items)
  return #items == 1 and items[1] or json.list(items)
end

local function versions_of(version)
  local list = type(version) == "table" and version or { version }
  if #list == 0 then refuse("version", "must be an ARN or a list of ARNs, got nothing") end
  for _, one in ipairs(list) do
    if type(one) ~= "string" or one ~= "*" and not one:find("^arn:aws[a-z-]*:rekognition:[^:]+:[^:]+:project/.") then
      refuse("version", "must be the ARN of a project version, or a pattern of one, got %s", quote.value(one))
    end
  end
  return table.move(list, 1, #list, 1, {})
end

--- The statement that lets an account, or one role of it, copy versions.
---@param options {account: string, version: string|string[], role?: string, sid?: string}
---@return table statement  for `merge`
function M.statement(options)
  expect.argument(options, expect.TABLE, "policy.build", "options", INVALID)
  expect.no_misspelling(options, NAMES, "policy.build", INVALID)
  if type(options.account) ~= "string" or not options.account:find("^%d%d%d%d%d%d%d%d%d%d%d%d$") then
    refuse("account", "must be 12 digits, got %s", quote.value(options.account))
  end
  local versions = versions_of(options.version)
  local members = {}
  if options.sid ~= nil then expect.argument(options.sid, expect.STRING, "policy.build", "sid", INVALID) end
  if options.sid then members[1] = { "Sid", options.sid } end
  members[#members + 1] = { "Effect", "Allow" }
  members[#members + 1] = { "Principal", json.object { { "AWS", principal_of(options, versions[1]) } } }
  members[#members + 1] = { "Action", grammar.ACTION }
  members[#members + 1] = { "Resource", one_or_list(versions) }
  return json.object(members)
end

local function document(statements)
  return json.object { { "Version", "2012-10-17" }, { "Statement", json.list(statements) } }
end

local function finish(value)
  local text = json.write(value)
  local length = utf8.len(text) or #text
  if length > grammar.MOST_CHARACTERS then
    refuse("policy", "must have at most %d characters, got %d. Put the statement into another policy of the project, "
      .. "or name fewer versions", grammar.MOST_CHARACTERS, length)
  end
  return text
end

--- A project policy that lets an account, or one role of it, copy versions.
---@param options {account: string, version: string|string[], role?: string, sid?: string}
---@return string text
function M.build(options)
  return finish(document { M.statement(options) })
end

-- ---- merge ------------------------------------------------------------------------------------

local function as_list(value)
  return json.is_list(value) and value or { value }
end

-- Two lists as one without repetitions; whether the second added something.
local function union(left, right)
  local items, seen, added = {}, {}, false
  for _, item in ipairs(as_list(left)) do
    if not seen[item] then items[#items + 1], seen[item] = item, true end
  end
  for _, item in ipairs(as_list(right)) do
    if not seen[item] then items[#items + 1], seen[item], added = item, true, true end
  end
  return one_or_list(items), added
end

-- A form in which equal statements are equal texts, without the elements named.
local function canonical(value)
  if json.is_object(value) then
    local names, parts = table.move(json.names(value), 1, #json.names(value), 1, {}), {}
    ascii.sort(names)
    for _, name in ipairs(names) do parts[#parts + 1] = json.write(name) .. ":" .. canonical(value[name]) end
    return "{" .. table.concat(parts, ",") .. "}"
  elseif json.is_list(value) then
    local parts = {}
    for i, item in ipairs(value) do parts[i] = canonical(item) end
    ascii.sort(parts)
    return #parts == 1 and parts[1] or "[" .. table.concat(parts, ",") .. "]"
  end
  return json.write(value)
end

local function without(statement, ...)
  local skipped, members = {}, {}
  for _, name in ipairs { "Sid", ... } do skipped[name] = true end
  for _, name in ipairs(json.names(statement)) do
    if not skipped[name] then members[#members + 1] = { name, statement[name] } end
  end
  return canonical(json.object(members))
end

local function replaced(statement, name, value)
  local members = {}
  for _, member in ipairs(json.names(statement)) do
    members[#members + 1] = { member, member == name and value or statement[member] }
  end
  return json.object(members)
end

-- A statement with what another one adds to its resources; nil where they differ in more.
local function joined(old, new)
  if without(old, "Resource") ~= without(new, "Resource") or not old.Resource then return nil end
  if as_list(old.Resource)[1] == "*" then return old end
  return replaced(old, "Resource", (union(old.Resource, new.Resource)))
end

local function add(statements, new)
  for _, old in ipairs(statements) do
    if without(old) == without(new) then return end
  end
  for i, old in ipairs(statements) do
    local both = joined(old, new)
    if both then
      statements[i] = both
      return
    end
  end
  for _, old in ipairs(statements) do
    if new.Sid ~= nil and old.Sid == new.Sid then
      refuse("Sid", "must differ from every other Sid of the policy, got %s again", tostring(new.Sid))
    end
  end
  statements[#statements + 1] = new
end

local ORDER = { "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource",
                "Condition" }

-- A Lua table has no order: its elements in the one that IAM's documents have, what isn't an element behind them.
local function ordered(statement)
  local members, placed = {}, {}
  for _, name in ipairs(ORDER) do
    placed[name] = true
    if statement[name] ~= nil then members[#members + 1] = { name, statement[name] } end
  end
  for _, name in ipairs(json.names(statement)) do
    if not placed[name] then members[#members + 1] = { name, statement[name] } end
  end
  return json.object(members)
end

-- A statement as JSON's objects, from a table, a JSON text, or one of `statement`.
local function read_statement(value, index)
  if json.is_object(value) then return value end
  if type(value) == "table" then
    if value.account then return M.statement(value) end
    local ok, written = pcall(text_json.write, value)
    local read, problem
    if ok then read, problem = json.read(written) else problem = written end
    if not json.is_object(read) then
      refuse(("statement %d"):format(index), "must be an object%s", problem and ": " .. problem or ", got a list")
    end
    return ordered(read)
  end
  local read, problem = json.read(tostring(value))
  if not json.is_object(read) then
    refuse(("statement %d"):format(index), "must be an object, got %s", problem or tostring(value))
  end
  return read
end

local function parse(text, kind, what)
  local parsed, problems = grammar.parse(text, kind)
  if parsed then return parsed.source end
  local first = problems[1]
  rek_error.raise { kind = "validation", code = "MalformedPolicy", problems = problems,
    message = ("%s can't be read: %s%s"):format(what, first.path ~= "" and first.path .. " " or "", first.message) }
end

--- Adds statements to a policy and keeps what it has. A statement that is there already is not added again; one that
--- differs in its resources alone is joined. Raises a validation error where the text would be too long for a project
--- policy, a Sid is taken, or something isn't a policy.
---@param text? string  the policy; a new one is made where it is absent or empty
---@param ... table|string  statements: of `statement`, as tables, as JSON, or the options of `build`
---@return string text
function M.merge(text, ...)
  if text ~= nil then expect.argument(text, expect.STRING, "policy.merge", "text", INVALID) end
  local source = (text == nil or text == "") and document {} or parse(text, "any", "the policy")
  local statements = table.move(as_list(source.Statement), 1, #as_list(source.Statement), 1, json.list())
  for i = 1, select("#", ...) do
    local new = read_statement((select(i, ...)), i)
    parse(json.write(document { new }), "project", ("statement %d"):format(i))
    add(statements, new)
  end
  return finish(replaced(source, "Statement", statements))
end

return M

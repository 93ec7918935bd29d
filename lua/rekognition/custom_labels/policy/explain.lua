--- policy.explain: a policy in sentences.

local ascii = require "rekognition.text.ascii"
local expect = require "rekognition.text.expect"
local rek_error = require "rekognition.error"
local grammar = require "rekognition.custom_labels.policy.grammar"

local function quoted_list(items, word)
  local parts = {}
  for i, item in ipairs(items) do parts[i] = item end
  if #parts < 2 then return parts[1] or "nothing" end
  return table.concat(parts, ", ", 1, #parts - 1) .. " " .. word .. " " .. parts[#parts]
end

local NAMES = {
  everyone = function() return "everyone" end,
  account = function(one) return "everyone in account " .. one.account end,
  user = function(one) return ("the user %s of account %s"):format(one.name, one.account) end,
  role = function(one) return ("the role %s of account %s"):format(one.name, one.account) end,
  session = function(one) return "the session " .. one.arn end,
  federated = function(one) return "the federated user " .. one.arn end,
  other = function() return "a service or an identity provider (never a caller of CopyProjectVersion)" end,
}

local function principals(element)
  if not element then return "the identity that has the policy" end
  local names = {}
  for i, one in ipairs(element.list) do names[i] = NAMES[one.kind](one) end
  return (element.inverted and "everyone except " or "") .. quoted_list(names, "and")
end

local function resources(element)
  if not element then return "" end
  local names = {}
  for i, one in ipairs(element.list) do names[i] = one == "*" and "any version of the project" or one end
  return (element.inverted and "everything except " or "") .. quoted_list(names, "and")
end

local function actions(element)
  local only = #element.list == 1 and element.list[1] == ascii.lower(grammar.ACTION)
  if only and not element.inverted then return "copy" end
  return "do " .. (element.inverted and "everything except " or "") .. quoted_list(element.list, "and") .. " on"
end

local SETS = { ForAllValues = "every value of ", ForAnyValue = "a value of " }

local function condition(one)
  local subject = (SETS[one.set] or "") .. one.name
  if one.rule.kind == "null" then
    return one.values[1] == "true" and subject .. " is absent" or subject .. " is present"
  end
  return ("%s %s %s (%s)"):format(subject, one.rule.negated and "is not" or "is", quoted_list(one.values, "or"),
    one.operator)
end

local function sentence(statement)
  local parts = { ("%s %s to %s %s"):format(statement.effect == "Allow" and "Allows" or "Forbids",
    principals(statement.principal), actions(statement.action), resources(statement.resource)) }
  local conditions = {}
  for i, one in ipairs(statement.conditions) do conditions[i] = condition(one) end
  if #conditions > 0 then parts[#parts + 1] = ", if " .. table.concat(conditions, " and ") end
  return table.concat(parts) .. "."
end

--- A policy in plain sentences, a line for each statement. Raises a validation error for what isn't a policy.
---@param text string
---@return string
return function(text)
  expect.argument(text, expect.STRING, "policy.explain", "text", { code = "ValidationError" })
  local document, problems = grammar.parse(text, "any")
  if not document then
    rek_error.raise { kind = "validation", code = "MalformedPolicy", problems = problems,
      message = ("the policy can't be read: %s %s"):format(problems[1].path, problems[1].message) }
  end
  local lines = {}
  for i, statement in ipairs(document.statements) do
    lines[i] = (statement.sid and statement.sid .. ": " or "") .. sentence(statement)
  end
  return table.concat(lines, "\n")
end

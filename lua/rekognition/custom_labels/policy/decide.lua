--- policy.decide: may this identity copy this version?

local expect = require "rekognition.text.expect"
local quote = require "rekognition.text.quote"
local rek_error = require "rekognition.error"
local evaluate = require "rekognition.custom_labels.policy.evaluate"
local grammar = require "rekognition.custom_labels.policy.grammar"
local identities = require "rekognition.custom_labels.policy.identity"

local function invalid(problems)
  local first = problems[1]
  rek_error.raise { kind = "validation", code = "MalformedPolicy", problems = problems,
    message = ("the policy can't be read: %s%s"):format(first.path ~= "" and first.path .. " " or "", first.message) }
end

local function check_identity(identity)
  local problem
  if type(identity) ~= "table" then
    problem = "identity must be a table, got " .. quote.value(identity)
  elseif not identity.account or not tostring(identity.account):find("^%d%d%d%d%d%d%d%d%d%d%d%d$") then
    problem = ("identity.account must be 12 digits, got %s"):format(quote.value(identity.account))
  elseif identity.principal == nil and identity.arn then
    problem = ("identity.arn must be the ARN of a root, user, role or session, got %s"):format(tostring(identity.arn))
  elseif identity.principal and identity.principal.account ~= identity.account then
    problem = ("identity.arn must be of the account %s, got %s"):format(identity.account, identity.arn)
  end
  if problem then
    rek_error.raise { kind = "validation", code = "ValidationError", message = problem,
                        problems = { { path = "identity", message = problem } } }
  end
end

--- What a project policy says of a copy. Whatever IAM's grammar knows is understood, also what a project policy can't
--- have. Raises a validation error for a text that isn't a policy, and for an identity that isn't one.
---@param text string
---@param identity rekognition.policy.Identity  account, and arn, region ... as far as they are known
---@param version_arn string  the version that would be copied
---@return "Allow"|"Deny"|nil decision  nil: the policy says nothing, or it depends on what can't be seen
---@return string[] unknown  condition keys that the decision depends on and that can't be seen
return function(text, identity, version_arn)
  expect.argument(text, expect.STRING, "policy.decide", "text", { code = "ValidationError" })
  if type(identity) ~= "table" then check_identity(identity) end
  local document, problems = grammar.parse(text, "resource")
  if not document then invalid(problems) end
  local read, get = identities.read(identity, version_arn)
  check_identity(read)
  expect.argument(version_arn, expect.STRING, "policy.decide", "version_arn", { code = "ValidationError" })
  return evaluate.decide({ document }, {
    identity = read, action = "rekognition:copyprojectversion", resource = version_arn, get = get,
  })
end

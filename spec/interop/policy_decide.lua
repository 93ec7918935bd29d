-- Our half of policy_parity.py: questions as JSON on the standard input, one a line, and on the output what
-- custom_labels.policy.decide makes of each: its decision and the keys that it can't see, or the kind of its error.

local cjson = require("cjson").new()
local policy = require "rekognition.custom_labels.policy"

-- A key that the request is known not to have is null there, and false here.
local function identity_of(given)
  local identity = { account = given.account, arn = given.arn, region = given.region, time = given.time, keys = {} }
  for key, value in pairs(given.context or {}) do
    identity.keys[key] = value ~= cjson.null and value
  end
  return identity
end

local function answer(question)
  local done, decision, unknown =
    pcall(policy.decide, question.text, identity_of(question.identity), question.version_arn)
  if done then return { decision = decision, unknown = table.concat(unknown, " ") } end
  local malformed = type(decision) == "table" and decision.code == "MalformedPolicy"
  return { error = malformed and "malformed" or tostring(decision) }
end

for line in io.lines() do
  print(cjson.encode(answer(cjson.decode(line))))
  io.stdout:flush()
end

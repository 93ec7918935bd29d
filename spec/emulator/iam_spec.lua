-- How the policies of a caller, of its role, of its session and of a resource decide together, by IAM's documents:
-- "Policy evaluation logic", "Permissions boundaries for IAM entities", "Session policies".

local cjson = require("cjson").new()
local iam = require "rekognition.emulator.iam"
local policy = require "rekognition.custom_labels.policy"

local OWN, OTHER = "111122223333", "555555555555"
local USER = "arn:aws:iam::111122223333:user/alice"
local ROLE = "arn:aws:iam::111122223333:role/Copy"
local SESSION = "arn:aws:sts::111122223333:assumed-role/Copy/one"

local function document(kind, effect, fields)
  if not effect then return nil end
  local one = { Effect = effect, Action = "rekognition:*", Resource = "*" }
  for name, value in pairs(fields or {}) do one[name] = value end
  return assert(policy.parse(cjson.encode { Version = "2012-10-17", Statement = { one } }, kind))
end

local NONE = assert(policy.parse(cjson.encode { Version = "2012-10-17", Statement = {
  { Effect = "Allow", Action = "s3:*", Resource = "*" } } }, "identity"))

-- "Allow", "Deny", or "none" for a policy that says nothing; nil where there is no such policy.
local function limit(word) return word == "none" and NONE or document("identity", word) end

local function caller(case)
  local one = { account = OWN, region = "us-east-1", tags = {}, user_id = "id",
                policies = { case.own ~= "none" and document("identity", case.own or "Allow") or NONE },
                boundary = limit(case.boundary), session_policies = { limit(case.session) } }
  if case.who == "user" then
    one.kind, one.arn, one.principal_arn = "user", USER, USER
  else
    one.kind, one.arn, one.principal_arn = "session", SESSION, ROLE
  end
  return one
end

-- What is asked, and why it is refused; without a reason it is allowed.
local CASES = {
  { who = "user" },
  { who = "user", own = "none", reason = "no identity-based policy allows" },
  { who = "user", own = "Deny", to = USER, reason = "explicit deny in an identity-based policy" },
  { who = "user", own = "none", to = USER },
  { who = "user", own = "none", to = "*" },
  { who = "user", own = "none", to = OWN, reason = "no identity-based policy allows" },
  { who = "user", own = "Allow", to = OWN },
  { who = "user", boundary = "Allow" },
  { who = "user", boundary = "none", reason = "no permissions boundary allows" },
  { who = "user", boundary = "Deny", to = USER, reason = "explicit deny in a permissions boundary" },
  { who = "user", own = "none", boundary = "Allow", reason = "no identity-based policy allows" },
  { who = "user", own = "none", boundary = "none", to = USER },
  { who = "user", own = "none", boundary = "none", to = OWN, reason = "no identity-based policy allows" },
  { who = "user", deny = USER, reason = "explicit deny in a resource-based policy" },
  { who = "user", deny = OWN, reason = "explicit deny in a resource-based policy" },
  { who = "session" },
  { who = "session", session = "Allow" },
  { who = "session", session = "none", reason = "no session policy allows" },
  { who = "session", session = "Deny", to = SESSION, reason = "explicit deny in a session policy" },
  { who = "session", own = "none", to = ROLE },
  { who = "session", own = "none", to = ROLE, session = "Allow" },
  { who = "session", own = "none", to = ROLE, session = "none", reason = "no session policy allows" },
  { who = "session", own = "none", to = ROLE, boundary = "none", reason = "no permissions boundary allows" },
  { who = "session", own = "none", to = SESSION, session = "none", boundary = "none" },
  { who = "session", own = "none", to = "*", session = "none", boundary = "none" },
  { who = "session", own = "none", to = OWN, session = "Allow", reason = "no identity-based policy allows" },
  { who = "session", own = "none", to = "arn:aws:sts::111122223333:assumed-role/Copy/two",
    reason = "no identity-based policy allows" },
  { who = "session", boundary = "none", reason = "no permissions boundary allows" },
  { who = "session", boundary = "Allow", session = "Allow" },
  { who = "session", deny = ROLE, reason = "explicit deny in a resource-based policy" },
  -- across accounts both sides must allow it
  { who = "user", owner = OTHER, reason = "no resource-based policy allows" },
  { who = "user", owner = OTHER, to = OWN },
  { who = "user", owner = OTHER, to = USER },
  { who = "user", owner = OTHER, to = USER, own = "none", reason = "no identity-based policy allows" },
  { who = "user", owner = OTHER, to = "*", own = "none", reason = "no identity-based policy allows" },
  { who = "user", owner = OTHER, to = USER, boundary = "none", reason = "no permissions boundary allows" },
  { who = "user", owner = OTHER, to = OTHER, reason = "no resource-based policy allows" },
  { who = "session", owner = OTHER, to = SESSION },
  { who = "session", owner = OTHER, to = ROLE, session = "none", reason = "no session policy allows" },
  { who = "session", owner = OTHER, to = SESSION, session = "none", reason = "no session policy allows" },
}

local function name_of(case)
  local words = {}
  for _, field in ipairs { "who", "own", "boundary", "session", "to", "deny", "owner" } do
    if case[field] then words[#words + 1] = field .. "=" .. case[field] end
  end
  return table.concat(words, " ")
end

describe("policies together", function()
  for _, case in ipairs(CASES) do
    it((case.reason and "refuse " or "allow ") .. name_of(case), function()
      local policies = { document("resource", "Allow", { Principal = { AWS = case.to or "999999999999" } }),
                         case.deny and document("resource", "Deny", { Principal = { AWS = case.deny } }) or nil }
      local allowed, reason = iam.allows(caller(case), { action = "rekognition:CopyProjectVersion", owner = case.owner,
        resource = "arn:aws:rekognition:us-east-1:111122223333:project/p/version/v/1", policies = policies }, { now = 0 })
      assert.equal(case.reason == nil, allowed)
      if case.reason then assert.is_truthy(reason:find(case.reason, 1, true), reason) end
    end)
  end
end)

-- policy.decide: documents times identities, and what IAM's documents say of each.

local policy = require "rekognition.custom_labels.policy"
local cjson = require("cjson").new()

local VERSION = "arn:aws:rekognition:us-east-1:111122223333:project/birds/version/v1/1627045542080"
local ACCOUNT = "555555555555"

local function arn(rest) return "arn:aws:iam::" .. ACCOUNT .. ":" .. rest end
local function session(role, name) return ("arn:aws:sts::%s:assumed-role/%s/%s"):format(ACCOUNT, role, name) end

local WHO = {
  root = { account = ACCOUNT, arn = arn "root" },
  alice = { account = ACCOUNT, arn = arn "user/alice" },
  bob = { account = ACCOUNT, arn = arn "user/team/bob" },
  copy1 = { account = ACCOUNT, arn = session("Copy", "one") },
  copy2 = { account = ACCOUNT, arn = session("Copy", "two") },
  admin = { account = ACCOUNT, arn = session("Admin", "one"), role_arn = arn "role/path/Admin" },
  other = { account = "999999999999", arn = "arn:aws:iam::999999999999:root" },
  somebody = { account = ACCOUNT },
}
local NAMES = { "root", "alice", "bob", "copy1", "copy2", "admin", "other", "somebody" }

local function statement(fields)
  local one = { Effect = "Allow", Principal = "*", Action = "rekognition:CopyProjectVersion", Resource = "*" }
  for key, value in pairs(fields or {}) do one[key] = value or nil end
  return one
end

local function document(...)
  local list = { ... }
  for i, fields in ipairs(list) do list[i] = statement(fields) end
  return cjson.encode { Version = "2012-10-17", Statement = list }
end

local function to(...) return { Principal = { AWS = { ... } } } end
local function when(operator, key, value) return { Condition = { [operator] = { [key] = value } } } end

-- A letter for each of NAMES: A allowed, D denied, - nothing said, ? can't be seen.
local ROWS = {
  -- principals
  { "everyone", document {}, "AAAAAAAA" },
  { "everyone, at length", document(to "*"), "AAAAAAAA" },
  { "the account by its id", document(to(ACCOUNT)), "AAAAAA-A" },
  { "the account by its root", document(to(arn "root")), "AAAAAA-A" },
  { "another account", document(to "999999999999"), "------A-" },
  { "a user", document(to(arn "user/alice")), "-A-----?" },
  { "a user with a path", document(to(arn "user/team/bob")), "--A----?" },
  { "a user with the wrong path", document(to(arn "user/bob")), "-------?" },
  { "a role means its sessions", document(to(arn "role/Copy")), "---AA--?" },
  { "a role with a path", document(to(arn "role/path/Admin")), "-----A-?" },
  { "one session", document(to(session("Copy", "one"))), "---A---?" },
  { "a list", document(to(arn "user/alice", "999999999999")), "-A----A?" },
  { "a service means nobody", document { Principal = { Service = "rekognition.amazonaws.com" } }, "--------" },
  { "another partition's account", document(to("arn:aws-cn:iam::" .. ACCOUNT .. ":root")), "-------A" },
  { "everyone but a user", document({}, { Effect = "Deny", Principal = { AWS = arn "user/alice" } }), "ADAAAAA?" },
  { "a Deny for a role", document({}, { Effect = "Deny", Principal = { AWS = arn "role/Copy" } }), "AAADDAA?" },
  { "a Deny for a session", document({}, { Effect = "Deny", Principal = { AWS = session("Copy", "two") } }), "AAAADAA?" },
  { "a Deny for everyone", document({}, { Effect = "Deny" }), "DDDDDDDD" },
  { "a Deny alone", document { Effect = "Deny", Principal = { AWS = ACCOUNT } }, "DDDDDD-D" },
  { "NotPrincipal names account and user", document({}, { Effect = "Deny", Principal = false,
    NotPrincipal = { AWS = { arn "root", arn "user/alice" } } }), "AADDDDDA" },
  { "NotPrincipal without the account denies all", document({}, { Effect = "Deny", Principal = false,
    NotPrincipal = { AWS = arn "user/alice" } }), "DDDDDDDD" },
  -- resources
  { "this version", document { Resource = VERSION }, "AAAAAAAA" },
  { "another version", document { Resource = VERSION:gsub("v1", "v2") }, "--------" },
  { "any of the project", document { Resource = "arn:aws:rekognition:us-east-1:111122223333:project/birds/version/*" },
    "AAAAAAAA" },
  { "a question mark", document { Resource = VERSION:gsub("v1", "v?") }, "AAAAAAAA" },
  { "letter case counts", document { Resource = VERSION:gsub("birds", "Birds") }, "--------" },
  { "a star that ends its segment goes over colons", document { Resource = "arn:aws:rekognition:us-east-1:*" },
    "AAAAAAAA" },
  { "a star inside a segment doesn't", document { Resource = "arn:aws:rekognition:us*birds/*" },
    "--------" },
  { "a star before a slash", document { Resource = "arn:aws:rekognition:*:*:project/*/version/v1/*" }, "AAAAAAAA" },
  { "one of several", document { Resource = { "arn:aws:rekognition:us-east-1:1:project/x", VERSION } }, "AAAAAAAA" },
  { "all but this", document { Resource = false, NotResource = VERSION }, "--------" },
  { "all but another", document { Resource = false, NotResource = VERSION .. "0" }, "AAAAAAAA" },
  -- actions
  { "an action in other letters", document { Action = "REKOGNITION:copyPROJECTversion" }, "AAAAAAAA" },
  { "any of the service", document { Action = "rekognition:*" }, "AAAAAAAA" },
  { "another", document { Action = "rekognition:DetectLabels" }, "--------" },
  { "all but another", document { Action = false, NotAction = "rekognition:Detect*" }, "AAAAAAAA" },
  { "all but this", document { Action = false, NotAction = "rekognition:Copy*" }, "--------" },
  -- keys that an identity shows
  { "PrincipalArn of a role", document(when("ArnEquals", "aws:PrincipalArn", arn "role/Copy")), "---AA--?" },
  { "PrincipalArn with a path", document(when("ArnEquals", "aws:PrincipalArn", arn "role/path/Admin")), "-----A-?" },
  { "PrincipalArn of a session is never seen", document(when("ArnEquals", "aws:PrincipalArn", session("Copy", "one"))),
    "-------?" },
  { "PrincipalArn of the root means the root user", document(when("ArnLike", "aws:PrincipalArn", arn "root")),
    "A------?" },
  { "PrincipalArn with stars", document(when("ArnLike", "aws:PrincipalArn", arn "role/*")), "---AAA-?" },
  { "any account's root", document(when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:root")), "A-----A?" },
  { "a star never crosses a colon", document(when("ArnLike", "aws:PrincipalArn", "arn:*")), "-------?" },
  { "neither in ArnEquals", document(when("ArnEquals", "aws:PrincipalArn", "arn:aws:iam:*")), "-------?" },
  { "nor is a Deny got round by it", document({}, { Effect = "Deny",
    Condition = { ArnNotLike = { ["aws:PrincipalArn"] = "arn:*:role/Copy" } } }), "DDDDDDD?" },
  { "a Deny for all but a role", document({}, { Effect = "Deny",
    Condition = { ArnNotLike = { ["aws:PrincipalArn"] = arn "role/Copy" } } }), "DDDAADD?" },
  { "StringLike has no parts", document(when("StringLike", "aws:PrincipalArn", "arn:*")), "AAAAAAA?" },
  { "StringEquals has no stars", document(when("StringEquals", "aws:PrincipalArn", "arn:*")), "-------?" },
  { "PrincipalAccount", document(when("StringEquals", "aws:PrincipalAccount", ACCOUNT)), "AAAAAA-A" },
  { "not PrincipalAccount", document(when("StringNotEquals", "aws:PrincipalAccount", ACCOUNT)), "------A-" },
  { "not one of two", document(when("StringNotEquals", "aws:PrincipalAccount", { ACCOUNT, "1" })), "------A-" },
  { "PrincipalType", document(when("StringEquals", "aws:PrincipalType", "AssumedRole")), "---AAA-?" },
  { "username", document(when("StringEquals", "aws:username", "alice")), "-A-----?" },
  { "username that isn't there, negated", document(when("StringNotEquals", "aws:username", "alice")), "A-AAAAA?" },
  { "username, if it is there", document(when("StringEqualsIfExists", "aws:username", "alice")), "AA-AAAA?" },
  { "no username", document(when("Null", "aws:username", "true")), "A--AAAA?" },
  { "a username", document(when("Null", "aws:username", false)), "-AA----?" },
  { "letters don't count in keys", document(when("StringEquals", "AWS:PRINCIPALACCOUNT", ACCOUNT)), "AAAAAA-A" },
  { "letters don't count by the operator", document(when("StringEqualsIgnoreCase", "aws:username", "ALICE")),
    "-A-----?" },
  { "a service asks", document(when("Bool", "aws:PrincipalIsAWSService", "false")), "AAAAAAAA" },
  { "ResourceAccount is the version's", document(when("StringEquals", "aws:ResourceAccount", "111122223333")),
    "AAAAAAAA" },
  { "not ResourceAccount", document(when("StringNotEquals", "aws:ResourceAccount", "111122223333")), "--------" },
  -- variables
  { "a user's own", document { Resource = "arn:aws:rekognition:*:*:project/birds/version/${aws:username}/*" },
    "-------?" },
  { "a variable that fits", document { Resource = "arn:aws:rekognition:*:*:project/birds/version/v${*}/*" },
    "--------" },
  { "a default", document { Resource = "arn:aws:rekognition:*:*:project/${aws:username, 'birds'}/*" }, "A--AAAA?" },
  { "a variable in a value", document(when("StringLike", "aws:PrincipalArn", "*:user/${aws:username}")), "-A-----?" },
  { "a variable without a value, negated", document(when("StringNotLike", "aws:PrincipalArn", "*${aws:username}")),
    "-------?" },
  { "a Deny with one", document({}, { Effect = "Deny", Condition = {
    StringNotLike = { ["aws:PrincipalArn"] = "*${aws:username}" } } }), "DAADDDD?" },
  { "a variable without a value, beside one that fits", document(when("StringLike", "aws:PrincipalArn",
    { "*${aws:username}", "*root" })), "AAA---A?" },
  { "in the older language it is text", cjson.encode { Version = "2008-10-17", Statement = { statement(
    when("StringLike", "aws:PrincipalArn", "*:user/${aws:username}")) } }, "-------?" },
  -- several conditions
  { "both", document { Condition = { StringEquals = { ["aws:PrincipalAccount"] = ACCOUNT, ["aws:PrincipalType"] =
    "User" } } }, "-AA----?" },
  { "both operators", document { Condition = { StringEquals = { ["aws:PrincipalAccount"] = ACCOUNT },
    ArnNotLike = { ["aws:PrincipalArn"] = arn "user/*" } } }, "A--AAA-?" },
  { "one is false, the other can't be seen", document { Condition = { StringEquals = { ["aws:PrincipalAccount"] = "1",
    ["aws:PrincipalOrgID"] = "o-1" } } }, "--------" },
  -- keys that can't be seen
  { "an organization", document(when("StringEquals", "aws:PrincipalOrgID", "o-1")), "????????" },
  { "an organization, with a plain Allow beside it", document(when("StringEquals", "aws:PrincipalOrgID", "o-1"), {}),
    "AAAAAAAA" },
  { "a Deny outside an organization", document({}, { Effect = "Deny",
    Condition = { StringNotEquals = { ["aws:PrincipalOrgID"] = "o-1" } } }), "????????" },
  { "such a Deny for another account", document({}, { Effect = "Deny", Principal = { AWS = "999999999999" },
    Condition = { StringNotEquals = { ["aws:PrincipalOrgID"] = "o-1" } } }), "AAAAAA?A" },
  { "an unseen IfExists", document(when("StringEqualsIfExists", "aws:SourceVpce", "vpce-1")), "????????" },
  { "an unseen Null", document(when("Null", "aws:SourceVpce", "true")), "????????" },
  { "an unseen variable", document { Resource = "arn:aws:rekognition:*:*:project/${aws:PrincipalTag/team}/*" },
    "????????" },
  { "an unseen variable beside what fits", document { Resource = { VERSION, "arn:aws:rekognition:::${aws:PrincipalTag/team}" } },
    "AAAAAAAA" },
}

local LETTERS = { Allow = "A", Deny = "D" }

describe("policy.decide", function()
  for _, row in ipairs(ROWS) do
    it("decides: " .. row[1], function()
      local got = {}
      for i, name in ipairs(NAMES) do
        local decision, unknown = policy.decide(row[2], WHO[name], VERSION)
        got[i] = LETTERS[decision] or (#unknown > 0 and "?" or "-")
        assert.is_true(#unknown == 0 or decision == nil)
      end
      assert.equal(row[3], table.concat(got))
    end)
  end

  it("has 91 rows of documents and identities, and many more", function()
    assert.is_true(#ROWS * #NAMES >= 91 * 6)
  end)

  local function unknown_of(text, who) return (select(2, policy.decide(text, who or WHO.alice, VERSION))) end

  it("knows a federated user's aws:userid", function()
    local who = { account = ACCOUNT, arn = ("arn:aws:sts::%s:federated-user/bob"):format(ACCOUNT) }
    assert.equal("Allow", policy.decide(document(when("StringEquals", "aws:userid", ACCOUNT .. ":bob")), who, VERSION))
    assert.same({}, unknown_of(document(when("StringEquals", "aws:userid", "x")), who))
  end)

  it("names a key that it can't see once, and the keys of variables too", function()
    assert.same({ "aws:PrincipalTag/team", "aws:ResourceTag/team" },
      unknown_of(document(when("StringEquals", "aws:ResourceTag/team", "${aws:PrincipalTag/team}"))))
    local spelt_twice = unknown_of(document { Condition = { StringEquals = { ["aws:SourceVpce"] = "v" },
      StringLike = { ["AWS:sourcevpce"] = "v*" } } })
    assert.equal(1, #spelt_twice)
    assert.equal("aws:sourcevpce", spelt_twice[1]:lower())
  end)

  it("names no key that nothing depends on", function()
    -- Nothing equals a variable that has no value, and a fitting value needs no other one.
    assert.same({}, unknown_of(document(when("StringLike", "aws:userid", "${aws:username}")), WHO.copy1))
    assert.same({ "aws:SourceVpce" }, unknown_of(document { Resource = { "arn:aws:rekognition:::${aws:PrincipalTag/x}",
      VERSION }, Condition = { StringEquals = { ["aws:SourceVpce"] = "v" } } }))
    assert.same({ "aws:SourceVpce" }, unknown_of(document { Condition = { StringEquals = { ["aws:SourceVpce"] = "v",
      ["aws:username"] = { "${aws:PrincipalTag/x}", "alice" } } } }))
  end)

  it("names the keys that it can't see", function()
    local _, unknown = policy.decide(document { Condition = { StringEquals = { ["aws:PrincipalOrgID"] = "o-1",
      ["aws:SourceVpce"] = "v" } } }, WHO.alice, VERSION)
    assert.same({ "aws:PrincipalOrgID", "aws:SourceVpce" }, unknown)
    assert.same({ "aws:PrincipalArn" }, (select(2, policy.decide(document(to(arn "user/alice")), WHO.somebody, VERSION))))
  end)

  -- operator, key's value (false: absent), policy's value, whether it holds
  local OPERATORS = {
    { "StringEquals", "a", "a", true }, { "StringEquals", "a", "A", false }, { "StringEquals", "*", "*", true },
    { "StringNotEquals", "a", "A", true }, { "StringNotEquals", false, "a", true }, { "StringEquals", false, "a", false },
    { "StringNotEqualsIgnoreCase", "a", "A", false }, { "StringLike", "abc", "a*", true },
    { "StringLike", "abc", "a?", false }, { "StringLike", "abc", "A*", false }, { "StringNotLike", "abc", "a*", false },
    { "StringLike", "a*c", "a${*}c", true }, { "StringLike", "abc", "a${*}c", false },
    { "StringEquals", "a$c", "a${$}c", true }, { "StringLike", "a?c", "a${?}c", true },
    { "NumericEquals", "10", "10.0", true }, { "NumericNotEquals", "10", "10.0", false },
    { "NumericLessThan", "9", "10", true }, { "NumericLessThan", "10", "10", false },
    { "NumericLessThanEquals", "10", "10", true }, { "NumericGreaterThan", "11", "10", true },
    { "NumericGreaterThanEquals", "9", "10", false }, { "NumericEquals", "x", "10", false },
    { "NumericNotEquals", "x", "10", true }, { "NumericLessThan", false, "10", false },
    { "NumericLessThanIfExists", false, "10", true },
    { "DateEquals", "2020-04-01T00:00:00Z", "2020-04-01", true },
    { "DateEquals", "2020-04-01T00:00:00Z", "2020-04-01T02:00:00+02:00", true },
    { "DateLessThan", "2020-03-31T23:59:59Z", "2020-04-01T00:00:00Z", true },
    { "DateGreaterThan", "1585699201", "2020-04-01T00:00:00Z", true },
    { "DateGreaterThanEquals", "2020-04-01T00:00:00Z", "1585699200", true },
    { "DateLessThanEquals", "2020-04-01T00:00:01Z", "2020-04-01", false },
    { "DateNotEquals", "2020-04-01T00:00:00Z", "2020-04-02", true },
    { "Bool", "true", "true", true }, { "Bool", "true", "TRUE", true }, { "Bool", "false", "true", false },
    { "Bool", false, "false", false }, { "BoolIfExists", false, "false", true },
    { "BinaryEquals", "QQ==", "QQ==", true }, { "BinaryEquals", "QQ==", "Qg==", false },
    { "IpAddress", "203.0.113.7", "203.0.113.0/24", true }, { "IpAddress", "203.0.114.7", "203.0.113.0/24", false },
    { "IpAddress", "203.0.113.7", "203.0.113.7", true }, { "IpAddress", "203.0.113.7", "0.0.0.0/0", true },
    { "IpAddress", "203.0.113.129", "203.0.113.0/25", false }, { "NotIpAddress", "203.0.113.7", "10.0.0.0/8", true },
    { "IpAddress", "2001:db8:0:0:0:0:0:1", "2001:DB8::/32", true }, { "IpAddress", "2001:db9::1", "2001:DB8::/32", false },
    { "IpAddress", "203.0.113.7", "::/0", false }, { "NotIpAddress", false, "10.0.0.0/8", true },
    { "ArnEquals", "arn:aws:s3:::b/a:b", "arn:aws:s3:::b/*", true },
    { "ArnLike", "arn:aws:iam::1:role/a", "arn:aws:iam::?:role/a", true },
    { "ArnLike", "arn:aws:iam::1:role/a", "arn:aws:*:role/a", false },
    { "ArnNotEquals", "arn:aws:iam::1:role/a", "arn:aws:iam::1:role/b", true }, { "ArnNotLike", false, "arn:*", true },
    { "Null", "a", "false", true }, { "Null", "a", "true", false }, { "Null", false, "true", true },
    { "Null", {}, "true", true },
    { "ForAllValues:StringEquals", { "a", "b" }, { "a", "b", "c" }, true },
    { "ForAllValues:StringEquals", { "a", "d" }, { "a", "b", "c" }, false },
    { "ForAllValues:StringEquals", false, "a", true }, { "ForAllValues:StringEquals", {}, "a", true },
    { "ForAnyValue:StringEquals", { "a", "d" }, { "a", "b" }, true },
    { "ForAnyValue:StringEquals", { "c", "d" }, { "a", "b" }, false },
    { "ForAnyValue:StringEquals", false, "a", false }, { "ForAnyValue:StringEqualsIfExists", false, "a", true },
    { "ForAllValues:StringNotLike", { "key2:audit" }, "key1*", true },
    { "ForAllValues:StringNotLike", { "key1:a", "key2:b" }, "key1*", false },
    { "ForAllValues:StringNotLike", false, "key1*", true },
    { "ForAnyValue:StringNotLike", { "key1:a", "key2:b" }, "key1*", true },
    { "ForAnyValue:StringNotLike", { "key1:a" }, "key1*", false },
  }
  for i, case in ipairs(OPERATORS) do
    local operator, value, wanted, holds = table.unpack(case, 1, 4)
    it(("knows operators, %d: %s %s %s"):format(i, cjson.encode(value), operator, cjson.encode(wanted)), function()
      local who = { account = ACCOUNT, arn = arn "root", keys = { ["aws:PrincipalTag/x"] = value } }
      local decision = policy.decide(document(when(operator, "aws:PrincipalTag/x", wanted)), who, VERSION)
      assert.equal(holds and "Allow" or nil, decision)
    end)
  end

  it("knows the time", function()
    local text = document(when("DateLessThan", "aws:CurrentTime", "2020-04-01T00:00:00Z"))
    assert.equal("Allow", policy.decide(text, { account = ACCOUNT, time = 1585699199 }, VERSION))
    assert.is_nil(policy.decide(text, { account = ACCOUNT, time = 1585699200 }, VERSION))
    assert.is_nil(policy.decide(text, { account = ACCOUNT }, VERSION))
  end)

  it("takes what isn't named as absent where that is said", function()
    local text = document(when("StringNotEquals", "aws:PrincipalOrgID", "o-1"))
    assert.equal("Allow", policy.decide(text, { account = ACCOUNT, complete = true }, VERSION))
    assert.equal("Allow", policy.decide(text, { account = ACCOUNT, keys = { ["aws:PrincipalOrgID"] = false } }, VERSION))
  end)

  for what, case in pairs {
    ["a text that isn't a policy"] = { "{}", WHO.root, "the policy must have Statement" },
    ["a statement without Principal"] = { document { Principal = false }, WHO.root, "[1] must have Principal" },
    ["a statement without Resource"] = { document { Resource = false }, WHO.root, "[1] must have Resource" },
    ["an identity that isn't a table"] = { document {}, "root", "identity must be a table" },
    ["an account that isn't one"] = { document {}, { account = "1" }, "account must be 12 digits, got 1" },
    ["an ARN that isn't one"] = { document {}, { account = ACCOUNT, arn = "alice" }, "arn must be the ARN of" },
    ["an ARN of another account"] = { document {}, { account = "999999999999", arn = arn "root" }, "of the account 9" },
  } do
    it("raises for " .. what, function()
      local ok, problem = pcall(policy.decide, case[1], case[2], VERSION)
      assert.is_false(ok)
      assert.equal("validation", problem.kind)
      assert.is_truthy(tostring(problem):find(case[3], 1, true), tostring(problem))
    end)
  end

  it("takes a time that grows with the lengths alone", function()
    local text = document { Resource = ("*a"):rep(800) .. "b" }
    local who = { account = ACCOUNT, arn = arn "root", keys = { ["aws:UserAgent"] = ("a"):rep(1000000) } }
    assert.is_nil((policy.decide(document(when("StringLike", "aws:UserAgent", ("*a"):rep(300) .. "b")), who, VERSION)))
    assert.has_error(function() policy.decide(text, who, ("a"):rep(2000)) end)
  end)
end)

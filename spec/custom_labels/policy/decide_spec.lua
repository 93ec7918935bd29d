-- policy.decide: documents times identities, and what IAM's documents say of each.

local policy = require "rekognition.custom_labels.policy"
local cjson = require("cjson").new()

local rows = require "spec.support.policy_rows"

local ACCOUNT, NAMES, ROWS, VERSION, WHO = rows.ACCOUNT, rows.NAMES, rows.ROWS, rows.VERSION, rows.WHO
local arn, document, to, when = rows.arn, rows.document, rows.to, rows.when

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

  it("has at least 91 rows", function() assert.is_true(#ROWS >= 91) end)

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
    ["an account that isn't one"] = { document {}, { account = "1" }, "account must be 12 digits, got \"1\"" },
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

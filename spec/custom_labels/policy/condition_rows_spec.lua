-- Conditions times condition keys, and whether the statement holds by IAM's documents: "Condition operators",
-- "Conditions with multiple context keys or values", "Policy elements: variables and tags".

local cjson = require("cjson").new()
local policy = require "rekognition.custom_labels.policy"

local VERSION = "arn:aws:rekognition:us-east-1:111122223333:project/birds/version/v1/1627045542080"
local ALICE = "arn:aws:iam::555555555555:user/team/alice"

-- The decision on a copy by alice, of whom every key is known.
local function decide(condition, keys, more)
  local statement = { Effect = "Allow", Principal = { AWS = "555555555555" }, Action = "rekognition:CopyProjectVersion",
                      Resource = "*", Condition = condition }
  for name, value in pairs(more or {}) do statement[name] = value end
  return policy.decide(cjson.encode { Version = "2012-10-17", Statement = { statement } },
    { account = "555555555555", arn = ALICE, region = "us-east-1", time = 1700000000, complete = true, keys = keys },
    VERSION)
end

local TAG, TEAM = "aws:PrincipalTag/team", { ["aws:PrincipalTag/team"] = "birds" }
local function when(operator, key, value) return { [operator] = { [key] = value } } end
local function ip(address) return { ["aws:SourceIp"] = address } end
local function tags(...) return { ["aws:TagKeys"] = { ... } } end

-- What the condition says, the keys of the request, and whether it holds.
local ROWS = {
  -- texts
  { when("StringEquals", TAG, "birds"), TEAM, true },
  { when("StringEquals", TAG, "Birds"), TEAM, false },
  { when("StringEquals", TAG, "bird*"), TEAM, false },
  { when("StringEquals", TAG, { "fish", "birds" }), TEAM, true },
  { when("StringEquals", TAG, "birds"), nil, false },
  { when("StringEquals", "AWS:principaltag/TEAM", "birds"), TEAM, true },
  { when("StringEqualsIfExists", TAG, "birds"), nil, true },
  { when("StringEqualsIfExists", TAG, "fish"), TEAM, false },
  { when("StringNotEquals", TAG, "birds"), nil, true },
  { when("StringNotEquals", TAG, { "fish", "birds" }), TEAM, false },
  { when("StringNotEquals", TAG, { "fish", "dogs" }), TEAM, true },
  { when("StringNotEqualsIfExists", TAG, "birds"), nil, true },
  { when("StringEqualsIgnoreCase", TAG, "BIRDS"), TEAM, true },
  { when("StringNotEqualsIgnoreCase", TAG, "BIRDS"), TEAM, false },
  { when("StringLike", TAG, "b?rds"), TEAM, true },
  { when("StringLike", TAG, "b?ds"), TEAM, false },
  { when("StringLike", TAG, "*"), TEAM, true },
  { when("StringLike", TAG, "*"), nil, false },
  { when("StringLike", TAG, "?irds*"), TEAM, true },
  { when("StringLike", TAG, ""), { [TAG] = "" }, true },
  { when("StringNotLike", TAG, { "f*", "b*" }), TEAM, false },
  { when("StringNotLike", TAG, { "f*", "d*" }), TEAM, true },
  -- several keys and operators must all hold
  { { StringEquals = { [TAG] = "birds", ["aws:PrincipalAccount"] = "555555555555" } }, TEAM, true },
  { { StringEquals = { [TAG] = "birds", ["aws:PrincipalAccount"] = "111122223333" } }, TEAM, false },
  { { StringEquals = { [TAG] = "birds" }, Bool = { ["aws:SecureTransport"] = "true" } }, TEAM, false },
  -- variables
  { when("StringLike", "aws:PrincipalArn", "arn:aws:iam::*:user/team/${aws:username}"), nil, true },
  { when("StringEquals", "aws:username", "${aws:PrincipalTag/owner, 'alice'}"), nil, true },
  { when("StringEquals", "aws:username", "${aws:PrincipalTag/owner, 'alice'}"), { ["aws:PrincipalTag/owner"] = "bob" },
    false },
  { when("StringEquals", "aws:username", "${aws:PrincipalTag/owner}"), nil, false },
  { when("StringEquals", TAG, "${*}"), { [TAG] = "*" }, true },
  { when("StringLike", TAG, "a${*}b"), { [TAG] = "a*b" }, true },
  { when("StringLike", TAG, "a${*}b"), { [TAG] = "axb" }, false },
  { when("StringLike", TAG, "a${?}*"), { [TAG] = "a?c" }, true },
  { when("StringLike", TAG, "a${?}*"), { [TAG] = "abc" }, false },
  { when("StringEquals", TAG, "${$}{aws:username}"), { [TAG] = "${aws:username}" }, true },
  { when("StringLike", TAG, "${aws:username}-*"), { [TAG] = "alice-1" }, true },
  -- ARNs, part by part
  { when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::555555555555:user/*/alice"), nil, true },
  { when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::55555555555?:user/team/alic?"), nil, true },
  { when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::5555555555?:user/team/alice"), nil, false },
  { when("ArnLike", "aws:PrincipalArn", "arn:*"), nil, false },
  { when("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::*:user/*"), nil, true },
  { when("ArnNotEquals", "aws:PrincipalArn", ALICE), nil, false },
  { when("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*"), nil, true },
  { when("ArnLikeIfExists", "aws:SourceArn", "arn:aws:s3:::bucket"), nil, true },
  { when("ArnLike", "aws:SourceArn", "arn:aws:s3:::bucket"), nil, false },
  -- numbers
  { when("NumericEquals", "aws:EpochTime", "1700000000"), nil, true },
  { when("NumericEquals", "aws:EpochTime", 1700000000), nil, true },
  { when("NumericEquals", TAG, "10"), { [TAG] = "10.0" }, true },
  { when("NumericLessThan", TAG, "10"), { [TAG] = "9" }, true },
  { when("NumericLessThan", TAG, "10"), { [TAG] = "10" }, false },
  { when("NumericLessThanEquals", TAG, "10"), { [TAG] = "10" }, true },
  { when("NumericGreaterThan", TAG, "-1"), { [TAG] = "0" }, true },
  { when("NumericGreaterThanEquals", TAG, "2.5"), { [TAG] = "2.4" }, false },
  { when("NumericNotEquals", TAG, "10"), { [TAG] = "11" }, true },
  { when("NumericLessThan", TAG, "10"), { [TAG] = "birds" }, false },
  { when("NumericLessThanIfExists", TAG, "10"), nil, true },
  { when("NumericLessThan", TAG, "10"), nil, false },
  -- dates: 1700000000 is 2023-11-14T22:13:20Z
  { when("DateGreaterThan", "aws:CurrentTime", "2023-11-14T22:13:19Z"), nil, true },
  { when("DateGreaterThan", "aws:CurrentTime", "2023-11-14"), nil, true },
  { when("DateLessThan", "aws:CurrentTime", "2023-11-15"), nil, true },
  { when("DateLessThan", "aws:CurrentTime", "1700000001"), nil, true },
  { when("DateEquals", "aws:CurrentTime", "2023-11-14T23:13:20+01:00"), nil, true },
  { when("DateNotEquals", "aws:CurrentTime", "2023-11-14T22:13:20Z"), nil, false },
  { when("DateLessThanEquals", "aws:EpochTime", "2023-11-14T22:13:20Z"), nil, true },
  { when("DateGreaterThanEquals", "aws:CurrentTime", "2023-11-14T22:13:20.5Z"), nil, false },
  { when("DateLessThan", "aws:TokenIssueTime", "2030-01-01T00:00:00Z"), nil, false },
  { when("DateLessThanIfExists", "aws:TokenIssueTime", "2020-01-01T00:00:00Z"), nil, true },
  -- booleans
  { when("Bool", "aws:SecureTransport", "true"), { ["aws:SecureTransport"] = "true" }, true },
  { when("Bool", "aws:SecureTransport", "True"), { ["aws:SecureTransport"] = "true" }, true },
  { when("Bool", "aws:SecureTransport", true), { ["aws:SecureTransport"] = "true" }, true },
  { when("Bool", "aws:SecureTransport", "false"), { ["aws:SecureTransport"] = "true" }, false },
  { when("Bool", "aws:MultiFactorAuthPresent", "false"), nil, false },
  { when("BoolIfExists", "aws:MultiFactorAuthPresent", "true"), nil, true },
  -- null
  { when("Null", TAG, "true"), nil, true },
  { when("Null", TAG, true), TEAM, false },
  { when("Null", TAG, "false"), TEAM, true },
  { when("Null", TAG, "false"), nil, false },
  -- addresses
  { when("IpAddress", "aws:SourceIp", "203.0.113.0/24"), ip "203.0.113.255", true },
  { when("IpAddress", "aws:SourceIp", "203.0.113.0/24"), ip "203.0.114.0", false },
  { when("IpAddress", "aws:SourceIp", "203.0.113.7"), ip "203.0.113.7", true },
  { when("IpAddress", "aws:SourceIp", { "10.0.0.0/8", "2001:DB8:1234:5678::/64" }), ip "2001:db8:1234:5678:9::1", true },
  { when("IpAddress", "aws:SourceIp", "2001:DB8:1234:5678::/64"), ip "2001:db8:1234:5679::1", false },
  { when("IpAddress", "aws:SourceIp", "0.0.0.0/0"), ip "2001:db8::1", false },
  { when("IpAddress", "aws:SourceIp", "0.0.0.0/0"), ip "127.0.0.1", true },
  { when("NotIpAddress", "aws:SourceIp", { "10.0.0.0/8", "192.168.0.0/16" }), ip "192.168.1.1", false },
  { when("NotIpAddress", "aws:SourceIp", "10.0.0.0/9"), ip "10.128.0.1", true },
  { when("NotIpAddress", "aws:SourceIp", "10.0.0.0/8"), nil, true },
  { when("IpAddress", "aws:SourceIp", "10.0.0.0/8"), nil, false },
  { when("IpAddressIfExists", "aws:SourceIp", "10.0.0.0/8"), nil, true },
  -- sets of values
  { when("ForAllValues:StringEquals", "aws:TagKeys", { "a", "b" }), tags("a"), true },
  { when("ForAllValues:StringEquals", "aws:TagKeys", { "a", "b" }), tags("a", "b"), true },
  { when("ForAllValues:StringEquals", "aws:TagKeys", { "a", "b" }), tags("a", "c"), false },
  { when("ForAllValues:StringEquals", "aws:TagKeys", { "a", "b" }), nil, true },
  { when("ForAllValues:StringLike", "aws:TagKeys", "a*"), tags("a1", "a2"), true },
  { when("ForAllValues:StringNotEquals", "aws:TagKeys", { "a", "b" }), tags("c", "a"), false },
  { when("ForAllValues:StringNotEquals", "aws:TagKeys", { "a", "b" }), tags("c", "d"), true },
  { when("ForAnyValue:StringEquals", "aws:TagKeys", { "a", "b" }), tags("c", "b"), true },
  { when("ForAnyValue:StringEquals", "aws:TagKeys", { "a", "b" }), tags("c"), false },
  { when("ForAnyValue:StringEquals", "aws:TagKeys", { "a", "b" }), nil, false },
  { when("ForAnyValue:StringNotEquals", "aws:TagKeys", { "a", "b" }), tags("a", "c"), true },
  { when("ForAnyValue:StringNotEquals", "aws:TagKeys", { "a", "b" }), tags("a", "b"), false },
  { when("ForAnyValue:StringEqualsIfExists", "aws:TagKeys", "a"), nil, true },
  { { ["ForAllValues:StringEquals"] = { ["aws:TagKeys"] = { "a" } }, Null = { ["aws:TagKeys"] = "false" } }, nil, false },
  -- what follows from who asks
  { when("StringEquals", "aws:username", "alice"), nil, true },
  { when("StringEquals", "aws:PrincipalType", "User"), nil, true },
  { when("StringEquals", "aws:RequestedRegion", { "us-east-1", "us-west-2" }), nil, true },
  { when("StringEquals", "aws:ResourceAccount", "111122223333"), nil, true },
  { when("StringEquals", "aws:ResourceAccount", "${aws:PrincipalAccount}"), nil, false },
  { when("StringNotEquals", "aws:ResourceAccount", "${aws:PrincipalAccount}"), nil, true },
  { when("Bool", "aws:PrincipalIsAWSService", "false"), nil, true },
  { when("BinaryEquals", TAG, "QmlyZHM="), { [TAG] = "QmlyZHM=" }, true },
}

local function shown(row) return cjson.encode(row[1]) .. " of " .. cjson.encode(row[2] or {}) end

describe("a condition", function()
  for _, row in ipairs(ROWS) do
    it((row[3] and "holds: " or "does not hold: ") .. shown(row), function()
      local decision, unknown = decide(row[1], row[2])
      assert.same({}, unknown)
      assert.equal(row[3] and "Allow" or nil, decision)
    end)

    it((row[3] and "denies: " or "does not deny: ") .. shown(row), function()
      assert.equal(row[3] and "Deny" or nil, (decide(row[1], row[2], { Effect = "Deny" })))
    end)
  end
end)

-- The other elements of a statement, for a copy by alice.
local ELEMENTS = {
  { { Action = "rekognition:copyprojectversion" }, true },
  { { Action = "Rekognition:Copy*" }, true },
  { { Action = "rekognition:CopyProjectVersio?" }, true },
  { { Action = "rekognition:Describe*" }, false },
  { { Action = "s3:*" }, false },
  { { Action = { "rekognition:DeleteProject", "*" } }, true },
  { { NotAction = "rekognition:Delete*" }, true },
  { { NotAction = { "s3:*", "rekognition:*" } }, false },
  { { Resource = VERSION }, true },
  { { Resource = "arn:aws:rekognition:us-east-1:111122223333:project/birds/version/*" }, true },
  { { Resource = "arn:aws:rekognition:us-east-1:111122223333:project/birds/version/v?/*" }, true },
  { { Resource = "arn:aws:rekognition:us-east-1:111122223333:project/Birds/version/*" }, false },
  { { Resource = "arn:aws:rekognition:*:111122223333:project/*" }, true },
  { { Resource = "arn:aws:rekognition:us-east-1:*" }, true },
  { { Resource = "arn:aws:rekognition:eu-west-1:111122223333:project/birds/version/v1/*" }, false },
  { { Resource = "arn:aws:rekognition:us-east-1:111122223333:project/birds/*" }, true },
  { { Resource = "arn:aws:rekognition:us-east-1:111122223333:project/${aws:PrincipalTag/team, 'birds'}/*" }, true },
  { { Resource = "arn:aws:rekognition:us-east-1:111122223333:project/${aws:username}/*" }, false },
  { { NotResource = "arn:aws:rekognition:us-east-1:111122223333:project/cats/*" }, true },
  { { NotResource = { "arn:aws:rekognition:*:*:project/cats/*", "arn:aws:rekognition:*:*:project/birds/*" } }, false },
  { { Principal = "*" }, true },
  { { Principal = { AWS = "*" } }, true },
  { { Principal = { AWS = "arn:aws:iam::555555555555:root" } }, true },
  { { Principal = { AWS = { "111122223333", ALICE } } }, true },
  { { Principal = { AWS = "arn:aws:iam::555555555555:user/alice" } }, false },
  { { Principal = { AWS = "arn:aws:iam::555555555555:role/alice" } }, false },
  { { Principal = { AWS = "arn:aws:sts::555555555555:assumed-role/alice/alice" } }, false },
  { { Principal = { AWS = "111122223333" } }, false },
  { { Principal = { Service = "rekognition.amazonaws.com" } }, false },
  { { Principal = { Federated = "cognito-identity.amazonaws.com", AWS = "555555555555" } }, true },
}

describe("a statement", function()
  for _, row in ipairs(ELEMENTS) do
    it((row[2] and "means alice's copy: " or "does not mean alice's copy: ") .. cjson.encode(row[1]), function()
      local fields = row[1]
      local base = { Effect = "Allow", Principal = fields.Principal or "*" }
      base.Action = not fields.NotAction and (fields.Action or "*") or nil
      base.Resource = not fields.NotResource and (fields.Resource or "*") or nil
      base.NotAction, base.NotResource = fields.NotAction, fields.NotResource
      local text = cjson.encode { Version = "2012-10-17", Statement = { base } }
      local who = { account = "555555555555", arn = ALICE, complete = true }
      assert.equal(row[2] and "Allow" or nil, (policy.decide(text, who, VERSION)))
    end)
  end
end)

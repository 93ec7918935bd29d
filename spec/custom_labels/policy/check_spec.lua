-- policy.check: documents that AWS takes and documents that it refuses, with where the fault is.

local policy = require "rekognition.custom_labels.policy"
local cjson = require("cjson").new()

local VERSION = "arn:aws:rekognition:us-east-1:111122223333:project/my_project/version/test_1/1627045542080"
local ROOT = { AWS = "arn:aws:iam::555555555555:root" }

-- A document of one statement; `fields` replace what is in it, false removes.
local function document(fields, outer)
  local statement = { Effect = "Allow", Principal = ROOT, Action = "rekognition:CopyProjectVersion", Resource = VERSION }
  for key, value in pairs(fields or {}) do statement[key] = value or nil end
  local whole = { Version = "2012-10-17", Statement = { statement } }
  for key, value in pairs(outer or {}) do whole[key] = value or nil end
  return cjson.encode(whole)
end

local function principal(...)
  return document { Principal = { AWS = { ... } } }
end

local function condition(operator, key, value)
  return document { Condition = { [operator] = { [key] = value } } }
end

local GOOD = {
  ["the guide's example"] = [[{
  "Version":"2012-10-17",
  "Statement":[
    {
      "Effect":"Allow",
      "Principal":{ "AWS":"arn:aws:iam::111111111111:role/Admin" },
      "Action":"rekognition:CopyProjectVersion",
      "Resource":"arn:aws:rekognition:us-east-1:111111111111:project/my_project/version/test_1/1627045542080"
    } ] }]],
  ["ListProjectPolicies' example"] = document { Resource = "*",
    Principal = { AWS = "arn:aws:iam::111122223333:root" } },
  ["what people use: everyone, limited to a role"] = document { Sid = "AllowRole", Principal = { AWS = "*" },
    Condition = { ArnEquals = { ["aws:PrincipalArn"] = "arn:aws:iam::555555555555:role/Copy" } } },
  ["a statement that isn't in a list"] = document(nil, { Statement = { Effect = "Deny", Principal = "*",
    Action = "rekognition:CopyProjectVersion", Resource = "*" } }),
  ["the older language"] = document(nil, { Version = "2008-10-17" }),
  ["no Version"] = document(nil, { Version = false }),
  ["an Id"] = document(nil, { Id = "copies" }),
  ["everyone"] = document { Principal = "*" },
  ["an account's id"] = principal "555555555555",
  ["a user with a path"] = principal "arn:aws:iam::555555555555:user/team/a/alice",
  ["a role with a path"] = principal "arn:aws:iam::555555555555:role/service-role/Copy",
  ["a session"] = principal "arn:aws:sts::555555555555:assumed-role/Copy/session-1",
  ["a federated user"] = principal "arn:aws:sts::555555555555:federated-user/alice",
  ["several principals"] = principal("555555555555", "arn:aws:iam::999999999999:root"),
  ["another partition"] = principal "arn:aws-cn:iam::555555555555:root",
  ["a service"] = document { Principal = { Service = "rekognition.amazonaws.com" } },
  ["an action in other letters"] = document { Action = "rekognition:copyprojectversion" },
  ["a list of actions"] = document { Action = { "rekognition:CopyProjectVersion" } },
  ["every version of a project"] = document {
    Resource = "arn:aws:rekognition:us-east-1:111122223333:project/my_project/version/*" },
  ["a resource with a variable"] = document {
    Resource = "arn:aws:rekognition:us-east-1:111122223333:project/${aws:PrincipalTag/team}/version/*" },
  ["two statements with their own Sids"] = document(nil, { Statement = {
    { Sid = "a", Effect = "Allow", Principal = ROOT, Action = "rekognition:CopyProjectVersion", Resource = "*" },
    { Sid = "b", Effect = "Deny", Principal = "*", Action = "rekognition:CopyProjectVersion", Resource = "*" } } }),
  ["a Sid with other characters"] = document { Sid = "Allow copies, please" },
  ["an organization"] = condition("StringEquals", "aws:PrincipalOrgID", "o-abcdef1234"),
  ["IfExists"] = condition("StringEqualsIfExists", "aws:PrincipalOrgID", { "o-a", "o-b" }),
  ["letters don't count"] = condition("StringNotEqualsIgnoreCase", "aws:PrincipalTag/team", "A"),
  ["Bool"] = condition("Bool", "aws:SecureTransport", "true"),
  ["Bool, as JSON's own"] = condition("BoolIfExists", "aws:MultiFactorAuthPresent", true),
  ["addresses"] = condition("IpAddress", "aws:SourceIp", { "203.0.113.0/24", "2001:DB8:1234:5678::/64", "192.0.2.1" }),
  ["NotIpAddress"] = condition("NotIpAddress", "aws:SourceIp", "::ffff:192.0.2.0/120"),
  ["a date"] = condition("DateLessThan", "aws:CurrentTime", "2027-06-30T23:59:59Z"),
  ["a day"] = condition("DateGreaterThanEquals", "aws:CurrentTime", "2020-04-01"),
  ["a date with a zone"] = condition("DateEquals", "aws:CurrentTime", "2020-04-01T12:00+02:00"),
  ["an epoch"] = condition("DateGreaterThan", "aws:EpochTime", "1700000000"),
  ["a number"] = condition("NumericLessThanEquals", "aws:MultiFactorAuthAge", "3600"),
  ["a number, as JSON's own"] = condition("NumericNotEquals", "aws:MultiFactorAuthAge", 3600),
  ["bytes"] = condition("BinaryEquals", "aws:PrincipalTag/key", "QmluYXJ5VmFsdWU="),
  ["Null"] = condition("Null", "aws:TokenIssueTime", "false"),
  ["every value"] = condition("ForAllValues:StringLike", "aws:TagKeys", { "team", "cost*" }),
  ["some value"] = condition("ForAnyValue:StringNotEqualsIfExists", "aws:PrincipalOrgPaths", "o-a/r-b/*"),
  ["Arn operators"] = condition("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/Copy*"),
  ["a key in other letters"] = condition("StringEquals", "AWS:principalaccount", "555555555555"),
  ["blanks and line ends"] = "\n\t" .. document() .. "\r\n",
  ["2,000 characters"] = document { Sid = ("x"):rep(2000 - #document { Sid = "" }) },
  ["Latin-1 letters"] = document { Sid = "\u{E9}\u{FF}" },
}

local BAD = { -- the document, and the path and a piece of the message of the first problem
  ["the model's example: ALLOW"] = { document { Effect = "ALLOW" }, "Statement[1].Effect", 'must be Allow or Deny' },
  ["the model's example: a name as Principal"] = { document { Principal = "principal" }, "Statement[1].Principal",
    'must be "*" or like' },
  ["the model's example: in single quotes"] = { "'" .. document() .. "'", "", "not JSON" },
  ["not JSON"] = { "no JSON", "", "not JSON" },
  ["half of it"] = { document():sub(1, -2), "", "not JSON" },
  ["two documents"] = { document() .. document(), "", "not JSON" },
  ["a member twice"] = { '{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}', "",
    'the member "Version" twice at line 1' },
  ["Effect twice"] = { (document():gsub('"Effect":"Allow"', '"Effect":"Deny","Effect":"Allow"')), "", "twice" },
  ["a comma too many"] = { (document():gsub("}$", ",}")), "", "not JSON" },
  ["a list"] = { "[]", "", "must be a JSON object" },
  ["nothing in it"] = { "{}", "", "must have Statement" },
  ["no statement"] = { '{"Version":"2012-10-17","Statement":[]}', "Statement", "not empty" },
  ["a Version that there isn't"] = { document(nil, { Version = "2020-01-01" }), "Version", '"2012-10-17"' },
  ["a Version as a date"] = { document(nil, { Version = 2012 }), "Version", "got 2012" },
  ["an element that there isn't"] = { document(nil, { Extra = 1 }), "Extra", "is not an element" },
  ["an element of a statement that there isn't"] = { document { Effects = "Allow" }, "Statement[1].Effects", "element" },
  ["a statement that is text"] = { '{"Statement":["x"]}', "Statement[1]", "must be an object" },
  ["no Effect"] = { document { Effect = false }, "Statement[1]", "must have Effect" },
  ["no Principal"] = { document { Principal = false }, "Statement[1]", "must have Principal" },
  ["no Action"] = { document { Action = false }, "Statement[1]", "must have Action" },
  ["no Resource"] = { document { Resource = false }, "Statement[1]", "must have Resource" },
  ["NotAction"] = { document { NotAction = "x:y" }, "Statement[1].NotAction", "is not allowed" },
  ["NotResource"] = { document { Resource = false, NotResource = "*" }, "Statement[1].NotResource", "is not allowed" },
  ["NotPrincipal"] = { document { Principal = false, NotPrincipal = "*" }, "Statement[1].NotPrincipal",
    "is not allowed" },
  ["another action"] = { document { Action = "rekognition:DetectLabels" }, "Statement[1].Action",
    "must be rekognition:CopyProjectVersion" },
  ["every action"] = { document { Action = "rekognition:*" }, "Statement[1].Action", "must be rekognition:Copy" },
  ["no actions"] = { document { Action = {} }, "Statement[1].Action", "must" },
  ["a number for an action"] = { document { Action = 1 }, "Statement[1].Action", "must be a string" },
  ["a role with a star"] = { principal "arn:aws:iam::555555555555:role/*", "Statement[1].Principal.AWS",
    "can't have wildcards" },
  ["any account's role"] = { principal "arn:aws:iam::*:role/Copy", "Statement[1].Principal.AWS", "wildcards" },
  ["a group"] = { principal "arn:aws:iam::555555555555:group/devs", "Statement[1].Principal.AWS", "group" },
  ["a principal that was deleted"] = { principal "AROAJQABLZS4A3QDU576Q", "Statement[1].Principal.AWS", "deleted" },
  ["a name"] = { principal "alice", "Statement[1].Principal.AWS", "12 digits" },
  ["eleven digits"] = { principal "55555555555", "Statement[1].Principal.AWS", "12 digits" },
  ["an ARN of S3"] = { principal "arn:aws:s3:::bucket", "Statement[1].Principal.AWS", "12 digits" },
  ["a session without its name"] = { principal "arn:aws:sts::555555555555:assumed-role/Copy",
    "Statement[1].Principal.AWS", "a session" },
  ["an unknown kind of principal"] = { document { Principal = { Aws = "*" } }, "Statement[1].Principal.Aws", "AWS" },
  ["an empty Principal"] = { (document():gsub('"Principal":%b{}', '"Principal":{}')), "Statement[1].Principal", "must" },
  ["a Principal that is a list"] = { (document():gsub('"Principal":%b{}', '"Principal":["*"]')),
    "Statement[1].Principal", "must" },
  ["a Resource that is no ARN"] = { document { Resource = "my_project" }, "Statement[1].Resource", "six parts" },
  ["a Resource with five parts"] = { document { Resource = "arn:aws:rekognition:us-east-1:111122223333" },
    "Statement[1].Resource", "six parts" },
  ["a Resource of S3"] = { document { Resource = "arn:aws:s3:::bucket/*" }, "Statement[1].Resource", "Rekognition" },
  ["a star for the service"] = { document { Resource = "arn:aws:*:us-east-1:111122223333:project/p/version/*" },
    "Statement[1].Resource", "without wildcards" },
  ["a number for a Resource"] = { document { Resource = 1 }, "Statement[1].Resource", "must be a string" },
  ["a number for a Sid"] = { document { Sid = 1 }, "Statement[1].Sid", "must be a string" },
  ["the same Sid twice"] = { document(nil, { Statement = {
    { Sid = "a", Effect = "Allow", Principal = ROOT, Action = "rekognition:CopyProjectVersion", Resource = "*" },
    { Sid = "a", Effect = "Deny", Principal = "*", Action = "rekognition:CopyProjectVersion", Resource = "*" } } }),
    "Statement[2].Sid", "must differ" },
  ["a Condition that is text"] = { document { Condition = "x" }, "Statement[1].Condition", "must be an object" },
  ["a Condition that is a list"] = { (document { Condition = "x" }):gsub('"Condition":"x"', '"Condition":[]'),
    "Statement[1].Condition", "must be an object" },
  ["an operator that there isn't"] = { condition("StringMatches", "aws:PrincipalArn", "x"),
    "Statement[1].Condition.StringMatches", "is not a condition operator" },
  ["an operator in other letters"] = { condition("stringEquals", "aws:PrincipalArn", "x"),
    "Statement[1].Condition.stringEquals", "operator" },
  ["NullIfExists"] = { condition("NullIfExists", "aws:PrincipalArn", "true"), "Statement[1].Condition.NullIfExists",
    "operator" },
  ["a set operator that there isn't"] = { condition("ForEachValue:StringEquals", "aws:TagKeys", "x"),
    "Statement[1].Condition.ForEachValue:StringEquals", "operator" },
  ["a key without a service"] = { condition("StringEquals", "PrincipalArn", "x"),
    "Statement[1].Condition.StringEquals.PrincipalArn", "condition key" },
  ["a date that isn't one"] = { condition("DateLessThan", "aws:CurrentTime", "2020-02-30T00:00:00Z"),
    "Statement[1].Condition.DateLessThan.aws:CurrentTime", "must be what DateLessThan compares (date)" },
  ["a number that isn't one"] = { condition("NumericEquals", "aws:MultiFactorAuthAge", "soon"),
    "Statement[1].Condition.NumericEquals.aws:MultiFactorAuthAge", "number" },
  ["an address that isn't one"] = { condition("IpAddress", "aws:SourceIp", "203.0.113.0/33"),
    "Statement[1].Condition.IpAddress.aws:SourceIp", "address" },
  ["a boolean that isn't one"] = { condition("Bool", "aws:SecureTransport", "yes"),
    "Statement[1].Condition.Bool.aws:SecureTransport", "boolean" },
  ["bytes that aren't base64"] = { condition("BinaryEquals", "aws:PrincipalTag/key", "*"),
    "Statement[1].Condition.BinaryEquals.aws:PrincipalTag/key", "bytes" },
  ["no values"] = { (condition("StringEquals", "aws:PrincipalArn", "x"):gsub('"x"', "[]")),
    "Statement[1].Condition.StringEquals.aws:PrincipalArn", "must not be an empty list" },
  ["null for a value"] = { (condition("StringEquals", "aws:PrincipalArn", "x"):gsub('"x"', "null")),
    "Statement[1].Condition.StringEquals.aws:PrincipalArn", "got null" },
  ["2,001 characters"] = { document { Sid = ("x"):rep(2001 - #document { Sid = "" }) }, "", "at most 2000 characters" },
  ["a character that isn't Latin-1"] = { document { Sid = "\u{4E16}" }, "", "U+4E16" },
  ["bytes that aren't UTF-8"] = { document { Sid = "\xFF" }, "", "UTF-8" },
  ["many levels"] = { ('{"Statement":'):rep(100), "", "levels" },
  ["a control character"] = { (document { Sid = "x" }:gsub('"x"', '"\1"')), "", "U+0001" },
}

describe("policy.check", function()
  for what, text in pairs(GOOD) do
    it("takes " .. what, function()
      local ok, problems = policy.check(text)
      assert.is_true(ok, problems and problems[1].path .. " " .. problems[1].message)
      assert.is_nil(problems)
    end)
  end

  for what, case in pairs(BAD) do
    it("refuses " .. what, function()
      local ok, problems = policy.check(case[1])
      assert.is_false(ok)
      assert.equal(case[2], problems[1].path, problems[1].message)
      assert.is_truthy(problems[1].message:find(case[3], 1, true), problems[1].message)
    end)
  end

  it("finds every problem of a document", function()
    local _, problems = policy.check(document { Effect = "allow", Principal = "x", Action = "s3:*", Resource = "y" })
    local paths = {}
    for i, problem in ipairs(problems) do paths[i] = problem.path end
    assert.same({ "Statement[1].Effect", "Statement[1].Principal", "Statement[1].Action", "Statement[1].Resource" }, paths)
  end)

  it("knows the other kinds of policies", function()
    local identity = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","NotAction":"s3:*","Resource":"*"}}'
    assert.is_true(policy.check(identity, "identity"))
    assert.is_false(policy.check(identity))
    assert.is_false(policy.check(document(), "identity"))
    assert.is_true(policy.check('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":'
      .. '"111122223333"},"Action":"sts:AssumeRole"}]}', "trust"))
    assert.is_false(policy.check(document(), "trust"))
  end)

  it("has at least 60 documents", function()
    local count = 0
    for _ in pairs(GOOD) do count = count + 1 end
    for _ in pairs(BAD) do count = count + 1 end
    assert.is_true(count >= 60)
  end)
end)

-- policy.build, policy.merge and policy.explain.

local policy = require "rekognition.custom_labels.policy"
local cjson = require("cjson").new()

local V1 = "arn:aws:rekognition:us-east-1:111122223333:project/birds/version/v1/1627045542080"
local V2 = "arn:aws:rekognition:us-east-1:111122223333:project/birds/version/v2/1627045542081"

local function refused(message, f, ...)
  local ok, problem = pcall(f, ...)
  assert.is_false(ok)
  assert.equal("validation", problem.kind)
  assert.is_true(#problem.problems >= 1)
  assert.is_truthy(tostring(problem):find(message, 1, true), tostring(problem))
end

describe("policy.build", function()
  it("names the exact version and the account's root", function()
    assert.equal('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":'
      .. '"arn:aws:iam::555555555555:root"},"Action":"rekognition:CopyProjectVersion","Resource":"' .. V1 .. '"}]}',
      policy.build { account = "555555555555", version = V1 })
  end)

  it("takes a role by name or ARN, several versions, a Sid, other partitions", function()
    local by_name = cjson.decode(policy.build { account = "555555555555", version = { V1, V2 }, role = "Copy", sid = "a" })
    assert.same({ Sid = "a", Effect = "Allow", Principal = { AWS = "arn:aws:iam::555555555555:role/Copy" },
      Action = "rekognition:CopyProjectVersion", Resource = { V1, V2 } }, by_name.Statement[1])
    local role = "arn:aws:iam::555555555555:role/path/Copy"
    assert.equal(role, cjson.decode(policy.build { account = "555555555555", version = V1, role = role })
      .Statement[1].Principal.AWS)
    assert.is_truthy(policy.build { account = "555555555555", version = V1:gsub("arn:aws:", "arn:aws-cn:") }
      :find("arn:aws-cn:iam::555555555555:root", 1, true))
  end)

  it("makes what the checker takes", function()
    for _, options in ipairs {
      { account = "555555555555", version = V1 }, { account = "555555555555", version = "*" },
      { account = "555555555555", version = { V1, V2 }, role = "Copy", sid = "two words" },
    } do
      assert.is_true(policy.check(policy.build(options)))
    end
  end)

  it("refuses what can't be", function()
    refused("account must be 12 digits, got \"1\"", policy.build, { account = "1", version = V1 })
    refused("version must be the ARN of a project version", policy.build, { account = "555555555555", version = "v1" })
    refused("version must be an ARN or a list", policy.build, { account = "555555555555", version = {} })
    refused("role can't have wildcards", policy.build, { account = "555555555555", version = V1, role = "*" })
    refused("role must be of the account 555555555555", policy.build,
      { account = "555555555555", version = V1, role = "arn:aws:iam::999999999999:role/x" })
  end)
end)

describe("policy.merge", function()
  local base = policy.build { account = "555555555555", version = V1 }

  it("makes a policy from nothing", function()
    assert.equal(base, policy.merge(nil, { account = "555555555555", version = V1 }))
    assert.equal(base, policy.merge("", policy.statement { account = "555555555555", version = V1 }))
  end)

  it("adds nothing that is there", function()
    assert.equal(base, policy.merge(base, { account = "555555555555", version = V1 }))
    assert.equal(base, policy.merge(base, { account = "555555555555", version = V1, sid = "other" }))
    assert.equal(base, policy.merge(base, { Effect = "Allow", Principal = { AWS = { "arn:aws:iam::555555555555:root" } },
      Action = { "rekognition:CopyProjectVersion" }, Resource = { V1 } }))
  end)

  it("joins resources, and keeps everything else apart", function()
    local both = cjson.decode(policy.merge(base, { account = "555555555555", version = V2 }))
    assert.equal(1, #both.Statement)
    assert.same({ V1, V2 }, both.Statement[1].Resource)
    local other = cjson.decode(policy.merge(base, { account = "999999999999", version = V1 }))
    assert.equal(2, #other.Statement)
    local deny = cjson.decode(policy.merge(base, { Effect = "Deny", Principal = "*", Resource = "*",
      Action = "rekognition:CopyProjectVersion" }))
    assert.same({ "Allow", "Deny" }, { deny.Statement[1].Effect, deny.Statement[2].Effect })
  end)

  it("keeps what a policy has: Id, Version, conditions, order, a single statement", function()
    local text = '{"Version":"2008-10-17","Id":"x","Statement":{"Sid":"s","Effect":"Deny","Principal":"*",'
      .. '"Action":"rekognition:CopyProjectVersion","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":false}}}}'
    local merged = policy.merge(text, { account = "555555555555", version = V1 })
    assert.is_truthy(merged:find('"Id":"x"', 1, true))
    assert.is_truthy(merged:find('"Condition":{"Bool":{"aws:SecureTransport":false}}}', 1, true))
    assert.equal("2008-10-17", cjson.decode(merged).Version)
  end)

  it("stays within 2,000 characters", function()
    local text = base
    refused("must have at most 2000 characters, got ", function()
      for i = 1, 100 do text = policy.merge(text, { account = "555555555555", version = V1 .. i }) end
    end)
    assert.is_true(#text <= 2000 and #text > 1800)
    assert.is_true(policy.check(text))
  end)

  it("refuses what isn't a policy or a statement, and a Sid that is taken", function()
    refused("the policy can't be read", policy.merge, "{", { account = "555555555555", version = V1 })
    refused("statement 1 can't be read", policy.merge, base, { Effect = "Allow" })
    refused("statement 1 must be an object", policy.merge, base, "text")
    local named = policy.build { account = "555555555555", version = V1, sid = "a" }
    refused("Sid must differ", policy.merge, named, { account = "999999999999", version = V1, sid = "a" })
  end)
end)

describe("policy.explain", function()
  for text, sentence in pairs {
    [policy.build { account = "555555555555", version = V1 }] =
      "Allows everyone in account 555555555555 to copy " .. V1 .. ".",
    [policy.build { account = "555555555555", version = { V1, V2 }, role = "Copy", sid = "s" }] =
      "s: Allows the role Copy of account 555555555555 to copy " .. V1 .. " and " .. V2 .. ".",
    ['{"Statement":{"Effect":"Deny","Principal":"*","Action":"rekognition:CopyProjectVersion","Resource":"*","Condition":'
      .. '{"StringNotEquals":{"aws:PrincipalOrgID":["o-1","o-2"]},"Null":{"aws:PrincipalOrgID":"false"}}}}'] =
      "Forbids everyone to copy any version of the project, if aws:PrincipalOrgID is not o-1 or o-2 (StringNotEquals) "
      .. "and aws:PrincipalOrgID is present.",
    ['{"Statement":{"Effect":"Allow","NotAction":["s3:*","sts:*"],"NotResource":"arn:aws:s3:::b"}}'] =
      "Allows the identity that has the policy to do everything except s3:* and sts:* on everything except "
      .. "arn:aws:s3:::b.",
  } do
    it("says: " .. sentence, function() assert.equal(sentence, policy.explain(text)) end)
  end

  it("refuses what isn't a policy", function() refused("the policy can't be read", policy.explain, "[]") end)
end)

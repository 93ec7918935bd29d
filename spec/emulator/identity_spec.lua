-- Users, roles and their sessions in the emulator: who may do what, and how a refusal reads.

local calls = require "spec.support.emulator_calls"
local client = require "spec.support.emulator_client"
local emulator = require "rekognition.emulator"
local sts = require "spec.support.emulator_sts"
local cjson = require("cjson").new()

local NOW = 1656611123.456
local OWNER, OTHER = "111122223333", "555555555555"

local function key(id) return { access_key_id = "AKIAEMULATOR0000" .. id, secret_access_key = "secret-of-the-key-" .. id } end

local function statement(fields)
  local one = { Effect = "Allow", Action = "rekognition:*", Resource = "*" }
  for name, value in pairs(fields or {}) do one[name] = value end
  return { Version = "2012-10-17", Statement = { one } }
end

local function user(name, id, policies, more)
  local one = { name = name, policies = policies, access_key_id = key(id).access_key_id,
                secret_access_key = key(id).secret_access_key }
  for field, value in pairs(more or {}) do one[field] = value end
  return one
end

local function trust(principal, fields)
  return statement { Action = "sts:AssumeRole", Principal = { AWS = principal }, Resource = false,
                     Condition = fields or nil }
end

local function clean(document)
  for _, one in ipairs(document.Statement) do
    if one.Resource == false then one.Resource = nil end
  end
  return document
end

local function identities()
  return {
    organization = "o-example",
    [OWNER] = {
      users = {
        user("alice", "AL01", { statement() }, { path = "/team/", tags = { team = "birds" } }),
        user("bob", "BO01", {}),
        user("carol", "CA01"),
        user("dave", "DA01", { statement(), statement { Effect = "Deny", Action = "rekognition:Delete*" } }),
        user("erin", "ER01", { statement { Action = "rekognition:DescribeProjectVersions",
          Resource = "arn:aws:rekognition:*:*:project/${aws:PrincipalTag/team}/*" } }, { tags = { team = "p" } }),
        user("frank", "FR01", { statement { Action = { "sts:AssumeRole", "sts:TagSession" } } }),
        user("tim", "TI01", { statement { Condition = { StringEquals = { ["aws:RequestTag/team"] = "birds" },
          ["ForAllValues:StringEquals"] = { ["aws:TagKeys"] = { "team" } } } } }),
      },
      roles = {
        { name = "Open", trust = clean(trust(OWNER)), policies = { statement() } },
        { name = "Named", path = "/service/", trust = clean(trust("arn:aws:iam::111122223333:user/bob")) },
        { name = "Outside", trust = clean(trust(OTHER, { StringEquals = { ["sts:ExternalId"] = "secret-word" } })) },
        { name = "Long", max_session_duration = 43200 },
        { name = "Tagged", trust = (function()
            local document = clean(trust(OWNER))
            document.Statement[1].Action = { "sts:AssumeRole", "sts:TagSession" }
            return document
          end)(), policies = { statement { Condition = { StringEquals = { ["aws:PrincipalTag/team"] = "birds" } } } } },
      },
    },
    [OTHER] = {
      users = { user("zoe", "ZO01", { statement(), statement { Action = "sts:*" } }), user("yann", "YA01", {}) },
      roles = { { name = "Copy", trust = clean(trust(OTHER)) }, { name = "Admin", trust = clean(trust(OTHER)) } },
    },
  }
end

local function new()
  local accounts = { table.unpack(emulator.DEFAULT_ACCOUNTS) }
  local time = { now = NOW }
  return emulator.new { accounts = accounts, identities = identities(), clock = function() return time.now end }, time
end

local function as(id) return { credentials = key(id) } end

describe("the emulator's identities", function()
  local service, time, arn, version

  before_each(function()
    service, time = new()
    arn = calls.project(service, "p")
    version = calls.train(service, time, arn, "v")
  end)

  local function refused(operation, params, options, reason)
    local code, message, status = client.fails(service, operation, params, options)
    assert.same({ "AccessDeniedException", 400 }, { code, status })
    assert.equal(reason, message)
  end

  it("let the root, and users without policies, do everything in their account", function()
    client.must(service, "DescribeProjectVersions", { ProjectArn = arn }, as "CA01")
    client.must(service, "DescribeProjects", {}, as "CA01")
  end)

  it("ask a user's policies", function()
    client.must(service, "DescribeProjectVersions", { ProjectArn = arn }, as "AL01")
    refused("DescribeProjectVersions", { ProjectArn = arn }, as "BO01", "User: arn:aws:iam::111122223333:user/bob is not "
      .. "authorized to perform: rekognition:DescribeProjectVersions on resource: " .. arn
      .. " because no identity-based policy allows the rekognition:DescribeProjectVersions action")
    refused("DescribeProjects", {}, as "BO01", "User: arn:aws:iam::111122223333:user/bob is not authorized to perform: "
      .. "rekognition:DescribeProjects because no identity-based policy allows the rekognition:DescribeProjects action")
    refused("DeleteProjectVersion", { ProjectVersionArn = version }, as "DA01", "User: arn:aws:iam::111122223333:user/dave"
      .. " is not authorized to perform: rekognition:DeleteProjectVersion on resource: " .. version
      .. " with an explicit deny in an identity-based policy")
  end)

  it("expand variables by a user's tags", function()
    client.must(service, "DescribeProjectVersions", { ProjectArn = arn }, as "ER01")
    local second = calls.project(service, "q")
    assert.equal("AccessDeniedException",
      (client.fails(service, "DescribeProjectVersions", { ProjectArn = second }, as "ER01")))
  end)

  it("see a request's tags", function()
    client.must(service, "CreateProject", { ProjectName = "a", Tags = { team = "birds" } }, as "TI01")
    for _, tags in ipairs { { team = "cats" }, { team = "birds", other = "x" } } do
      assert.equal("AccessDeniedException",
        (client.fails(service, "CreateProject", { ProjectName = "b", Tags = tags }, as "TI01")))
    end
  end)

  it("never reach into another account, but for copies", function()
    refused("DescribeProjectVersions", { ProjectArn = arn }, as "ZO01", "User: arn:aws:iam::555555555555:user/zoe is not "
      .. "authorized to perform: rekognition:DescribeProjectVersions on resource: " .. arn
      .. " because no resource-based policy allows the rekognition:DescribeProjectVersions action")
  end)

  it("tell who they are, whatever their policies say", function()
    for id, expected in pairs { AL01 = "arn:aws:iam::111122223333:user/team/alice",
                                BO01 = "arn:aws:iam::111122223333:user/bob" } do
      local who = sts.must(service, "GetCallerIdentity", {}, as(id))
      assert.equal(expected, who.Arn)
      assert.equal(OWNER, who.Account)
      assert.matches("^AIDA[0-9A-Z]+$", who.UserId)
    end
    local root = sts.must(service, "GetCallerIdentity", {})
    assert.same({ OWNER, "arn:aws:iam::111122223333:root", OWNER }, { root.Account, root.Arn, root.UserId })
  end)

  describe("in sessions of roles", function()
    local function assume(role, id, more, account)
      local params = { RoleArn = ("arn:aws:iam::%s:role/%s"):format(account or OWNER, role), RoleSessionName = "one" }
      for name, value in pairs(more or {}) do params[name] = value end
      return sts.must(service, "AssumeRole", params, as(id))
    end

    local function keys_of(session)
      return { credentials = { access_key_id = session.AccessKeyId, secret_access_key = session.SecretAccessKey,
                               session_token = session.SessionToken } }
    end

    local function fails(role, id, more, account)
      local params = { RoleArn = ("arn:aws:iam::%s:role/%s"):format(account or OWNER, role), RoleSessionName = "one" }
      for name, value in pairs(more or {}) do params[name] = value end
      return sts.fails(service, "AssumeRole", params, id == "root" and {} or as(id))
    end

    it("act with the role's policies, until they end", function()
      local session = assume("Open", "CA01")
      assert.equal("2022-06-30T18:45:28Z", session.Expiration)
      assert.equal("arn:aws:sts::111122223333:assumed-role/Open/one", session.Arn)
      local options = keys_of(session)
      client.must(service, "DescribeProjectVersions", { ProjectArn = arn }, options)
      assert.equal(session.Arn, sts.must(service, "GetCallerIdentity", {}, options).Arn)
      time.now, options.time = time.now + 3600, nil
      assert.equal("ExpiredTokenException",
        (client.fails(service, "DescribeProjectVersions", { ProjectArn = arn }, options)))
      assert.equal("ExpiredToken", (sts.fails(service, "GetCallerIdentity", {}, options)))
    end)

    it("are good after a restart", function()
      local options = keys_of(assume("Open", "CA01"))
      client.must((new()), "DescribeProjects", {}, options)
    end)

    it("are refused with a token that was changed, or without it", function()
      local options = keys_of(assume("Open", "CA01"))
      local token = options.credentials.session_token
      options.credentials.session_token = token:sub(1, 20) .. (token:sub(21, 21) == "0" and "1" or "0") .. token:sub(22)
      assert.equal("UnrecognizedClientException", (client.fails(service, "DescribeProjects", {}, options)))
      options.credentials.session_token = nil
      assert.equal("UnrecognizedClientException", (client.fails(service, "DescribeProjects", {}, options)))
    end)

    it("need an identity policy inside the account, unless the role names the user", function()
      assert.equal("AccessDenied", (fails("Open", "BO01")))
      assert.equal("AccessDenied", (fails("Named", "BO01"))) -- the path is part of a role's ARN
      assume("service/Named", "BO01")
      assume("Open", "FR01")
      local code, message, status = fails("service/Named", "CA01")
      assert.same({ "AccessDenied", 403 }, { code, status })
      assert.equal("User: arn:aws:iam::111122223333:user/carol is not authorized to perform: sts:AssumeRole on resource: "
        .. "arn:aws:iam::111122223333:role/service/Named", message)
    end)

    it("need both sides across accounts, and the external id", function()
      assume("Outside", "ZO01", { ExternalId = "secret-word" })
      assert.equal("AccessDenied", (fails("Outside", "ZO01")))
      assert.equal("AccessDenied", (fails("Outside", "ZO01", { ExternalId = "other" })))
      assert.equal("AccessDenied", (fails("Outside", "YA01", { ExternalId = "secret-word" })))
    end)

    it("are not for the root, and not of roles that aren't there", function()
      assert.same({ "AccessDenied", "Roles may not be assumed by root accounts.", 403 }, { fails("Open", "root") })
      assert.equal("AccessDenied", (fails("Nobody", "CA01")))
    end)

    it("are limited by a policy of their own", function()
      local limited = keys_of(assume("Open", "CA01", { Policy = cjson.encode(statement {
        Action = "rekognition:DescribeProjects" }) }))
      client.must(service, "DescribeProjects", {}, limited)
      refused("DescribeProjectVersions", { ProjectArn = arn }, limited, "User: arn:aws:sts::111122223333:assumed-role/Open"
        .. "/one is not authorized to perform: rekognition:DescribeProjectVersions on resource: " .. arn
        .. " because no session policy allows the rekognition:DescribeProjectVersions action")
      assert.equal("MalformedPolicyDocument", (fails("Open", "CA01", { Policy = "{" })))
    end)

    it("carry tags where the role lets them", function()
      local tags = { ["Tags.member.1.Key"] = "team", ["Tags.member.1.Value"] = "birds" }
      client.must(service, "DescribeProjects", {}, keys_of(assume("Tagged", "CA01", tags)))
      assert.equal("AccessDeniedException",
        (client.fails(service, "DescribeProjects", {}, keys_of(assume("Tagged", "CA01")))))
      assert.equal("AccessDenied", (fails("Open", "CA01", tags)))
    end)

    it("last as long as they may", function()
      assume("Long", "CA01", { DurationSeconds = "43200" })
      for seconds, message in pairs { ["899"] = "greater than or equal to 900", ["43201"] = "less than or equal to 43200",
                                      ["3601"] = "exceeds the MaxSessionDuration", x = "must be an integer" } do
        local code, text = fails("Open", "CA01", { DurationSeconds = seconds })
        assert.equal("ValidationError", code)
        assert.is_truthy(text:find(message, 1, true), text)
      end
      local chained = keys_of(assume("Open", "CA01"))
      local code, text = sts.fails(service, "AssumeRole", { RoleArn = "arn:aws:iam::111122223333:role/Long",
        RoleSessionName = "two", DurationSeconds = "3601" }, chained)
      assert.equal("AccessDenied", code) -- Open's policies don't have it
      assert.is_string(text)
    end)

    for what, case in pairs {
      ["no role"] = { { RoleArn = "" }, "RoleArn" }, ["no session name"] = { { RoleSessionName = "" }, "RoleSessionName" },
      ["a name of one letter"] = { { RoleSessionName = "x" }, "greater than or equal to 2" },
      ["a name with a slash"] = { { RoleSessionName = "a/b" }, "regular expression" },
      ["a long name"] = { { RoleSessionName = ("x"):rep(65) }, "less than or equal to 64" },
      ["a short external id"] = { { ExternalId = "x" }, "greater than or equal to 2" },
      ["an ARN that isn't a role's"] = { { RoleArn = "arn:aws:iam::111122223333:user/alice" }, "is invalid" },
    } do
      it("are refused with " .. what, function()
        local code, message = fails("Open", "CA01", case[1])
        assert.equal("ValidationError", code)
        assert.is_truthy(message:find(case[2], 1, true), message)
      end)
    end

    it("copy by a policy for their role, for them, or for the account", function()
      local there = calls.project(service, "there", calls.OTHER)
      local copy, admin = assume("Copy", "ZO01", nil, OTHER), assume("Admin", "ZO01", nil, OTHER)
      local number = 0
      local function try(principal, session, condition)
        number = number + 1
        local document = calls.policy { Principal = principal, Condition = condition }
        client.must(service, "PutProjectPolicy", { ProjectArn = arn, PolicyName = "p", PolicyDocument = document })
        local body, status = client.call(service, "CopyProjectVersion", calls.copy_params(arn, version, there,
          "c" .. number), keys_of(session))
        client.must(service, "DeleteProjectPolicy", { ProjectArn = arn, PolicyName = "p" })
        return status == 200 or body.__type
      end
      local role = "arn:aws:iam::555555555555:role/Copy"
      assert.is_true(try({ AWS = role }, copy))
      assert.equal("AccessDeniedException", try({ AWS = role }, admin))
      assert.is_true(try({ AWS = copy.Arn }, copy))
      assert.is_true(try({ AWS = OTHER }, admin))
      assert.is_true(try({ AWS = "*" }, copy, { ArnEquals = { ["aws:PrincipalArn"] = role } }))
      assert.equal("AccessDeniedException", try({ AWS = "*" }, admin, { ArnEquals = { ["aws:PrincipalArn"] = role } }))
      assert.is_true(try({ AWS = "*" }, admin, { StringEquals = { ["aws:PrincipalOrgID"] = "o-example" } }))
      assert.equal("AccessDeniedException", try({ AWS = "*" }, admin, { ArnLike = { ["aws:PrincipalArn"] = "arn:*" } }))
    end)
  end)

  it("copy inside an account by either policy", function()
    local function put(principal)
      client.call(service, "DeleteProjectPolicy", { ProjectArn = arn, PolicyName = "p" })
      client.must(service, "PutProjectPolicy", { ProjectArn = arn, PolicyName = "p",
        PolicyDocument = calls.policy { Principal = principal } })
    end
    local params = calls.copy_params(arn, version, arn, "c")
    client.must(service, "CopyProjectVersion", params, as "AL01")
    params.VersionName = "d"
    -- Bob's own policies have nothing for the destination.
    put { AWS = "arn:aws:iam::111122223333:user/bob" }
    assert.equal("AccessDeniedException", (client.fails(service, "CopyProjectVersion", params, as "BO01")))
  end)

  it("need their own permission across accounts too", function()
    client.must(service, "PutProjectPolicy", { ProjectArn = arn, PolicyName = "p",
      PolicyDocument = calls.policy { Principal = { AWS = OTHER } } })
    local there = calls.project(service, "there", calls.OTHER)
    client.must(service, "CopyProjectVersion", calls.copy_params(arn, version, there, "c"), as "ZO01")
    local params = calls.copy_params(arn, version, there, "d")
    local _, message = client.fails(service, "CopyProjectVersion", params, as "YA01")
    assert.matches("because no identity%-based policy allows the rekognition:CopyProjectVersion action$", message)
  end)

  for what, case in pairs {
    ["an account that isn't one"] = { { ["1"] = {} }, "identities must have accounts of 12 digits, got 1" },
    ["a name with a blank"] = { { [OWNER] = { users = { { name = "a b" } } } }, "users[1].name must have 1 to 64" },
    ["a policy that isn't one"] = { { [OWNER] = { users = { { name = "a", policies = { "{" } } } } },
      "users[1].policies[1] must be a policy document" },
    ["a boundary that isn't one"] = { { [OWNER] = { users = { { name = "a", permissions_boundary = "{" } } } },
      "users[1].permissions_boundary must be a policy document" },
    ["a trust policy that isn't one"] = { { [OWNER] = { roles = { { name = "a", trust = statement() } } } },
      "roles[1].trust must be a policy document" },
    ["a key without a secret"] = { { [OWNER] = { users = { { name = "a", access_key_id = "x" } } } },
      "secret_access_key must be a text" },
    ["something unknown"] = { { [OWNER] = { groups = {} } }, "groups is not known" },
    ["a path without its end"] = { { [OWNER] = { users = { { name = "a", path = "/x" } } } }, "must begin and end with /" },
    ["a session that is too short"] = { { [OWNER] = { roles = { { name = "a", max_session_duration = 60 } } } },
      "from 3600 to 43200" },
  } do
    it("are refused with " .. what, function()
      local ok, problem = pcall(emulator.new, { identities = case[1] })
      assert.is_false(ok)
      assert.is_truthy(problem:find(case[2], 1, true), problem)
    end)
  end
end)

-- The emulator's project policies.

local calls = require "spec.support.emulator_calls"
local client = require "spec.support.emulator_client"

local OTHER, policy, project, with_clock = calls.OTHER, calls.policy, calls.project, calls.with_clock

describe("the emulator", function()
  describe("with policies", function()
    local service, time, arn

    before_each(function()
      service, time = with_clock()
      arn = project(service, "p")
    end)

    local function put(name, revision, document)
      return { ProjectArn = arn, PolicyName = name, PolicyRevisionId = revision, PolicyDocument = document or policy() }
    end

    it("keeps revisions", function()
      local first = client.must(service, "PutProjectPolicy", put("a")).PolicyRevisionId
      assert.matches("^%x+$", first)
      assert.equal(32, #first)
      assert.equal("ResourceAlreadyExistsException", (client.fails(service, "PutProjectPolicy", put("a"))))
      time.now = time.now + 10
      local second = client.must(service, "PutProjectPolicy", put("a", first)).PolicyRevisionId
      assert.not_equal(first, second)
      assert.equal("InvalidPolicyRevisionIdException", (client.fails(service, "PutProjectPolicy", put("a", first))))
      assert.equal("InvalidPolicyRevisionIdException", (client.fails(service, "PutProjectPolicy", put("b", first))))
      local listed = client.must(service, "ListProjectPolicies", { ProjectArn = arn }).ProjectPolicies
      assert.same({ { ProjectArn = arn, PolicyName = "a", PolicyRevisionId = second, PolicyDocument = policy(),
                      CreationTimestamp = 1656611123.457, LastUpdatedTimestamp = 1656611133.456 } }, listed)
    end)

    it("deletes by name, and by a revision that is current", function()
      local revision = client.must(service, "PutProjectPolicy", put("a")).PolicyRevisionId
      local params = { ProjectArn = arn, PolicyName = "a", PolicyRevisionId = ("0"):rep(32) }
      assert.equal("InvalidPolicyRevisionIdException", (client.fails(service, "DeleteProjectPolicy", params)))
      params.PolicyRevisionId = revision
      client.must(service, "DeleteProjectPolicy", params)
      assert.equal("ResourceNotFoundException", (client.fails(service, "DeleteProjectPolicy", params)))
    end)

    it("takes an empty revision for none", function()
      local revision = client.must(service, "PutProjectPolicy", put("a", "")).PolicyRevisionId
      assert.equal("ResourceAlreadyExistsException", (client.fails(service, "PutProjectPolicy", put("a", ""))))
      assert.equal("ValidationException", (client.fails(service, "PutProjectPolicy", put("a", "xyz"))))
      client.must(service, "PutProjectPolicy", put("a", revision))
      client.must(service, "DeleteProjectPolicy", { ProjectArn = arn, PolicyName = "a", PolicyRevisionId = "" })
      assert.same({}, client.must(service, "ListProjectPolicies", { ProjectArn = arn }).ProjectPolicies)
    end)

    it("takes five, and lists them in pages", function()
      for i = 1, 5 do client.must(service, "PutProjectPolicy", put("p" .. i)) end
      assert.equal("LimitExceededException", (client.fails(service, "PutProjectPolicy", put("p6"))))
      local names, token = {}, ""
      repeat
        local page = client.must(service, "ListProjectPolicies",
          { ProjectArn = arn, MaxResults = 2, NextToken = token })
        for _, one in ipairs(page.ProjectPolicies) do names[#names + 1] = one.PolicyName end
        token = page.NextToken
      until not token
      assert.same({ "p1", "p2", "p3", "p4", "p5" }, names)
    end)

    it("refuses malformed documents", function()
      for _, document in ipairs {
        "no JSON", "[]", "{}", '{"Statement":[]}', '{"Statement":"x"}', '{"Statement":[1]}', '{"Version":"2020-01-01"}',
        policy { Effect = "ALLOW" }, policy { Action = "rekognition:DetectLabels" }, policy { Action = {} },
        policy { Principal = {} }, policy { Principal = "555555555555" }, policy { Principal = { AWS = "alice" } },
        policy { Principal = { Aws = "*" } }, policy { Resource = 1 }, policy { Resource = "nothing" },
        policy { NotAction = "x" }, policy { NotPrincipal = "*" }, policy { NotResource = "*" }, policy { Sid = 1 },
        policy { Condition = { DateLessThan = {} } }, policy { Condition = { StringEquals = { x = "y" } } },
        policy { Condition = 1 }, '{"Extra":1,"Statement":[' .. policy() .. "]}",
        ('{"Statement":'):rep(100),
      } do
        local code = client.fails(service, "PutProjectPolicy", put("a", nil, document))
        assert.equal("MalformedPolicyDocumentException", code, document)
      end
      for _, document in ipairs { policy { Sid = ("x"):rep(2000) }, '{"x":"世"}' } do
        assert.equal("ValidationException",
          (client.fails(service, "PutProjectPolicy", put("a", nil, document))))
      end
    end)

    it("belong to the project's account", function()
      for _, operation in ipairs { "PutProjectPolicy", "ListProjectPolicies", "DeleteProjectPolicy" } do
        assert.equal("AccessDeniedException", (client.fails(service, operation, put("a"), OTHER)))
      end
    end)
  end)
end)

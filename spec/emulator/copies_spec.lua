-- The emulator's CopyProjectVersion.

local calls = require "spec.support.emulator_calls"
local client = require "spec.support.emulator_client"

local OTHER = calls.OTHER
local copy_params, policy, with_clock = calls.copy_params, calls.policy, calls.with_clock
local project, train, versions = calls.project, calls.train, calls.versions

describe("the emulator", function()
  describe("with copies", function()
    local service, time, source, version, there

    before_each(function()
      service, time = with_clock { copy_seconds = 30 }
      source = project(service, "SourceProject")
      version = train(service, time, source, "model_1")
      there = project(service, "DestinationProject", OTHER)
    end)

    local function copy(name, options)
      return client.fails(service, "CopyProjectVersion", copy_params(source, version, there, name), options or OTHER)
    end

    local function put(name, fields, revision)
      return client.must(service, "PutProjectPolicy", { ProjectArn = source, PolicyName = name,
        PolicyDocument = policy(fields), PolicyRevisionId = revision }).PolicyRevisionId
    end

    it("copies inside an account without a policy", function()
      local mine = project(service, "mine")
      local arn = client.must(service, "CopyProjectVersion", copy_params(source, version, mine, "c")).ProjectVersionArn
      assert.matches("^arn:aws:rekognition:us%-east%-1:111122223333:project/mine/version/c/%d+$", arn)
      time.now = time.now + 29.9
      local found = versions(service, mine, "c")[1]
      assert.equal("COPYING_IN_PROGRESS", found.Status)
      assert.is_nil(found.EvaluationResult)
      time.now = time.now + 0.1
      found = versions(service, mine, "c")[1]
      assert.equal("COPYING_COMPLETED", found.Status)
      assert.equal(version, found.SourceProjectVersionArn)
      assert.equal(versions(service, source)[1].TrainingEndTimestamp, found.TrainingEndTimestamp)
      assert.equal("path_to_folder/ManifestSummary-mine-c.json", found.ManifestSummary.S3Object.Name)
    end)

    it("copies a copy, into the same project too", function()
      client.must(service, "CopyProjectVersion", copy_params(source, version, source, "one"))
      local one = versions(service, source, "one")[1].ProjectVersionArn
      assert.equal("InvalidParameterException",
        (client.fails(service, "CopyProjectVersion", copy_params(source, one, source, "two"))))
      time.now = time.now + 30
      client.must(service, "CopyProjectVersion", copy_params(source, one, source, "two"))
      assert.equal(one, versions(service, source, "two")[1].SourceProjectVersionArn)
    end)

    it("copies across accounts by a policy alone", function()
      local code, message = copy("c")
      assert.equal("AccessDeniedException", code)
      assert.equal("User: arn:aws:iam::555555555555:root is not authorized to perform: "
        .. "rekognition:CopyProjectVersion on resource: " .. version
        .. " because no resource-based policy allows the rekognition:CopyProjectVersion action", message)
      put("share")
      client.must(service, "CopyProjectVersion", copy_params(source, version, there, "c"), OTHER)
    end)

    local versions_of_source = "arn:aws:rekognition:us-east-1:111122223333:project/SourceProject/version/"

    for what, fields in pairs {
      ["another account"] = { Principal = { AWS = "999999999999" } },
      ["one user of the account"] = { Principal = { AWS = "arn:aws:iam::555555555555:user/alice" } },
      ["a service"] = { Principal = { Service = "rekognition.amazonaws.com" } },
      ["another version"] = { Resource = versions_of_source .. "b/*" },
      ["another region's callers"] = { Condition = { StringEquals = { ["aws:RequestedRegion"] = "eu-west-1" } } },
      ["others than the account"] = { Condition = { StringNotEquals = { ["aws:PrincipalAccount"] = "555555555555" } } },
      ["nobody"] = { Effect = "Deny" },
    } do
      it("does not copy by a policy for " .. what, function()
        put("share", fields)
        assert.equal("AccessDeniedException", (copy("c")))
      end)
    end

    for what, fields in pairs {
      ["everybody"] = { Principal = "*" },
      ["everybody, written at length"] = { Principal = { AWS = "*" } },
      ["a list with the account"] = { Principal = { AWS = { "999999999999", "555555555555" } } },
      ["this version"] = { Resource = versions_of_source .. "model_?/*" },
      ["a list of actions"] = { Action = { "rekognition:CopyProjectVersion", "rekognition:copyprojectversion" } },
      ["the account, by a condition"] = { Principal = "*",
        Condition = { ArnLike = { ["aws:principalarn"] = { "arn:aws:iam::1:root", "arn:aws:iam::5555*:root" } } } },
    } do
      it("copies by a policy for " .. what, function()
        put("share", fields)
        client.must(service, "CopyProjectVersion", copy_params(source, version, there, "c"), OTHER)
      end)
    end

    it("lets a policy that denies win, inside the account too", function()
      put("share")
      put("forbid", { Effect = "Deny", Principal = "*" })
      assert.equal("AccessDeniedException", (copy("c")))
      assert.equal("AccessDeniedException",
        (client.fails(service, "CopyProjectVersion", copy_params(source, version, source, "c"))))
      client.must(service, "DeleteProjectPolicy", { ProjectArn = source, PolicyName = "forbid" })
      client.must(service, "CopyProjectVersion", copy_params(source, version, there, "c"), OTHER)
    end)

    it("copies only into the caller's own project", function()
      assert.equal("AccessDeniedException", (copy("c", {})))
    end)

    it("refuses what isn't there, isn't trained, or has the wrong kind", function()
      local function try(fields, options)
        local params = copy_params(source, version, source, "c")
        for key, value in pairs(fields) do params[key] = value end
        return (client.fails(service, "CopyProjectVersion", params, options))
      end
      local elsewhere = project(service, "elsewhere", { region = "eu-west-1" })
      local adapter = project(service, "adapter", nil, { Feature = "CONTENT_MODERATION", AutoUpdate = "DISABLED" })
      local second = project(service, "second")
      client.must(service, "CreateProjectVersion", calls.train_params(source, "n"))
      local untrained = versions(service, source, "n")[1].ProjectVersionArn
      assert.equal("ResourceNotFoundException", try { SourceProjectArn = source .. "0" })
      assert.equal("ResourceNotFoundException", try { SourceProjectVersionArn = version .. "0" })
      assert.equal("ResourceNotFoundException", try { DestinationProjectArn = source .. "0" })
      assert.equal("InvalidParameterException", try { SourceProjectArn = second })
      assert.equal("InvalidParameterException", try { SourceProjectVersionArn = untrained })
      assert.equal("InvalidParameterException", try { DestinationProjectArn = adapter })
      assert.equal("InvalidParameterException", try { DestinationProjectArn = elsewhere })
      assert.equal("InvalidParameterException", try({ DestinationProjectArn = elsewhere }, { region = "eu-west-1" }))
      assert.equal("ResourceInUseException", try { VersionName = "model_1" })
    end)
  end)
end)

-- The emulator's projects.

local calls = require "spec.support.emulator_calls"
local client = require "spec.support.emulator_client"

local OTHER, policy, with_clock = calls.OTHER, calls.policy, calls.with_clock
local project, train, versions = calls.project, calls.train, calls.versions

describe("the emulator", function()
  describe("with projects", function()
    it("names them with the region, the account and a number of their own", function()
      local service = with_clock()
      assert.equal("arn:aws:rekognition:us-east-1:111122223333:project/one/1656611123456", project(service, "one"))
      assert.equal("arn:aws:rekognition:us-east-1:111122223333:project/two/1656611123457", project(service, "two"))
      assert.equal("arn:aws-cn:rekognition:cn-north-1:555555555555:project/two/1656611123458",
        project(service, "two", { region = "cn-north-1", credentials = client.OTHER }))
    end)

    it("lists those of the caller's account and region, oldest first", function()
      local service, time = with_clock()
      project(service, "b")
      time.now = time.now + 1
      project(service, "a")
      project(service, "c", OTHER)
      project(service, "d", { region = "eu-west-1" })
      local names = {}
      for _, one in ipairs(client.must(service, "DescribeProjects", {}).ProjectDescriptions) do
        names[#names + 1] = one.ProjectArn:match("project/(.-)/")
      end
      assert.same({ "b", "a" }, names)
    end)

    it("describes them", function()
      local service = with_clock()
      local arn = project(service, "p")
      local found = client.must(service, "DescribeProjects", { ProjectNames = { "p", "q" } }).ProjectDescriptions
      assert.same({ { ProjectArn = arn, CreationTimestamp = 1656611123.456, Status = "CREATED", Datasets = {} } },
        found)
    end)

    it("hides adapters unless they are asked for", function()
      local service = with_clock()
      project(service, "labels")
      project(service, "adapter", nil, { Feature = "CONTENT_MODERATION", AutoUpdate = "ENABLED" })
      local function names(features)
        local result = {}
        local found = client.must(service, "DescribeProjects", { Features = features }).ProjectDescriptions
        for i, one in ipairs(found) do result[i] = one.ProjectArn:match("project/(.-)/") end
        return table.concat(result, " ")
      end
      assert.equal("labels", names(nil))
      assert.equal("adapter", names { "CONTENT_MODERATION" })
      assert.equal("labels adapter", names { "CONTENT_MODERATION", "CUSTOM_LABELS" })
    end)

    it("refuses a name that is taken, and AutoUpdate where it doesn't fit", function()
      local service = with_clock()
      project(service, "p")
      assert.equal("ResourceInUseException", (client.fails(service, "CreateProject", { ProjectName = "p" })))
      assert.equal("InvalidParameterException",
        (client.fails(service, "CreateProject", { ProjectName = "q", AutoUpdate = "ENABLED" })))
      assert.equal("InvalidParameterException",
        (client.fails(service, "CreateProject", { ProjectName = "q", Feature = "CONTENT_MODERATION" })))
    end)

    it("deletes those without models, with their policies", function()
      local service, time = with_clock()
      local arn = project(service, "p")
      client.must(service, "PutProjectPolicy", { ProjectArn = arn, PolicyName = "x", PolicyDocument = policy() })
      train(service, time, arn, "m")
      assert.equal("ResourceInUseException", (client.fails(service, "DeleteProject", { ProjectArn = arn })))
      local version = versions(service, arn)[1].ProjectVersionArn
      client.must(service, "DeleteProjectVersion", { ProjectVersionArn = version })
      assert.equal("ResourceInUseException", (client.fails(service, "DeleteProject", { ProjectArn = arn })))
      time.now = time.now + 1
      assert.equal("DELETING", client.must(service, "DeleteProject", { ProjectArn = arn }).Status)
      assert.equal("DELETING", client.must(service, "DescribeProjects", {}).ProjectDescriptions[1].Status)
      assert.equal("ResourceInUseException", (client.fails(service, "DeleteProject", { ProjectArn = arn })))
      time.now = time.now + 1
      assert.same({}, client.must(service, "DescribeProjects", {}).ProjectDescriptions)
      assert.equal("ResourceNotFoundException", (client.fails(service, "ListProjectPolicies", { ProjectArn = arn })))
      assert.not_equal(arn, project(service, "p"))
    end)
  end)
end)

-- The emulator's quotas and rates, each met in-process, by our client and by boto3.

local calls = require "spec.support.emulator_calls"
local client = require "spec.support.emulator_client"
local quotas = require "rekognition.emulator.quotas"
local emulator = require "rekognition.emulator"

local function start(arn, units)
  return { ProjectVersionArn = arn, MinInferenceUnits = units or 1 }
end

describe("a quota of", function()
  local function code_of(options, prepare)
    local service, time = calls.with_clock(options)
    local project = calls.project(service, "p")
    return (prepare(service, time, project))
  end

  for name, case in pairs {
    projects = { { projects = 1 }, "LimitExceededException", function(service)
      return client.fails(service, "CreateProject", { ProjectName = "q" })
    end },
    models = { { models = 1 }, "ServiceQuotaExceededException", function(service, time, project)
      local model = calls.train(service, time, project, "m")
      assert.equal("ServiceQuotaExceededException",
        (client.fails(service, "CopyProjectVersion", calls.copy_params(project, model, project, "c"))))
      return client.fails(service, "CreateProjectVersion", calls.train_params(project, "n"))
    end },
    policies = { { policies = 1 }, "LimitExceededException", function(service, _, project)
      local params = { ProjectArn = project, PolicyName = "a", PolicyDocument = calls.policy() }
      client.must(service, "PutProjectPolicy", params)
      params.PolicyName = "b"
      return client.fails(service, "PutProjectPolicy", params)
    end },
    concurrent_trainings = { { concurrent_trainings = 1 }, "LimitExceededException", function(service, _, project)
      client.must(service, "CreateProjectVersion", calls.train_params(project, "m"))
      local other = calls.project(service, "q")
      return client.fails(service, "CreateProjectVersion", calls.train_params(other, "n"))
    end },
    concurrent_copies = { { concurrent_copies = 1 }, "LimitExceededException", function(service, time, project)
      local model = calls.train(service, time, project, "m")
      client.must(service, "CopyProjectVersion", calls.copy_params(project, model, project, "c"))
      return client.fails(service, "CopyProjectVersion", calls.copy_params(project, model, project, "d"))
    end },
    running_models = { { running_models = 1 }, "LimitExceededException", function(service, time, project)
      client.must(service, "StartProjectVersion", start(calls.train(service, time, project, "m")))
      return client.fails(service, "StartProjectVersion", start(calls.train(service, time, project, "n")))
    end },
    inference_units = { { inference_units = 5 }, "LimitExceededException", function(service, time, project)
      local model = calls.train(service, time, project, "m")
      local params = start(model)
      params.MaxInferenceUnits = 6
      assert.equal("LimitExceededException", (client.fails(service, "StartProjectVersion", params)))
      return client.fails(service, "StartProjectVersion", start(model, 6))
    end },
    tags = { { tags = 1 }, "ServiceQuotaExceededException", function(service, _, project)
      return client.fails(service, "TagResource", { ResourceArn = project, Tags = { a = "1", b = "2" } })
    end },
  } do
    it(name .. " holds where it is set", function()
      assert.equal(case[2], code_of({ quotas = case[1] }, case[3]))
    end)
  end

  it("policies and no other of the accounts' holds by itself", function()
    local service, time = calls.with_clock()
    for i = 1, 101 do calls.project(service, "p" .. i) end
    local project = calls.project(service, "p")
    for i = 1, 3 do client.must(service, "StartProjectVersion", start(calls.train(service, time, project, "m" .. i), 9)) end
    for i = 1, 3 do client.must(service, "CreateProjectVersion", calls.train_params(project, "n" .. i)) end
    for i = 1, 5 do
      client.must(service, "PutProjectPolicy", { ProjectArn = project, PolicyName = "p" .. i, PolicyDocument = calls.policy() })
    end
    assert.equal("LimitExceededException", (client.fails(service, "PutProjectPolicy",
      { ProjectArn = project, PolicyName = "p6", PolicyDocument = calls.policy() })))
  end)

  it("AWS's own can all be asked for", function()
    local service = calls.with_clock { quotas = "aws", rates = "aws" }
    assert.equal(quotas.AWS, service.settings.quotas)
    assert.equal(quotas.AWS_RATES, service.settings.rates)
  end)

  it("nothing known is refused", function()
    for _, options in ipairs { { quotas = { bananas = 1 } }, { quotas = { projects = -1 } }, { rates = { ["*"] = "x" } } } do
      assert.is_false((pcall(emulator.new, options)))
    end
  end)
end)

describe("a rate", function()
  local function describe_until(service, most)
    for count = 1, most do
      local response, status = client.call(service, "DescribeProjects", {})
      if status ~= 200 then return count - 1, response.__type, response.Message end
    end
    return most
  end

  it("lets so many calls a second through", function()
    local service, time = calls.with_clock { rates = { DescribeProjects = 5 } }
    assert.same({ 5, "ProvisionedThroughputExceededException", "Provisioned Rate exceeded." }, { describe_until(service, 9) })
    time.now = time.now + 0.4
    assert.equal(2, (describe_until(service, 9)))
    time.now = time.now + 100
    assert.equal(5, (describe_until(service, 9)))
  end)

  it("is each account's, region's and operation's own", function()
    local service = calls.with_clock { rates = { ["*"] = 1, DescribeProjects = 2 } }
    assert.equal(2, (describe_until(service, 9)))
    client.must(service, "DescribeProjects", {}, calls.OTHER)
    client.must(service, "DescribeProjects", {}, { region = "eu-west-1" })
    client.must(service, "CreateProject", { ProjectName = "p" })
    assert.equal("ProvisionedThroughputExceededException", (client.fails(service, "CreateProject", { ProjectName = "q" })))
  end)

  it("below one a second works, and 0 lets nothing through", function()
    local service, time = calls.with_clock { rates = { DescribeProjects = 0.5 } }
    assert.equal(1, (describe_until(service, 9)))
    time.now = time.now + 2
    assert.equal(1, (describe_until(service, 9)))
    assert.equal(0, (describe_until(calls.with_clock { rates = { DescribeProjects = 0 } }, 9)))
  end)
end)

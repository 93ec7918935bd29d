-- The emulator's project versions.

local calls = require "spec.support.emulator_calls"
local client = require "spec.support.emulator_client"
local cjson = require("cjson").new()

local OUTPUT, copy_params, with_clock = calls.OUTPUT, calls.copy_params, calls.with_clock
local project, train, versions = calls.project, calls.train, calls.versions

describe("the emulator", function()
  describe("with versions", function()
    it("trains for the set time", function()
      local service, time = with_clock { train_seconds = 60 }
      local arn = project(service, "p")
      time.now = time.now + 1
      client.must(service, "CreateProjectVersion", calls.train_params(arn, "m", { VersionDescription = "first",
        KmsKeyId = "key", Tags = { a = "b" } }))
      time.now = time.now + 59.9
      local version = versions(service, arn, "m")[1]
      assert.equal("TRAINING_IN_PROGRESS", version.Status)
      assert.is_nil(version.TrainingEndTimestamp)
      assert.is_nil(version.EvaluationResult)
      time.now = time.now + 10
      version = versions(service, arn, "m")[1]
      assert.equal("TRAINING_COMPLETED", version.Status)
      assert.equal("The model is ready to run.", version.StatusMessage)
      assert.equal(version.CreationTimestamp + 60, version.TrainingEndTimestamp)
      assert.equal(60, version.BillableTrainingTimeInSeconds)
      assert.equal("path_to_folder/EvaluationResultSummary-p-m.json",
        version.EvaluationResult.Summary.S3Object.Name)
      assert.same({ "first", "key", OUTPUT },
        { version.VersionDescription, version.KmsKeyId, version.OutputConfig })
      assert.is_nil(version.SourceProjectVersionArn)
    end)

    it("fails those that it was told to fail", function()
      local service, time = with_clock { fail = { "bad*" } }
      local arn = project(service, "p")
      train(service, time, arn, "bad-1")
      local good = train(service, time, arn, "good")
      local version = versions(service, arn, "bad-1")[1]
      assert.equal("TRAINING_FAILED", version.Status)
      assert.matches("told", version.StatusMessage)
      assert.is_nil(version.EvaluationResult)
      assert.equal("InvalidParameterException",
        (client.fails(service, "CopyProjectVersion", copy_params(arn, version.ProjectVersionArn, arn, "c"))))
      client.must(service, "CopyProjectVersion", copy_params(arn, good, arn, "bad-copy"))
      time.now = time.now + 5
      assert.equal("COPYING_FAILED", versions(service, arn, "bad-copy")[1].Status)
    end)

    it("lists them newest first", function()
      local service, time = with_clock()
      local arn = project(service, "p")
      for _, name in ipairs { "a", "b", "c" } do train(service, time, arn, name) end
      local names = {}
      for i, version in ipairs(versions(service, arn)) do
        names[i] = version.ProjectVersionArn:match("version/(.-)/")
      end
      assert.same({ "c", "b", "a" }, names)
    end)

    it("checks what a training is given", function()
      local service = with_clock()
      local arn = project(service, "p")
      local function try(more)
        return (client.fails(service, "CreateProjectVersion", calls.train_params(arn, "m", more)))
      end
      for _, more in ipairs {
        { TrainingData = cjson.null }, { TestingData = cjson.null }, { TrainingData = {} }, { TestingData = {} },
        { TrainingData = cjson.null, TestingData = cjson.null }, { TrainingData = { Assets = { {} } } },
        { TrainingData = { Assets = { calls.TRAINING.Assets[1], calls.TRAINING.Assets[1] } } },
        { TrainingData = { Assets = { { GroundTruthManifest = {} } } } },
        { TrainingData = { Assets = { { GroundTruthManifest = { S3Object = { Bucket = "bucket-name" } } } } } },
        { TestingData = { Assets = calls.TRAINING.Assets, AutoCreate = true } }, { TestingData = { AutoCreate = false } },
        { TestingData = { Assets = { calls.TRAINING.Assets[1], calls.TRAINING.Assets[1] } } },
        { OutputConfig = {} },
      } do
        assert.equal("InvalidParameterException", try(more), cjson.encode(more))
      end
      assert.equal("InvalidParameterException", try { FeatureConfig = { ContentModeration = {} } })
      assert.equal("ResourceNotFoundException", try { ProjectArn = arn .. "0" })
      assert.equal("AccessDeniedException", try { ProjectArn = arn:gsub("111122223333", "555555555555") })
      client.must(service, "CreateProjectVersion", calls.train_params(arn, "m"))
      assert.equal("ResourceInUseException", try {})
    end)

    it("deletes only what is at rest", function()
      local service, time = with_clock()
      local arn = project(service, "p")
      local version = client.must(service, "CreateProjectVersion",
        calls.train_params(arn, "m")).ProjectVersionArn
      assert.equal("ResourceInUseException",
        (client.fails(service, "DeleteProjectVersion", { ProjectVersionArn = version })))
      time.now = time.now + 5
      client.must(service, "DeleteProjectVersion", { ProjectVersionArn = version })
      local deleting = versions(service, arn)[1]
      assert.same({ "DELETING", 5 }, { deleting.Status, deleting.BillableTrainingTimeInSeconds })
      time.now = time.now + 1
      assert.same({}, versions(service, arn))
      assert.equal("ResourceNotFoundException",
        (client.fails(service, "DeleteProjectVersion", { ProjectVersionArn = version })))
    end)

    it("shows each change to those who look all the time", function()
      local service, time = with_clock { fail_start = { "lame" } }
      local arn, seen = project(service, "p"), {}
      local function look(seconds)
        time.now = time.now + (seconds or 0)
        local named, listed = versions(service, arn, "m")[1], versions(service, arn)[1]
        assert.same(named, listed)
        seen[#seen + 1] = named and named.Status or "gone"
        return named
      end
      local version = { ProjectVersionArn = client.must(service, "CreateProjectVersion",
        calls.train_params(arn, "m")).ProjectVersionArn }
      look()
      look(5)
      local units = { ProjectVersionArn = version.ProjectVersionArn, MinInferenceUnits = 1, MaxInferenceUnits = 3 }
      client.must(service, "StartProjectVersion", units)
      assert.equal(3, look().MaxInferenceUnits)
      look(1)
      client.must(service, "StopProjectVersion", version)
      look()
      assert.is_nil(look(1).MaxInferenceUnits)
      units.MaxInferenceUnits = 5
      client.must(service, "StartProjectVersion", units)
      assert.equal(5, look().MaxInferenceUnits)
      look(1)
      client.must(service, "StopProjectVersion", version)
      look(1)
      client.must(service, "DeleteProjectVersion", version)
      look()
      look(1)
      assert.same({ "TRAINING_IN_PROGRESS", "TRAINING_COMPLETED", "STARTING", "RUNNING", "STOPPING", "STOPPED",
                    "STARTING", "RUNNING", "STOPPED", "DELETING", "gone" }, seen)
    end)

    it("lists a page of 100 again with less work than the first time", function()
      local service, time = with_clock { train_seconds = 0 }
      local arn = project(service, "p")
      for i = 1, 100 do train(service, time, arn, "m" .. i) end
      local request = client.request("DescribeProjectVersions", cjson.encode { ProjectArn = arn }, { time = time.now })
      local function steps()
        local count = 0
        debug.sethook(function() count = count + 1 end, "", 100)
        local status, _, body = service:handle(request)
        debug.sethook()
        assert.equal(200, status)
        return count, body
      end
      local first, body = steps()
      local second, again = steps()
      assert.equal(body, again)
      assert.is_true(second * 10 < first, ("%d steps, then %d"):format(first, second))
    end)
  end)
end)

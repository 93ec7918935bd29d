local emulator = require "rekognition.emulator"
local calls = require "spec.support.emulator_calls"
local client = require "spec.support.emulator_client"
local cjson = require("cjson").new()
local files = require "spec.support.files"

local read, write = files.read, files.write

describe("the emulator's state file", function()
  local path, time

  before_each(function()
    path, time = os.tmpname(), 1656611123.456
    os.remove(path)
  end)

  after_each(function()
    os.remove(path)
    os.remove(path .. ".new")
    os.remove(path .. ".lock")
  end)

  local function open()
    return emulator.new { state_file = path, copy_seconds = 30, clock = function() return time end }
  end

  local function fill(service)
    local arn = client.must(service, "CreateProject", { ProjectName = "p", Tags = { a = "é" } }).ProjectArn
    client.must(service, "CreateProjectVersion", calls.train_params(arn, "m"))
    client.must(service, "PutProjectPolicy", { ProjectArn = arn, PolicyName = "x", PolicyDocument = cjson.encode {
      Version = "2012-10-17", Statement = { { Effect = "Deny", Principal = "*", Resource = "*",
                                              Action = "rekognition:CopyProjectVersion" } } } })
    return arn
  end

  local function everything(service, arn)
    local policies = client.must(service, "ListProjectPolicies", { ProjectArn = arn })
    return { client.must(service, "DescribeProjects", {}), policies,
             client.must(service, "DescribeProjectVersions", { ProjectArn = arn }),
             client.must(service, "ListTagsForResource", { ResourceArn = arn }) }
  end

  it("is made at the start, and brings everything back", function()
    local service = open()
    assert.is_table(cjson.decode(read(path)))
    local arn = fill(service)
    assert.is_table(cjson.decode(read(path)))
    assert.is_nil(read(path .. ".new"))
    local before = everything(service, arn)
    assert.same(before, everything(open(), arn))
    time = time + 5
    assert.equal("TRAINING_COMPLETED", everything(open(), arn)[3].ProjectVersionDescriptions[1].Status)
  end)

  it("lets time go on while nobody serves", function()
    local service = open()
    local arn = fill(service)
    time = time + 5
    client.must(service, "DeleteProjectPolicy", { ProjectArn = arn, PolicyName = "x" })
    local version = everything(service, arn)[3].ProjectVersionDescriptions[1]
    client.must(service, "CopyProjectVersion", { SourceProjectArn = arn, DestinationProjectArn = arn, VersionName = "c",
      SourceProjectVersionArn = version.ProjectVersionArn, OutputConfig = { S3Bucket = "bucket" } })
    time = time + 29
    assert.equal("COPYING_IN_PROGRESS", everything(open(), arn)[3].ProjectVersionDescriptions[1].Status)
    time = time + 1
    local copy = everything(open(), arn)[3].ProjectVersionDescriptions[1]
    assert.equal("COPYING_COMPLETED", copy.Status)
    assert.equal(version.TrainingEndTimestamp, copy.TrainingEndTimestamp)
  end)

  it("keeps numbers apart after a restart with an earlier clock", function()
    local arn = fill(open())
    time = time - 1000
    local second = client.must(open(), "CreateProject", { ProjectName = "q" }).ProjectArn
    assert.is_true(tonumber(second:match("%d+$")) > tonumber(arn:match("%d+$")))
  end)

  for what, text in pairs {
    ["is empty"] = "", ["is not JSON"] = "{", ["is another's JSON"] = '{"a":1}', ["is a list"] = "[]",
    ["is of a newer format"] = '{"format":2,"projects":[],"versions":[],"last_number":0}',
    ["lacks a part"] = '{"format":1,"projects":[],"last_number":0}',
    ["has a broken project"] = '{"format":1,"projects":[{}],"versions":[],"last_number":0}',
    ["has a broken project, of nobody"] = '{"format":1,"projects":[{"arn":"arn:aws:rekognition:us-east-1:111122223333:'
      .. 'project/p/1","name":"p","status":"CREATED","tags":{},"number":1,"policies":[],"feature":"CUSTOM_LABELS"}],'
      .. '"versions":[],"last_number":0}',
    ["has a broken version"] = '{"format":1,"projects":[],"versions":[1],"last_number":0}',
  } do
    it("is refused and left alone where it " .. what, function()
      write(path, text)
      local ok, problem = pcall(open)
      assert.is_false(ok)
      assert.matches("^the state file " .. path .. " can't be used: ", problem)
      assert.equal(text, read(path))
    end)
  end

  it("is refused where it can't be read", function()
    path = "/"
    local ok, problem = pcall(open)
    path = os.tmpname()
    assert.is_false(ok)
    assert.matches("^the state file / must be a regular file, got a folder", problem)
  end)

  it("is refused where it is a pipe or a device", function()
    files.with_folder(function(folder)
      files.run(("mkfifo %s/pipe; ln -s /dev/null %s/null"):format(folder, folder))
      for name, kind in pairs { pipe = "pipe", null = "device" } do
        local ok, problem = pcall(emulator.new, { state_file = folder .. "/" .. name })
        assert.is_false(ok)
        assert.matches("must be a regular file, got a " .. kind .. "; name another with %-%-state", problem)
        os.remove "/dev/null.lock"
      end
    end)
  end)

  it("is refused where it can't be written", function()
    local ok, problem = pcall(emulator.new, { state_file = "/no such folder/state" })
    assert.is_false(ok)
    assert.matches("^can't write the state file: /no such folder/state", problem)
  end)

  it("brings back objects of any bytes", function()
    local s3 = require "spec.support.emulator_s3"
    local bytes = {}
    for i = 0, 255 do bytes[#bytes + 1] = string.char(i) end
    bytes = table.concat(bytes)
    local service = open()
    s3.must(service, "PUT", "/bucket-1")
    s3.must(service, "PUT", "/bucket-1/%C3%A9%00", { body = bytes })
    assert.equal(bytes, (s3.must(open(), "GET", "/bucket-1/%C3%A9%00")))
  end)

  it("has after each call all that a new emulator must know", function()
    local s3 = require "spec.support.emulator_s3"
    local service = open()
    local function after(operation, params)
      local response = client.must(service, operation, params)
      local state = require("rekognition.emulator.state_text").new()
      assert.same(cjson.decode(table.concat(state:write(service.store))), cjson.decode(read(path)), operation)
      time = time + 10
      return response
    end
    local arn = after("CreateProject", { ProjectName = "p" }).ProjectArn
    after("TagResource", { ResourceArn = arn, Tags = { a = "1", b = "2" } })
    after("UntagResource", { ResourceArn = arn, TagKeys = { "a" } })
    local version = after("CreateProjectVersion", calls.train_params(arn, "m")).ProjectVersionArn
    after("StartProjectVersion", { ProjectVersionArn = version, MinInferenceUnits = 1 })
    after("StopProjectVersion", { ProjectVersionArn = version })
    local policy = { ProjectArn = arn, PolicyName = "x", PolicyDocument = calls.policy() }
    policy.PolicyRevisionId = after("PutProjectPolicy", policy).PolicyRevisionId
    after("PutProjectPolicy", policy)
    after("DeleteProjectPolicy", { ProjectArn = arn, PolicyName = "x" })
    local train = after("CreateDataset", { ProjectArn = arn, DatasetType = "TRAIN" }).DatasetArn
    local test = after("CreateDataset", { ProjectArn = arn, DatasetType = "TEST" }).DatasetArn
    local lines = {}
    for i = 1, 10 do
      lines[i] = cjson.encode { ["source-ref"] = ("s3://bucket-1/%d.png"):format(i), a = 1, ["a-metadata"] = {
        confidence = 1, ["class-name"] = i % 2 == 0 and "x" or "y", ["human-annotated"] = "yes",
        ["creation-date"] = "2020-01-01T00:00:00", type = "groundtruth/image-classification" } }
    end
    after("UpdateDatasetEntries", { DatasetArn = train,
      Changes = { GroundTruth = require("rekognition.core").base64_encode(table.concat(lines, "\n")) } })
    after("DistributeDatasetEntries", { Datasets = { { Arn = train }, { Arn = test } } })
    s3.must(service, "PUT", "/bucket-1", { time = time })
    s3.must(service, "PUT", "/bucket-1/a", { time = time, body = "one" })
    s3.must(service, "PUT", "/bucket-1/a", { time = time, body = "two" })
    s3.must(service, "PUT", "/bucket-1/b", { time = time })
    s3.must(service, "DELETE", "/bucket-1/b", { time = time })
    for _, dataset in ipairs { train, test } do after("DeleteDataset", { DatasetArn = dataset }) end
    after("DeleteProjectVersion", { ProjectVersionArn = version })
    after("DeleteProject", { ProjectArn = arn })
    after("CreateProject", { ProjectName = "q" })
    assert.equal("two", (s3.must(open(), "GET", "/bucket-1/a", { time = time })))
  end)

  it("keeps nothing of a change that can't be written, and says so", function()
    local service = open()
    local arn = fill(service)
    local before = everything(service, arn)
    assert(os.execute("ln -s /dev/full " .. path .. ".new")) -- the disk is full
    for operation, params in pairs {
      CreateProject = { ProjectName = "q" }, DeleteProjectPolicy = { ProjectArn = arn, PolicyName = "x" },
      TagResource = { ResourceArn = arn, Tags = { b = "c" } },
    } do
      local code, _, status = client.fails(service, operation, params)
      assert.same({ "InternalServerError", 500 }, { code, status })
      assert(os.execute("ln -sf /dev/full " .. path .. ".new"))
      assert.same(before, everything(service, arn))
    end
    os.remove(path .. ".new") -- there is room again
    client.must(service, "CreateProject", { ProjectName = "q" })
    assert.equal(2, #client.must(open(), "DescribeProjects", {}).ProjectDescriptions)
  end)

  it("is the one that a link names, also if it does not exist yet", function()
    files.with_folder(function(folder)
      assert(os.execute(("mkdir %s/in && ln -s in/state %s/one && ln -s %s/one %s/two"):format(folder, folder, folder, folder)))
      local service = emulator.new { state_file = folder .. "/two", clock = function() return time end }
      client.must(service, "CreateProject", { ProjectName = "p" })
      assert.truthy(read(folder .. "/in/state"):find('"p"', 1, true))
      local ok, output = files.run(("timeout 20 script/lua bin/rekognition-emulator --state %s/in/state"):format(folder))
      assert.is_false(ok)
      assert.truthy(output:find("is in use by another emulator", 1, true), output)
      local again = emulator.new { state_file = folder .. "/one", clock = function() return time end }
      assert.equal(1, #client.must(again, "DescribeProjects", {}).ProjectDescriptions)
      assert(os.execute(("ln -s loop %s/loop"):format(folder)))
      local is_open, problem = pcall(emulator.new, { state_file = folder .. "/loop", clock = function() return time end })
      assert.is_false(is_open)
      assert.truthy(tostring(problem):find("/loop", 1, true), tostring(problem))
    end)
  end)

  it("that can't be written any more makes a request fail, and says so in the log", function()
    local lines = {}
    local service = emulator.new { state_file = path, clock = function() return time end,
      log = function(line) lines[#lines + 1] = line end }
    os.remove(path)
    assert(os.execute("mkdir " .. path)) -- a file can't take a folder's place
    local code, _, status = client.fails(service, "CreateProject", { ProjectName = "p" })
    assert.same({ "InternalServerError", 500 }, { code, status })
    assert.matches("can't write the state file: ", lines[1])
    assert.matches(" CreateProject 500 InternalServerError ", lines[2])
  end)
end)

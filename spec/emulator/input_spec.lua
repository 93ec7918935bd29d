local emulator = require "rekognition.emulator"
local client = require "spec.support.emulator_client"
local cjson = require("cjson").new()

local service = emulator.new { clock = function() return 1656611123 end }
local PROJECT = "arn:aws:rekognition:us-east-1:111122223333:project/p/1656611123456"

local function fails(operation, params)
  return client.fails(service, operation, params)
end

describe("a request's body", function()
  for what, body in pairs {
    ["is not JSON"] = "ProjectName=p", ["stops early"] = '{"ProjectName":"p', ["has more than one value"] = "{}{}",
    ["has a comment"] = '{/**/"ProjectName":"p"}', ["has NaN"] = '{"MaxResults":NaN}',
    ["has a hexadecimal number"] = '{"MaxResults":0x10}', ["has invalid UTF-8"] = '{"ProjectName":"\xff"}',
    ["has an encoded surrogate"] = '{"ProjectName":"\xed\xa0\x80"}', ["is in UTF-16"] = "\xff\xfe{\0}\0",
    ["has a NUL"] = "{}\0", ["is a list"] = "[1]", ["is a string"] = '"x"', ["is a number"] = "1",
    ["is null"] = "null", ["has a raw line feed in a string"] = '{"ProjectName":"a\n"}', ["has a raw tab in a string"] = '{"ProjectName":"\t"}',
    ["has a raw control character in a key"] = '{"Project\1Name":"p"}', ["has an unfinished string"] = '{"a":null,"b":"\\"}',
    ["has a raw control character beside an empty list"] = '{"ProjectName":"\2","Tags":[]}',
    ["is deeply nested"] = ('{"ProjectName":'):rep(100000),
    ["has a deeply nested list"] = ("["):rep(100000) .. ("]"):rep(100000),
  } do
    it("is refused where it " .. what, function()
      local code, _, status = fails("CreateProject", body)
      assert.same({ "SerializationException", 400 }, { code, status })
    end)
  end

  it("may be empty where nothing is required", function()
    local _, status = client.call(service, "DescribeProjects", "")
    assert.equal(200, status)
  end)

  it("may have members that nobody knows, and null for one that is absent", function()
    assert.same({}, client.must(service, "DescribeProjects",
      '{"Newer":{"a":[1]},"ProjectNames":null}').ProjectDescriptions)
  end)

  for what, case in pairs {
    ["a number for a string"] = { "CreateProject", '{"ProjectName":1}', "ProjectName: expected a string, found a number" },
    ["a string for a number"] = { "DescribeProjects", '{"MaxResults":"1"}', "MaxResults: expected an integer" },
    ["a fraction for an integer"] = { "DescribeProjects", '{"MaxResults":1.5}', "MaxResults" },
    ["a huge number for an integer"] = { "DescribeProjects", '{"MaxResults":1e300}', "MaxResults" },
    ["a string for a list"] = { "DescribeProjects", '{"ProjectNames":"a"}', "ProjectNames: expected a list" },
    ["a structure for a list"] = { "DescribeProjects", '{"ProjectNames":{"a":1}}', "ProjectNames: expected a list" },
    ["an empty structure for a list"] = { "DescribeProjects", '{"ProjectNames":{}}', "ProjectNames: expected a list, found a structure" },
    ["an empty structure for a list of keys"] = { "UntagResource", '{"ResourceArn":"arn:aws:rekognition:us-east-1:1:project/p/1","TagKeys":{}}',
      "TagKeys: expected a list, found a structure" },
    ["an empty structure for a list of structures"] = { "CreateProjectVersion", '{"TrainingData":{"Assets":{ }}}',
      "TrainingData.Assets: expected a list, found a structure" },
    ["a null in a list"] = { "DescribeProjects", '{"ProjectNames":[null]}', "ProjectNames%[1%]: expected a string, found null" },
    ["an empty list for a structure"] = { "CreateProjectVersion", '{"OutputConfig":[ ]}', "OutputConfig: expected a structure, found a list" },
    ["an empty list for the request"] = { "DescribeProjects", "[]", "The request: expected a structure, found a list" },
    ["an empty list for a map"] = { "CreateProject", '{"ProjectName":"p","Tags":[]}', "Tags: expected a map, found a list" },
    ["an empty list for a string"] = { "CreateProject", '{"ProjectName":[]}', "ProjectName: expected a string, found a list" },
    ["null for a map's value"] = { "CreateProject", '{"ProjectName":"p","Tags":{"a":null}}', "Tags.a: expected a string, found null" },
    ["a structure for a string"] = { "CreateProject", '{"ProjectName":{"null":"[]"}}', "found a structure" },
    ["what is not base64 for a blob"] = { "DetectCustomLabels", '{"Image":{"Bytes":"?"}}', "Image.Bytes: expected base64" },
    ["a list for a structure"] = { "CreateProjectVersion", '{"OutputConfig":[1]}', "OutputConfig: expected a structure" },
    ["a list for a map"] = { "CreateProject", '{"ProjectName":"p","Tags":["a"]}', "Tags: expected a map" },
    ["a number for a map's value"] = { "CreateProject", '{"ProjectName":"p","Tags":{"a":1}}', "Tags.a: expected a string" },
    ["a string for a boolean"] = { "CreateProjectVersion", '{"TestingData":{"AutoCreate":"true"}}',
      "TestingData.AutoCreate: expected a boolean" },
  } do
    it("is refused with " .. what, function()
      local code, message = fails(case[1], case[2])
      assert.equal("SerializationException", code)
      assert.matches(case[3], message)
    end)
  end

  local function version(fields)
    local params = { ProjectArn = PROJECT, VersionName = "v", OutputConfig = { S3Bucket = "bucket" } }
    for key, value in pairs(fields) do params[key] = value end
    return cjson.encode(params)
  end

  for what, case in pairs {
    ["a required member missing"] = { "CreateProject", "{}", "Value null at 'projectName' failed to satisfy constraint: Member must not be null" },
    ["an empty name"] = { "CreateProject", '{"ProjectName":""}', "length greater than or equal to 1" },
    ["a long name"] = { "CreateProject", cjson.encode { ProjectName = ("x"):rep(256) }, "length less than or equal to 255" },
    ["a name with a blank"] = { "CreateProject", '{"ProjectName":"a b"}', "regular expression pattern" },
    ["a name with a line break"] = { "CreateProject", '{"ProjectName":"a\\n"}', "regular expression pattern" },
    ["a name with a NUL"] = { "CreateProject", '{"ProjectName":"a\\u0000"}', "regular expression pattern" },
    ["an unknown enum value"] = { "CreateProject", '{"ProjectName":"p","Feature":"OTHER"}', "enum value set" },
    ["a list too short"] = { "DescribeProjects", '{"ProjectNames":[]}', "at 'projectNames' failed to satisfy constraint: Member must have length greater than or equal to 1" },
    ["a list too long"] = { "DescribeProjects", '{"ProjectNames":["a","a","a","a","a","a","a","a","a","a","a"]}', "at 'projectNames' failed to satisfy constraint: Member must have length less than or equal to 10" },
    ["a bad item"] = { "DescribeProjects", '{"ProjectNames":["a","?"]}', "Value '%[a, %?%]' at 'projectNames' failed to satisfy constraint: Member must satisfy constraint: %[Member must have length" },
    ["a number too small"] = { "DescribeProjects", '{"MaxResults":0}', "value greater than or equal to 1" },
    ["a bad ARN"] = { "CreateProjectVersion", version { ProjectArn = ("x"):rep(30) }, "'projectArn'" },
    ["a version's ARN for a project's"] = { "CreateProjectVersion",
      version { ProjectArn = PROJECT:gsub("p/1", "p/version/v/1") }, "'projectArn'" },
    ["a bad bucket"] = { "CreateProjectVersion", version { OutputConfig = { S3Bucket = "a/b" } }, "'outputConfig.s3Bucket'" },
    ["a short bucket"] = { "CreateProjectVersion", version { OutputConfig = { S3Bucket = "ab" } }, "'outputConfig.s3Bucket'" },
    ["a bad key"] = { "CreateProjectVersion", version { KmsKeyId = "?" }, "'kmsKeyId'" },
    ["a bad tag"] = { "CreateProjectVersion", version { Tags = { ["aws:a"] = "b" } }, "'tags' failed to satisfy constraint: Map keys must satisfy constraint: %[Member" },
    ["a percentage over 100"] = { "CreateProjectVersion",
      version { FeatureConfig = { ContentModeration = { ConfidenceThreshold = 101 } } }, "'featureConfig.contentModeration.confidenceThreshold'" },
    ["an asset's bucket too short"] = { "CreateProjectVersion", version { TrainingData = { Assets = { { GroundTruthManifest =
      { S3Object = { Bucket = "b", Name = "n" } } } } } }, "'trainingData.assets.1.member.groundTruthManifest.s3Object.bucket'" },
    ["an empty image"] = { "DetectCustomLabels", cjson.encode { ProjectVersionArn = PROJECT:gsub("p/1", "p/version/v/1"),
      Image = { Bytes = "" } }, "Value 'java.nio.HeapByteBuffer%[pos=0 lim=0 cap=0%]' at 'image.bytes' failed to satisfy "
      .. "constraint: Member must have length greater than or equal to 1" },
    ["too large an image"] = { "DetectCustomLabels", cjson.encode { ProjectVersionArn = PROJECT:gsub("p/1", "p/version/v/1"),
      Image = { Bytes = ("AAAA"):rep(5242880 // 3 + 1) } }, "Member must have length less than or equal to 5242880" },
  } do
    it("is refused with " .. what, function()
      local code, message, status = fails(case[1], case[2])
      assert.same({ "ValidationException", 400 }, { code, status })
      assert.matches(case[3], message)
    end)
  end

  it("hears of every problem at once", function()
    local _, message = fails("CreateProjectVersion", '{"VersionName":"?"}')
    assert.matches("^3 validation errors detected: Value ", message)
  end)

  it("is not repeated at length in an error", function()
    local _, message = fails("CreateProject", cjson.encode { ProjectName = ("ü"):rep(1000000) })
    assert.is_true(#message < 2000)
  end)

  it("has the code that AWS's front answers with, and its lower-case message", function()
    local response = client.call(service, "CreateProject", "{}")
    assert.same({ __type = "ValidationException", message = "1 validation error detected: Value null at 'projectName' failed to "
      .. "satisfy constraint: Member must not be null" }, response)
  end)

  it("is not matched against a pattern where it is too long", function()
    local steps = 0
    local pattern = require "rekognition.emulator.pattern"
    local compile = pattern.compile
    pattern.compile = function(text)
      local matches = compile(text)
      return function(value)
        steps = steps + #value
        return matches(value)
      end
    end
    package.loaded["rekognition.emulator.input"] = nil
    local input = require "rekognition.emulator.input"
    local model = require "rekognition.generated.model"
    local ok, failure = pcall(input.read, model, "CreateProject", cjson.encode { ProjectName = ("x"):rep(1000000) })
    assert.same({ false, "ValidationException", 0 }, { ok, failure.code, steps })
    input.read(model, "CreateProject", '{"ProjectName":"abc"}')
    pattern.compile = compile
    assert.equal(3, steps)
  end)

  it("has a documented code for too long a page", function()
    assert.equal("ValidationException", (fails("DescribeProjects", { MaxResults = 101 })))
    assert.equal("ValidationException", (fails("ListProjectPolicies", { ProjectArn = PROJECT, MaxResults = 6 })))
  end)
end)

describe("a request's head", function()
  local function verdict(change)
    local request = client.request("DescribeProjects", "{}", { time = 1656611123 })
    change(request)
    local status, headers, body = service:handle(request)
    return cjson.decode(body).__type, status, headers
  end

  local function set(request, name, value)
    for _, header in ipairs(request.headers) do
      if header[1] == name then header[2] = value end
    end
  end

  it("must name an operation", function()
    for _, target in ipairs { "", "DescribeProjects", "Other.DescribeProjects", "RekognitionService.", "RekognitionService.x",
                              "RekognitionService.DescribeProjects.x", "RekognitionService.__index", ("x"):rep(10000) } do
      local code, status = verdict(function(request) set(request, "X-Amz-Target", target) end)
      assert.same({ "UnknownOperationException", 400 }, { code, status })
    end
  end)

  it("must be a POST to /", function()
    local code, status, headers = verdict(function(request) request.method = "GET" end)
    assert.same({ "UnknownOperationException", 405 }, { code, status })
    assert.same({ "Allow", "POST" }, headers[#headers])
    code, status = verdict(function(request) request.target = "/x" end)
    assert.same({ "UnknownOperationException", 404 }, { code, status })
  end)

  it("must have the protocol's content type", function()
    for _, content_type in ipairs { "application/json", "application/x-amz-json-1.0", "" } do
      local request = client.request("DescribeProjects", "{}", { time = 1656611123, headers = {
        { "Host", "h" }, { "Content-Type", content_type }, { "X-Amz-Target", "RekognitionService.DescribeProjects" } } })
      local _, _, body = service:handle(request)
      assert.equal("SerializationException", cjson.decode(body).__type)
    end
    local request = client.request("DescribeProjects", "{}", { time = 1656611123, headers = { { "Host", "h" },
      { "Content-Type", "Application/X-Amz-JSON-1.1; charset=utf-8" },
      { "X-Amz-Target", "RekognitionService.DescribeProjects" } } })
    assert.equal(200, (service:handle(request)))
  end)

  it("answers a body that was not let in", function()
    local code, status = verdict(function(request) request.refused = 413 end)
    assert.same({ "RequestEntityTooLargeException", 413 }, { code, status })
    code, status = verdict(function(request) request.refused = 503 end)
    assert.same({ "ServiceUnavailable", 503 }, { code, status })
  end)

  it("may have bytes that are not UTF-8", function()
    local code = verdict(function(request) set(request, "Authorization", "\xff\xfe\x80 x") end)
    assert.equal("IncompleteSignatureException", code)
  end)
end)

local emulator = require "rekognition.emulator"
local client = require "spec.support.emulator_client"
local cjson = require("cjson").new()

local OTHER = { credentials = client.OTHER }
local OUTPUT = { S3Bucket = "bucket-name", S3KeyPrefix = "path_to_folder" }

-- An emulator with a clock that the spec moves.
local function with_clock(options)
  local time = { now = 1656611123.456 }
  options = options or {}
  options.clock = function() return time.now end
  return emulator.new(options), time
end

local function project(service, name, options, more)
  local params = { ProjectName = name }
  for key, value in pairs(more or {}) do params[key] = value end
  return client.must(service, "CreateProject", params, options).ProjectArn
end

local function train(service, time, project_arn, name, options)
  local arn = client.must(service, "CreateProjectVersion",
    { ProjectArn = project_arn, VersionName = name, OutputConfig = OUTPUT }, options).ProjectVersionArn
  time.now = time.now + 5
  return arn
end

local function versions(service, project_arn, name, options)
  local params = { ProjectArn = project_arn, VersionNames = name and { name } }
  return client.must(service, "DescribeProjectVersions", params, options).ProjectVersionDescriptions
end

local function copy_params(source, version, destination, name)
  return { SourceProjectArn = source, SourceProjectVersionArn = version, DestinationProjectArn = destination,
           VersionName = name, OutputConfig = OUTPUT }
end

local function policy(fields)
  local statement = { Effect = "Allow", Principal = { AWS = "arn:aws:iam::555555555555:root" },
                      Action = "rekognition:CopyProjectVersion", Resource = "*" }
  for key, value in pairs(fields or {}) do statement[key] = value end
  return cjson.encode { Version = "2012-10-17", Statement = { statement } }
end

describe("the emulator", function()
  it("answers as the developer guide shows a response", function()
    local service = with_clock()
    local _, status, headers, body = client.call(service, "DescribeProjects", {})
    assert.equal(200, status)
    assert.equal('{"ProjectDescriptions":[]}', body)
    assert.equal("application/x-amz-json-1.1", headers["content-type"])
    assert.equal("Thu, 30 Jun 2022 17:45:23 GMT", headers.date)
    assert.matches("^%x+%-%x+%-4%x+%-[89ab]%x+%-%x+$", headers["x-amzn-requestid"])
  end)

  it("answers as the developer guide shows an error", function()
    local service = with_clock()
    local response, status, headers = client.call(service, "DeleteProject",
      { ProjectArn = "arn:aws:rekognition:us-east-1:111122223333:project/nothing/1656611123456" })
    assert.equal(400, status)
    assert.equal("ResourceNotFoundException", response.__type)
    assert.equal("ResourceNotFoundException", response.Code)
    assert.is_string(response.Message)
    assert.matches("^%x+%-%x+%-4", response.Logref)
    assert.not_equal(headers["x-amzn-requestid"], response.Logref)
  end)

  it("answers with an empty body where the response has no members", function()
    local service = with_clock()
    local arn = project(service, "p")
    local _, status, _, body = client.call(service, "TagResource", { ResourceArn = arn, Tags = { a = "b" } })
    assert.same({ 200, "" }, { status, body })
  end)

  it("tells what is not emulated from what does not exist", function()
    local service = with_clock()
    assert.same({ "NotImplementedException", 501 },
      (function(code, _, status) return { code, status } end)(client.fails(service, "ListCollections", {})))
    assert.equal("UnknownOperationException", (client.fails(service, "NoSuchThing", {})))
  end)

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
      assert.same({ { ProjectArn = arn, CreationTimestamp = 1656611123.456, Status = "CREATED", Datasets = {},
                      Feature = "CUSTOM_LABELS" } }, found)
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

  describe("with versions", function()
    it("trains for the set time", function()
      local service, time = with_clock { train_seconds = 60 }
      local arn = project(service, "p")
      time.now = time.now + 1
      client.must(service, "CreateProjectVersion", { ProjectArn = arn, VersionName = "m", OutputConfig = OUTPUT,
        VersionDescription = "first", KmsKeyId = "key", Tags = { a = "b" } })
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
        local params = { ProjectArn = arn, VersionName = "m", OutputConfig = OUTPUT }
        for key, value in pairs(more) do params[key] = value end
        return (client.fails(service, "CreateProjectVersion", params))
      end
      assert.equal("InvalidParameterException", try { TestingData = { AutoCreate = true } })
      assert.equal("InvalidParameterException", try { FeatureConfig = { ContentModeration = {} } })
      assert.equal("ResourceNotFoundException", try { ProjectArn = arn .. "0" })
      assert.equal("AccessDeniedException", try { ProjectArn = arn:gsub("111122223333", "555555555555") })
      client.must(service, "CreateProjectVersion", { ProjectArn = arn, VersionName = "m", OutputConfig = OUTPUT })
      assert.equal("ResourceInUseException", try {})
    end)

    it("deletes only what is at rest", function()
      local service, time = with_clock()
      local arn = project(service, "p")
      local version = client.must(service, "CreateProjectVersion",
        { ProjectArn = arn, VersionName = "m", OutputConfig = OUTPUT }).ProjectVersionArn
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
  end)

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
        .. "rekognition:CopyProjectVersion on resource: " .. version, message)
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
      ["a list of actions"] = { Action = { "rekognition:CopyProjectVersion", "rekognition:Copy*" } },
      ["the account, by a condition"] = { Principal = "*",
        Condition = { ArnLike = { ["aws:principalarn"] = { "arn:aws:iam::1:root", "arn:aws:iam::5555*" } } } },
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
      client.must(service, "CreateProjectVersion", { ProjectArn = source, VersionName = "n", OutputConfig = OUTPUT })
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
        policy { Condition = { DateLessThan = {} } }, policy { Condition = { StringEquals = { ["aws:x"] = "y" } } },
        policy { Condition = 1 }, '{"Extra":1,"Statement":[' .. policy() .. "]}",
        ('{"Statement":'):rep(100),
      } do
        local code = client.fails(service, "PutProjectPolicy", put("a", nil, document))
        assert.equal("MalformedPolicyDocumentException", code, document)
      end
      for _, document in ipairs { policy { Sid = ("x"):rep(2000) }, '{"x":"世"}' } do
        assert.equal("InvalidParameterException",
          (client.fails(service, "PutProjectPolicy", put("a", nil, document))))
      end
    end)

    it("belong to the project's account", function()
      for _, operation in ipairs { "PutProjectPolicy", "ListProjectPolicies", "DeleteProjectPolicy" } do
        assert.equal("AccessDeniedException", (client.fails(service, operation, put("a"), OTHER)))
      end
    end)
  end)

  describe("with pages", function()
    it("goes on where it was while items come and go", function()
      local service, time = with_clock()
      local arn = project(service, "p")
      for i = 1, 5 do train(service, time, arn, "v" .. i) end
      local params = { ProjectArn = arn, MaxResults = 2 }
      local page = client.must(service, "DescribeProjectVersions", params)
      client.must(service, "DeleteProjectVersion",
        { ProjectVersionArn = page.ProjectVersionDescriptions[2].ProjectVersionArn })
      train(service, time, arn, "v6")
      params.NextToken = page.NextToken
      page = client.must(service, "DescribeProjectVersions", params)
      assert.matches("version/v3/", page.ProjectVersionDescriptions[1].ProjectVersionArn)
      params.NextToken = page.NextToken
      page = client.must(service, "DescribeProjectVersions", params)
      assert.equal(1, #page.ProjectVersionDescriptions)
      assert.is_nil(page.NextToken)
    end)

    it("refuses tokens of another listing, and those that are none", function()
      local service = with_clock()
      local arn = project(service, "p")
      project(service, "q")
      local token = client.must(service, "DescribeProjects", { MaxResults = 1 }).NextToken
      assert.equal(1, #client.must(service, "DescribeProjects", { NextToken = token }).ProjectDescriptions)
      assert.equal("InvalidPaginationTokenException",
        (client.fails(service, "DescribeProjectVersions", { ProjectArn = arn, NextToken = token })))
      assert.equal("InvalidPaginationTokenException",
        (client.fails(service, "DescribeProjects", { NextToken = token }, OTHER)))
      for _, bad in ipairs { "x", "00", "zz", token .. "00", token:upper() .. "A", " " } do
        assert.equal("InvalidPaginationTokenException",
          (client.fails(service, "DescribeProjects", { NextToken = bad })))
      end
    end)
  end)

  describe("with tags", function()
    it("adds, replaces, removes and lists them", function()
      local service, time = with_clock()
      local arn = project(service, "p", nil, { Tags = { a = "1" } })
      local version = train(service, time, arn, "m")
      for _, resource in ipairs { arn, version } do
        client.must(service, "TagResource", { ResourceArn = resource, Tags = { a = "2", ["ключ"] = "" } })
        assert.same({ a = "2", ["ключ"] = "" },
          client.must(service, "ListTagsForResource", { ResourceArn = resource }).Tags)
        client.must(service, "UntagResource", { ResourceArn = resource, TagKeys = { "a", "ключ", "none" } })
        local _, _, _, body = client.call(service, "ListTagsForResource", { ResourceArn = resource })
        assert.equal('{"Tags":{}}', body)
      end
    end)

    it("keeps to their limits", function()
      local service = with_clock()
      local arn = project(service, "p")
      local many = {}
      for i = 1, 200 do many["key" .. i] = "value" end
      client.must(service, "TagResource", { ResourceArn = arn, Tags = many })
      client.must(service, "TagResource", { ResourceArn = arn, Tags = many })
      assert.equal("ServiceQuotaExceededException",
        (client.fails(service, "TagResource", { ResourceArn = arn, Tags = { more = "" } })))
      for _, tags in ipairs { { ["aws:x"] = "" }, { [""] = "" }, { [("x"):rep(129)] = "" }, { a = ("x"):rep(257) },
                              { a = "<" } } do
        assert.equal("InvalidParameterException",
          (client.fails(service, "TagResource", { ResourceArn = arn, Tags = tags })))
      end
      assert.equal("ResourceNotFoundException",
        (client.fails(service, "ListTagsForResource", { ResourceArn = arn .. "0" })))
      assert.equal("InvalidParameterException", (client.fails(service, "ListTagsForResource",
        { ResourceArn = "arn:aws:rekognition:us-east-1:111122223333:collection/c" })))
    end)
  end)
end)

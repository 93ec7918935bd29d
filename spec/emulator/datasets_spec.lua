-- The emulator's datasets.

local calls = require "spec.support.emulator_calls"
local client = require "spec.support.emulator_client"
local codes = require "rekognition.emulator.manifest_codes"
local core = require "rekognition.core"
local manifests = require "spec.support.manifests"
local cjson = require("cjson").new()

local labelled, boxed = manifests.labelled, manifests.boxed

describe("the emulator's datasets", function()
  local service, time, project

  before_each(function()
    service, time = calls.with_clock()
    project = calls.project(service, "p")
  end)

  local function create(kind, source, options)
    local arn = client.must(service, "CreateDataset", { ProjectArn = project, DatasetType = kind or "TRAIN",
      DatasetSource = source }, options).DatasetArn
    time.now = time.now + 1
    return arn
  end

  local function describe_dataset(arn)
    return client.must(service, "DescribeDataset", { DatasetArn = arn }).DatasetDescription
  end

  local function change(arn, lines)
    client.must(service, "UpdateDatasetEntries",
      { DatasetArn = arn, Changes = { GroundTruth = core.base64_encode(table.concat(lines, "\n")) } })
    time.now = time.now + 1
    return describe_dataset(arn)
  end

  local function entries(arn, filters)
    local params = { DatasetArn = arn }
    for key, value in pairs(filters or {}) do params[key] = value end
    return client.must(service, "ListDatasetEntries", params).DatasetEntries
  end

  -- The names of the entries' images.
  local function names(list)
    local result = {}
    for i, text in ipairs(list) do result[i] = text:match("images\\?/([^.]+)%.") end
    return table.concat(result, " ")
  end

  local function from_manifest(key, bucket)
    return { GroundTruthManifest = { S3Object = { Bucket = bucket or "bucket-name", Name = key } } }
  end

  it("are made empty, and seen in their project", function()
    local arn = client.must(service, "CreateDataset",
      { ProjectArn = project, DatasetType = "TRAIN", Tags = { a = "b" } }).DatasetArn
    assert.matches("^arn:aws:rekognition:us%-east%-1:111122223333:project/p/dataset/train/%d+$", arn)
    assert.equal("CREATE_IN_PROGRESS", describe_dataset(arn).Status)
    time.now = time.now + 1
    local found = describe_dataset(arn)
    assert.same({ TotalEntries = 0, LabeledEntries = 0, TotalLabels = 0, ErrorEntries = 0 }, found.DatasetStats)
    assert.same({ "CREATE_COMPLETE", "SUCCESS", "The dataset was successfully created." },
      { found.Status, found.StatusMessageCode, found.StatusMessage })
    assert.equal(time.now, found.LastUpdatedTimestamp)
    local seen = client.must(service, "DescribeProjects", {}).ProjectDescriptions[1].Datasets
    assert.same({ { DatasetArn = arn, DatasetType = "TRAIN", Status = "CREATE_COMPLETE", StatusMessageCode = "SUCCESS",
                    StatusMessage = "The dataset was successfully created.", CreationTimestamp = found.CreationTimestamp } }, seen)
    assert.same({ a = "b" }, client.must(service, "ListTagsForResource", { ResourceArn = arn }).Tags)
    assert.matches("/dataset/test/", create "TEST")
  end)

  it("are made from a manifest in a bucket", function()
    manifests.bucket(service)
    manifests.put(service, "a.manifest", table.concat(manifests.lines({ "cat", "dog" }, 3), "\r\n"))
    local arn = create("TRAIN", from_manifest "a.manifest")
    local found = describe_dataset(arn)
    assert.equal("The dataset was successfully created from the manifest file.", found.StatusMessage)
    assert.same({ TotalEntries = 6, LabeledEntries = 6, TotalLabels = 2, ErrorEntries = 0 }, found.DatasetStats)
    assert.equal("cat-1 cat-2 cat-3 dog-1 dog-2 dog-3", names(entries(arn)))
    assert.equal(labelled("cat-1", "cat"), entries(arn)[1])
  end)

  it("are made from another dataset", function()
    local first = create()
    change(first, manifests.lines({ "cat" }, 2))
    project = calls.project(service, "q")
    local copy = create("TEST", { DatasetArn = first })
    assert.same(entries(first), entries(copy))
    change(copy, { labelled("new", "dog") })
    assert.equal(2, #entries(first))
    project = calls.project(service, "r", calls.OTHER)
    assert.equal("AccessDeniedException", (client.fails(service, "CreateDataset",
      { ProjectArn = project, DatasetType = "TRAIN", DatasetSource = { DatasetArn = first } }, calls.OTHER)))
  end)

  describe("made from what is wrong", function()
    local function try(more, options)
      local params = { ProjectArn = project, DatasetType = "TRAIN" }
      for key, value in pairs(more) do params[key] = value end
      return (client.fails(service, "CreateDataset", params, options))
    end

    it("are refused", function()
      local adapter = calls.project(service, "adapter", nil, { Feature = "CONTENT_MODERATION", AutoUpdate = "DISABLED" })
      local dying = calls.project(service, "dying")
      local other = create()
      client.must(service, "DeleteProject", { ProjectArn = dying })
      assert.equal("ResourceAlreadyExistsException", try {})
      assert.equal("ResourceNotFoundException", try { ProjectArn = project .. "0" })
      assert.equal("ResourceNotFoundException", try { ProjectArn = dying })
      assert.equal("InvalidParameterException", try { ProjectArn = adapter })
      assert.equal("InvalidParameterException", try { DatasetType = "TEST", DatasetSource = {} })
      assert.equal("InvalidParameterException", try { DatasetType = "TEST", DatasetSource = { GroundTruthManifest = {} } })
      assert.equal("InvalidParameterException", try { DatasetType = "TEST",
        DatasetSource = { DatasetArn = other, GroundTruthManifest = from_manifest("a").GroundTruthManifest } })
      assert.equal("ResourceNotFoundException", try { DatasetType = "TEST", DatasetSource = { DatasetArn = other .. "0" } })
      assert.equal("ValidationException", try { DatasetType = "OTHER" })
      manifests.bucket(service)
      assert.equal("InvalidS3ObjectException", try { DatasetType = "TEST", DatasetSource = from_manifest "none.manifest" })
      assert.equal("InvalidS3ObjectException", try { DatasetType = "TEST", DatasetSource = from_manifest("a", "none") })
      assert.equal("AccessDeniedException", try({}, calls.OTHER))
    end)

    for what, case in pairs {
      ["has no extension"] = { "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT", labelled("a", "b"), "manifest" },
      ["is empty"] = { "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT", "" },
      ["is too large"] = { "ERROR_MANIFEST_SIZE_TOO_LARGE", ("x"):rep(10001) },
      ["has too many rows"] = { "ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM", table.concat(manifests.lines({ "cat" }, 9), "\n") },
      ["has too many bad rows"] = { "ERROR_TOO_MANY_RECORDS_IN_ERROR", labelled("a", "b") .. "\n{\n{" },
      ["has images of two buckets"] = { "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS",
        labelled("a", "b") .. "\n" .. labelled("c", "b"):gsub("bucket%-name", "other-bucket") },
    } do
      it("fail where their manifest " .. what, function()
        service.settings.quotas.manifest_bytes, service.settings.quotas.dataset_images = 10000, 8
        manifests.bucket(service)
        manifests.put(service, case[3] or "a.manifest", case[2])
        local found = describe_dataset(create("TRAIN", from_manifest(case[3] or "a.manifest")))
        assert.same({ "CREATE_FAILED", "CLIENT_ERROR", codes.text(case[1]) },
          { found.Status, found.StatusMessageCode, found.StatusMessage })
        assert.equal(0, found.DatasetStats.TotalEntries)
      end)
    end

    it("fail with too many labels", function()
      manifests.bucket(service)
      local labels = {}
      for i = 1, 251 do labels[i] = "label" .. i end
      manifests.put(service, "a.manifest", table.concat(manifests.lines(labels, 1), "\n"))
      assert.equal(codes.text "ERROR_MANIFEST_TOO_MANY_LABELS",
        describe_dataset(create("TRAIN", from_manifest "a.manifest")).StatusMessage)
    end)

    it("leave out a few bad lines, and count those with faults", function()
      local lines = manifests.lines({ "cat" }, 9)
      lines[5] = "{"
      lines[10] = labelled("odd", "cat", function(line) line["label1-metadata"].type = "other" end)
      manifests.bucket(service)
      manifests.put(service, "a.manifest", table.concat(lines, "\n"))
      local arn = create("TRAIN", from_manifest "a.manifest")
      assert.same({ TotalEntries = 9, LabeledEntries = 8, TotalLabels = 1, ErrorEntries = 1 }, describe_dataset(arn).DatasetStats)
      local noted = entries(arn, { HasErrors = true })
      assert.equal("odd", names(noted))
      assert.is_truthy(noted[1]:find('"source-ref":"s3://', 1, true)) -- slashes as AWS writes them
      assert.equal("ERROR_UNSUPPORTED_USE_CASE_TYPE", cjson.decode(noted[1])["label1-metadata"].errors[1].code)
    end)
  end)

  describe("with entries", function()
    local arn
    before_each(function()
      arn = create()
      change(arn, { labelled("a", { "cat", "pet" }), labelled("b", "dog"), labelled("c", {}),
        boxed("d", { { "cat", 1, 1, 9, 9 }, { "cat", 2, 2, 9, 9 } }), boxed("e", { { "fox", -1, 1, 9, 9 } }) })
    end)

    it("lists them by what they have", function()
      for wanted, filters in pairs {
        ["a b c d e"] = {}, ["a d"] = { ContainsLabels = { "cat", "none" } }, ["a b d"] = { Labeled = true },
        ["c e"] = { Labeled = false }, ["e"] = { HasErrors = true }, ["a b c d"] = { HasErrors = false },
        ["b"] = { SourceRefContains = "images/b" }, [""] = { SourceRefContains = "images/b", HasErrors = true },
      } do
        assert.equal(wanted, names(entries(arn, filters)))
      end
    end)

    it("lists them in pages, whose tokens are good for their filters alone", function()
      local params = { DatasetArn = arn, MaxResults = 1, Labeled = true }
      local seen = {}
      repeat
        local page = client.must(service, "ListDatasetEntries", params)
        seen[#seen + 1] = names(page.DatasetEntries)
        params.NextToken = page.NextToken
        if page.NextToken then
          for _, other in ipairs { { Labeled = false }, { ContainsLabels = { "cat" } }, { SourceRefContains = "a" } } do
            other.DatasetArn, other.NextToken = arn, page.NextToken
            assert.equal("InvalidPaginationTokenException", (client.fails(service, "ListDatasetEntries", other)))
          end
        end
      until not params.NextToken
      assert.same({ "a", "b", "d" }, seen)
    end)

    it("lists their labels with their counts, in pages", function()
      local labels = client.must(service, "ListDatasetLabels", { DatasetArn = arn }).DatasetLabelDescriptions
      assert.same({
        { LabelName = "cat", LabelStats = { EntryCount = 2, BoundingBoxCount = 2 } },
        { LabelName = "dog", LabelStats = { EntryCount = 1, BoundingBoxCount = 0 } },
        { LabelName = "pet", LabelStats = { EntryCount = 1, BoundingBoxCount = 0 } },
      }, labels)
      local page = client.must(service, "ListDatasetLabels", { DatasetArn = arn, MaxResults = 2 })
      local rest = client.must(service, "ListDatasetLabels", { DatasetArn = arn, MaxResults = 2, NextToken = page.NextToken })
      assert.equal("pet", rest.DatasetLabelDescriptions[1].LabelName)
      assert.is_nil(rest.NextToken)
    end)

    it("changes them by their images", function()
      local found = change(arn, { labelled("b", "wolf"), labelled("f", "bird") })
      assert.same({ "UPDATE_COMPLETE", "SUCCESS" }, { found.Status, found.StatusMessageCode })
      assert.equal("a b c d e f", names(entries(arn)))
      assert.equal(labelled("b", "wolf"), entries(arn)[2])
    end)

    it("leaves them where a change is wrong as a whole", function()
      local found = change(arn, { (labelled("g", "wolf"):gsub("bucket%-name", "other-bucket")) })
      assert.same({ "UPDATE_FAILED", "CLIENT_ERROR", "The manifest file contains images from multiple S3 buckets." },
        { found.Status, found.StatusMessageCode, found.StatusMessage })
      assert.equal(5, #entries(arn))
      assert.equal(codes.text "ERROR_TOO_MANY_RECORDS_IN_ERROR", change(arn, { "{" }).StatusMessage)
      assert.equal("UPDATE_COMPLETE", change(arn, { labelled("f", "bird") }).Status)
    end)

    it("refuses changes that can't be any", function()
      local function try(text)
        return (client.fails(service, "UpdateDatasetEntries",
          { DatasetArn = arn, Changes = { GroundTruth = core.base64_encode(text) } }))
      end
      assert.equal("InvalidParameterException", try "\xff")
      assert.equal("InvalidParameterException", try " \n")
      assert.equal("ValidationException", try "")
      assert.equal("ValidationException", try(("x"):rep(5242881)))
    end)

    it("answers otherwise while it changes", function()
      local function codes_now()
        local list = {}
        for _, operation in ipairs { "ListDatasetEntries", "ListDatasetLabels", "DeleteDataset" } do
          list[#list + 1] = client.fails(service, operation, { DatasetArn = arn })
        end
        return list
      end
      client.must(service, "UpdateDatasetEntries",
        { DatasetArn = arn, Changes = { GroundTruth = core.base64_encode(labelled("f", "bird")) } })
      assert.same({ "ResourceInUseException", "ResourceInUseException", "ResourceInUseException" }, codes_now())
      assert.equal("ResourceInUseException", (client.fails(service, "UpdateDatasetEntries",
        { DatasetArn = arn, Changes = { GroundTruth = core.base64_encode(labelled("f", "bird")) } })))
      arn = client.must(service, "CreateDataset", { ProjectArn = project, DatasetType = "TEST" }).DatasetArn
      assert.same({ "ResourceNotReadyException", "ResourceNotReadyException", "ResourceInUseException" }, codes_now())
    end)
  end)

  describe("distributed", function()
    local training, testing
    before_each(function()
      training, testing = create(), create "TEST"
    end)
    local function distribute(first, second)
      return { Datasets = { { Arn = first }, { Arn = second } } }
    end

    it("move a fifth to the test", function()
      change(training, manifests.lines({ "cat", "dog" }, 10))
      client.must(service, "DistributeDatasetEntries", distribute(training, testing))
      assert.equal("UPDATE_IN_PROGRESS", describe_dataset(training).Status)
      assert.equal("UPDATE_IN_PROGRESS", describe_dataset(testing).Status)
      assert.equal("ResourceNotReadyException", (client.fails(service, "DistributeDatasetEntries", distribute(training, testing))))
      time.now = time.now + 1
      assert.same({ 16, 4 }, { #entries(training), #entries(testing) })
      assert.equal(2, describe_dataset(testing).DatasetStats.TotalLabels)
      assert.equal("InvalidParameterException", (client.fails(service, "DistributeDatasetEntries", distribute(testing, training))))
    end)

    it("fail with too few images", function()
      change(training, manifests.lines({ "a", "b", "c" }, 1))
      client.must(service, "DistributeDatasetEntries", distribute(testing, training))
      time.now = time.now + 1
      local found = describe_dataset(training)
      assert.same({ "UPDATE_FAILED", codes.text "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_DISTRIBUTE" },
        { found.Status, found.StatusMessage })
      assert.same({ 3, 0 }, { #entries(training), #entries(testing) })
    end)

    it("want the two datasets of one project", function()
      assert.equal("InvalidParameterException", (client.fails(service, "DistributeDatasetEntries", distribute(training, testing))))
      assert.equal("InvalidParameterException", (client.fails(service, "DistributeDatasetEntries", distribute(training, training))))
      assert.equal("ResourceNotFoundException", (client.fails(service, "DistributeDatasetEntries", distribute(training, testing .. "0"))))
      assert.equal("ValidationException", (client.fails(service, "DistributeDatasetEntries", { Datasets = { { Arn = training } } })))
      change(training, manifests.lines({ "cat", "dog" }, 10))
      project = calls.project(service, "q")
      local other = create "TEST"
      assert.equal("InvalidParameterException", (client.fails(service, "DistributeDatasetEntries", distribute(training, other))))
    end)
  end)

  it("train a model, which then is trained by them alone", function()
    manifests.bucket(service)
    manifests.put_manifest(service, "a.manifest", manifests.lines({ "cat", "dog" }, 5))
    local params = { ProjectArn = project, VersionName = "m", OutputConfig = calls.OUTPUT }
    local training = create("TRAIN", from_manifest "a.manifest")
    assert.equal("InvalidParameterException", (client.fails(service, "CreateProjectVersion", params)))
    local testing = client.must(service, "CreateDataset", { ProjectArn = project, DatasetType = "TEST" }).DatasetArn
    assert.equal("ResourceInUseException", (client.fails(service, "CreateProjectVersion", params)))
    time.now = time.now + 1
    assert.equal("InvalidParameterException", (client.fails(service, "CreateProjectVersion", calls.train_params(project, "m"))))
    client.must(service, "DistributeDatasetEntries", { Datasets = { { Arn = training }, { Arn = testing } } })
    time.now = time.now + 1
    client.must(service, "CreateProjectVersion", params)
    time.now = time.now + 5
    local version = calls.versions(service, project, "m")[1]
    assert.equal("TRAINING_COMPLETED", version.Status)
    assert.is_nil(version.TrainingDataResult.Input)
    local evaluation = cjson.decode(manifests.get(service, version.EvaluationResult.Summary.S3Object.Name))
    assert.same({ 8, 2 }, { evaluation.EvaluationDetails.NumberOfTrainingImages, evaluation.EvaluationDetails.NumberOfTestingImages })
  end)

  it("fail to train where they are empty", function()
    create()
    create "TEST"
    client.must(service, "CreateProjectVersion", { ProjectArn = project, VersionName = "m", OutputConfig = calls.OUTPUT })
    time.now = time.now + 5
    local version = calls.versions(service, project, "m")[1]
    assert.same({ "TRAINING_FAILED", "The manifest file is empty." }, { version.Status, version.StatusMessage })
  end)

  it("are deleted, and keep their project until then", function()
    local arn = create()
    assert.equal("ResourceInUseException", (client.fails(service, "DeleteProject", { ProjectArn = project })))
    client.must(service, "DeleteDataset", { DatasetArn = arn })
    assert.equal("DELETE_IN_PROGRESS", describe_dataset(arn).Status)
    assert.equal("ResourceInUseException", (client.fails(service, "DeleteDataset", { DatasetArn = arn })))
    time.now = time.now + 1
    for _, operation in ipairs { "DescribeDataset", "DeleteDataset", "ListDatasetEntries", "ListDatasetLabels" } do
      assert.equal("ResourceNotFoundException", (client.fails(service, operation, { DatasetArn = arn })))
    end
    client.must(service, "DeleteProject", { ProjectArn = project })
  end)

  it("come back from the state file", function()
    local path = os.tmpname()
    os.remove(path)
    service, time = calls.with_clock { state_file = path }
    project = calls.project(service, "p")
    local arn = create()
    change(arn, manifests.lines({ "cat" }, 2))
    local before = { entries(arn), describe_dataset(arn) }
    if service.close then service:close() end
    service = calls.with_clock { state_file = path }
    service.clock = function() return time.now end
    assert.same(before, { entries(arn), describe_dataset(arn) })
    os.remove(path)
  end)
end)

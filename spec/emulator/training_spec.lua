-- What the emulator makes of manifests when it trains.

local calls = require "spec.support.emulator_calls"
local client = require "spec.support.emulator_client"
local codes = require "rekognition.emulator.manifest_codes"
local manifests = require "spec.support.manifests"
local cjson = require("cjson").new()

local labelled, boxed, data = manifests.labelled, manifests.boxed, manifests.data

describe("a training", function()
  local service, time, project

  before_each(function()
    service, time = calls.with_clock()
    project = calls.project(service, "p")
    manifests.bucket(service)
  end)

  -- Trains with what is in the bucket, and returns the version's description.
  local function train(more, name)
    client.must(service, "CreateProjectVersion", calls.train_params(project, name or "m", more))
    time.now = time.now + 5
    return calls.versions(service, project, name or "m")[1]
  end

  local function train_lines(lines, testing, without)
    manifests.put_manifest(service, "train.manifest", lines, without)
    if testing then manifests.put_manifest(service, "test.manifest", testing) end
    return train { TrainingData = data "train.manifest", TestingData = testing and data "test.manifest" }
  end

  local function file(what, name)
    local text = manifests.get(service, ("path_to_folder/%s-p-%s.json"):format(what, name or "m"))
    return text
  end

  local function summary() return cjson.decode(file "ManifestSummary") end

  -- The lines of a file, decoded.
  local function file_lines(what)
    local list = {}
    for line in file(what):gmatch("[^\n]+") do list[#list + 1] = cjson.decode(line) end
    return list
  end

  describe("of labels", function()
    it("leaves six files that agree with one another", function()
      local version = train_lines(manifests.lines({ "cat", "dog", "fox" }, 10))
      assert.equal("TRAINING_COMPLETED", version.Status)
      local evaluation = cjson.decode(file "EvaluationResultSummary")
      assert.equal(version.EvaluationResult.F1Score, tonumber(("%.15g"):format(evaluation.AggregatedEvaluationResults.F1Score)))
      assert.same({ "cat", "dog", "fox" }, evaluation.EvaluationDetails.Labels)
      assert.equal(version.ProjectVersionArn, evaluation.EvaluationDetails.ProjectVersionArn)
      assert.equal(24, evaluation.EvaluationDetails.NumberOfTrainingImages)
      assert.equal(6, evaluation.EvaluationDetails.NumberOfTestingImages)
      assert.equal("2022-06-30T17:45:28.456000", evaluation.EvaluationDetails.EvaluationEndTimestamp)
      assert.equal(24, #file_lines "TrainingGroundTruth")
      local right = 0
      for _, line in ipairs(file_lines "TestingGroundTruth") do
        local found = line["rekognition-custom-labels-evaluation-0-metadata"]
        if found["rekognition-custom-labels-evaluation-details"]["is-true-positive"] then right = right + 1 end
      end
      local recall = 0
      for _, one in ipairs(evaluation.LabelEvaluationResults) do
        recall = recall + one.Metrics.Recall * one.NumberOfTestingImages
        assert.is_true(one.Metrics.Threshold >= 0.3 and one.Metrics.Threshold <= 0.7)
      end
      assert.is_true(math.abs(right - recall) < 1e-9)
      local whole = 0
      for _, cell in ipairs(evaluation.AggregatedEvaluationResults.ConfusionMatrix) do whole = whole + cell.Value end
      assert.is_true(math.abs(whole - 3) < 1e-9)
      assert.same({ use_case = "IMAGE_LEVEL_LABELS", total_json_lines = 30, valid_json_lines = 30, invalid_json_lines = 0,
                    ignored_json_lines = 0, errors = {}, error_json_line_indices = {} }, summary().statistics.training)
      assert.equal(30, #file_lines "TrainingManifestWithValidation")
      assert.equal(6, #file_lines "TestingManifestWithValidation")
      for what, place in pairs {
        EvaluationResultSummary = version.EvaluationResult.Summary,
        ManifestSummary = version.ManifestSummary,
        TrainingGroundTruth = version.TrainingDataResult.Output.Assets[1].GroundTruthManifest,
        TestingGroundTruth = version.TestingDataResult.Output.Assets[1].GroundTruthManifest,
        TrainingManifestWithValidation = version.TrainingDataResult.Validation.Assets[1].GroundTruthManifest,
        TestingManifestWithValidation = version.TestingDataResult.Validation.Assets[1].GroundTruthManifest,
      } do
        assert.same({ Bucket = "bucket-name", Name = ("path_to_folder/%s-p-m.json"):format(what) }, place.S3Object)
      end
    end)

    it("has its files when it ends, and not before", function()
      manifests.put_manifest(service, "train.manifest", manifests.lines({ "cat", "dog" }, 5))
      client.must(service, "CreateProjectVersion",
        calls.train_params(project, "m", { TrainingData = data "train.manifest" }))
      time.now = time.now + 4.9
      calls.versions(service, project)
      assert.is_nil(file "ManifestSummary")
      time.now = time.now + 0.1
      calls.versions(service, project)
      assert.is_string(file "ManifestSummary")
    end)

    it("takes test lines of its own", function()
      local version = train_lines(manifests.lines({ "cat", "dog" }, 5), manifests.lines({ "cat", "dog" }, 2, "test-"))
      assert.equal("TRAINING_COMPLETED", version.Status)
      assert.equal(4, summary().statistics.testing.total_json_lines)
      assert.equal(4, cjson.decode(file "EvaluationResultSummary").EvaluationDetails.NumberOfTestingImages)
    end)
  end)

  it("of boxes has average figures and the boxes it found", function()
    local lines = {}
    for i = 1, 10 do lines[i] = boxed("b" .. i, { { "echo", 10, 20, 100, 50 }, { "dot", 0, 0, 640, 480 } }) end
    local version = train_lines(lines)
    assert.equal("TRAINING_COMPLETED", version.Status)
    local results = cjson.decode(file "EvaluationResultSummary").AggregatedEvaluationResults
    assert.is_nil(results.ConfusionMatrix)
    assert.equal(results.Precision, results.AveragePrecision)
    assert.equal("OBJECT_LOCALIZATION", summary().statistics.training.use_case)
    local found = file_lines("TestingGroundTruth")[1]
    assert.same({ left = 10, top = 20, width = 100, height = 50 }, (function(box)
      return { left = box.left, top = box.top, width = box.width, height = box.height }
    end)(found["rekognition-custom-labels-evaluation"].annotations[1]))
    local about = found["rekognition-custom-labels-evaluation-metadata"]
    assert.equal(2, #about.objects)
    assert.equal("0", about.objects[1]["rekognition-custom-labels-object-id"])
    assert.same({ ["0"] = "dot", ["1"] = "echo" }, about["class-map"])
  end)

  -- Each fault of a line: what is noted, and where.
  local function set(path, value)
    return function(line)
      local place = line
      for name in path:gmatch("([^.]+)%.") do place = place[tonumber(name) or name] end
      local last = path:match("([^.]+)$")
      place[tonumber(last) or last] = value
    end
  end
  local good_box = { { "echo", 10, 20, 100, 50 } }
  local META = "label1-metadata"
  for what, case in pairs {
    ["is not JSON"] = { "ERROR_INVALID_JSON_LINE", '{"source-ref":', "errors" },
    ["is a list"] = { "ERROR_INVALID_JSON_LINE", "[1]", "errors" },
    ["is empty"] = { "ERROR_INVALID_JSON_LINE", "", "errors" },
    ["has a raw control character"] = { "ERROR_INVALID_JSON_LINE", '{"source-ref":"\1"}', "errors" },
    ["is too long"] = { "ERROR_INVALID_JSON_LINE", labelled("x", "cat", set("more", ("x"):rep(100000))), "errors" },
    ["has no image"] = { "ERROR_MISSING_SOURCE_REF", labelled("x", "cat", set("source-ref", nil)), "errors" },
    ["has no S3 address"] = { "ERROR_INVALID_SOURCE_REF_FORMAT", labelled("x", "cat", set("source-ref", "https://a/b")), "errors" },
    ["has a number for an address"] = { "ERROR_INVALID_SOURCE_REF_FORMAT", labelled("x", "cat", set("source-ref", 1)), "errors" },
    ["has an attribute without metadata"] = { "ERROR_NO_LABEL_ATTRIBUTES", labelled("x", "cat", set(META, nil)), "errors" },
    ["has a text for a label"] = { "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", labelled("x", "cat", set("label1", "1")), META .. ".errors" },
    ["has no class name"] = { "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", labelled("x", "cat", set(META .. ".class-name", nil)), META .. ".errors" },
    ["has a confidence over 1"] = { "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", labelled("x", "cat", set(META .. ".confidence", 2)), META .. ".errors" },
    ["was annotated by maybe"] = { "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", labelled("x", "cat", set(META .. ".human-annotated", "maybe")), META .. ".errors" },
    ["has no date"] = { "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", labelled("x", "cat", set(META .. ".creation-date", nil)), META .. ".errors" },
    ["has no type"] = { "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", labelled("x", "cat", set(META .. ".type", nil)), META .. ".errors" },
    ["has another type"] = { "ERROR_UNSUPPORTED_USE_CASE_TYPE", labelled("x", "cat", set(META .. ".type", "groundtruth/semantic-segmentation")), META .. ".errors" },
    ["has a long label"] = { "ERROR_INVALID_LABEL_NAME_LENGTH", labelled("x", ("é"):rep(256)), META .. ".errors" },
    ["has no valid attribute"] = { "ERROR_NO_VALID_LABEL_ATTRIBUTES", labelled("x", "cat", set(META .. ".type", nil)), "errors" },
    ["has boxes without a size"] = { "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", boxed("x", good_box, set("box.image_size", nil)), "box.errors" },
    ["has a box without a side"] = { "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", boxed("x", good_box, set("box.annotations.1.left", nil)), "box.errors" },
    ["has a box of a huge class"] = { "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", boxed("x", good_box, set("box.annotations.1.class_id", 1e300)), "box.errors" },
    ["has boxes in an image of 10 pixels"] = { "ERROR_INVALID_IMAGE_DIMENSION", boxed("x", good_box, set("box.image_size.1.width", 10)), "box.errors" },
    ["has boxes without confidence"] = { "ERROR_MISSING_BOUNDING_BOX_CONFIDENCE", boxed("x", good_box, set("box-metadata.objects.1.confidence", nil)), "box-metadata.errors" },
    ["has too few confidences"] = { "ERROR_MISSING_BOUNDING_BOX_CONFIDENCE", boxed("x", good_box, set("box-metadata.objects", nil)), "box-metadata.errors" },
    ["has a class that the map lacks"] = { "ERROR_MISSING_CLASS_MAP_ID", boxed("x", good_box, set("box.annotations.1.class_id", 7)), "box.annotations.1.errors" },
    ["has a box off the frame"] = { "ERROR_INVALID_BOUNDING_BOX", boxed("x", { { "echo", 600, 20, 100, 50 } }), "box.annotations.1.errors" },
    ["has a box at a negative place"] = { "ERROR_INVALID_BOUNDING_BOX", boxed("x", { { "echo", -1, 20, 100, 50 } }), "box.annotations.1.errors" },
    ["has a box of one pixel"] = { "ERROR_BOUNDING_BOX_TOO_SMALL", boxed("x", { { "echo", 1, 1, 1, 50 } }), "box.annotations.1.errors" },
    ["has no good box"] = { "ERROR_NO_VALID_ANNOTATIONS", boxed("x", { { "echo", 1, 1, 1, 50 } }), "box.errors" },
    ["has 51 boxes"] = { "ERROR_TOO_MANY_BOUNDING_BOXES", boxed("x", (function()
      local boxes = {}
      for i = 1, 51 do boxes[i] = good_box[1] end
      return boxes
    end)()), "box.errors" },
  } do
    it("notes a line that " .. what, function()
      local lines = manifests.lines({ "cat", "dog" }, 5)
      table.insert(lines, 3, case[2])
      local version = train_lines(lines)
      assert.equal("TRAINING_COMPLETED", version.Status)
      local statistics = summary().statistics.training
      assert.same({ 11, 10, 1, { 3 } }, { statistics.total_json_lines, statistics.valid_json_lines,
        statistics.invalid_json_lines, statistics.error_json_line_indices })
      local place = file_lines("TrainingManifestWithValidation")[3]
      for name in case[3]:gmatch("[^.]+") do place = place[tonumber(name) or name] end
      local seen = {}
      for _, one in ipairs(place) do
        seen[one.code] = one.message
      end
      assert.is_string(seen[case[1]])
      assert.equal(codes.text(case[1], "label1"):gsub("label1", "X"), (seen[case[1]]:gsub("label1", "X"):gsub("attribute box", "attribute X")))
    end)
  end

  for what, case in pairs {
    ["isn't there"] = false, ["is no image"] = "GIF89a", ["is too small"] = manifests.png(63, 64),
    ["is too large"] = manifests.png(4097, 4096), ["is too long"] = manifests.png(64, 64 * 20 + 1),
    ["has too many bytes"] = manifests.png(640, 480, ("x"):rep(15 * 1024 * 1024)), ["is a torn PNG"] = "\x89PNG\r\n\x1a\n",
  } do
    it("notes an image that " .. what, function()
      local lines = manifests.lines({ "cat", "dog" }, 5)
      lines[11] = labelled("odd", "cat")
      manifests.put_manifest(service, "train.manifest", lines, { odd = true })
      if case then manifests.put(service, "images/odd.png", case) end
      assert.equal("TRAINING_COMPLETED", train({ TrainingData = data "train.manifest" }).Status)
      assert.same({ 11 }, summary().statistics.training.error_json_line_indices)
      assert.equal("ERROR_INVALID_IMAGE", file_lines("TrainingManifestWithValidation")[11].errors[1].code)
    end)
  end

  it("takes JPEG images", function()
    local lines = manifests.lines({ "cat", "dog" }, 5)
    manifests.put_manifest(service, "train.manifest", lines)
    manifests.put(service, "images/cat-1.png", manifests.jpeg(64, 4096 // 4))
    train { TrainingData = data "train.manifest" }
    assert.same({}, summary().statistics.training.error_json_line_indices)
  end)

  it("passes over lines without labels, and images that came before", function()
    local lines = manifests.lines({ "cat", "dog" }, 5)
    lines[11], lines[12] = cjson.encode { ["source-ref"] = "s3://bucket-name/images/cat-1.png" }, labelled("dog-1", "dog")
    lines[13] = boxed("empty", { { "echo", 1, 1, 5, 5 } }, function(line)
      line.box.annotations, line["box-metadata"].objects = nil, nil
    end)
    lines[14] = labelled("plain", {})
    assert.equal("TRAINING_COMPLETED", train_lines(lines).Status)
    local statistics = summary().statistics.training
    assert.same({ 14, 10, 0, 4, {} }, { statistics.total_json_lines, statistics.valid_json_lines,
      statistics.invalid_json_lines, statistics.ignored_json_lines, statistics.error_json_line_indices })
    local noted = file_lines "TrainingManifestWithValidation"
    assert.equal("WARNING_NO_ANNOTATIONS", noted[13].warnings[1].code)
    assert.equal("WARNING_NO_ATTRIBUTE_ANNOTATIONS", noted[13].box.warnings[1].code)
    assert.equal("WARNING_UNANNOTATED_RECORD", noted[14].warnings[1].code)
  end)

  local function cats(count) return manifests.lines({ "cat" }, count) end
  local function join(...)
    local all = {}
    for _, list in ipairs { ... } do table.move(list, 1, #list, #all + 1, all) end
    return all
  end
  local function many_labels(count)
    local names = {}
    for i = 1, count do names[i] = "label" .. i end
    return manifests.lines(names, 2)
  end
  local two = manifests.lines({ "cat", "dog" }, 5)
  -- What fails: the code, where it is reported, the training lines, the test lines.
  for what, case in pairs {
    ["too many bad lines"] = { "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST", "training", join(two, { "", "", "" }) },
    ["images of two buckets"] = { "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS", "training", join(two, { (two[1]:gsub("bucket%-name", "other-bucket")) }) },
    ["one label"] = { "ERROR_MANIFEST_TOO_FEW_LABELS", "training", cats(5) },
    ["251 labels"] = { "ERROR_MANIFEST_TOO_MANY_LABELS", "training", many_labels(251) },
    ["one label of the chosen kind"] = { "ERROR_MANIFEST_TOO_FEW_USABLE_LABELS", "training", join(cats(5), { boxed("b", good_box) }) },
    ["one image a label"] = { "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_AUTOSPLIT", "both", manifests.lines({ "a", "b", "c" }, 1) },
    ["a test of one label of three"] = { "ERROR_INSUFFICIENT_LABEL_OVERLAP", "both", manifests.lines({ "a", "b", "c" }, 2), manifests.lines({ "a", "x" }, 2) },
    ["a test that covers by the other kind"] = { "ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP", "both", manifests.lines({ "a", "b", "c", "d" }, 2),
      join(manifests.lines({ "a", "x" }, 2), { boxed("b", { { "b", 1, 1, 9, 9 }, { "c", 1, 1, 9, 9 } }) }) },
    ["a test of one label"] = { "ERROR_MANIFEST_TOO_FEW_LABELS", "testing", two, cats(2) },
  } do
    it("fails with " .. what, function()
      local version = train_lines(case[3], case[4])
      assert.same({ "TRAINING_FAILED", codes.text(case[1]) }, { version.Status, version.StatusMessage })
      local told = summary()
      local list = case[2] == "both" and told.errors or told.statistics[case[2]].errors
      assert.same({ { code = case[1], message = codes.text(case[1]) } }, list)
      assert.equal("path_to_folder/ManifestSummary-p-m.json", version.ManifestSummary.S3Object.Name)
      assert.is_string(file "TrainingManifestWithValidation")
      assert.is_string(file "TestingManifestWithValidation")
      assert.is_nil(version.EvaluationResult)
      assert.is_nil(version.BillableTrainingTimeInSeconds)
      assert.is_nil(version.TrainingDataResult.Output)
      assert.is_nil(file "EvaluationResultSummary")
    end)
  end

  it("fails where none of its images can be read", function()
    local without = {}
    for _, line in ipairs(two) do without[line:match("images\\?/([^.]+)%.")] = true end
    local version = train_lines(two, nil, without)
    assert.equal("TRAINING_FAILED", version.Status)
    assert.equal("ERROR_FAILED_IMAGES_S3_COPY", summary().errors[1].code)
  end)

  it("fails where its images are in another account's bucket", function()
    manifests.bucket(service, "theirs", calls.OTHER)
    local lines = {}
    for i, line in ipairs(two) do lines[i] = line:gsub("bucket%-name", "theirs") end
    manifests.put(service, "train.manifest", table.concat(lines, "\n"))
    local version = train { TrainingData = data "train.manifest" }
    assert.equal("TRAINING_FAILED", version.Status)
    local seen = {}
    for _, one in ipairs(summary().errors) do seen[one.code] = true end
    assert.is_true(seen.ERROR_INVALID_IMAGES_S3_BUCKET_OWNER)
    assert.is_true(seen.ERROR_INVALID_PERMISSIONS_IMAGES_S3_BUCKET)
  end)

  for what, case in pairs {
    ["isn't there"] = { nil, "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT" },
    ["is in no bucket"] = { nil, "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT", { TrainingData = data("train.manifest", "none") } },
    ["has no extension"] = { "x", "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT", { TrainingData = data "manifest" }, "manifest" },
    ["is not UTF-8"] = { "\xff", "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT" },
    ["is empty"] = { "", "ERROR_EMPTY_MANIFEST" }, ["is blank"] = { "\n \n", "ERROR_EMPTY_MANIFEST" },
    ["is another account's"] = { nil, "ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET", { TrainingData = data("train.manifest", "theirs") } },
    ["has nowhere to put its results"] = { "x", "ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET", { OutputConfig = { S3Bucket = "theirs" } } },
  } do
    it("fails without a file where its manifest " .. what, function()
      manifests.bucket(service, "theirs", calls.OTHER)
      if case[1] then manifests.put(service, case[4] or "train.manifest", case[1]) end
      local version = train(case[3] or { TrainingData = data "train.manifest" })
      assert.same({ "TRAINING_FAILED", codes.text(case[2]) }, { version.Status, version.StatusMessage })
      assert.is_nil(version.ManifestSummary)
      assert.is_nil(version.TrainingDataResult)
      assert.is_nil(file "ManifestSummary")
    end)
  end

  it("fails where its manifest is over the quotas", function()
    service, time = calls.with_clock { quotas = { manifest_bytes = 100, dataset_images = 3 } }
    project = calls.project(service, "p")
    manifests.bucket(service)
    assert.equal(codes.text "ERROR_MANIFEST_SIZE_TOO_LARGE", train_lines(two).StatusMessage)
    service.settings.quotas.manifest_bytes = 100000
    local version = train({ TrainingData = data "train.manifest" }, "n")
    assert.equal(codes.text "ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM", version.StatusMessage)
  end)

  it("takes a region's own bound of lines", function()
    local training = require "rekognition.emulator.training"
    assert.is_function(training.outcome)
    local context = { store = service.store, settings = service.settings, operation = "CreateProjectVersion", now = time.now,
                      caller = { account = "111122223333", region = "eu-west-2", arn = "arn:aws:iam::111122223333:root" } }
    local lines = {}
    for i = 1, 28001 do lines[i] = labelled("i" .. i, i % 2 == 0 and "cat" or "dog") end
    manifests.put(service, "train.manifest", table.concat(lines, "\n"))
    local outcome = training.outcome(context, { feature = "CUSTOM_LABELS" },
      { training = { Bucket = "bucket-name", Name = "train.manifest" }, split = true },
      { arn = project, output = { S3Bucket = "bucket-name" } }, time.now)
    assert.matches('"code":"ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM"', outcome.texts.ManifestSummary)
  end)

  it("wants a bucket where the emulator was told so", function()
    for _, strict in ipairs { false, true } do
      service, time = calls.with_clock { strict_buckets = strict }
      project = calls.project(service, "p")
      local version = train()
      assert.equal(strict and "TRAINING_FAILED" or "TRAINING_COMPLETED", version.Status)
      assert.equal(strict and "Unable to write to output S3 bucket." or "The model is ready to run.", version.StatusMessage)
    end
  end)

  it("told to fail has its manifests' files", function()
    service, time = calls.with_clock { fail = { "bad" } }
    project = calls.project(service, "p")
    manifests.bucket(service)
    manifests.put_manifest(service, "train.manifest", two)
    local version = train({ TrainingData = data "train.manifest" }, "bad")
    assert.equal("TRAINING_FAILED", version.Status)
    assert.is_string(file("ManifestSummary", "bad"))
    assert.is_nil(file("EvaluationResultSummary", "bad"))
  end)

  it("of an adapter wants data and looks at its manifest's file alone", function()
    project = calls.project(service, "a", nil, { Feature = "CONTENT_MODERATION", AutoUpdate = "ENABLED" })
    manifests.put(service, "train.manifest", '{"any":"line"}')
    local version = train { TrainingData = data "train.manifest", FeatureConfig = { ContentModeration = { ConfidenceThreshold = 50 } } }
    assert.same({ "TRAINING_COMPLETED", "CONTENT_MODERATION", 50 },
      { version.Status, version.Feature, version.FeatureConfig.ContentModeration.ConfidenceThreshold })
    assert.equal("InvalidParameterException", (client.fails(service, "CreateProjectVersion",
      { ProjectArn = project, VersionName = "n", OutputConfig = calls.OUTPUT, TestingData = calls.TESTING })))
    client.must(service, "CreateProjectVersion", { ProjectArn = project, VersionName = "n", OutputConfig = calls.OUTPUT,
      TrainingData = data "train.manifest" })
  end)

  describe("and its copy", function()
    it("carries its results into the copy's bucket, and not its data", function()
      train_lines(manifests.lines({ "cat", "dog" }, 5))
      local source = calls.versions(service, project, "m")[1]
      client.must(service, "PutProjectPolicy", { ProjectArn = project, PolicyName = "x", PolicyDocument = calls.policy() })
      local there = calls.project(service, "there", calls.OTHER)
      manifests.bucket(service, "theirs", calls.OTHER)
      local params = calls.copy_params(project, source.ProjectVersionArn, there, "c")
      params.OutputConfig = { S3Bucket = "theirs" }
      client.must(service, "CopyProjectVersion", params, calls.OTHER)
      time.now = time.now + 5
      local copy = calls.versions(service, there, "c", calls.OTHER)[1]
      assert.equal("COPYING_COMPLETED", copy.Status)
      assert.is_nil(copy.TrainingDataResult)
      assert.is_nil(copy.TestingDataResult)
      assert.is_nil(copy.VersionDescription)
      assert.equal(source.EvaluationResult.F1Score, copy.EvaluationResult.F1Score)
      assert.same({ Bucket = "theirs", Name = "EvaluationResultSummary-there-c.json" }, copy.EvaluationResult.Summary.S3Object)
      assert.equal(file "EvaluationResultSummary",
        manifests.get(service, "EvaluationResultSummary-there-c.json", "theirs", calls.OTHER))
      assert.equal(file "ManifestSummary", manifests.get(service, "ManifestSummary-there-c.json", "theirs", calls.OTHER))
      assert.is_nil(manifests.get(service, "TrainingGroundTruth-there-c.json", "theirs", calls.OTHER))
    end)

    it("fails where its bucket can't be written", function()
      train_lines(manifests.lines({ "cat", "dog" }, 5))
      local source = calls.versions(service, project, "m")[1].ProjectVersionArn
      local params = calls.copy_params(project, source, project, "c")
      params.OutputConfig = { S3Bucket = "none" }
      client.must(service, "CopyProjectVersion", params)
      time.now = time.now + 5
      local copy = calls.versions(service, project, "c")[1]
      assert.same({ "COPYING_FAILED", "Unable to write to output S3 bucket." }, { copy.Status, copy.StatusMessage })
      assert.is_nil(copy.EvaluationResult)
      assert.is_nil(copy.ManifestSummary)
      params.OutputConfig, params.VersionName = {}, "d"
      assert.equal("InvalidParameterException", (client.fails(service, "CopyProjectVersion", params)))
    end)
  end)
end)

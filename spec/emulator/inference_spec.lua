-- The emulator's models at work: StartProjectVersion, StopProjectVersion, DetectCustomLabels.

local calls = require "spec.support.emulator_calls"
local client = require "spec.support.emulator_client"
local core = require "rekognition.core"
local manifests = require "spec.support.manifests"

local function encoded(bytes) return { Bytes = core.base64_encode(bytes) } end

describe("a model", function()
  local service, time, project, model

  before_each(function()
    service, time = calls.with_clock { start_seconds = 10, stop_seconds = 4, fail_start = { "bad*" } }
    project = calls.project(service, "p")
    model = calls.train(service, time, project, "m")
  end)

  local function start(more, arn)
    local params = { ProjectVersionArn = arn or model, MinInferenceUnits = 1 }
    for key, value in pairs(more or {}) do params[key] = value end
    return params
  end

  local function status() return calls.versions(service, project)[1].Status end

  local function run(arn)
    client.must(service, "StartProjectVersion", start(nil, arn))
    time.now = time.now + 10
  end

  local function detect(more, arn)
    local params = { ProjectVersionArn = arn or model, Image = encoded(manifests.png()) }
    for key, value in pairs(more or {}) do params[key] = value end
    return client.must(service, "DetectCustomLabels", params).CustomLabels
  end

  it("starts, runs with its units, stops, and starts again", function()
    assert.equal("STARTING", client.must(service, "StartProjectVersion", start { MinInferenceUnits = 2, MaxInferenceUnits = 4 }).Status)
    time.now = time.now + 9.9
    assert.equal("STARTING", status())
    time.now = time.now + 0.1
    local found = calls.versions(service, project)[1]
    assert.same({ "RUNNING", 2, 4 }, { found.Status, found.MinInferenceUnits, found.MaxInferenceUnits })
    assert.equal(time.now - 10, found.TrainingEndTimestamp)
    assert.equal("STOPPING", client.must(service, "StopProjectVersion", { ProjectVersionArn = model }).Status)
    time.now = time.now + 4
    found = calls.versions(service, project)[1]
    assert.equal("STOPPED", found.Status)
    assert.is_nil(found.MinInferenceUnits)
    run()
    assert.equal("RUNNING", status())
  end)

  it("fails to start where it was told to, and may try again", function()
    local bad = calls.train(service, time, project, "bad-1")
    run(bad)
    local found = calls.versions(service, project, "bad-1")[1]
    assert.same({ "FAILED", "The model failed to start: the emulator was told so." }, { found.Status, found.StatusMessage })
    assert.is_table(found.EvaluationResult)
    assert.equal("STARTING", client.must(service, "StartProjectVersion", start(nil, bad)).Status)
  end)

  it("keeps to what a status allows", function()
    local function codes()
      local list = {}
      for i, operation in ipairs { "StartProjectVersion", "StopProjectVersion", "DeleteProjectVersion" } do
        local _, code = pcall(client.fails, service, operation, operation == "StartProjectVersion" and start()
          or { ProjectVersionArn = model })
        list[i] = code
      end
      return list
    end
    local IN_USE = "ResourceInUseException"
    assert.equal(IN_USE, (client.fails(service, "StopProjectVersion", { ProjectVersionArn = model })))
    client.must(service, "StartProjectVersion", start())
    assert.same({ IN_USE, IN_USE, IN_USE }, codes())
    time.now = time.now + 10
    assert.same({ IN_USE, IN_USE }, { (client.fails(service, "StartProjectVersion", start())),
      (client.fails(service, "DeleteProjectVersion", { ProjectVersionArn = model })) })
    client.must(service, "StopProjectVersion", { ProjectVersionArn = model })
    assert.same({ IN_USE, IN_USE, IN_USE }, codes())
    time.now = time.now + 4
    client.must(service, "DeleteProjectVersion", { ProjectVersionArn = model })
    assert.same({ IN_USE, IN_USE, IN_USE }, codes())
    time.now = time.now + 1
    local GONE = "ResourceNotFoundException"
    assert.same({ GONE, GONE, GONE }, codes())
  end)

  it("wants units that fit, and a Custom Labels model that is trained", function()
    local function try(more, arn) return (client.fails(service, "StartProjectVersion", start(more, arn))) end
    assert.equal("InvalidParameterException", try { MinInferenceUnits = 3, MaxInferenceUnits = 2 })
    assert.equal("ValidationException", try { MinInferenceUnits = 0 })
    client.must(service, "CreateProjectVersion", calls.train_params(project, "young"))
    local young = calls.versions(service, project, "young")[1].ProjectVersionArn
    assert.equal("ResourceInUseException", try({}, young))
    service.settings.fail = { "lost" }
    assert.equal("InvalidParameterException", try({}, calls.train(service, time, project, "lost")))
    local adapters = calls.project(service, "adapter", nil, { Feature = "CONTENT_MODERATION", AutoUpdate = "DISABLED" })
    local adapter = calls.train(service, time, adapters, "a")
    assert.equal("InvalidParameterException", try({}, adapter))
    assert.equal("InvalidParameterException", (client.fails(service, "StopProjectVersion", { ProjectVersionArn = adapter })))
    assert.equal("InvalidParameterException", (client.fails(service, "DetectCustomLabels",
      { ProjectVersionArn = adapter, Image = encoded(manifests.png()) })))
    assert.equal("AccessDeniedException", (client.fails(service, "StartProjectVersion", start(), calls.OTHER)))
  end)

  describe("that runs", function()
    before_each(function() run() end)

    it("finds the same labels in the same bytes, the surest first", function()
      local labels = detect { MinConfidence = 0 }
      assert.equal(3, #labels)
      assert.same(labels, detect { MinConfidence = 0 })
      assert.not_same(labels, detect { MinConfidence = 0, Image = encoded(manifests.png(640, 480, "other")) })
      for i, label in ipairs(labels) do
        assert.is_true(label.Confidence >= 0 and label.Confidence <= 100)
        assert.is_true(i == 1 or label.Confidence <= labels[i - 1].Confidence)
        assert.is_nil(label.Geometry)
      end
      assert.same({ labels[1], labels[2] }, detect { MinConfidence = 0, MaxResults = 2 })
      assert.same({}, detect { MinConfidence = 0, MaxResults = 0 })
      assert.same({}, detect { MinConfidence = 100 })
      for _, label in ipairs(detect { MinConfidence = labels[2].Confidence }) do
        assert.is_true(label.Confidence >= labels[2].Confidence)
      end
    end)

    it("takes each label's assumed threshold where none is asked for", function()
      local thresholds = require "rekognition.emulator.labels"
      local below = 0
      for i = 1, 20 do
        local image = encoded(manifests.png(640, 480, tostring(i)))
        local wanted = {}
        for _, label in ipairs(detect { MinConfidence = 0, Image = image }) do
          if label.Confidence >= thresholds.threshold(label.Name) then wanted[#wanted + 1] = label else below = below + 1 end
        end
        assert.same(wanted, detect { Image = image })
      end
      assert.is_true(below > 0)
    end)

    it("finds in a copy what it finds in the source", function()
      client.must(service, "CopyProjectVersion", calls.copy_params(project, model, project, "c"))
      time.now = time.now + 5
      local copy = calls.versions(service, project, "c")[1].ProjectVersionArn
      run(copy)
      assert.same(detect { MinConfidence = 0 }, detect({ MinConfidence = 0 }, copy))
    end)

    it("takes an image by its name where there is no bucket in the emulator", function()
      local function stored(name) return detect { MinConfidence = 0, Image = { S3Object = { Bucket = "bucket", Name = name } } } end
      assert.same(stored "a.png", stored "a.png")
      assert.not_same(stored "a.png", stored "b.png")
    end)

    it("refuses what is no image, or too large, or in no bucket", function()
      local function try(image)
        return (client.fails(service, "DetectCustomLabels", { ProjectVersionArn = model, Image = image }))
      end
      assert.equal("InvalidParameterException", try { S3Object = { Bucket = "bucket" } })
      manifests.bucket(service)
      manifests.put(service, "big.png", manifests.png(640, 480, ("x"):rep(15 * 1024 * 1024)))
      manifests.put(service, "text.png", "text")
      manifests.put(service, "good.png", manifests.png())
      local function object(name, bucket) return { S3Object = { Bucket = bucket or "bucket-name", Name = name } } end
      assert.equal("InvalidImageFormatException", try(encoded "GIF89a"))
      assert.equal("InvalidImageFormatException", try(object "text.png"))
      assert.equal("ImageTooLargeException", try(encoded(manifests.png(640, 480, ("x"):rep(4 * 1024 * 1024)))))
      assert.equal("ImageTooLargeException", try(encoded(manifests.png(4097, 100))))
      assert.equal("ImageTooLargeException", try(object "big.png"))
      assert.equal("InvalidParameterException", try(encoded(manifests.png(63, 640))))
      assert.equal("InvalidParameterException", try(encoded(manifests.png(64, 1281))))
      assert.equal("InvalidS3ObjectException", try(object "none.png"))
      assert.equal("InvalidS3ObjectException", try(object("good.png", "none")))
      assert.equal("InvalidParameterException", try { Bytes = core.base64_encode(manifests.png()), S3Object = object("good.png").S3Object })
      assert.equal("InvalidParameterException", try { other = 1 })
      assert.same(detect(), detect { Image = object "good.png" })
    end)
  end)

  it("does not detect before it runs", function()
    assert.equal("ResourceNotReadyException", (client.fails(service, "DetectCustomLabels",
      { ProjectVersionArn = model, Image = encoded(manifests.png()) })))
  end)

  describe("trained with images", function()
    local function train_with(lines)
      manifests.bucket(service)
      manifests.put_manifest(service, "a.manifest", lines)
      client.must(service, "CreateProjectVersion", calls.train_params(project, "known", { TrainingData = manifests.data "a.manifest" }))
      time.now = time.now + 5
      local arn = calls.versions(service, project, "known")[1].ProjectVersionArn
      run(arn)
      return arn
    end

    it("knows their labels", function()
      local arn = train_with(manifests.lines({ "cat", "dog" }, 5))
      local image = { S3Object = { Bucket = "bucket-name", Name = "images/dog-3.png" } }
      local labels = detect({ Image = image }, arn)
      assert.equal(1, #labels)
      assert.equal("dog", labels[1].Name)
      assert.is_true(labels[1].Confidence > 99 and labels[1].Confidence <= 100)
      local names = {}
      for _, label in ipairs(detect({ MinConfidence = 0 }, arn)) do names[#names + 1] = label.Name end
      table.sort(names)
      assert.same({ "cat", "dog" }, names)
    end)

    it("knows where their boxes are, and has places for unknown images", function()
      local lines = {}
      for i = 1, 6 do lines[i] = manifests.boxed("b" .. i, { { "echo", 64, 48, 320, 240 }, { "echo", 0, 0, 64, 48 } }) end
      local arn = train_with(lines)
      local labels = detect({ Image = { S3Object = { Bucket = "bucket-name", Name = "images/b2.png" } } }, arn)
      assert.equal(2, #labels)
      local widths = {}
      for i, label in ipairs(labels) do widths[i] = label.Geometry.BoundingBox.Width end
      table.sort(widths)
      assert.same({ 0.1, 0.5 }, widths)
      for i = 1, 10 do
        for _, label in ipairs(detect({ MinConfidence = 0, Image = encoded(manifests.png(640, 480, "u" .. i)) }, arn)) do
          local box = label.Geometry.BoundingBox
          assert.equal(8, #label.Geometry.Polygon)
          for _, point in ipairs(label.Geometry.Polygon) do
            assert.is_true(point.X >= box.Left and point.X <= box.Left + box.Width + 1e-9)
            assert.is_true(point.Y >= box.Top and point.Y <= box.Top + box.Height + 1e-9)
          end
          assert.is_true(box.Left >= 0 and box.Top >= 0 and box.Left + box.Width <= 1 and box.Top + box.Height <= 1)
        end
      end
    end)
  end)
end)

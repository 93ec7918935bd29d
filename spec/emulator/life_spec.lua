-- The whole life of a model with Debian's boto3 alone, on a real emulator process: S3, STS and Rekognition on one port.

local emulator = require "spec.support.emulator"
local files = require "spec.support.files"
local cjson = require("cjson").new()

local IDENTITIES = [[{ "555555555555": {
  "users": [ { "name": "zoe", "access_key_id": "AKIAEMULATOR0000ZO01", "secret_access_key": "secret-of-the-key-ZO01" } ],
  "roles": [ { "name": "Copy", "policies": [ { "Version": "2012-10-17", "Statement": [
    { "Effect": "Allow", "Action": ["rekognition:*"], "Resource": "*" },
    { "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
      "Resource": ["arn:aws:s3:::copy-bucket", "arn:aws:s3:::copy-bucket/*"] } ] } ] } ] } }]]

describe("a model's whole life with boto3 alone", function()
  local report

  setup(function()
    local path = os.tmpname()
    files.write(path, IDENTITIES)
    local running = emulator.start { "--train-seconds", "0.2", "--copy-seconds", "0.2", "--start-seconds", "0.2",
      "--stop-seconds", "0.2", "--delete-seconds", "0.1", "--dataset-seconds", "0.1", "--identities", path }
    local process = io.popen(("/usr/bin/python3 -W ignore spec/peers/boto3_life.py %s 2>&1"):format(running.url))
    local text = process:read("a")
    process:close()
    local _, stderr = running.stop()
    os.remove(path)
    report = text:sub(1, 1) == "{" and cjson.decode(text) or error("the peer failed: " .. text .. stderr)
  end)

  it("puts, lists and reads objects", function()
    assert.same({ first = 15, more = true, count = 40, keys = { "images/0.png", "images/1.png", "images/10.png" } },
      report.list)
    assert.same({ "images/", "manifests/" }, report.folders)
    assert.same({ 33, "image/png" }, report.head)
    assert.equal("PNG", report.part)
    assert.equal(cjson.null, report.location)
    assert.equal("111122223333", report.owner)
    assert.same({ "source-bucket" }, report.buckets)
    assert.same({}, report["right owner"])
  end)

  for what, case in pairs {
    ["wrong owner"] = { "403", 403 }, ["no bucket"] = { "NoSuchBucket", 404 }, ["no key"] = { "NoSuchKey", 404 },
    ["another's bucket"] = { "AccessDenied", 403 }, ["name taken"] = { "BucketAlreadyExists", 409 },
    ["bad name"] = { "InvalidBucketName", 400 }, ["not empty"] = { "BucketNotEmpty", 409 },
  } do
    it("sees S3's error for: " .. what, function()
      assert.same(case, { report[what].code, report[what].status })
    end)
  end

  it("makes datasets, trains, and reads the results from the bucket", function()
    assert.same({ "CREATE_COMPLETE", 20 }, report["dataset TRAIN"])
    assert.same({ "CREATE_COMPLETE", 10 }, report["dataset TEST"])
    assert.equal("TRAINING_COMPLETED", report.trained[1])
    assert.same({ version = true, labels = { "bird", "cat" } }, report.summary)
  end)

  it("starts, detects and stops", function()
    assert.equal("RUNNING", report.running)
    assert.is_true(#report.labels >= 1)
    for _, name in ipairs(report.labels) do assert.is_true(name == "bird" or name == "cat") end
    assert.equal("STOPPED", report.stopped)
  end)

  it("copies by a role of another account, once a policy allows it", function()
    assert.equal("AccessDeniedException", report["without a policy"].code)
    assert.same({ "COPYING_COMPLETED", true, "copy-bucket", true, true }, report.copied)
  end)

  it("deletes everything", function()
    assert.is_true(report.deleted > 42)
    assert.same({}, report.left)
  end)
end)

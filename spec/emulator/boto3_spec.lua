-- Debian's boto3, which knows nothing of us, drives a real emulator process over HTTP.

local emulator = require "spec.support.emulator"
local cjson = require("cjson").new()

describe("boto3 and the emulator", function()
  local running, report

  setup(function()
    running = emulator.start { "--train-seconds", "0.3", "--copy-seconds", "0.3", "--delete-seconds", "0.1" }
    local process = io.popen(("/usr/bin/python3 -W ignore spec/peers/boto3_copy_flow.py %s 2>&1"):format(running.url))
    local text = process:read("a")
    process:close()
    report = text:sub(1, 1) == "{" and cjson.decode(text) or error("the peer failed: " .. text)
  end)

  teardown(function() running.stop() end)

  it("train a model", function()
    assert.equal("TRAINING_IN_PROGRESS", report.training)
    assert.equal("TRAINING_COMPLETED", report.trained.Status)
    assert.matches("^arn:aws:rekognition:us%-east%-1:111122223333:project/SourceProject/version/model_1/%d+$",
      report.train.response.ProjectVersionArn)
    assert.is_true(report.trained.TrainingEndTimestamp > report.trained.CreationTimestamp)
  end)

  it("copy it inside the account", function()
    assert.equal("COPYING_IN_PROGRESS", report.copying)
    assert.equal("COPYING_COMPLETED", report["copied inside"].Status)
    assert.equal(report.train.response.ProjectVersionArn, report["copied inside"].SourceProjectVersionArn)
  end)

  it("copy it across accounts by a policy", function()
    assert.equal("COPYING_COMPLETED", report["copied across"].Status)
    assert.matches("^arn:aws:rekognition:us%-east%-1:555555555555:project/DestinationProject/version/across/%d+$",
      report["copy across"].response.ProjectVersionArn)
    assert.same({ "share", "forbid" }, report["policy names"])
    assert.is_string(report["list policies, one a page"].response.NextToken)
    assert.is_nil(report["list policies"].response.NextToken)
  end)

  it("tag, list and delete", function()
    assert.same({ stage = "two" }, report["list tags"].response.Tags)
    assert.same({ "SourceProject", "same-account" }, report["project names"])
    assert.equal("DELETING", report["delete version"].response.Status)
    assert.same({}, report.deleted)
    assert.equal("DELETING", report["delete project"].response.Status)
    assert.same({ response = {}, status = 200 }, report["delete a policy"])
  end)

  for name, code in pairs {
    ["project name taken"] = "ResourceInUseException",
    ["copy, name taken"] = "ResourceInUseException",
    ["copy without a policy"] = "AccessDeniedException",
    ["copy by a policy for another"] = "AccessDeniedException",
    ["put it again"] = "ResourceAlreadyExistsException",
    ["update by an old revision"] = "InvalidPolicyRevisionIdException",
    ["copy what is forbidden"] = "AccessDeniedException",
    ["copy what is forbidden inside"] = "AccessDeniedException",
    ["delete it again"] = "ResourceNotFoundException",
    ["no such project"] = "ResourceNotFoundException",
    ["another's project"] = "AccessDeniedException",
    ["bad token"] = "InvalidPaginationTokenException",
    ["malformed policy"] = "MalformedPolicyDocumentException",
    ["project with models"] = "ResourceInUseException",
    ["other region"] = "InvalidParameterException",
  } do
    it("agree on the error for: " .. name, function()
      assert.equal(code, report[name].code)
      assert.equal(code, report[name].modelled) -- boto3 made its own class of it
      assert.equal(400, report[name].status)
      assert.matches("^%x+%-%x+%-%x+%-%x+%-%x+$", report[name].request_id)
    end)
  end

  for name, code in pairs {
    ["wrong type"] = "SerializationException",
    ["page too long"] = "ValidationException",
    ["bad name"] = "ValidationException",
    ["missing member"] = "ValidationException",
    ["not emulated"] = "NotImplementedException",
    ["wrong secret"] = "InvalidSignatureException",
    ["unknown key"] = "UnrecognizedClientException",
  } do
    it("agree on the code that the model doesn't have for: " .. name, function()
      assert.equal(code, report[name].code)
      assert.is_true(#report[name].message > 0)
    end)
  end

  it("agree on presigned requests, while they are good and after", function()
    local first, last = report.presigned[1], report.presigned[#report.presigned]
    assert.equal(200, first.status)
    assert.is_table(cjson.decode(first.body).ProjectDescriptions)
    assert.equal(400, last.status)
    assert.matches("^Signature expired: ", cjson.decode(last.body).message)
  end)

  it("leave nothing on the emulator's stderr, and end it cleanly", function()
    local code, stderr = running.stop()
    assert.same({ 0, "" }, { code, stderr })
  end)
end)

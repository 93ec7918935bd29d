-- Faults on demand, clocks and the emulator's own endpoint, without a network.

local calls = require "spec.support.emulator_calls"
local client = require "spec.support.emulator_client"
local emulator = require "rekognition.emulator"
local s3 = require "spec.support.emulator_s3"
local sts = require "spec.support.emulator_sts"
local cjson = require("cjson").new()

local NOW = 1656611123.456

describe("the emulator's own endpoint", function()
  local service, machine

  before_each(function()
    machine = { now = NOW }
    service = emulator.new { clock = function() return machine.now end, accounts = {
      emulator.DEFAULT_ACCOUNTS[1], emulator.DEFAULT_ACCOUNTS[2],
      { access_key_id = "AKIATOKEN", secret_access_key = "secret-token", account_id = "111122223333", session_token = "t",
        user = "tom" } } }
  end)

  local function admin(method, path, value, headers)
    local status, _, body = service:handle { method = method, target = "/_emulator/" .. path, headers = headers or {},
      body = value == nil and "" or type(value) == "string" and value or cjson.encode(value) }
    return cjson.decode(body), status
  end

  local function fault(fields)
    local _, status = admin("POST", "faults", fields)
    assert.equal(200, status)
  end

  local function send(operation, params, options)
    options = options or {}
    options.time = machine.now
    return service:handle(client.request(operation, params and cjson.encode(params) or "{}", options))
  end

  it("tells that it runs", function()
    assert.same({ status = "running", now = NOW, version = require("rekognition.core").version },
      (admin("GET", "health")))
  end)

  it("throttles so many calls, of the operations that are named", function()
    fault { fault = "throttle", operation = "Describe*", times = 2 }
    for _ = 1, 2 do
      local code, message, status = client.fails(service, "DescribeProjects", {})
      assert.same({ "ThrottlingException", "Slow down; sudden increase in rate of requests.", 400 }, { code, message, status })
    end
    client.must(service, "DescribeProjects", {})
    client.must(service, "CreateProject", { ProjectName = "p" })
    assert.same({ { fault = "throttle", operation = "Describe*", code = "ThrottlingException", used = 2, left = 0 } },
      (admin("GET", "faults")).faults)
  end)

  it("fails with any code, before or after the effect, for one account, from a later call on", function()
    fault { fault = "error", code = "InternalServerError", operation = "CreateProject", when = "after" }
    local code, _, status = client.fails(service, "CreateProject", { ProjectName = "p" })
    assert.same({ "InternalServerError", 500 }, { code, status })
    assert.equal(1, #client.must(service, "DescribeProjects", {}).ProjectDescriptions)
    fault { fault = "error", code = "ServiceQuotaExceededException", message = "Too many.", operation = "CreateProject",
            account = "555555555555", skip = 1, times = "always" }
    client.must(service, "CreateProject", { ProjectName = "q" })
    client.must(service, "CreateProject", { ProjectName = "a" }, calls.OTHER)
    for _ = 1, 3 do
      local other, message = client.fails(service, "CreateProject", { ProjectName = "b" }, calls.OTHER)
      assert.same({ "ServiceQuotaExceededException", "Too many." }, { other, message })
    end
    admin("DELETE", "faults")
    client.must(service, "CreateProject", { ProjectName = "b" }, calls.OTHER)
  end)

  it("drops a call before its effect, or after it", function()
    for when, effect in pairs { before = 0, after = 1 } do
      fault { fault = "drop", operation = "CreateProject", when = when }
      assert.equal(0, (send("CreateProject", { ProjectName = "p" })))
      assert.equal(effect, #client.must(service, "DescribeProjects", {}).ProjectDescriptions)
      admin("POST", "reset")
    end
  end)

  it("delays and cuts short, which is the server's to do", function()
    fault { fault = "delay", seconds = 0.5 }
    local status, _, _, effect = send("DescribeProjects")
    assert.same({ 200, { delay = 0.5 } }, { status, effect })
    fault { fault = "truncate", bytes = 3 }
    status, _, _, effect = send("DescribeProjects")
    assert.same({ 200, { truncate = 3 } }, { status, effect })
    assert.is_nil((select(4, send("DescribeProjects"))))
  end)

  it("strikes S3 and STS as well, in their protocols", function()
    fault { fault = "throttle", operation = "s3:PUT", code = "SlowDown" }
    assert.same({ "SlowDown", 503 }, { s3.fails(service, "PUT", "/bucket-1") , 503 })
    s3.must(service, "PUT", "/bucket-1")
    fault { fault = "throttle", operation = "GetCallerIdentity" }
    assert.equal("Throttling", (sts.fails(service, "GetCallerIdentity", {})))
    sts.must(service, "GetCallerIdentity", {})
  end)

  it("lets models end badly, with a text", function()
    fault { fault = "training_failed", version = "bad*", message = "The manifest file is empty." }
    fault { fault = "copying_failed", message = "The copy was lost." }
    fault { fault = "starting_failed" }
    local arn = calls.project(service, "p")
    local bad = calls.train(service, machine, arn, "bad-1")
    local good = calls.train(service, machine, arn, "bad-2") -- the fault is used up
    client.must(service, "CopyProjectVersion", calls.copy_params(arn, good, arn, "c"))
    client.must(service, "StartProjectVersion", { ProjectVersionArn = good, MinInferenceUnits = 1 })
    machine.now = machine.now + 10
    local found = {}
    for _, version in ipairs(calls.versions(service, arn)) do found[version.ProjectVersionArn:match("version/([^/]+)")] = version end
    assert.same({ "TRAINING_FAILED", "The manifest file is empty." }, { found["bad-1"].Status, found["bad-1"].StatusMessage })
    assert.same({ "COPYING_FAILED", "The copy was lost." }, { found.c.Status, found.c.StatusMessage })
    assert.equal("FAILED", found["bad-2"].Status)
    assert.is_string(bad)
  end)

  it("sets the time, lets it run fast and stand still", function()
    assert.same({ now = NOW, time = "2022-06-30T17:45:23Z", rate = 1, skew = 0 }, (admin("GET", "time")))
    admin("POST", "time", { now = "2030-01-01T00:00:00Z", rate = 60 })
    machine.now = machine.now + 10
    assert.equal("2030-01-01T00:10:00Z", (admin("GET", "time")).time)
    local arn = calls.project(service, "p") -- signed by the machine's clock
    assert.matches("/1893456600%d%d%d$", arn)
    admin("POST", "time", { rate = 0 })
    machine.now = machine.now + 1000
    assert.equal("2030-01-01T00:10:00Z", (admin("GET", "time")).time)
    admin("POST", "time", { advance = 3600 })
    assert.equal("2030-01-01T01:10:00Z", (admin("GET", "time")).time)
  end)

  it("ends a training when the time that was set has come", function()
    admin("POST", "time", { rate = 0 })
    local arn = calls.project(service, "p")
    calls.train(service, machine, arn, "v")
    assert.equal("TRAINING_IN_PROGRESS", calls.versions(service, arn)[1].Status)
    admin("POST", "time", { advance = 5 })
    assert.equal("TRAINING_COMPLETED", calls.versions(service, arn)[1].Status)
  end)

  it("skews the clock that signatures are judged by", function()
    admin("POST", "time", { skew = 3600 })
    local code, message = client.fails(service, "DescribeProjects", {})
    assert.equal("InvalidSignatureException", code)
    assert.matches("^Signature expired", message)
    client.must(service, "DescribeProjects", {}, { time = machine.now + 3600 })
    local _, headers = service:handle(client.request("DescribeProjects", "{}", { time = machine.now }))
    assert.same({ "Date", "Thu, 30 Jun 2022 18:45:23 GMT" }, headers[1])
  end)

  it("makes tokens expire", function()
    local tom = { credentials = { access_key_id = "AKIATOKEN", secret_access_key = "secret-token", session_token = "t" } }
    client.must(service, "DescribeProjects", {}, tom)
    admin("POST", "identities", { ["111122223333"] = { roles = { { name = "Copy" } } } })
    local session = sts.must(service, "AssumeRole", { RoleArn = "arn:aws:iam::111122223333:role/Copy",
      RoleSessionName = "one" }, tom)
    local options = { credentials = { access_key_id = session.AccessKeyId, secret_access_key = session.SecretAccessKey,
      session_token = session.SessionToken } }
    client.must(service, "DescribeProjects", {}, options)
    admin("POST", "expire-tokens")
    assert.equal("ExpiredTokenException", (client.fails(service, "DescribeProjects", {}, options)))
    assert.equal("ExpiredTokenException", (client.fails(service, "DescribeProjects", {}, tom)))
    client.must(service, "DescribeProjects", {})
  end)

  it("changes settings while it runs", function()
    admin("POST", "settings", { train_seconds = 100, rates = { DescribeProjects = 1 } })
    local arn = calls.project(service, "p")
    calls.train(service, machine, arn, "v")
    assert.equal("TRAINING_IN_PROGRESS", calls.versions(service, arn)[1].Status)
    client.must(service, "DescribeProjects", {})
    assert.equal("ProvisionedThroughputExceededException", (client.fails(service, "DescribeProjects", {})))
  end)

  it("counts calls, and forgets everything between tests", function()
    calls.project(service, "p")
    s3.must(service, "PUT", "/bucket-1")
    fault { fault = "throttle", operation = "Nothing" }
    assert.same({ CreateProject = 1, ["s3:PUT"] = 1 }, (admin("GET", "calls")).calls)
    admin("POST", "time", { rate = 0, skew = 100 })
    admin("POST", "reset")
    assert.same({}, (admin("GET", "calls")).calls)
    assert.same({}, (admin("GET", "faults")).faults)
    assert.same({ 1, 0 }, { (admin("GET", "time")).rate, (admin("GET", "time")).skew })
    assert.same({}, client.must(service, "DescribeProjects", {}).ProjectDescriptions)
    assert.equal("NoSuchBucket", (s3.fails(service, "GET", "/bucket-1")))
  end)

  it("counts operations that there are, and all else as one", function()
    local function bare(headers, body, method)
      service:handle { method = method or "POST", target = "/", headers = headers, body = body }
    end
    for i = 1, 100 do
      bare({ { "X-Amz-Target", "RekognitionService.Nothing" .. i } }, "")
      bare({ { "X-Amz-Target", "GraniteServiceVersion20100801.Nothing" .. i } }, "")
      bare({ { "Content-Type", "application/x-www-form-urlencoded" } }, "Action=Nothing" .. i)
      bare({ { "Authorization", "AWS4-HMAC-SHA256 Credential=a/1/us-east-1/s3/aws4_request" } }, "", "NOTHING" .. i)
    end
    assert.same({ ["-"] = 400 }, (admin("GET", "calls")).calls)
  end)

  for what, case in pairs {
    ["a fault that isn't one"] = { "faults", { fault = "explode" }, "fault must be one of error, throttle" },
    ["an error without a code"] = { "faults", { fault = "error" }, "code must be given" },
    ["an unknown field"] = { "faults", { fault = "drop", often = 1 }, "often is not known" },
    ["times that aren't a number"] = { "faults", { fault = "drop", times = "x" }, "times must be a number" },
    ["half a time"] = { "faults", { fault = "drop", times = 1.5 }, "times must be whole" },
    ["when that is neither"] = { "faults", { fault = "drop", when = "now" }, "when must be before or after" },
    ["text for a fault"] = { "faults", '"x"', "must be an object" },
    ["what isn't JSON"] = { "faults", "{", "the body is not JSON" },
    ["a time that isn't one"] = { "time", { now = "soon" }, "now must be a number" },
    ["a rate below 0"] = { "time", { rate = -1 }, "rate must be a number from 0" },
    ["an unknown clock"] = { "time", { zone = 1 }, "zone is not known" },
    ["a setting that can't be changed"] = { "settings", { state_file = "x" }, "can't|not a setting" },
    ["a setting that is wrong"] = { "settings", { train_seconds = "x" }, "train_seconds must be a number" },
    ["identities that are wrong"] = { "identities", { ["1"] = {} }, "accounts of 12 digits" },
  } do
    it("refuses " .. what, function()
      local answer, status = admin("POST", case[1], case[2])
      assert.equal(400, status)
      assert.is_truthy(answer.error:find(case[3]:match("[^|]*$"), 1, true), answer.error)
    end)
  end

  it("refuses web pages, and what isn't there; and can be left out", function()
    assert.equal(403, (select(2, admin("POST", "reset", nil, { { "Origin", "http://example.com" } }))))
    assert.equal(404, (select(2, admin("POST", "nothing"))))
    local plain = emulator.new { clock = function() return NOW end, admin = false }
    assert.equal(404, (plain:handle { method = "POST", target = "/_emulator/reset", headers = {}, body = "" }))
  end)

  it("takes the same from options", function()
    local other = emulator.new { clock = function() return machine.now end, clock_rate = 10, clock_at = 1e9,
      faults = { { fault = "throttle", times = 1 } } }
    machine.now = machine.now + 1
    assert.equal("ThrottlingException", (client.fails(other, "CreateProject", { ProjectName = "p" })))
    assert.matches("/1000000010%d%d%d$", client.must(other, "CreateProject", { ProjectName = "p" }).ProjectArn)
    for _, options in ipairs { { faults = { {} } }, { faults = { { fault = "drop", times = 0 } } } } do
      assert.is_false((pcall(emulator.new, options)))
    end
  end)
end)

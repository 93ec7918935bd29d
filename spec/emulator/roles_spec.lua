-- Debian's boto3 takes a role of another account and copies a model with it, from a real emulator process.

local emulator = require "spec.support.emulator"
local files = require "spec.support.files"
local cjson = require("cjson").new()

local IDENTITIES = [[{
  "555555555555": {
    "users": [ { "name": "zoe", "access_key_id": "AKIAEMULATOR0000ZO01", "secret_access_key": "secret-of-the-key-ZO01" } ],
    "roles": [
      { "name": "Copy" },
      { "name": "Other", "policies": [ { "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "rekognition:*", "Resource": "*" },
        { "Effect": "Deny", "Action": "rekognition:Delete*", "Resource": "*" } ] } ] }
    ]
  }
}]]

describe("boto3 with roles of the emulator", function()
  local report

  setup(function()
    local path = os.tmpname()
    files.write(path, IDENTITIES)
    local running = emulator.start { "--train-seconds", "0.2", "--copy-seconds", "0.2", "--identities", path }
    local process = io.popen(("/usr/bin/python3 -W ignore spec/peers/boto3_roles.py %s 2>&1"):format(running.url))
    local text = process:read("a")
    process:close()
    running.stop()
    os.remove(path)
    report = text:sub(1, 1) == "{" and cjson.decode(text) or error("the peer failed: " .. text)
  end)

  it("copies by the role that the policy names", function()
    assert.equal("arn:aws:sts::555555555555:assumed-role/Copy/one", report["assumed Copy"])
    assert.equal("arn:aws:sts::555555555555:assumed-role/Copy/one", report.identity.Arn)
    assert.equal("555555555555", report.identity.Account)
    assert.matches("^AROA[0-9A-Z]+:one$", report.identity.UserId)
    assert.matches("^arn:aws:rekognition:us%-east%-1:555555555555:project/there/version/c/%d+$", report.copy)
  end)

  it("doesn't by another role, and sees why", function()
    local refusal = report["copy by another role"]
    assert.same({ "AccessDeniedException", "AccessDeniedException", 400 },
      { refusal.code, refusal.class, refusal.status })
    assert.matches("because no resource%-based policy allows the rekognition:CopyProjectVersion action$", refusal.message)
    assert.matches("with an explicit deny in an identity%-based policy$", report.forbidden.message)
  end)

  it("sees STS's refusals", function()
    assert.same({ code = "AccessDenied", class = "ClientError", status = 403,
                  message = "Roles may not be assumed by root accounts." }, report.root)
    assert.equal("AccessDenied", report["unknown role"].code)
  end)
end)

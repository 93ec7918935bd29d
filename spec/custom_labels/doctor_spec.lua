local cjson = require("cjson").new()
local copy_world = require "spec.support.copy_world"
local custom_labels = require("rekognition").custom_labels

local OUTPUT = { S3Bucket = "custom-labels-out", S3KeyPrefix = "folder" }

-- Users of both accounts, with the policies given, and their keys.
local function identities(source_policies, destination_policies)
  local function account(name, key, policies)
    return { users = { { name = name, access_key_id = key, secret_access_key = "secret-of-" .. key, policies = policies } } }
  end
  return { ["111122223333"] = account("sharer", "AKIAEXAMPLE000000001", source_policies),
           ["555555555555"] = account("copier", "AKIAEXAMPLE000000002", destination_policies) }
end

local function user(world, number)
  local key = "AKIAEXAMPLE00000000" .. number
  return world:client(number, { credentials = { access_key_id = key, secret_access_key = "secret-of-" .. key } })
end

local function ready(options)
  local world = copy_world.new(options)
  world.source_project, world.model = world:train(1, "Birds", "model_1")
  world.destination_project = world:project(2, "Copies")
  world:calm()
  return world
end

local function options_of(world, more)
  local options = { source = world:client(1), destination = world:client(2), source_project = world.source_project,
    source_version = world.model, destination_project = world.destination_project, version_name = "copy_1", output_config = OUTPUT }
  for name, value in pairs(more or {}) do options[name] = value end
  return options
end

local function find(diagnosis, severity, where, words)
  for _, finding in ipairs(diagnosis.findings) do
    if finding.severity == severity and finding.where == where and finding.what:find(words, 1, true) then return finding end
  end
end

local function has(diagnosis, severity, where, words)
  assert.is_truthy(find(diagnosis, severity, where, words), ("no %s (%s): %s in\n%s"):format(severity, where, words, tostring(diagnosis)))
  return find(diagnosis, severity, where, words)
end

describe("the doctor", function()
  it("changes nothing, and shows what is there", function()
    local world = ready()
    local diagnosis = custom_labels.doctor(options_of(world))
    for _, call in ipairs(world.calls) do
      assert.is_truthy(call.operation:find "^Describe" or call.operation:find "^List" or call.operation == "STS", call.operation)
    end
    has(diagnosis, "ok", "source", "arn:aws:iam::111122223333:root")
    has(diagnosis, "ok", "destination", "arn:aws:iam::555555555555:root")
    has(diagnosis, "ok", "source", world.model)
    has(diagnosis, "ok", "destination", "copy_1 is free")
    has(diagnosis, "ok", "quotas", "0 of 100 models")
    local finding = has(diagnosis, "warning", "policy", "no policy of the source project")
    assert.is_true((custom_labels.policy.check(finding.document)))
    has(diagnosis, "unseen", "destination", "identity policies")
    local text = tostring(diagnosis)
    assert.is_truthy(text:find("MAYBE WRONG (policy)", 1, true))
    assert.is_truthy(text:find(finding.document, 1, true))
  end)

  it("tells every slip in the arguments, and calls nothing", function()
    local world = ready()
    local diagnosis = custom_labels.doctor(options_of(world, { version_name = "a/b", destination_project = "x y" }))
    assert.is_false(diagnosis.ok)
    assert.equal(2, #diagnosis.findings)
    assert.equal(0, #world.calls)
    assert.is_false(custom_labels.doctor({}).ok)
    assert.is_false(custom_labels.doctor(nil).ok)
  end)

  it("sees clients of the wrong accounts", function()
    local world = ready()
    local diagnosis = custom_labels.doctor(options_of(world, { source = world:client(2), destination = world:client(1) }))
    has(diagnosis, "error", "source", "the source client is of account 555555555555")
    has(diagnosis, "error", "destination", "the destination client is of account 111122223333")
  end)

  it("sees credentials that do not work, and services that can't be reached", function()
    local world = ready()
    local bad = world:client(2, { credentials = { access_key_id = "AKIAEXAMPLE999999999", secret_access_key = "x" } })
    local diagnosis = custom_labels.doctor(options_of(world, { destination = bad }))
    has(diagnosis, "error", "destination", "the credentials of the destination client do not work")
    world:fault { operation = "STS", from = 1, to = 100, action = "drop_before" }
    diagnosis = custom_labels.doctor(options_of(world))
    has(diagnosis, "unseen", "destination", "STS could not be asked")
    has(diagnosis, "unseen", "bucket", "could not be looked at")
  end)

  it("sees what stands in the way at both places", function()
    local world = ready()
    local function look(more) return custom_labels.doctor(options_of(world, more)) end
    has(look { source_version = "absent" }, "error", "source", "has no version absent")
    has(look { source_project = "Absent", source_version = "x" }, "error", "source", "no project named Absent")
    has(look { destination_project = "Absent" }, "error", "destination", "no project named Absent")
    has(look { destination_project = "Absent", create_project = true }, "ok", "destination", "will be created")
    world:train(2, "Copies", "copy_1")
    has(look(), "error", "destination", "not a copy of")
    world.emulator.settings.quotas.models = 100
    has(look { version_name = "copy_2" }, "ok", "quotas", "1 of 100 models")
  end)

  it("evaluates the policies for who will copy", function()
    local world = ready()
    local function put(name, text)
      world:client(1):put_project_policy { ProjectArn = world.source_project, PolicyName = name, PolicyDocument = text }
    end
    local allow = custom_labels.policy.build { account = "555555555555", version = world.model }
    put("theirs", custom_labels.policy.build { account = "555555555555", version = "*", role = "other" })
    has(custom_labels.doctor(options_of(world)), "warning", "policy", "no policy of the source project")
    has(custom_labels.doctor(options_of(world, { role = "other" })), "error", "policy", "the role other alone")
    put("allow", allow)
    has(custom_labels.doctor(options_of(world)), "ok", "policy", "the policy allow")
    put("no", (allow:gsub('"Allow"', '"Deny"')))
    has(custom_labels.doctor(options_of(world)), "error", "policy", "the policy no")
    has(custom_labels.doctor(options_of(world, { source = false })), "unseen", "policy", "can't be seen from here")
    local project = world:project(1, "Own")
    has(custom_labels.doctor(options_of(world, { destination = world:client(1), destination_project = project })), "ok", "policy",
      "inside one account")
  end)

  it("finds mistakes in a policy that is there, such as those of AWS's own guide", function()
    local world = ready()
    local project = world.emulator.store.projects[world.source_project]
    project.policies[1] = { name = "from-the-guide", number = 1, revision = "1", updated = 1,
      document = '{"Version":"2012-10-17","Statement":[{"Effect":"ALLOW","Principal":"principal","Action":"rekognition:CopyProjectVersion","Resource":"*"}]}' }
    has(custom_labels.doctor(options_of(world)), "warning", "policy", "the policy from-the-guide of the source project has mistakes")
  end)

  it("knows the trap of the managed policy, and what a key needs", function()
    local world = ready()
    local diagnosis = custom_labels.doctor(options_of(world, { output_config = { S3Bucket = "my-bucket" }, kms_key_id = "key-1" }))
    has(diagnosis, "warning", "bucket", "AmazonRekognitionCustomLabelsFullAccess")
    local document = has(diagnosis, "unseen", "key", "kms:CreateGrant").document
    assert.is_truthy(document:find("kms:GenerateDataKey", 1, true))
    assert.is_nil(find(custom_labels.doctor(options_of(world)), "warning", "bucket", "AmazonRekognitionCustomLabelsFullAccess"))
    assert.is_nil(find(custom_labels.doctor(options_of(world)), "unseen", "key", "kms:"))
  end)

  -- What S3 says of the bucket, by its status; the emulator's own S3 answers the others.
  it("reads what S3 says of the bucket", function()
    local world = ready()
    local answers = {
      { 200, "us-east-1", "ok", "is there" }, { 200, "eu-west-1", "error", "is in eu-west-1" }, { 404, nil, "error", "no bucket named" },
      { 403, nil, "warning", "not of account 555555555555" }, { 301, "eu-west-1", "error", "another region" },
    }
    for _, answer in ipairs(answers) do
      local client = world:client(2, { http = function(request)
        if not request.url:find("custom-labels-out", 1, true) then return world:serve(request, "555555555555") end
        local headers = { { "x-amz-request-id", "r" } }
        if answer[2] then headers[2] = { "x-amz-bucket-region", answer[2] } end
        return { status = answer[1], headers = headers, body = "" }
      end })
      has(custom_labels.doctor(options_of(world, { destination = client })), answer[3], "bucket", answer[4])
    end
  end)

  it("explains a failure that a copy met", function()
    local world = ready()
    local ok, e = pcall(custom_labels.copy_model, options_of(world, { source = false }))
    assert.is_false(ok)
    local diagnosis = custom_labels.doctor(options_of(world, { source = false, failure = e }))
    assert.is_truthy(has(diagnosis, "warning", "failure", 'the copy failed at the step "copy"').remedy)
  end)

  it("prints documents that are enough for a copy, and not more than it needs", function()
    local probe = ready()
    local documents = {}
    for _, document in ipairs(custom_labels.doctor(options_of(probe, { tags = { a = "b" } })).documents) do
      documents[document.where .. ", " .. document.what:match("^[a-z]+ policy")] = cjson.decode(document.text)
    end
    local sharer, copier = documents["source account, identity policy"], documents["destination account, identity policy"]
    -- The ARNs are of another world, with the same names and times.
    local world = ready { identities = identities({ sharer }, { copier }) }
    assert.equal(probe.model, world.model)
    local function copy(one)
      return pcall(custom_labels.copy_model, options_of(one, { source = user(one, 1), destination = user(one, 2), tags = { a = "b" } }))
    end
    local ok, result = copy(world)
    assert.is_true(ok, tostring(result))
    for i, statement in ipairs(copier.Statement) do
      if statement.Sid == "CopyModel" or statement.Sid == "FollowCopy" then
        local less = cjson.decode(cjson.encode(copier))
        table.remove(less.Statement, i)
        local poor = ready { identities = identities({ sharer }, { less }) }
        assert.is_false((copy(poor)), statement.Sid)
      end
    end
  end)
end)

-- The main job on real parts: our client, a real socket, an emulator's process; and the examples as a user runs them.

local emulator = require "spec.support.emulator"
local fake = require "spec.support.fake"
local files = require "spec.support.files"
local rekognition = require "rekognition"

local SHORT = { delay = 0.05, timeout = 60 }
local OUTPUT = { S3Bucket = "bucket-name", S3KeyPrefix = "path_to_folder" }

local function client_of(running, number, options)
  local account = running.accounts[number]
  local settings = {
    region = "us-east-1", endpoint = running.url, env = {},
    credentials = { access_key_id = account.access_key_id, secret_access_key = account.secret_access_key },
  }
  for name, value in pairs(options or {}) do settings[name] = value end
  return rekognition.client(settings)
end

-- A project with a trained model.
local function train(client, name)
  local project = client:create_project({ ProjectName = name }).ProjectArn
  local version = client:create_project_version({
    ProjectArn = project, VersionName = "model_1", OutputConfig = OUTPUT,
    TrainingData = { Assets = { { GroundTruthManifest = { S3Object = { Bucket = "bucket-name", Name = "train.manifest" } } } } },
    TestingData = { AutoCreate = true },
  }).ProjectVersionArn
  client:wait("project_version_training_completed", { ProjectArn = project, ProjectVersionArn = version }, SHORT)
  return project, version
end

local function read_command(command, ...)
  local pipe = assert(io.popen(command:format(...) .. " 2>&1"))
  local output = pipe:read("a")
  return output, pipe:close()
end

-- ARNs and times end in numbers of their own.
local function without_numbers(text) return (text:gsub("%d%d%d%d%d%d%d%d%d%d%d+", "N")) end

-- What README says that script/demo prints: the lines of demo.lua, and the last line of the command. Left out are "...",
-- what is seen only now and then, and the first line, which has nothing before it.
local function demo_in_readme()
  local readme = files.read "README.md"
  local _, from = assert(readme:find("\n```\n1. Account 111122223333 trains models.\n", 1, true))
  local block = readme:sub(from, assert(readme:find("\n```\n", from, true)))
  local own = block:sub(1, assert(block:find("The same from the command line:", 1, true)) - 1)
  local lines = {}
  for line in own:gmatch "[^\n]+" do
    if line ~= "  ..." and not line:find "IN_PROGRESS$" then lines[#lines + 1] = without_numbers(line) end
  end
  return lines, block:match "([^\n]+)\n$"
end

describe("the main job", function()
  local running
  setup(function()
    running = emulator.start { "--train-seconds", "0.2", "--copy-seconds", "0.2", "--fail", "bad*" }
  end)
  teardown(function() running.stop() end)

  it("copies within an account and across accounts, and says why if it can't", function()
    local owner <close> = client_of(running, 1)
    local other <close> = client_of(running, 2)
    local source, model = train(owner, "SourceProject")
    local destination = other:create_project({ ProjectName = "DestinationProject" }).ProjectArn
    local function params(to, name)
      return { SourceProjectArn = source, SourceProjectVersionArn = model, DestinationProjectArn = to,
               VersionName = name, OutputConfig = OUTPUT, Tags = { key1 = "val1" } }
    end

    local inside = owner:copy_project_version(params(source, "inside")).ProjectVersionArn
    local seen = {}
    local copied = owner:wait("project_version_copied", { ProjectArn = source, ProjectVersionArn = inside }, {
      delay = SHORT.delay, timeout = SHORT.timeout, on_poll = function(version) seen[#seen + 1] = version.Status end,
    })
    assert.equal("COPYING_COMPLETED", table.remove(seen))
    for _, status in ipairs(seen) do assert.equal("COPYING_IN_PROGRESS", status) end
    assert.equal("COPYING_COMPLETED", copied.Status)
    assert.equal(model, copied.SourceProjectVersionArn)
    assert.same({ Tags = { key1 = "val1" } }, (owner:list_tags_for_resource { ResourceArn = inside }))

    local e = fake.catch(other.copy_project_version, other, params(destination, "across"))
    assert.equal("AccessDeniedException", e.code)
    assert.equal(400, e.status)
    assert.is_truthy(e.request_id)
    owner:put_project_policy {
      ProjectArn = source, PolicyName = "share",
      PolicyDocument = [[{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"555555555555"},
        "Action":"rekognition:CopyProjectVersion","Resource":"*"}}]],
    }
    local across, metadata = other:copy_project_version(params(destination, "across"))
    assert.equal(1, metadata.attempts)
    local fields = {}
    for name in pairs(metadata) do fields[#fields + 1] = name end
    table.sort(fields)
    assert.same({ "attempts", "elapsed", "headers", "request_id", "status" }, fields)
    assert.equal(metadata.headers["x-amzn-requestid"], metadata.request_id)
    assert.is_truthy(other:wait("project_version_copied",
      { ProjectArn = destination, ProjectVersionArn = across.ProjectVersionArn }, SHORT))
    assert.equal("ResourceInUseException", fake.catch(other.copy_project_version, other, params(destination, "across")).code)

    local names = {}
    for version in owner:items("DescribeProjectVersions", { ProjectArn = source, MaxResults = 1 }) do
      names[#names + 1] = version.ProjectVersionArn
    end
    table.sort(names)
    assert.same({ inside, model }, names)
  end)

  it("says why a copy failed", function()
    local owner <close> = client_of(running, 1)
    local source, model = train(owner, "Failing")
    local copy = owner:copy_project_version {
      SourceProjectArn = source, SourceProjectVersionArn = model, DestinationProjectArn = source,
      VersionName = "bad_1", OutputConfig = OUTPUT,
    }
    local e = fake.catch(owner.wait, owner, "project_version_copied",
      { ProjectArn = source, ProjectVersionArn = copy.ProjectVersionArn }, SHORT)
    assert.equal("WaiterFailure", e.code)
    assert.equal("COPYING_FAILED", e.project_version_status)
    assert.is_truthy(e.status_message ~= "" and tostring(e):find(e.status_message, 1, true))
  end)

  it("goes on where the service was started again", function()
    local first = emulator.start {}
    local client <close> = client_of(first, 1)
    client:describe_projects()
    first.stop()
    local second = emulator.start { "--port", first.url:match("(%d+)$") }
    local ok, response = pcall(client.create_project, client, { ProjectName = "anew" })
    second.stop()
    assert.is_true(ok, tostring(response))
  end)

  it("corrects a clock that is an hour off, from the second call on without a retry", function()
    local ahead = emulator.start { "--clock-offset", "3600" }
    local client <close> = client_of(ahead, 1)
    local attempts = {}
    for i = 1, 2 do attempts[i] = select(2, client:describe_projects()).attempts end
    ahead.stop()
    assert.same({ 2, 1 }, attempts)
  end)
end)

describe("the examples", function()
  local running
  setup(function() running = emulator.start { "--train-seconds", "0.2", "--copy-seconds", "0" } end)
  teardown(function() running.stop() end)

  it("first_copy.lua copies its model, and finds the copy when it runs again", function()
    local own = emulator.start { "--train-seconds", "0.2", "--copy-seconds", "0" }
    local printed = {}
    for i = 1, 2 do printed[i] = { read_command("AWS_ENDPOINT_URL=%s script/lua examples/first_copy.lua", own.url) } end
    own.stop()
    for i, how in ipairs { "copied now", "was there already" } do
      local output, ok = table.unpack(printed[i])
      assert.is_true(ok, output)
      assert.matches("^COPYING_COMPLETED\t" .. how .. "\n"
        .. "arn:aws:rekognition:us%-east%-1:555555555555:project/Birds/version/v1/%d+\tCOPYING_COMPLETED\t%d+%-%d%d%-%d%dT[0-9:.]+Z\n$",
        output)
    end
  end)

  it("async_fan_out.lua makes all that can be made, and says what failed", function()
    local output, ok = read_command("AWS_ENDPOINT_URL=%s script/lua examples/async_fan_out.lua", running.url)
    assert.is_true(ok, output)
    assert.matches("^not a name!\tfailed\tservice\tValidationException\n"
      .. "19 created, 1 failed; the first: arn:aws:rekognition:[^\n]+:project/fan%-out%-1/%d+\n19 deleted\n$", output)
  end)

  it("async_tasks.lua counts, times out and cancels", function()
    local output, ok = read_command("AWS_ENDPOINT_URL=%s script/lua examples/async_tasks.lua", running.url)
    assert.is_true(ok, output)
    assert.equal("counted\tinteger\tinteger\nthe child of the slow task has ended\nthe slow task has ended\n"
      .. "false\tcancelled\tTimeout\nthe cancelled task has ended\nfalse\tcancelled\tCancelled\n", output)
  end)

  it("demo.lua ends with seven copies, whatever this machine's AWS settings", function()
    local output, ok = read_command("AWS_PROFILE=none http_proxy=http://127.0.0.1:9 script/lua examples/demo.lua %s", running.url)
    assert.is_true(ok, output)
    assert.is_truthy(output:find("account 111122223333 must attach this one to arn:", 1, true), output)
    assert.is_truthy(output:find('AccessDeniedException at the step "copy"', 1, true))
    assert.is_truthy(output:find("adopted: true, the same copy: true", 1, true))
    assert.is_truthy(output:find("6 done, 0 failed; what differs from the plan now: nothing", 1, true))
    local summary = output:match("Copies in account 555555555555:\n(.*)$")
    assert.equal(7, select(2, summary:gsub("COPYING_COMPLETED  arn:", "")))
    assert.is_nil(output:find("\27", 1, true))
    local shown, command = demo_in_readme()
    local at = 1
    for _, line in ipairs(shown) do
      local first, last = without_numbers(output):find("\n" .. line .. "\n", at, true)
      assert(first, line .. "\n\nis in README, and the demo prints\n\n" .. output)
      at = last
    end
    assert.equal(command .. "\n", read_command("AWS_ENDPOINT_URL=%s AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=%s "
      .. "AWS_SECRET_ACCESS_KEY=%s script/lua bin/rekognition models --running --quiet", running.url,
      running.accounts[1].access_key_id, running.accounts[1].secret_access_key))
  end)

  it("copy_models.lua shows, applies and checks a plan", function()
    local config, state = os.tmpname(), os.tmpname()
    os.remove(state)
    local file = assert(io.open(config, "w"))
    for profile, account in pairs { dev = running.accounts[1], prod = running.accounts[2] } do
      file:write(("[profile %s]\nregion = us-east-1\nendpoint_url = %s\naws_access_key_id = %s\naws_secret_access_key = %s\n")
        :format(profile, running.url, account.access_key_id, account.secret_access_key))
    end
    file:close()
    local owner <close> = client_of(running, 1)
    train(owner, "Birds")
    train(owner, "Fish")
    local function run(what)
      return read_command("XDG_STATE_HOME=%s AWS_CONFIG_FILE=%s AWS_SHARED_CREDENTIALS_FILE=/dev/null script/lua "
        .. "examples/copy_models.lua examples/plan.json %s", state, config, what)
    end
    local output, ok = run "plan"
    assert.is_true(ok, output)
    assert.equal(2, select(2, output:gsub("create the project, then copy it", "")))
    local found, is_equal, _, code = run "check"
    assert.is_nil(is_equal)
    assert.equal(3, code, found)
    output, ok = run "apply"
    assert.is_true(ok, output)
    assert.equal(2, select(2, output:gsub("COPYING_COMPLETED", "")))
    output, ok = run "check"
    assert.is_true(ok, output)
    assert.is_truthy(output:find("Fish/newest to prod us-east-1:Fish/fish_1\tas planned", 1, true), output)
    os.remove(config)
    os.execute("rm -rf '" .. state .. "'")
  end)

  it("copy_model.lua copies by the profiles named, one version after the other", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    for i, account in ipairs(running.accounts) do
      file:write(("[profile account%d]\nregion = us-east-1\nendpoint_url = %s\naws_access_key_id = %s\naws_secret_access_key = %s\n")
        :format(i, running.url, account.access_key_id, account.secret_access_key))
    end
    file:close()
    local owner <close> = client_of(running, 1)
    local other <close> = client_of(running, 2)
    local source, model = train(owner, "ForTheExample")
    local destination = other:create_project({ ProjectName = "OfTheExample" }).ProjectArn
    for _, name in ipairs { "one", "two" } do
      local output, ok = read_command("AWS_CONFIG_FILE=%s AWS_SHARED_CREDENTIALS_FILE=/dev/null SOURCE_PROFILE=account1 "
        .. "DESTINATION_PROFILE=account2 script/lua examples/copy_model.lua %s %s %s %s bucket-name folder",
        path, source, model, destination, name)
      assert.is_true(ok, output)
      assert.is_truthy(output:find("/version/" .. name .. "/%d+\tCOPYING_COMPLETED\n$"), output)
    end
    os.remove(path)
  end)
end)

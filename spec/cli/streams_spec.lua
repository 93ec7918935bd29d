-- Outputs that can't be written, streams that are closed, and what several models, profiles and pages are said to be.

local cjson = require("cjson").new()
local cli = require "spec.support.cli"
local emulator = require "spec.support.emulator"
local files = require "spec.support.files"

local running, folder, env, project

setup(function()
  running = emulator.start { "--train-seconds", "0", "--start-seconds", "0.1", "--stop-seconds", "0.05" }
  folder = select(2, files.run "mktemp -d"):match("^[^\n]+")
  env = cli.env(running, folder)
  local client <close> = emulator.client(running)
  project = client:create_project({ ProjectName = "birds" }).ProjectArn
  client:create_project { ProjectName = "cats" }
  emulator.train(client, project, "v1")
  emulator.train(client, project, "v2")
end)
teardown(function()
  running.stop()
  files.run("rm -rf " .. folder)
end)

local function has(text, part) assert.is_truthy(text:find(part, 1, true), text) end

-- Runs it with a redirection of the shell's. Returns the exit status, the output, and the error stream.
local function redirected(words, redirection)
  local _, text = files.run(("env %s sh -c %s >%s/out 2>%s/err; echo $?"):format(cli.assignments(env),
    files.quoted(cli.command(words) .. " " .. redirection), folder, folder))
  return tonumber(text), files.read(folder .. "/out") or "", files.read(folder .. "/err") or ""
end

describe("the output", function()
  for _, words in ipairs { { "--help" }, { "--version" }, { "models", "--help" }, { "policy", "build", "--help" }, { "models" },
    { "call", "--list" }, { "call", "DescribeProjects" }, { "completion", "zsh" }, { "presign", "DescribeProjects" } } do
    it("that is full or closed ends with 1: " .. table.concat(words, " "), function()
      for _, redirection in ipairs { ">/dev/full", ">&-" } do
        local code, _, err = redirected(words, redirection)
        assert.equal(1, code, err)
        has(err, "could not write the output: ")
      end
    end)
  end

  it("that is full is an error of the kind output in JSON", function()
    local code, _, err = redirected({ "models", "--output", "json", "--quiet" }, ">/dev/full")
    assert.equal(1, code)
    assert.equal("output", cjson.decode(err).error.kind)
  end)

  it("has its results where the input or the error stream is closed", function()
    for _, redirection in ipairs { "<&-", "2>&-", "2>/dev/full", "<&- 2>&-" } do
      local code, out = redirected({ "models" }, redirection)
      assert.equal(0, code)
      has(out, "birds")
    end
  end)

  it("says that a closed input can't be read", function()
    local code, _, err = redirected({ "call", "DescribeProjects", "--params", "-" }, "<&-")
    assert.equal(2, code)
    has(err, "could not read the input: ")
    assert.equal(2, (redirected({ "policy", "check", "-" }, "<&-")))
  end)
end)

describe("help", function()
  it("of call with an operation leads to its parameters", function()
    has(cli.run(env, { "call", "detect-labels", "--help" }).out, "`rekognition call DetectLabels --describe` lists")
    has(cli.run(env, { "call", "--params", "{}", "DetectLabels", "-h" }).out, "`rekognition call DetectLabels --describe` lists")
    assert.is_nil(cli.run(env, { "call", "--help" }).out:find("lists the parameters of", 1, true))
  end)
end)

describe("call", function()
  it("says that there are more pages than the table shows", function()
    local words = { "call", "DescribeProjects", "--params", '{"MaxResults": 1}', "--output", "table" }
    has(cli.run(env, words).err, "--page prints them all")
    words[#words + 1] = "--page"
    assert.equal("", cli.run(env, words).err)
  end)

  it("sends integers as they are written", function()
    has(cli.run(env, { "presign", "StartStreamProcessor", "--params",
      '{"Name": "x", "StartSelector": {"KVSStreamStartSelector": {"ProducerTimestamp": 9007199254740993}}}' }).out, "9007199254740993")
  end)

  it("takes @- for the input", function()
    local result = cli.run(env, { "call", "DescribeProjects", "--params", "@-" }, '{"ProjectNames": ["cats"]}')
    assert.equal(0, result.code, result.err)
    has(result.out, "project/cats/")
  end)

  it("says what it deletes, and where", function()
    local result = cli.run(env, { "call", "DeleteProject", "--params", ('{"ProjectArn": "%s"}'):format(project) })
    assert.equal(2, result.code)
    has(result.err, project)
    has(result.err, "the environment's keys, region us-east-1, endpoint " .. running.url)
  end)
end)

describe("stop", function()
  local pace = { "--delay", "0.05" }
  local function run(...)
    return cli.run(env, table.move(pace, 1, #pace, select("#", ...) + 1, { ... }))
  end
  local function status_of(name)
    return cli.json(env, { "call", "DescribeProjectVersions", "--params", cjson.encode { ProjectArn = project, VersionNames = { name } } })
      .ProjectVersionDescriptions[1].Status
  end

  it("stops all that can be stopped, whatever one of them is", function()
    assert.equal(0, run("start", "birds/v1", "--yes").code)
    assert.equal(0, run("start", "birds/v2", "--yes").code)
    local result = run("stop", "birds/v1", "birds/v9", "birds/v2")
    assert.equal(1, result.code)
    for _, part in ipairs { "STOPPED  arn:", "failed   birds/v9" } do has(result.out, part) end
    for _, part in ipairs { "has no version v9", "stop birds/v1: STOPPED", "stop birds/v2: STOPPED" } do has(result.err, part) end
    assert.same({ "STOPPED", "STOPPED" }, { status_of "v1", status_of "v2" })
  end)

  it("--mine stops the others where a profile is gone", function()
    assert.equal(0, run("start", "birds/v1", "--yes").code)
    assert.equal(0, run("start", "birds/v2", "--yes").code)
    local path = folder .. "/state/rekognition/started.json"
    local content = cjson.decode(files.read(path))
    content.models[1].profile = "gone"
    files.write(path, cjson.encode(content))
    local result = run("stop", "--mine")
    assert.equal(1, result.code)
    has(result.err, 'profile "gone"')
    assert.same({ "RUNNING", "STOPPED" }, { status_of "v1", status_of "v2" })
    assert.equal(0, run("stop", "birds/v1").code)
    assert.is_nil(files.read(path):find("arn:", 1, true))
  end)

  it("by name stops the model though the journal is broken, and says both", function()
    assert.equal(0, run("start", "birds/v1", "--yes").code)
    files.write(folder .. "/bad.json", "{bad")
    local result = run("stop", "birds/v1", "--journal", folder .. "/bad.json")
    assert.equal(0, result.code)
    has(result.err, "is stopped; the journal could not be changed")
    assert.equal(0, run("stop", "--mine").code)
  end)

  it("--older-than ends with 1 where the models can't be listed", function()
    local result = cli.run(env, { "stop", "--older-than", "1s", "--endpoint-url", "http://127.0.0.1:9", "--yes" })
    assert.equal(1, result.code)
    has(result.err, "us-east-1: list: ")
    assert.is_nil(result.err:find("nothing runs", 1, true))
  end)
end)

describe("models", function()
  it("can be of one project", function()
    local models = cli.json(env, { "models", "--project", "cats", "--output", "json" })
    assert.same({ 1, "cats" }, { #models.models, models.models[1].project })
    assert.same({}, models.quotas)
    has(cli.run(env, { "models", "--project", "dogs" }).err, "there are no models of dogs in region us-east-1")
  end)

  it("have a total where more than one runs, and times in ISO 8601", function()
    for _, name in ipairs { "v1", "v2" } do
      assert.equal(0, cli.run(env, { "start", "birds/" .. name, "--yes", "--delay", "0.05", "--price-per-hour", "5" }).code)
    end
    has(cli.run(env, { "models", "--price-per-hour", "5" }).out:match("\n(TOTAL[^\n]*)\n"), "7200.00")
    local found = cli.json(env, { "models", "--running", "--output", "json", "--price-per-hour", "5" })
    assert.same({ 2, 7200, 0 }, { found.totals.running, found.totals.month_cost, found.totals.unknown })
    for _, row in ipairs(found.models) do
      assert.is_truthy(row.since:find "^20%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d" and row.created_at:find "%+00:00$")
    end
    -- A journal that can't be read hides only since when they run.
    files.write(folder .. "/bad.json", "{bad")
    local result = cli.run(env, { "models", "--journal", folder .. "/bad.json", "--no-cloudwatch" })
    assert.equal(0, result.code)
    for _, part in ipairs { "us-east-1: journal: InvalidStateFile", "the total lacks what 2 models have cost" } do has(result.err, part) end
    has(result.out, "unknown")
    assert.equal(0, cli.run(env, { "stop", "--mine", "--delay", "0.05" }).code)
  end)

  it("of several profiles are listed though one is broken", function()
    files.write(folder .. "/config", ("[profile good]\naws_access_key_id = %s\naws_secret_access_key = %s\n"):format(
      env.AWS_ACCESS_KEY_ID, env.AWS_SECRET_ACCESS_KEY))
    local result = cli.run(env, { "models", "--profiles", "nope,good" })
    assert.equal(1, result.code)
    has(result.err, 'nope: list: ProfileNotFound: profile "nope"')
    has(result.out, "good     birds")
  end)
end)

it("a region that this release doesn't know is named, with the nearest", function()
  for _, words in ipairs { { "models" }, { "start", "birds/v1", "--yes" }, { "wait", "running", "birds/v1" } } do
    table.move({ "--region", "us-esat-1" }, 1, 2, #words + 1, words)
    has(cli.run(env, words).err, "this release knows no region 'us-esat-1', did you mean us-east-1?")
  end
  assert.is_nil(cli.run(env, { "start", "dogs/v1", "--yes" }).err:find("knows no region", 1, true))
end)

describe("run", function()
  it("says 126 of what is there and can't be run, and starts nothing", function()
    files.write(folder .. "/text", "no program\n")
    for _, name in ipairs { folder .. "/text", folder } do
      local result = cli.run(env, { "run", "--version", "birds/v1", "--yes", "--output", "json", "--", name })
      assert.same({ 126, "" }, { result.code, result.out })
      assert.equal("command", cjson.decode(result.err).error.kind)
    end
  end)

  it("with --use-running says that it was started here", function()
    assert.equal(0, cli.run(env, { "start", "birds/v1", "--yes", "--delay", "0.05" }).code)
    local words = { "run", "--version", "birds/v1", "--yes", "--delay", "0.05", "--use-running", "--", "true" }
    local result = cli.run(env, words)
    assert.equal(0, result.code)
    has(result.err, "start: found (started here at 20")
    assert.is_nil(result.err:find("someone else", 1, true))
    table.move({ "--journal", folder .. "/other.json" }, 1, 2, 2, table.move(words, 2, #words, 4))
    has(cli.run(env, words).err, "start: found (someone else's; it is left running)")
    assert.equal(0, cli.run(env, { "stop", "birds/v1", "--delay", "0.05" }).code)
  end)
end)

it("an MFA code that nobody can type is said by the command's own words", function()
  files.write(folder .. "/config", ("[profile keys]\naws_access_key_id = %s\naws_secret_access_key = %s\n[profile mfa]\n"):format(
    env.AWS_ACCESS_KEY_ID, env.AWS_SECRET_ACCESS_KEY) .. "role_arn = arn:aws:iam::111122223333:role/x\nsource_profile = keys\n"
    .. "mfa_serial = arn:aws:iam::111122223333:mfa/me\n")
  local result = cli.run(env, { "call", "DescribeProjects", "--profile", "mfa" })
  assert.equal(1, result.code)
  has(result.err, "there is no terminal to ask for it")
  assert.is_nil(result.err:find("mfa_token", 1, true))
end)

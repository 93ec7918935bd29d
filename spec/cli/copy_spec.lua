-- `rekognition copy` and `doctor`, between two accounts of the emulator.

local cjson = require("cjson").new()
local cli = require "spec.support.cli"
local emulator = require "spec.support.emulator"
local files = require "spec.support.files"

local running, folder, env, owner, other, source, model

local function client_of(account) return emulator.client(running, account) end

setup(function()
  running = emulator.start { "--train-seconds", "0", "--copy-seconds", "0.2", "--delete-seconds", "0", "--fail", "bad*" }
  folder = select(2, files.run "mktemp -d"):match("^[^\n]+")
  env = cli.env(running, folder)
  env.AWS_ACCESS_KEY_ID, env.AWS_SECRET_ACCESS_KEY, env.AWS_ENDPOINT_URL_STS = "", "", running.url
  local profiles = {}
  for i, name in ipairs { "dev", "production" } do
    local keys = running.accounts[i]
    profiles[i] = ("[profile %s]\nregion = us-east-1\naws_access_key_id = %s\naws_secret_access_key = %s\n"):format(name,
      keys.access_key_id, keys.secret_access_key)
  end
  files.write(env.AWS_CONFIG_FILE, table.concat(profiles))
  owner, other = client_of(1), client_of(2)
  source = owner:create_project({ ProjectName = "birds" }).ProjectArn
  model = emulator.train(owner, source, "v1")
  other:create_project { ProjectName = "birds" }
end)
teardown(function()
  owner:close()
  other:close()
  running.stop()
  files.run("rm -rf " .. folder)
end)

local SIDES = { "--source-profile", "dev", "--destination-profile", "production" }

local function run(...)
  local list = {}
  for _, part in ipairs { ... } do
    if type(part) == "table" then table.move(part, 1, #part, #list + 1, list) else list[#list + 1] = part end
  end
  return cli.run(env, list)
end

local function copy(name, ...)
  return run("copy", "--source-project", "birds", "--destination-project", "birds", "--version-name", name, "--bucket",
    "custom-labels-results", "--prefix", "p", "--delay", "0.1", SIDES, ...)
end

describe("rekognition copy", function()
  it("copies across accounts, and again finds the copy", function()
    local result = copy("one", "--yes", "--output", "json", "--tag", "team=a", "--tag", "cost=b=c")
    assert.equal(0, result.code, result.err)
    local first = cjson.decode(result.out)
    assert.same({ "COPYING_COMPLETED", false, model }, { first.status, first.adopted, first.source_version_arn })
    assert.same({ team = "a", cost = "b=c" }, other:list_tags_for_resource({ ResourceArn = first.project_version_arn }).Tags)
    for _, line in ipairs { "preflight: started", "policy: done", "copy: done", "wait: done" } do
      assert.is_truthy(result.err:find(line, 1, true), result.err)
    end
    local again = copy("one", "--yes", "--quiet")
    assert.same({ 0, "" }, { again.code, again.err })
    assert.is_truthy(again.out:find("STEP +OUTCOME +TIME\n"), again.out)
    assert.is_truthy(again.out:find(first.project_version_arn, 1, true))
    assert.is_truthy(again.out:find("adopted  yes", 1, true), again.out)
  end)

  it("copies within an account, by one profile, and creates the project", function()
    local result = run("copy", "--profile", "dev", "--source-version", model, "--destination-project", "own", "--create-project",
      "--bucket", "custom-labels-results", "--delay", "0.1", "--yes", "--output", "jsonl")
    assert.equal(0, result.code, result.err)
    assert.equal("COPYING_COMPLETED", cjson.decode(result.out).status)
  end)

  it("asks before it copies, in a terminal", function()
    local result = copy "two"
    assert.equal(2, result.code)
    assert.is_truthy(result.err:find("only with --yes", 1, true), result.err)
    local arguments = { "copy", "--source-project", "birds", "--destination-project", "birds", "--version-name", "two", "--bucket", "b-results",
      "--delay", "0.1", table.unpack(SIDES) }
    local asked = cli.terminal(env, arguments, { { "[y/N] ", "n\n" } })
    assert.equal(1, asked.code)
    asked = cli.terminal(env, arguments, { { "[y/N] ", "y\n" } })
    assert.equal(0, asked.code, asked.out)
    assert.is_truthy(asked.out:find("This copies the newest version of birds to birds", 1, true), asked.out)
    assert.is_truthy(asked.out:find("COPYING_COMPLETED", 1, true))
  end)

  it("says what failed, and what to do", function()
    local result = copy("bad_1", "--yes")
    assert.equal(1, result.code)
    assert.is_truthy(result.err:find("COPYING_FAILED", 1, true), result.err)
    assert.is_truthy(result.err:find("What to do: ", 1, true), result.err)
    local failure = cjson.decode(copy("bad_1", "--yes", "--quiet", "--output", "json").err).error
    assert.is_string(failure.step)
    assert.is_string(failure.remedy)
    result = run("copy", "--source-project", "cats", "--destination-project", "birds", "--bucket", "b-results", "--yes", SIDES)
    assert.equal(1, result.code)
    assert.is_truthy(result.err:find("cats", 1, true), result.err)
  end)

  for _, case in ipairs {
    { {}, "--destination-project is missing" }, { { "--destination-project", "x" }, "--bucket is missing" },
    { { "--destination-project", "x", "--bucket", "bbb" }, "--source-project is missing" },
    { { "plan" }, "'plan' needs --plan FILE" }, { { "--plan", "x.json" }, "plan, apply or check" },
    { { "nope", "--plan", "x.json" }, "must be one of" }, { { "--plan", "x.json", "--bucket", "b", "plan" }, "is of one copy" },
    { { "--plan", "/nowhere/x.json", "plan" }, "/nowhere/x.json" }, { { "--tag", "x" }, "KEY=VALUE" },
    { { "--source-project", "a b", "--destination-project", "x", "--bucket", "bbb", "--profile", "dev", "--yes" }, "--source-project must" },
    { { "--source-project", "a", "--destination-project", "x", "--bucket", "b", "--profile", "dev", "--yes" }, "--bucket must" },
    { { "--no-source", "--source-project", "a", "--destination-project", "x", "--bucket", "bbb", "--profile", "dev", "--yes" }, "ARN" },
  } do
    it("is refused: " .. table.concat(case[1], " "), function()
      local result = run("copy", case[1])
      assert.is_true(result.code == 2, result.err)
      assert.is_truthy(result.err:find(case[2], 1, true), result.err)
    end)
  end
end)

describe("a plan of copies", function()
  local path
  before_each(function()
    path = folder .. "/plan.json"
    files.write(path, cjson.encode {
      source = { profile = "dev", region = "us-east-1" },
      models = { { project = "birds", version = "v1", name = "planned_1" }, { project = "birds", version = "v1", name = "planned_2" } },
      destinations = { { profile = "production", region = "us-east-1", project = "birds",
                         output_config = { S3Bucket = "custom-labels-results", S3KeyPrefix = "x" } } },
    })
  end)

  it("is shown, made, compared", function()
    local function fleet(action, ...) return run("copy", "--plan", path, action, "--delay", "0.1", ...) end
    local shown = fleet "plan"
    assert.equal(0, shown.code, shown.err)
    assert.equal(2, select(2, shown.out:gsub("planned_%d[^\n]* copy ", "")), shown.out)
    assert.equal(3, fleet("check").code)
    assert.equal(2, fleet("apply").code)
    local made = fleet("apply", "--yes", "--output", "json")
    assert.equal(0, made.code, made.err)
    local summary = cjson.decode(made.out)
    assert.same({ true, 2, 0 }, { summary.ok, summary.done, summary.failed })
    local checked = fleet "check"
    assert.equal(0, checked.code, checked.out)
    other:delete_project_version { ProjectVersionArn = summary.rows[1].project_version_arn }
    checked = fleet("check", "--output", "jsonl", "--quiet")
    assert.equal(3, checked.code)
    local states = {}
    for line in checked.out:gmatch("[^\n]+") do states[#states + 1] = cjson.decode(line).state end
    table.sort(states)
    assert.same({ "as planned", "differs" }, states)
    assert.equal(0, fleet("apply", "--yes").code)
    assert.equal(0, fleet("check").code)
  end)

  it("ends with 1 where one of its copies fails, and makes the others", function()
    files.write(path, (files.read(path):gsub("planned_1", "bad_2"):gsub("planned_2", "good_2")))
    local result = run("copy", "--plan", path, "apply", "--delay", "0.1", "--yes", "--output", "json")
    assert.equal(1, result.code)
    local summary = cjson.decode(result.out)
    assert.same({ false, 1, 1 }, { summary.ok, summary.done, summary.failed })
    assert.equal(1, run("copy", "--plan", path, "plan").code)
  end)

  it("that is no plan is refused", function()
    for _, text in ipairs { "{", "[]", "{}", '{"models": []}' } do
      files.write(path, text)
      local result = run("copy", "--plan", path, "plan")
      assert.equal(2, result.code, result.err)
      assert.is_nil(result.err:find("traceback", 1, true))
    end
  end)
end)

describe("rekognition doctor", function()
  local function doctor(...)
    return run("doctor", "--source-project", "birds", "--source-version", "v1", "--destination-project", "birds", "--version-name", "new", ...)
  end

  it("says what is wrong, and ends with 1; or that nothing is", function()
    local result = doctor("--bucket", "results", SIDES)
    assert.is_true(result.code <= 1, result.err)
    assert.is_truthy(result.out:find("destination account", 1, true), result.out)
    local json = doctor("--bucket", "results", "--output", "json", SIDES)
    local diagnosis = cjson.decode(json.out)
    assert.equal(json.code == 0, diagnosis.ok)
    assert.is_true(#diagnosis.findings > 3 and #diagnosis.documents >= 2)
    result = run("doctor", "--source-project", "cats", "--destination-project", "birds", "--bucket", "results", SIDES)
    assert.equal(1, result.code)
    assert.is_truthy(result.out:find("WRONG", 1, true), result.out)
    result = run("doctor", "--source-project", "cats")
    assert.equal(2, result.code)
  end)
end)

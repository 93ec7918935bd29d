-- What the command says when something is wrong: nothing false, and in the words of the command line.

local cjson = require("cjson").new()
local cli = require "spec.support.cli"
local emulator = require "spec.support.emulator"
local files = require "spec.support.files"
local flags = require "rekognition.cli.flags"

local running, folder, env, arn

setup(function()
  running = emulator.start { "--train-seconds", "0", "--start-seconds", "0", "--stop-seconds", "0", "--copy-seconds", "2" }
  folder = select(2, files.run "mktemp -d"):match("^[^\n]+")
  env = cli.env(running, folder)
  local client <close> = emulator.client(running)
  local project = client:create_project({ ProjectName = "birds" }).ProjectArn
  arn = emulator.train(client, project, "v1")
end)
teardown(function()
  running.stop()
  files.run("rm -rf " .. folder)
end)

local function with(changes)
  local changed = {}
  for name, value in pairs(env) do changed[name] = value end
  for name, value in pairs(changes) do changed[name] = value end
  return changed
end

local function has(text, part) assert.is_truthy(text:find(part, 1, true), text) end
local function lacks(text, part) assert.is_nil(text:find(part, 1, true), text) end

-- Each: the words, the exit status, what is said, what is not said, and what the environment has instead.
for _, case in ipairs {
  { { "models" }, 1, "pass --region", "option", { AWS_REGION = "" } },
  { { "models", "--profile", "" }, 1, "--profile must be", "option profile" },
  { { "copy", "--source-project", "birds", "--destination-project", "none", "--bucket", "bucket-name", "--yes" }, 1,
    "correct --destination-project, or add --create-project", "create_project" },
  { { "copy", "--source-project", "none", "--destination-project", "birds", "--bucket", "bucket-name", "--yes" }, 1,
    "correct --source-project", "source_project" },
  { { "copy", "--source-project", "birds", "--destination-project", "birds", "--version-name", "a/b", "--bucket", "B!", "--yes" }, 2,
    "--version-name must have", "version_name" },
  { { "copy", "--source-project", "birds", "--destination-project", "birds", "--version-name", "b", "--bucket", "B!", "--yes" }, 2,
    "--bucket ", "output_config" },
  { { "copy", "--source-project", "birds", "--source-version", "v9", "--destination-project", "birds", "--bucket", "bucket-name", "--yes" }, 1,
    "correct --source-version", "source_version" },
  { { "models" }, 1, "UnrecognizedClientException", "there are no models", { AWS_ACCESS_KEY_ID = "AKIDWRONG" } },
  { { "models", "--all-regions" }, 1, "the credentials are wrong", "there are no models", { AWS_ACCESS_KEY_ID = "AKIDWRONG" } },
  { { "models", "--endpoint-url", "http://127.0.0.1:9" }, 1, "list:", "there are no models" },
  { { "models", "--running" }, 0, "there are no models that run in region us-east-1\n", "list: [" },
  { { "--region", "us-east-1", "call", "DescribeProjects" }, 2, "options go after the command" },
  { { "models", "--runing" }, 2, "unknown option '--runing', did you mean '--running'? (", "Did" },
  { { "models" }, 1, "or name a profile that has some (AWS_PROFILE, or --profile). Tried in turn: ", "pass the option",
    { AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "", AWS_EC2_METADATA_DISABLED = "true" } },
  { { "start", "birds/v1" }, 2, ": 4.00 an hour by the default price (--price-per-hour sets yours), until it is stopped (",
    "by the price given" },
  { { "start", "birds/v1", "--price-per-hour", "5" }, 2, ": 5.00 an hour by the price given, until it is stopped (" },
  { { "copy", "--plan", "/nowhere/plan.json", "plan" }, 2, "the plan /nowhere/plan.json could not be read: No such file",
    "plan: plan" },
  { { "call", "DetectLabels", "--blob", "photo.jpg" }, 2, "--blob must be written MEMBER=FILE, got 'photo.jpg'", "KEY=VALUE" },
} do
  it("says what is the case, by the command's own words: " .. table.concat(case[1], " "), function()
    local result = cli.run(case[5] and with(case[5]) or env, case[1])
    assert.same({ case[2], "" }, { result.code, result.out }, result.err)
    has(result.err, case[3])
    if case[4] then lacks(result.err, case[4]) end
    if case[2] ~= 1 or case[1][1] ~= "copy" then return end
    local words = table.move(case[1], 1, #case[1], 1, {})
    words[#words + 1] = "--output=json"
    local problem = cjson.decode(cli.run(env, words).err:match "([^\n]*)\n$").error
    lacks(problem.message .. problem.remedy, case[4])
  end)
end

it("names options as flags only where they are words of their own", function()
  local in_flags = flags.new({ options = { { name = "--use-running" }, { name = "--region" }, { name = "--role" }, { name = "--max-units" } } },
    { "run", "max_inference_units" })
  for text, expected in pairs {
    ["x; set use_running; to end"] = "x; add --use-running; to end",
    ["set use_running = true, or"] = "add --use-running, or",
    ["pass the option region, or option role: that region"] = "pass --region, or --role: that region",
    ["x.use_running 'use_running' \"use_running\" a/use_running"] = "x.use_running 'use_running' \"use_running\" a/use_running",
    ["max_inference_units use_running."] = "max_inference_units --use-running.",
    ["create_project"] = "create_project",
  } do
    assert.equal(expected, in_flags(text))
  end
  assert.equal("--role must be x", in_flags("role must be x", { { path = "role", message = "must be x" } }))
  assert.equal("option region; use_running", flags.new({ options = { { name = "--use-running" } } }, { "--plan=x" })("option region; use_running"))
end)

it("a model that runs is said to, with when it was started here and how it ends", function()
  local pace = { "--delay", "0.05", "--yes" }
  local function run(...)
    local words = { ... }
    table.move(pace, 1, #pace, #words + 1, words)
    if words[1] == "run" then table.move({ "--", "true" }, 1, 2, #words + 1, words) end
    return cli.run(env, words)
  end
  assert.equal(0, run("start", "birds/v1").code)
  local again = run("start", "birds/v1")
  assert.equal(1, again.code)
  assert.is_truthy(again.err:find("is RUNNING already, started here at 20%d%d%-%d%d%-%d%d %d%d:%d%d:%d%d UTC"), again.err)
  has(again.err, "`rekognition stop " .. arn .. "` stops it")
  lacks(again.err, "use_running")
  local used = run("run", "--version", "birds/v1")
  assert.equal(1, used.code)
  has(used.err, "started here at 20")
  has(used.err, "add --use-running")
  lacks(used.err, "may still be running")
  lacks(used.err, "not by a run of this journal")
  local other = run("start", "birds/v1", "--journal", folder .. "/other.json")
  has(other.err, "not by a run of this journal")
  assert.equal(0, cli.run(env, { "stop", "birds/v1", "--delay", "0.05" }).code)
end)

it("Ctrl-C at the question does nothing, and says that alone", function()
  local result = cli.terminal(env, { "start", "birds/v1" }, { { "[y/N] ", "\3" } })
  assert.equal(130, result.code, result.out)
  has(result.out, "nothing was done")
  lacks(result.out, "the model may")
  lacks(result.out, "interrupted")
  assert.is_nil(files.read(folder .. "/state/rekognition/started.json") and (cli.json(env, { "models", "--running", "--output", "json" }).models[1]))
end)

it("an interrupted copy is said to go on, and the same command finds it", function()
  local words = { "copy", "--source-project", "birds", "--destination-project", "birds", "--version-name", "c1", "--bucket", "bucket-name",
    "--delay", "0.1", "--yes" }
  local result = cli.terminal(env, words, { { "COPYING_IN_PROGRESS", "\3" } })
  assert.equal(130, result.code, result.out)
  has(result.out, "a copy that was begun goes on at the service; the same command, run again, finds it")
  local again = cli.run(env, words)
  assert.equal(0, again.code, again.err)
  has(again.out, "yes: it was there already")
end)

it("call --describe prints an operation's parameters, without settings", function()
  local result = cli.run(with { AWS_REGION = "" }, { "call", "detect-labels", "--describe" })
  assert.same({ 0, "" }, { result.code, result.err })
  assert.is_truthy(result.out:find("\nImage +structure +yes\n"), result.out)
  assert.is_truthy(result.out:find("\nImage.S3Object.Bucket +string +%-\n"), result.out)
  assert.is_truthy(result.out:find("\nFeatures +list of string +%-\n"), result.out)
  assert.equal(2, cli.run(env, { "call", "DetectLabls", "--describe" }).code)
  for name in pairs(require("rekognition.generated.model").operations) do
    local rows = {}
    require("rekognition.cli.describe").print({ args = { output = "jsonl" }, output = { json = function(_, row) rows[#rows + 1] = row end } }, name)
    for _, row in ipairs(rows) do assert.is_string(row.type, name) end
  end
end)

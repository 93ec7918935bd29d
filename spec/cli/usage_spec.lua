local cjson = require("cjson").new()
local cli = require "spec.support.cli"
local commands = require "rekognition.cli.commands"
local files = require "spec.support.files"

local folder, env
setup(function()
  folder = select(2, files.run "mktemp -d"):match("^[^\n]+")
  env = cli.env(nil, folder)
end)
teardown(function() files.run("rm -rf " .. folder) end)

describe("help", function()
  it("lists every command", function()
    local result = cli.run(env, { "--help" })
    assert.equal(0, result.code)
    for _, entry in ipairs(commands.list) do assert.is_truthy(result.out:find("\n   " .. entry.name .. " ", 1, true), entry.name) end
    local none = cli.run(env, {})
    assert.same({ 2, "", result.out }, { none.code, none.out, none.err })
  end)

  for _, entry in ipairs(commands.list) do
    it("of " .. entry.name .. " names its options, on lines of at most 100 columns", function()
      local result = cli.run(env, { entry.name, "--help" })
      assert.same({ 0, "" }, { result.code, result.err })
      local command = commands.load(entry.name)
      for _, option in ipairs(command.options or {}) do assert.is_truthy(result.out:find(option.name, 1, true), option.name) end
      if entry.name ~= "emulator" then
        for line in result.out:gmatch("[^\n]+") do assert.is_true(#line <= 100, line) end
        for _, option in ipairs(command.options or {}) do -- the usage has what must be there, and not in brackets
          local line = option.required and entry.name ~= "doctor" and result.out:match("^[^\n]+")
          if line then assert.is_truthy(line:find(option.name .. " " .. option.value, 1, true) and not line:find("[" .. option.name, 1, true), line) end
        end
        assert.is_truthy(result.out:find("\n\nExit status: ", 1, true) or command.commands)
      end
    end)
  end

  it("says the version", function()
    local version = require("rekognition.core").version
    assert.same({ 0, "rekognition " .. version .. "\n" }, { cli.run(env, { "--version" }).code, cli.run(env, { "--version" }).out })
  end)
end)

describe("wrong use", function()
  local ARN = "arn:aws:rekognition:us-east-1:111122223333:project/birds/version/v1/1656611123456"

  for _, case in ipairs {
    { { "nope" }, "there is no command 'nope'" },
    { { "models", "--nope" }, "unknown option '--nope'" },
    { { "models", "--al-regions" }, "all-regions" },
    { { "models", "--price-per-hour", "x" }, "--price-per-hour must be a price of at least 0, such as 4 or 0.5, got 'x'" },
    { { "models", "--profiles", "," }, "must be one or more names" },
    { { "models", "--output", "xml" }, "table" },
    { { "models", "extra" }, "too many arguments" },
    { { "run", "--version", ARN }, "COMMAND" },
    { { "run", "--", "true" }, "option --version is missing" },
    { { "run", "--version", ARN, "--max-hours", "0", "--", "true" }, "--max-hours must be a number above 0, got '0'" },
    { { "run", "--version", ARN, "--max-cost=-1", "--", "true" }, "--max-cost must be a number above 0, got '-1'" },
    { { "run", "--version", ARN, "--max-cost", "-1", "--", "true" }, "--max-cost must be a number above 0, got '-1'" },
    { { "run", "--version", ARN, "--max-cost", "1", "--price-per-hour", "0", "--yes", "--", "true" }, "--max-cost needs a --price-per-hour" },
    { { "run", "--version", ARN, "--delay", "-.5", "--", "true" }, "--delay must be a time above 0" },
    { { "run", "--version", ARN, "--min-units", "3", "--max-units", "2", "--", "true" }, "--max-units must be at least" },
    { { "run", "--version", ARN, "--", "true" }, "only with --yes" },
    { { "run", "--version", "bird", "--yes", "--", "true" }, "'bird' is neither the ARN" },
    { { "start" }, "VERSION" },
    { { "start", "a/b/c", "--yes" }, "is neither the ARN" },
    { { "start", ARN, "--min-units", "1.5" }, "--min-units must be a whole number of at least 1, got '1.5'" },
    { { "start", ARN, "--timeout", "soon" }, "--timeout must be a time above 0, such as 30, 90s, 20m, 2h or 3d, got 'soon'" },
    { { "stop" }, "say what to stop" },
    { { "stop", "--mine", "--older-than", "2h" }, "say what to stop" },
    { { "stop", "--mine", ARN }, "say what to stop" },
    { { "stop", "--older-than", "2w" }, "--older-than must be a time above 0" },
    { { "wait", "forever", ARN }, "got 'forever'" },
    { { "wait", "runing", ARN }, "did you mean running?" },
    { { "stop", "bird", ARN }, "'bird' is neither the ARN" },
    { { "wait", "copied" }, "SUBJECT" },
    { { "wait", "dataset_created", "x" }, "must be a dataset's ARN" },
    { { "policy" }, "say what to do: one of check, build, explain" },
    { { "policy", "nope" }, "there is no command 'policy nope', it must be one of check, build, explain" },
    { { "policy", "biuld" }, "did you mean build?" },
    { { "policy", "build", "--sid", "a b" }, "--sid must be letters and digits alone, got 'a b' (`rekognition policy build --help`" },
    { { "policy", "check", "/nowhere" }, "could not read /nowhere" },
    { { "policy", "build", "--account", "12" }, "12 digits" },
    { { "policy", "build", "--account", "555555555555" }, "option --version is missing" },
    { { "policy", "build", "--version", ARN }, "option --account is missing" },
    { { "policy", "explain", "-" }, "not JSON" },
    { { "call" }, "OPERATION" },
    { { "call", "Nope" }, "unknown operation" },
    { { "call", "DescribeProject" }, "did you mean DescribeProjects" },
    { { "call", "DescribeProjects", "--params", "[]" }, "--params must be a JSON object" },
    { { "call", "DescribeProjects", "--params", "{" }, "--params must be a JSON object" },
    { { "call", "DescribeProjects", "--params", "@/nowhere" }, "could not read /nowhere" },
    { { "call", "DescribeProjects", "--params", '{"Nope": 1}' }, "Nope" },
    { { "call", "DetectLabels", "--params", '{"Image": {"Bytes": "%"}}' }, "Image.Bytes must be base64" },
    { { "call", "DetectLabels", "--blob", "Image.Bytes=/nowhere" }, "could not read /nowhere" },
    { { "call", "DetectLabels", "--blob", "Image.Bytes" }, "MEMBER=FILE" },
    { { "call", "CreateProject", "--page", "--params", '{"ProjectName": "x"}' }, "does not return pages" },
    { { "call", "DeleteProject", "--params", ('{"ProjectArn": "%s"}'):format(ARN:gsub("/version/v1", "")) }, "only with --yes" },
    { { "presign", "DescribeProjects", "--expires", "8d" }, "expires" },
    { { "presign", "DescribeProjects", "--expires", "0.5" }, "whole seconds" },
    { { "completion", "tcsh" }, "bash" },
    { { "emulator", "--bogus" }, "unknown option '--bogus'" },
  } do
    it("is refused in one line, before anything is sent: " .. table.concat(case[1], " "), function()
      local result = cli.run(env, case[1])
      assert.same({ 2, "" }, { result.code, result.out }, result.err)
      assert.is_truthy(result.err:find(case[2], 1, true), result.err)
      assert.equal(1, select(2, result.err:gsub("\n", "")), result.err)
      assert.is_nil(result.err:find("traceback", 1, true))
    end)
  end

  it("is JSON where JSON is asked for", function()
    for _, arguments in ipairs { { "models", "--nope", "--output", "json" }, { "--output=json" }, { "call", "Nope", "--output=jsonl" } } do
      local result = cli.run(env, arguments)
      assert.equal(2, result.code)
      if arguments[1] ~= "--output=json" then
        local problem = cjson.decode(result.err).error
        assert.is_string(problem.message)
        assert.is_string(problem.kind)
      end
    end
  end)
end)

describe("a failure", function()
  it("of the configuration, or of the way to the service, ends with 1", function()
    for _, case in ipairs {
      { { "models", "--profile", "nope" }, "nope" }, { { "call", "DescribeProjects" }, "failed to connect" },
      { { "stop", "--mine", "--journal", folder .. "/bad.json" }, "is not a json object" },
    } do
      files.write(folder .. "/bad.json", "nonsense")
      local result = cli.run(env, case[1])
      assert.equal(1, result.code)
      assert.is_truthy(result.err:lower():find(case[2], 1, true), result.err)
    end
  end)

  it("to write the output is said", function()
    local _, output = files.run(("sh -c %s"):format(files.quoted(cli.command { "completion", "bash" } .. " >/dev/full; echo $?")))
    assert.equal("rekognition completion: could not write the output: No space left on device\n1\n", output)
    _, output = files.run(("sh -c %s"):format(files.quoted(cli.command { "completion", "bash" } .. " | head -n 1")))
    assert.equal("_rekognition() {\n", output)
  end)
end)

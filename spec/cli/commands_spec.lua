-- Every command, once in a pseudo terminal and once in pipes, with good and bad input.

local cjson = require("cjson").new()
local cli = require "spec.support.cli"
local commands = require "rekognition.cli.commands"
local emulator = require "spec.support.emulator"
local files = require "spec.support.files"

-- REK_FULL=1 runs everything with NO_COLOR, too; else `models` stands for all.
local FULL = os.getenv "REK_FULL" == "1"

local running, folder, env, project, arn

-- What a case's words and texts may name.
local function filled(value)
  return (value:gsub("<(%u+)>", { FOLDER = folder, ARN = arn, PROJECT = project, URL = running.url }))
end

local function filled_all(words)
  local list = {}
  for i, word in ipairs(words) do list[i] = filled(word) end
  return list
end

setup(function()
  running = emulator.start { "--train-seconds", "0", "--start-seconds", "0.2", "--stop-seconds", "0.1", "--copy-seconds", "0.2" }
  folder = select(2, files.run "mktemp -d"):match("^[^\n]+")
  env = cli.env(running, folder)
  env.AWS_ENDPOINT_URL_S3, env.AWS_ENDPOINT_URL_STS = running.url, running.url
  local client <close> = emulator.client(running)
  project = client:create_project({ ProjectName = "birds" }).ProjectArn
  client:create_project { ProjectName = "copies" }
  arn = emulator.train(client, project, "v1")
  files.write(folder .. "/params.json", '{"MaxResults": 1}')
  files.write(folder .. "/bad.json", '{\n "MaxResults": 1,}')
  files.write(folder .. "/policy.json", '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":'
    .. '"555555555555"},"Action":"rekognition:CopyProjectVersion","Resource":"' .. arn .. '"}]}')
  files.write(folder .. "/wrong_policy.json", '{"Version":"2012-10-17"}')
  files.write(folder .. "/plan.json", cjson.encode {
    source = { region = "us-east-1" }, models = { { project = "birds", version = "v1", name = "p1" } },
    destinations = { { region = "us-east-1", project = "copies", output_config = { S3Bucket = "custom-labels-out" } } },
  })
end)
teardown(function()
  running.stop()
  files.run("rm -rf " .. folder)
end)

-- Each: the command, its words, the exit status, a text of the output (good) or of the error stream (bad); `progress`:
-- a text that progress has; `ask`: it asks before, and is refused in a pipe without --yes; `before`: what makes the state
-- of the model that the case wants.
local GOOD = {
  { "doctor", { "doctor", "--source-project", "birds", "--destination-project", "copies", "--bucket", "custom-labels-out" }, 1, "ok (source)",
    progress = "looking" },
  { "copy", { "copy", "--source-project", "birds", "--destination-project", "copies", "--version-name", "c1", "--bucket", "custom-labels-out",
    "--delay", "0.1" }, 0, "COPYING_COMPLETED", progress = "preflight", ask = "This copies" },
  { "models", { "models" }, 0, "TRAINING_COMPLETED", progress = "list: us-east-1" },
  { "models", { "models", "--all-regions", "--arn" }, 0, "us-east-1  birds", progress = "of 15" },
  { "run", { "run", "--version", "birds/v1", "--delay", "0.1", "--", "echo", "ran" }, 0, "ran", progress = "start: STARTING", ask = "This starts" },
  { "start", { "start", "birds/v1", "--delay", "0.1" }, 0, "RUNNING", progress = "start: STARTING", ask = "This starts",
    before = { "stop", "birds/v1", "--delay", "0.1" } },
  { "wait", { "wait", "running", "birds/v1", "--delay", "0.1" }, 0, "RUNNING", progress = "running: RUNNING" },
  { "stop", { "stop", "--older-than", "0.01", "--delay", "0.1" }, 0, "STOPPED", progress = "stop: RUNNING", ask = "This stops",
    before = { "start", "birds/v1", "--delay", "0.1", "--yes" } },
  { "stop", { "stop", "birds/v1", "--delay", "0.1" }, 0, "STOPPED", progress = "stop: STOPPED" },
  { "stop", { "stop", "--mine", "--delay", "0.1" }, 0, "" },
  { "policy", { "policy", "build", "--account", "555555555555", "--version", "<ARN>" }, 0, "rekognition:CopyProjectVersion" },
  { "policy", { "policy", "check", "<FOLDER>/policy.json" }, 0, "the policy is well formed" },
  { "policy", { "policy", "explain", "<FOLDER>/policy.json" }, 0, "555555555555" },
  { "call", { "call", "describe-projects", "--params", "@<FOLDER>/params.json" }, 0, '"ProjectDescriptions"' },
  { "call", { "call", "DescribeProjects", "--page", "--params", "file://<FOLDER>/params.json", "--output", "jsonl" }, 0, '"ProjectArn"' },
  { "call", { "call", "--list" }, 0, "DescribeProjectVersions" },
  { "call", { "call", "DeleteProjectPolicy", "--params", '{"ProjectArn": "<PROJECT>", "PolicyName": "none"}' }, 1, "", ask = "deletes something" },
  { "presign", { "presign", "describe_projects", "--expires", "1m" }, 0, "X-Amz-Expires=60" },
  { "completion", { "completion", "bash" }, 0, "_rekognition" },
  { "completion", { "completion", "zsh" }, 0, "#compdef rekognition" },
  { "completion", { "completion", "fish" }, 0, "complete -c rekognition" },
  { "emulator", { "emulator", "--version" }, 0, "rekognition" },
  { "copy", { "copy", "--plan", "<FOLDER>/plan.json", "plan" }, 0, "copies", progress = "" },
  { "copy", { "copy", "--plan", "<FOLDER>/plan.json", "apply", "--delay", "0.1" }, 0, "copies", ask = "This makes" },
  { "copy", { "copy", "--plan", "<FOLDER>/plan.json", "check" }, 0, "as planned" },
}

local BAD = {
  { "doctor", { "doctor", "--destination-project", "copies" }, 2, "option --bucket is missing" },
  { "copy", { "copy", "--source-project", "bird", "--destination-project", "copies", "--bucket", "custom-labels-out", "--yes" }, 1, "no project named bird" },
  { "copy", { "copy", "plan" }, 2, "needs --plan FILE" },
  { "copy", { "copy", "--plan", "<FOLDER>/none.json", "plan" }, 2, "none.json" },
  { "copy", { "copy", "--plan", "<FOLDER>/bad.json", "plan" }, 2, "bad.json" },
  { "models", { "models", "--runing" }, 2, "'--running'" },
  { "run", { "run", "--version", "birds/v9", "--yes", "--", "true" }, 1, "the project birds has no version v9" },
  { "run", { "run", "--version", "birds/v1", "--yes", "--", "no-such-command" }, 127, "there is no command 'no-such-command'" },
  { "start", { "start", "birds", "--yes" }, 2, "'birds' is neither the ARN" },
  { "stop", { "stop" }, 2, "say what to stop" },
  { "wait", { "wait", "runing", "birds/v1" }, 2, "must be one of" },
  { "wait", { "wait", "running", "birds/v1", "--timeout", "0.2", "--delay", "0.1" }, 1, "WaiterTimeout" },
  { "policy", { "policy", "check", "<FOLDER>/wrong_policy.json" }, 1, nil, out = "must have Statement" },
  { "policy", { "policy", "explain", "<FOLDER>/none" }, 2, "there is no such file" },
  { "policy", { "policy", "build", "--version", "<ARN>" }, 2, "option --account is missing" },
  { "call", { "call" }, 2, "OPERATION is missing" },
  { "call", { "call", "DescribeProjcts" }, 2, "did you mean DescribeProjects?" },
  { "call", { "call", "DescribeProjects", "--params", '{"MaxResult": 1}' }, 2, "did you mean MaxResults?" },
  { "call", { "call", "DescribeProjects", "--params", "@<FOLDER>/bad.json" }, 2, "at line 2, column 18" },
  { "call", { "call", "DescribeProjects", "--params", "@<FOLDER>/none.json" }, 2, "none.json: there is no such file" },
  { "call", { "call", "DescribeProjects", "--params", "<FOLDER>/params.json" }, 2, "to read the file, write @<FOLDER>/params.json" },
  { "call", { "call", "DescribeDataset", "--params", '{"DatasetArn": "arn:aws:rekognition:us-east-1:111122223333:project/birds/dataset/train/1656611123456"}' },
    1, "ResourceNotFoundException" },
  { "presign", { "presign", "DescribeProjects", "--expires", "8d" }, 2, "at most 7d" },
  { "completion", { "completion", "tcsh" }, 2, "bash, zsh, fish, got 'tcsh'" },
  { "emulator", { "emulator", "--port", "x" }, 2, "port" },
  { "(none)", { "cal" }, 2, "did you mean call?" },
  { "(none)", { "describe-projects" }, 2, "rekognition call DescribeProjects" },
}

local function named(case) return table.concat(case[2], " ") end

local function strip(text) return (text:gsub("\27%[[0-9;]*[A-Za-z]", "")) end

local function has(text, part) assert.is_truthy(text:find(filled(part), 1, true), text) end

describe("each command", function()
  for _, list in ipairs { GOOD, BAD } do
    it("has a " .. (list == GOOD and "good" or "bad") .. " case here", function()
      local seen = {}
      for _, case in ipairs(list) do seen[case[1]] = true end
      for _, entry in ipairs(commands.list) do assert.is_true(seen[entry.name], entry.name) end
    end)
  end

  for _, case in ipairs(GOOD) do
    it("in a terminal: " .. named(case), function()
      if case.before then cli.run(env, case.before) end
      local result = cli.terminal(env, filled_all(case[2]), case.ask and { { "[y/N] ", "y\n" } } or nil)
      assert.equal(case[3], result.code, result.out)
      has(strip(result.out), case[4])
      if case.ask then has(result.out, case.ask) end
      if case.progress then
        has(strip(result.out), case.progress)
        assert.is_truthy(case.progress == "" or result.out:find("\r\27[K\27[2m", 1, true), result.out) -- a line that lives
        assert.is_truthy(case.progress == "" or result.out:find(", [0-9]+ s", 1), result.out)          -- with its time
      end
    end)

    if FULL or case[2][2] == nil then
      it("in a terminal that wants no colour: " .. named(case), function()
        local plain = { NO_COLOR = "1" }
        for name, value in pairs(env) do plain[name] = value end
        if case.ask then return end -- once is enough for what changes something
        assert.is_nil(cli.terminal(plain, filled_all(case[2])).out:find("\27%[[0-9;]*m"))
      end)
    end

    it("in pipes: " .. named(case), function()
      local words = filled_all(case[2])
      if case.before then cli.run(env, case.before) end
      if case.ask then
        local refused = cli.run(env, words)
        assert.same({ 2, "" }, { refused.code, refused.out }, refused.err)
        has(refused.err, "only with --yes")
        table.insert(words, 2, "--yes")
      end
      local result = cli.run(env, words)
      local is_done = result.code == case[3] or case[1] == "copy" and result.code == 0
      assert.is_true(is_done, result.err)
      has(result.out, case[4])
      assert.is_nil((result.out .. result.err):find "[\27\r]")
      if case.progress and case.progress ~= "" then
        has(result.err, case.progress)
        for line in result.err:gmatch "[^\n]+" do assert.is_truthy(line:find "^%[[0-9]+ s%] " or not line:find(case.progress, 1, true), line) end
        if not case.ask then
          table.insert(words, 2, "--quiet")
          assert.is_nil(cli.run(env, words).err:find(filled(case.progress), 1, true))
        end
      end
    end)
  end

  for _, case in ipairs(BAD) do
    it("refuses or fails in one sentence, in a terminal and in pipes: " .. named(case), function()
      local words = filled_all(case[2])
      local shown, piped = cli.terminal(env, words), cli.run(env, words)
      assert.same({ case[3], case[3] }, { shown.code, piped.code }, shown.out)
      if case.out then return has(piped.out, case.out) end
      has(strip(shown.out), case[4])
      has(piped.err, case[4])
      assert.equal("", piped.out)
      for _, text in ipairs { shown.out, piped.err } do
        assert.is_nil(text:find("traceback", 1, true) or text:find("called at", 1, true), text)
      end
      local last = piped.err:match "([^\n]*)\n$"
      assert.is_truthy(last:find(filled(case[4]), 1, true), piped.err)
      -- The same as JSON, where the command has the option.
      local command = commands.load(case[2][1] == "cal" and "call" or "models")
      if command and case[1] ~= "emulator" and case[1] ~= "(none)" and words[2] ~= "build" and case[1] ~= "completion" then
        table.insert(words, #words + 1 - (case[1] == "run" and 2 or 0), "--output=json")
        local problem = cjson.decode(cli.run(env, words).err:match "([^\n]*)\n$").error
        assert.is_string(problem.message)
        assert.is_nil(problem.where)
      end
    end)
  end
end)

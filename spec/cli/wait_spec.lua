-- `rekognition wait`: each state that its help lists, by name and by ARN; what is gone, and what was never there.

local cli = require "spec.support.cli"
local emulator = require "spec.support.emulator"
local files = require "spec.support.files"

local NONE = "arn:aws:rekognition:us-east-1:111122223333:project/none"

local running, folder, env, names

local function filled(value) return (value:gsub("<(%u+)>", names)) end

setup(function()
  running = emulator.start { "--train-seconds", "0", "--start-seconds", "0", "--stop-seconds", "0", "--copy-seconds", "0" }
  folder = select(2, files.run "mktemp -d"):match("^[^\n]+")
  env = cli.env(running, folder)
  local client <close> = emulator.client(running)
  local project = client:create_project({ ProjectName = "birds" }).ProjectArn
  local dataset = client:create_dataset({ ProjectArn = client:create_project({ ProjectName = "sets" }).ProjectArn, DatasetType = "TRAIN" }).DatasetArn
  client:wait("dataset_created", { DatasetArn = dataset }, { delay = 0.05 })
  local arn = emulator.train(client, project, "v1")
  names = { ARN = arn, PROJECT = project, DATASET = dataset, OF = project:match("^(.*)/") }
end)
teardown(function()
  running.stop()
  files.run("rm -rf " .. folder)
end)

-- Each: the words, the exit status, a text of the output or of the error stream, and a command before.
local CASES = {
  { "project_created birds", 0, "status   CREATED" },
  { "project_created <PROJECT>", 0, "subject  <PROJECT>" },
  { "project_created none --timeout 0.2", 1, "WaiterTimeout" },
  { "project_created a/b", 2, "must be a project's name or ARN" },
  { "project_deleted none", 0, "status   DELETED" },
  { "project_deleted " .. NONE .. "/1656611123456", 0, "status   DELETED" },
  { "project_deleted arn:aws:rekognition:eu-west-1:111122223333:project/none/1656611123456", 2, "--region eu-west-1 looks there" },
  { "dataset_created <DATASET>", 0, "status   CREATE_COMPLETE" },
  { "dataset_created birds", 2, "must be a dataset's ARN" },
  { "dataset_updated <DATASET> --delay 0.1 --timeout 0.3", 1, "its status is CREATE_COMPLETE" },
  { "dataset_updated " .. NONE .. "/dataset/train/1656611123456", 1, "NoSuchDataset" },
  { "dataset_deleted " .. NONE .. "/dataset/train/1656611123456", 0, "status   DELETED" },
  { "trained birds/v1", 0, "status   TRAINING_COMPLETED" },
  { "trained <ARN>", 0, "status   TRAINING_COMPLETED" },
  { "trained <OF>/version/none/1656611123456", 1, "there is no version <OF>/version/none/1656611123456 in region us-east-1" },
  { "running <OF>/version/none/1656611123456", 1, "NoSuchVersion" },
  { "stopped <OF>/version/none/1656611123456", 1, "NoSuchVersion" },
  { "copied <OF>/version/none/1656611123456 --timeout 0.3 --delay 0.1", 1, "WaiterTimeout" },
  { "copied <ARN>", 1, "WaiterFailure" },
  { "running birds/v1 --delay 0.1", 0, "status   RUNNING", before = "start birds/v1 --yes --delay 0.1" },
  { "stopped birds/v1 --delay 0.1", 0, "status   STOPPED", before = "stop birds/v1 --delay 0.1" },
  { "deleted birds/none", 0, "status   DELETED" },
  { "deleted none/v1", 0, "status   DELETED" },
  { "deleted <OF>/version/none/1656611123456", 0, "status   DELETED" },
  { "deleted " .. NONE .. "/version/v1/1656611123456", 0, "status   DELETED" },
  { "deleted birds/v1 --timeout 0.2", 1, "WaiterTimeout" },
}

local function words_of(text)
  local words = {}
  for word in filled(text):gmatch("%S+") do words[#words + 1] = word end
  return words
end

describe("rekognition wait", function()
  for _, case in ipairs(CASES) do
    it(case[1], function()
      if case.before then assert.equal(0, cli.run(env, words_of(case.before)).code) end
      local result = cli.run(env, words_of("wait " .. case[1]))
      assert.equal(case[2], result.code, result.err)
      local stream = case[2] == 0 and result.out or result.err
      assert.is_truthy(stream:find(filled(case[3]), 1, true), result.out .. result.err)
      assert.equal(case[2] == 0, result.out ~= "")
    end)
  end

  it("has a case for each state here", function()
    local states = require("rekognition.cli.wait").arguments[1].choices
    for _, state in ipairs(states) do
      local has_good = false
      for _, case in ipairs(CASES) do has_good = has_good or case[1]:find(state .. " ", 1, true) == 1 end
      assert.is_true(has_good, state)
    end
  end)
end)

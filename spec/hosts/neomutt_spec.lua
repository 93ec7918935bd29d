-- examples/hosts/neomutt.lua, in NeoMutt.

local emulator = require "spec.support.emulator"
local emulator_calls = require "spec.support.emulator_calls"
local files = require "spec.support.files"
local hosts = require "spec.support.hosts"
local rekognition = require "rekognition"

local neomutt, missing = hosts.find "neomutt"
if neomutt and not select(2, files.run(neomutt .. " -v")):find("+lua", 1, true) then
  neomutt, missing = nil, "this NeoMutt was built without Lua"
end

describe("in NeoMutt", function()
  if not neomutt then return pending(missing) end

  it("the states of a project's models are shown, and so are errors", function()
    local running <close> = setmetatable({ emulator.start { "--train-seconds", "0" } }, {
      __close = function(self) self[1].stop() end,
    })
    local account = running[1].accounts[1]
    local client = rekognition.client {
      region = "us-east-1", endpoint = running[1].url, env = {},
      credentials = { access_key_id = account.access_key_id, secret_access_key = account.secret_access_key },
    }
    local project = client:create_project({ ProjectName = "birds" }).ProjectArn
    for i = 1, 2 do
      client:create_project_version {
        ProjectArn = project, VersionName = "model_" .. i, OutputConfig = emulator_calls.OUTPUT,
        TrainingData = emulator_calls.TRAINING, TestingData = emulator_calls.TESTING,
      }
    end

    files.with_folder(function(folder)
      local function shown(arn)
        files.write(folder .. "/muttrc", ('set my_rekognition_project = "%s"\nlua-source %s\nlua models()\n'):format(arn,
          hosts.example "neomutt"))
        return select(2, files.run(hosts.environment(running[1].url, {
          HOME = folder, AWS_ACCESS_KEY_ID = account.access_key_id, AWS_SECRET_ACCESS_KEY = account.secret_access_key,
        }) .. neomutt .. (" -n -F %s/muttrc -Q visual </dev/null"):format(folder)))
      end
      assert.matches("2 TRAINING_COMPLETED", shown(project))
      assert.matches("Rekognition: DescribeProjectVersions: ResourceNotFoundException", shown((project:gsub("birds", "x"))))
    end)
  end)
end)

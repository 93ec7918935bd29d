-- run_model in a process that forks: the model is the parent's.

local emulator = require "spec.support.emulator"
local files = require "spec.support.files"
local in_fork = require("spec.support.codec").both.in_fork
local run_model = require("rekognition").custom_labels.run_model

it("the child of a fork leaves its parent's model alone", function()
  local running = emulator.start { "--train-seconds", "0", "--start-seconds", "0.1", "--stop-seconds", "0.05" }
  local client <close> = emulator.client(running)
  local project = client:create_project({ ProjectName = "birds" }).ProjectArn
  local arn = emulator.train(client, project, "v1")

  local function status()
    local other <close> = emulator.client(running)
    return other:describe_project_versions({ ProjectArn = project }).ProjectVersionDescriptions[1].Status
  end

  files.with_folder(function(folder)
    local path = folder .. "/started.json"
    run_model({ client = client, version = arn, delay = 0.02, journal = path }, function()
      assert.equal(0, in_fork(function() os.exit(0, true) end))
      assert.equal("RUNNING", status())
      assert.is_truthy(files.read(path):find(arn, 1, true))
      assert.equal(0, in_fork(function()
        collectgarbage()
        local co = coroutine.wrap(function() error "ends" end)
        pcall(co)
      end))
      assert.equal("RUNNING", status())
    end)
  end)
  assert.equal("STOPPED", status())
  running.stop()
end)

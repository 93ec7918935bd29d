-- The workflows in a coroutine: every request and every sleep may yield, so that they run in a host's loop.

local copy_world = require "spec.support.copy_world"
local custom_labels = require("rekognition").custom_labels

local OUTPUT = { S3Bucket = "custom-labels-x", S3KeyPrefix = "y" }

it("a fleet, a copy and the doctor yield at every request and every sleep", function()
  local world = copy_world.new { copy_seconds = 100 }
  for i = 1, 2 do world.source_project = world:train(1, "Birds", "m" .. i) end
  world:calm()
  local serve, requests, sleeps, is_done = world.serve, 0, 0, false
  world.serve = function(...)
    coroutine.yield "request"
    return serve(...)
  end
  local function client(number)
    return world:client(number, { sleep = function(seconds)
      coroutine.yield "sleep"
      world.now = world.now + seconds
    end })
  end
  local journal = os.tmpname()
  os.remove(journal)
  local step = coroutine.wrap(function()
    local fleet = custom_labels.copy_models {
      journal = journal, clients = function(profile) return client(profile == "dev" and 1 or 2) end,
      plan = {
        source = { profile = "dev" }, remove_policy = true,
        models = { { project = "Birds", version = "m1", start = true }, { project = "Birds" } },
        destinations = { { profile = "prod", project = "Copies", create_project = true, output_config = OUTPUT } },
      },
    }
    assert.is_true(fleet:plan().ok)
    assert.is_true(fleet:apply().ok)
    assert.is_true(fleet:check().ok)
    local options = { source = client(1), destination = client(2), source_project = "Birds", destination_project = "Copies",
                      version_name = "again", output_config = OUTPUT, remove_policy = true }
    assert.equal("COPYING_COMPLETED", custom_labels.copy_model(options).status)
    custom_labels.doctor(options)
    is_done = true
    return "end"
  end)
  for what in step do
    if what == "request" then requests = requests + 1 elseif what == "sleep" then sleeps = sleeps + 1 else break end
  end
  os.remove(journal)
  os.remove(journal .. ".lock")
  assert.is_true(is_done)
  assert.equal(#world.calls, requests)
  assert.is_true(sleeps > 5)
end)

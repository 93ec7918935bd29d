-- Rates, against an emulator that enforces AWS's. With REK_FULL_RATES=1 the whole of it: 100 calls, 20 seconds.

local async = require "rekognition.async"
local core = require "rekognition.core"
local emulator = require "spec.support.emulator"
local rekognition = require "rekognition"

local running
setup(function() running = emulator.start { "--rate", "aws" } end)
teardown(function() running.stop() end)

local function new_client(rate)
  local account = running.accounts[1]
  return rekognition.client { region = "us-east-1", env = {}, endpoint = running.url, retry = { mode = "off" },
    credentials = { access_key_id = account.access_key_id, secret_access_key = account.secret_access_key }, rate = rate }
end

describe("the option rate", function()
  it("keeps 20 tasks on two clients below AWS's rate, without waste", function()
    local calls = os.getenv "REK_FULL_RATES" and 100 or 12
    local clients = { new_client { ["*"] = 5 }, new_client { DescribeProjects = 5 } }
    local items = {}
    for place = 1, calls do items[place] = clients[place % 2 + 1] end
    local began = core.monotonic()
    local _, errors = async.map(items, function(client) return client:describe_projects {} end, { concurrency = 20 })
    local elapsed = core.monotonic() - began
    assert.same({}, errors)
    assert.is_true(elapsed >= (calls - 1) / 5) -- never too early; how late depends on the machine
    if os.getenv "REK_FULL_RATES" then print(("%d calls in %.2f s, least %.1f s"):format(calls, elapsed, (calls - 1) / 5)) end
  end)

  it("leaves other operations alone", function()
    local client = new_client { DescribeProjects = 0.001 }
    client:describe_projects {}
    for _ = 1, 3 do
      local _, e = pcall(client.list_tags_for_resource, client, {
        ResourceArn = "arn:aws:rekognition:us-east-1:123456789012:project/p/1690474772815" })
      assert.not_equal("ProvisionedThroughputExceededException", e.code)
    end
  end)
end)

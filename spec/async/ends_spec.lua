-- A program that ends, or whose Lua state does, while calls are under way at every stage: nothing is raised, nothing is
-- printed, nothing leaks (a build with sanitizers looks), and the end waits for nothing.

local call_stages = require "spec.support.call_stages"
local cjson = require("cjson").new()
local files = require "spec.support.files"
local support = require "spec.support.http_server"

local server, folder

setup(function()
  server, folder = support.start()
  call_stages.use(server, folder)
end)
teardown(function()
  call_stages.close()
  support.stop()
end)

-- A process that is at a stage by a task and, where it is one call, by a future; what it does then.
local function at_stage(place, deed)
  local addresses = {}
  for name, value in pairs(server) do
    if type(value) == "string" then addresses[name] = value end
  end
  local script = folder .. "/ends.lua"
  files.write(script, ("package.path, package.cpath = %q, %q\n"):format(package.path, package.cpath)
    .. ("local place, addresses, deaf = %d, %q, %q\n"):format(place, cjson.encode(addresses), call_stages.deaf_address)
    .. [[
    local async = require "rekognition.async"
    local stages = require "spec.support.call_stages"
    local server = require("cjson").decode(addresses)
    require("spec.support.http_server").adopt(server)
    stages.use(server, "]] .. folder .. [[", deaf)
    local stage = stages.list[place]
    local client = stages.client(stage)
    local task = async.spawn(stage[3], client)
    local future = stage[3] == stages.create and client:create_project_async { ProjectName = "x" }
    local sleeper = async.spawn(async.sleep, 3600)
    async.sleep(0.05)
    assert(not task:ready())
    ]] .. deed)
  local ok, output = files.run(("timeout 20 %s %s"):format(files.lua, script))
  assert.is_true(ok, output)
  return output
end

local DEEDS = {
  { "closes its state", "os.exit(0, true)" },
  { "ends with a finalizer that makes calls and waits", [[
    setmetatable({}, { __gc = function()
      print((pcall(function()
        return client:create_project_async({ ProjectName = "x" }, { total_timeout = 0.1 }):await()
      end)))
      task:cancel()
      print((pcall(task.await, task)), (pcall(async.run, async.sleep, 0)))
    end })]], "^[tf][a-z]+\nfalse\t[tf]" },
  { "ends with what it started in <close>", [[
    local closing <close> = task
    local other <close> = sleeper]] },
  { "closes its client, and ends", "client:close()" },
  { "collects what it has dropped, and ends", [[
    task, future, sleeper, client = nil, nil, nil, nil
    collectgarbage()
    collectgarbage()
    async.sleep(0.01)]] },
}

describe("a program that", function()
  for _, deed in ipairs(DEEDS) do
    it(deed[1] .. " leaves nothing, at every stage of a call", function()
      for place, stage in ipairs(call_stages.list) do
        -- A provider of the host's own that waits can't be hurried by a call's total_timeout.
        if not (deed[3] and stage[2].credentials) then
          local output = at_stage(place, deed[2])
          if deed[3] then assert.matches(deed[3], output, stage[1]) else assert.equal("", output, stage[1]) end
        end
      end
    end)
  end
end)

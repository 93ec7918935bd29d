-- Finalizers may use anything, in any order: what the collector has taken already refuses, and doesn't crash.

local lua = require("spec.support.files").lua

-- Runs a script in an interpreter that closes its state, and returns what it printed.
local function run(script)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write("package.path, package.cpath = ", ("%q, %q\n"):format(package.path, package.cpath), script,
    "\nos.exit(0, true)\n")
  file:close()
  local pipe = assert(io.popen(("%s %s 2>&1"):format(lua, path)))
  local output = pipe:read("a")
  local ok, _, code = pipe:close()
  os.remove(path)
  assert.same({ true, 0 }, { ok, code }, output)
  return output
end

describe("a finalizer", function()
  it("is refused a client that was collected before it", function()
    assert.matches("^false\t.*the client is closed%)\n$", run [[
      local core = require "rekognition.core"
      local transport = core.transport {}
      local object = setmetatable({}, { __gc = function(object)
        print(pcall(object.target.send, object.target, transport, object.request, "A", "S", nil, 0, 1, "agent"))
      end })
      object.target = core.target { url = "http://127.0.0.1:1", region = "r", service = "s" }
      object.request = core.service:request("DescribeProjects", {})
      object = nil
      collectgarbage()
    ]])
  end)

  it("is refused a signature when the Lua state closes", function()
    assert.matches("^false\t.*the Lua state is closing\n$", run [[
      local sigv4
      package.loaded.guard = setmetatable({}, { __gc = function()
        print(pcall(sigv4.sign, { method = "GET", target = "/", headers = { { "Host", "h" } } },
          { region = "r", service = "s", time = 0, credentials = { access_key_id = "A", secret_access_key = "S" } }))
      end })
      sigv4 = require "rekognition.sigv4"
    ]])
  end)

  it("is refused a request when the Lua state closes", function()
    assert.matches("^false\t.*the Lua state is closing\n$", run [[
      local core
      package.loaded.guard = setmetatable({}, { __gc = function()
        print(pcall(core.service.request, core.service, "DescribeProjects", {}))
      end })
      core = require "rekognition.core"
    ]])
  end)
end)

-- Whatever a finalizer makes and leaves open while its state closes; a build with sanitizers finds what leaks.
describe("finalizers at the end of a Lua state", function()
  local USES = [[
    local function use(core, transport, target)
      local request = core.service:request("DescribeProjects", { ProjectNames = { ("n"):rep(3) } })
      core.service:request("DetectLabels", { Image = { Bytes = ("x"):rep(100000) } }) -- a second one, left open too
      core.service:request("DetectLabels", { Image = 1, [2] = 3 })
      local plain = core.plain_request { name = "n", method = "POST", headers = { { "Authorization", "Bearer secret" } },
        body = "password" }
      local made = core.target { url = "http://127.0.0.1:1", region = "r", service = "s" }
      for _, to in ipairs { made, target } do
        to:sign(request, "A", "S", "a session token", 0, 1, "agent")
        to:presign(plain, "A", "S", "a session token", 0, 60)
        to:send(transport, request, "A", "S", "a session token", 0, 1, "agent")
        to:send(core.transport { connect_timeout = 1 }, plain)
      end
      core.transport {}:request { method = "GET", url = "http://127.0.0.1:1" }
      core.sign({ method = "GET", target = "/", headers = { { "Host", "h" } } }, { region = "r", service = "s", time = 0,
        credentials = { access_key_id = "A", secret_access_key = "S", session_token = "T" } })
      core.service:decode("DescribeProjects", '{"ProjectDescriptions":[{"ProjectArn":"a","New":{"b":[1,2]}}]}')
      core.read_json '{"a":["\\u00e9"]}'
      core.run_process({ "echo", "a" }, { timeout = 10, max_output = 100 })
      core.lock_file(os.tmpname())
      request:close()
    end
  ]]

  it("may use everything, in whatever order, and nothing leaks", function()
    assert.equal("loaded\nbefore false\n", (run(USES .. [[
      local core, transport, target
      local said
      -- Made before the module was loaded: its finalizer runs after all of the module's.
      package.loaded.first = setmetatable({}, { __gc = function()
        print("before " .. tostring(pcall(use, core, transport, target)))
      end })
      core = require "rekognition.core"
      transport = core.transport { timeout = 5 }
      target = core.target { url = "http://127.0.0.1:1", region = "r", service = "s" }
      use(core, transport, target)
      print "loaded"
      -- Made after it: theirs run before.
      for i = 1, 3 do
        package.loaded[i] = setmetatable({}, { __gc = function()
          local ok, why = pcall(use, core, transport, target)
          if not ok and not tostring(why):find "closed" then print(why) end
          pcall(use, core, core.transport {}, core.target { url = "http://127.0.0.1:1", region = "r", service = "s" })
        end })
      end
    ]])))
  end)
end)

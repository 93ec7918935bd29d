-- Finalizers may use anything, in any order: what the collector has taken already refuses, and doesn't crash.

local lua = require("spec.support.files").lua

-- Runs a script in an interpreter that closes its state, and gives what it printed.
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
        print(pcall(object.caller.send, object.caller, object.request, "A", "S", nil, 0, 1, "agent", "id"))
      end })
      object.caller = core.caller(transport, { url = "http://127.0.0.1:1", region = "r", service = "s",
        connect_timeout = 1, timeout = 1, max_attempts = 1 })
      object.request = core.request("DescribeProjects", {})
      object, transport = nil, nil
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
        print(pcall(core.request, "DescribeProjects", {}))
      end })
      core = require "rekognition.core"
    ]])
  end)
end)

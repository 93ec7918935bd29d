-- Hooks run while a request waits: lua.c answers SIGINT with one, and a host may set one at any time.

local core = require "rekognition.core"
local files = require "spec.support.files"
local support = require "spec.support.http_server"

local new, url = support.new, support.url
local lua = os.getenv("LUA") or "lua5.4"

setup(support.start)
teardown(support.stop)
after_each(function() debug.sethook() end)

describe("a hook that is set while a request waits", function()
  -- Runs f when C looks for hooks, which it lets run by calling a function of its own that does nothing.
  local function on_look(f)
    debug.sethook(function()
      if debug.getinfo(2, "S").source ~= "return" then return end
      debug.sethook()
      f()
    end, "c")
  end

  it("ends the request with what it raises, once, and the transport goes on", function()
    local one <close> = new()
    local raised = setmetatable({}, { __tostring = function() return "stop" end })
    on_look(function() error(raised, 0) end)
    local ok, why = pcall(one, { method = "GET", url = url "/hang", timeout = 100 })
    assert.is_false(ok)
    assert.is_true(rawequal(raised, why))
    assert.equal(200, assert(one { method = "GET", url = url "/echo" }).status)
  end)

  it("lets the same request go on where it does not raise", function()
    local one <close> = new()
    local looks = 0
    on_look(function() looks = looks + 1 end)
    local response = assert(one { method = "GET", url = url "/drip" })
    assert.equal(20, #response.body)
    assert.equal(1, looks)
  end)

  it("may make requests of its own on the same transport, and close requests", function()
    local one <close> = new()
    local target = core.target { url = url "/echo" }
    local request = core.plain_request { name = "n", method = "POST", body = ("x"):rep(100000) }
    local inner
    on_look(function()
      inner = target:send(one.core, request)
      request:close()
    end)
    local outer = core.plain_request { name = "n", target = "/drip" }
    local body = core.target { url = url "" }:send(one.core, outer)
    assert.equal(20, #body)
    assert.equal(100000, #inner)
  end)

  it("may close what the request is made with", function()
    local one = new()
    on_look(function() one:close() end)
    local response, failure = one { method = "GET", url = url "/drip" }
    assert.is_nil(response)
    assert.equal("closed", failure.code)

    local two = new()
    local request = core.plain_request { name = "n", target = "/drip", method = "POST", body = ("x"):rep(100000) }
    on_look(function()
      request:close()
      two:close()
      collectgarbage()
    end)
    local target = core.target { url = url "" }
    local none, about = target:send(two.core, request)
    assert.is_nil(none)
    assert.equal("closed", about.transport.code)
  end)

  it("runs in the main state where a coroutine waits", function()
    local one <close> = new()
    local main, is_main = coroutine.running()
    if not is_main then return end -- the runner is in a coroutine itself
    local thread = coroutine.create(function() return one { method = "GET", url = url "/hang", timeout = 100 } end)
    debug.sethook(main, function()
      if debug.getinfo(2, "S").source ~= "return" then return end
      debug.sethook(main)
      error("stop", 0)
    end, "c")
    assert.same({ false, "stop" }, { coroutine.resume(thread) })
  end)
end)

-- The build with sanitizers has an interpreter of its own, without lua.c's answer to SIGINT.
local describe_lua = lua:find "interpreter$" and function() end or describe

describe_lua("SIGINT in a plain script", function()
  -- The script is interrupted once it has printed "ready", and says how its request ended.
  local function interrupted(script)
    local output
    files.with_folder(function(folder)
      files.write(folder .. "/script.lua", ("package.path, package.cpath = %q, %q\n"):format(package.path, package.cpath)
        .. "local one = require('rekognition.http').new { env = {} }\n"
        .. "io.stdout:setvbuf 'no'\nprint 'ready'\n" .. script)
      local command = ("{ %s %s/script.lua 2>&1 & echo $! >%s/pid; wait; } | "
        .. "{ read line; sleep 0.3; kill -INT $(cat %s/pid); cat; }"):format(lua, folder, folder, folder)
      output = select(2, files.run(command))
    end)
    return output
  end

  for what, request in pairs {
    ["while a response is waited for"] = function() return url "/hang" end,
    ["while a body comes in"] = function() return url "/hang-body" end,
    ["while a connection is made"] = function() return (url("/", "full")) end,
  } do
    it("ends a request " .. what .. ", and the transport goes on", function()
      local output = interrupted(([[
        print(pcall(one, { method = "GET", url = %q, timeout = 100, connect_timeout = 100 }))
        print(one { method = "GET", url = %q }.status)
      ]]):format(request(), url "/echo"))
      assert.equal("false\tinterrupted!\n200\n", output)
    end)
  end

  it("ends a request in a coroutine", function()
    local output = interrupted(([[
      print(pcall(coroutine.wrap(function() one { method = "GET", url = %q, timeout = 100 } end)))
    ]]):format(url "/hang"))
    assert.equal("false\tinterrupted!\n", output)
  end)
end)

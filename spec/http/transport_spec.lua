-- The life of a transport: its options, closing, collection, finalizers.

local core = require "rekognition.core"
local files = require "spec.support.files"
local http = require "rekognition.http"
local support = require "spec.support.http_server"

local new, url = support.new, support.url
local transport

setup(support.start)
teardown(support.stop)

before_each(function() transport = support.open() end)
after_each(function() transport:close() end)

describe("a transport", function()
  it("refuses work once closed, and may be closed twice", function()
    local one = new()
    assert(one { method = "GET", url = url "/echo" })
    one:close()
    one:close()
    local ok, message = pcall(one, { method = "GET", url = url "/echo" })
    assert.is_false(ok)
    assert.is_truthy(message:find("the transport is closed", 1, true))
    assert.are.equal("rekognition.http: rekognition.transport (closed)", tostring(one))
  end)

  it("closes with its block", function()
    local kept
    do
      local one <close> = new()
      kept = one
      assert(one { method = "GET", url = url "/echo" })
    end
    assert.is_false(pcall(kept, { method = "GET", url = url "/echo" }))
  end)

  it("survives collection under load", function()
    for i = 1, 60 do
      local one = new()
      local response = assert(one { method = "POST", url = url "/echo", body = ("x"):rep(i * 1000) })
      assert.are.equal(i * 1000, #response.body)
      collectgarbage(i % 2 == 0 and "collect" or "step")
    end
  end)

  -- In a process of its own, whose heap is so small that the collector runs in every call.
  it("can be used by a finalizer while a response of its own is given", function()
    files.with_folder(function(folder)
      files.write(folder .. "/script.lua", ("package.path, package.cpath = %q, %q\nlocal url = %q\n"):format(
        package.path, package.cpath, url "/echo") .. [[
        local transport = require("rekognition.http").new { env = {} }
        local wrong, nested = 0, 0
        local function say(body)
          local headers = {}
          for i = 1, 40 do headers[i] = { "X-" .. i, body .. i } end
          local response = transport { method = "POST", url = url, headers = headers, body = body }
          if not response or response.body ~= body then wrong = wrong + 1 end
        end
        collectgarbage("generational", 1) -- collects when the heap has grown by a hundredth
        for i = 1, 60 do
          for _ = 1, 3 do
            setmetatable({}, { __gc = function()
              nested = nested + 1
              say(("inner"):rep(nested % 30 + 1))
            end })
          end
          say(("outer "):rep(i % 30 + 1))
        end
        print(nested > 50, wrong)
      ]])
      assert.equal("true\t0\n",
        select(2, files.run(files.lua .. " " .. files.quoted(folder .. "/script.lua"))))
    end)
  end)

  it("survives being closed by a finalizer in the middle of a request", function()
    for _ = 1, 20 do
      local one = new()
      for _ = 1, 50 do setmetatable({}, { __gc = function() one:close() end }) end
      collectgarbage "step"
      local ok, response = pcall(one, { method = "GET", url = url "/many-headers" })
      assert.is_true(not ok or response == nil or response.status == 200)
    end
    collectgarbage()
  end)

  it("is shared by default", function()
    assert.are.equal(http.default(), http.default())
    assert.is_true(rawequal(http.default(), http.default()))
  end)

  it("takes no option of the wrong kind", function()
    for _, options in ipairs {
      { proxy = 1 }, { ca_bundle = true }, { ca_bundle = "a\0b" }, { timeout = -1 }, { connect_timeout = "x" },
      { max_connections = 0 }, { max_response_bytes = 0 / 0 },
    } do
      assert.is_false(pcall(new, options))
    end
    assert.is_false(pcall(core.transport))
    assert.is_false(pcall(core.transport {}.request, {}))
    assert.is_false(pcall(core.transport {}.close, io.stdout))
  end)
end)

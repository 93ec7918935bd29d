-- examples/hosts/lighttpd.lua, in lighttpd.

local files = require "spec.support.files"
local hosts = require "spec.support.hosts"
local http = require "socket.http"
local ltn12 = require "ltn12"

local lighttpd, missing = hosts.find("lighttpd", "/usr/lib/lighttpd/mod_magnet.so")

local CONFIG = [[
server.document-root = "%s"
server.bind = "127.0.0.1"
server.port = %d
server.modules = ( "mod_magnet" )
$HTTP["url"] == "/labels" { magnet.attract-raw-url-to = ( "%s" ) }
]]

local function ask(port, method, body)
  local out = {}
  local _, status = http.request {
    url = ("http://127.0.0.1:%d/labels"):format(port), method = method, sink = ltn12.sink.table(out),
    source = body and ltn12.source.string(body), headers = body and { ["content-length"] = #body },
  }
  return status, table.concat(out)
end

-- lighttpd with the example, for body(port).
local function with_lighttpd(body)
  hosts.with_rekognition(function(folder, url)
    local port = hosts.port()
    files.write(folder .. "/lighttpd.conf", CONFIG:format(folder, port, hosts.example "lighttpd"))
    local stop = hosts.start(hosts.environment(url) .. lighttpd .. " -D -f " .. folder .. "/lighttpd.conf", folder)
    local ok, why = xpcall(function()
      hosts.wait_for(function() return ask(port, "GET") == 405 end, "lighttpd did not start")
      body(port)
    end, function(e) return e .. "\n" .. (files.read(folder .. "/err") or "") end)
    stop()
    if not ok then error(why, 0) end
  end)
end

describe("in lighttpd", function()
  if not lighttpd then return pending(missing) end

  it("an image that is posted is labelled", function()
    with_lighttpd(function(port)
      local expected = ("Picture 99.5\n%d bytes 75.0\n"):format(#hosts.image)
      for _ = 1, 3 do
        local status, text = ask(port, "POST", hosts.image)
        assert.equal(expected, text)
        assert.equal(200, status)
      end
      local large = hosts.image:rep(100)
      assert.equal(("Picture 99.5\n%d bytes 75.0\n"):format(#large), select(2, ask(port, "POST", large)))
    end)
  end)

  it("what Rekognition refuses is reported", function()
    with_lighttpd(function(port)
      local status, text = ask(port, "POST", "no image")
      assert.equal(400, status)
      assert.matches("InvalidImageFormatException", text)
    end)
  end)
end)

-- The built-in transport against a real loopback server, spec/servers/http_server.py, which misbehaves on
-- command: a spec starts it with `setup`, and opens a transport for each of its cases.

local assert = require "luassert"
local cjson = require("cjson").new()
local http = require "rekognition.http"
local run = require("spec.support.files").run

local M = {}

local server, transport

--- Starts the server. Returns its addresses by name, and the folder that holds its certificates.
---@return table<string, string>
---@return string
function M.start()
  local root = os.getenv("REK_ROOT") or "."
  local folder = os.tmpname()
  os.remove(folder)
  assert(run("mkdir -m 700 " .. folder))
  local pipe = assert(io.popen("exec /usr/bin/python3 " .. root .. "/spec/servers/http_server.py " .. folder, "r"))
  local line = pipe:read "l"
  if not line then
    pipe:close()
    assert(run("rm -rf " .. folder))
    error "spec/servers/http_server.py did not start; what it wrote to stderr, above, says why"
  end
  server = cjson.decode(line)
  server.pipe, server.folder = pipe, folder
  return server, folder
end

--- Uses the server of another process.
function M.adopt(addresses) server = addresses end

--- Stops the server and removes its folder.
function M.stop()
  if not server then return end -- it did not start, which is reported
  os.execute(("kill %d"):format(server.pid))
  server.pipe:close()
  os.execute("rm -rf " .. server.folder)
end

--- A transport of its own, that knows no environment but the one given.
function M.new(options)
  options = options or {}
  options.env = options.env or {}
  return http.new(options)
end

--- Opens the transport that `get` uses.
function M.open()
  transport = M.new()
  return transport
end

--- The URL of a path on the server of that name; without a name, on the one that speaks plain HTTP.
function M.url(path, name)
  return (name and name ~= "plain" and name ~= "full" and "https://" or "http://") .. server[name or "plain"] .. path
end

--- A request of the open transport; `fields` may add to it, and replace what is in it.
function M.get(path, fields)
  local request = { method = "GET", url = M.url(path) }
  for key, value in pairs(fields or {}) do request[key] = value end
  return transport(request)
end

M.header = require("spec.support.fake").header

--- A request that fails with this code and a message that says something.
function M.fails(code, response, failure)
  assert.is_nil(response)
  assert.are.equal(code, failure.code)
  assert.is_true(#failure.message > 10)
  return failure.message
end

return M

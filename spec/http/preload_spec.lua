-- rekognition.preload() reads the system's certificates, so that TLS works in a root that has none.

local files = require "spec.support.files"
local host_helper = require "spec.support.host_helper"
local support = require "spec.support.http_server"

local BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
local build = os.getenv "BUILD" or "build"
local folder
setup(function() folder = select(2, support.start()) end)
teardown(support.stop)

-- Runs a script where the system's bundle holds the authority of the loopback server alone.
local function run(before)
  files.write(folder .. "/preload.lua", ("package.path, package.cpath = %q, %q .. package.cpath\n"):format(package.path,
    folder .. "/?.so;" .. build .. "/lib/?.so;") .. [[
    local rekognition, helper = require "rekognition", require "helper"
    local folder, url = ...
    local client
    local function new_client()
      return rekognition.client { region = "us-east-1", env = {}, endpoint = url, retry = { mode = "off" },
        credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE" } }
    end
    ]] .. before .. [[

    client = client or new_client()
    local ok, e = pcall(client.create_project, client, { ProjectName = "x" })
    print(ok or e.kind .. "/" .. e.code)]])
  return select(2, files.run(("unshare -Urm sh -c %s"):format(files.quoted(
    ("mount --bind %s/ca.pem %s && exec %s %s/preload.lua %s %s"):format(folder, BUNDLE, files.lua, folder, folder,
      support.url("/echo", "tls"))))))
end

describe("after rekognition.preload", function()
  if not files.run "unshare -Urm true" then return pending "needs leave to make a mount namespace" end
  if not files.read(BUNDLE) then return pending("this system has no " .. BUNDLE) end

  it("TLS works in another root, by the certificates that the system had", function()
    host_helper.make(folder)
    assert(files.run("mkdir -p " .. folder .. "/empty"))
    assert.equal("true\n", run 'rekognition.preload() helper.chroot(folder .. "/empty")')
    assert.equal("transport/tls\n", run 'helper.chroot(folder .. "/empty")')
  end)

  it("it works for a client that was made, and used, before", function()
    host_helper.make(folder)
    assert(files.run("mkdir -p " .. folder .. "/empty"))
    assert.equal("true\n", run [[
      client = new_client()
      pcall(client.create_project, client, { ProjectName = "x" })
      rekognition.preload()
      helper.chroot(folder .. "/empty")]])
  end)

  it("the same servers are trusted as before", function()
    assert.equal("true\n", run "rekognition.preload()")
    local files_of_hashes = files.run("ls /etc/ssl/certs | grep -q '^[0-9a-f]*[.]0$'")
    -- Without it the certificates are looked up by their hashes, where the system has such a folder.
    assert.equal(files_of_hashes and "transport/tls\n" or "true\n", run "")
  end)
end)

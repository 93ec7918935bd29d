-- examples/hosts/dovecot.lua, in Dovecot.

local files = require "spec.support.files"
local hosts = require "spec.support.hosts"

local dovecot, missing = hosts.find("dovecot", "/usr/lib/dovecot/modules/auth/libauthdb_lua.so")
if dovecot then
  local _, version = files.run(dovecot .. " --version")
  if not version:find "^2%.3" then dovecot, missing = nil, "the spec's configuration is for Dovecot 2.3" end
end
if dovecot and select(2, files.run "id -u") ~= "0\n" then dovecot, missing = nil, "Dovecot must be started as root" end

local CONFIG = [[
base_dir = %s/run
state_dir = %s/run
log_path = %s/log
protocols =
ssl = no
default_internal_user = root
default_internal_group = root
default_login_user = nobody
import_environment = LUA_PATH LUA_CPATH AWS_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_ENDPOINT_URL_REKOGNITION PHOTOS
auth_mechanisms = plain
auth_failure_delay = 0
passdb {
  driver = lua
  args = file=%s blocking=yes
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=/tmp
}
service auth {
  user = root
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
]]

describe("in Dovecot", function()
  if not dovecot then return pending(missing) end

  it("a face is compared with the user's photo", function()
    hosts.with_rekognition(function(folder, url)
      assert(files.run(("mkdir %s/run"):format(folder)))
      files.write(folder .. "/ann.jpg", hosts.image)
      files.write(folder .. "/dovecot.conf", CONFIG:format(folder, folder, folder, hosts.example "dovecot"))
      local stop = hosts.start(hosts.environment(url, { PHOTOS = folder }) .. dovecot .. (" -F -c %s/dovecot.conf"):format(
        folder), folder)
      local function test(user, photo)
        files.write(folder .. "/photo", photo)
        return select(2, files.run(('doveadm -c %s/dovecot.conf auth test %s "$(base64 -w 0 %s/photo)"'):format(folder,
          user, folder)))
      end
      local ok, why = pcall(function()
        hosts.wait_for(function() return files.run(("ls %s/run/auth-client"):format(folder)) end, "Dovecot did not start")
        assert.matches("ann auth succeeded", test("ann", hosts.image))
        assert.matches("ann auth failed", test("ann", hosts.image .. "another face"))
        assert.matches("bob auth failed", test("bob", hosts.image))
      end)
      stop()
      if not ok then error(tostring(why) .. "\n" .. (files.read(folder .. "/log") or ""), 0) end
    end)
  end)
end)

-- The program in C of docs/hosts.md, as it stands there.

local emulator = require "spec.support.emulator"
local files = require "spec.support.files"
local hosts = require "spec.support.hosts"

-- The first block of a language below a heading.
local function block(page, heading, language)
  local _, from = assert(page:find("\n" .. heading .. "\n", 1, true))
  local _, first = assert(page:find("\n```" .. language .. "\n", from, true))
  return page:sub(first + 1, assert(page:find("\n```\n", first, true)))
end

describe("a program of one's own", function()
  local found, flags = files.run "pkg-config --cflags --libs lua5.4"
  local has_compiler = files.run "command -v cc"
  if not (_VERSION == "Lua 5.4" and found and has_compiler) then
    return pending "cc, or Lua's library with its headers for 5.4, is not installed"
  end

  it("has Lua inside, and gets strings", function()
    local page = files.read "docs/hosts.md"
    local running <close> = setmetatable({ emulator.start {} }, { __close = function(self) self[1].stop() end })
    local account = running[1].accounts[1]
    local client <close> = emulator.client(running[1])
    for _, name in ipairs { "birds", "fish" } do client:create_project { ProjectName = name } end
    files.with_folder(function(folder)
      files.write(folder .. "/host.c", block(page, "## Your own program", "c"))
      files.write(folder .. "/projects.lua", block(page, "## Your own program", "lua"))
      local ok, output = files.run(("cd %s && cc host.c -o host %s 2>&1"):format(folder, (flags:gsub("\n", ""))))
      assert.is_true(ok, output)
      local function host(more)
        more.AWS_ACCESS_KEY_ID, more.AWS_SECRET_ACCESS_KEY = account.access_key_id, account.secret_access_key
        return select(2, files.run(("cd %s && %s ./host 2>&1"):format(folder, hosts.environment(running[1].url, more))))
      end
      local printed = host {}
      assert.equal("2 projects\n", printed)
      assert(page:find("&& ./host\n" .. printed .. "```\n", 1, true), "docs/hosts.md shows another output")
      assert.matches("^NoRegion: .* %(config error, called at projects%.lua:2%)\n$",
        host { AWS_REGION = "", AWS_CONFIG_FILE = "/dev/null" })
    end)
  end)
end)

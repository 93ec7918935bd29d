-- Compiled forms of the library's files: the same as compiling, and never in the place of another file.

local core = require "rekognition.core"
local files = require "spec.support.files"

local build = os.getenv "BUILD" or "build"
local quoted = files.quoted

local function sources()
  local _, list = files.run "cd lua && find rekognition -name '*.lua'"
  local found = {}
  for path in list:gmatch "[^\n]+" do
    if not (path:find "/emulator/" or path:find "generated/model" or path:find "generated/types") then
      found[path] = files.read("lua/" .. path)
    end
  end
  return found
end

-- What Lua prints that finds the library in a folder.
local function run(folder, script)
  files.write(folder .. "/script.lua", ("package.path = %q .. package.path; package.cpath = %q .. package.cpath\n"):format(
    folder .. "/?.lua;" .. folder .. "/?/init.lua;", build .. "/lib/?.so;") .. script)
  local ok, output = files.run(files.lua .. " " .. quoted(folder .. "/script.lua"))
  assert(ok, output)
  return output
end

describe("core.precompiled", function()
  it("gives what compiling gives, for every file that a client may load", function()
    local count = 0
    for path, source in pairs(sources()) do
      local chunk = core.precompiled(source)
      assert(chunk, path .. " is not precompiled")
      assert(string.dump(chunk) == string.dump(load(source, "@" .. path, "t")), path .. " compiles to something else")
      count = count + 1
    end
    assert(count > 40, "only " .. count)
  end)

  it("has nothing for any other text", function()
    local source = files.read "lua/rekognition/error.lua"
    for _, text in ipairs { "", "x", source .. " ", source:sub(1, -2), (source:gsub("e", "f", 1)), source .. "\0" } do
      assert.is_nil(core.precompiled(text))
    end
    assert.error_matches(function() core.precompiled(nil) end, "string expected")
  end)

  it("has nothing where another release of Lua compiled", function()
    files.with_folder(function(folder)
      local cache = files.read(build .. "/CMakeCache.txt")
      local include, compiler = cache:match "\nlua_include_dir:[^=]*=([^\n]*)", cache:match "\nLUA:[^=]*=([^\n]*)"
      local release = select(2, files.run(compiler .. " -v")):match "^Lua [%d.]+"
      files.write(folder .. "/small.lua", "return 42")
      files.write(folder .. "/open.c", [[
#include "binding/luautil.h"
int luaopen_small(lua_State *L);
int luaopen_small(lua_State *L) { lua_newtable(L); lrek_open_precompiled(L); return 1; }]])
      for given, expected in pairs { [release] = 42, [release .. "9"] = false, [release:sub(1, -2)] = false } do
        local ok, output = files.run(([[%s csrc/startup/precompile.lua %s FOLDER/chunks.c FOLDER FOLDER/small.lua &&
          cc -std=c17 -fPIC -shared -D_POSIX_C_SOURCE=200809L -I csrc -I %s -o FOLDER/small.so csrc/startup/precompiled.c \
            FOLDER/chunks.c FOLDER/open.c]]):format(compiler, quoted(given), quoted(include))
          :gsub("FOLDER", (quoted(folder):gsub("%%", "%%%%"))))
        assert(ok, output)
        local small = run(folder, ([[
          local chunk = package.loadlib(%q, "luaopen_small")().precompiled "return 42"
          print(chunk and chunk())]]):format(folder .. "/small.so"))
        assert.equal(expected and "42\n" or "nil\n", small)
      end
    end)
  end)
end)

describe("require", function()
  it("takes the file where it was edited", function()
    files.with_folder(function(folder)
      assert(files.run(("cp -R lua/rekognition %s"):format(quoted(folder))))
      files.write(folder .. "/rekognition/uri_of_mine.lua", "return 'a new file'")
      files.write(folder .. "/rekognition/call/clock.lua", "return 'edited'")
      assert.equal("edited\ta new file\t" .. folder .. "/rekognition/error.lua\n", run(folder, [[
        require "rekognition"
        local _, path = require "rekognition.error"
        print(require "rekognition.call.clock", require "rekognition.uri_of_mine", path)]]))
    end)
  end)

  it("says where an edited file is broken", function()
    files.with_folder(function(folder)
      assert(files.run(("cp -R lua/rekognition %s"):format(quoted(folder))))
      files.write(folder .. "/rekognition/error.lua", "return return")
      assert.matches("error loading module 'rekognition.error' from file '[^']*/rekognition/error.lua':%s+[^\n]*error.lua:1:",
        run(folder, 'require "rekognition"; print(select(2, pcall(require, "rekognition.error")))'))
    end)
  end)

  it("looks for the compiled forms once, however often the library is loaded", function()
    files.with_folder(function(folder)
      assert(files.run(("cp -R lua/rekognition %s"):format(quoted(folder))))
      assert.equal("1\n", run(folder, [[
        local before = #package.searchers
        for _ = 1, 3 do
          require "rekognition"
          for name in pairs(package.loaded) do
            if name:find "^rekognition" then package.loaded[name] = nil end
          end
        end
        print(#package.searchers - before)]]))
    end)
  end)

  it("uses the compiled forms, after what a host has put in front of Lua's searcher or in its place", function()
    files.with_folder(function(folder)
      assert(files.run(("cp -R lua/rekognition %s"):format(quoted(folder))))
      local script = [[
        local function mine(name)
          return name == "rekognition.call.clock" and function() return "mine" end or nil
        end
        %s
        require "rekognition"
        local source = debug.getinfo(require "rekognition.error".raise, "S").source
        print(require "rekognition.call.clock", source)]]
      local wrapped = [[local files = package.searchers[2]
        package.searchers[2] = function(name) return mine(name) or files(name) end]]
      for change, expected in pairs {
        ["table.insert(package.searchers, 1, mine)"] = "@rekognition/error.lua",
        ["table.insert(package.searchers, 2, mine)"] = "@rekognition/error.lua",
        [wrapped] = "@" .. folder .. "/rekognition/error.lua",
      } do
        assert.equal("mine\t" .. expected .. "\n", run(folder, script:format(change)), change)
      end
      assert.matches("^table: [^\t]*\t@rekognition/error.lua\n$",
        run(folder, script:format "table.insert(package.searchers, mine)"))
    end)
  end)

  it("works in a host that has taken away what finds the compiled forms, or takes it later", function()
    files.with_folder(function(folder)
      assert(files.run(("cp -R lua/rekognition %s"):format(quoted(folder))))
      for script, expected in pairs {
        ["package.searchpath = nil; require 'rekognition'"] = "@" .. folder .. "/rekognition/error.lua",
        ["require 'rekognition'; package.searchpath = nil"] = "@rekognition/error.lua",
        ["package = nil; require 'rekognition'"] = "@" .. folder .. "/rekognition/error.lua",
        ["require 'rekognition'; package = nil"] = "@rekognition/error.lua",
      } do
        assert.equal(expected .. "\n",
          run(folder, script .. "; print(debug.getinfo(require 'rekognition.error'.raise, 'S').source)"))
      end
    end)
  end)
end)

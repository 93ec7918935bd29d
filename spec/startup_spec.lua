-- How the library's own files are loaded: from memory where they are what was built, beside init.lua otherwise.

local files = require "spec.support.files"

local build = os.getenv "BUILD" or "build"
local quoted = files.quoted

-- What Lua prints that finds the library in a folder.
local function run(folder, script)
  files.write(folder .. "/script.lua", ("package.path = %q .. package.path; package.cpath = %q .. package.cpath\n"):format(
    folder .. "/?.lua;" .. folder .. "/?/init.lua;", build .. "/lib/?.so;") .. script)
  local ok, output = files.run(files.lua .. " " .. quoted(folder .. "/script.lua"))
  assert(ok, output)
  return output
end

local function with_copy(body)
  files.with_folder(function(folder)
    assert(files.run(("cp -R lua/rekognition %s"):format(quoted(folder))))
    body(folder)
  end)
end

local SOURCES = [[
  require "rekognition"
  for _, name in ipairs { "rekognition.error", "rekognition.call.clock" } do
    local module = package.loaded[name]
    local f = type(module) == "table" and (module.raise or module.new)
    print(f and debug.getinfo(f, "S").source or tostring(module))
  end]]

describe("the library's files", function()
  it("come from memory where they are those that were built", function()
    with_copy(function(folder)
      assert.equal("@rekognition/error.lua\n@rekognition/call/clock.lua\n", run(folder, SOURCES))
    end)
  end)

  it("are taken as they are where they were edited", function()
    with_copy(function(folder)
      local source = files.read(folder .. "/rekognition/call/clock.lua")
      files.write(folder .. "/rekognition/call/clock.lua", source .. "-- edited\n")
      assert.equal("@rekognition/error.lua\n@" .. folder .. "/rekognition/call/clock.lua\n", run(folder, SOURCES))
      local edited = source:gsub("new%(now%)", "NEW(now)"):gsub("function M%.NEW", "M.new = nil; function M.NEW")
      files.write(folder .. "/rekognition/call/clock.lua", edited:sub(1, #source)) -- of the same length, and newer
      assert.matches("clock.lua:", select(2, files.run(files.lua .. " " .. quoted(folder .. "/script.lua"))))
    end)
  end)

  it("that the build doesn't know are found beside the others", function()
    with_copy(function(folder)
      files.write(folder .. "/rekognition/custom_labels/init.lua", "return require 'rekognition.custom_labels.mine'")
      files.write(folder .. "/rekognition/custom_labels/mine.lua", "return { mine = 42 }")
      assert.equal("42\n", run(folder, "print(require 'rekognition'.custom_labels.mine)"))
    end)
  end)

  it("that are broken are named with the line", function()
    with_copy(function(folder)
      files.write(folder .. "/rekognition/error.lua", "return return")
      assert.matches("error loading module 'rekognition.error' from file '[^']*/rekognition/error.lua':%s+[^\n]*error.lua:1:",
        run(folder, 'print(select(2, pcall(require, "rekognition")))'))
    end)
  end)

  it("change nothing of the host's package tables, its globals or its path", function()
    with_copy(function(folder)
      assert.equal("same\n", run(folder, [[
        local function shown()
          local words = { package.path, package.cpath, #package.searchers, next(package.preload) or "none" }
          for name in pairs(_G) do words[#words + 1] = name end
          for index, searcher in ipairs(package.searchers) do words[#words + 1] = tostring(searcher) .. index end
          table.sort(words, function(a, b) return tostring(a) < tostring(b) end)
          for index, word in ipairs(words) do words[index] = tostring(word) end
          return table.concat(words, "\n")
        end
        local before = shown()
        require "rekognition".preload()
        print(shown() == before and "same" or "changed")]]))
    end)
  end)

  it("are the host's where it found init.lua elsewhere than in a file", function()
    with_copy(function(folder)
      assert.equal("@" .. folder .. "/rekognition/error.lua\n", run(folder, [[
        package.preload.rekognition = assert(loadfile(package.searchpath("rekognition", package.path)))
        require "rekognition"
        print(debug.getinfo(require("rekognition.error").raise, "S").source)]]))
    end)
  end)
end)

describe("rekognition.preload", function()
  it("loads every part that the build knows", function()
    with_copy(function(folder)
      assert.equal("ok\n", run(folder, [[
        local core = require "rekognition.core"
        require "rekognition".preload()
        assert(#core.modules() > 60)
        for _, name in ipairs(core.modules()) do assert(package.loaded[name], name) end
        print "ok"]]))
    end)
  end)
end)

describe("compiled forms", function()
  it("are not used by another release of Lua than the one that compiled them", function()
    files.with_folder(function(folder)
      local cache = files.read(build .. "/CMakeCache.txt")
      local compiler = cache:match "\nLUA:[^=]*=([^\n]*)"
      local release = select(2, files.run(compiler .. " -v")):match "^Lua [%d.]+"
      files.write(folder .. "/small.lua", "return 42")
      files.write(folder .. "/main.c", [[
#include "startup/compiled.h"
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv)
{
    bool valid[8] = {0};
    rek_check_chunks(argv[1], argc > 2 ? argv[2] : NULL, valid);
    printf("%d %d\n", valid[rek_find_chunk("small")], rek_find_chunk("other") == rek_chunk_count);
}]])
      assert(files.run(([[%s csrc/startup/compile.lua %s FOLDER/chunks.c FOLDER FOLDER/small.lua &&
        cc -std=gnu17 -D_GNU_SOURCE -I csrc -o FOLDER/main csrc/startup/compiled.c FOLDER/chunks.c FOLDER/main.c -ldl]])
        :format(compiler, quoted(release)):gsub("FOLDER", (quoted(folder):gsub("%%", "%%%%")))))
      local function check(words) return select(2, files.run(quoted(folder) .. "/main " .. quoted(folder .. "/") .. words)) end
      assert.equal("1 1\n", check(" " .. quoted("$LuaVersion: " .. release .. "  Copyright")))
      assert.equal("0 1\n", check(" " .. quoted("$LuaVersion: " .. release .. "9  Copyright")))
      assert.equal("0 1\n", check "")
      files.write(folder .. "/small.lua", "return 43")
      assert.equal("0 1\n", check(" " .. quoted("$LuaVersion: " .. release .. "  Copyright")))
      os.remove(folder .. "/small.lua")
      assert.equal("0 1\n", check(" " .. quoted("$LuaVersion: " .. release .. "  Copyright")))
    end)
  end)
end)

describe("a chunk without names", function()
  local without_names = dofile "csrc/startup/without_names.lua"
  local SOURCE = [[
    local count <const>, many = 3, { 1.5, -7, 2 ^ 53, math.maxinteger, true, false, nil, "short", ("long"):rep(20) }
    local text = "a constant that is longer than forty bytes, which Lua writes in another way"
    local function inner(...)
      local sum = count
      for _, value in ipairs { ... } do sum = sum + value end
      goto done
      ::done::
      return sum, text, function() return many, debug.getinfo(1, "Sl"), debug.getlocal(2, 1) end
    end


    local sum, said, last = inner(1, 2.5)
    return sum, said, last
  ]]
  local dumped = string.dump(assert(load(SOURCE, "@folder/name.lua")))

  it("does what it did, and knows its file and its lines", function()
    local sum, text, last = assert(load(without_names(dumped), "=chunk", "b"))()
    assert.equal(6.5, sum)
    assert.matches("^a constant that is longer", text)
    local many, info = last()
    assert.same({ 1.5, -7, 2 ^ 53, math.maxinteger, true, false, nil, "short", ("long"):rep(20) }, many)
    assert.same({ "@folder/name.lua", 8 }, { info.source, info.currentline })
  end)

  it("has no name of a local variable or an upvalue", function()
    if not dumped:find("^\27Lua\x54") then return end
    local _, _, last = assert(load(without_names(dumped), "=chunk", "b"))()
    assert.not_equal("many", (debug.getupvalue(last, 1)))
    assert.is_nil(without_names(dumped):find("inner", 1, true))
  end)

  it("is left as it is where it is of another Lua", function()
    for _, other in ipairs { "", "text", "\27Lua\x53" .. dumped:sub(6), "\27Lua\x60" .. dumped:sub(6) } do
      assert.equal(other, without_names(other))
    end
  end)
end)

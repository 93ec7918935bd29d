-- script/graph, the lint rules that are read from the code: each kind of violation, planted, is caught.

local files = require "spec.support.files"

local function run(root)
  return files.run(("%s script/graph/main.lua %s"):format(files.lua, files.quoted(root)))
end

-- Writes files below a folder: { [path] = text }.
local function plant(folder, tree)
  for path, text in pairs(tree) do
    local place = folder .. "/" .. path
    assert(files.run("mkdir -p " .. files.quoted((place:gsub("/[^/]*$", "")))))
    files.write(place, text)
  end
end

-- What the tool prints for a tree, behind the graph.
local function problems_of(tree)
  local problems, ok
  files.with_folder(function(folder)
    plant(folder, tree)
    local output
    ok, output = run(folder)
    problems = output:match "\n\ncsrc/\n.-\n\n(.*)" or output
  end)
  return problems, ok
end

local CLEAN = {
  ["lua/rekognition/lazy.lua"] = 'return function(name) return require(name) end\n',
  ["lua/rekognition/error.lua"] = 'return { new = function() end }\n',
  ["lua/rekognition/call/init.lua"] = 'local rek_error = require "rekognition.error"\nreturn { rek_error }\n',
  ["lua/rekognition/client.lua"] = 'local lazy = require "rekognition.lazy"\nreturn lazy "rekognition.call"\n',
  ["csrc/core/slice.h"] = "struct rek_slice;\n",
  ["csrc/core/one.c"] = '#include "core/slice.h"\n\nint rek_one(void)\n{\n    return 1;\n}\n',
  ["csrc/binding/two.c"] = "int lrek_two(void)\n{\n    return rek_one();\n}\n",
}

-- The tree with some files more, or with other contents.
local function planted(more)
  local tree = {}
  for path, text in pairs(CLEAN) do tree[path] = text end
  for path, text in pairs(more) do tree[path] = text end
  return problems_of(tree)
end

describe("script/graph", function()
  it("prints the graph, and passes a tree without faults", function()
    files.with_folder(function(folder)
      plant(folder, CLEAN)
      local ok, output = run(folder)
      assert.is_true(ok, output)
      assert.matches("\n  client +%-> call, lazy\n", output)
      assert.matches("\n  call +%-> error\n", output)
      assert.matches("\n  binding/two +%-> core/one\n", output)
      assert.matches("\n4 Lua files, 3 C files, 0 problems, 0 of them known\n$", output)
    end)
  end)

  local function refuses(what, more, expected)
    it("refuses " .. what, function()
      local problems, ok = planted(more)
      assert.is_false(ok)
      assert.is_truthy(problems:find(expected, 1, true), problems)
    end)
  end

  local UP = "may not require rekognition.client: no arrow leads from error to client"
  for what, text in pairs {
    ["without parentheses"] = 'local c = require "rekognition.client"',
    ["with parentheses"] = "local c = require('rekognition.client')",
    ["in long brackets"] = "local c = require[[rekognition.client]]",
    ["inside a function"] = 'local function f() return require("rekognition.client").new() end',
    ["by pcall"] = 'local ok, c = pcall(require, "rekognition.client")',
    ["by a computed name"] = 'local name = "client"\nlocal c = require("rekognition." .. name)',
    ["by a key that completes a computed name"] =
      'local PARTS = { client = true }\nfor name in pairs(PARTS) do require("rekognition." .. name) end',
  } do
    refuses("an arrow up, " .. what, { ["lua/rekognition/error.lua"] = text .. "\nreturn {}\n" }, UP)
  end

  refuses("an arrow up that is deferred", {
    ["lua/rekognition/error.lua"] = 'local later = require "rekognition.lazy"\nlocal c = later "rekognition.client"\n',
  }, UP)

  refuses("an arrow up that is deferred without a name for it", {
    ["lua/rekognition/error.lua"] = 'local c = require("rekognition.lazy") "rekognition.client"\n',
  }, UP)

  refuses("a deferred require outside a face", {
    ["lua/rekognition/call/other.lua"] = 'local lazy = require "rekognition.lazy"\nlocal e = lazy("rekognition.error")\n',
  }, "lua/rekognition/call/other.lua:2: defers rekognition.error; only a face (init.lua, client.lua) may")

  refuses("a computed name that can't be read", {
    ["lua/rekognition/call/other.lua"] = 'return function(name) return require("rekognition." .. name) end\n',
  }, "lua/rekognition/call/other.lua:1: requires a computed name that can't be read")

  refuses("a name that is a variable's", {
    ["lua/rekognition/call/other.lua"] = "return function(name) return require(name) end\n",
  }, "lua/rekognition/call/other.lua:1: requires a computed name that can't be read")

  refuses("a module that is not there", {
    ["lua/rekognition/error.lua"] = 'require "rekognition.nothing"\n',
  }, "lua/rekognition/error.lua:1: requires rekognition.nothing, which is not there")

  refuses("a room that the table doesn't name", {
    ["lua/rekognition/attic.lua"] = 'require "rekognition.error"\n',
  }, "the room attic is not in script/graph/arrows.lua")

  refuses("a library where it has no place", {
    ["lua/rekognition/error.lua"] = 'local cjson = require "cjson.safe"\n',
  }, "lua/rekognition/error.lua:1: may not require cjson.safe")

  refuses("a circle of modules", {
    ["lua/rekognition/call/one.lua"] = 'require "rekognition.call.two"\n',
    ["lua/rekognition/call/two.lua"] = 'return function() return require "rekognition.call.three" end\n',
    ["lua/rekognition/call/three.lua"] = 'require "rekognition.call.one"\n',
  }, "a circle: rekognition.call.one, rekognition.call.three, rekognition.call.two\n")

  refuses("a long Lua function", {
    ["lua/rekognition/error.lua"] = "local M = {}\nfunction M.long()\n" .. ("  if x then y() end\n"):rep(39) .. "end\n",
  }, "lua/rekognition/error.lua:2: the function M.long has 41 lines, more than 40")

  refuses("a long Lua file", { ["lua/rekognition/error.lua"] = ("-- text\n"):rep(401) },
    "lua/rekognition/error.lua: has 401 lines, more than 400")

  refuses("a command's arrow", { ["bin/rekognition-x"] = '#!/usr/bin/env lua5.4\nrequire "rekognition.lazy_x"\n' },
    "bin/rekognition-x:2: requires rekognition.lazy_x, which is not there")

  it("reads no comments and no strings", function()
    local problems, ok = planted {
      ["lua/rekognition/error.lua"] = '-- require "rekognition.client"\n--[==[ require "rekognition.client" ]==]\n'
        .. 'local text = \'require "rekognition.client"\'\nlocal other = [[ require "rekognition.client" ]]\n',
      ["csrc/core/one.c"] = '/* lrek_two\n#include */ // lrek_two\nint rek_one(void)\n{\n    return *"lrek_two";\n}\n',
    }
    assert.is_true(ok, problems)
  end)
end)

describe("script/graph, of C", function()
  local function refuses(what, more, expected)
    it("refuses " .. what, function()
      local problems, ok = planted(more)
      assert.is_false(ok)
      assert.is_truthy(problems:find(expected, 1, true), problems)
    end)
  end

  refuses("an include up", {
    ["csrc/binding/two.h"] = "int lrek_two(void);\n",
    ["csrc/core/one.c"] = '#include "binding/two.h"\n',
  }, "csrc/core/one.c:1: may not include binding/two.h: no arrow leads from core to binding")

  refuses("an include up of a file beside it", {
    ["csrc/core/shape.h"] = '#include "other.h"\n',
    ["csrc/core/other.h"] = "int rek_other;\n",
  }, "csrc/core/shape.h:1: may not include core/other.h: no arrow leads from shape to core")

  refuses("a library's header where it has no place", { ["csrc/core/one.c"] = "#include <curl/curl.h>\n" },
    "csrc/core/one.c:1: may not include curl/curl.h")

  refuses("Lua's header in the core", { ["csrc/core/one.c"] = "#  include <lauxlib.h>\n" },
    "csrc/core/one.c:1: may not include lauxlib.h")

  refuses("a circle of functions", {
    ["csrc/core/a.c"] = "int rek_a(int x)\n{\n    return rek_b(x);\n}\n",
    ["csrc/core/b.c"] = "int rek_b(int x)\n{\n    return x ? rek_a(x - 1) : 0;\n}\n",
  }, "a circle: core/a, core/b\n")

  refuses("a circle of headers", {
    ["csrc/core/a.h"] = '#include "core/b.h"\n',
    ["csrc/core/b.h"] = '#include "core/a.h"\n',
  }, "a circle: core/a.h, core/b.h\n")

  refuses("a call up, without an include", {
    ["csrc/core/one.c"] = "int lrek_two(void);\n\nint rek_one(void)\n{\n    return lrek_two();\n}\n",
  }, "csrc/core/one.c: may not use lrek_two of binding/two: no arrow leads from core to binding")

  refuses("a long function", {
    ["csrc/core/one.c"] = "static int long_one(int a,\n                    int b)\n{\n" .. ("    f();\n"):rep(38) .. "}\n",
  }, "csrc/core/one.c:1: the function long_one has 42 lines, more than 40")

  refuses("a long file", { ["csrc/core/one.c"] = ("/* text */\n"):rep(401) },
    "csrc/core/one.c: has 401 lines, more than 400")
end)

describe("this tree", function()
  it("keeps the rules", function()
    local ok, output = run "."
    assert.is_true(ok, output:match "\n\ncsrc/\n.-\n\n(.*)")
    assert.matches("\n  client +%-> [^\n]*call", output)
    assert.matches("\n  core/json_read +%-> core/buffer", output)
  end)
end)

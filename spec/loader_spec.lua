-- core.so alone is a loader; core_main.so beside it is the module.

local files = require "spec.support.files"

local lib = (os.getenv "BUILD" or "build") .. "/lib/rekognition"

-- What requiring rekognition.core from a folder prints.
local function require_from(folder)
  files.write(folder .. "/script.lua", ("package.cpath = %q\n"):format(folder .. "/?.so")
    .. 'local ok, core = pcall(require, "rekognition.core")\nprint(ok and core.version or core)')
  return select(2, files.run((os.getenv "LUA" or "lua5.4") .. " " .. files.quoted(folder .. "/script.lua")))
end

describe("core.so", function()
  it("loads the module beside it, wherever the two are", function()
    files.with_folder(function(folder)
      assert(files.run(("mkdir %s/rekognition && cp %s/*.so %s/rekognition"):format(folder, lib, folder)))
      assert.equal(require("rekognition.core").version .. "\n", require_from(folder))
    end)
  end)

  it("says what is missing where it is alone", function()
    files.with_folder(function(folder)
      assert(files.run(("mkdir %s/rekognition && cp %s/core.so %s/rekognition"):format(folder, lib, folder)))
      assert.matches("rekognition.core can't be loaded: [^\n]*/rekognition/core_main.so", require_from(folder))
    end)
  end)
end)

-- core.so alone is a loader; core_main.so beside it is the module.

local files = require "spec.support.files"

local lib = (os.getenv "BUILD" or "build") .. "/lib/rekognition"

-- What requiring rekognition.core from a folder prints.
local function require_from(folder)
  files.write(folder .. "/script.lua", ("package.cpath = %q\n"):format(folder .. "/?.so")
    .. 'local ok, core = pcall(require, "rekognition.core")\nprint(ok and core.version or core)')
  return select(2, files.run(files.lua .. " " .. files.quoted(folder .. "/script.lua")))
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

  -- What a host gets that loads a newer build without ending the old one.
  it("may be there twice: each copy keeps to its own objects", function()
    files.with_folder(function(folder)
      for _, copy in ipairs { "a", "b" } do
        assert(files.run(("mkdir -p %s/%s/rekognition && cp %s/*.so %s/%s/rekognition"):format(
          folder, copy, lib, folder, copy)))
      end
      files.write(folder .. "/script.lua", ("local folder = %q\n"):format(folder) .. [[
        local function open(copy)
          package.cpath = folder .. "/" .. copy .. "/?.so"
          package.loaded["rekognition.core"] = nil
          return require "rekognition.core"
        end
        local first = open "a"
        local old, request = first.transport {}, assert(first.service:request("DescribeProjects", {}))
        local methods = getmetatable(old).__index
        local second = open "b"
        local new = second.transport {}
        assert(first.transport ~= second.transport)
        assert(methods == getmetatable(old).__index and methods == getmetatable(first.transport {}).__index)
        assert(methods ~= getmetatable(new).__index)
        for _, mixed in ipairs {
          function() methods.close(new) end, function() getmetatable(new).__index.close(old) end,
          function() getmetatable(request).__index.body(second.service:request("DescribeProjects", {})) end,
        } do
          local ok, message = pcall(mixed)
          assert(not ok)
          print((message:match "rekognition%.%a+ expected"))
        end
        assert(open "a" .transport == first.transport)
        assert(methods.close == getmetatable(first.transport {}).__index.close)
        old:close()
        new:close()
        print(tostring(old), tostring(new), request:body())
      ]])
      assert.equal(("rekognition.transport expected\n"):rep(2) .. "rekognition.request expected\n"
        .. ("rekognition.transport (closed)\t"):rep(2) .. "{}\n",
        select(2, files.run(files.lua .. " " .. files.quoted(folder .. "/script.lua"))))
    end)
  end)
end)

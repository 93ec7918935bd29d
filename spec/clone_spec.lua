-- What a clone says to who starts a program of it in the wrong way, or too early: a sentence, and no stack.

local files = require "spec.support.files"

local root = os.getenv "REK_ROOT" or "."

local function run(command)
  local _, output = files.run(("cd %s && %s 2>&1; echo \"exit $?\""):format(root, command))
  return output
end

describe("a clone", function()
  for _, name in ipairs { "rekognition", "rekognition-emulator" } do
    it("says how to start bin/" .. name .. ", started directly", function()
      local outside = "env -u LUA_PATH -u LUA_CPATH -u LUA_PATH_5_4 -u LUA_CPATH_5_4 -u LUA_INIT \"$LUA\" "
      for _, path in ipairs { "bin/" .. name, "./bin/" .. name, "../$(basename \"$PWD\")/bin/" .. name } do
        local output = run(outside .. path .. " --version")
        assert.matches("^" .. name:gsub("%-", "%%-") .. ": the SDK is not installed for Lua 5%.%d%. In a clone, run: [^\n]*script/lua "
          .. "[^\n]*bin/" .. name:gsub("%-", "%%-") .. "\nexit 1\n$", output)
      end
    end)

    it("starts bin/" .. name .. " by script/lua", function()
      assert.matches("exit 0\n$", run("script/lua bin/" .. name .. " --help"))
    end)
  end

  -- They run before any module can be found, so each has its own copy of the lines that find them.
  it("has two programs that differ in their names alone", function()
    local function read(name, module)
      local text = files.read(root .. "/bin/" .. name):gsub("^[^\n]*\n[^\n]*\n", "") -- what it is
      return (text:gsub('"' .. name:gsub("%-", "%%-") .. ":", '"NAME:'):gsub('"' .. module:gsub("%.", "%%.") .. '"', '"MODULE"'))
    end
    local one = read("rekognition", "rekognition.cli")
    assert.equal(one, read("rekognition-emulator", "rekognition.emulator.cli"))
    assert.is_truthy(one:find('"NAME: ', 1, true) and one:find('"MODULE"', 1, true))
  end)

  it("stops before a build, and says what to run", function()
    assert.equal("script/lua: nothing is built in /nowhere yet: run script/build, script/demo or script/test\nexit 1\n",
      run "BUILD=/nowhere script/lua bin/rekognition --version")
    assert.equal(files.lua .. "\nexit 0\n", run "BUILD=/nowhere script/lua --which")
  end)

  it("runs the tools that read its sources before a build", function()
    assert.matches("exit 0\n$", run "BUILD=/nowhere script/lua script/english.lua README.md")
  end)
end)

local core = require "rekognition.core"
local fake = require "spec.support.fake"
local files = require "spec.support.files"
local state_file = require "rekognition.custom_labels.state_file"

local function never() error("waited") end

describe("a state file", function()
  it("is where the XDG specification says", function()
    assert.equal("/state/rekognition/x.json", state_file.path({ XDG_STATE_HOME = "/state", HOME = "/home/a" }, "x.json"))
    for _, ignored in ipairs { "", "relative/path" } do
      assert.equal("/home/a/.local/state/rekognition/x.json",
        state_file.path({ XDG_STATE_HOME = ignored, HOME = "/home/a" }, "x.json"))
    end
    local problem = fake.catch(state_file.path, {}, "x.json")
    assert.equal("InvalidStateFile", problem.code)
    assert.is_truthy(tostring(problem):find("XDG_STATE_HOME", 1, true))
  end)

  it("is made with its folders, for its owner alone, and read again", function()
    files.with_folder(function(folder)
      local path = folder .. "/a/b/x.json"
      assert.is_nil(state_file.read(path))
      state_file.update(path, never, function(content)
        assert.is_nil(content)
        return { models = { "one" } }
      end)
      state_file.update(path, never, function(content)
        table.insert(content.models, "two")
        return content
      end)
      state_file.update(path, never, function() return nil end)
      assert.same({ models = { "one", "two" } }, state_file.read(path))
      local _, modes = files.run(("stat -c %%a %s %s %s/x.json"):format(folder .. "/a", folder .. "/a/b", folder .. "/a/b"))
      assert.equal("700\n700\n600\n", modes)
    end)
  end)

  it("says what is wrong with it, and how to go on", function()
    files.with_folder(function(folder)
      for text, words in pairs { ["{"] = "is not a JSON object", ["7"] = "is not a JSON object" } do
        files.write(folder .. "/x.json", text)
        local problem = fake.catch(state_file.update, folder .. "/x.json", never, function() return {} end)
        assert.equal("config", problem.kind)
        assert.is_truthy(problem.message:find(words, 1, true), problem.message)
        assert.is_truthy(problem.message:find(folder, 1, true), problem.message)
      end
      files.write(folder .. "/file", "")
      assert.is_truthy(fake.catch(state_file.write, folder .. "/file/x.json", {}).message:find "Not a directory")
      assert.is_truthy(fake.catch(state_file.read, folder).message:find "must be a regular file, got a folder")
      files.run(("mkfifo %s/pipe"):format(folder))
      local problem = fake.catch(state_file.update, folder .. "/pipe", never, function() return {} end)
      assert.is_truthy(problem.message:find(folder .. "/pipe must be a regular file, got a pipe; name another file", 1, true), problem.message)
    end)
  end)

  it("waits for a lock that another has, and then says so", function()
    files.with_folder(function(folder)
      local path = folder .. "/x.json"
      local held = core.lock_file(path .. ".lock")
      local waits = 0
      state_file.update(path, function()
        waits = waits + 1
        if waits == 3 then held:close() end
      end, function() return { is = "changed" } end)
      assert.equal(3, waits)
      assert.same({ is = "changed" }, state_file.read(path))

      local again <close> = core.lock_file(path .. ".lock") -- luacheck: ignore again
      local slept = 0
      local problem = fake.catch(state_file.update, path, function(seconds) slept = slept + seconds end, error)
      assert.is_truthy(problem.message:find("has had .* locked"), problem.message)
      assert.is_true(slept >= 10)
    end)
  end)
end)

describe("a lock", function()
  it("excludes others until it is closed, in whatever process they are", function()
    files.with_folder(function(folder)
      local path = folder .. "/lock"
      local lock = core.lock_file(path)
      local function other()
        local command = ([[script/lua -e 'print(select(3, require("rekognition.core").lock_file("%s")))']]):format(path)
        return (select(2, files.run(command)))
      end
      assert.equal("true\n", other())
      local nothing, why, is_taken = core.lock_file(path)
      assert.same({ nil, true }, { nothing, is_taken })
      assert.is_truthy(why:find(path, 1, true))
      lock:close()
      lock:close()
      assert.equal("\n", other())
    end)
  end)

  it("ends with its process, however that ends", function()
    files.with_folder(function(folder)
      local path = folder .. "/lock"
      files.run(([[script/lua -e 'L = require("rekognition.core").lock_file("%s") os.execute("kill -9 $PPID")']]):format(path))
      local lock <close> = core.lock_file(path)
      assert.is_truthy(lock)
    end)
  end)

  it("may be removed by its holder: who waited for the old file gets the new one", function()
    files.with_folder(function(folder)
      local path = folder .. "/lock"
      local first = core.lock_file(path)
      os.remove(path)
      local second <close> = core.lock_file(path)
      assert.is_truthy(second)
      first:close()
      assert.is_true(select(3, core.lock_file(path)))
    end)
  end)

  it("needs a folder that is there", function()
    local lock, why, is_taken = core.lock_file("/nowhere/lock")
    assert.is_nil(lock)
    assert.is_false(is_taken)
    assert.equal("/nowhere/lock: No such file or directory", why)
    assert.has_error(function() core.lock_file("a\0b") end)
  end)
end)

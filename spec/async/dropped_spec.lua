-- Calls that were started and that nobody let go on: the logger hears of them when the Lua state closes.

local lua = require("spec.support.files").lua

-- What a script prints that has a client with a logger, whose transport responds to everything; its state is closed.
local function run(script)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(("package.path, package.cpath = %q, %q\n"):format(package.path, package.cpath), [[
    local rekognition = require "rekognition"
    local function new_client(name)
      return rekognition.client {
        region = "us-east-1", env = {}, credentials = { access_key_id = "AKID", secret_access_key = "SECRET" },
        http = function() return { status = 200, headers = {}, body = "{}" } end,
        logger = function(level, event, fields)
          if event ~= "future_dropped" then return end
          print(name, level, event, fields.operation, fields.count, fields.begun)
          if name == "words" then print(fields.message) end
        end,
      }
    end
  ]], script, "\n")
  file:close()
  local pipe = assert(io.popen(("%s %s 2>&1"):format(lua, path)))
  local output = pipe:read "a"
  local ok = pipe:close()
  os.remove(path)
  assert.is_true(ok, output)
  return output
end

describe("calls that are started and dropped at the end of a script", function()
  it("are logged, by operation", function()
    assert.equal("one\terror\tfuture_dropped\tCreateProject\t5\t0\none\terror\tfuture_dropped\tDescribeProjects\t1\t0\n", run [[
      local client = new_client "one"
      client:describe_projects_async {}
      for i = 1, 5 do client:create_project_async { ProjectName = "birds" .. i } end
    ]])
  end)

  it("are logged by the client that started them", function()
    local output = run [[
      local one, two = new_client "one", new_client "two"
      one:start "DescribeProjects"
      two:start "DescribeProjects"
      collectgarbage()
      collectgarbage()
    ]]
    assert.is_truthy(output:find("one\terror\tfuture_dropped\tDescribeProjects\t1\t0\n", 1, true), output)
    assert.is_truthy(output:find("two\terror\tfuture_dropped\tDescribeProjects\t1\t0\n", 1, true), output)
  end)

  it("are said in a sentence that names the remedy", function()
    assert.matches("\n2 calls of CreateProject were started and had not ended when the program did%. None of them was "
      .. "sent%. Await their futures, or start them inside async%.run\n$", run [[
      local client = new_client "words"
      for i = 1, 2 do client:create_project_async { ProjectName = "birds" .. i } end
    ]])
  end)

  it("are said to be perhaps sent where they had begun", function()
    assert.matches("\n1 call of CreateProject was started and had not ended when the program did%. It may have been "
      .. "sent%. Await its future, or start it inside async%.run\n$", run [[
      local client = rekognition.client {
        region = "us-east-1", env = {}, credentials = { access_key_id = "AKID", secret_access_key = "SECRET" },
        http = function() rekognition.async.sleep(3600) end,
        logger = function(_, event, fields) if event == "future_dropped" then print("\n" .. fields.message) end end,
      }
      client:create_project_async { ProjectName = "birds" }
      client:pollable():step()
    ]])
  end)

  it("aren't where they were awaited, cancelled, or ran inside async.run", function()
    assert.equal("", run [[
      local client = new_client "one"
      client:describe_projects_async({}):await()
      client:describe_projects_async({}):cancel()
      rekognition.async.run(function() client:describe_projects_async {} end)
    ]])
  end)

  it("of a parent are not the fork's to log", function()
    local output = run [[
      local in_fork = require("spec.support.codec").both.in_fork
      local client = new_client "one"
      client:describe_projects_async {}
      require("rekognition.async.engine").network()
      assert(in_fork(function() os.exit(0, true) end) == 0)
    ]]
    assert.equal("one\terror\tfuture_dropped\tDescribeProjects\t1\t0\n", output)
  end)
end)

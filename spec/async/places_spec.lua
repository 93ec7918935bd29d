-- Where an error says that it was called, if none of the caller's code was under way in its coroutine.

local files = require "spec.support.files"

-- What a script prints; its first line is line 1, and `client` is refused everything.
local function run(script)
  local output
  files.with_folder(function(folder)
    files.write(folder .. "/main.lua", ([[local rekognition = require "rekognition"; local async = rekognition.async; ]]
      .. [[local client = rekognition.client { region = "us-east-1", env = {}, ]]
      .. [[credentials = { access_key_id = "AKID", secret_access_key = "SECRET" }, ]]
      .. [[http = function() return { status = 400, headers = {}, body = '{"__type":"AccessDeniedException"}' } end } ]])
      .. script)
    files.write(folder .. "/start.lua",
      ("package.path, package.cpath = %q, %q\ndofile 'main.lua'\n"):format(package.path, package.cpath))
    output = select(2, files.run(("cd %s && %s start.lua 2>&1"):format(folder, files.lua)))
  end)
  return output
end

describe("the place in an error", function()
  it("of a future that failed is where it was awaited", function()
    assert.equal("main.lua:3\n", run [[

      local future = client:start "DescribeProjects"
      local _, e = pcall(function() local r = future:await() return r end)
      print(e.where)
    ]])
  end)

  it("of a task's tail call is where async.run was called", function()
    assert.equal("main.lua:3\n", run [[

      local _, e = pcall(function()
        local r = async.run(function() return client:describe_projects() end)
        return r
      end)
      print(e.where)
    ]])
  end)

  it("of a tail call in async.map is where async.map was called", function()
    assert.equal("main.lua:3\n", run [[

      async.run(function()
        local _, errors = async.map({ 1 }, function() return client:describe_projects() end)
        print(errors[1].where)
      end)
    ]])
  end)

  it("of a call that is no tail call is that call's own", function()
    assert.equal("main.lua:4\nmain.lua:7\n", run [[

      async.run(function()
        local _, errors = async.map({ 1 }, function()
          local response = client:describe_projects()
          return response
        end)
        local _, e = pcall(async.run, function() local r = client:describe_projects() return r end)
        print(errors[1].where .. "\n" .. e.where)
      end)
    ]])
  end)

  it("of an error that isn't the SDK's is not looked for", function()
    assert.equal("words\n", run [[

      print(select(2, pcall(function() async.run(function() error("words", 0) end) end)))
    ]])
  end)
end)

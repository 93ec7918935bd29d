-- The generator, its names, the files that it made, and the models that it refuses.

local check = require "model.generator.check"
local files = require "model.generator.files"
local json = require "model.json"
local models = require "spec.support.model"
local names = require "model.generator.names"
local texts = require "spec.support.files"

local read, rekognition = models.read, models.rekognition
local run, with_folder, write = texts.run, texts.with_folder, texts.write

-- A small model in our form, with whatever `change` makes of it.
local function model_with(change)
  local model = {
    metadata = { serviceId = "Test", targetPrefix = "Test" },
    operations = { DoIt = { input = "Input" } },
    shapes = {
      Input = { type = "structure", members = { Name = { shape = "Text" } } },
      Text = { type = "string" },
    },
  }
  change(model)
  return model
end

local function problem_of(change)
  local ok, message = pcall(files.c, model_with(change))
  assert.is_false(ok)
  return message
end

describe("names", function()
  -- The left column is AWS's, the right one what AWS's own Python SDK calls the method.
  local cases = {
    CopyProjectVersion = "copy_project_version", ListTagsForResource = "list_tags_for_resource",
    DescribeDBInstances = "describe_db_instances", PutS3Object = "put_s3_object", EC2 = "ec2",
    ListARNs = "list_arns", GetHTTPThing = "get_http_thing", KMSKeyId = "kms_key_id", already_there = "already_there",
  }
  for name, expected in pairs(cases) do
    it(name .. " is " .. expected, function() assert.equal(expected, names.snake(name)) end)
  end

  it("become identifiers of C", function()
    assert.equal("default_", names.identifier "default")
    assert.equal("int_", names.identifier "Int")
    assert.equal("x_y", names.identifier "x-y")
    assert.equal("_2fa", names.identifier "2fa")
  end)

  it("never meet in one scope", function()
    local scope = names.scope { "present" }
    assert.equal("present_2", scope "Present")
    assert.equal("name", scope "Name")
    assert.equal("name_2", scope "name")
    assert.equal("name_3", scope "NAME")
  end)
end)

describe("the generator", function()
  it("gives the same text every time", function()
    local first, second = {}, {}
    for _, result in ipairs { first, second } do
      result.c, result.lua = files.c(rekognition()), files.lua(rekognition())
    end
    assert.same(first, second)
  end)

  it("has made the files that are here", function()
    local ok, output = run "script/generate --check"
    assert(ok, output)
  end)

  it("tells where a file is not what it would make", function()
    with_folder(function(folder)
      assert(run("cp -R csrc lua model script '" .. folder .. "'"))
      write(folder .. "/csrc/services/rekognition/stray.c", "")
      write(folder .. "/lua/rekognition/generated/waiters.lua", "return {}\n")
      local ok, output = run("cd '" .. folder .. "' && script/generate --check")
      assert.is_false(ok)
      assert.is_truthy(output:find("stray.c", 1, true))
      assert.is_truthy(output:find("waiters.lua", 1, true))
      assert.is_truthy(output:find("run script/generate", 1, true))
    end)
  end)

  it("gives the whole model to Lua", function()
    assert.same(rekognition(), require "rekognition.generated.model")
  end)

  it("gives every paginated operation its tokens and its items", function()
    local model, paginators = rekognition(), require "rekognition.generated.paginators"
    for name, paginator in pairs(paginators) do
      local operation = model.operations[name]
      local input, output = model.shapes[operation.input].members, model.shapes[operation.output].members
      assert.is_table(input[paginator.input_token], name)
      assert.is_table(output[paginator.output_token], name)
      assert.is_table(input[paginator.limit_key], name)
      assert.equal("list", model.shapes[output[paginator.items].shape].type, name)
    end
    assert.equal("CollectionIds", paginators.ListCollections.items)
    assert.equal("Segments", paginators.GetSegmentDetection.items)
  end)

  it("names the waiters as client:wait does", function()
    local waiters = require "rekognition.generated.waiters"
    assert.equal("DescribeProjectVersions", waiters.project_version_running.operation)
    assert.equal(120, waiters.project_version_training_completed.delay)
    assert.equal(360, waiters.project_version_training_completed.max_attempts)
  end)
end)

describe("the annotations", function()
  local text = read "lua/rekognition/generated/types.lua"

  it("are Lua", function() assert(load(text, "types.lua", "t", {})) end)

  it("define every type that they use", function()
    local defined, by_hand = { Client = true, Future = true }, read "lua/rekognition/types.lua"
    for name in by_hand:gmatch("%-%-%-@class rekognition%.([%w_]+)") do defined[name] = true end
    for name in text:gmatch("%-%-%-@class rekognition%.([%w_]+)") do defined[name] = true end
    for name in text:gmatch("%-%-%-@alias rekognition%.([%w_]+)") do defined[name] = true end
    for name in text:gmatch("rekognition%.([%w_]+)") do assert.is_true(defined[name], name) end
  end)

  it("have every operation as a method, every member and every value", function()
    local model = rekognition()
    for name, operation in pairs(model.operations) do
      assert.is_truthy(text:find("\nfunction Client:" .. names.snake(name) .. "(params, options) end\n", 1, true), name)
      assert.is_truthy(text:find('operation: "' .. name .. '"', 1, true), name)
      assert.is_truthy(text:find("---@return rekognition." .. operation.output .. " response", 1, true), name)
    end
    for name, shape in pairs(model.shapes) do
      local block = text:match("%-%-%-@%l+ rekognition%." .. name .. "\n(.-)\n\n") or ""
      local function has(line) assert.is_truthy(block:find(line, 1, true), name) end
      for member in pairs(shape.members or {}) do has("---@field " .. member) end
      for _, value in ipairs(shape.enum or {}) do has('---| "' .. value .. '"') end
    end
  end)

  it("warn of no member of a response, though the model requires none of them", function()
    assert.is_truthy(text:find("---@class rekognition.CopyProjectVersionResponse\n---@field ProjectVersionArn string ", 1, true))
  end)

  it("tell required members from optional ones", function()
    local lines = {
      "---@class rekognition.CopyProjectVersionRequest",
      "---@field DestinationProjectArn string 20 to 2048 characters",
      "---@field KmsKeyId? string 1 to 2048 characters",
      "---@field OutputConfig rekognition.OutputConfig",
    }
    assert.is_truthy(text:find(table.concat(lines, "\n") .. "\n", 1, true))
    assert.is_truthy(text:find("---@field Tags? table<string, string>", 1, true))
  end)
end)

describe("a bad model", function()
  local cases = {
    { "has no shapes", function(m) m.shapes = nil end, "the model has no shapes" },
    { "has a type that nobody knows", function(m) m.shapes.Text.type = "quaternion" end,
      "shape Text: has the unknown type quaternion" },
    { "has a shape without a type", function(m) m.shapes.Text.type = nil end, "shape Text: has the unknown type nil" },
    { "refers to a member's shape that is not there", function(m) m.shapes.Input.members.Name.shape = "Gone" end,
      "shape Input, member Name: refers to shape Gone, which the model does not have" },
    { "has a list without elements", function(m) m.shapes.Text = { type = "list" } end,
      "shape Text, its elements: names no shape" },
    { "has a list of what is not there", function(m) m.shapes.Text = { type = "list", member = "Gone" } end,
      "shape Text, its elements: refers to shape Gone" },
    { "has a map with keys that are no strings", function(m)
      m.shapes.Text = { type = "map", key = "Input", value = "Input" }
    end, "shape Text: has keys of type structure; only strings are possible" },
    { "has too many members", function(m)
      for i = 1, 65 do m.shapes.Input.members["M" .. i] = { shape = "Text" } end
    end, "shape Input: has 66 members, and at most 64 are possible" },
    { "requires a member that is not there", function(m) m.shapes.Input.required = { "Gone" } end,
      "shape Input: requires member Gone, which it does not have" },
    { "has an input that is no structure", function(m) m.operations.DoIt.input = "Text" end,
      "operation DoIt: its input is no structure" },
    { "has an output that is not there", function(m) m.operations.DoIt.output = "Gone" end,
      "operation DoIt, output: refers to shape Gone" },
    { "raises an error that is not there", function(m) m.operations.DoIt.errors = { "Gone" } end,
      "operation DoIt, errors: refers to shape Gone" },
    { "has a time format that nobody knows", function(m) m.shapes.Text = { type = "timestamp",
      timestampFormat = "julian" } end, "shape Text: timestampFormat julian is not known" },
    { "has a shape whose name is no identifier", function(m) m.shapes["a b"] = { type = "string" } end,
      "shape a b: its name is no identifier" },
    { "pages what is not there", function(m) m.paginators = { Gone = {} } end,
      "paginators Gone: is for operation Gone, which the model does not have" },
    { "waits for what is not there", function(m) m.waiters = { Done = { operation = "Gone" } } end,
      "waiters Done: is for operation Gone, which the model does not have" },
  }
  for _, case in ipairs(cases) do
    it(case[1], function()
      local message = problem_of(case[2])
      assert.is_truthy(message:find(case[3], 1, true), message)
    end)
  end

  it("has all its problems named in one error", function()
    local message = problem_of(function(m)
      m.shapes.Text.type = "quaternion"
      m.shapes.Input.members.Name.shape = "Gone"
    end)
    assert.is_truthy(message:find("quaternion", 1, true))
    assert.is_truthy(message:find("Gone", 1, true))
  end)

  it("may have 64 members", function()
    check.check(model_with(function(m)
      for i = 1, 63 do m.shapes.Input.members["M" .. i] = { shape = "Text" } end
    end))
  end)

  it("stops the command with its problems and no trace of the generator's insides", function()
    with_folder(function(folder)
      write(folder .. "/model.json", json.encode(model_with(function(m) m.shapes.Text.type = "quaternion" end)))
      local ok, output = run(string.format("%s model/generate.lua '%s/model.json' '%s'", texts.lua, folder, folder))
      assert.is_false(ok)
      assert.equal("model/generate.lua: the model can't be used:\n"
        .. "  shape Text: has the unknown type quaternion\n", output)
      write(folder .. "/model.json", "{")
      ok, output = run(string.format("%s model/generate.lua '%s/model.json' '%s'", texts.lua, folder, folder))
      assert.is_false(ok)
      assert.is_truthy(output:find("/model.json: Expected", 1, true), output)
    end)
  end)
end)

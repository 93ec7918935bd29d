-- The model's import, the generator, and the files that it made.

local check = require "model.generator.check"
local files = require "model.generator.files"
local json = require "model.json"
local names = require "model.generator.names"
local normalise = require("model.normalise").normalise
local texts = require "spec.support.files"

local run, with_folder, write = texts.run, texts.with_folder, texts.write

local function read(path)
  return assert(texts.read(path))
end

local function rekognition()
  return json.decode(read "model/rekognition.json")
end

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

describe("model/rekognition.json", function()
  local model = rekognition()

  it("says where it comes from", function()
    assert.is_truthy(model.source.botocore:find("^%d+%.%d+%.%d+$"))
    assert.equal("rekognition-2016-06-27", model.source.uid)
    assert.equal("2016-06-27", model.source.apiVersion)
  end)

  it("has no documentation", function()
    local text = read "model/rekognition.json"
    assert.is_nil(text:find("documentation", 1, true))
    assert.is_nil(text:find("<p>", 1, true))
  end)

  it("has at least what AWS had in November 2026", function()
    local function count(map)
      local n = 0
      for _ in pairs(map) do n = n + 1 end
      return n
    end
    assert.is_true(count(model.operations) >= 75)
    assert.is_true(count(model.shapes) >= 549)
    assert.is_true(count(model.paginators) >= 18)
    assert.is_true(count(model.waiters) >= 2)
  end)

  it("stands as its writer writes it", function()
    assert.equal(read "model/rekognition.json", json.encode(model))
  end)
end)

describe("the import", function()
  -- A botocore of one operation, laid out as the real one.
  local function botocore(folder)
    local data = folder .. "/botocore/data/rekognition/2016-06-27"
    assert(os.execute("mkdir -p '" .. data .. "'"))
    write(folder .. "/botocore/__init__.py", "import os\n__version__ = '9.8.7'\n")
    write(data .. "/service-2.json", [[{"version": "2.0",
      "metadata": {"apiVersion": "2016-06-27", "uid": "rekognition-2016-06-27", "targetPrefix": "T"},
      "operations": {"DoIt": {"name": "DoIt", "http": {"method": "POST"}, "input": {"shape": "In"},
        "errors": [{"shape": "Z"}, {"shape": "A"}], "documentation": "<p>text</p>", "idempotent": true}},
      "shapes": {"In": {"type": "structure", "required": ["S", "N"], "documentation": "<p>text</p>", "members": {
          "S": {"shape": "S", "documentation": "text"}, "N": {"shape": "N", "idempotencyToken": true}}},
        "S": {"type": "string", "min": 1, "max": 9, "pattern": "^[a-z\\/]\\d$", "enum": ["b", "a"]},
        "N": {"type": "float", "min": 0.5, "newTrait": 1},
        "A": {"type": "structure", "members": {}, "exception": true},
        "Z": {"type": "structure", "members": {}, "exception": true, "fault": true},
        "Unreached": {"type": "string"}}}]])
    write(folder .. "/botocore/data/partitions.json", [[{"partitions": []}]])
    write(data .. "/paginators-1.json", [[{"pagination": {}}]])
    write(data .. "/waiters-2.json", [[{"version": 2, "waiters": {"Done": {"description": "text", "operation": "DoIt",
      "delay": 3, "maxAttempts": 4, "acceptors":
      [{"state": "success", "matcher": "pathAll", "argument": "A[].B", "expected": "X"}]}}}]])
  end

  local expected = {
    source = { botocore = "9.8.7", apiVersion = "2016-06-27", uid = "rekognition-2016-06-27" },
    metadata = { apiVersion = "2016-06-27", uid = "rekognition-2016-06-27", targetPrefix = "T" },
    operations = { DoIt = { input = "In", errors = { "A", "Z" }, idempotent = true } },
    shapes = {
      In = { type = "structure", required = { "N", "S" },
        members = { S = { shape = "S" }, N = { shape = "N", idempotencyToken = true } } },
      S = { type = "string", min = 1, max = 9, pattern = "^[a-z\\/]\\d$", enum = { "b", "a" } },
      N = { type = "float", min = 0.5 },
      A = { type = "structure", members = {}, exception = true },
      Z = { type = "structure", members = {}, exception = true, fault = true },
    },
    paginators = {},
    waiters = { Done = { operation = "DoIt", delay = 3, max_attempts = 4,
      acceptors = { { state = "success", matcher = "pathAll", argument = "A[].B", expected = "X" } } } },
  }

  it("reads an unpacked botocore, its data folder, and a wheel", function()
    with_folder(function(folder)
      botocore(folder)
      local zip = "import os,sys,zipfile\nz=zipfile.ZipFile(sys.argv[1],'w')\nfor d,_,fs in os.walk('botocore'):\n"
        .. " for f in fs: z.write(os.path.join(d,f))\nz.close()\n"
      write(folder .. "/zip.py", zip)
      assert(run("cd '" .. folder .. "' && gzip botocore/data/rekognition/2016-06-27/service-2.json && "
        .. "python3 zip.py botocore-9.8.7.whl"))
      for _, from in ipairs { "/botocore", "/botocore/data", "/botocore-9.8.7.whl" } do
        local ok, output = run(string.format("model/import --from '%s%s' --output '%s/model.json'", folder, from,
          folder))
        assert(ok, output)
        assert.is_truthy(output:find("N: newTrait", 1, true), output)
        assert.same(expected, json.decode(read(folder .. "/model.json")))
      end
    end)
  end)

  it("says what is wrong with a source", function()
    local ok, output = run "model/import --from /nonexistent"
    assert.is_false(ok)
    assert.is_truthy(output:find("/nonexistent: there is no such file or folder", 1, true))
    ok, output = run "model/import --from spec"
    assert.is_false(ok)
    assert.is_truthy(output:find("no data/rekognition in there", 1, true))
  end)

  it("finds a paginator where the token and the limit are, and the list that it is about", function()
    local function list(element) return { type = "list", member = { shape = element } } end
    local model = normalise {
      service = {
        metadata = {},
        operations = { GetThingDetection = { input = { shape = "In" }, output = { shape = "Out" } },
          Once = { input = { shape = "In" }, output = { shape = "In" } } },
        shapes = {
          In = { type = "structure", members = { NextToken = { shape = "S" }, MaxResults = { shape = "N" } } },
          Out = { type = "structure", members = { NextToken = { shape = "S" }, Audio = { shape = "Audios" },
            Things = { shape = "Things" } } },
          S = { type = "string" }, N = { type = "integer" }, Audios = list "S", Things = list "ThingDetection",
          ThingDetection = { type = "structure", members = {} },
        },
      },
    }
    assert.same({ derived = true, input_token = "NextToken", output_token = "NextToken", limit_key = "MaxResults",
      result_keys = { "Things" } }, model.paginators.GetThingDetection)
    assert.is_nil(model.paginators.Once.result_keys)
  end)
end)

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
      write(folder .. "/csrc/generated/stray.c", "")
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
    local defined = { Client = true }
    for name in text:gmatch("%-%-%-@class rekognition%.([%w_]+)") do defined[name] = true end
    for name in text:gmatch("%-%-%-@alias rekognition%.([%w_]+)") do defined[name] = true end
    for name in text:gmatch("rekognition%.([%w_]+)") do assert.is_true(defined[name], name) end
  end)

  it("have every operation as a method, every member and every value", function()
    local model = rekognition()
    for name, operation in pairs(model.operations) do
      assert.is_truthy(text:find("\nfunction Client:" .. names.snake(name) .. "(params) end\n", 1, true), name)
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

  it("has all its problems named at once", function()
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
      local ok, output = run(string.format("lua5.4 model/generate.lua '%s/model.json' '%s'", folder, folder))
      assert.is_false(ok)
      assert.equal("model/generate.lua: the model can't be used:\n"
        .. "  shape Text: has the unknown type quaternion\n", output)
      write(folder .. "/model.json", "{")
      ok, output = run(string.format("lua5.4 model/generate.lua '%s/model.json' '%s'", folder, folder))
      assert.is_false(ok)
      assert.is_truthy(output:find("/model.json: Expected", 1, true), output)
    end)
  end)
end)

describe("the C tables of an awkward model", function()
  local awkward = {
    metadata = { serviceId = "Test", targetPrefix = "com.test", jsonVersion = "1.0", apiVersion = "2020-01-01",
      endpointPrefix = "test" },
    operations = { B = { input = "In", output = "Out" }, A = {}, HTTPSGet2 = { output = "Out" } },
    shapes = {
      In = { type = "structure", required = { "self" }, members = {
        default = { shape = "T" }, int = { shape = "T" }, Present = { shape = "T" }, ["x-y"] = { shape = "N" },
        name = { shape = "T" }, Name = { shape = "B" }, self = { shape = "Tree" }, list = { shape = "List" },
        at = { shape = "When" }, on = { shape = "When", timestampFormat = "iso8601" }, doc = { shape = "Doc" },
        token = { shape = "T", idempotencyToken = true },
      } },
      Tree = { type = "structure", members = { kids = { shape = "Trees" }, named = { shape = "TreeMap" },
        me = { shape = "Tree" } } },
      Trees = { type = "list", member = "Tree", min = 2 }, TreeMap = { type = "map", key = "T", value = "Tree" },
      List = { type = "structure", members = {} }, -- a tag that the core has as well
      T = { type = "string", min = 1, sensitive = true }, N = { type = "double", min = -0.5 }, B = { type = "blob" },
      When = { type = "timestamp", timestampFormat = "rfc822" }, Doc = { type = "structure", document = true },
      Out = { type = "structure", members = { only = { shape = "OnlyOut" } } },
      OnlyOut = { type = "structure", members = { flag = { shape = "Flag" } } }, Flag = { type = "boolean" },
    },
  }

  local program = [[
#include "operations.h"
#include "requests.h"
#include "shapes.h"

#include <stdio.h>

static void print_shape(const struct rek_shape *shape)
{
    printf("%s type=%d format=%d sensitive=%d", shape->name, (int)shape->type, (int)shape->timestamp_format,
           shape->sensitive);
    if (shape->has_min) printf(" min=%g", shape->min);
    if (shape->key) printf(" key=%s", shape->key->name);
    if (shape->value) printf(" value=%s", shape->value->name);
    printf(" %s\n", shape->size ? "request" : "-");
    for (size_t i = 0; i < shape->member_count; i++) {
        const struct rek_member *member = &shape->members[i];
        struct rek_slice name = rek_service.member_names[member->name_id];
        printf("  %.*s: %s%s%s%s\n", (int)member->name.len, member->name.data, member->shape->name,
               member->required ? " required" : "", member->idempotency_token ? " token" : "",
               rek_slice_equal(name, member->name) ? "" : " WRONG NAME");
    }
}

int main(void)
{
    struct rek_in in = {.present = 1};
    in.default_ = REK_SLICE("x");
    in.int_ = in.default_;
    in.present_2 = in.default_;
    in.x_y = 1;
    in.self = &(struct rek_tree){.kids = {.items = NULL}, .named = {.count = 0}};
    in.list = &(struct rek_list_2){.present = 0};
    printf("%zu %s\n", sizeof in == rek_shapes[REK_SHAPE_In].size ? (size_t)1 : (size_t)0, in.default_.data);
    for (size_t i = 0; i < rek_service.operation_count; i++) {
        const struct rek_operation *operation = &rek_service.operations[i];
        printf("%s %s %s %s -> %s\n", operation->name.data, operation->method.data, operation->target.data,
               operation->input->name, operation->output->name);
    }
    printf("%s %s\n", rek_service.content_type.data, rek_service.api_version.data);
    for (int i = 0; i < REK_SHAPE_COUNT; i++) print_shape(&rek_shapes[i]);
    return 0;
}
]]

  -- Types and formats are the numbers of enum rek_type and enum rek_timestamp_format in csrc/core/shape.h.
  local expected = [[
1 x
A a com.test.A Unit -> Unit
B b com.test.B In -> Out
HTTPSGet2 https_get2 com.test.HTTPSGet2 Unit -> Out
application/x-amz-json-1.0 2020-01-01
B type=4 format=0 sensitive=0 -
Doc type=11 format=0 sensitive=0 -
Flag type=5 format=0 sensitive=0 -
In type=0 format=0 sensitive=0 request
  Name: B
  Present: T
  at: When
  default: T
  doc: Doc
  int: T
  list: List
  name: T
  on: When
  self: Tree required
  token: T token
  x-y: N
List type=0 format=0 sensitive=0 request
N type=9 format=0 sensitive=0 min=-0.5 -
OnlyOut type=0 format=0 sensitive=0 -
  flag: Flag
Out type=0 format=0 sensitive=0 -
  only: OnlyOut
T type=3 format=0 sensitive=1 min=1 -
Tree type=0 format=0 sensitive=0 request
  kids: Trees
  me: Tree
  named: TreeMap
TreeMap type=2 format=0 sensitive=0 key=T value=Tree -
Trees type=1 format=0 sensitive=0 min=2 value=Tree -
Unit type=0 format=0 sensitive=0 request
When type=10 format=2 sensitive=0 -
When type=10 format=1 sensitive=0 -
]]

  it("compile without a warning and say what the model says", function()
    with_folder(function(folder)
      for name, text in pairs(files.c(awkward)) do write(folder .. "/" .. name, text) end
      write(folder .. "/main.c", program)
      local flags = "-std=c17 -Wall -Wextra -Wconversion -Wno-sign-conversion -Werror"
      local ok, output = run(string.format("cc %s -I csrc '%s'/*.c -o '%s/program' && '%s/program'", flags, folder,
        folder, folder))
      assert(ok, output)
      assert.equal(expected, output)
    end)
  end)
end)

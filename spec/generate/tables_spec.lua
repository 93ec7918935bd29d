-- The C tables that the generator makes.

local files = require "model.generator.files"
local texts = require "spec.support.files"

local run, with_folder, write = texts.run, texts.with_folder, texts.write

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
      List = { type = "structure", members = {} },
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
        struct rek_slice name = test_service.member_names[member->name_id];
        printf("  %.*s: %s%s%s%s\n", (int)member->name.len, member->name.data, member->shape->name,
               member->required ? " required" : "", member->idempotency_token ? " token" : "",
               rek_slice_equal(name, member->name) ? "" : " WRONG NAME");
    }
}

int main(void)
{
    struct test_in in = {.present = 1};
    in.default_ = REK_SLICE("x");
    in.int_ = in.default_;
    in.present_2 = in.default_;
    in.x_y = 1;
    in.self = &(struct test_tree){.kids = {.items = NULL}, .named = {.count = 0}};
    in.list = &(struct test_list){.present = 0};
    printf("%zu %s\n", sizeof in == test_shapes[TEST_SHAPE_In].size ? (size_t)1 : (size_t)0, in.default_.data);
    for (size_t i = 0; i < test_service.operation_count; i++) {
        const struct rek_operation *operation = &test_service.operations[i];
        printf("%s %s %s -> %s\n", operation->name.data, operation->method.data, operation->input->name,
               operation->output->name);
    }
    printf("%s %s %s %s %s\n", test_service.content_type.data, test_service.api_version.data,
           test_service.target_prefix.data, test_service.endpoint_prefix.data, test_service.signing_name.data);
    for (int i = 0; i < TEST_SHAPE_COUNT; i++) print_shape(&test_shapes[i]);
    return 0;
}
]]

  -- Types and formats are the numbers of enum rek_type and enum rek_timestamp_format in csrc/core/shape.h.
  local expected = [[
1 x
A a Unit -> Unit
B b In -> Out
HTTPSGet2 https_get2 Unit -> Out
application/x-amz-json-1.0 2020-01-01 com.test. test test
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

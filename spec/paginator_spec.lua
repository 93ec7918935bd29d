local fake = require "spec.support.fake"

local function faces(from, to, token)
  local list = {}
  for i = from, to do list[#list + 1] = { FaceId = "f" .. i } end
  return fake.answer(200, { Faces = list, NextToken = token })
end

describe("pages", function()
  it("follow the token until there is none, and give each page's metadata", function()
    local client, world = fake.client { faces(1, 2, "a"), faces(3, 3, "b"), faces(4, 4) }
    local sizes = {}
    for page, metadata in client:pages("ListFaces", { CollectionId = "c", MaxResults = 2 }) do
      sizes[#sizes + 1] = #page.Faces
      assert.equal("req-1", metadata.request_id)
    end
    assert.same({ 2, 1, 1 }, sizes)
    assert.is_nil(world.requests[1].body:find("NextToken", 1, true))
    assert.is_truthy(world.requests[3].body:find('"NextToken":"b"', 1, true))
    assert.is_truthy(world.requests[3].body:find('"MaxResults":2', 1, true))
  end)

  it("leave the caller's table as it is, and begin where its token says", function()
    local client, world = fake.client { faces(1, 1, "next"), faces(2, 2) }
    local params = { CollectionId = "c", NextToken = "start" }
    for _ in client:pages("ListFaces", params) do end -- luacheck: ignore 542
    assert.same({ CollectionId = "c", NextToken = "start" }, params)
    assert.is_truthy(world.requests[1].body:find('"NextToken":"start"', 1, true))
  end)

  it("end at an empty token", function()
    local client, world = fake.client { faces(1, 1, "") }
    for _ in client:pages("ListFaces", { CollectionId = "c" }) do end -- luacheck: ignore 542
    assert.equal(1, #world.requests)
  end)

  it("raise where the service gives the same token twice", function()
    local client = fake.client { faces(1, 1, "again") }
    local e = fake.catch(function()
      for _ in client:pages("ListFaces", { CollectionId = "c" }) do end -- luacheck: ignore 542
    end)
    assert.equal("PaginationLoop", e.code)
  end)

  it("raise for an operation that has none", function()
    local client = fake.client { faces(1, 1) }
    assert.equal("NotPaginated", fake.catch(client.pages, client, "CopyProjectVersion", {}).code)
    for _, operation in ipairs { "Nonsense", "describe_projects", 5 } do
      assert.equal("UnknownOperation", fake.catch(client.pages, client, operation, {}).code)
    end
  end)
end)

describe("items", function()
  it("are those of all pages, empty ones included", function()
    local client = fake.client {
      faces(1, 2, "a"), fake.answer(200, '{"Faces":[],"NextToken":"b"}'), fake.answer(200, '{"NextToken":"c"}'), faces(3, 3),
    }
    local ids = {}
    for face in client:items("ListFaces", { CollectionId = "c" }) do ids[#ids + 1] = face.FaceId end
    assert.same({ "f1", "f2", "f3" }, ids)
  end)

  it("are there for every paginated operation, in a list of its output", function()
    local model = require "rekognition.generated.model"
    local count = 0
    for operation, paginator in pairs(require "rekognition.generated.paginators") do
      count = count + 1
      local input = model.shapes[model.operations[operation].input].members
      local output = model.shapes[model.operations[operation].output].members
      assert.is_truthy(input[paginator.input_token], operation)
      assert.is_truthy(output[paginator.output_token], operation)
      assert.equal("list", model.shapes[output[paginator.items].shape].type, operation)
    end
    assert.equal(18, count)
  end)
end)

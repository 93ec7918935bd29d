-- The model as it stands here, and its import from botocore.

local json = require "model.json"
local models = require "spec.support.model"
local normalise = require("model.normalise").normalise
local texts = require "spec.support.files"

local read, rekognition = models.read, models.rekognition
local run, with_folder, write = texts.run, texts.with_folder, texts.write

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

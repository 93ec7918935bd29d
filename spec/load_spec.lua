local ascii = require "rekognition.text.ascii"
local cjson = require("cjson").new()
local codec = require "spec.support.codec"

local core = codec.rekognition

-- A table for CopyProjectVersion, as in AWS's own example for .NET.
local function copy_params()
  return {
    SourceProjectArn = "arn:aws:rekognition:us-east-1:111122223333:project/SourceProject/16565123456",
    SourceProjectVersionArn = "arn:aws:rekognition:us-east-1:111122223333:project/SourceProject/version/model_1/1656611123456",
    DestinationProjectArn = "arn:aws:rekognition:us-east-1:555555555555:project/DestinationProject/1656705098765",
    VersionName = "DestinationVersionName_cross_account",
    OutputConfig = { S3Bucket = "bucket-name", S3KeyPrefix = "path_to_folder" },
    Tags = { key1 = "val1" },
    KmsKeyId = "arn:1234abcd-12ab-34cd-56ef-1234567890ab",
  }
end

-- What cjson, a peer that knows nothing of us, reads from the body of a request to the made-up
-- service; its token is left out.
local function everything(params)
  local given = params.Token
  params.Token = given or "t"
  local value = cjson.decode(codec.body("TakeEverything", params))
  params.Token = given
  value.Token = given
  return value
end

describe("operations", function()
  it("lists all 75 with their methods, sorted", function()
    local operations = core.service:operations()
    assert.equal(75, #operations)
    assert.same({ name = "AssociateFaces", method = "associate_faces" }, operations[1])
    for i = 2, #operations do assert.is_true(ascii.less(operations[i - 1].name, operations[i].name)) end
  end)
end)

describe("a request", function()
  it("holds the JSON of AWS's example", function()
    assert.same(copy_params(), cjson.decode(codec.body("CopyProjectVersion", copy_params())))
  end)

  it("knows its operation, target and content type", function()
    local request = core.service:request("CopyProjectVersion", copy_params())
    assert.equal("CopyProjectVersion", request:name())
    assert.equal("POST", request:method())
  end)

  it("shows its operation and size as a string, and nothing of what is in it", function()
    local request = core.service:request("CopyProjectVersion", copy_params())
    assert.equal("request: CopyProjectVersion (" .. #request:body() .. " bytes)", tostring(request))
  end)

  it("can be closed, more than once, and says so when it is used after", function()
    local request = core.service:request("DescribeProjects", {})
    do
      local closing <close> = request -- luacheck: ignore closing
    end
    request:close()
    assert.equal("request: DescribeProjects (closed)", tostring(request))
    assert.error_matches(function() request:body() end, "the request is closed")
    assert.error_matches(function() request.body(io.stdout) end, "rekognition.request expected")
  end)

  it("takes nil, none and an empty table for no parameters", function()
    assert.equal("{}", codec.body("DescribeProjects", nil))
    assert.equal("{}", codec.body("DescribeProjects", {}))
    assert.equal("{}", core.service:request("DescribeProjects"):body())
  end)

  it("leaves absent members out and tells an empty list from an empty map", function()
    assert.equal('{"Filters":{}}', codec.body("DetectText", { Image = {}, Filters = {} }):match('{"Filters":{}') .. "}")
    assert.equal("[]", codec.body("TakeEverything", { Token = "t", Flags = {} }):match('"Flags":(..)'))
    assert.equal("{}", codec.body("TakeEverything", { Token = "t", Blobs = {} }):match('"Blobs":(..)'))
  end)

  it("encodes blobs in base64, whatever their bytes", function()
    local mime = require "mime"
    for _, bytes in ipairs { "\0\0", "hi", "hi!", "there!", ("\0\1\2\xff"):rep(1000), ("x"):rep(3 << 20) } do
      assert.equal((mime.b64(bytes)), everything({ Blob = bytes }).Blob)
    end
    assert.same({ a = "Zm9v", b = "YmFy" }, everything({ Blobs = { a = "foo", b = "bar" } }).Blobs)
  end)

  it("keeps text as it is: escapes, NUL, UTF-8 of every length", function()
    for _, text in ipairs { "", "\"\\/\b\f\n\r\t", "a\0b", "\1\31\127", "é€😀\u{10FFFF}\u{FFFF}", ("ü"):rep(5000) } do
      assert.equal(text, everything({ String = text }).String)
      assert.equal(text, everything({ Blobs = { [text] = "xx" } }).Blobs[text] and text)
    end
  end)

  it("writes integers exactly over 64 bits, and takes floats that are integral", function()
    for _, n in ipairs { 0, -1, 1, math.maxinteger, math.mininteger, 9007199254740993 } do
      local body = codec.body("TakeEverything", { Token = "t", Long = n })
      assert.equal(("%d"):format(n), body:match('"Long":(%-?%d+)'))
    end
    assert.equal("3", codec.body("TakeEverything", { Token = "t", Long = 3.0 }):match('"Long":([^,}]+)'))
    assert.equal("-9223372036854775808", codec.body("TakeEverything", { Token = "t", Long = -2.0 ^ 63 }):match('"Long":([^,}]+)'))
    assert.equal(2147483647, everything({ Integer = 2147483647 }).Integer)
  end)

  it("writes floats so that they survive a round trip", function()
    for _, n in ipairs { 0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -0.5, 1e21, 123456789.125, 50, 1e15 + 0.3 } do
      local text = codec.body("TakeEverything", { Token = "t", Double = n }):match('"Double":([^,}]+)')
      assert.equal(n, tonumber(text))
    end
  end)

  it("writes timestamps in the format that the model asks for", function()
    local value = everything({ Timestamp = 1422172800, Iso8601 = 1398796238, Rfc822 = 1422172800 })
    assert.equal(1422172800, value.Timestamp)
    assert.equal("2014-04-29T18:30:38Z", value.Iso8601)
    assert.equal("Sun, 25 Jan 2015 08:00:00 GMT", value.Rfc822)
  end)

  it("writes lists, maps and structures inside each other", function()
    local params = {
      Strings = { "one", "two", "three" },
      Matrix = { { 1, 2.5 }, { -1 } },
      Flags = { true, false, true },
      Map = { key1 = "val1", ["a b"] = "" },
      Tree = { Label = "a", Next = { Label = "b" }, Branches = { { Label = "c" }, { Label = "d" } },
        Named = { e = { Label = "f" } } },
    }
    assert.same(params, everything(params))
  end)

  it("writes documents by what the Lua values are", function()
    for _, document in ipairs { "text", 1, 2.5, true, false, { 1, "two", { three = 3 } }, { a = { b = { 1, { 2 } } } }, {} } do
      assert.same(document, everything({ Document = document }).Document)
    end
    assert.equal('{"Token":"t","Document":{}}', codec.body("TakeEverything", { Token = "t", Document = {} }))
    assert.equal('{"Token":"t","Document":[null]}', codec.body("TakeEverything", { Token = "t", Document = { cjson.null } }))
    assert.equal("9007199254740993", codec.body("TakeEverything", { Document = 9007199254740993 }):match('"Document":(%d+)'))
  end)

  it("fills idempotency tokens with random UUIDs, unless they are given", function()
    local uuid = "^%x%x%x%x%x%x%x%x%-%x%x%x%x%-4%x%x%x%-[89ab]%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$"
    assert.equal("mine", cjson.decode(codec.body("TakeEverything", { Token = "mine" })).Token)
    local one = cjson.decode(codec.body("AssociateFaces", { CollectionId = "c", UserId = "u", FaceIds = { "f" } }))
    local two = cjson.decode(codec.body("AssociateFaces", { CollectionId = "c", UserId = "u", FaceIds = { "f" } }))
    assert.matches(uuid, one.ClientRequestToken)
    assert.matches(uuid, two.ClientRequestToken)
    assert.not_equal(one.ClientRequestToken, two.ClientRequestToken)
    assert.matches(uuid, cjson.decode(codec.body("TakeEverything", nil)).Token)
  end)

  it("calls no metamethod and changes nothing", function()
    local function trap() error("a metamethod was called") end
    local meta = { __index = trap, __newindex = trap, __len = trap, __pairs = trap, __tostring = trap, __name = "x",
      __eq = trap, __lt = trap, __concat = trap, __call = trap, __unm = trap }
    local params = copy_params()
    setmetatable(params, meta)
    setmetatable(params.OutputConfig, meta)
    setmetatable(params.Tags, meta)
    local body = codec.body("CopyProjectVersion", params)
    assert.same(copy_params(), cjson.decode(body))
    assert.same(cjson.decode(body), cjson.decode(codec.body("CopyProjectVersion", params)))
  end)

  it("reads only what is in the table itself, not what __index would add", function()
    local params = setmetatable({}, { __index = copy_params() })
    assert.equal(5, #codec.problems("CopyProjectVersion", params))
  end)

  it("does not turn the caller's numbers into strings", function()
    local params = { Strings = { 1, 2, 3 }, Map = { [1] = 2 } }
    codec.problems("TakeEverything", params)
    assert.equal("integer", math.type(params.Strings[1]))
    assert.equal("integer", math.type(next(params.Map)))
  end)

  it("takes lists whose elements came in any order and any part of the table", function()
    local list = {}
    for i = 100, 1, -1 do list[i] = "element " .. i end
    local got = everything({ Strings = list }).Strings
    for i = 1, 100 do assert.equal("element " .. i, got[i]) end
  end)

  it("takes 64 levels and no more", function()
    local function nest(levels)
      local tree = { Label = "leaf" }
      for _ = 2, levels do tree = { Label = "node", Next = tree } end
      return tree
    end
    assert.equal("node", everything({ Tree = nest(63) }).Tree.Label)
    assert.equal(1, #codec.problems("TakeEverything", { Tree = nest(64) }))
  end)

  it("works while the collector runs all the time", function()
    local mode = collectgarbage("generational")
    collectgarbage("incremental", 0, 1000)
    local copies = {}
    for i = 1, 200 do
      local params = copy_params()
      params.VersionName = "version" .. i
      copies[i] = core.service:request("CopyProjectVersion", params)
      assert.same(params, cjson.decode(copies[i]:body()))
    end
    collectgarbage("incremental", 200, 100)
    collectgarbage(mode)
  end)

  it("runs inside a finalizer while another one is being made", function()
    local made = 0
    local function make()
      setmetatable({}, { __gc = function()
        made = made + #codec.body("CopyProjectVersion", copy_params())
        assert(core.service:decode("CopyProjectVersion", '{"ProjectVersionArn":"\\u0061"}').ProjectVersionArn == "a")
      end })
    end
    collectgarbage("incremental", 0, 1000)
    local text = '{"Projects":[' .. ('{"ProjectArn":"a\\u0062c","Datasets":[{}]},'):rep(500) .. "{}]}"
    for _ = 1, 30 do
      make()
      local response = core.service:decode("DescribeProjects", text)
      assert.equal("abc", response.Projects[500].ProjectArn)
    end
    collectgarbage("incremental", 200, 100)
    collectgarbage()
    assert.is_true(made > 0)
  end)

  it("names an operation's nearest when it doesn't know it", function()
    assert.same({ ": unknown operation, did you mean CopyProjectVersion?" }, (codec.problems("copy_project_version", {})))
    assert.same({ ": unknown operation" }, (codec.problems("Frobnicate", {})))
    assert.same({ ": unknown operation" }, (codec.problems("", {})))
    assert.error_matches(function() core.service:request(nil, {}) end, "string expected")
    assert.error_matches(function() core.service:request(5, {}) end, "string expected")
  end)

  it("lists the first 100 problems and counts the rest", function()
    local list = {}
    for i = 1, 250 do list[i] = i end
    local problems, more = codec.problems("TakeEverything", { Strings = list })
    assert.equal(100, #problems)
    assert.equal(150, more)
  end)

  it("sorts its problems by path, indexes by their value", function()
    local list = {}
    for i = 1, 12 do list[i] = i end
    local problems = codec.problems("TakeEverything", { Strings = list, Zebra = 1, Apple = 1 })
    assert.matches("^Apple:", problems[1])
    assert.matches("^Strings%[1%]:", problems[2])
    assert.matches("^Strings%[2%]:", problems[3])
    assert.matches("^Strings%[12%]:", problems[13])
    assert.matches("^Zebra:", problems[14])
  end)

  it("copies no huge string to find out that it is fine", function()
    local text = ("x"):rep(50 << 20)
    collectgarbage()
    local before = collectgarbage("count")
    local request = core.service:request("CreateCollection", { CollectionId = text })
    assert.is_true(collectgarbage("count") - before < 100) -- KB: the body is not Lua's
    assert.equal(#text + #'{"CollectionId":""}', tonumber(tostring(request):match("%((%d+) bytes%)")))
    request:close()
  end)
end)

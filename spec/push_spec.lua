local codec = require "spec.support.codec"

local core = codec.rekognition

-- The table for a response of the made-up service, and of Rekognition's operation.
local function everything(body) return assert(codec.everything:decode("TakeEverything", body)) end
local function decode(operation, body) return assert(core.service:decode(operation, body)) end

describe("a response", function()
  it("is a table with the members that are there", function()
    local arn = "arn:aws:rekognition:us-east-1:555555555555:project/p/version/v/1656705098765"
    assert.same({ ProjectVersionArn = arn }, decode("CopyProjectVersion", '{"ProjectVersionArn":"' .. arn .. '"}'))
    assert.same({}, decode("CopyProjectVersion", "{}"))
    assert.same({}, decode("CopyProjectVersion", " \r\n\t{ } "))
  end)

  it("is an empty table where the body is empty, or null", function()
    assert.same({}, decode("DeleteProject", ""))
    assert.same({}, decode("DeleteProject", "null"))
  end)

  it("has structures, lists and maps inside each other", function()
    assert.same({
      Matrix = { { 1.0, 2.5 }, {}, { -3.0 } },
      Flags = { true, false },
      Map = { ["a b"] = "c", [""] = "d", ["1"] = "e" },
      Tree = { Label = "a", Next = { Label = "b", Branches = { { Label = "c" }, { Label = "d" } } },
        Named = { x = { Label = "e" } } },
    }, everything [=[{"Matrix":[[1,2.5],[],[-3e0]],"Flags":[true,false],"Map":{"a b":"c","":"d","1":"e"},
      "Tree":{"Named":{"x":{"Label":"e"}},"Next":{"Branches":[{"Label":"c"},{"Label":"d"}],"Label":"b"},"Label":"a"}}]=])
  end)

  it("takes the members in any order", function()
    local names = { "String", "Boolean", "Integer", "Long", "Double", "Secret" }
    local values = { String = '"s"', Boolean = "true", Integer = "1", Long = "2", Double = "3.5", Secret = '"x"' }
    for first = 1, #names do
      for step = -1, 1, 2 do
        local parts = {}
        for i = 0, #names - 1 do
          local name = names[(first + step * i - 1) % #names + 1]
          parts[#parts + 1] = ('"%s":%s'):format(name, values[name])
        end
        assert.same({ String = "s", Boolean = true, Integer = 1, Long = 2, Double = 3.5, Secret = "x" },
          everything("{" .. table.concat(parts, ",") .. "}"))
      end
    end
  end)

  it("has exact integers over 64 bits, as Lua integers", function()
    for literal, value in pairs {
      ["0"] = 0, ["-0"] = 0, ["9223372036854775807"] = math.maxinteger, ["-9223372036854775808"] = math.mininteger,
      ["9007199254740993"] = 9007199254740993, ["3.0"] = 3, ["1e3"] = 1000, ["1.5e1"] = 15, ["-2.50E+1"] = -25,
      ["100e-2"] = 1, ["9.007199254740992e15"] = 9007199254740992,
    } do
      local got = everything('{"Long":' .. literal .. "}").Long
      assert.equal("integer", math.type(got))
      assert.equal(value, got)
    end
    assert.equal(4294967296, everything('{"Integer":4294967296}').Integer) -- a service may widen its integers
  end)

  it("has floats that are Lua floats, always", function()
    for literal, value in pairs {
      ["0"] = 0, ["3"] = 3, ["0.1"] = 0.1, ["1e-400"] = 0, ["5e-324"] = 5e-324, ["1.7976931348623157e308"] = math.huge,
      ["123456789012345678901234567890"] = 123456789012345678901234567890, ["99.99999237060547"] = 99.99999237060547,
    } do
      local got = everything('{"Double":' .. literal .. "}").Double
      assert.equal("float", math.type(got))
      assert.equal(value == math.huge and 1.7976931348623157e308 or value, got)
    end
  end)

  it("has the floats that JSON has no number for, as Smithy writes them", function()
    assert.equal(math.huge, everything('{"Double":"Infinity"}').Double)
    assert.equal(-math.huge, everything('{"Float":"-Infinity"}').Float)
    local nan = everything('{"Double":"NaN"}').Double
    assert.is_true(nan ~= nan)
  end)

  it("has timestamps as seconds since the epoch, however they were written", function()
    -- 1398796238 is AWS's own example, from the JSON protocol's tests.
    for _, text in ipairs {
      "1398796238", "1398796238.0", "1.398796238E9", '"2014-04-29T18:30:38Z"', '"Tue, 29 Apr 2014 18:30:38 GMT"',
      '"2014-04-29T20:30:38+02:00"', '"2014-04-29T13:00:38-05:30"', '"2014-04-29T18:30:38.000Z"', '"Tue, 29 Apr 2014 18:30:38.000 GMT"',
    } do
      for _, member in ipairs { "Timestamp", "Iso8601", "Rfc822" } do
        local got = everything(('{"%s":%s}'):format(member, text))[member]
        assert.equal(1398796238, got)
        assert.equal("float", math.type(got))
      end
    end
    assert.equal(1656611123.456, everything('{"Timestamp":1.656611123456E9}').Timestamp)
    assert.equal(1398796238.5, everything('{"Timestamp":"2014-04-29T18:30:38.5Z"}').Timestamp)
    assert.equal(0.25, everything('{"Timestamp":"1970-01-01T00:00:00.25Z"}').Timestamp)
    assert.equal(-1, everything('{"Timestamp":"1969-12-31T23:59:59Z"}').Timestamp)
  end)

  it("has timestamps from every month and leap year as os.date has them", function()
    for _, year in ipairs { 1970, 1999, 2000, 2001, 2024, 2100 } do
      for month = 1, 12 do
        for _, day in ipairs { 1, 28 } do
          local text = ('"%04d-%02d-%02dT12:00:00Z"'):format(year, month, day)
          local seconds = everything('{"Timestamp":' .. text .. "}").Timestamp
          assert.equal(text, os.date('!"%Y-%m-%dT%H:%M:%SZ"', math.tointeger(seconds)))
        end
      end
    end
    assert.equal("2000-02-29", os.date("!%F", math.tointeger(everything('{"Timestamp":"2000-02-29T00:00:00Z"}').Timestamp)))
  end)

  it("has blobs as their raw bytes", function()
    local mime = require "mime"
    for _, bytes in ipairs { "", "f", "fo", "foo", "\0\0\0", "\xff\xfe\0x", ("\1\2\3\4\5"):rep(20000) } do
      assert.equal(bytes, everything('{"Blob":"' .. (mime.b64(bytes) or "") .. '"}').Blob)
    end
    assert.equal("hi!?", everything([[{"Blob":"aGkh\u0050w=="}]]).Blob) -- escaped: P
    assert.equal("\xff\xff\xff", everything([[{"Blob":"\/\/\/\/"}]]).Blob)
    assert.same({ a = "foo" }, everything('{"Blobs":{"a":"Zm9v"}}').Blobs)
  end)

  it("has text as it was meant: escapes, NUL, UTF-8, surrogate pairs", function()
    assert.equal("\"\\/\b\f\n\r\t", everything([[{"String":"\"\\\/\b\f\n\r\t"}]]).String)
    assert.equal("a\0b", everything([[{"String":"a\u0000b"}]]).String)
    assert.equal("é€😀", everything([[{"String":"\u00e9\u20AC\ud83d\ude00"}]]).String)
    assert.equal("é€😀", everything('{"String":"é€😀"}').String)
    assert.equal(("x"):rep(100000) .. "é", everything('{"String":"' .. ("x"):rep(100000) .. '\\u00e9"}').String)
  end)

  it("has nothing where there was null, and lists close the gap", function()
    assert.same({}, everything '{"String":null,"Tree":null,"Flags":null,"Double":null,"Blob":null,"Timestamp":null}')
    assert.same({ Flags = { true, false } }, everything '{"Flags":[null,true,null,null,false,null]}')
    assert.same({ Map = { b = "x" } }, everything '{"Map":{"a":null,"b":"x"}}')
    assert.same({ Matrix = { { 1.0 } } }, everything '{"Matrix":[null,[null,1]]}')
  end)

  it("has the last of duplicate keys, null as well", function()
    assert.same({ String = "b" }, everything '{"String":"a","String":"b"}')
    assert.same({ String = "c", Long = 1 }, everything '{"String":"a","Long":1,"String":"b","String":"c"}')
    assert.same({ Long = 1 }, everything '{"String":"a","Long":1,"String":null}')
    assert.same({ String = "a" }, everything '{"String":null,"String":"a"}')
    assert.same({ Map = { a = "2" } }, everything '{"Map":{"a":"1","a":"2"}}')
    assert.same({ Map = {} }, everything '{"Map":{"a":"1","a":null}}')
    assert.same({ New = 2 }, everything '{"New":1,"New":2}')
    assert.same({ Tree = { Label = "b" } }, everything '{"Tree":{"Label":"a","Next":{"Label":"x"}},"Tree":{"Label":"b"}}')
    assert.same({ String = "z" }, everything("{" .. ('"String":"a",'):rep(1000) .. '"String":"z"}'))
  end)

  it("passes through what the model doesn't know", function()
    local got = everything [=[{"New":{"i":1,"f":1.0,"big":9223372036854775808,"s":"é","t":true,"n":null,
      "l":[1,null,2.5,[],{},[["x"]]],"o":{"a":{"b":false}}},"String":"s"}]=]
    assert.same({ String = "s", New = { i = 1, f = 1.0, big = 9223372036854775808.0, s = "é", t = true,
      l = { 1, 2.5, {}, {}, { { "x" } } }, o = { a = { b = false } } } }, got)
    assert.equal("integer", math.type(got.New.i))
    assert.equal("float", math.type(got.New.f))
    assert.equal("float", math.type(got.New.big))
  end)

  it("has documents by what their JSON says", function()
    for _, text in ipairs { '"foo"', "123", "1.2", "true", '""' } do
      local got = everything('{"Document":' .. text .. "}").Document
      assert.equal(load("return " .. text)(), got)
    end
    assert.same({ str = "test", list = { "myname", 321, 1.3, true, "", { nested = true }, { 200, "" } } },
      everything('{"Document":{"str":"test","list":["myname",321,1.3,true,"",{"nested":true},[200,""]]}}').Document)
  end)

  it("may have lists and maps of any size", function()
    for _, n in ipairs { 0, 1, 2, 127, 128, 129, 255, 256, 257, 1000, 100000 } do
      local elements, pairs_, objects = {}, {}, {}
      for i = 1, n do
        elements[i], pairs_[i], objects[i] = tostring(i), ('"k%d":"v%d"'):format(i, i), ('{"Label":"%d"}'):format(i)
      end
      local got = everything(('{"Matrix":[[%s]],"Map":{%s},"New":[%s],"Tree":{"Branches":[%s]}}'):format(table.concat(elements, ","),
        table.concat(pairs_, ","), table.concat(elements, ","), table.concat(objects, ",")))
      assert.equal(n, #got.Matrix[1])
      assert.equal(n, #got.New)
      assert.equal(n, #got.Tree.Branches)
      local count = 0
      for key, value in pairs(got.Map) do
        count = count + 1
        assert(key:sub(2) == value:sub(2))
      end
      assert.equal(n, count)
      for i = 1, n do assert(got.Matrix[1][i] == i and got.New[i] == i and got.Tree.Branches[i].Label == tostring(i)) end
    end
  end)

  it("may have more unknown members than a structure ever has", function()
    local parts = {}
    for i = 1, 1000 do parts[i] = ('"New%d":%d'):format(i, i) end
    local got = everything("{" .. table.concat(parts, ",") .. ',"String":"s"}')
    for i = 1, 1000 do assert.equal(i, got["New" .. i]) end
    assert.equal("s", got.String)
  end)

  it("can be read in a coroutine and while the collector runs all the time", function()
    local body = '{"Tree":{"Branches":[' .. ('{"Label":"\\u00e9"},'):rep(300) .. '{"Label":"x"}]}}'
    collectgarbage("incremental", 0, 1000)
    local got = coroutine.wrap(function() return everything(body) end)()
    collectgarbage("incremental", 200, 100)
    assert.equal("é", got.Tree.Branches[300].Label)
    assert.equal("x", got.Tree.Branches[301].Label)
  end)

  it("wants strings, and an operation that exists", function()
    assert.same({ nil, "unknown operation, did you mean CopyProjectVersion?" }, { core.service:decode("CopyProjectVersio", "{}") })
    assert.error_matches(function() core.service:decode("CopyProjectVersion", nil) end, "string expected")
    assert.error_matches(function() core.service:decode("CopyProjectVersion", 12) end, "string expected")
    assert.error_matches(function() core.read_json({}) end, "string expected")
  end)
end)

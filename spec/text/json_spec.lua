local json = require "rekognition.text.json"

describe("text.json", function()
  it("writes small documents, names sorted by bytes", function()
    for text, value in pairs {
      ['{"B":1,"a":[1,2.5,"x"],"i":{},"t":true}'] = { a = { 1, 2.5, "x" }, B = 1, i = {}, t = true },
      ['"\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\\u007f/\u{e9}"'] = "\"\\\b\f\n\r\t\0\31\127/\u{e9}",
      ["0.5"] = 0.5, ["-7"] = -7, ["false"] = false,
    } do
      assert.equal(text, json.write(value))
      assert.same(value, (json.read(text)))
    end
  end)

  it("refuses what JSON can't hold, without showing it", function()
    local deep = {}
    deep.x = deep
    for what, value in pairs {
      ["a function"] = print, ["key that is a number"] = { [2] = "secret" }, ["not finite"] = { 0 / 0 },
      ["other keys"] = { 1, x = "secret" }, ["64 tables"] = deep,
    } do
      local ok, why = pcall(json.write, value)
      assert.is_false(ok)
      assert.truthy(why:find(what, 1, true), why)
      assert.is_nil(why:find("secret", 1, true))
    end
  end)

  it("says where a text is not JSON, and nothing of it", function()
    local value, why = json.read '{"secret": 1,5}'
    assert.is_nil(value)
    assert.truthy(why:find(" at byte %d+$"))
    assert.is_nil(why:find("secret", 1, true))
  end)
end)

local ascii = require "rekognition.text.ascii"

describe("text.ascii", function()
  local all = {}
  for byte = 0, 255 do all[#all + 1] = string.char(byte) end
  all = table.concat(all)

  it("changes the case of ASCII letters and of nothing else", function()
    assert.equal("abc-1 i", ascii.lower "aBC-1 I")
    assert.equal("ABC-1 I", ascii.upper "aBc-1 i")
    for index = 1, #all do
      local byte = all:sub(index, index)
      local code = byte:byte()
      assert.equal(code >= 65 and code <= 90 and string.char(code + 32) or byte, ascii.lower(byte))
      assert.equal(code >= 97 and code <= 122 and string.char(code - 32) or byte, ascii.upper(byte))
    end
  end)

  it("trims ASCII blanks only", function()
    assert.equal("a b", ascii.trim " \t\r\n\v\fa b \t\r\n\v\f")
    assert.equal("", ascii.trim " \n ")
    assert.equal("", ascii.trim "")
    assert.equal("\u{a0}x\u{a0}", ascii.trim "\u{a0}x\u{a0}")
  end)

  it("lists the names of a table in that order", function()
    assert.same({ "B", "a", "c" }, ascii.names { a = 1, c = false, B = 2 })
    assert.same({}, ascii.names {})
  end)

  it("sorts by bytes", function()
    local words = { "b", "", "B", "a", "AD", "A", "\u{e9}" }
    ascii.sort(words)
    assert.same({ "", "A", "AD", "B", "a", "b", "\u{e9}" }, words)
    assert.is_false(ascii.less("a", "a"))
    local items = { { name = "b" }, { name = "a" }, { name = "B" } }
    ascii.sort(items, "name")
    assert.equal("Bab", items[1].name .. items[2].name .. items[3].name)
  end)
end)

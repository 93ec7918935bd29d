local hex = require "rekognition.text.hex"

describe("text.hex", function()
  it("writes bytes as digits and reads them again", function()
    local bytes = {}
    for byte = 0, 255 do bytes[#bytes + 1] = string.char(byte) end
    bytes = table.concat(bytes)
    assert.equal("00ff10", hex.encode "\0\255\16")
    assert.equal(512, #hex.encode(bytes))
    assert.equal(bytes, hex.decode(hex.encode(bytes)))
    assert.equal("", hex.decode "")
  end)

  it("reads nothing else", function()
    for _, text in ipairs { "0", "0g", "AB", "0x00", " 00 " } do assert.is_nil(hex.decode(text), text) end
  end)
end)

local files = require "spec.support.files"
local number = require "rekognition.text.number"

describe("text.number", function()
  it("writes numbers as Lua does in the C locale", function()
    for value, text in pairs {
      [3] = "3", [-3] = "-3", [1.5] = "1.5", [-0.25] = "-0.25", [1e20] = "1e+20", [1 / 0] = "inf", [2.5e-7] = "2.5e-07",
    } do
      assert.equal(text, number.text(value))
    end
  end)

  it("writes some digits behind the point", function()
    assert.equal("1.50", number.fixed(1.5, 2))
    assert.equal("2", number.fixed(1.5, 0))
    assert.equal("-1234567.1", number.fixed(-1234567.125, 1))
  end)

  it("reads digits with a point or without", function()
    for text, value in pairs { ["3"] = 3, ["1.5"] = 1.5, ["2."] = 2, ["007"] = 7 } do
      assert.equal(value, number.decimal(text))
    end
    for _, text in ipairs { "", ".", ".5", "-1", "+1", "1e5", "0x10", "1 ", "1.5.5", "inf", "1,5" } do
      assert.is_nil(number.decimal(text))
    end
  end)

  it("reads numbers as JSON writes them", function()
    for text, value in pairs { ["3"] = 3, ["-1.5"] = -1.5, ["1e2"] = 100.0, ["0.1"] = 0.1 } do assert.equal(value, number.read(text)) end
    for _, text in ipairs { "", "-", "0x10", "1.", ".5", " 1", "01", "1,5", "inf", "1 2", "[1]", "1e", 5 } do assert.is_nil(number.read(text)) end
  end)

  it("writes seconds short", function()
    for value, text in pairs { [1.4983346029985] = "1.498", [3] = "3", [0.5] = "0.5", [10] = "10", [100.0] = "100", [1e-9] = "0.001",
      [0.9999] = "1", [0] = "0", [2147483] = "2147483", [math.huge] = "inf", [1 / 3] = "0.333" } do
      assert.equal(text, number.seconds(value))
    end
  end)

  it("is what writes every number of seconds in a message", function()
    local count = 0
    for path in select(2, files.run "find lua -name '*.lua'"):gmatch "[^\n]+" do
      local lines = {}
      for line in (files.read(path) .. "\n"):gmatch "(.-)\n" do lines[#lines + 1] = line end
      for i, line in ipairs(lines) do
        if line:find "%%s s[^%w]" or line:find '%%s seconds' then
          count = count + 1
          assert.is_truthy((line .. lines[i + 1] .. (lines[i + 2] or "")):find "seconds[_a-z]*%(", path .. ":" .. i)
        end
      end
    end
    assert.is_true(count >= 6)
  end)

  it("writes what reads back as the same", function()
    for _, value in ipairs { 0.1, 1 / 3, 1e300, 5e-324, -2.5, 123456789.123456789, math.maxinteger, 0 } do
      local text = number.exact(value)
      assert.equal(value, tonumber(text))
      assert.is_nil(text:find(",", 1, true))
    end
    assert.equal("0.1", number.exact(0.1))
    assert.equal("9223372036854775807", number.exact(math.maxinteger))
  end)
end)

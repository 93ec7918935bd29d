-- rekognition.timestamp: a response's timestamps as text.

local files = require "spec.support.files"
local rekognition = require "rekognition"

describe("a timestamp", function()
  -- Expected: GNU date's, `date -u -d @N +%FT%T.%3NZ`.
  for seconds, expected in pairs {
    [0] = "1970-01-01T00:00:00Z", [1656512345.678] = "2022-06-29T14:19:05.678Z", [1656512345] = "2022-06-29T14:19:05Z",
    [1.0] = "1970-01-01T00:00:01Z", [-1] = "1969-12-31T23:59:59Z", [-0.5] = "1969-12-31T23:59:59.500Z",
    [-62167219200] = "0000-01-01T00:00:00Z", [-62135596800] = "0001-01-01T00:00:00Z", [-62135596799.5] = "0001-01-01T00:00:00.500Z",
    [-30641760001] = "0998-12-31T23:59:59Z", [0.9996] = "1970-01-01T00:00:01Z", [951782400] = "2000-02-29T00:00:00Z", [253402300799] = "9999-12-31T23:59:59Z",
  } do
    it("is written in ISO 8601: " .. seconds, function()
      assert.equal(expected, rekognition.timestamp.format(seconds))
    end)
  end

  -- Zones whose names begin with right/ count leap seconds, by which gmtime() differs from UTC.
  it("is the same in a zone that counts leap seconds", function()
    local ok, output = files.run([[TZ=right/UTC script/lua -e 'io.write(require("rekognition").timestamp.format(1656512345.678), " ",
      require("rekognition.emulator.http").date(784111777), " ", require("rekognition.cli.text").time(1656512345))']])
    assert.is_true(ok, output)
    assert.equal("2022-06-29T14:19:05.678Z Sun, 06 Nov 1994 08:49:37 GMT 2022-06-29 14:19", output)
  end)

  it("is written with os.date as the documentation says", function()
    assert.equal("2022-06-29 14:19:05", os.date("!%F %T", math.floor(1656512345.678)))
  end)

  for what, value in pairs {
    ["nothing"] = false, ["a text"] = "1656512345", ["not a number"] = 0 / 0, ["infinity"] = math.huge, ["year 10000"] = 253402300800,
    ["a table"] = {},
  } do
    it("is refused: " .. what, function()
      local ok, e = pcall(rekognition.timestamp.format, value)
      assert.is_false(ok)
      assert.is_true(rekognition.error.is(e, "validation"))
      assert.matches("seconds must be a number of seconds since 1970", tostring(e), 1, true)
    end)
  end
end)

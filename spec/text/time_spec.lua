local timestamp = require "rekognition.text.time"

describe("timestamps", function()
  -- Values by GNU date -u -d TEXT +%s.
  local good = {
    ["1970-01-01T00:00:00Z"] = 0,
    ["2009-02-13T23:31:30Z"] = 1234567890,
    ["2022-05-02T18:36:00+00:00"] = 1651516560,
    ["2022-05-02T18:36:00+02:00"] = 1651509360,
    ["2022-05-02T18:36:00-0130"] = 1651521960,
    ["2024-02-29T00:00:00z"] = 1709164800,
    ["2080-10-16T03:56:45UTC"] = 3496276605,
    ["2016-12-31T23:59:60Z"] = 1483228800, -- a leap second: as the next midnight
  }
  for text, epoch in pairs(good) do
    it("reads " .. text, function() assert.equal(epoch, timestamp.parse(text)) end)
  end

  it("keeps a fraction", function()
    assert.near(1234567890.25, timestamp.parse("2009-02-13T23:31:30.25Z"), 1e-6)
  end)

  local bad = {
    "", "2022-05-02", "2022-05-02T18:36:00", "2022-13-02T18:36:00Z", "2023-02-29T00:00:00Z", "2022-05-00T18:36:00Z",
    "2022-05-02T24:00:00Z", "2022-05-02T18:60:00Z", "2022-05-02T18:36:00+2:00", "2022-05-02T18:36:00Zjunk",
    "2022-05-02T18:36:00+25:00", "1651516560", ("1"):rep(1000), "2022-05-02T18:36:00.Z",
  }
  for _, text in ipairs(bad) do
    it("refuses " .. text:sub(1, 40), function() assert.is_nil(timestamp.parse(text)) end)
  end

  it("refuses what is no text", function()
    assert.is_nil(timestamp.parse(nil))
    assert.is_nil(timestamp.parse(1234567890))
    assert.is_nil(timestamp.parse({}))
  end)

  it("writes whole seconds in UTC", function()
    assert.equal("2009-02-13T23:31:30Z", timestamp.format(1234567890.9))
  end)
end)

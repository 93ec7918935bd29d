local time = require "rekognition.text.time"

describe("text.time", function()
  -- Values by GNU date -u -d TEXT +%s.
  local good = {
    ["1970-01-01T00:00:00Z"] = 0,
    ["2009-02-13T23:31:30Z"] = 1234567890,
    ["2022-05-02T18:36:00+00:00"] = 1651516560,
    ["2022-05-02T18:36:00+02:00"] = 1651509360,
    ["2022-05-02T18:36:00-0130"] = 1651521960,
    ["2022-05-02T18:36:00+02"] = 1651509360,
    ["2024-02-29T00:00:00z"] = 1709164800,
    ["2080-10-16T03:56:45UTC"] = 3496276605,
    ["2080-10-16T03:56:45 UTC"] = 3496276605,
    ["2080-10-16T03:56:45GMT"] = 3496276605,
    ["2016-12-31T23:59:60Z"] = 1483228800, -- a leap second: as the next midnight
    -- What botocore's parser takes beyond RFC 3339.
    ["2099-01-01T00:00Z"] = 4070908800,
    ["2099-01-01 00:00+00:00"] = 4070908800,
    ["2099-01-01T00Z"] = 4070908800,
    ["2099-01-01t00:00:00Z"] = 4070908800,
    ["20990101T000000Z"] = 4070908800,
    ["20990101T0000Z"] = 4070908800,
    ["2099/01/01T00:00:00Z"] = 4070908800,
    ["2099-1-1T00:00:00Z"] = 4070908800,
    ["20220502T183600+0200"] = 1651509360,
    ["Sun, 06 Nov 1994 08:49:37 GMT"] = 784111777,
    ["2022-05-02T18:36:00+2:00"] = 1651509360,
    ["2022-05-02T18:36:00+2"] = 1651509360,
    ["2022-05-02T18:3Z"] = 1651514580,
    ["2022-05-02  18:36:0 Z"] = 1651516560,
    ["2022-05-02, 18:36:00 +0200"] = 1651509360,
    ["2022-05-02T18:36:00+02:00 (CEST)"] = 1651509360,
    ["20220502183600Z"] = 1651516560,
    ["202205021836+00"] = 1651516560,
    [" \t2022-05-02T18:36:00Z\r\n"] = 1651516560,
    ["2022-05-02 6:36 PM UTC"] = 1651516560,
    ["2022-05-02 6pm UTC"] = 1651514400,
    ["2022-05-02 12:00 am Z"] = 1651449600,
    ["2022-05-02 18h36m00s UTC"] = 1651516560,
    ["2022-May-02 18:36:00 UTC"] = 1651516560,
    ["2022 May 2 18:36:00 UTC"] = 1651516560,
    ["05/02/2022 18:36:00 UTC"] = 1651516560, -- the month first, as in the USA
    ["13/05/2022 18:36:00 UTC"] = 1652466960, -- no month is 13
    ["02-May-2022 18:36:00 UTC"] = 1651516560,
    ["02/May/2022 18:36:00 +0000"] = 1651516560,
    ["2 May 2022 18:36:00 +0000"] = 1651516560,
    ["Mon, 2 May 2022 20:36:00 +0200"] = 1651509360 + 7200, -- date -R
    ["Mon May  2 18:36:00 UTC 2022"] = 1651516560, -- date
    ["Mon May  2 06:36:00 PM UTC 2022"] = 1651516560,
    ["Mon May  2 18:36:00 2022 +0000"] = 1651516560, -- git
    ["May 2, 2022 18:36:00 UTC"] = 1651516560,
    ["MAY. 2, 2022 at 18:36 UTC"] = 1651516560,
    ["Monday, 02-May-22 18:36:00 UTC"] = 1651516560,
    ["18:36:00 2022-05-02 UTC"] = 1651516560,
    ["18:36:00Z 2022-05-02"] = 1651516560,
    ["20:36 +0200, Mon, 2 May 2022"] = 1651516560,
    ["6:36 p.m. UTC May 2nd, 2022"] = 1651516560,
    ["2nd of May 2022 18h36 UTC"] = 1651516560,
    ["May-02-2022 18:36:00 UTC"] = 1651516560,
    ["02May2022 18:36:00 UTC"] = 1651516560,
    ["May2,2022 18h +0000"] = 1651514400,
    ["2022-05-02T19:36:00+1:0"] = 1651516560,
    ["2022-05-02 18:36:00 UTC+3"] = 1651516560 + 10800, -- as POSIX's TZ: three hours west
    ["1651516560"] = 1651516560,
  }
  for text, epoch in pairs(good) do
    it("reads " .. text, function()
      assert.equal(epoch, time.parse(text))
      assert.equal("integer", math.type(time.parse(text)))
    end)
  end

  it("keeps a fraction, with a point or a comma, of a second or a minute", function()
    assert.near(1234567890.25, time.parse("2009-02-13T23:31:30.25Z"), 1e-6)
    assert.near(1234567890.25, time.parse("2009-02-13T23:31:30,25Z"), 1e-6)
    assert.near(1234567890, time.parse("2009-02-13T23:31.5Z"), 1e-6)
  end)

  local bad = {
    "", "2022-05-02", "2022-05-02T18:36:00", "2022-13-02T18:36:00Z", "2023-02-29T00:00:00Z", "2022-05-00T18:36:00Z",
    "2022-05-02T24:00:00Z", "2022-05-02T18:60:00Z", "2022-05-02T18:36:00Zjunk",
    "2022-05-02T18:36:00+25:00", "16515165", "165151656000", ("1"):rep(1000), "2022-05-02T18:36:00.Z", "2022-05/02T18:36:00Z",
    "2022-05-02T", "2022-05-02TZ", "2022-05-02T1Z", "2022-05-02T18:36:00.5", "2022-05-02T18.5Z",
    "2022-05-02T18:36:00\0Z", "2022-05-02T18:36:00 EST", "May 2 18:36:00 UTC", "Mon May  2 18:36:00 2022 CET",
    "2022050218:36:00Z", "2022-05-02 13 PM Z", "2022-05-02 0 AM Z", "2022-May-32T18:36:00Z", "32 May 2022 18:36:00Z",
    "2022-05-02T18:36:00+02:60", "2022-05-02T18:36:00 Z Z", "Foo, 02 May 2022 18:36:00 +0000", "02/05/22 18:36:00 UTC",
    "2022-05-02T18:36:00+100", "18:36 UTC 2022-05-02 UTC", "May#2 2022 18:36Z", "2nd of 2022 18:36Z", "18:36 UTC",
  }
  for _, text in ipairs(bad) do
    it(("refuses %q"):format(text:sub(1, 40)), function() assert.is_nil(time.parse(text)) end)
  end

  it("refuses what is not a text", function()
    for _, parse in ipairs { time.parse, time.parse_http } do
      assert.is_nil(parse(nil))
      assert.is_nil(parse(1234567890))
      assert.is_nil(parse({}))
    end
  end)

  -- RFC 9110, section 5.6.7: the three forms of its own example.
  for _, text in ipairs {
    "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
  } do
    it("reads the HTTP date " .. text, function()
      assert.equal(784111777, time.parse_http(text, 1790000000))
    end)
  end

  it("reads an asctime date with a day of two digits", function()
    assert.equal(785321377, time.parse_http "Sun Nov 20 08:49:37 1994")
  end)

  it("takes a year of two digits for one within 50 years", function()
    local now = 1790000000 -- 2026-09-21
    local function year(text) return time.format(time.parse_http(text, now)):sub(1, 4) end
    assert.equal("2026", year "Sunday, 06-Nov-26 08:49:37 GMT")
    assert.equal("2076", year "Friday, 06-Nov-76 08:49:37 GMT")
    assert.equal("1977", year "Sunday, 06-Nov-77 08:49:37 GMT")
    assert.equal("1999", year "Saturday, 06-Nov-99 08:49:37 GMT")
  end)

  for _, text in ipairs {
    "", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 6 Nov 1994 08:49:37 GMT",
    "Foo, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
    "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 1994 08:61:37 GMT",
    "Sun, 06 Nov 1994 08:49:61 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun Nov 06 08:49:37 1994 GMT",
    "Sun, 06 Nov 1994 08:49:37 GMT ", ("A"):rep(1000),
  } do
    it(("refuses the HTTP date %q"):format(text:sub(1, 40)), function()
      assert.is_nil(time.parse_http(text, 1790000000))
    end)
  end

  it("writes whole seconds in UTC", function()
    assert.equal("2009-02-13T23:31:30Z", time.format(1234567890.9))
    assert.equal("1970-01-01T00:00:00Z", time.format(0))
    assert.equal("1969-12-31T23:59:59Z", time.format(-0.5))
    assert.equal("9999-12-31T23:59:59Z", time.format(253402300799))
  end)

  it("reads what it writes, on every day of 400 years", function()
    local day = 86400
    for number = -146097, 146097, 13 do
      local epoch = number * day + number % day
      assert.equal(epoch, time.parse(time.format(epoch)))
    end
  end)

  it("agrees with the C library's calendar", function()
    for epoch = 0, 4102444800, 9876543 do
      assert.equal(os.date("!%Y-%m-%dT%H:%M:%SZ", epoch), time.format(epoch))
    end
  end)
end)

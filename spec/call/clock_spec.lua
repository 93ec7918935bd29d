-- The Date of a refusal, in forms that servers and gateways really write. RFC 9110, section 5.6.7: recipients "are
-- encouraged to be robust in parsing timestamps".

local clocks = require "rekognition.call.clock"
local rekognition = require "rekognition"

local NOW, LATER = 1764250000, 1764257200 -- 2025-11-27T13:26:40Z, and two hours later

describe("the clock", function()
  for _, date in ipairs {
    "Thu, 27 Nov 2025 15:26:40 GMT", "Thursday, 27-Nov-25 15:26:40 GMT", "Thu Nov 27 15:26:40 2025",
    "Thu, 27 Nov 2025 15:26:40 UTC", "Thu, 27 Nov 2025 15:26:40 +0000", "Thu, 27 Nov 2025 17:26:40 +0200",
    "Thu, 27-Nov-2025 15:26:40 GMT", "27 Nov 2025 15:26:40 GMT", "2025-11-27T15:26:40Z",
  } do
    it("is corrected by the Date " .. date, function()
      local clock = clocks.new(function() return NOW end)
      assert.is_true(clock:correct("RequestTimeTooSkewed", { date = date }, 0))
      assert.equal(LATER, clock:now())
    end)
  end

  for _, date in ipairs { "", "x", "Thu, 27 Nov 2025 15:26:40", "Thu, 27 Nov 2025 24:01:00 GMT", "Mon, 31 Nov 2025 15:26:40 GMT",
    "Thu, 27 Nov 2025 15:26:40 GMT, Thu, 27 Nov 2025 15:26:40 GMT", "27 Nov 2025", "15:26:40 GMT", "1960-01-01T00:00:00Z" } do
    it("is left alone by the Date " .. ("%q"):format(date), function()
      local clock = clocks.new(function() return NOW end)
      assert.is_false(clock:correct("RequestTimeTooSkewed", { date = date }, 0))
      assert.equal(NOW, clock:now())
    end)
  end
end)

describe("headers of a host's transport", function()
  it("may have blanks round their values: a transport that splits lines leaves them", function()
    local count = 0
    local client = rekognition.client {
      region = "us-east-1", credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE" },
      clock = function() return NOW end, sleep = function() end,
      http = function()
        count = count + 1
        if count > 1 then return { status = 200, headers = { ["X-Amzn-RequestId"] = " two\r" }, body = "{}" } end
        return { status = 400, body = "", headers = { { "Date", " Thu, 27 Nov 2025 15:26:40 GMT\r" },
          { "x-amzn-ErrorType", " RequestTimeTooSkewed:http://internal\t" }, { "X-Amzn-RequestId", "  one " } } }
      end,
    }
    local _, metadata = client:describe_projects()
    assert.same({ 2, "two" }, { metadata.attempts, metadata.request_id })
    client:close()
  end)
end)

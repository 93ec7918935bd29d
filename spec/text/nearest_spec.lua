local nearest = require "rekognition.text.nearest"

describe("the nearest name", function()
  local names = { "access_key_id", "secret_access_key", "timeout", "connect_timeout", "before_attempt" }
  for given, expected in pairs {
    accessKeyId = "access_key_id", ["access-key-id"] = "access_key_id", timeot = "timeout", TIMEOUT = "timeout",
    before = "before_attempt", connect_timout = "connect_timeout", xyz = false, [""] = false, t = false,
    [("timeout"):rep(100)] = false,
  } do
    it("to " .. given:sub(1, 20) .. " is " .. tostring(expected), function()
      assert.equal(expected or nil, nearest.of(given, names))
    end)
  end

  it("to what is not a string does not exist", function()
    assert.is_nil(nearest.of(7, names))
    assert.equal("", nearest.hint({}, names))
    assert.equal(", did you mean timeout?", nearest.hint("timeot", names))
  end)
end)

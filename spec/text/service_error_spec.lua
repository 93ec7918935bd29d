local service_error = require "rekognition.text.service_error"

local function read(body, headers, status)
  return service_error.read(status or 400, headers or {}, body)
end

describe("an error's code", function()
  for body, code in pairs {
    ['{"__type":"ns#Name"}'] = "Name", ['{"__type":"a#b#Name"}'] = "Name", ['{"__type":"Name:http://x"}'] = "Name",
    ['{"code":" Name "}'] = "Name", ['{"Code":"Name"}'] = "Name", ['{"__type":""}'] = "BadRequest",
    ['{"__type":5}'] = "BadRequest", ["[]"] = "BadRequest", ["<html>"] = "BadRequest", [""] = "BadRequest",
    ['{"__type":"' .. ("x"):rep(300) .. '"}'] = "BadRequest", ['{"__type":"a\\nb"}'] = "BadRequest",
  } do
    it("in " .. body:sub(1, 40) .. " is " .. code, function() assert.equal(code, read(body).code) end)
  end

  it("comes from the header first", function()
    assert.equal("FromHeader", read('{"__type":"FromBody"}', { ["x-amzn-errortype"] = "FromHeader:http://x" }).code)
  end)
end)

describe("an error's message", function()
  it("is bounded, and ends between two characters", function()
    local message = read('{"__type":"X","message":"' .. ("é"):rep(4000) .. '"}').message
    assert.is_true(#message <= 2052)
    assert.is_truthy(utf8.len(message))
  end)
end)

describe("an error's body over a megabyte", function()
  it("is only shown, since no error of AWS's is so long", function()
    local body = '{"__type":"X","message":"m","more":"' .. ("a"):rep(1 << 20) .. '"}'
    local fields = read(body)
    assert.equal("BadRequest", fields.code)
    assert.is_nil(fields.details)
    assert.truthy(fields.message:find('no AWS error in the response: {"__type":"X"', 1, true), fields.message)
    assert.equal("X", read(body, { ["x-amzn-errortype"] = "X" }).code)
  end)
end)

describe("reading an error", function()
  local hostile = {
    function(n) return '{"__type":"' .. ("a "):rep(n) .. '"}' end,
    function(n) return '{"__type":"' .. ("a"):rep(n) .. '"}' end,
    function(n) return '{"__type":"' .. ("#"):rep(n) .. '"}' end,
    function(n) return '{"message":"' .. ("x-amz-security-token"):rep(n // 8) .. '"}' end,
    function(n) return '{"message":"' .. ("x-amz-security-token: "):rep(n // 8) .. '"}' end,
    function(n) return '{"message":"' .. ("\\u0025"):rep(n) .. '"}' end,
    function(n) return (" "):rep(n) .. "x" end,
    function(n) return ("a "):rep(n) end,
    function(n) return ("["):rep(n) end,
    function(n) return '{"a":' .. ('["x",'):rep(n) end,
  }
  local function steps(body, headers)
    local count = 0
    debug.sethook(function() count = count + 1 end, "", 100)
    service_error.read(400, headers or {}, body, { ("secret"):rep(20) })
    debug.sethook()
    return count
  end
  for index, make in ipairs(hostile) do
    it(("takes steps in proportion to its length, %d"):format(index), function()
      local one, eight = steps(make(4000)), steps(make(32000))
      assert.is_true(eight <= 10 * one + 200, ("%d, %d"):format(one, eight))
      local short = steps("", { ["x-amzn-errortype"] = make(4000) })
      local long = steps("", { ["x-amzn-errortype"] = make(32000) })
      assert.is_true(long <= 10 * short + 200, ("%d, %d"):format(short, long))
    end)
  end
end)

local header_map = require "rekognition.text.header_map"
local support = require "spec.support.http_server"

-- The bytes that a function allocates.
local function bytes(f)
  collectgarbage()
  collectgarbage "stop"
  local before = collectgarbage "count"
  f()
  local after = collectgarbage "count"
  collectgarbage "restart"
  return after - before
end

describe("headers of one name", function()
  it("are joined, in their order", function()
    assert.same({ a = "1, 2, 3", b = "4" }, header_map.of { { "A", "1" }, { "b", "4" }, { "a", "2" }, { "a", "3" } })
    assert.same({ a = "1, 2" }, header_map.of { { "A", "1" }, a = "2" })
    assert.same({ a = "1 2, 3", b = "" }, header_map.of { { "A", " 1 2\t" }, { "a", "3\r" }, b = " " })
  end)

  it("cost memory in proportion to their number", function()
    local function of(count)
      local list = {}
      for index = 1, count do list[index] = { "a", "b" } end
      return bytes(function() header_map.of(list) end)
    end
    of(10)
    local one, eight = of(1000), of(8000)
    assert.is_true(eight <= 10 * one, ("%.0f, %.0f"):format(one, eight))
  end)
end)

describe("headers of one name from a server", function()
  local rekognition, client, server
  setup(function()
    rekognition = require "rekognition"
    server = support.start()
  end)
  teardown(support.stop)

  local function headers_of(count)
    client = rekognition.client { region = "us-east-1", env = {}, endpoint = "http://" .. server.plain .. "/one-name/" .. count,
      credentials = { access_key_id = "AKID", secret_access_key = "SECRET" } }
    local _, metadata = client:call("DescribeProjects", {})
    return metadata
  end

  it("are joined, in their order, and cost memory in proportion to their number", function()
    assert.equal("0, 1, 2", headers_of(3).headers["x-one"])
    assert.equal("0", headers_of(1).headers["x-one"])
    local few, many = headers_of(500), headers_of(4000) -- newer versions of libcurl take 5,000 at most
    local one = bytes(function() return few.headers end)
    local eight = bytes(function() return many.headers end)
    assert.truthy(many.headers["x-one"]:find ", 3999$")
    -- Eight times as many cost 64 times as much where each copies what is there. (Short strings that an earlier spec
    -- left behind cost nothing again, so that it may be more than 8 times.)
    assert.is_true(eight <= 24 * one, ("%.0f, %.0f"):format(one, eight))
  end)
end)

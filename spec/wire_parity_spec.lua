-- What we send against what botocore sends, with the botocore of the distribution.

describe("every operation that the distribution's botocore has", function()
  it("sends what botocore sends, signed as botocore signs it", function()
    local pipe = assert(io.popen("/usr/bin/python3 spec/interop/wire_parity.py script/lua 2 2>&1"))
    local output = pipe:read("a")
    local ok = pipe:close()
    assert.is_true(ok, output)
    assert.is_truthy(output:find("0 wire differences, 0 signature differences", 1, true), output)
  end)
end)

-- examples/hosts/cqueues.lua, in a loop of cqueues.

local emulator = require "spec.support.emulator"
local files = require "spec.support.files"

describe("in a loop of cqueues", function()
  if not pcall(require, "cqueues") then return pending "cqueues is not installed (script/bootstrap hosts)" end

  it("calls are made, and the loop's other coroutines go on", function()
    local running <close> = setmetatable({ emulator.start {} }, { __close = function(self) self[1].stop() end })
    local ok, output = files.run(("AWS_ENDPOINT_URL=%s timeout 60 script/lua examples/hosts/cqueues.lua 2>&1"):format(
      running[1].url))
    assert.is_true(ok, output)
    for _, line in ipairs { "Birds\tmade\n", "not a name!\tValidationException\n", "Fish\tmade\n",
                            "the loop went on meanwhile\n" } do
      assert(output:find(line, 1, true), output)
    end
  end)
end)

-- No pattern searches with the square of the text's length: that is seen by its shape, in the code itself.

local files = require "spec.support.files"
local pattern_cost = require "spec.support.pattern_cost"

-- Patterns whose text is short whatever comes, or which find their place at the first try; and why.
local KNOWN = {
  ['([A-Za-z]+)":{"Bytes":"$'] = "80 bytes of a body",
  ["[A-Za-z0-9_]+$"] = "a name of a function of ours",
  ["([^:]*):()"] = "gmatch over an address of at most 45 bytes that ends in a colon: each try succeeds",
  ["([^.]*)%."] = "gmatch over a host's name that ends in a dot: each try succeeds",
  ["^(.*)/[^/]*$"] = "the last slash is found from the end, and all behind it fits",
  ["^(.*) [^ ]*$"] = "the last blank is found from the end, and all behind it fits",
  ["^({(%d+)(,?)(%d*)})"] = "twelve characters of a pattern of the model",
  ["^@.*[/\\]rekognition[/\\](.+)%.lua$"] = "a path of a file that is loaded",
  ["[0-9]+%.[0-9]+"] = "_VERSION",
  ["--%s is of one copy, not of a plan"] = "not a pattern",
}

describe("the patterns of the library", function()
  it("take steps in proportion to the text", function()
    local ok, list = files.run "find lua bin -name '*.lua' -not -path '*/generated/*'"
    assert(ok, list)
    local found, seen = {}, {}
    for path in list:gmatch("[^\n]+") do
      local number = 0
      for line in io.lines(path) do
        number = number + 1
        for _, problem in ipairs(pattern_cost.problems(line)) do
          seen[problem.pattern] = true
          if not KNOWN[problem.pattern] then
            found[#found + 1] = ("%s:%d: %s: %s"):format(path, number, problem.pattern, problem.problem)
          end
        end
      end
    end
    assert.same({}, found)
    for pattern in pairs(KNOWN) do assert.is_true(seen[pattern], "no longer in the code: " .. pattern) end
  end)
end)

describe("pattern_cost", function()
  for _, pattern in ipairs {
    "^[0-9]+%.?[0-9]*$", "^(-?[0-9]+)%.?([0-9]*)[eE]?([-+]?[0-9]*)$", "[^/]+$", "%s+$", "^%s*(.-)%s*$", "^.-#.-:x",
    "^([^:]+):?(%d*)$", "^A[A-Z]+[0-9A-Z]+$", "^([A-Za-z0-9]+)%d*x", "(%d+)%d-;", "^[^%]]*[%]a]*b",
  } do
    it("knows " .. pattern, function() assert.truthy(pattern_cost.problem(pattern)) end)
  end

  for _, pattern in ipairs {
    "^[0-9]+$", "^([0-9]+)%.([0-9]*)$", "^(.*)$", "^([^:]*):(.*)$", "[^,]+", "^%a+ %d+$", "x[a-z]*", "^.*/(.*)$",
    "^%[([^%]]*)%]$", "[ \t]", "%d", "^([A-Za-z]+)://([^/]+)(.*)$", "^%f[%d]%d+",
  } do
    it("lets " .. pattern .. " pass", function() assert.is_nil(pattern_cost.problem(pattern)) end)
  end

  it("finds the patterns of a line", function()
    assert.same({ { pattern = "[a\"]+$", problem = "it begins with a repetition, and has no ^" } },
      pattern_cost.problems [[  local x = text:match("[a\"]+$"), "a+b"]])
    assert.same({}, pattern_cost.problems [[  -- text:match("a+$")]])
  end)
end)

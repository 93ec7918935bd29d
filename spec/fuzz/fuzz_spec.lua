-- A short run of spec/fuzz/run.lua for every reader; REK_FUZZ_SECONDS gives each as many seconds. And the growth of the
-- steps, compared between a text and one of eight times its length.

local rek_error = require "rekognition.error"
local fuzz = require "spec.fuzz.run"
local targets = require "spec.fuzz.targets"

local SHORT_RUN = 6 -- texts
local seconds = tonumber(os.getenv "REK_FUZZ_SECONDS")

local names = {}
for name in pairs(targets) do names[#names + 1] = name end
table.sort(names)

-- Eight times the text may take eight times the steps, and a part more for what doesn't grow evenly.
local GROWTH, SPARE = 10, 300000

describe("the fuzzer", function()
  local longest = fuzz.longest
  before_each(function() if not seconds then fuzz.longest = 1 << 11 end end)
  after_each(function() fuzz.longest = longest end)

  for _, name in ipairs(names) do
    it("finds nothing in " .. name, function()
      local deadline = seconds and os.time() + seconds
      local count = fuzz.run(targets[name], function(done)
        if deadline then return os.time() < deadline end
        return done < SHORT_RUN
      end, 20261126)
      assert.is_true(count >= 1)
    end)

    it("sees the steps of " .. name .. " grow with the length, and not faster", function()
      local target = targets[name]
      for _, token in ipairs(target.tokens) do
        local function steps(length)
          local text = target.seeds[1] .. token:rep(length // #token)
          local taken, problem = fuzz.steps(math.huge, target.read, text)
          assert.is_true(problem == nil or rek_error.is_error(problem), tostring(problem))
          return taken
        end
        local once, eight_times = steps(128), steps(1024)
        assert.is_true(eight_times <= GROWTH * once + SPARE,
          ("%q: %d steps, and %d for eight times the length"):format(token, once, eight_times))
      end
    end)
  end

  it("finds a pattern that searches with the square of the length", function()
    for name, read in pairs {
      ["^%s*(.-)%s*$"] = function(text) return text:match "^%s*(.-)%s*$" end,
      ["%s+$"] = function(text) return text:gsub("%s+$", "") end,
      [".*#"] = function(text) return text:gsub(".*#", "") end,
    } do
      local planted = { seeds = { " a" }, tokens = { " " }, read = read }
      local ok, why = pcall(fuzz.check, planted, "a" .. (" "):rep(8000) .. "a")
      assert.is_false(ok, name)
      assert.truthy(why:find("more than %d+ steps for %d+ bytes"), why)
    end
  end)

  it("finds an error that is not of the SDK's class", function()
    local planted = { seeds = { "a" }, tokens = { "b" }, read = function(text) return text.x.y end }
    local ok, why = pcall(fuzz.run, planted, function(done) return done < 1 end, 1)
    assert.is_false(ok)
    assert.truthy(why:find("attempt to index", 1, true), why)
  end)
end)

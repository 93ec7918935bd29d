--- Fuzzes every reader of text that is not ours, with a budget of steps: script/lua spec/fuzz/run.lua [SECONDS [TARGET...]]
--
-- SECONDS (10 by default) is the time for each target; without targets, all of spec/fuzz/targets.lua. A text must be
-- read in a number of steps in proportion to its length, whatever is in it: steps of Lua's machine, and those of the
-- patterns too, which run in Lua here (spec/support/counted_patterns.lua). What takes more fails, as does what raises
-- anything but an error of the SDK's class. The last line has the counts.

local root = debug.getinfo(1, "S").source:match("^@(.*)spec/fuzz/") or "./"
package.path = root .. "?.lua;" .. package.path

local counted = require "spec.support.counted_patterns"
local rek_error = require "rekognition.error"
local targets = require "spec.fuzz.targets"

local M = {}

-- Measured: the dearest reader takes some 7700 steps a byte (patterns in Lua are slow, and it reads the text many
-- times). A reader whose steps grow with the square takes ten times as many on the longest texts, and more.
local STEPS_FOR_EACH_BYTE, STEPS_AT_LEAST = 16000, 3000000
local GRAIN = 1000

M.longest = 1 << 13

local COMMON = { " ", "\t", "\n", "a", "0", "%", ".", "-", "\0", "\xC3\xA9", "\xFF", '"', "'", "{", "[", "(", "=", ":", "/", "#" }

-- A generator of its own (xorshift64*), so that a run can be repeated by its seed.
local function generator(state)
  return function(limit)
    state = state ~ (state >> 12)
    state = state ~ (state << 25)
    state = state ~ (state >> 27)
    return ((state * 0x2545F4914F6CDD1D) >> 33) % limit + 1
  end
end

local function token_of(target, random)
  local own = target.tokens
  local index = random(#own + #COMMON)
  return own[index] or COMMON[index - #own]
end

local mutations = {
  function(text, random) -- another byte
    local at = random(#text + 1)
    return text:sub(1, at - 1) .. string.char(random(256) - 1) .. text:sub(at + 1)
  end,
  function(text, random, target) -- a token put in
    local at = random(#text + 1)
    return text:sub(1, at - 1) .. token_of(target, random) .. text:sub(at)
  end,
  function(text, random) -- a piece taken out
    local at = random(#text + 1)
    return text:sub(1, at - 1) .. text:sub(at + random(20))
  end,
  function(text, random, target) -- a run of one token, which is what makes a search long
    local at = random(#text + 1)
    local token = token_of(target, random)
    return text:sub(1, at - 1) .. token:rep(random(M.longest // #token)) .. text:sub(at)
  end,
  function(text, random, target) -- a run of two tokens
    local at = random(#text + 1)
    local pair = token_of(target, random) .. token_of(target, random)
    return text:sub(1, at - 1) .. pair:rep(random(M.longest // #pair)) .. text:sub(at)
  end,
  function(text, random) -- a piece many times over
    local from = random(#text + 1)
    local piece = text:sub(from, from + random(30))
    if piece == "" then return text end
    return text:sub(1, from - 1) .. piece:rep(random(M.longest // #piece)) .. text:sub(from)
  end,
}

--- The steps that a call takes, and what it raised. It is stopped at `most` steps.
---@return integer steps
---@return any problem  nil if it returned
function M.steps(most, f, ...)
  local steps, too_many = 0, {}
  debug.sethook(function()
    steps = steps + GRAIN
    if steps > most then error(too_many, 0) end
  end, "", GRAIN)
  local ok, problem = pcall(counted.with, f, ...)
  debug.sethook()
  if steps > most then return steps, "too many steps" end
  return steps, not ok and problem or nil
end

--- Reads one text. Raises what is wrong.
---@return integer steps
function M.check(target, text)
  local steps, problem = M.steps(STEPS_AT_LEAST + STEPS_FOR_EACH_BYTE * #text, target.read, text)
  if problem == "too many steps" then error(("more than %d steps for %d bytes"):format(steps, #text), 0) end
  if problem ~= nil and not rek_error.is_error(problem) then error(tostring(problem), 0) end
  return steps
end

local function shown(text)
  return ("%q (%d bytes)"):format(#text > 300 and text:sub(1, 300) .. "..." or text, #text)
end

--- Fuzzes a target until `more(count)` says no.
---@return integer inputs
---@return number dearest  the most steps for a byte, of texts of 1000 bytes and more
function M.run(target, more, state)
  local random, pool, count, dearest = generator(state), { table.unpack(target.seeds) }, 0, 0
  pcall(target.read, target.seeds[1]) -- what is done once is not the text's cost
  while more(count) do
    local text = pool[random(#pool)]
    for _ = 1, random(4) do text = mutations[random(#mutations)](text, random, target) end
    text = text:sub(1, M.longest)
    local ok, steps = pcall(M.check, target, text)
    if not ok then error(("input %d: %s\n%s"):format(count, tostring(steps), shown(text)), 0) end
    if #text >= 1000 then dearest = math.max(dearest, steps / #text) end
    if random(20) == 1 and #text < 400 then pool[#pool < 100 and #pool + 1 or random(100)] = text end
    count = count + 1
  end
  return count, dearest
end

local function main(seconds, names)
  if #names == 0 then
    for name in pairs(targets) do names[#names + 1] = name end
    table.sort(names)
  end
  local passed, failed, state = 0, 0, os.time() | 1
  for _, name in ipairs(names) do
    local deadline = os.time() + seconds
    local ok, count, dearest = pcall(M.run, targets[name], function(done)
      return done % 10 ~= 0 or os.time() < deadline
    end, state)
    print(ok and ("%s: %d texts, at most %d steps a byte"):format(name, count, dearest // 1)
      or ("FAIL %s: %s"):format(name, count))
    passed, failed = passed + (ok and 1 or 0), failed + (ok and 0 or 1)
    io.stdout:flush()
  end
  print(("fuzzed from random state %d: %d passed, %d failed"):format(state, passed, failed))
  os.exit(failed == 0 and 0 or 1)
end

if ... ~= "spec.fuzz.run" then
  local names = { ... }
  local seconds = tonumber(table.remove(names, 1)) or 10
  main(seconds, names)
end

return M

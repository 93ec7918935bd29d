--- Mutation fuzzing of the profile parser.
--
--   script/lua spec/fuzz/profile_fuzz.lua [SECONDS [FOLDER]]
--
-- SECONDS is 10 by default; FOLDER's files are seeds too.
-- Every input must be read, its malformed lines reported with file and line; what is read must hold what the parser
-- promises; and the memory that one input takes must stay in proportion to its size.

local root = debug.getinfo(1, "S").source:match("^@(.*)spec/fuzz/") or "./"
package.path = root .. "?.lua;" .. package.path

local ascii = require "rekognition.text.ascii"
local blank = require "rekognition.text.blank"
local files = require "spec.conformance.files"
local profile_file = require "rekognition.config.profile_file"

local M = {}

local PATH = "some/file"
-- Everything allocated on the way, garbage too: one property costs several tables, whatever its length.
local BYTES_FOR_EACH_BYTE, BYTES_AT_LEAST = 1024, 1 << 20
local LONGEST = 1 << 14

M.seeds = {
  "[default]\nregion = us-east-1\n[profile x]\nregion = eu-west-1 # comment\nrole_arn=arn:aws:iam::1:role/r\n",
  "[services s]\nrekognition =\n  endpoint_url = http://127.0.0.1:1\n  x = y ; comment\nsts =\n\turl = z\n",
  "\xEF\xBB\xBF[sso-session my-sso]\r\nsso_region = us-east-1\r\n\r\n; comment\r\n[profile 'a b']\r\nk = v\r\n  w\r\n",
  "[default]\n[profile default]\na: b\n[x\n=\n  = \n[]\n[profile ]\n\0\n\xFF\n",
  "[a]\nk = v\nk = w\n[a]\nk2 =\n    n = 1\n   m = 2\n  \n k3\n",
}

local TOKENS = {
  "[", "]", "=", ":", "#", ";", "\n", "\r", "\r\n", "\t", " ", "  ", "\0", "\xEF\xBB\xBF", "\xFF", "'", '"', "%", "%%",
  "%b()", "[default]\n", "[profile default]\n", "[profile ", "[sso-session ", "[services ", "\n  ", "\n\t", " #", " ;",
  " = ", "==", "\xC3\xA9", "\xE2\x80\xA8", "\x0b", "\x0c", "\x1b[0m", ("x"):rep(300), (" "):rep(300),
  ("\n "):rep(100), ("["):rep(100),
}

-- A generator of its own (xorshift64*), so that a run can be told again by its seed.
local function generator(state)
  return function(limit)
    state = state ~ (state >> 12)
    state = state ~ (state << 25)
    state = state ~ (state >> 27)
    return ((state * 0x2545F4914F6CDD1D) >> 33) % limit + 1
  end
end

local mutations = {
  function(text, random) -- another byte
    local at = random(#text + 1)
    return text:sub(1, at - 1) .. string.char(random(256) - 1) .. text:sub(at + 1)
  end,
  function(text, random) -- a token put in
    local at = random(#text + 1)
    return text:sub(1, at - 1) .. TOKENS[random(#TOKENS)] .. text:sub(at)
  end,
  function(text, random) -- a piece taken out
    local at = random(#text + 1)
    return text:sub(1, at - 1) .. text:sub(at + random(20))
  end,
  function(text, random) -- a piece put in elsewhere
    local from, to = random(#text + 1), random(#text + 1)
    return text:sub(1, to - 1) .. text:sub(from, from + random(100)) .. text:sub(to)
  end,
  function(text, random, seeds) -- the end of another seed
    local other = seeds[random(#seeds)]
    return text:sub(1, random(#text + 1)) .. other:sub(random(#other + 1))
  end,
}

local function check_keys(section)
  for key, value in pairs(section) do
    assert(key == ascii.lower(key) and key ~= "", "a key that is empty or not in lower case")
    if type(value) == "table" then
      check_keys(value)
    else
      assert(not value:find("[\r\0]"), "a value with a CR or NUL")
      assert(value == blank.trim(value), "a value that is not trimmed")
    end
  end
end

local function check_result(result)
  for _, kind in ipairs { "profiles", "sso_sessions", "services" } do
    for name, section in pairs(result[kind]) do
      assert(name ~= "" and not name:find("[\0-\31\127]"), "a name that is empty or holds a control character")
      check_keys(section)
    end
  end
end

local function check_problem(problem)
  assert(problem.path == PATH and problem.line >= 1, "a problem without its place")
  assert(not problem.message:find("[\0-\31\127]"), "a message that is not one line")
end

--- Checks one input, as both kinds of file. Raises what is wrong.
function M.check(text)
  for _, kind in ipairs { "config", "credentials" } do
    collectgarbage "stop"
    local before = collectgarbage "count"
    local result = profile_file.parse(text, { kind = kind, path = PATH, on_problem = check_problem })
    local taken = (collectgarbage "count" - before) * 1024
    collectgarbage "restart"
    check_result(result)
    assert(taken <= BYTES_AT_LEAST + BYTES_FOR_EACH_BYTE * #text,
      ("%d bytes of memory for %d of text"):format(taken, #text))
  end
end

--- Fuzzes until `more()` says no.
---@param more fun(count: integer): boolean
---@param seeds string[]
---@param state integer  what the random numbers begin with, not 0
---@return integer inputs
function M.run(more, seeds, state)
  local random, pool, count = generator(state), table.move(seeds, 1, #seeds, 1, {}), 0
  while more(count) do
    local text = pool[random(#pool)]
    for _ = 1, random(8) do text = mutations[random(#mutations)](text, random, pool) end
    text = text:sub(1, LONGEST)
    local ok, why = pcall(M.check, text)
    if not ok then error(("input %d: %s\n%q"):format(count, tostring(why), text), 0) end
    -- Some of what came out is changed further.
    if random(50) == 1 then pool[#pool < #seeds + 200 and #pool + 1 or #seeds + random(200)] = text end
    count = count + 1
  end
  return count
end

local function main(seconds, folder)
  local seeds = table.move(M.seeds, 1, #M.seeds, 1, {})
  for _, name in ipairs(folder and files.files(folder) or {}) do
    seeds[#seeds + 1] = files.read(folder .. "/" .. name)
  end
  local deadline, state = os.time() + seconds, os.time() | 1
  local count = M.run(function(done) return done % 100 ~= 0 or os.time() < deadline end, seeds, state)
  collectgarbage()
  print(("%d inputs from %d seeds in %d s, none broke the parser (random state %d; %.0f KB in use)"):format(
    count, #seeds, seconds, state, collectgarbage "count"))
end

if ... ~= "spec.fuzz.profile_fuzz" then main(tonumber((...)) or 10, (select(2, ...))) end

return M

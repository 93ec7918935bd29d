-- The JSON reader against lua-cjson, which knows nothing of it, on random documents and on damaged
-- ones: the same value, or a refusal where RFC 8259 refuses. And what our encoder writes, lua-cjson
-- reads to the same value.
--
-- REK_ORACLE_DOCUMENTS says how many documents there are (20000), REK_ORACLE_SEED which (1).
--
-- Where lua-cjson takes what RFC 8259 refuses, or reads it in another way, by intention ours differs:
--   * text that is not UTF-8, in strings and keys: cjson passes it through
--   * control characters in strings, as they stand: cjson passes them through
--   * 0x10, 01, 1., .5, +1, NaN, Infinity, -nan and the like: cjson reads numbers by strtod, more or less
--   * integers beyond 2^53: ours are exact, cjson's are the nearest float
--   * numbers that a float can't hold (1e400): an error, cjson's are infinite
--   * null: absent, also in lists, cjson has a value for it
--   * UTF-16 surrogates that stand alone: both refuse; NUL behind the document: cjson stops there
--   * more than 128 levels: ours refuses, and cjson is told to do the same
local cjson = require("cjson").new()
local codec = require "spec.support.codec"

local core = codec.rekognition
local count = tonumber(os.getenv("REK_ORACLE_DOCUMENTS") or 20000)
local seed = tonumber(os.getenv("REK_ORACLE_SEED") or 1)

cjson.decode_max_depth(128)

-- Chance that is the same on every machine: xorshift64*, so that the host's math.random stays as it is.
local state
local function reseed(n) state = n * 0x9E3779B97F4A7C15 ~ 0x2545F4914F6CDD1D end
local function random(low, high)
  state = state ~ state >> 12
  state = state ~ state << 25
  state = state ~ state >> 27
  return low + ((state * 0x2545F4914F6CDD1D) >> 1) % (high - low + 1)
end
local function pick(list) return list[random(1, #list)] end

-- Documents as text, with the freedom that JSON leaves: white space, escapes, forms of numbers.
local spaces = { "", "", "", "", " ", "\n", "\t\r\n  " }
local pieces = {
  "a", "Z", "0", "key", " ", "é", "€", "😀", "\u{10FFFF}", "\u{7f}", "\\n", "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\r", "\\t",
  "\\u0041", "\\u00e9", "\\u20AC", "\\uD83D\\uDE00", "\\u0000", "\\uffff", "arn:aws:rekognition:us-east-1:111122223333:project/p",
}
local numbers = {
  "0", "-0", "1", "-1", "42", "1.5", "-0.001", "1e3", "1E+3", "2.5e-3", "9007199254740991", "9007199254740993", "0.1",
  "9223372036854775807", "-9223372036854775808", "9223372036854775808", "123456789012345678901234567890", "1.7976931348623157e308",
  "5e-324", "1e-400", "0.0", "-0.0", "0e10", "1656611123.456", "99.99999237060547", "3.141592653589793238462643383279",
}

local function space() return pick(spaces) end

local function a_string()
  local parts = {}
  for i = 1, random(0, 5) do parts[i] = pick(pieces) end
  return '"' .. table.concat(parts) .. '"'
end

local function a_number()
  if random(1, 3) == 1 then return pick(numbers) end
  if random(1, 2) == 1 then return tostring(random(-10 ^ random(1, 15) // 1 | 0, 10 ^ random(1, 15) // 1 | 0)) end
  return ("%s%d.%de%d"):format(pick { "", "-" }, random(0, 10 ^ random(0, 9) // 1 | 0), random(0, 999999), random(-30, 30))
end

local a_value

local function a_list(depth)
  local parts = {}
  for i = 1, random(0, 5) do parts[i] = space() .. a_value(depth + 1) .. space() end
  return "[" .. table.concat(parts, ",") .. "]"
end

local function an_object(depth)
  local parts = {}
  for i = 1, random(0, 5) do parts[i] = space() .. a_string() .. space() .. ":" .. space() .. a_value(depth + 1) .. space() end
  return "{" .. table.concat(parts, ",") .. "}"
end

function a_value(depth)
  local kind = random(1, depth > 5 and 5 or 9)
  if kind <= 2 then return a_string() end
  if kind <= 4 then return a_number() end
  if kind == 5 then return pick { "true", "false", "null" } end
  if kind <= 7 then return a_list(depth) end
  return an_object(depth)
end

local function a_document() return space() .. a_value(1) .. space() end

-- One to three bytes changed, added or taken away.
local function damage(text)
  for _ = 1, random(1, 3) do
    local at = random(1, #text)
    local byte = random(1, 2) == 1 and string.char(random(0, 255)) or pick { '"', "\\", "{", "}", "[", "]", ",", ":", "0", "-", ".", "e", " " }
    local keep = pick { 0, 1, 1, 2 } -- adds, changes, changes, takes one away
    text = text:sub(1, at - 1) .. (keep == 2 and "" or byte) .. text:sub(keep == 0 and at or at + 1)
    if text == "" then return "0" end
  end
  return text
end

-- What cjson read, as ours has it: nothing for null.
local function without_nulls(value)
  if value == cjson.null then return nil end
  if type(value) ~= "table" then return value end
  local result, is_list = {}, value[1] ~= nil
  if is_list then
    for i = 1, #value do result[#result + 1] = without_nulls(value[i]) end
  else
    for key, element in pairs(value) do result[key] = without_nulls(element) end
  end
  return result
end

local function same(ours, theirs)
  if type(ours) ~= type(theirs) then return false end
  if math.type(ours) == "integer" and (ours > 1 << 53 or ours < -1 << 53) then return ours + 0.0 == theirs + 0.0 end
  if type(ours) ~= "table" then return ours == theirs end
  for key, value in pairs(ours) do if not same(value, theirs[key]) then return false end end
  for key in pairs(theirs) do if ours[key] == nil then return false end end
  return true
end

-- Whether RFC 8259 has a reason to refuse what cjson took. Found without our reader: by taking away
-- all strings and looking at what is left.
local function is_against_the_rfc(text)
  if not utf8.len(text) or text:find("\0", 1, true) then return true end
  local bare = text:gsub('\\.', ""):gsub('"([^"]*)"', function(string) return string:find("[%z\1-\31]") and "\1" or "" end)
  if bare:find("\1", 1, true) then return true end
  for word in bare:gmatch("[^%s%[%]{},:]+") do
    local digits = word:match("^%-?(%d+)$") or word:match("^%-?(%d+)%.%d+$") or word:match("^%-?(%d+)[eE][+-]?%d+$")
      or word:match("^%-?(%d+)%.%d+[eE][+-]?%d+$")
    if digits and (#digits == 1 or digits:sub(1, 1) ~= "0") then
      if math.abs(tonumber(word)) == math.huge then return true end
    elseif word ~= "true" and word ~= "false" and word ~= "null" then
      return true
    end
  end
  return bare:find("[\v\f]") ~= nil
end

local function fail(text, number, what)
  error(("document %d of seed %d: %s\n%q"):format(number, seed, what, text), 0)
end

local function compare(text, number)
  local ours, message = core.read_json(text)
  local taken, theirs = pcall(cjson.decode, text)
  if message and taken then
    if not is_against_the_rfc(text) then fail(text, number, "cjson took it, ours said: " .. message) end
  elseif not message and not taken then
    fail(text, number, "ours took it, cjson said: " .. theirs)
  elseif not message and not same(ours, without_nulls(theirs)) then
    fail(text, number, "the values differ")
  end
  return message == nil
end

describe("the JSON reader", function()
  it("gives the values that lua-cjson gives", function()
    reseed(seed)
    for number = 1, count do
      local text = a_document()
      if not compare(text, number) then
        fail(text, number, "ours refused it: " .. select(2, core.read_json(text)))
      end
    end
  end)

  it("refuses damaged documents where RFC 8259 does, and reads the others as lua-cjson does", function()
    reseed(seed + 1)
    local taken = 0
    for number = 1, count do
      if compare(damage(a_document()), number) then taken = taken + 1 end
    end
    assert.is_true(taken > count / 100 and taken < count * 0.9) -- the damage was neither nothing nor all
  end)

  it("differs from lua-cjson where it means to", function()
    for _, text in ipairs {
      '"\xff"', '{"\xff":1}', '"\xed\xa0\x80"', '"a\nb"', '"\1"', "0x10", "[01]", "[1.]", "[.5]", "NaN", "[Infinity]", "[-Infinity]",
      "[nan]", "[1e400]",
    } do
      assert.is_nil((core.read_json(text)))
      assert.is_true(is_against_the_rfc(text))
    end
    assert.equal(9007199254740993, core.read_json("9007199254740993"))
  end)
end)

describe("the JSON writer", function()
  local function plain_string()
    local parts = {}
    for i = 1, random(0, 6) do parts[i] = pick { "a", "é", "€", "😀", '"', "\\", "/", "\0", "\n", "\127", "\31", "key" } end
    return table.concat(parts)
  end

  local function lua_value(depth)
    local kind = random(1, depth > 4 and 4 or 6)
    if kind == 1 then return plain_string() end
    if kind == 2 then return random(-1 << 53, 1 << 53) end
    if kind == 3 then return random(-1 << 53, 1 << 53) * 2.0 ^ random(-80, 80) end
    if kind == 4 then return random(0, 1) == 1 end
    local value = {}
    if kind == 5 then
      for i = 1, random(1, 4) do value[i] = lua_value(depth + 1) end
    else
      for _ = 1, random(1, 4) do value["k" .. plain_string()] = lua_value(depth + 1) end
    end
    return value
  end

  it("writes what lua-cjson reads to the same value", function()
    reseed(seed + 2)
    for number = 1, count // 4 do
      local value = { Token = "t", String = plain_string(), Document = lua_value(1), Long = random(-1 << 53, 1 << 53),
        Double = random(-1 << 53, 1 << 53) / random(1, 1 << 40), Blobs = { [plain_string()] = "foo" } }
      local text = codec.body("TakeEverything", value)
      local theirs = cjson.decode(text)
      for key, blob in pairs(theirs.Blobs) do
        assert(blob == "Zm9v")
        theirs.Blobs[key] = "foo"
      end
      if not same(value, theirs) then fail(text, number, "the values differ") end
      if not same(value, assert(codec.everything:decode("TakeEverything", text))) then
        fail(text, number, "our own reader reads another value")
      end
    end
  end)
end)

local pattern = require "rekognition.emulator.pattern"
local model = require "rekognition.generated.model"
local cjson = require("cjson").new()

-- The model's patterns that Python's `re` understands too: all but those with \p{...}.
local function plain_patterns()
  local patterns = {}
  for _, shape in pairs(model.shapes) do
    if shape.pattern and not shape.pattern:find("\\p", 1, true) then patterns[#patterns + 1] = shape.pattern end
  end
  table.sort(patterns)
  return patterns
end

-- Reads [{pattern, subjects}, ...] from stdin, writes [[true, false, ...], ...], as Java's matches() would say it.
local PYTHON = [=[
import json, re, sys
print(json.dumps([[re.fullmatch(one["pattern"], subject, re.ASCII) is not None for subject in one["subjects"]]
                  for one in json.load(sys.stdin)]))
]=]

local function ask_python(questions)
  local source, input = os.tmpname(), os.tmpname()
  for path, text in pairs { [source] = PYTHON, [input] = cjson.encode(questions) } do
    local file = assert(io.open(path, "w"))
    file:write(text)
    file:close()
  end
  local pipe = assert(io.popen(("python3 -W ignore %s <%s"):format(source, input)))
  local answer = pipe:read("a")
  pipe:close()
  os.remove(source)
  os.remove(input)
  return cjson.decode(answer)
end

local SEEDS = {
  "", "a", "A-1", "under_score", "a.b", "a b", "tab\there", "line\n", "é", "世", "0.1.2", "01.2.3", "10.20.300",
  "arn:aws:rekognition:us-east-1:111122223333:project/p/1656611123456",
  "arn:aws-cn:rekognition:cn-north-1:111122223333:project/" .. ("x"):rep(255) .. "/1",
  "arn:aws:rekognition:us-east-1:111122223333:project/" .. ("x"):rep(256) .. "/1",
  "arn:aws:rekognition:us-east-1:111122223333:project/p/version/v/1656611123456",
  "arn:aws:rekognition:us-east-1:111122223333:project/p/dataset/train/1656611123456",
  "arn:aws:rekognition:us-east-1:111122223333:project/p/dataset/other/1656611123456",
  "arn:aws:rekognition:us-east-1:11112222333:project/p/1", "arn:aws:rekognition:us-east-1:111122223333:project/p/1 ",
  "arn:aws:iam::111122223333:role/name", "arn:aws:sns:us-east-1:111122223333:topic",
  "arn:aws:kinesis:us-east-1:111122223333:stream/s", "arn:aws:kinesisvideo:us-east-1:111122223333:stream/s/1",
  "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed", "1B9D6BCD-bbfd-4b2d-9b5d-ab8dfbbd4bed", "{\"a\":1}", "{}", "{", "deadBEEF",
  "bucket-name", "key:with/every+=,@.-", "It's (fine), really: yes; no?", "a--b", "-a", "a-", "\u{7F}\u{A0}\u{FF}",
  "\u{100}",
}

-- Each seed, and some with one character dropped, doubled or replaced.
local function subjects()
  local list = {}
  for _, seed in ipairs(SEEDS) do
    list[#list + 1] = seed
    for at = 1, utf8.len(seed), 19 do
      local first, last = utf8.offset(seed, at), utf8.offset(seed, at + 1)
      local head, one, tail = seed:sub(1, first - 1), seed:sub(first, last - 1), seed:sub(last)
      list[#list + 1] = head .. tail
      list[#list + 1] = head .. one .. one .. tail
      list[#list + 1] = head .. "/" .. tail
    end
  end
  return list
end

describe("the emulator's patterns", function()
  it("understand every pattern of the model", function()
    local count = 0
    for name, shape in pairs(model.shapes) do
      if shape.pattern then
        local matches, problem = pattern.compile(shape.pattern)
        assert.is_function(matches, name .. ": " .. tostring(problem))
        count = count + 1
      end
    end
    assert.is_true(count >= 40)
  end)

  it("match what Python's re matches", function()
    local texts, questions = subjects(), {}
    local patterns = plain_patterns()
    for _, extra in ipairs { "a|b|", "(a|b)*c?", "a{2}", "a{2,}", "(ab){1,2}", "[^a-c]+", "\\D\\W\\S", "[\\d-]+", "a.c",
                             "(?:x|y)+", "(?!a).*", "[a\\-z]*", "^a$", "(a*)*", "\\u0041", "(a?){3}" } do
      patterns[#patterns + 1] = extra
    end
    for i, text in ipairs { "ab", "abab", "ababab", "aa", "aaa", "abc", "xyz", "b", "xyxy", "a-z", "A", "aab" } do
      table.insert(texts, i, text)
    end
    for i, one in ipairs(patterns) do questions[i] = { pattern = one, subjects = texts } end
    for i, expected in ipairs(ask_python(questions)) do
      local matches = assert(pattern.compile(patterns[i]))
      for j, text in ipairs(texts) do
        assert.equal(expected[j], matches(text), ("%q on %q"):format(patterns[i], text))
      end
    end
  end)

  it("know Unicode's letters, blanks and digits well enough for tags", function()
    local key = pattern.compile(model.shapes.TagKey.pattern)
    for _, good in ipairs { "key1", "a b", "é", "ключ", "標籤", "a\u{A0}b", "x:y/z=+-@_.", "" } do
      assert.is_true(key(good), good)
    end
    for _, bad in ipairs { "aws:x", "a<b", "a\tb", "a,b", "#" } do assert.is_false(key(bad), bad) end
    assert.is_true(key("xaws:"))
  end)

  it("need a time that grows with the text alone", function()
    local matches = pattern.compile("(a*)*(a|a)*b")
    assert.is_false(matches(("a"):rep(2000)))
  end)

  it("say what they don't understand", function()
    for text, problem in pairs {
      ["("] = "missing %)", [")"] = "stray %)", ["*"] = "nothing to repeat", ["a*?"] = "lazy", ["[z-a]"] = "backwards",
      ["\\k"] = "unknown escape", ["\\p{Q}"] = "category", ["(?<a>b)"] = "kind of group", ["["] = "unexpected end",
      ["\\"] = "unexpected end", ["\\u12"] = "unexpected end",
    } do
      local matches, message = pattern.compile(text)
      assert.is_nil(matches)
      assert.matches(problem, message)
    end
  end)

  -- What is long and nearly fits is what costs a backtracking matcher most.
  it("takes steps in proportion to a text's length, for every pattern of the model", function()
    local hard = { "a", "-", "a-", "1", ":", "/", "\\", " ", "é", "arn:aws:", "0.", "{", "x/" }
    for _, shape in pairs(model.shapes) do
      local matches = shape.pattern and pattern.compile(shape.pattern)
      for _, piece in ipairs(matches and hard or {}) do
        for _, tail in ipairs { "", "\n" } do
          local _, few = matches(piece:rep(1000) .. tail)
          local _, many = matches(piece:rep(2000) .. tail)
          assert.is_true(many <= 2.1 * few + 50, shape.pattern .. " " .. piece)
          assert.is_true(few <= 4 * utf8.len(piece:rep(1000)) + 50, shape.pattern .. " " .. piece)
        end
      end
    end
  end)

  it("takes no more steps where repetitions stand in one another", function()
    for _, text in ipairs { "(a*)*b", "(a|a)*b", "(a+)+b", "(a|aa)+b", "(.*)(.*)(.*)b", "(x+x+)+y" } do
      local matches = pattern.compile(text)
      local fits, steps = matches(("a"):rep(20000))
      assert.is_false(fits)
      assert.is_true(steps <= 20001, text)
    end
  end)

  it("goes on when it has met more states than it remembers", function()
    local matches = pattern.compile("[ab]*a[ab]{12}")
    local text, state = {}, 1
    for i = 1, 30000 do
      state = (state * 1103515245 + 12345) % 2147483648
      text[i] = state >> 16 & 1 == 0 and "a" or "b"
    end
    text[#text - 12] = "a"
    assert.is_true((matches(table.concat(text))))
    text[#text - 12] = "b"
    assert.is_false((matches(table.concat(text))))
  end)
end)

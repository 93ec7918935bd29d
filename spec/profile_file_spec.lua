local files = require "spec.conformance.files"
local fuzz = require "spec.fuzz.profile_fuzz"
local profile_file = require "rekognition.config.profile_file"

local function parse(text, kind)
  local warnings = {}
  local result = profile_file.parse(text, {
    kind = kind or "config", path = "the/file",
    on_problem = function(problem) warnings[#warnings + 1] = problem end,
  })
  return result, warnings
end

-- What each text holds by the guide's rules, written down by hand. spec/interop/config_parity.py asks botocore.
local CONFIG = {
  { "nothing", "", {} },
  { "blank lines and comments", "\n  \n\t\n# a\n  ; b\n", {} },
  { "an empty profile", "[profile foo]", { foo = {} } },
  { "[default]", "[default]\na = b", { default = { a = "b" } } },
  { "[profile default] instead of [default]", "[default]\na = 1\nb = 2\n[profile default]\na = 3",
    { default = { a = "3" } }, 1 },
  { "the same the other way round", "[profile default]\na = 3\n[default]\na = 1\nb = 2", { default = { a = "3" } }, 1 },
  { "blanks and tabs in a header", "[ profile\t foo\t]", { foo = {} } },
  { "a header that is indented", "  [default]\n  a = b", { default = { a = "b" } } },
  { "a profile that is indented as a whole", "[default]\n  a = b\n  c = d", { default = { a = "b", c = "d" } } },
  { "a comment behind a header", "[profile foo]; c\na = 1\n[profile bar]# ]\n[default] # x",
    { foo = { a = "1" }, bar = {}, default = {} } },
  { "names of all allowed characters", "[profile some-thing:long/the_one%only.foo@bar+]",
    { ["some-thing:long/the_one%only.foo@bar+"] = {} } },
  { "a quoted name", "[profile \"a b\"]\nk = 1\n[profile 'c d']", { ["a b"] = { k = "1" }, ["c d"] = {} } },
  { "a profile's name keeps its case", "[profile Foo]\n[profile foo]\na = 1", { Foo = {}, foo = { a = "1" } } },
  { "keys are lower-cased", "[default]\nAWS_Region = X", { default = { aws_region = "X" } } },
  { "values are trimmed", "[default]\na \t=\t b c \t\n", { default = { a = "b c" } } },
  { "no blanks at all", "[default]\na=b", { default = { a = "b" } } },
  { "an empty value", "[default]\na =\nb = ", { default = { a = "", b = "" } } },
  { "= in a value", "[default]\na = b=c==", { default = { a = "b=c==" } } },
  { "a colon before =, where botocore splits", "[default]\nc:d=e\naws_secret_access_key:wJalr/bPx=",
    { default = { c = "d=e", aws_secret_access_key = "wJalr/bPx=" } } },
  { "a comment behind a value", "[default]\na = b # c\nd = e\t; f", { default = { a = "b", d = "e" } } },
  { "no comment without a blank before it", "[default]\na = b#c\nd = e;f\ng =#h",
    { default = { a = "b#c", d = "e;f", g = "#h" } } },
  { "a value that is all comment", "[default]\na = # b", { default = { a = "" } } },
  { "a section that comes twice", "[profile x]\na = 1\nb = 1\n[default]\n[profile x]\nb = 2",
    { x = { a = "1", b = "2" }, default = {} } },
  { "a key that comes twice", "[default]\na = 1\nA = 2", { default = { a = "2" } } },
  { "a value of several lines", "[default]\na = b\n  c # d\n\n\te\n", { default = { a = "b\nc # d\ne" } } },
  { "nested keys", "[default]\ns3 =\n  Addressing_Style = path # c\n\n  # comment\n  empty =\na = b",
    { default = { s3 = { addressing_style = "path", empty = "" }, a = "b" } } },
  { "nested keys written twice", "[default]\ns3 =\n a = 1\n b = 1\ns3 =\n b = 2", { default = { s3 = { b = "2" } } } },
  { "CRLF", "[default]\r\na = b\r\n\r\n[profile x]\r\nc = d\r\n", { default = { a = "b" }, x = { c = "d" } } },
  { "CR alone", "[default]\ra = b\r", { default = { a = "b" } } },
  { "a byte order mark", "\xEF\xBB\xBF[default]\na = b", { default = { a = "b" } } },
  { "text beyond ASCII in a value", "[default]\na = \xC3\xA9", { default = { a = "\xC3\xA9" } } },
  { "a bare name in the config file", "[foo]\na = 1\n[default]\nb = 2", { default = { b = "2" } }, 1 },
  { "a section of somebody else's", "[plugins]\ncli = x\n[default]", { default = {} }, 1 },
  { "a name with a blank", "[profile in valid]\na = 1\n[default]", { default = {} }, 1 },
  { "a header without a name", "[profile ]\n[profile]\n[ ]\n[sso-session ]\n[default]", { default = {} }, 4 },
  { "a name beyond ASCII", "[profile \xC3\xA9]\na = 1", { ["\xC3\xA9"] = { a = "1" } } },
  { "a quoted name with a comment's sign", "[profile 'team #1']\na = 1\n[default]\nb = 2",
    { ["team #1"] = { a = "1" }, default = { b = "2" } } },
  { "a quoted name with a bracket", "[profile 'a]b' ] # c\na = 1", { ["a]b"] = { a = "1" } } },
  { "a name quoted in parts, and with a backslash", "[profile a'b c'\"d\"]\n[profile e\\ f]", { ["ab cd"] = {}, ["e f"] = {} } },
  { "a quote without an end in a header", "[profile bob's]\na = 1\n[default]\nb = 2", { default = { b = "2" } }, 1 },
  { "an empty quoted name", "[profile '']\na = 1", {}, 1 },
  { "text behind a header's bracket", "[default] a = 1\nb = 2", { default = { b = "2" } }, 1 },
  { "a comment instead of the bracket", "[default # ]\na = 1", {}, 1 },
  { "a colon instead of =", "[default]\na: b\nc : d = e\nf:\ng:h\nrole_arn:arn:aws:iam::1:role/r",
    { default = { a = "b", c = "d = e", f = "", g = "h", role_arn = "arn:aws:iam::1:role/r" } } },
  { "a colon inside a value", "[default]\na = b: c", { default = { a = "b: c" } } },
  { "Unicode blanks around a name and a value",
    "[default]\n\u{a0}a\u{2003}=\u{a0}b c\u{3000}\u{202f}\n\u{1680}\u{a0} d = e\n\u{2028}\n", { default = { a = "b c\nd = e" } } },
  { "Unicode blanks inside a value", "[default]\na = b\u{a0}c", { default = { a = "b\u{a0}c" } } },
  { "a control character in a quoted name", "[profile 'a\1b']\na = 1", {}, 1 },
  { "[DEFAULT], whose keys every section has", "[DEFAULT]\na = 1\ns3 =\n b = 2\n[profile x]\nA = 3\n[default]\n[DEFAULT]\nc = 4",
    { x = { a = "3", s3 = { b = "2" }, c = "4" }, default = { a = "1", s3 = { b = "2" }, c = "4" } } },
  { "[DEFAULT] alone, which is no profile", "[DEFAULT]\na = 1", {} },
  { "a profile that is named DEFAULT", "[profile DEFAULT]\na = 1\n[profile x]", { DEFAULT = { a = "1" }, x = {} } },
  { "a key with a blank", "[default]\nin valid = 1\n  more\nb = 2", { default = { b = "2" } }, 1 },
}

local CREDENTIALS = {
  { "bare names", "[default]\na = 1\n[foo]\nb = 2", { default = { a = "1" }, foo = { b = "2" } } },
  { "a prefixed name, as a name", "[profile foo]\na = 1\n[foo]\nb = 2",
    { ["profile foo"] = { a = "1" }, foo = { b = "2" } } },
  { "a name with a blank, as the AWS CLI writes it", "[Foo Bar]\na = 1", { ["Foo Bar"] = { a = "1" } } },
  { "a name with a comment's sign", "[team #1]\na = 1\n[b] # c", { ["team #1"] = { a = "1" }, b = {} } },
  { "[DEFAULT], whose keys every section has", "[DEFAULT] # c\na = 1\n[x]\nb = 2", { x = { a = "1", b = "2" } } },
  { "a name with a bracket", "[a]b]\na = 1", { ["a]b"] = { a = "1" } } },
  { "text behind a header's bracket", "[a] b\nc = 1", { a = { c = "1" } }, 1 },
  { "an empty name", "[ ]\na = 1\n[\1]", {}, 2 },
}

-- Lines that break the format: text, line, part of the message, and what is read of the rest.
local BAD = {
  { "a property above any section", "a = 1\n[default]", 1, "above the first section", { default = {} } },
  { "a word above any section", "# c\n\nhello\n  x = y\n[default]\na = 1", 3, "above the first section",
    { default = { a = "1" } } },
  { "no closing bracket", "[default\na = 1\n", 1, "no ']'", {} },
  { "no name in a header", "[]\na = 1", 1, "no name", {} },
  { "a nested line with a colon", "[default]\ns3 =\n  a: b", 3, "no '='", { default = { s3 = {} } } },
  { "a line without =", "[default]\na\n b = 1\nc = 2", 2, "no '='", { default = { c = "2" } } },
  { "no = before a value with colons", "[default]\nrole_arn arn:aws:iam::1:role/r\nb = 1", 2, "no '='", { default = { b = "1" } } },
  { "= in a comment alone", "[default]\na # = b", 2, "no '='", { default = {} } },
  { "no name", "[default]\n= a\nb = 1", 2, "no name before '='", { default = { b = "1" } } },
  { "nothing but =", "[default]\n=", 2, "no name before '='", { default = {} } },
  { "an indented line below a header", "[default]\n  a\nb = 1", 2, "no '='", { default = { b = "1" } } },
  { "a continuation that a header cuts off", "[default]\na = b\n[default]\n  c", 4, "no '='", { default = { a = "b" } } },
  { "a nested line without =", "[default]\ns3 =\n  a\n  b = 1", 3, "no '='", { default = { s3 = { b = "1" } } } },
  { "a nested line without a name", "[default]\ns3 =\n  = a", 3, "no name before '='", { default = { s3 = {} } } },
  { "a NUL", "[default]\na = b\0c\n d = e\nf = 1", 2, "NUL", { default = { f = "1" } } },
  { "a NUL in a continuation", "[default]\na = b\n c\0\n d", 3, "NUL", { default = { a = "b\nd" } } },
  { "UTF-16, little end first", "\xFF\xFE[\0d\0]\0", 1, "UTF-16", {} },
  { "UTF-16, big end first", "\xFE\xFF\0[\0d\0]", 1, "UTF-16", {} },
  { "Latin-1", "[default]\n\na = caf\xE9\nb = 1", 3, "not UTF-8", { default = { b = "1" } } },
  { "a surrogate in UTF-8", "[default]\na = \xED\xA0\x80", 2, "not UTF-8", { default = {} } },
  { "a truncated character at the end", "[default]\na = \xC3", 2, "not UTF-8", { default = {} } },
}

describe("the profile parser", function()
  for _, case in ipairs(CONFIG) do
    it("reads in the config file: " .. case[1], function()
      local result, warnings = parse(case[2])
      assert.same(case[3], result.profiles)
      assert.equal(case[4] or 0, #warnings)
    end)
  end

  for _, case in ipairs(CREDENTIALS) do
    it("reads in the credentials file: " .. case[1], function()
      local result, warnings = parse(case[2], "credentials")
      assert.same({ profiles = case[3], sso_sessions = {}, services = {}, malformed = {} }, result)
      assert.equal(case[4] or 0, #warnings)
    end)
  end

  it("reads sso-sessions and services apart from the profiles", function()
    local result = parse "[sso-session x]\nsso_region = r\n[services x]\nsts =\n  endpoint_url = u\n[profile x]\na = b"
    assert.same({
      sso_sessions = { x = { sso_region = "r" } },
      services = { x = { sts = { endpoint_url = "u" } } },
      profiles = { x = { a = "b" } },
      malformed = {},
    }, result)
  end)

  it("warns with file and line, and without what stands there", function()
    local _, warnings = parse "[default]\n\n[secret]\n[default]\nkey with blank = hunter2\n"
    assert.equal("the/file", warnings[1].path)
    assert.equal(3, warnings[1].line)
    assert.equal(5, warnings[2].line)
    for _, warning in ipairs(warnings) do
      assert.is_nil(warning.message:find("secret", 1, true) or warning.message:find("hunter2", 1, true))
    end
  end)

  for _, case in ipairs(BAD) do
    for _, kind in ipairs { "config", "credentials" } do
      it(("skips and reports in the %s file: %s"):format(kind, case[1]), function()
        local result, problems = parse(case[2], kind)
        assert.equal(1, #problems)
        assert.same({ { path = "the/file", line = case[3], message = problems[1].message, malformed = true } }, problems)
        assert.same(problems, result.malformed)
        assert.truthy(problems[1].message:find(case[4], 1, true), problems[1].message)
        if case[5] then assert.same(case[5], result.profiles) end
      end)
    end
  end

  it("skips a comment that is not UTF-8 like any comment", function()
    local result, problems = parse "[default]\n# caf\xE9\na = b\n"
    assert.same({ { default = { a = "b" } }, {} }, { result.profiles, problems })
  end)

  it("keeps no more than ten problems, and reports all", function()
    local result, problems = parse("[default]\n" .. ("x\n"):rep(25))
    assert.same({ 10, 25 }, { #result.malformed, #problems })
  end)

  it("never shows a line in a report", function()
    for _, text in ipairs { "hunter2", "[default]\nhunter2", "[default]\ns =\n hunter2", "[hunter2", "[hunter2]" } do
      local _, problems = parse(text)
      assert.equal(1, #problems)
      assert.is_nil(problems[1].message:find("hunter2", 1, true))
    end
  end)

  it("survives mutations of hostile files", function()
    local inputs = fuzz.run(function(done) return done < 3000 end, fuzz.seeds, 20261121)
    assert.equal(3000, inputs)
  end)

  it("takes memory in proportion to the file", function()
    for _, part in ipairs { "[profile x]\na = b\n", "  c\n", "# d\n", "\n", "[", (" "):rep(4000) } do
      fuzz.check("[default]\na = b\n" .. part:rep(100000 // #part))
    end
  end)

  it("is tried with every seed of a folder by the conformance suite", function()
    local suite = require "spec.conformance.profile_fuzz_seeds"
    assert.is_true(suite.matches "profile-fuzz-seeds" and suite.matches "profile-fuzz-more")
    assert.is_false(suite.matches "retry-adaptive")
    local folder = os.tmpname()
    os.remove(folder)
    assert(os.execute(("mkdir '%s' && printf '[default]\\na = b\\n' >'%s/good' && printf '[' >'%s/bad'"):format(
      folder, folder, folder)))
    assert.equal(2, #files.files(folder))
    local passed, failed = {}, {}
    suite.run(folder, {
      pass = function(_, name) passed[#passed + 1] = name end,
      fail = function(_, name) failed[#failed + 1] = name end,
    })
    assert.same({ "bad as config", "bad as credentials", "good as config", "good as credentials" }, passed)
    assert.same({}, failed)
    os.execute(("rm -r '%s'"):format(folder))
  end)
end)

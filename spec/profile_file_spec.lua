local errors = require "rekognition.error"
local files = require "spec.conformance.files"
local fuzz = require "spec.fuzz.profile_fuzz"
local profile_file = require "rekognition.config.profile_file"

local function parse(text, kind)
  local warnings = {}
  local result = profile_file.parse(text, {
    kind = kind or "config", path = "the/file",
    on_warning = function(warning) warnings[#warnings + 1] = warning end,
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
  { "a colon in a name", "[default]\nc:d=e", { default = { ["c:d"] = "e" } } },
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
  { "a header without a name", "[profile ]\n[profile]\n[]\n[sso-session ]\n[default]", { default = {} }, 4 },
  { "a name beyond ASCII", "[profile \xC3\xA9]\na = 1", {}, 1 },
  { "a control character in a quoted name", "[profile 'a\1b']\na = 1", {}, 1 },
  { "a key with a blank", "[default]\nin valid = 1\n  more\nb = 2", { default = { b = "2" } }, 1 },
}

local CREDENTIALS = {
  { "bare names", "[default]\na = 1\n[foo]\nb = 2", { default = { a = "1" }, foo = { b = "2" } } },
  { "a prefixed name", "[profile foo]\na = 1\n[foo]\nb = 2", { foo = { b = "2" } }, 1 },
  { "other sections", "[sso-session s]\na = 1\n[services s]\nb =\n  c = d\n[foo]", { foo = {} }, 2 },
  { "a name with a blank", "[in valid]\na = 1", {}, 1 },
}

local BAD = {
  { "a property before any section", "a = 1\n[default]", 1, "section before the first property" },
  { "a word before any section", "# c\n\nhello", 3, "section before the first property" },
  { "no closing bracket", "[default\na = 1", 1, "end with ']'" },
  { "text behind the bracket", "[default] a = 1", 1, "end with ']'" },
  { "a comment in the place of the bracket", "[default # ]", 1, nil },
  { "a line without =", "[default]\na", 2, "no '='" },
  { "a colon in the place of =", "[default]\na : b", 2, "no '='" },
  { "= in a comment alone", "[default]\na # = b", 2, "no '='" },
  { "no name", "[default]\n= a", 2, "a name before '='" },
  { "nothing but =", "[default]\n=", 2, "a name before '='" },
  { "an indented line below a header", "[default]\n  a", 2, "no '='" },
  { "a continuation that a header cuts off", "[default]\na = b\n[default]\n  c", 4, "no '='" },
  { "a nested line without =", "[default]\ns3 =\n  a", 3, "no '='" },
  { "a nested line without a name", "[default]\ns3 =\n  = a", 3, "a name before '='" },
  { "a NUL", "[default]\na = b\0c", 2, "NUL" },
  { "UTF-16, little end first", "\xFF\xFE[\0d\0]\0", 1, "UTF-16" },
  { "UTF-16, big end first", "\xFE\xFF\0[\0d\0]", 1, "UTF-16" },
  { "Latin-1", "[default]\n\na = caf\xE9\n", 3, "not UTF-8" },
  { "a surrogate in UTF-8", "[default]\na = \xED\xA0\x80", 2, "not UTF-8" },
  { "a truncated character at the end", "[default]\na = \xC3", 2, "not UTF-8" },
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
      assert.same({ profiles = case[3], sso_sessions = {}, services = {} }, result)
      assert.equal(case[4] or 0, #warnings)
    end)
  end

  it("reads sso-sessions and services apart from the profiles", function()
    local result = parse "[sso-session x]\nsso_region = r\n[services x]\nsts =\n  endpoint_url = u\n[profile x]\na = b"
    assert.same({
      sso_sessions = { x = { sso_region = "r" } },
      services = { x = { sts = { endpoint_url = "u" } } },
      profiles = { x = { a = "b" } },
    }, result)
  end)

  it("warns with file and line, and without what stands there", function()
    local _, warnings = parse "[default]\n\n[secret]\nkey with blank = hunter2\n"
    assert.equal("the/file", warnings[1].path)
    assert.equal(3, warnings[1].line)
    assert.equal(4, warnings[2].line)
    for _, warning in ipairs(warnings) do
      assert.is_nil(warning.message:find("secret", 1, true) or warning.message:find("hunter2", 1, true))
    end
  end)

  for _, case in ipairs(BAD) do
    for _, kind in ipairs { "config", "credentials" } do
      it(("refuses in the %s file: %s"):format(kind, case[1]), function()
        local ok, why = pcall(parse, case[2], kind)
        assert.is_false(ok)
        assert.is_true(errors.is_error(why))
        assert.equal("config", why.kind)
        assert.equal("the/file", why.path)
        assert.equal(case[3], why.line)
        assert.truthy(why.message:find(("the/file, line %d: "):format(case[3]), 1, true))
        if case[4] then assert.truthy(why.message:find(case[4], 1, true)) end
      end)
    end
  end

  it("never shows a line in an error", function()
    for _, text in ipairs { "hunter2", "[default]\nhunter2", "[default]\ns =\n hunter2", "[hunter2" } do
      local _, why = pcall(parse, text)
      assert.is_nil(tostring(why):find("hunter2", 1, true))
    end
  end)

  it("bears mutations of hostile files", function()
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

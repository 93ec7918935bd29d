-- script/locale_check.lua finds what goes by the process's locale, and nothing else.

local files = require "spec.support.files"

local FOUND = {
  { "lower", "lua", "return (text):lower()" }, { "upper", "lua", 'return string.upper("x")' },
  { "%w", "lua", 'return text:find("^[%w_]+$")' }, { "%s in a pattern", "lua", 'return text:gsub("%s+", " ")' },
  { "%s in a pattern that is kept", "lua", 'local BLANKS = "^%s*$" return BLANKS' },
  { "%a of string.match", "lua", 'return string.match(text, x, "%a")' }, { "%g", "lua", 'return ("%g"):format(1.5)' },
  { "%.2f", "lua", 'return ("%.2f h"):format(x)' }, { "setlocale", "lua", 'os.setlocale("C")' },
  { "names of days", "lua", 'return os.date("!%a, %d %b")' }, { "a date", "lua", 'return os.date("!%Y-%m-%d", t)' },
  { "gmtime_r", "c", "struct tm *f(time_t *t) { return gmtime_r(t, &parts); }" },
  { "a long text", "lua", "return x:match [[%u]]" },
  { "an order of texts", "lua", "table.sort(names_of(x, y))" },
  { "tolower", "c", "int f(int c) { return tolower(c); }" }, { "strtod", "c", "double f(char *s) { return strtod(s, 0); }" },
}

local NOT_FOUND = {
  { "%s in a format", "lua", 'return ("%s: %d of %s-x"):format(a, b, c)' }, { "%d and %x", "lua", 'return text:find("%d%x")' },
  { "a comment", "lua", "-- text:lower() and %w\n--[[ %a ]] return 1" }, { "%%w", "lua", 'return ("100%%what"):format()' },
  { "a date of our own", "lua", 'return time.date, parts.date' }, { "our own", "lua", "return ascii.lower(text)" },
  { "a line with its reason", "lua", 'return ("%g"):format(x) -- locale: put right below' },
  { "an order of our own", "lua", "table.sort(names, ascii.less)" },
  { "isdigit", "c", "int f(int c) { return isdigit(c); }" }, { "a comment of C", "c", " * tolower(c) would go by it" },
}

local function check(case)
  local ok, output
  files.with_folder(function(folder)
    local path = folder .. "/x." .. case[2]
    files.write(path, case[3] .. "\n")
    ok, output = files.run("script/lua script/locale_check.lua " .. path)
  end)
  return ok, output
end

describe("script/locale_check.lua", function()
  for _, case in ipairs(FOUND) do
    it("finds " .. case[1], function()
      local ok, output = check(case)
      assert.is_false(ok)
      assert.truthy(output:find(":1: ", 1, true), output)
    end)
  end

  for _, case in ipairs(NOT_FOUND) do
    it("leaves alone " .. case[1], function()
      local ok, output = check(case)
      assert.is_true(ok, output)
      assert.equal("", output)
    end)
  end
end)

-- The counted patterns against the C library's.

local counted = require "spec.support.counted_patterns"

local PATTERNS = {
  "a", "^a", "a$", "^$", ".", "a*", "a+b", "a-b", "a?b", "(a)(b)", "()a()", "((a)b)", "[ab]+", "[^ab]+", "[a-c]", "[%w_]+",
  "%d+", "%s*$", "^%s*(.-)%s*$", "%b()", "%f[%w]%w+", "(.)%1", "[]]", "[^]]", "[a%]]", "[-a]", "[a-]", "%%", "%.", "(a*(.)b)",
  "^(.-)=(.*)$", ".-", "x*", "%W", "[%a-]+", "\0", "[\0-\31]",
}
local TEXTS = {
  "", "a", "aab", "abab", "a=b", "  trim me ", "(a(b)c)", "THE (quick) fox", "aa bb", "]", "-", "a.b%c", "x\0y", "\xC3\xA9", "hello world 42",
}
local REPLACEMENTS = { "<%0>", "%1%1", "", "%%", function(x) return x == "a" and "!" or nil end, { a = "z", b = 7 } }

describe("counted patterns", function()
  for _, pattern in ipairs(PATTERNS) do
    it(("do what the C functions do: %q"):format(pattern), function()
      for _, text in ipairs(TEXTS) do
        for _, from in ipairs { 1, 2, -1, 0, 5 } do
          assert.same({ string.find(text, pattern, from) }, { counted.find(text, pattern, from) })
          assert.same({ string.match(text, pattern, from) }, { counted.match(text, pattern, from) })
        end
        for _, replacement in ipairs(REPLACEMENTS) do
          assert.same({ string.gsub(text, pattern, replacement) }, { counted.gsub(text, pattern, replacement) })
          assert.same({ string.gsub(text, pattern, replacement, 1) }, { counted.gsub(text, pattern, replacement, 1) })
        end
        local wanted, got = {}, {}
        if pattern:sub(1, 1) ~= "^" then
          for a, b in string.gmatch(text, pattern) do wanted[#wanted + 1] = { a, b } end
          for a, b in counted.gmatch(text, pattern) do got[#got + 1] = { a, b } end
          assert.same(wanted, got)
        end
      end
    end)
  end
end)

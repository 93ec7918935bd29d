-- script/english.lua finds each of its phrases where people read them, and nothing else.

local files = require "spec.support.files"

local FOUND = {
  { "is to be", "lua", "-- It is to be a string." }, { "are to be", "c", "/* They are to be freed. */" },
  { "in the place of", "md", "Use this in the place of that." }, { "is none", "lua", 'error("the region x is none: y")' },
  { "is told", "md", "The fault is told." }, { "are told", "c", "/* Faults are told. */" },
  { "mend", "lua", "-- Nobody can mend it." }, { "mends", "md", "A retry mends it." },
  { "bear", "lua", "-- It must bear a failure." }, { "bears", "c", "// It bears a failure." },
  { "at once", "lua", 'fail("it ends at once")' }, { "where absent", "lua", "---@param n? integer  3 where absent" },
  { "where it is left out", "md", "| option | where it is left out |" },
  { "reckon", "lua", "-- We reckon it." }, { "reckons", "md", "It reckons the cost." },
  { "reckoned", "c", '/* a */ char *s = "it is reckoned so";' },
  { "Gives", "lua", "--- Gives the value." }, { "that gives", "md", "A function that gives a key." },
  { "which gives", "c", "/* f, which gives a key */" }, { "and gives", "lua", "--- Looks, and gives the key." },
  { "the answer", "md", "The answer has two fields." }, { "an answer", "lua", "--[[ an answer of the service ]]" },
  { "no answer", "lua", "error [[there was no answer]]" }, { "its answer", "c", "/* and its answer */" },
  { "answer's", "md", "The answer's status." }, { "anew", "lua", "-- made anew" },
  { "in passing", "md", "A call that fails in passing." }, { "as ever", "lua", 'it("ends as ever")' },
  { "goes before", "lua", "-- the option goes before it" },
}

local NOT_FOUND = {
  { "plain English", "lua", "--- Returns the value, or nil if there is none. It must be a string." },
  { "names", "lua", 'local mend, anew = answer.bears, { bear = "anew" } -- two names' },
  { "names of C", "c", "static int bears(int anew) { return anew; } /* two names */" },
  { "code in a page", "md", "Call `anew()`:\n\n```lua\nlocal x = anew -- and gives\n```" },
  { "many calls at once", "md", "# Many calls at once" }, { "is told to", "lua", "-- It ends when it is told to." },
  { "that gives up", "lua", "-- a call that gives up" }, { "longer words", "md", "It is recommended, amended and forbears." },
  { "a quotation", "lua", 'local AWS = "the value is to be given" -- english: words of AWS' },
  { "an escaped quote", "lua", 'local x = "a \\" b" .. anew' },
}

local function check(case)
  local ok, output
  files.with_folder(function(folder)
    local path = folder .. "/x." .. case[2]
    files.write(path, case[3] .. "\n")
    ok, output = files.run("script/lua script/english.lua " .. path)
  end)
  return ok, output
end

describe("script/english.lua", function()
  for _, case in ipairs(FOUND) do
    it(("finds %q in .%s"):format(case[1], case[2]), function()
      local ok, output = check(case)
      assert.is_false(ok)
      assert.truthy(output:find('instead of "' .. case[1] .. '"', 1, true), output)
      assert.truthy(output:find(":1: write ", 1, true), output)
    end)
  end

  for _, case in ipairs(NOT_FOUND) do
    it("leaves alone " .. case[1], function()
      local ok, output = check(case)
      assert.is_true(ok, output)
      assert.equal("", output)
    end)
  end

  it("finds a phrase across the end of a line, at its first word", function()
    for kind, text in pairs { lua = "-- one\n-- it is to\n-- be\n", c = "/* one\n * it is to\n * be */\n", md = "one\nit is to\nbe\n" } do
      local ok, output = check { "", kind, text }
      assert.is_false(ok)
      assert.truthy(output:find(":2: write ", 1, true), output)
    end
  end)
end)

-- Finds words of our old dialect where plain English has better ones: script/lua script/english.lua [FILE...]
--
-- It reads comments and texts of Lua and C, and Markdown without its code. A text without a space is a name, and is
-- left alone, as is every identifier. A phrase is found across the end of a line too. Without files: all that git knows
-- in the places below. A line that has "english: " and a reason, such as a quotation of AWS's words, is left out.

local PLACES = "lua csrc script spec examples bench model bin docs CHANGELOG.md CONTRIBUTING.md README.md"
local LEFT_OUT = { "/generated/", "^spec/vectors/", "^script/english%.lua$", "^spec/english_spec%.lua$" }

-- What is found, what to write, and what makes it good English after all: words before or after it. A space stands for
-- any blanks and the end of a line. Everything is compared in lower case, but for "Gives" at a sentence's start.
local RULES = {
  { "is to be", "must be" }, { "are to be", "must be" },
  { "in the place of", "instead of" },
  { "is none", "is not a ..., or is missing", before = { "there" } },
  { "is told", "is reported", after = { "to", "apart" } },
  { "are told", "are reported", after = { "to", "apart" } },
  { "mend", "repair" }, { "mends", "repairs" },
  { "bear", "support, tolerate" }, { "bears", "supports, tolerates" },
  { "at once", "immediately", before = { "way", "calls", "requests", "jobs", "problem", "problems", "everything",
    "waits", "images", "models", "copies", "connections", "alternatives", "all", "both" } },
  { "where absent", "default, or: if it is missing" }, { "where it is left out", "default" },
  { "reckon", "compute" }, { "reckoned", "computed" }, { "reckons", "computes" },
  { "Gives", "Returns" },
  { "that gives", "that returns", after = { "up", "back", "way" } },
  { "which gives", "which returns", after = { "up", "back", "way" } },
  { "and gives", "and returns", after = { "up", "back", "way" } },
  { "the answer", "the response" }, { "an answer", "a response" }, { "no answer", "no response" },
  { "its answer", "its response" }, { "answer's", "response's" },
  { "anew", "again" }, { "in passing", "with a temporary error" }, { "as ever", "as usual" },
  { "goes before", "has priority over" },
}

local function spaces(text) return (text:gsub("[^\n]", "\0")) end

-- A piece of prose as it is, or only its line ends.
local function texts_only(text) return text:find(" ", 1, true) and text or spaces(text) end

-- The end of a Lua long bracket that begins at `at`, if one does.
local function long_end(source, at)
  local level = source:match("^%[(=*)%[", at)
  if not level then return nil end
  local _, last = source:find("]" .. level .. "]", at, true)
  return last or #source
end

local function quoted_end(source, at)
  local quote, stop = source:sub(at, at), at + 1
  while stop <= #source do
    local char = source:sub(stop, stop)
    if char == quote or char == "\n" then return stop end
    stop = stop + (char == "\\" and 2 or 1)
  end
  return #source
end

-- Where the comment that begins at `at` ends, if one does.
local COMMENT = {
  lua = function(source, at)
    if source:sub(at, at + 1) ~= "--" then return nil end
    return long_end(source, at + 2) or (source:find("\n", at, true) or #source + 1) - 1
  end,
  c = function(source, at)
    if source:sub(at, at + 1) == "//" then return (source:find("\n", at, true) or #source + 1) - 1 end
    if source:sub(at, at + 1) ~= "/*" then return nil end
    local _, last = source:find("*/", at + 2, true)
    return last or #source
  end,
}

-- The source with all but its comments and texts made NUL; its line ends stay where they are.
local function prose_of_code(source, kind)
  local out, at = {}, 1
  local opens = kind == "lua" and "[-\"'%[]" or "[/\"']"
  while at <= #source do
    local start = source:find(opens, at) or #source + 1
    out[#out + 1] = source:sub(at, start - 1):gsub("[^%s]", "\0")
    if start > #source then break end
    local char, stop = source:sub(start, start), COMMENT[kind](source, start)
    if stop then
      out[#out + 1] = (source:sub(start, stop):gsub("%-%-+", " "):gsub("\n[ \t]*%*", "\n "))
    else
      if char == '"' or char == "'" then stop = quoted_end(source, start)
      elseif kind == "lua" then stop = long_end(source, start) end
      out[#out + 1] = stop and texts_only(source:sub(start, stop)) or "\0"
      stop = stop or start
    end
    at = stop + 1
  end
  return table.concat(out)
end

local function prose_of_markdown(source)
  local out, fenced = {}, false
  for line in (source .. "\n"):gmatch("([^\n]*)\n") do
    local fence = line:find("^ *```")
    if fence then fenced = not fenced end
    out[#out + 1] = (fence or fenced) and "\0" or (line:gsub("`[^`]*`", "\0"))
  end
  return table.concat(out, "\n")
end

local function prose(path, source)
  if path:find("%.md$") then return prose_of_markdown(source) end
  if path:find("%.lua$") then return prose_of_code(source, "lua") end
  if path:find("%.[ch]$") then return prose_of_code(source, "c") end
  return nil
end

-- Whether one of `words` ends the text before a place, or begins the text after it.
local function near(words, text)
  for _, word in ipairs(words or {}) do
    if text == word then return true end
  end
  return false
end

local function excused(rule, text, from, to)
  local before = text:sub(math.max(1, from - 40), from - 1):match("([A-Za-z]+)%s+$")
  local after = text:sub(to + 1, to + 40):match("^%s+([A-Za-z]+)")
  return near(rule.before, before) or near(rule.after, after)
end

local function line_at(source, place)
  local _, ends = source:sub(1, place):gsub("\n", "")
  return ends + 1
end

local function check(path, report)
  local file = assert(io.open(path, "rb"))
  local source = file:read("a")
  file:close()
  local text = prose(path, source)
  if not text then return end
  local lower, lines = text:gsub("[A-Z]", function(char) return string.char(char:byte() + 32) end), {}
  for line in (source .. "\n"):gmatch("([^\n]*)\n") do lines[#lines + 1] = line end
  for _, rule in ipairs(RULES) do
    local pattern = "%f[%w]" .. rule[1]:gsub(" ", "%%s+") .. "%f[^%w]" -- locale: plain ASCII
    local searched, at = rule[1]:find("^[A-Z]") and text or lower, 1
    while true do
      local from, to = searched:find(pattern, at)
      if not from then break end
      local line = line_at(text, from)
      if not excused(rule, lower, from, to) and not lines[line]:find("english: ", 1, true) then
        report(path, line, ('write "%s" instead of "%s"'):format(rule[2], rule[1]))
      end
      at = to + 1
    end
  end
end

local function known_files()
  local list = {}
  local pipe <close> = assert(io.popen("git ls-files " .. PLACES))
  for path in pipe:lines() do
    local skip = false
    for _, pattern in ipairs(LEFT_OUT) do skip = skip or path:find(pattern) end
    if not skip then list[#list + 1] = path end
  end
  return list
end

local found = 0
for _, path in ipairs(#arg > 0 and arg or known_files()) do
  check(path, function(where, line, what)
    found = found + 1
    print(("%s:%d: %s"):format(where, line, what))
  end)
end
os.exit(found == 0)

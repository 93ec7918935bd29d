#!/usr/bin/env lua5.4
-- Finds what goes by the process's locale, which belongs to the host: script/locale_check.lua [FILE...]
--
-- In Lua: string.lower and string.upper; the pattern classes %a %c %g %l %p %s %u %w and their complements; %g, %f and
-- %e in a format (the decimal point); table.sort without an order, which uses `<`; os.setlocale. In C: the functions of
-- <ctype.h> but isdigit and isxdigit, strtod, strcasecmp and their like.
-- TZ belongs to the host as well: os.date in Lua, gmtime and its like in C. Those of UTC go by it too, where it names a
-- zone that counts leap seconds.
-- Without files: all that git knows below lua/, csrc/ and model/. A line that ends in "locale: " and a reason is left
-- out.
--
-- %s is a format far more often than a class. It counts as a class in a text that is passed to find, match, gmatch or
-- gsub first, or that begins with "^" or ends with "$".

local LUA_ALLOWED = { ["lua/rekognition/text/ascii.lua"] = true } -- it names what it replaces

local C_FUNCTIONS = {}
for name in ([[tolower toupper isalnum isalpha isblank iscntrl isgraph islower isprint ispunct isspace isupper strtod
  strtof strtold atof strcasecmp strncasecmp setlocale strcoll strxfrm strftime localeconv]]):gmatch("%S+") do
  C_FUNCTIONS[name] = "the locale"
end
for name in ("gmtime gmtime_r localtime localtime_r mktime timegm ctime ctime_r asctime asctime_r"):gmatch("%S+") do
  C_FUNCTIONS[name] = "TZ"
end

local found = 0

local function report(path, line, what)
  found = found + 1
  print(("%s:%d: %s"):format(path, line, what))
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

-- The tokens of Lua that matter here: texts (with their content), names and signs; comments are left out.
local function tokens(text)
  local list, at, line = {}, 1, 1
  local function long(from)
    local level = text:match("^%[(=*)%[", from)
    if not level then return nil end
    local first = from + #level + 2
    local last = text:find("]" .. level .. "]", first, true) or #text
    return text:sub(first, last - 1), last + #level + 2
  end
  while at <= #text do
    local char = text:sub(at, at)
    local stop
    if text:find("^%-%-", at) then
      local _, after = long(at + 2)
      stop = after or text:find("\n", at, true) or #text + 1
    elseif char == '"' or char == "'" then
      stop = at + 1
      while stop <= #text and text:sub(stop, stop) ~= char do
        stop = stop + (text:sub(stop, stop) == "\\" and 2 or 1)
      end
      list[#list + 1] = { kind = "text", value = text:sub(at + 1, stop - 1), line = line }
      stop = stop + 1
    elseif long(at) then
      local value
      value, stop = long(at)
      list[#list + 1] = { kind = "text", value = value, line = line }
    elseif text:find("^[A-Za-z_]", at) then
      local name, after = text:match("^([A-Za-z0-9_]+)()", at)
      list[#list + 1] = { kind = "name", value = name, line = line }
      stop = after
    else
      if not char:find("[ \t\r\n]") then list[#list + 1] = { kind = "sign", value = char, line = line } end
      stop = at + 1
    end
    local _, lines = text:sub(at, stop - 1):gsub("\n", "")
    at, line = stop, line + lines
  end
  return list
end

local PATTERN_FUNCTIONS = { find = true, match = true, gmatch = true, gsub = true }

-- Whether the text at an index is the first argument of a pattern function's call.
local function is_pattern_argument(list, index)
  local before = list[index - 1]
  if not before then return false end
  if before.value == "(" then before = list[index - 2] end
  return before ~= nil and before.kind == "name" and PATTERN_FUNCTIONS[before.value] == true
end

-- Whether the call of the name at an index has one argument.
local function has_one_argument(list, index)
  local depth = 0
  for at = index + 1, #list do
    local sign = list[at].kind == "sign" and list[at].value
    if sign == "(" or sign == "{" then depth = depth + 1 end
    if sign == ")" or sign == "}" then depth = depth - 1 end
    if sign == "," and depth == 1 then return false end
    if depth == 0 then return true end
  end
  return true
end

local function classes_in(value, is_pattern)
  local list = {}
  value = value:gsub("%%%%", "")
  for class in value:gmatch("%%([acglpsuwACGLPSUW])") do
    if class ~= "s" or is_pattern then list[#list + 1] = "%" .. class end
  end
  if not is_pattern then
    for format in value:gmatch("%%[0-9]*%.?[0-9]*[gfeGE]") do
      if format ~= "%g" then list[#list + 1] = format end
    end
  end
  return list
end

local function check_lua(path, text)
  local lines = {}
  for line in (text .. "\n"):gmatch("(.-)\n") do lines[#lines + 1] = line end
  local function complain(line, what)
    if not (lines[line] or ""):find("locale: %S") then report(path, line, what) end
  end
  local list = tokens(text)
  for index, token in ipairs(list) do
    local before = list[index - 1]
    if token.kind == "text" then
      local is_pattern = is_pattern_argument(list, index) or token.value:find("^%^") ~= nil
        or token.value:find("%$$") ~= nil
      for _, class in ipairs(classes_in(token.value, is_pattern)) do
        complain(token.line, class .. " goes by the locale; write the characters out")
      end
    elseif token.kind == "name" and (token.value == "lower" or token.value == "upper") and before
      and (before.value == ":" or before.value == "." and list[index - 2].value == "string") then
      complain(token.line, token.value .. " goes by the locale; use rekognition.text.ascii")
    elseif token.value == "sort" and before and before.value == "." and list[index - 2].value == "table"
      and has_one_argument(list, index) then
      complain(token.line, "Lua's order of texts goes by the locale; use ascii.sort of rekognition.text")
    elseif token.value == "date" and before and before.value == "." and list[index - 2].value == "os" then
      complain(token.line, "os.date goes by TZ and the locale; use rekognition.text.time")
    elseif token.value == "setlocale" then
      complain(token.line, "the locale belongs to the host")
    end
  end
end

local function check_c(path, text)
  local number = 0
  for line in (text .. "\n"):gmatch("(.-)\n") do
    number = number + 1
    if not line:find("^ ?%*") and not line:find("locale: %S") then
      for name in line:gmatch("([A-Za-z_][A-Za-z0-9_]*) *%(") do
        if C_FUNCTIONS[name] then report(path, number, name .. " goes by " .. C_FUNCTIONS[name]) end
      end
    end
  end
end

local function all_files()
  local pipe = assert(io.popen("git ls-files -co --exclude-standard lua csrc/core csrc/binding csrc/services "
    .. "csrc/startup csrc/emulator model"))
  local list = {}
  for path in pipe:lines() do
    if path:find("%.lua$") or path:find("%.[ch]$") then list[#list + 1] = path end
  end
  pipe:close()
  return list
end

for _, path in ipairs(#arg > 0 and arg or all_files()) do
  local file = io.open(path)
  if file then
    file:close()
    if path:find("%.lua$") and not LUA_ALLOWED[path] then check_lua(path, read(path)) end
    if path:find("%.[ch]$") then check_c(path, read(path)) end
  end
end
os.exit(found == 0 and 0 or 1)

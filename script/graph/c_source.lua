--- What a C file includes, defines and uses, and how long its functions are. A function begins in the first column and
-- ends with a brace there, as clang-format leaves it.

local M = {}

-- The text without comments and the contents of strings; lines stay where they are.
local function without_comments(text)
  local out, at = {}, 1
  while at <= #text do
    local start = text:find("[/\"']", at)
    if not start then break end
    out[#out + 1] = text:sub(at, start - 1)
    local two, one, finish = text:sub(start, start + 1), text:sub(start, start), start
    if two == "/*" then
      finish = select(2, text:find("*/", start + 2, true)) or #text
      out[#out + 1] = text:sub(start, finish):gsub("[^\n]", "")
    elseif two == "//" then
      finish = (text:find("\n", start, true) or #text + 1) - 1
    elseif one == "/" then
      out[#out + 1] = one
    else
      finish = start + 1
      while finish <= #text and text:sub(finish, finish) ~= one do
        finish = finish + (text:sub(finish, finish) == "\\" and 2 or 1)
      end
      out[#out + 1] = one .. one
    end
    at = finish + 1
  end
  out[#out + 1] = text:sub(at)
  return table.concat(out)
end

--- The files that a text includes, by quotes or not: { name, line }.
function M.includes(text)
  local found, line = {}, 0
  for content in (text .. "\n"):gmatch "([^\n]*)\n" do
    line = line + 1
    local name = content:match '^ *# *include *["<]([^">]+)[">]'
    if name then found[#found + 1] = { name = name, line = line } end
  end
  return found
end

-- "int lrek_x(lua_State *state," begins a function whose name is the word before the first parenthesis.
local function begins_function(line)
  line = line:gsub("__attribute__%(%b()%) *", "")
  return line:find "^[A-Za-z_]" and line:match "([A-Za-z_][A-Za-z0-9_]*)%("
end

--- The functions that a text defines: { name, line, lines, static }.
function M.functions(text)
  local found, number, open, started = {}, 0, nil, nil
  for line in (without_comments(text) .. "\n"):gmatch "([^\n]*)\n" do
    number = number + 1
    local name = not open and begins_function(line)
    if name then started = { name = name, line = number, static = line:find "^static" and true or nil } end
    if line:find "^}" and open then
      open.lines = number - open.line + 1
      found[#found + 1] = open
      open = nil
    elseif started and line:find "{$" then
      open, started = started, nil
    elseif started and line:find ";$" then -- a declaration
      started = nil
    end
  end
  return found
end

--- Every name that a text uses, but for those in comments and strings.
function M.words(text)
  local words = {}
  for word in without_comments(text):gmatch "[A-Za-z_][A-Za-z0-9_]*" do words[word] = true end
  return words
end

return M

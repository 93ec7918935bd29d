--- What a Lua file requires, and how long its functions are, read from its tokens.

local M = {}

local function long_bracket(text, at)
  local level = text:match("^%[(=*)%[", at)
  if not level then return nil end
  local _, finish = text:find("]" .. level .. "]", at + #level + 2, true)
  return finish or #text, text:sub(at + #level + 2, finish and finish - #level - 2)
end

local function quoted(text, at)
  local quote = text:match("^[\"']", at)
  if not quote then return nil end
  local finish = at + 1
  while finish <= #text and text:sub(finish, finish) ~= quote do
    finish = finish + (text:sub(finish, finish) == "\\" and 2 or 1)
  end
  return finish, text:sub(at + 1, finish - 1)
end

local function comment(text, at)
  if not text:find("^%-%-", at) then return nil end
  return long_bracket(text, at + 2) or (text:find("\n", at, true) or #text + 1) - 1
end

-- The end, the kind and the value of the token that begins there.
local function token(text, at)
  local finish = comment(text, at)
  if finish then return finish end
  local value
  finish, value = long_bracket(text, at)
  if not finish then finish, value = quoted(text, at) end
  if finish then return finish, "string", value end
  value = text:match("^[A-Za-z_][A-Za-z0-9_]*", at)
  if value then return at + #value - 1, "name", value end
  value = text:match("^%d[A-Za-z0-9_]*", at) or text:match("^%.%.%.?", at) or text:sub(at, at)
  return at + #value - 1, "symbol", value
end

--- The tokens of a text: kind ("name", "string", "symbol"), value, line. Comments are left out.
function M.tokens(text)
  local tokens, at, line, counted = {}, 1, 1, 1
  at = text:match("^#[^\n]*()") or at
  while true do
    at = text:find("[^ \t\r\n]", at)
    if not at then return tokens end
    local _, newlines = text:sub(counted, at - 1):gsub("\n", "")
    line, counted = line + newlines, at
    local finish, kind, value = token(text, at)
    if kind then tokens[#tokens + 1] = { kind = kind, value = value, line = line } end
    at = finish + 1
  end
end

local function is(item, value) return item ~= nil and item.kind ~= "string" and item.value == value end

-- A module's name from the argument that begins at a place: `"x"`, `("x")`, `(, "x")` of pcall, `("x." .. name)`.
-- Returns the name or its beginning, whether the rest is computed, and the place of the last token read.
local function argument(tokens, at)
  if is(tokens[at], ",") or is(tokens[at], "(") then at = at + 1 end
  local item = tokens[at]
  if not item then return nil end
  if item.kind == "string" then return item.value, is(tokens[at + 1], ".."), at end
  return "", true, at
end

-- The names that stand for `lazy` in a file: `local x = require "rekognition.lazy"`, with parentheses or without.
local function lazy_names(tokens)
  local names = {}
  for at, item in ipairs(tokens) do
    local bare = not is(tokens[at - 1], "(")
    local before, after = bare and at - 1 or at - 2, tokens[bare and at + 1 or at + 2]
    if item.kind == "string" and item.value == "rekognition.lazy" and is(tokens[before], "require")
      and is(tokens[before - 1], "=") and not (after and (after.kind == "string" or after.value == "(")) then
      names[tokens[before - 2].value] = true
    end
  end
  return names
end

local function is_definition(tokens, at)
  local before, after = tokens[at - 1], tokens[at + 1]
  return is(before, ".") or is(before, ":") or is(before, "function") or is(before, "local") or is(after, "=")
    or is(after, ".") or after == nil
end

--- What a file requires: a list of { name, line, deferred, computed }. A computed name is its fixed beginning.
function M.requires(tokens)
  local found, lazy = {}, lazy_names(tokens)
  for at, item in ipairs(tokens) do
    local deferred = item.kind == "name" and lazy[item.value] and item.value ~= "require"
    if item.kind == "name" and (deferred or item.value == "require") and not is_definition(tokens, at) then
      local name, computed, last = argument(tokens, at + 1)
      if name then
        found[#found + 1] = { name = name, line = item.line, deferred = deferred or nil, computed = computed or nil }
      end
      -- require("rekognition.lazy") "x"
      local next_at = last and (is(tokens[last + 1], ")") and last + 2 or last + 1)
      if name == "rekognition.lazy" and next_at and tokens[next_at] and tokens[next_at].kind == "string" then
        found[#found + 1] = { name = tokens[next_at].value, line = item.line, deferred = true }
      end
    end
  end
  return found
end

--- Every word of a file that could be the rest of a computed name: its strings, and its keys.
function M.words(tokens)
  local words = {}
  for at, item in ipairs(tokens) do
    local is_key = item.kind == "name" and is(tokens[at + 1], "=") and not is(tokens[at - 1], "local")
    if item.kind == "string" or is_key then words[item.value] = true end
  end
  return words
end

local OPENS = { ["function"] = true, ["if"] = true, ["do"] = true, ["repeat"] = true }
local CLOSES = { ["end"] = true, ["until"] = true }

-- `function M.x:y`, `local function x`, `x = function`
local function name_of(tokens, at)
  local name = ""
  for i = at + 1, #tokens do
    if is(tokens[i], "(") then break end
    name = name .. tokens[i].value
  end
  if name == "" and is(tokens[at - 1], "=") and tokens[at - 2] then name = tokens[at - 2].value end
  return name ~= "" and name or "function"
end

--- The functions of a file: { name, line, lines }.
function M.functions(tokens)
  local open, found = {}, {}
  for at, item in ipairs(tokens) do
    local after_dot = is(tokens[at - 1], ".") or is(tokens[at - 1], ":") -- a field that is called like a keyword
    if item.kind == "name" and not after_dot then
      if OPENS[item.value] then
        open[#open + 1] = item.value == "function" and { name = name_of(tokens, at), line = item.line } or false
      elseif CLOSES[item.value] then
        local ended = table.remove(open)
        if ended then
          ended.lines = item.line - ended.line + 1
          found[#found + 1] = ended
        end
      end
    end
  end
  return found
end

return M

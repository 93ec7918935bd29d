-- Lua's patterns written in Lua, so that each step of a match is counted by a hook: string.find, match, gmatch and gsub
-- in C take no counted step however long they search. `install` puts them where the C functions are, for every
-- `text:find` too. They do what the manual says (Lua 5.4, 6.4.1), checked against the C functions by the specs.

local M = {}

local byte, sub = string.byte, string.sub
local native = { find = string.find, match = string.match, gmatch = string.gmatch, gsub = string.gsub }

local PERCENT, LEFT, RIGHT, DOT, CARET, DOLLAR, MINUS = 37, 91, 93, 46, 94, 36, 45
local STAR, PLUS, QUESTION, OPEN, CLOSE = 42, 43, 63, 40, 41
local NONE, ONE_MORE, POSITION = {}, 0, -2

-- The bytes of each class, by the C functions.
local CLASSES = {}
for class in ("acdglpsuwx"):gmatch(".") do
  local set, complement = {}, {}
  for code = 0, 255 do
    local is = native.find(string.char(code), "%" .. class) ~= nil
    set[code], complement[code] = is, not is
  end
  CLASSES[byte(class)], CLASSES[byte(class) - 32] = set, complement
end

-- Where the single-character part of a pattern ends that begins at p.
local function class_end(pattern, p)
  local code = byte(pattern, p)
  if code == PERCENT then return p + 2 end
  if code ~= LEFT then return p + 1 end
  p = p + 1
  if byte(pattern, p) == CARET then p = p + 1 end
  repeat
    local one = byte(pattern, p)
    if not one then error("malformed pattern", 0) end
    p = p + (one == PERCENT and 2 or 1)
  until byte(pattern, p) == RIGHT
  return p + 1
end

local function in_class(code, class)
  local set = CLASSES[class]
  if set then return set[code] end
  return code == class
end

local function in_set(code, pattern, p, last)
  local negated = byte(pattern, p + 1) == CARET
  if negated then p = p + 1 end
  p = p + 1
  while p < last do
    local one = byte(pattern, p)
    if one == PERCENT then
      if in_class(code, byte(pattern, p + 1)) then return not negated end
      p = p + 2
    elseif byte(pattern, p + 1) == MINUS and p + 2 < last then
      if code >= one and code <= byte(pattern, p + 2) then return not negated end
      p = p + 3
    else
      if code == one then return not negated end
      p = p + 1
    end
  end
  return negated
end

local function single(state, s, p, ep)
  local code = byte(state.text, s)
  if not code then return false end
  local one = byte(state.pattern, p)
  if one == DOT then return true end
  if one == PERCENT then return in_class(code, byte(state.pattern, p + 1)) end
  if one == LEFT then return in_set(code, state.pattern, p, ep - 1) end
  return code == one
end

local do_match

local function max_expand(state, s, p, ep)
  local count = 0
  while single(state, s + count, p, ep) do count = count + 1 end
  for tried = count, 0, -1 do
    local result = do_match(state, s + tried, ep + 1)
    if result then return result end
  end
end

local function min_expand(state, s, p, ep)
  while true do
    local result = do_match(state, s, ep + 1)
    if result then return result end
    if not single(state, s, p, ep) then return nil end
    s = s + 1
  end
end

local function with_capture(state, s, p, length)
  local level = state.level + 1
  state.level = level
  state.starts[level], state.lengths[level] = s, length
  local result = do_match(state, s, p)
  if not result then state.level = level - 1 end
  return result
end

local function end_capture(state, s, p)
  local level = state.level
  while level > 0 and state.lengths[level] ~= NONE do level = level - 1 end
  assert(level > 0, "invalid pattern capture")
  state.lengths[level] = s - state.starts[level]
  local result = do_match(state, s, p)
  if not result then state.lengths[level] = NONE end
  return result
end

local function balance(state, s, p)
  local open, close = byte(state.pattern, p, p + 1)
  if byte(state.text, s) ~= open then return nil end
  local depth = 1
  for at = s + 1, #state.text do
    local code = byte(state.text, at)
    if code == close then
      depth = depth - 1
      if depth == 0 then return at + 1 end
    elseif code == open then
      depth = depth + 1
    end
  end
end

local function back_reference(state, s, index)
  local captured = sub(state.text, state.starts[index], state.starts[index] + state.lengths[index] - 1)
  return sub(state.text, s, s + #captured - 1) == captured and s + #captured or nil
end

local function frontier(state, s, p)
  local ep = class_end(state.pattern, p)
  local before, here = byte(state.text, s - 1) or 0, byte(state.text, s) or 0
  if s == 1 then before = 0 end
  if in_set(before, state.pattern, p, ep - 1) or not in_set(here, state.pattern, p, ep - 1) then return nil end
  return do_match(state, s, ep)
end

local function special(state, s, p)
  local code = byte(state.pattern, p + 1)
  if code == byte "b" then
    local after = balance(state, s, p + 2)
    return true, after and do_match(state, after, p + 4)
  elseif code == byte "f" then
    return true, frontier(state, s, p + 2)
  elseif code and code >= byte "1" and code <= byte "9" then
    local after = back_reference(state, s, code - byte "0")
    return true, after and do_match(state, after, p + 2)
  end
  return false
end

function do_match(state, s, p)
  while true do
    local pattern = state.pattern
    local code = byte(pattern, p)
    if not code then return s end
    if code == OPEN then
      if byte(pattern, p + 1) == CLOSE then return with_capture(state, s, p + 2, POSITION) end
      return with_capture(state, s, p + 1, NONE)
    elseif code == CLOSE then
      return end_capture(state, s, p + 1)
    elseif code == DOLLAR and p == #pattern then
      return s == #state.text + 1 and s or nil
    elseif code == PERCENT then
      local handled, result = special(state, s, p)
      if handled then return result end
    end
    local ep = class_end(pattern, p)
    local suffix = byte(pattern, ep)
    if suffix == QUESTION then
      if single(state, s, p, ep) then
        local result = do_match(state, s + 1, ep + 1)
        if result then return result end
      end
      p = ep + 1
    elseif suffix == STAR then
      return max_expand(state, s, p, ep)
    elseif suffix == PLUS then
      return single(state, s, p, ep) and max_expand(state, s + 1, p, ep) or nil
    elseif suffix == MINUS then
      return min_expand(state, s, p, ep)
    else
      if not single(state, s, p, ep) then return nil end
      s, p = s + 1, ep
    end
  end
end

local function capture(state, index)
  local start, length = state.starts[index], state.lengths[index]
  if length == POSITION then return start end
  return sub(state.text, start, start + length - 1)
end

local function captures(state, first, last)
  if state.level == 0 then return sub(state.text, first, last - 1) end
  local list = {}
  for index = 1, state.level do list[index] = capture(state, index) end
  return table.unpack(list, 1, state.level)
end

local function new(text, pattern)
  return { text = text, pattern = pattern, level = 0, starts = {}, lengths = {} }
end

-- The first match at or after a place: state, first, place behind it.
local function search(text, pattern, from)
  local state = new(text, pattern)
  local anchored = byte(pattern, 1) == CARET
  local s = from
  while s <= #text + 1 do
    state.level = ONE_MORE
    local after = do_match(state, s, anchored and 2 or 1)
    if after then return state, s, after end
    if anchored then return nil end
    s = s + 1
  end
end

local function place(text, from)
  from = from or 1
  if from < 0 then from = math.max(#text + from + 1, 1) end
  return from == 0 and 1 or from
end

function M.find(text, pattern, from, plain)
  text, pattern = tostring(text), tostring(pattern)
  if plain then return native.find(text, pattern, from, true) end
  local state, first, after = search(text, pattern, place(text, from))
  if not state then return nil end
  if state.level == 0 then return first, after - 1 end
  return first, after - 1, captures(state, first, after)
end

function M.match(text, pattern, from)
  text, pattern = tostring(text), tostring(pattern)
  local state, first, after = search(text, pattern, place(text, from))
  if not state then return nil end
  return captures(state, first, after)
end

function M.gmatch(text, pattern)
  local at, last = 1, nil
  return function()
    while at <= #text + 1 do
      local state = new(text, pattern)
      local after = do_match(state, at, 1)
      local first = at
      if after and after ~= last then
        at, last = after, after
        return captures(state, first, after)
      end
      at = at + 1
    end
  end
end

local function replaced(replacement, state, first, after)
  local kind, whole = type(replacement), sub(state.text, first, after - 1)
  local value
  if kind == "function" then
    value = replacement(captures(state, first, after))
  elseif kind == "table" then
    value = replacement[(captures(state, first, after))]
  else
    value = native.gsub(tostring(replacement), "%%(.)", function(digit)
      if digit == "%" then return "%" end
      if digit == "0" then return whole end
      if digit == "1" and state.level == 0 then return whole end
      return tostring(capture(state, tonumber(digit)))
    end)
  end
  return value or whole
end

function M.gsub(text, pattern, replacement, most)
  text, pattern = tostring(text), tostring(pattern)
  local anchored = byte(pattern, 1) == CARET
  local pieces, count, s, last = {}, 0, 1, nil
  while count < (most or math.huge) do
    local state = new(text, pattern)
    local after = do_match(state, s, anchored and 2 or 1)
    if after and after ~= last then
      count = count + 1
      pieces[#pieces + 1] = replaced(replacement, state, s, after)
      s, last = after, after
    elseif s <= #text then
      pieces[#pieces + 1] = sub(text, s, s)
      s = s + 1
    else
      break
    end
    if anchored then break end
  end
  pieces[#pieces + 1] = sub(text, s)
  return table.concat(pieces), count
end

--- Calls a function with these instead of the C functions.
function M.with(f, ...)
  for name in pairs(native) do rawset(string, name, M[name]) end
  local result = table.pack(pcall(f, ...))
  for name, original in pairs(native) do rawset(string, name, original) end
  if not result[1] then error(result[2], 0) end
  return table.unpack(result, 2, result.n)
end

return M

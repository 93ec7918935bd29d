-- Which of Lua's patterns may take more steps than in proportion to the text: by their shape alone.
--
-- Two repetitions whose classes have a character in common search with the square of the length, if nothing that the
-- first one can't match must stand between them and something behind the second can fail: "^[0-9]+%.?[0-9]*$". So does a
-- pattern without "^" that begins with a repetition: "[^/]+$" is tried from every place.

local M = {}

local ALL = {}
for byte = 0, 255 do ALL[byte] = true end

-- The bytes that one item of a pattern, such as "%d", "[^/]" or ".", matches.
local function class_of(item)
  if item == "." then return ALL end
  local class = {}
  for byte = 0, 255 do
    if string.char(byte):find(item) then class[byte] = true end
  end
  return class
end

local function overlap(one, other)
  for byte in pairs(one) do
    if other[byte] then return true end
  end
  return false
end

-- The place behind the item that begins at `at`; nil if it matches no text of its own.
local function item_end(pattern, at)
  local byte = pattern:sub(at, at)
  if byte == "%" then return at + 2 end
  if byte ~= "[" then return at + 1 end
  at = at + 1
  if pattern:sub(at, at) == "^" then at = at + 1 end
  repeat
    at = at + (pattern:sub(at, at) == "%" and 2 or 1)
  until pattern:sub(at, at) == "]" or at > #pattern
  return at + 1
end

-- The items in their order: { class, mark } with "*", "+", "-", "?" or ""; { is_end = true } for "$".
local function items_of(pattern)
  local items, at = {}, pattern:sub(1, 1) == "^" and 2 or 1
  while at <= #pattern do
    local byte, two = pattern:sub(at, at), pattern:sub(at, at + 1)
    if byte == "(" or byte == ")" then
      at = at + 1
    elseif byte == "$" and at == #pattern then
      items[#items + 1], at = { is_end = true }, at + 1
    elseif two == "%f" then
      at = item_end(pattern, at + 2)
    elseif two == "%b" or two:find("^%%[1-9]") then
      items[#items + 1], at = { class = ALL, mark = "" }, at + (two == "%b" and 4 or 2)
    else
      local stop = item_end(pattern, at)
      local mark = pattern:match("^[*+?-]", stop) or ""
      items[#items + 1], at = { class = class_of(pattern:sub(at, stop - 1)), mark = mark }, stop + #mark
    end
  end
  return items
end

local function is_repeated(item) return item.class ~= nil and item.mark:find("^[*+-]$") ~= nil end

-- Whether what stands from an index on matches any text.
local function never_fails(items, from)
  local last = #items
  if items[last] and items[last].is_end then
    last = last - 1
    if last < from or items[last].class ~= ALL or items[last].mark ~= "*" then return false end
  end
  for index = from, last do
    if not items[index].mark:find("^[*?-]$") then return false end
  end
  return true
end

-- Whether ".*$" begins at an index: it takes all there is.
local function is_rest(items, index)
  local item, following = items[index], items[index + 1]
  return item.class == ALL and item.mark == "*" and following ~= nil and following.is_end == true and not items[index + 2]
end

local function pair_from(items, first)
  for second = first + 1, #items do
    local item = items[second]
    if item.is_end or is_rest(items, second) then return false end
    local shared = overlap(items[first].class, item.class)
    if is_repeated(item) and shared and not never_fails(items, second + 1) then return true end
    if not shared and (item.mark == "" or item.mark == "+") then return false end
  end
  return false
end

--- Why a pattern may search for long, or nil.
---@param pattern string
---@return string?
function M.problem(pattern)
  local items = items_of(pattern)
  for index, item in ipairs(items) do
    if is_repeated(item) and pair_from(items, index) then return "two repetitions share a character" end
  end
  local is_anchored = pattern:sub(1, 1) == "^"
  if not is_anchored and #items > 1 and is_repeated(items[1]) and not never_fails(items, 2) then
    return "it begins with a repetition, and has no ^"
  end
end

-- The texts in quotes of a line of Lua.
local function texts_of(line)
  local texts, at = {}, 1
  while true do
    local start, _, quote = line:find("([\"'])", at)
    if not start then return texts end
    local stop = start + 1
    while stop <= #line and line:sub(stop, stop) ~= quote do
      stop = stop + (line:sub(stop, stop) == "\\" and 2 or 1)
    end
    local text = load("return " .. line:sub(start, stop))
    texts[#texts + 1], at = text and text() or nil, stop + 1
  end
end

--- The patterns of a line that may search for long.
---@param line string
---@return { pattern: string, problem: string }[]
function M.problems(line)
  local found = {}
  local is_call = line:find("match", 1, true) or line:find("find", 1, true) or line:find("gsub", 1, true)
  if line:find("^ *%-%-") then return found end
  for _, text in ipairs(texts_of(line)) do
    if (is_call or text:sub(1, 1) == "^") and text:find("[%%%[.^]") and text:find("[*+?-]") then
      local ok, problem = pcall(M.problem, text)
      if ok and problem then found[#found + 1] = { pattern = text, problem = problem } end
    end
  end
  return found
end

return M

--- JSON for comparing: unlike lua-cjson it tells an empty list from an empty object and keeps null.
--
-- Lists are tables marked as such, objects are plain tables, null is `null`.

local M = {}

local List = { __name = "list" }

--- What null becomes.
M.null = setmetatable({}, { __tostring = function() return "null" end })

--- Whether a parsed value is a list.
function M.is_list(value)
  return getmetatable(value) == List
end

local ESCAPES = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\", ["/"] = "/" }
local WORDS = { ["true"] = true, ["false"] = false, null = M.null }

local function fail(position, what)
  error(("not JSON at byte %d: %s"):format(position, what), 0)
end

local function skip_space(text, position)
  return text:find("[^ \t\r\n]", position) or #text + 1
end

-- A \u escape, with the second half of its pair where there is one. Returns the text and where it ends.
local function unicode_escape(text, position)
  local code = tonumber(text:match("^%x%x%x%x", position) or fail(position, "four hex digits are missing"), 16)
  local last = position + 3
  if code >= 0xD800 and code < 0xDC00 then
    local low = tonumber(text:match("^\\u(%x%x%x%x)", last + 1) or fail(position, "a lone surrogate"), 16)
    if low < 0xDC00 or low > 0xDFFF then fail(position, "a lone surrogate") end
    return utf8.char(0x10000 + (code - 0xD800) * 0x400 + low - 0xDC00), last + 6
  end
  if code >= 0xDC00 and code < 0xE000 then fail(position, "a lone surrogate") end
  return utf8.char(code), last
end

local function parse_string(text, position)
  local parts = {}
  while true do
    local stop = text:find('["\\%c]', position) or fail(position, "a string has no end")
    parts[#parts + 1] = text:sub(position, stop - 1)
    local char = text:sub(stop, stop)
    if char == '"' then return table.concat(parts), stop + 1 end
    if char ~= "\\" then
      if char ~= "\127" then fail(stop, "a control character in a string") end
      parts[#parts + 1], position = char, stop + 1
    elseif text:sub(stop + 1, stop + 1) == "u" then
      local last
      parts[#parts + 1], last = unicode_escape(text, stop + 2)
      position = last + 1
    else
      parts[#parts + 1] = ESCAPES[text:sub(stop + 1, stop + 1)] or fail(stop, "an unknown escape")
      position = stop + 2
    end
  end
end

local parse_value

local function parse_list(text, position)
  local list = setmetatable({}, List)
  position = skip_space(text, position)
  if text:sub(position, position) == "]" then return list, position + 1 end
  while true do
    list[#list + 1], position = parse_value(text, position)
    position = skip_space(text, position)
    local char = text:sub(position, position)
    if char == "]" then return list, position + 1 end
    if char ~= "," then fail(position, "a comma is missing") end
    position = position + 1
  end
end

local function parse_object(text, position)
  local object = {}
  position = skip_space(text, position)
  if text:sub(position, position) == "}" then return object, position + 1 end
  while true do
    position = skip_space(text, position)
    if text:sub(position, position) ~= '"' then fail(position, "a key is missing") end
    local key, after = parse_string(text, position + 1)
    position = skip_space(text, after)
    if text:sub(position, position) ~= ":" then fail(position, "a colon is missing") end
    object[key], position = parse_value(text, position + 1)
    position = skip_space(text, position)
    local char = text:sub(position, position)
    if char == "}" then return object, position + 1 end
    if char ~= "," then fail(position, "a comma is missing") end
    position = position + 1
  end
end

local function parse_number(text, position)
  local literal = text:match("^-?%d+%.?%d*[eE]?[+-]?%d*", position) or fail(position, "no value")
  local bad = literal:find("^-?0%d") or literal:find("%.$") or literal:find("%.[eE]")
  if bad or not tonumber(literal) then fail(position, "a malformed number") end
  return math.tointeger(literal) or tonumber(literal), position + #literal
end

function parse_value(text, position)
  position = skip_space(text, position)
  local char = text:sub(position, position)
  if char == "{" then return parse_object(text, position + 1) end
  if char == "[" then return parse_list(text, position + 1) end
  if char == '"' then return parse_string(text, position + 1) end
  local word = text:match("^%l+", position)
  if word and WORDS[word] ~= nil then return WORDS[word], position + #word end
  return parse_number(text, position)
end

--- Parses a JSON document. Raises a message with the byte where it isn't one.
---@param text string
---@return any
function M.parse(text)
  local value, position = parse_value(text, 1)
  position = skip_space(text, position)
  if position <= #text then fail(position, "something after the value") end
  return value
end

--- The value without any null: members that are null are absent, nulls in lists are left out.
function M.without_null(value)
  if type(value) ~= "table" then return value end
  local copy = setmetatable({}, getmetatable(value))
  if M.is_list(value) then
    for _, item in ipairs(value) do
      if item ~= M.null then copy[#copy + 1] = M.without_null(item) end
    end
  else
    for key, item in pairs(value) do
      if item ~= M.null then copy[key] = M.without_null(item) end
    end
  end
  return copy
end

local function shown(value)
  if type(value) == "string" then return ("%q"):format(value) end
  if type(value) == "table" and value ~= M.null then return M.is_list(value) and "a list" or "an object" end
  return tostring(value)
end

local function differs(path, expected, got)
  return ("%s: expected %s, got %s"):format(path == "" and "the whole" or path, shown(expected), shown(got))
end

local function compare_objects(expected, got, path, leaf)
  local keys = {}
  for key in pairs(expected) do keys[key] = true end
  for key in pairs(got) do keys[key] = true end
  for key in pairs(keys) do
    local inner = path == "" and tostring(key) or path .. "." .. tostring(key)
    local why = M.compare(expected[key], got[key], leaf, inner)
    if why then return why end
  end
end

local function compare_lists(expected, got, path, leaf)
  if #expected ~= #got then
    return ("%s: expected %d elements, got %d"):format(path, #expected, #got)
  end
  for index, item in ipairs(expected) do
    local why = M.compare(item, got[index], leaf, ("%s[%d]"):format(path, index))
    if why then return why end
  end
end

--- Compares two parsed values: nil where they are the same, otherwise what differs and where. Numbers
--- are the same where their values are.
---@param expected any
---@param got any
---@param leaf? fun(expected: any, got: any): boolean?  says that two values that aren't equal will do
---@return string?
function M.compare(expected, got, leaf, path)
  path = path or ""
  if expected == got or leaf and leaf(expected, got) then return nil end
  if type(expected) ~= "table" or type(got) ~= "table" or expected == M.null or got == M.null
    or M.is_list(expected) ~= M.is_list(got) then
    return differs(path, expected, got)
  end
  if M.is_list(expected) then return compare_lists(expected, got, path, leaf) end
  return compare_objects(expected, got, path, leaf)
end

local function encoded_string(text)
  return '"' .. text:gsub('[%c"\\]', function(char) return ("\\u%04x"):format(char:byte()) end) .. '"'
end

--- The JSON text of a parsed value.
---@param value any
---@return string
function M.encode(value)
  if type(value) == "string" then return encoded_string(value) end
  if math.type(value) == "float" then return (("%.17g"):format(value):gsub(",", ".")) end
  if type(value) ~= "table" or value == M.null then return tostring(value) end
  local parts = {}
  if M.is_list(value) then
    for index, item in ipairs(value) do parts[index] = M.encode(item) end
    return "[" .. table.concat(parts, ",") .. "]"
  end
  for key, item in pairs(value) do parts[#parts + 1] = encoded_string(key) .. ":" .. M.encode(item) end
  return "{" .. table.concat(parts, ",") .. "}"
end

--- A Lua table as a parsed value: `like` says, place by place, what is a list, since an empty table doesn't.
---@param value any
---@param like any  a parsed value
function M.marked_like(value, like)
  if type(value) ~= "table" then return value end
  local is_list = M.is_list(like) and (next(value) == nil or value[1] ~= nil) or like == nil and value[1] ~= nil
  local copy = setmetatable({}, is_list and List or nil)
  for key, item in pairs(value) do
    copy[key] = M.marked_like(item, type(like) == "table" and like[key] or nil)
  end
  return copy
end

return M

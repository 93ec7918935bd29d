--- A strict JSON reader for policy documents, and the writer.
--
-- It is stricter than cjson, and tells more: an object that has a member twice is refused (a reader that takes the last
-- one might decide by another policy than AWS), objects and lists stay apart when they are empty, members keep their
-- order, and an error says the line and the column (RFC 8259).

local number = require "rekognition.text.number"
local M = {}

local Object, List = {}, {}
local order = setmetatable({}, { __mode = "k" }) -- an object's member names in their order

--- What stands for JSON's null.
M.null = setmetatable({}, { __tostring = function() return "null" end })

local MOST_DEPTH = 32

function M.is_object(value) return getmetatable(value) == Object end
function M.is_list(value) return getmetatable(value) == List end

--- A new list of the given items.
function M.list(items) return setmetatable(items or {}, List) end

--- A new object of {name, value} pairs, in their order.
---@param pairs_list {[1]: string, [2]: any}[]
function M.object(pairs_list)
  local object, names = setmetatable({}, Object), {}
  for _, pair in ipairs(pairs_list) do
    object[pair[1]] = pair[2]
    names[#names + 1] = pair[1]
  end
  order[object] = names
  return object
end

--- The names of an object's members, in the order of the text.
---@return string[]
function M.names(object) return order[object] end

local Reader = {}
Reader.__index = Reader

function Reader:fail(what)
  local before = self.text:sub(1, self.at - 1)
  local _, lines = before:gsub("\n", "\n")
  local line_start = 0
  for place in before:gmatch("()\n") do line_start = place end
  error({ json = ("%s at line %d, column %d"):format(what, lines + 1, self.at - line_start) }, 0)
end

function Reader:skip()
  self.at = self.text:find("[^ \t\r\n]", self.at) or #self.text + 1
end

function Reader:accept(character)
  if self.text:sub(self.at, self.at) ~= character then return false end
  self.at = self.at + 1
  return true
end

local ESCAPES = { ['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

function Reader:hex()
  local digits = self.text:match("^%x%x%x%x", self.at)
  if not digits then self:fail("a \\u without four digits") end
  self.at = self.at + 4
  return tonumber(digits, 16)
end

function Reader:unicode()
  local code = self:hex()
  if code >= 0xD800 and code <= 0xDBFF and self.text:sub(self.at, self.at + 1) == "\\u" then
    self.at = self.at + 2
    local low = self:hex()
    if low >= 0xDC00 and low <= 0xDFFF then return utf8.char(0x10000 + (code - 0xD800) * 1024 + low - 0xDC00) end
    self:fail("half of a surrogate pair")
  elseif code >= 0xD800 and code <= 0xDFFF then
    self:fail("half of a surrogate pair")
  end
  return utf8.char(code)
end

function Reader:escape()
  local character = self.text:sub(self.at, self.at)
  self.at = self.at + 1
  if character == "u" then return self:unicode() end
  return ESCAPES[character] or self:fail("an unknown escape")
end

function Reader:string()
  local parts = {}
  while true do
    local stop = self.text:find('["\\%z\1-\31]', self.at)
    if not stop then self:fail("a string without an end") end
    parts[#parts + 1] = self.text:sub(self.at, stop - 1)
    self.at = stop
    if self:accept('"') then return table.concat(parts) end
    if not self:accept("\\") then self:fail("a control character in a string") end
    parts[#parts + 1] = self:escape()
  end
end

function Reader:number()
  local text = self.text:match("^-?[0-9]+%.?[0-9]*[eE]?[+-]?[0-9]*", self.at)
  if not text or text:find("^-?0[0-9]") or text:find("%.$") or text:find("%.[eE]") or not number.read(text) then
    self:fail("something that is not JSON")
  end
  self.at = self.at + #text
  local value = number.read(text)
  return math.tointeger(value) or value
end

function Reader:object(depth)
  local object, names = setmetatable({}, Object), {}
  order[object] = names
  self:skip()
  if self:accept("}") then return object end
  repeat
    self:skip()
    if not self:accept('"') then self:fail("expected a member's name") end
    local name = self:string()
    if object[name] ~= nil then self:fail(('the member "%s" twice'):format(name)) end
    self:skip()
    if not self:accept(":") then self:fail("expected a colon") end
    object[name] = self:value(depth)
    names[#names + 1] = name
    self:skip()
  until not self:accept(",")
  if not self:accept("}") then self:fail("expected a comma or }") end
  return object
end

function Reader:list(depth)
  local list = setmetatable({}, List)
  self:skip()
  if self:accept("]") then return list end
  repeat
    list[#list + 1] = self:value(depth)
    self:skip()
  until not self:accept(",")
  if not self:accept("]") then self:fail("expected a comma or ]") end
  return list
end

local WORDS = { { "true", true }, { "false", false }, { "null", M.null } }

function Reader:value(depth)
  if depth > MOST_DEPTH then self:fail(("more than %d levels"):format(MOST_DEPTH)) end
  self:skip()
  if self:accept("{") then return self:object(depth + 1) end
  if self:accept("[") then return self:list(depth + 1) end
  if self:accept('"') then return self:string() end
  for _, word in ipairs(WORDS) do
    if self.text:sub(self.at, self.at + #word[1] - 1) == word[1] then
      self.at = self.at + #word[1]
      return word[2]
    end
  end
  return self:number()
end

--- Reads a JSON text.
---@param text string
---@return any? value
---@return string? problem  what is wrong, and where, instead of a value
function M.read(text)
  local reader = setmetatable({ text = text, at = 1 }, Reader)
  local ok, result = pcall(function()
    local value = reader:value(0)
    reader:skip()
    if reader.at <= #text then reader:fail("something after the end") end
    return value
  end)
  if ok then return result end
  if type(result) ~= "table" or not result.json then error(result, 0) end
  return nil, result.json
end

local function quote(text)
  return '"' .. text:gsub('["\\%z\1-\31]', function(character)
    if character == '"' or character == "\\" then return "\\" .. character end
    return ("\\u%04x"):format(character:byte())
  end) .. '"'
end

--- Writes a value that `read`, `object` and `list` made, without blanks.
---@return string
function M.write(value)
  local parts = {}
  if M.is_object(value) then
    for _, name in ipairs(order[value]) do parts[#parts + 1] = quote(name) .. ":" .. M.write(value[name]) end
    return "{" .. table.concat(parts, ",") .. "}"
  elseif M.is_list(value) then
    for i, item in ipairs(value) do parts[i] = M.write(item) end
    return "[" .. table.concat(parts, ",") .. "]"
  elseif type(value) == "string" then
    return quote(value)
  elseif math.type(value) == "float" then
    return number.exact(value)
  end
  return tostring(value)
end

return M

--- CBOR (RFC 8949), as far as Smithy's protocol "RPC v2 CBOR" uses it.
--
-- Read: maps, lists, texts, bytes, numbers, booleans, null, times (tag 1); of definite and indefinite length. Other
-- tags are passed over. Null is absent.

local M = {}

local MOST_DEPTH = 32

local Reader = {}
Reader.__index = Reader

function Reader:fail(what)
  error({ cbor = ("%s at byte %d"):format(what, self.at) }, 0)
end

function Reader:take(count)
  if count > #self.text - self.at + 1 then self:fail("an unexpected end") end
  local bytes = self.text:sub(self.at, self.at + count - 1)
  self.at = self.at + count
  return bytes
end

local WIDTHS = { [24] = ">I1", [25] = ">I2", [26] = ">I4", [27] = ">i8" }

-- A head: the major type, the argument (nil for an indefinite length), and the additional information.
function Reader:head()
  local byte = self:take(1):byte()
  local major, info = byte >> 5, byte & 31
  if info < 24 then return major, info, info end
  if info == 31 then return major, nil, info end
  local format = WIDTHS[info]
  if not format then self:fail("a byte that is not CBOR") end
  local value = string.unpack(format, self:take(string.packsize(format)))
  if major ~= 7 and value < 0 then self:fail("a number that is too large") end
  return major, value, info
end

-- Whether a break follows; takes it.
function Reader:ended()
  if self.text:byte(self.at) ~= 0xFF then return false end
  self.at = self.at + 1
  return true
end

-- The parts of something with `count` parts, or up to a break.
function Reader:each(count, f)
  local done = 0
  while not (count and done == count) and not (not count and self:ended()) do
    f()
    done = done + 1
  end
end

local by_major = {}

by_major[0] = function(_, value) return value end
by_major[1] = function(_, value) return -1 - value end

function Reader:text_of(count, major)
  if count then return self:take(count) end
  local parts = {}
  self:each(nil, function()
    local kind, length = self:head()
    if kind ~= major or not length then self:fail("a piece of another kind") end
    parts[#parts + 1] = self:take(length)
  end)
  return table.concat(parts)
end

by_major[2] = function(self, count) return self:text_of(count, 2) end
by_major[3] = function(self, count) return self:text_of(count, 3) end

by_major[4] = function(self, count, _, depth)
  local list = {}
  self:each(count, function() list[#list + 1] = self:value(depth) end)
  return list
end

by_major[5] = function(self, count, _, depth)
  local map = {}
  self:each(count, function()
    local key = self:value(depth)
    if type(key) ~= "string" then self:fail("a key that is not a text") end
    map[key] = self:value(depth)
  end)
  return map
end

by_major[6] = function(self, _, _, depth) return self:value(depth) end

local SIMPLE = { [20] = false, [21] = true }

local function half(bits)
  local exponent, fraction = bits >> 10 & 31, bits & 1023
  local value = exponent == 0 and fraction * 2.0 ^ -24 or exponent == 31 and (fraction == 0 and math.huge or 0 / 0)
    or (1024 + fraction) * 2.0 ^ (exponent - 25)
  return bits & 0x8000 ~= 0 and -value or value
end

by_major[7] = function(self, value, info)
  if info == 25 then return half(value) end
  if info == 26 then return (string.unpack(">f", string.pack(">I4", value))) end
  if info == 27 then return (string.unpack(">d", string.pack(">i8", value))) end
  if info == 22 or info == 23 then return nil end
  if SIMPLE[value] == nil then self:fail("a simple value that is not known") end
  return SIMPLE[value]
end

function Reader:value(depth)
  if depth > MOST_DEPTH then self:fail("too many levels") end
  local major, value, info = self:head()
  if value == nil and (major < 2 or major > 5) then
    self:fail("an indefinite length that can't be")
  end
  return by_major[major](self, value, info, depth + 1)
end

--- Reads a text of CBOR.
---@param text string
---@return any? value
---@return string? problem
function M.read(text)
  local reader = setmetatable({ text = text, at = 1 }, Reader)
  local ok, result = pcall(function()
    local value = reader:value(0)
    if reader.at <= #text then reader:fail("something after the end") end
    return value
  end)
  if ok then return result end
  if type(result) ~= "table" or not result.cbor then error(result, 0) end
  return nil, result.cbor
end

local function head(major, value)
  if value < 24 then return string.char(major << 5 | value) end
  if value < 0x100 then return string.pack(">I1I1", major << 5 | 24, value) end
  if value < 0x10000 then return string.pack(">I1I2", major << 5 | 25, value) end
  if value < 0x100000000 then return string.pack(">I1I4", major << 5 | 26, value) end
  return string.pack(">I1I8", major << 5 | 27, value)
end

--- The heads of a map and of a list with so many parts.
function M.map_head(count) return head(5, count) end
function M.list_head(count) return head(4, count) end

--- A time: tag 1, epoch seconds.
---@param seconds number
function M.time(seconds) return "\xC1" .. M.scalar(seconds + 0.0) end

--- A text, a number or a boolean.
---@return string
function M.scalar(value)
  if type(value) == "string" then return head(3, #value) .. value end
  if type(value) == "boolean" then return value and "\xF5" or "\xF4" end
  if math.type(value) == "integer" then return value < 0 and head(1, -1 - value) or head(0, value) end
  return string.pack(">I1d", 0xFB, value)
end

return M

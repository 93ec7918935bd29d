--- The checksums that S3's clients send with a body, besides those of the core: MD5 (RFC 1321) and the CRCs.
--
-- CRC32 is that of ISO 3309, CRC32C that of RFC 3720, CRC64NVME that of the NVM Express specification. All three are
-- reflected, and begin and end inverted.

local core = require "rekognition.core"
local hex = require "rekognition.text.hex"

local M = {}

-- The remainder of each byte, for a polynomial whose bits are in reverse order.
local function table_of(polynomial)
  local remainders = {}
  for byte = 0, 255 do
    local value = byte
    for _ = 1, 8 do value = value & 1 == 1 and polynomial ~ value >> 1 or value >> 1 end
    remainders[byte] = value
  end
  return remainders
end

local PIECE = 4096 -- bytes that string.byte returns together

local function crc(text, remainders, inverted)
  local value = inverted
  for at = 1, #text, PIECE do
    local bytes = { text:byte(at, at + PIECE - 1) }
    for i = 1, #bytes do value = remainders[(value ~ bytes[i]) & 0xFF] ~ value >> 8 end
  end
  return value ~ inverted
end

local tables = {}

local function crc_of(name, polynomial, inverted, format)
  return function(text)
    tables[name] = tables[name] or table_of(polynomial)
    return string.pack(format, crc(text, tables[name], inverted))
  end
end

--- Each takes bytes, and returns the checksum's bytes, the highest first, as S3's headers have them in base64.
M.crc32 = crc_of("crc32", 0xEDB88320, 0xFFFFFFFF, ">I4")
M.crc32c = crc_of("crc32c", 0x82F63B78, 0xFFFFFFFF, ">I4")
M.crc64nvme = crc_of("crc64nvme", 0x9A6C9329AC4BC9B5, -1, ">i8")

-- MD5's 64 constants, and by how much each step turns its word.
local SINES, TURNS = {}, {}
for i = 0, 63 do
  SINES[i] = math.floor(math.abs(math.sin(i + 1)) * 2 ^ 32)
  TURNS[i] = ({ { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 } })[i // 16 + 1][i % 4 + 1]
end

-- One round of 16 steps, with its function of three words, and which of the block's words a step takes.
local function round(words, from, a, b, c, d, mix, multiplier, offset)
  for i = 0, 15 do
    local step = from + i
    local sum = (a + mix(b, c, d) + SINES[step] + words[(multiplier * i + offset) % 16 + 1]) & 0xFFFFFFFF
    local turn = TURNS[step]
    a, d, c, b = d, c, b, b + ((sum << turn | sum >> (32 - turn)) & 0xFFFFFFFF) & 0xFFFFFFFF
  end
  return a, b, c, d
end

local function mix_f(b, c, d) return b & c | ~b & d end
local function mix_g(b, c, d) return d & b | ~d & c end
local function mix_h(b, c, d) return b ~ c ~ d end
local function mix_i(b, c, d) return c ~ (b | ~d & 0xFFFFFFFF) end

--- MD5's 16 bytes.
---@param text string
---@return string
function M.md5(text)
  local padded = text .. "\x80" .. ("\0"):rep((55 - #text) % 64) .. string.pack("<I8", #text * 8)
  local a, b, c, d = 0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476
  for at = 1, #padded, 64 do
    local words = { string.unpack("<I4I4I4I4I4I4I4I4I4I4I4I4I4I4I4I4", padded, at) }
    local e, f, g, h = round(words, 0, a, b, c, d, mix_f, 1, 0)
    e, f, g, h = round(words, 16, e, f, g, h, mix_g, 5, 1)
    e, f, g, h = round(words, 32, e, f, g, h, mix_h, 3, 5)
    e, f, g, h = round(words, 48, e, f, g, h, mix_i, 7, 0)
    a, b, c, d = a + e & 0xFFFFFFFF, b + f & 0xFFFFFFFF, c + g & 0xFFFFFFFF, d + h & 0xFFFFFFFF
  end
  return string.pack("<I4I4I4I4", a, b, c, d)
end

--- The two that the core makes, in the same form.
---@param text string
---@return string
function M.sha1(text) return hex.decode(core.sha1_hex(text)) end

---@param text string
---@return string
function M.sha256(text) return hex.decode(core.sha256_hex(text)) end

return M

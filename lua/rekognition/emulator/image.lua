--- What the emulator wants to know of an image: its format and its size in pixels, from its first bytes.

local M = {}

local LEAST, MOST, RATIO = 64, 4096, 20 -- pixels a side, and how much longer one side may be ("Guidelines and quotas")

local function png_size(bytes)
  if #bytes < 24 or bytes:sub(1, 8) ~= "\x89PNG\r\n\x1a\n" or bytes:sub(13, 16) ~= "IHDR" then return nil end
  return string.unpack(">I4I4", bytes, 17)
end

-- Goes from segment to segment until one that starts a frame.
local function jpeg_size(bytes)
  if bytes:sub(1, 3) ~= "\xFF\xD8\xFF" then return nil end
  local at = 3
  while at + 9 <= #bytes and bytes:byte(at) == 0xFF do
    local marker, length = string.unpack(">BI2", bytes, at + 1)
    if marker >= 0xC0 and marker <= 0xCF and marker ~= 0xC4 and marker ~= 0xC8 and marker ~= 0xCC then
      local height, width = string.unpack(">I2I2", bytes, at + 5)
      return width, height
    end
    if length < 2 then return nil end
    at = at + 2 + length
  end
end

--- The size of a PNG or JPEG image.
---@param bytes string
---@return integer? width   nil if it is neither
---@return integer? height
function M.size(bytes)
  local width, height = png_size(bytes)
  if not width then width, height = jpeg_size(bytes) end
  return width, height
end

--- Whether Custom Labels takes an image of this size.
---@return "small"|"large"|"ratio"|nil problem
function M.problem(width, height)
  local short, long = math.min(width, height), math.max(width, height)
  if short < LEAST then return "small" end
  if long > MOST then return "large" end
  if long > RATIO * short then return "ratio" end
end

return M

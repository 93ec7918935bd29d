--- Blanks in text that people write: those of ASCII, and those of Unicode, such as the no-break space.
--
-- These are the characters that Python's str.strip takes away, because botocore reads files with it. The text is
-- UTF-8. Nothing here depends on the process's locale.

local M = {}

local BLANKS = {}
for byte in ("\t\n\v\f\r \28\29\30\31"):gmatch(".") do BLANKS[byte] = true end
for _, code in ipairs { 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 } do
  BLANKS[utf8.char(code)] = true
end
for code = 0x2000, 0x200A do BLANKS[utf8.char(code)] = true end

-- The longest blank has three bytes.
local LONGEST = 3

-- The length of the blank that begins at a place, or nil.
local function blank_at(text, at)
  for length = 1, LONGEST do
    if BLANKS[text:sub(at, at + length - 1)] and at + length - 1 <= #text then return length end
  end
end

--- Where the text begins that is not blank, and how many blanks stand before it.
---@param text string
---@return integer? first  nil if all is blank
---@return integer count   in characters
function M.leading(text)
  local at, count = 1, 0
  while at <= #text do
    local length = blank_at(text, at)
    if not length then return at, count end
    at, count = at + length, count + 1
  end
  return nil, count
end

local function last_of(text, first)
  local last = #text
  while last >= first do
    local found
    for length = 1, LONGEST do
      if BLANKS[text:sub(last - length + 1, last)] then found = length end
    end
    if not found then return last end
    last = last - found
  end
  return last
end

--- The text without the blanks at both ends. It takes time in proportion to the length.
---@param text string
---@return string
function M.trim(text)
  local first = M.leading(text)
  return first and text:sub(first, last_of(text, first)) or ""
end

return M

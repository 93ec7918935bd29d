--- Text with `*` and `?` in it, as IAM policies have it.
--
-- The pattern is cut at its stars. What stands between two stars is looked for from left to right, the first place
-- being as good as any other, so nothing is tried twice.

local M = {}

-- Whether `piece`, in which `?` is any one byte, is in `text` at `at`.
local function fits(piece, text, at)
  for i = 1, #piece do
    local byte = piece:byte(i)
    if byte ~= 0x3F and byte ~= text:byte(at + i - 1) then return false end
  end
  return true
end

-- The first place from `at` on where `piece` is in `text`; nil where there is none.
local function find(piece, text, at)
  if not piece:find("?", 1, true) then return (text:find(piece, at, true)) end
  for place = at, #text - #piece + 1 do
    if fits(piece, text, place) then return place end
  end
end

local function pieces_of(pattern)
  local pieces, at = {}, 1
  while true do
    local star = pattern:find("*", at, true)
    pieces[#pieces + 1] = pattern:sub(at, (star or 0) - 1)
    if not star then return pieces end
    at = star + 1
  end
end

--- Whether `*` (any characters, or none) and `?` (any one character) make `pattern` into `text`.
---@param pattern string
---@param text string
---@return boolean
function M.matches(pattern, text)
  local pieces = pieces_of(pattern)
  local first, last = pieces[1], pieces[#pieces]
  if #pieces == 1 then return #first == #text and fits(first, text, 1) end
  if #first + #last > #text or not fits(first, text, 1) then return false end
  local at, stop = #first + 1, #text - #last
  if not fits(last, text, stop + 1) then return false end
  for i = 2, #pieces - 1 do
    local place = find(pieces[i], text, at)
    if not place or place + #pieces[i] - 1 > stop then return false end
    at = place + #pieces[i]
  end
  return true
end

return M

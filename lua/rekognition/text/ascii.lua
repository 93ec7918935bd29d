--- Letter case in ASCII, and the order of bytes, whatever the process's locale is.
--
-- `string.lower`, `string.upper` and the pattern classes %a, %w, %l, %u, %s, %p and %g follow the locale that the host
-- has set: under a Turkish one "I" has another lower case. Text of a protocol is ASCII, so it is handled here. The
-- order of `<`, and of `table.sort` with it, follows the locale too.

local M = {}

local LOWER, UPPER = {}, {}
for byte = 0x41, 0x5A do
  local upper, lower = string.char(byte), string.char(byte + 32)
  LOWER[upper], UPPER[lower] = lower, upper
end

--- The text with A to Z in lower case; every other byte stays.
---@param text string
---@return string
function M.lower(text)
  return (text:gsub("[A-Z]", LOWER))
end

--- The text with a to z in upper case; every other byte stays.
---@param text string
---@return string
function M.upper(text)
  return (text:gsub("[a-z]", UPPER))
end

--- The text without ASCII blanks (space, tab, line feed, vertical tab, form feed, carriage return) at its ends.
---@param text string
---@return string
function M.trim(text)
  local first = text:find("[^ \t\n\v\f\r]")
  if not first then return "" end
  local last = #text
  while text:find("^[ \t\n\v\f\r]", last) do last = last - 1 end
  return text:sub(first, last)
end

--- Whether one text comes before another, byte by byte: `<` goes by the locale.
---@param left string
---@param right string
---@return boolean
function M.less(left, right)
  local at = 1
  while true do
    local a, b = left:byte(at), right:byte(at)
    if not a or not b then return b ~= nil end
    if a ~= b then return a < b end
    at = at + 1
  end
end

--- Sorts a list by bytes, as `table.sort` alone does not: that goes by the locale.
---@param list any[] texts, or tables with a text each
---@param member? string|integer where each table has its text
function M.sort(list, member)
  if not member then return table.sort(list, M.less) end
  table.sort(list, function(left, right) return M.less(left[member], right[member]) end)
end

--- The names of a table's fields, in order.
---@param fields table<string, any>
---@return string[]
function M.names(fields)
  local names = {}
  for name in pairs(fields) do names[#names + 1] = name end
  M.sort(names)
  return names
end

return M

--- The name that a misspelled one was meant to be.

local ascii = require "rekognition.text.ascii"

---@class rekognition.NearestNames
local M = {}

-- Case, "_" and "-" don't count: accessKeyId is near to access_key_id.
local function plain(name)
  return (ascii.lower(name):gsub("[_%-]", ""))
end

-- Edits between two short words, by rows (Levenshtein; two neighbours that changed places are one edit).
local function distance(a, b)
  local row, before = {}, nil
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    local new = { [0] = i }
    for j = 1, #b do
      local x, y = a:byte(i), b:byte(j)
      local least = math.min(row[j] + 1, new[j - 1] + 1, row[j - 1] + (x == y and 0 or 1))
      if before and j > 1 and x == b:byte(j - 1) and y == a:byte(i - 1) then
        least = math.min(least, before[j - 2] + 1)
      end
      new[j] = least
    end
    before, row = row, new
  end
  return row[#b]
end

local MAX_LENGTH = 64

--- The nearest of several names, or nil if none is near: at most a third of the letters differ, or it is the
--- beginning of just one.
---@param given any
---@param names string[]
---@return string?
function M.of(given, names)
  if type(given) ~= "string" or #given > MAX_LENGTH then return nil end
  local word, best, least, longer, count = plain(given), nil, nil, nil, 0
  for _, name in ipairs(names) do
    local other = plain(name)
    local edits = distance(word, other)
    if edits * 3 <= math.max(#word, 3) and (not least or edits < least) then best, least = name, edits end
    if #word >= 3 and other:sub(1, #word) == word then longer, count = name, count + 1 end
  end
  return best or count == 1 and longer or nil
end

--- ", did you mean X?", or "".
---@param given any
---@param names string[]
---@return string
function M.hint(given, names)
  local name = M.of(given, names)
  return name and (", did you mean %s?"):format(name) or ""
end

--- What an error says of a name that is not one of several options: the nearest one, and all of them.
---@param given any
---@param names string[]
---@return string
function M.options(given, names)
  local all = table.move(names, 1, #names, 1, {})
  ascii.sort(all)
  return ("%s; the options are: %s"):format(M.hint(given, names), table.concat(all, ", "))
end

return M

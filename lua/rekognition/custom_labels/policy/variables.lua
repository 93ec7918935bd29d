--- Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, `${*}`, `${?}`, `${$}`.
--
-- Source: IAM User Guide, "IAM policy elements: Variables and tags". A variable without a value, or with several, takes
-- its default; without a default it has no equal and nothing is like it. What is put in stands for itself: a `*` in it
-- is no wildcard (our decision, IAM's documents don't say).

local ascii = require "rekognition.text.ascii"

local M = {}

--- The value of a key that can't be seen.
M.UNKNOWN = setmetatable({}, { __tostring = function() return "unknown" end })

-- Characters that stand for themselves in a pattern, as control characters that no policy document can have.
local MARKS, CHARACTERS = { ["*"] = "\1", ["?"] = "\2" }, { ["\1"] = "*", ["\2"] = "?" }

--- A text in which every `*` and `?` stands for itself.
function M.mark(text) return (text:gsub("[*?]", MARKS)) end

--- The text of `mark`, as it was.
function M.unmark(text) return (text:gsub("[\1\2]", CHARACTERS)) end

-- The key and the default of what stands between the braces.
local function parts(inside)
  local comma = inside:find(",", 1, true)
  if not comma then return ascii.trim(inside) end
  local default = ascii.trim(inside:sub(comma + 1))
  if #default < 2 or default:sub(1, 1) ~= "'" or default:sub(-1) ~= "'" then return ascii.trim(inside) end
  return ascii.trim(inside:sub(1, comma - 1)), (default:sub(2, -2):gsub("''", "'"))
end

local function value_of(inside, get)
  if inside == "*" or inside == "?" or inside == "$" then return inside end
  local key, default = parts(inside)
  local values = get(ascii.lower(key))
  if values == M.UNKNOWN then return M.UNKNOWN, key end
  if values and #values == 1 then return values[1] end
  return default
end

--- Puts values in for the variables. The result is a pattern, with marks for what stands for itself.
---@param text string
---@param get fun(key: string): string[]|nil|table  a key's values; nil where it isn't there, UNKNOWN where unseen
---@return string|table|nil pattern  nil: a variable has no value; UNKNOWN: it can't be seen
---@return string? key               the key that can't be seen
function M.expand(text, get)
  local result, at = {}, 1
  while true do
    local start = text:find("${", at, true)
    local stop = start and text:find("}", start, true)
    if not stop then break end
    local value, key = value_of(text:sub(start + 2, stop - 1), get)
    if value == nil or value == M.UNKNOWN then return value, key end
    result[#result + 1] = text:sub(at, start - 1)
    result[#result + 1] = M.mark(value)
    at = stop + 1
  end
  result[#result + 1] = text:sub(at)
  return table.concat(result)
end

--- The keys of a text's variables.
---@return string[]
function M.keys(text)
  local keys, at = {}, 1
  while true do
    local start = text:find("${", at, true)
    local stop = start and text:find("}", start, true)
    if not stop then return keys end
    keys[#keys + 1] = (parts(text:sub(start + 2, stop - 1)))
    at = stop + 1
  end
end

return M

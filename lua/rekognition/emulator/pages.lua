--- Pages of a listing, and the tokens between them.
--
-- A token holds the number of the last item shown and a hash of that number with what was listed: whose, in which
-- project, with which filters. So it stays good while items come and go, and isn't good for another listing. Its form
-- is nobody's business but the emulator's.

local core = require "rekognition.core"
local errors = require "rekognition.emulator.errors"

local M = {}

local function hash(number, listing)
  return core.sha256_hex(("rekognition-emulator %d %s"):format(number, listing))
end

local function token_of(number, listing)
  return core.base64_encode(("%d %s"):format(number, hash(number, listing)))
end

-- The number that a token holds. An empty token asks for the first page: AWS's own examples send it.
local function number_of(token, listing)
  if token == nil or token == "" then return nil end
  local text = core.base64_decode(token) or ""
  local number, check = text:match("^(%d%d?%d?%d?%d?%d?%d?%d?%d?%d?%d?%d?%d?%d?%d?) ([0-9a-f]+)$")
  number = math.tointeger(tonumber(number))
  if not number or check ~= hash(number, listing) or token ~= token_of(number, listing) then
    errors.raise("InvalidPaginationTokenException", "Invalid Pagination Token")
  end
  return number
end

--- The place of the first item whose number isn't less; numbers rise.
---@param items { number: number }[]
---@param number number
---@return integer
function M.place_of(items, number)
  local low, high = 1, #items + 1
  while low < high do
    local middle = (low + high) // 2
    if items[middle].number < number then low = middle + 1 else high = middle end
  end
  return low
end

-- The first place of a page, and the step to the next one.
local function walk(items, last, newest_first)
  if newest_first then return last and M.place_of(items, last) - 1 or #items, -1 end
  return last and M.place_of(items, last + 1) or 1, 1
end

--- One page of `items`, which are a list by their own `number`, the smallest first.
---@param items table[]
---@param params table    MaxResults and NextToken, as the request has them
---@param listing string  what is listed
---@param limit integer   items in a page where the request doesn't say
---@param options? {newest_first: boolean?, wanted: nil|fun(item: table): any}  from the last item on; only those that
---                         are wanted
---@return table[] page, string? next_token
function M.take(items, params, listing, limit, options)
  options = options or {}
  local wanted, most = options.wanted, params.MaxResults or limit
  local at, step = walk(items, number_of(params.NextToken, listing), options.newest_first)
  local page = {}
  while items[at] do
    if not wanted or wanted(items[at]) then
      if #page == most then return page, token_of(page[#page].number, listing) end
      page[#page + 1] = items[at]
    end
    at = at + step
  end
  return page
end

return M

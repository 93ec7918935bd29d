--- Pages of a listing, and the tokens between them.
--
-- A token is the number of the last item shown with what was listed, so that it stays good while items come and go,
-- and isn't good for another listing. Its form is nobody's business but the emulator's.

local errors = require "rekognition.emulator.errors"

local M = {}

local function to_hex(text)
  return (text:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

local function from_hex(text)
  if #text % 2 ~= 0 or not text:find("^[0-9a-f]*$") then return "" end
  return (text:gsub("..", function(pair) return string.char(tonumber(pair, 16)) end))
end

-- The number that a token holds. An empty token asks for the first page: AWS's own examples send it.
local function number_of(token, listing)
  if token == nil or token == "" then return nil end
  local number, listed = from_hex(token):match("^(%d+) (.*)$")
  if listed ~= listing then errors.raise("InvalidPaginationTokenException", "Invalid Pagination Token") end
  return tonumber(number)
end

--- One page of `items`, which are in their order, each with its own `number`.
---@param items table[]
---@param params table    MaxResults and NextToken, as the request has them
---@param listing string  what is listed
---@param limit integer   items in a page where the request doesn't say
---@param newest_first? boolean  the numbers fall; they rise where absent
---@return table[] page, string? next_token
function M.take(items, params, listing, limit, newest_first)
  local last = number_of(params.NextToken, listing)
  local page = {}
  for _, item in ipairs(items) do
    local behind = not last or newest_first and item.number < last or not newest_first and item.number > last
    if behind and #page == (params.MaxResults or limit) then
      return page, to_hex(("%d %s"):format(page[#page].number, listing))
    elseif behind then
      page[#page + 1] = item
    end
  end
  return page
end

return M

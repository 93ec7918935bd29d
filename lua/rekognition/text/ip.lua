--- Addresses as text: IPv4 in four decimal numbers, IPv6 as RFC 4291, section 2.2, writes it.

local M = {}

--- The four bytes of an IPv4 address, or nil.
---@param text string
---@return string?
function M.v4(text)
  local parts = { text:match("^([0-9]+)%.([0-9]+)%.([0-9]+)%.([0-9]+)$") }
  if #parts ~= 4 then return nil end
  for i, part in ipairs(parts) do
    if #part > 3 or tonumber(part) > 255 then return nil end
    parts[i] = string.char(tonumber(part))
  end
  return table.concat(parts)
end

-- Groups of hexadecimal digits, as numbers. The last may be an IPv4 address, which is two of them.
local function groups(text, is_end)
  local list = {}
  if text == "" then return list end
  for group, more in (text .. ":"):gmatch("([^:]*):()") do
    local v4 = is_end and more > #text and M.v4(group)
    if v4 then
      list[#list + 1], list[#list + 2] = string.unpack(">I2I2", v4)
    elseif group:find("^[0-9A-Fa-f][0-9A-Fa-f]?[0-9A-Fa-f]?[0-9A-Fa-f]?$") then
      list[#list + 1] = tonumber(group, 16)
    else
      return nil
    end
  end
  return list
end

--- The sixteen bytes of an IPv6 address without brackets and zone, or nil.
---@param text string
---@return string?
function M.v6(text)
  if #text > 45 then return nil end
  local left, right = text, nil
  local gap = text:find("::", 1, true)
  if gap then left, right = text:sub(1, gap - 1), text:sub(gap + 2) end
  local head, tail = groups(left, not gap), groups(right or "", true)
  if not head or not tail or (gap and #head + #tail > 7 or not gap and #head ~= 8) then return nil end
  local bytes = {}
  for i = 1, 8 do
    bytes[i] = string.pack(">I2", i <= #head and head[i] or i > 8 - #tail and tail[i - 8 + #tail] or 0)
  end
  return table.concat(bytes)
end

return M

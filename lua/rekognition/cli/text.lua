--- Text for a terminal: nothing that a service sends can steer it.

local time = require "rekognition.text.time"
local number = require "rekognition.text.number"
local M = {}

--- The text on one line, without control characters (C0, DEL, and C1 as UTF-8 has them), which a terminal obeys.
---@param text any
---@return string
function M.clean(text)
  return (tostring(text):gsub("[%z\1-\31\127]+", " "):gsub("\u{80}", " "):gsub("\xC2[\x80-\x9F]", " "))
end

--- The number of columns that a text takes: its characters. Bytes where it is not UTF-8.
---@param text string
---@return integer
function M.width(text)
  return utf8.len(text) or #text
end

--- The text, cut to so many columns.
---@param text string
---@param columns integer
---@return string
function M.cut(text, columns)
  if M.width(text) <= columns then return text end
  if columns < 4 then return text:sub(1, columns) end
  local at = utf8.len(text) and utf8.offset(text, columns - 2) or columns - 2
  return text:sub(1, at - 1) .. "..."
end

--- Seconds as people say them: "45 s", "12 min", "3.5 h", "4.2 d".
---@param seconds number
---@return string
function M.duration(seconds)
  if seconds < 120 then return ("%d s"):format(math.floor(seconds)) end
  if seconds < 2 * 3600 then return ("%d min"):format(math.floor(seconds / 60)) end
  if seconds < 2 * 86400 then return number.fixed(seconds / 3600, 1) .. " h" end
  return number.fixed(seconds / 86400, 1) .. " d"
end

--- A point in time, UTC.
---@param epoch number
---@return string "2026-01-31 12:00"
function M.time(epoch)
  return ("%04d-%02d-%02d %02d:%02d"):format(time.parts(epoch))
end

return M

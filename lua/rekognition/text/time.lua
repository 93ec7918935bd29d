--- Timestamps as credential sources and token caches write them.
--
-- RFC 3339 (the profile of ISO 8601 that AWS uses): "2026-11-21T10:00:00Z", with a fraction or a
-- numeric offset where the source likes it.

local clock = require "rekognition.call.clock"

local M = {}

local DAYS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function days_in(year, month)
  local leap = month == 2 and year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
  return DAYS[month] + (leap and 1 or 0)
end

-- Seconds east of UTC, or nil. botocore's SSO cache writes "UTC" in the place of "Z".
local function offset_seconds(zone)
  if zone == "Z" or zone == "z" or zone == "UTC" then return 0 end
  local sign, hours, minutes = zone:match("^([+-])(%d%d):?(%d%d)$")
  if not sign then return nil end
  hours, minutes = tonumber(hours), tonumber(minutes)
  if hours > 23 or minutes > 59 then return nil end
  local seconds = hours * 3600 + minutes * 60
  return sign == "-" and -seconds or seconds
end

--- Reads a timestamp. Nil where it is none: a date that isn't in the calendar, or no zone.
---@param text any
---@return number? epoch seconds; an integer where there is no fraction
function M.parse(text)
  if type(text) ~= "string" or #text > 64 then return nil end
  local year, month, day, hour, minute, second, rest =
    text:match("^(%d%d%d%d)-(%d%d)-(%d%d)[Tt ](%d%d):(%d%d):(%d%d)(.*)$")
  if not year then return nil end
  local fraction, zone = rest:match("^(%.%d+)(.*)$")
  local offset = offset_seconds(zone or rest)
  if not offset then return nil end
  year, month, day = math.tointeger(year), math.tointeger(month), math.tointeger(day)
  hour, minute, second = math.tointeger(hour), math.tointeger(minute), math.tointeger(second)
  if month < 1 or month > 12 or day < 1 or day > days_in(year, month) then return nil end
  if hour > 23 or minute > 59 or second > 60 then return nil end
  local epoch = clock.epoch(year, month, day, hour, minute, second) - offset
  return fraction and epoch + tonumber("0" .. fraction) or epoch
end

--- Writes a timestamp in UTC, in whole seconds.
---@param epoch number
---@return string "2026-11-21T10:00:00Z"
function M.format(epoch)
  return os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(epoch)) --[[@as string]]
end

return M

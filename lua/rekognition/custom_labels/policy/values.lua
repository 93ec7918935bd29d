--- The values of conditions that aren't plain text: numbers, dates, addresses, bytes in base64.
--
-- Each function reads a text, or returns nil where it isn't such a value. Forms: IAM User Guide, "IAM JSON policy
-- elements: Condition operators" (dates: W3C's profile of ISO 8601, or epoch seconds; addresses: RFC 4632 and 4291).

local decimal = require("rekognition.text.number").decimal
local ip = require "rekognition.text.ip"

local M = {}

---@return number?
function M.number(text)
  local sign, at = text:match("^([+-]?)()")
  local value = decimal(text:sub(at))
  return value and (sign == "-" and -value or value)
end

---@return boolean?
function M.boolean(text)
  local lower = text:gsub("[A-Z]", function(letter) return string.char(letter:byte() + 32) end)
  if lower == "true" then return true end
  if lower == "false" then return false end
  return nil
end

-- Days from 1970-01-01 to a day of the Gregorian calendar.
local function days(year, month, day)
  if month <= 2 then year, month = year - 1, month + 12 end
  return 365 * year + year // 4 - year // 100 + year // 400 + (153 * month - 457) // 5 + day - 719469
end

local MONTHS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function is_day(year, month, day)
  if month < 1 or month > 12 or day < 1 then return false end
  local leap = month == 2 and year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
  return day <= MONTHS[month] + (leap and 1 or 0)
end

local function zone_seconds(zone)
  if zone == "Z" then return 0 end
  local sign, hours, minutes = zone:match("^([+-])([0-9][0-9]):([0-9][0-9])$")
  if not sign or tonumber(hours) > 23 or tonumber(minutes) > 59 then return nil end
  return (sign == "-" and -1 or 1) * (tonumber(hours) * 3600 + tonumber(minutes) * 60)
end

-- The seconds of "T12:30:15.5Z" since midnight in UTC.
local function time_of_day(text)
  if text == "" then return 0 end
  local hour, minute, rest = text:match("^T([0-9][0-9]):([0-9][0-9])(.*)$")
  if not hour then return nil end
  local second, tail = rest:match("^:([0-9][0-9]%.?[0-9]*)(.*)$")
  local offset = zone_seconds(tail or rest)
  hour, minute, second = tonumber(hour), tonumber(minute), tonumber(second or 0)
  if not offset or hour > 23 or minute > 59 or not second or second >= 61 then return nil end
  return hour * 3600 + minute * 60 + second - offset
end

--- Epoch seconds.
---@return number?
function M.date(text)
  local number = M.number(text)
  if number and not text:find("^[0-9][0-9][0-9][0-9]$") then return number end
  local year, rest = text:match("^([0-9][0-9][0-9][0-9])(.*)$")
  if not year then return nil end
  local month, day, time = "01", "01", ""
  if rest ~= "" then
    month, rest = rest:match("^-([0-9][0-9])(.*)$")
    if not month then return nil end
  end
  if rest ~= "" then
    day, time = rest:match("^-([0-9][0-9])(.*)$")
    if not day then return nil end
  end
  year, month, day = math.tointeger(tonumber(year)), math.tointeger(tonumber(month)), math.tointeger(tonumber(day))
  local seconds = time_of_day(time)
  if not seconds or not is_day(year, month, day) then return nil end
  return days(year, month, day) * 86400 + seconds
end

--- An address or a range: its bytes (4 or 16), and how many bits count.
---@return string? bytes
---@return integer? bits
function M.address(text)
  local host, suffix = text:match("^([^/]*)/([0-9]+)$")
  host = host or text
  local bytes = ip.v4(host) or ip.v6(host)
  if not bytes then return nil end
  local bits = suffix and math.tointeger(tonumber(suffix)) or #bytes * 8
  if bits > #bytes * 8 then return nil end
  return bytes, bits
end

--- Whether an address is in a range; both as texts.
---@return boolean?
function M.in_range(range, address)
  local network, bits = M.address(range)
  local bytes = M.address(address)
  if not network or not bytes or #network ~= #bytes then return false end
  local whole = bits // 8
  if network:sub(1, whole) ~= bytes:sub(1, whole) then return false end
  local rest = bits % 8
  return rest == 0 or network:byte(whole + 1) >> (8 - rest) == bytes:byte(whole + 1) >> (8 - rest)
end

--- Whether a text is base64 (RFC 4648), padding included.
---@return boolean
function M.is_base64(text)
  return #text % 4 == 0 and text:find("^[A-Za-z0-9+/]*=?=?$") ~= nil
end

return M

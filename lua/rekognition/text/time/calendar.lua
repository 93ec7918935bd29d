--- The calendar: dates and times as services, servers and files write them, from and to seconds since the epoch.
--
-- This is the one calendar of the project. It depends on no locale and no time zone of the process.
-- The calendar is the proleptic Gregorian one; a leap second counts as the second after it.

local ascii = require "rekognition.text.ascii"
local forms = require "rekognition.text.time.forms"
local number = require "rekognition.text.number"

---@class rekognition.Calendar
local M = {}

local DAYS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }
local MONTHS = {
  Jan = 1, Feb = 2, Mar = 3, Apr = 4, May = 5, Jun = 6, Jul = 7, Aug = 8, Sep = 9, Oct = 10, Nov = 11, Dec = 12,
}
local WEEKDAYS = {
  Mon = true, Tue = true, Wed = true, Thu = true, Fri = true, Sat = true, Sun = true,
  Monday = true, Tuesday = true, Wednesday = true, Thursday = true, Friday = true, Saturday = true, Sunday = true,
}
-- A choice: no timestamp is longer, and no text of any length must be searched.
local LONGEST = 64

-- Days from 1970-01-01 to a date.
local function days(year, month, day)
  if month <= 2 then year, month = year - 1, month + 12 end
  return 365 * year + year // 4 - year // 100 + year // 400 + (153 * (month - 3) + 2) // 5 + day - 719469
end

--- Seconds since the epoch of a date and time in UTC. The parts are not checked.
---@return integer
function M.epoch(year, month, day, hour, minute, second)
  return days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second
end

local function days_in(year, month)
  local leap = month == 2 and year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
  return DAYS[month] + (leap and 1 or 0)
end

-- The epoch of parts that are texts of digits; nil if there is no such date or time.
local function checked_epoch(year, month, day, hour, minute, second)
  year, month, day = math.tointeger(year), math.tointeger(month), math.tointeger(day)
  hour, minute, second = math.tointeger(hour), math.tointeger(minute), math.tointeger(second)
  if month < 1 or month > 12 or day < 1 or day > days_in(year, month) then return nil end
  if hour > 23 or minute > 59 or second > 60 then return nil end
  return M.epoch(year, month, day, hour, minute, second)
end

-- The parts of each form of an HTTP date (RFC 9110, section 5.6.7): weekday, day, month, year, time.
local function http_parts(text)
  local weekday, day, month, year, hour, minute, second =
    text:match("^([A-Za-z]+), (%d%d) ([A-Za-z]+) (%d%d%d%d) (%d%d):(%d%d):(%d%d) GMT$")
  if weekday then return weekday, day, month, year, hour, minute, second end
  weekday, day, month, year, hour, minute, second =
    text:match("^([A-Za-z]+), (%d%d)%-([A-Za-z]+)%-(%d%d) (%d%d):(%d%d):(%d%d) GMT$")
  if weekday then return weekday, day, month, year, hour, minute, second end
  weekday, month, day, hour, minute, second, year =
    text:match("^([A-Za-z]+) ([A-Za-z]+) ([ %d]%d) (%d%d):(%d%d):(%d%d) (%d%d%d%d)$")
  if weekday then return weekday, (string.gsub(day, " ", "0")), month, year, hour, minute, second end
end

-- The year of an RFC 850 date. One that seems to be over 50 years ahead is the last one past with these digits.
local function full_year(two_digits, now)
  -- 146097 days are 400 years: near enough for the choice of a century.
  local this_year = 1970 + math.floor(now / (146097 * 86400 / 400))
  local year = this_year - this_year % 100 + math.tointeger(two_digits)
  if year > this_year + 50 then return year - 100 end
  if year <= this_year - 50 then return year + 100 end
  return year
end

--- Reads an HTTP date in any of its three forms (RFC 9110, section 5.6.7).
---@param text any      "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"
---@param now? number   epoch seconds, for a year of two digits; the process's clock by default
---@return integer? epoch seconds, or nil if it is not such a date
function M.parse_http(text, now)
  if type(text) ~= "string" or #text > LONGEST then return nil end
  local weekday, day, month, year, hour, minute, second = http_parts(text)
  if not (weekday and WEEKDAYS[weekday] and MONTHS[month]) then return nil end
  if #year == 2 then year = full_year(year, now or os.time()) end
  return checked_epoch(year, MONTHS[month], day, hour, minute, second)
end

-- The epoch of a date and time with a zone, in any form that forms.lua reads, or nil.
local function parse_form(text)
  local date, clock, offset = forms.read(text)
  if not date then return nil end
  local year = date.year
  if #year == 2 then year = full_year(year, os.time()) end
  local epoch = checked_epoch(year, date.month, date.day, clock.hour, clock.minute, clock.second)
  if not epoch then return nil end
  return epoch - offset + (clock.fraction and number.read("0." .. clock.fraction) * clock.unit or 0)
end

-- Seconds since the epoch as digits, nine to eleven of them: eight are a date, and twelve a date and a time.
local function parse_seconds(text)
  local digits = text:match("^%d%d%d%d%d%d%d%d%d%d?%d?$")
  return digits and math.tointeger(digits)
end

--- Reads a timestamp as credential sources and token caches write it: in the forms that botocore's parser takes and
--- that name a moment (see forms.lua), as an HTTP date, or as seconds since the epoch. A time without a zone
--- is refused, since it names no moment.
---@param text any
---@return number? epoch seconds, an integer if there is no fraction; nil if it is not a timestamp or not a real date
function M.parse(text)
  if type(text) ~= "string" or #text > LONGEST then return nil end
  text = ascii.trim(text)
  return parse_form(text) or M.parse_http(text) or parse_seconds(text)
end

-- The date of a day, counted from 1970-01-01: the inverse of `days`.
local function date_of(day)
  day = day + 719468 -- from 0000-03-01, so that a leap day ends a year
  local era = day // 146097
  local of_era = day % 146097
  local year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
  local of_year = of_era - (365 * year + year // 4 - year // 100)
  local month = (5 * of_year + 2) // 153
  local date = of_year - (153 * month + 2) // 5 + 1
  month = month < 10 and month + 3 or month - 9
  return era * 400 + year + (month <= 2 and 1 or 0), month, date
end

--- The parts of a moment in UTC. Unlike those of `os.date`, they don't depend on the zone: where TZ names one that
--- counts leap seconds ("right/UTC"), `os.date "!%c"` is some 27 seconds early.
---@param epoch number
---@return integer year
---@return integer month
---@return integer day
---@return integer hour
---@return integer minute
---@return integer second
---@return integer weekday  1 is Sunday
function M.parts(epoch)
  local seconds = math.floor(epoch)
  local days_since = seconds // 86400
  local year, month, day = date_of(days_since)
  local of_day = seconds % 86400
  return year, month, day, of_day // 3600, of_day // 60 % 60, of_day % 60, (days_since + 4) % 7 + 1
end

--- Writes a timestamp in UTC, in whole seconds.
---@param epoch number  of a year from 0 to 9999
---@return string "2026-11-21T10:00:00Z"
function M.format(epoch)
  return ("%04d-%02d-%02dT%02d:%02d:%02dZ"):format(M.parts(epoch))
end

return M

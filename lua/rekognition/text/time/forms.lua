--- The forms in which people and programs write a date and a time: ISO 8601, HTTP and mail dates, the output of `date`.
--
-- botocore reads expirations with Python's dateutil, which takes many forms. These are the ones of them that name a
-- moment: a date in a known order, a time, a zone. docs/credentials.md lists them. Every pattern is anchored.

local ascii = require "rekognition.text.ascii"

local M = {}

local MONTHS, WEEKDAYS = {}, {}
for number, name in ipairs {
  "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
  "december",
} do
  MONTHS[name], MONTHS[name:sub(1, 3)] = number, number
end
MONTHS.sept = 9
for _, name in ipairs { "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday" } do
  WEEKDAYS[name], WEEKDAYS[name:sub(1, 3)] = true, true
end

-- Each reader takes the text and a place, and returns the place behind what it read and the parts, or nil.

local function read_weekday(text, at)
  local word, stop = text:match("^([A-Za-z]+)[.,]? *()", at)
  return word and WEEKDAYS[ascii.lower(word)] and stop or at
end

local function month_of(word)
  return word and MONTHS[ascii.lower(word)]
end

-- "Jan 2, 2099", "Jan-02-2099": month and day; the year may stand behind the time.
local function read_month_day(text, at)
  local word, day, stop = text:match("^([A-Za-z]+)[-. /]*(%d%d?)()%f[^0-9]", at)
  local month = month_of(word)
  if month then return stop, { month = month, day = day } end
end

local function read_year(text, at)
  local year, stop = text:match("^[-,./]? *(%d%d%d%d)()%f[^0-9]", at)
  return stop, year
end

-- Digits alone: the order is year, month, day, but a year at the end makes it month, day, year, as in the USA. What
-- cannot be a month is the day.
local function read_numeric_date(text, at)
  local year, _, month, day, stop = text:match("^(%d%d%d%d)([-/. ])(%d%d?)%2(%d%d?)()%f[^0-9]", at)
  if not year then year, month, day, stop = text:match("^(%d%d%d%d)(%d%d)(%d%d)()", at) end
  if year then return stop, { year = year, month = month, day = day } end
  month, _, day, year, stop = text:match("^(%d%d?)([-/. ])(%d%d?)%2(%d%d%d%d)()%f[^0-9]", at)
  if not month then return nil end
  if math.tointeger(month) > 12 then month, day = day, month end
  return stop, { year = year, month = month, day = day }
end

-- "2 Jan 2099", "02-Jan-2099", "02Jan2099", "2099-Jan-02".
local function read_named_date(text, at)
  local first, word, last, stop = text:match("^(%d+)[-/. ]? ?([A-Za-z]+)[-/., ]*(%d+)()", at)
  local month = month_of(word)
  if not month then return nil end
  if #first == 4 and #last <= 2 then return stop, { year = first, month = month, day = last } end
  if #first <= 2 and (#last == 4 or #last == 2) then return stop, { year = last, month = month, day = first } end
end

local function read_date(text, at)
  at = read_weekday(text, at)
  local stop, date = read_numeric_date(text, at)
  if not stop then stop, date = read_named_date(text, at) end
  if stop then return stop, date end
  stop, date = read_month_day(text, at)
  if not stop then return nil end
  local behind, year = read_year(text, stop)
  date.year = year
  return behind or stop, date
end

-- A fraction counts in the part before it, an hour's is refused. A point may stand alone.
local function read_fraction(text, at, time, unit)
  local digits, stop = text:match("^[.,](%d*)()", at)
  if not digits then return at, time end
  if unit == 3600 then return nil end
  if digits == "" then return not text:find("^[A-Za-z]", stop) and stop or nil, time end
  time.fraction, time.unit = digits, unit
  return stop, time
end

local function read_half(text, at, time)
  local letter, stop = text:match("^ ?([AaPp])[Mm]()%f[^A-Za-z]", at)
  if not letter then letter, stop = text:match("^ ?([AaPp])%.[Mm]%.()", at) end
  if not letter then return at, time end
  local hour = math.tointeger(time.hour)
  if hour < 1 or hour > 12 then return nil end
  time.hour = hour % 12 + (ascii.lower(letter) == "p" and 12 or 0)
  return stop, time
end

local CLOCKS = {
  { "^(%d%d?):(%d%d?):(%d%d?)()%f[^0-9]", 1 }, { "^(%d%d?):(%d%d?)()%f[^0-9:]", 60 },
  { "^(%d%d?)h(%d%d?)m(%d%d?)s()", 1 }, { "^(%d%d?)h(%d%d?)m()", 60 }, { "^(%d%d?)h(%d%d?)()%f[^0-9]", 60 },
  { "^(%d%d?)h()", 3600 },
  { "^(%d%d)(%d%d)(%d%d)()%f[^0-9]", 1 }, { "^(%d%d)(%d%d)()%f[^0-9]", 60 }, { "^(%d%d)()%f[^0-9]", 3600 },
  { "^(%d%d?)() ?%f[AaPp]", 3600 },
}

local function read_time(text, at)
  if not at then return nil end
  for _, clock in ipairs(CLOCKS) do
    local parts = table.pack(text:match(clock[1], at))
    if parts[1] then
      local unit = clock[2]
      local time = { hour = parts[1], minute = unit < 3600 and parts[2] or 0, second = unit < 60 and parts[3] or 0 }
      local stop
      stop, time = read_fraction(text, parts[parts.n], time, unit)
      if stop then stop, time = read_half(text, stop, time) end
      return stop, time
    end
  end
end

-- Seconds east of UTC. "GMT+3" is POSIX's: three hours west, as dateutil takes it.
local function read_zone(text, at)
  local name, behind = text:match("^ *([A-Za-z]+)()", at)
  local is_named = name == "Z" or name == "z" or name == "UTC" or name == "GMT"
  if name and not is_named then return nil end
  local from = is_named and behind or at
  local sign, hours, minutes, stop = text:match("^ *([+-])(%d%d?):(%d%d?)()%f[^0-9]", from)
  if not sign then sign, hours, minutes, stop = text:match("^ *([+-])(%d%d)(%d%d)()%f[^0-9]", from) end
  if not sign then
    sign, hours, stop = text:match("^ *([+-])(%d%d?)()%f[^0-9:]", from)
    minutes = "0"
  end
  if not sign then return is_named and behind or nil, 0 end
  hours, minutes = math.tointeger(hours), math.tointeger(minutes)
  if hours > 23 or minutes > 59 then return nil end
  local seconds = (hours * 60 + minutes) * 60
  if (sign == "-") ~= is_named then seconds = -seconds end
  return text:match("^ ?%([A-Z]+%)()", stop) or stop, seconds
end

-- What must stand between a date and a time. Nothing stands between digits alone: "20990102030405".
local function skip_between(text, at)
  local stop = text:match("^,? *at +()", at) or text:match("^,? *[Tt]()", at) or text:match("^[,; ] *()", at)
  if stop then return stop end
  local digits = #text:match("^%d*")
  return (digits == 12 or digits == 14) and at or nil
end

local function date_first(text)
  local at, date = read_date(text, 1)
  if not at then return nil end
  local time, zone
  at, time = read_time(text, skip_between(text, at))
  if not at then return nil end
  at, zone = read_zone(text, at)
  if at and not date.year then at, date.year = read_year(text, at) end
  if at and at > #text then return date, time, zone end
end

-- The time and a zone behind it, if there is one, then the date.
local function time_first(text)
  local at, time = read_time(text, 1)
  if not at then return nil end
  local behind, zone = read_zone(text, at)
  local stop, date = read_date(text, skip_between(text, behind or at) or #text + 1)
  return stop, time, date, behind and zone
end

-- "Jan  2 03:04:05 2099 +0000", "03:04:05 2099-01-02 UTC" and "03:04:05 UTC 2099-01-02".
local function zone_last(text)
  local at, date = read_date(text, 1)
  local time, zone
  if at and not date.year then
    at, time = read_time(text, skip_between(text, at))
    if at then at, date.year = read_year(text, at) end
  elseif not at then
    at, time, date, zone = time_first(text)
  else
    return nil
  end
  if not at or not date.year then return nil end
  if not zone then at, zone = read_zone(text, at) end
  if at and at > #text then return date, time, zone end
end

--- The parts of a date and time: year, month and day; hour, minute, second, and a fraction of a unit; seconds east of
--- UTC. The parts are digits or numbers, and not checked. A year may have two digits.
---@param text string  short
---@return { year: string|integer, month: string|integer, day: string|integer }? date
---@return table? time  hour, minute, second; fraction and its unit in seconds
---@return integer? offset
function M.read(text)
  text = text:gsub("(%f[0-9]%d%d?)[SsNnRrTt][TtDdHh]%f[^A-Za-z]", "%1"):gsub(" of ", " ") -- "2nd of January"
  local date, time, zone = date_first(text)
  if date then return date, time, zone end
  return zone_last(text)
end

return M

--- The client's clock: the seam's time, corrected by what a service said of it.
--
-- A request signed with a wrong time is refused. The answer's Date header then tells the service's
-- time; the difference is kept, and every later request of the client is signed with it.

local rek_error = require "rekognition.error"

local M = {}

local MONTHS = {
  Jan = 1, Feb = 2, Mar = 3, Apr = 4, May = 5, Jun = 6,
  Jul = 7, Aug = 8, Sep = 9, Oct = 10, Nov = 11, Dec = 12,
}

-- Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
local function days(year, month, day)
  if month <= 2 then year, month = year - 1, month + 12 end
  return 365 * year + year // 4 - year // 100 + year // 400 + (153 * (month - 3) + 2) // 5 + day - 719469
end

--- Seconds since the epoch of a UTC date and time.
function M.epoch(year, month, day, hour, minute, second)
  return days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second
end

--- Reads an HTTP date in the form that servers send (IMF-fixdate, RFC 9110 section 5.6.7).
---@param text? string "Sun, 06 Nov 1994 08:49:37 GMT"
---@return integer? epoch seconds, or nil
function M.parse_http_date(text)
  if not text then return nil end
  local day, month, year, hour, minute, second =
    text:match("^%a%a%a, (%d%d) (%a%a%a) (%d%d%d%d) (%d%d):(%d%d):(%d%d) GMT$")
  if not (day and MONTHS[month]) then return nil end
  return M.epoch(tonumber(year), MONTHS[month], tonumber(day), tonumber(hour), tonumber(minute), tonumber(second))
end

-- The codes that say that the time is wrong, and those that may say so: with these the clock is
-- taken for wrong where it is off by four minutes or more (AWS bears five). All are in the list of
-- the AWS SDK for JavaScript; its AccessDeniedException is left out, which on Rekognition is a refusal
-- by a policy.
local SKEW_CODES = { RequestTimeTooSkewed = 1, RequestExpired = 1, RequestInTheFuture = 1,
  InvalidSignatureException = 240, SignatureDoesNotMatch = 240, AuthFailure = 240 }

local YEAR_10000 = 253402300800 -- signatures have four digits for the year

---@class rekognition.Clock
---@field offset number  seconds that the service's clock is ahead of the seam's
local Clock = {}
Clock.__index = Clock

---@param now fun(): number
function M.new(now)
  return setmetatable({ now_seam = now, offset = 0 }, Clock)
end

--- The time to sign with, epoch seconds.
function Clock:now()
  local now = self.now_seam()
  if type(now) ~= "number" or not (now >= 0 and now < YEAR_10000) then
    rek_error.raise { kind = "config", code = "InvalidClock",
      message = "the clock is to give seconds since the epoch, not " .. tostring(now) }
  end
  return now + self.offset
end

--- Learns from a refused request. True where the clock was off, is now set right, and the same
--- request signed anew could be taken.
---@param code string                     the service's error code
---@param headers table<string, string>   names in lower case
---@return boolean
function Clock:correct(code, headers)
  local least = SKEW_CODES[code]
  local date = least and M.parse_http_date(headers.date)
  if not date then return false end
  local offset = date - self.now_seam()
  if math.abs(offset - self.offset) < least then return false end
  self.offset = offset
  return true
end

return M

--- The client's clock: the seam's time, corrected by what a service said of it.
--
-- A request signed with a wrong time is refused. The response's Date header then tells the service's
-- time; the difference is kept, and every later request of the client, whatever the service, is signed with it.

local core = require "rekognition.core"
local rek_error = require "rekognition.error"
local quote = require "rekognition.text.quote"
local time = require "rekognition.text.time"

local M = {}

-- The codes that say that the time is wrong, and those that may say so: with these the clock is
-- taken for wrong where it is off by four minutes or more (AWS accepts five). All are in the list of
-- the AWS SDK for JavaScript; its AccessDeniedException is left out, which on Rekognition is a refusal
-- by a policy.
local SKEW_CODES = { RequestTimeTooSkewed = 1, RequestExpired = 1, RequestInTheFuture = 1,
  InvalidSignatureException = 240, SignatureDoesNotMatch = 240, AuthFailure = 240 }

local YEAR_10000 = 253402300800 -- signatures have four digits for the year
-- A Date outside of these years is a broken server's, and is not believed. Our choice: signature version 4 is of 2012,
-- and a client that is older than a century is unlikely.
local YEAR_2012, YEAR_2112 = 1325376000, 4481049600

-- An HTTP date, or what a gateway writes instead: "UTC", "+0000", dashes. RFC 9110, section 5.6.7, wants
-- recipients "to be robust in parsing timestamps".
local function read_date(text, now)
  return time.parse_http(text, now) or time.parse(text)
end

---@class rekognition.Clock
---@field offset number  seconds that the service's clock is ahead of the seam's
local Clock = {}
Clock.__index = Clock

-- A host's clock, which may return anything.
local function checked(host_clock)
  return function()
    local now = host_clock()
    if type(now) == "number" and now >= 0 and now < YEAR_10000 then return now end
    return rek_error.raise { kind = "config", code = "InvalidClock",
      message = "clock must return seconds since the epoch, before the year 10000, got " .. quote.value(now) }
  end
end

---@param now fun(): number
function M.new(now)
  return setmetatable({ now_seam = now == core.now and now or checked(now), offset = 0 }, Clock)
end

--- The time to sign with, epoch seconds. Raises kind "config" if the host's clock returns no time.
function Clock:now()
  local now = self.now_seam()
  local corrected = now + self.offset
  if corrected >= 0 and corrected < YEAR_10000 then return corrected end
  self.offset = 0 -- the seam's clock has jumped: the correction was for another time
  return now
end

--- Learns from a refused request. True where the time that it was signed with was wrong, the clock is now set right,
--- and the same request signed again could be accepted.
---@param code string                     the service's error code
---@param headers table<string, string>   names in lower case
---@param signed_offset number            `offset` as it was when the request was signed
---@return boolean
function Clock:correct(code, headers, signed_offset)
  local least = SKEW_CODES[code]
  local date = least and read_date(headers.date, self.now_seam())
  if not date or date < YEAR_2012 or date >= YEAR_2112 then return false end
  local offset = date - self.now_seam()
  if math.abs(offset - signed_offset) < least then return false end
  self.offset = offset
  return true
end

return M

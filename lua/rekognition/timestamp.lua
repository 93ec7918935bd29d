--- Timestamps as text. A response has them as numbers, seconds since 1970 with a fraction. `os.date` takes whole
-- numbers alone: os.date("!%F", math.floor(t)).

local time = require "rekognition.text.time"
local expect = require "rekognition.text.expect"

local M = expect.face({}, "rekognition.timestamp")

local FIRST, LAST = -62167219200, 253402300799 -- the years 0 to 9999, which ISO 8601 writes with four digits

local TIMESTAMP = expect.kind("a number of seconds since 1970, in the years 0 to 9999", function(seconds)
  return type(seconds) == "number" and seconds >= FIRST and seconds <= LAST
end)

--- A timestamp in ISO 8601, in UTC, with milliseconds if it isn't a whole second: "2026-11-26T22:30:00.125Z".
---@param seconds number  since 1970, as in a response
---@return string
--- Raises an error of kind "validation" for anything else.
function M.format(seconds)
  expect.argument(seconds, TIMESTAMP, "timestamp.format", "seconds", { code = "InvalidTimestamp" })
  local thousandths = math.tointeger(math.floor(seconds * 1000 + 0.5))
  local whole, rest = thousandths // 1000, thousandths % 1000
  local text = time.format(whole)
  return rest > 0 and ("%s.%03dZ"):format(text:sub(1, -2), rest) or text
end

return M

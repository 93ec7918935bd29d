--- The values of options, from what was typed. Each returns the value, or nil and what it must be, to which the parser
-- adds the option's name and what it got.

local decimal = require("rekognition.text.number").decimal

local M = {}

local UNITS = { s = 1, m = 60, h = 3600, d = 86400 }

--- Seconds: "90", "1.5h", "20m", "3d".
function M.seconds(text)
  local unit = UNITS[text:sub(-1)]
  local value = decimal(unit and text:sub(1, -2) or text)
  value = value and value * (unit or 1)
  if not value or value <= 0 or value == math.huge then
    return nil, "must be a time above 0, such as 30, 90s, 20m, 2h or 3d"
  end
  return value
end

--- A number above 0.
function M.amount(text)
  local value = decimal(text)
  if not value or value <= 0 or value == math.huge then return nil, "must be a number above 0" end
  return value
end

--- A number of at least 0.
function M.price(text)
  local value = decimal(text)
  if not value or value < 0 or value == math.huge then return nil, "must be a price of at least 0, such as 4 or 0.5" end
  return value
end

--- A whole number of at least 1.
function M.count(text)
  local value = text:match("^[0-9]+$") and math.tointeger(tonumber(text))
  if not value or value < 1 then return nil, "must be a whole number of at least 1" end
  return value
end

local function pair_of(form)
  return function(text)
    local name, value = text:match("^([^=]+)=(.*)$")
    if not name then return nil, "must be written " .. form end
    return { name, value }
  end
end

--- "key=value", as { key, value }.
M.pair = pair_of "KEY=VALUE"

--- "member=file", as { member, file }.
M.member = pair_of "MEMBER=FILE"

--- "a,b,c", as a list.
function M.list(text)
  local items = {}
  for item in text:gmatch("[^,]+") do items[#items + 1] = item end
  if #items == 0 then return nil, "must be one or more names, with commas between them" end
  return items
end

--- A statement's name. "You can include only letters and digits" (IAM, "IAM JSON policy elements: Sid").
function M.sid(text)
  if text:find("^[A-Za-z0-9]+$") then return text end
  return nil, "must be letters and digits alone"
end

--- An account's id.
function M.account(text)
  if text:find("^[0-9]+$") and #text == 12 then return text end
  return nil, "must be an account's id, 12 digits"
end

return M

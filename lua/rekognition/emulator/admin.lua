--- The emulator's own endpoint, outside AWS's paths: /_emulator/... It takes and returns JSON and needs no signature.
--
-- A request that comes from a web page (it has an Origin header) is refused, so that no page can reset an emulator.

local core = require "rekognition.core"
local faults = require "rekognition.emulator.faults"
local identities = require "rekognition.emulator.identities"
local json = require "rekognition.custom_labels.policy.json"
local number_text = require("rekognition.text.number").text
local number_of = require("rekognition.text.number").of
local settings = require "rekognition.emulator.settings"
local timestamp = require "rekognition.text.time"
local cjson = require("cjson").new()

local M = {}

local PREFIX = "/_emulator/"

local function refuse(status, message)
  error({ admin = message, status = status }, 0)
end

-- A request's JSON: an object, or a list where one may be.
local function read(exchange, may_be_list)
  local text = exchange.request.body
  if text == "" then return json.object {} end
  local value, problem = json.read(text)
  if value == nil then refuse(400, "the body is not JSON: " .. problem) end
  if not json.is_object(value) and not (may_be_list and json.is_list(value)) then
    refuse(400, "the body must be an object")
  end
  return value
end

-- What a function that raises sentences returns.
local function checked(f, ...)
  local ok, result = pcall(f, ...)
  if ok then return result end
  return refuse(400, tostring(result))
end

local routes = {}

routes["GET health"] = function(emulator)
  return { status = "running", version = core.version, now = emulator.clocks:now() }
end

routes["POST reset"] = function(emulator)
  emulator:reset()
  return {}
end

local function shown_faults(emulator)
  local list = {}
  for i, fault in ipairs(emulator.faults.list) do
    list[i] = { fault = fault.fault, operation = fault.operation, account = fault.account, code = fault.code,
                used = fault.used, left = fault.times and fault.times - fault.used or "always" }
  end
  return { faults = list }
end

routes["GET faults"] = shown_faults

routes["POST faults"] = function(emulator, exchange)
  local given = read(exchange, true)
  local list = json.is_list(given) and given or { given }
  for _, one in ipairs(list) do checked(faults.read, one) end
  for _, one in ipairs(list) do emulator.faults:add(one) end
  return shown_faults(emulator)
end

routes["DELETE faults"] = function(emulator)
  emulator.faults:clear()
  return {}
end

local function shown_time(emulator)
  local clocks = emulator.clocks
  return { now = clocks:now(), time = timestamp.format(clocks:now()), rate = clocks.rate, skew = clocks.skew }
end

routes["GET time"] = shown_time

local TIME = { now = { 0, 1e11 }, advance = { -1e9, 1e9 }, rate = { 0, 1e6 }, skew = { -1e9, 1e9 } }

routes["POST time"] = function(emulator, exchange)
  local given, change = read(exchange), {}
  for name, value in pairs(given) do
    local bounds = TIME[name] or refuse(400, ("%s is not known. Use now, advance, rate, skew"):format(tostring(name)))
    local number = name == "now" and timestamp.parse(value) or number_of(value)
    if not number or number < bounds[1] or number > bounds[2] then
      refuse(400, ("%s must be a number from %s to %s, got %s"):format(name, number_text(bounds[1]),
        number_text(bounds[2]), tostring(value)))
    end
    change[name] = number
  end
  emulator.clocks:set(change)
  return shown_time(emulator)
end

-- Sessions of roles that were issued so far, and keys that come with a token.
routes["POST expire-tokens"] = function(emulator)
  emulator.identities:expire(emulator.clocks:signing())
  return {}
end

routes["POST identities"] = function(emulator, exchange)
  local given = read(exchange)
  checked(identities.new, {}, given) -- whole, or not at all
  emulator.identities:add(given)
  return {}
end

routes["POST settings"] = function(emulator, exchange)
  local given, merged = read(exchange), {}
  for name, value in pairs(emulator.options) do merged[name] = value end
  for name, value in pairs(given) do
    if not settings.is_known(name) then
      refuse(400, ("%s is not a setting that can be changed"):format(tostring(name)))
    end
    merged[name] = value
  end
  local changed = checked(settings.read, merged)
  emulator.options, emulator.settings, emulator.spent = merged, changed, {}
  return {}
end

routes["GET calls"] = function(emulator)
  return { calls = emulator.calls }
end

routes["DELETE calls"] = function(emulator)
  emulator.calls = {}
  return {}
end

-- cjson writes an empty table as an object; the one list that there is must stay a list.
local function encode(value)
  if value.faults and #value.faults == 0 then return '{"faults":[]}' end
  return cjson.encode(value)
end

--- Whether a request is for this endpoint.
function M.is_for(path)
  return path:sub(1, #PREFIX) == PREFIX
end

--- Answers a request.
---@param exchange rekognition.emulator.Exchange
---@return integer status, table headers, string body
function M.handle(exchange)
  local emulator, headers = exchange.emulator, { { "Content-Type", "application/json" } }
  local name = exchange.request.method .. " " .. exchange.path:sub(#PREFIX + 1)
  local ok, result = pcall(function()
    if exchange.headers.origin then refuse(403, "requests of web pages are refused") end
    local route = routes[name]
    if not route then refuse(404, ("there is no %s here. docs/emulator.md lists what there is"):format(name)) end
    return route(emulator, exchange)
  end)
  if ok then return 200, headers, encode(result) end
  if type(result) ~= "table" or not result.admin then error(result, 0) end
  return result.status, headers, cjson.encode { error = result.admin }
end

return M

--- Faults on demand: calls that are throttled, fail, are lost, come late or cut short, and models that end badly.
--
-- A fault is a table as docs/emulator.md describes it. The first one in the list that fits a call is used, and counted.

local errors = require "rekognition.emulator.errors"
local number_text = require("rekognition.text.number").text
local number_of = require("rekognition.text.number").of
local wildcard = require "rekognition.text.wildcard"

local M = {}

---@class rekognition.emulator.Fault
---@field fault string       one of M.KINDS
---@field operation string   a name with `*` and `?`; "s3:GET" and the like for S3, "-" for what names none
---@field account? string    12 digits
---@field version? string    a version's name with `*` and `?`, or train or test, for models and datasets that end badly
---@field times integer|false   how often; false: always
---@field skip integer       calls that are let through first
---@field when "before"|"after"  the effect
---@field code? string
---@field message? string
---@field status? integer
---@field seconds? number
---@field bytes? integer
---@field used integer       how often it was used

---@class rekognition.emulator.Faults
---@field list rekognition.emulator.Fault[]
local Faults = {}
Faults.__index = Faults

--- The kinds of faults that there are.
---@type string[]
M.KINDS = { "error", "throttle", "drop", "delay", "truncate", "training_failed", "copying_failed", "starting_failed",
            "dataset_failed" }

local STATUSES = { InternalServerError = 500, InternalFailure = 500, InternalError = 500, ServiceUnavailable = 503,
                   SlowDown = 503, AccessDenied = 403 }
local MESSAGES = { ThrottlingException = "Slow down; sudden increase in rate of requests.",
                   ProvisionedThroughputExceededException = "Provisioned Rate exceeded.",
                   InternalServerError = "Internal server error" }

local function fail(message, ...)
  error("a fault's " .. message:format(...), 0)
end

local function read_number(given, name, least, most, default)
  local value = given[name]
  if value == nil then return default end
  local number = number_of(value)
  if not number or number < least or number > most then
    fail("%s must be a number from %s to %s, got %s", name, number_text(least), number_text(most), tostring(value))
  end
  return number
end

local function read_integer(given, name, least, most, default)
  local number = read_number(given, name, least, most, default)
  if number and not math.tointeger(number) then fail("%s must be whole, got %s", name, tostring(number)) end
  return number and math.tointeger(number)
end

local function read_text(given, name, pattern, default)
  local value = given[name]
  if value == nil then return default end
  if type(value) ~= "string" or not value:find(pattern) then fail("%s can't be %s", name, tostring(value)) end
  return value
end

local KNOWN = { fault = true, operation = true, account = true, version = true, times = true, skip = true, when = true,
                code = true, message = true, status = true, seconds = true, bytes = true }

local function is_kind(value)
  for _, kind in ipairs(M.KINDS) do
    if kind == value then return true end
  end
  return false
end

--- Reads a fault's description. Raises a sentence where it is wrong.
---@param given table
---@return rekognition.emulator.Fault
function M.read(given)
  if type(given) ~= "table" then fail("description must be an object") end
  for name in pairs(given) do
    if not KNOWN[name] then fail("%s is not known", tostring(name)) end
  end
  if not is_kind(given.fault) then
    fail("fault must be one of %s, got %s", table.concat(M.KINDS, ", "), tostring(given.fault))
  end
  local times = given.times
  local fault = {
    fault = given.fault, operation = read_text(given, "operation", "^[A-Za-z0-9:*?-]+$", "*"), used = 0,
    account = read_text(given, "account", "^%d%d%d%d%d%d%d%d%d%d%d%d$"),
    version = read_text(given, "version", ".", "*"),
    times = times ~= false and times ~= "always" and read_integer(given, "times", 1, 1e9, 1),
    skip = read_integer(given, "skip", 0, 1e9, 0), when = given.when or "before",
    code = read_text(given, "code", "^[!-~]+$"),
    message = read_text(given, "message", "."), status = read_integer(given, "status", 300, 599),
    seconds = read_number(given, "seconds", 0, 3600, 1), bytes = read_integer(given, "bytes", 0, 1e9, 10),
  }
  if fault.when ~= "before" and fault.when ~= "after" then
    fail("when must be before or after, got %s", tostring(given.when))
  elseif fault.fault == "error" and not fault.code then
    fail("code must be given")
  end
  if fault.fault == "throttle" then fault.code = fault.code or "ThrottlingException" end
  return fault
end

--- Makes an empty list of faults, or one with those described. Raises a sentence where one is wrong.
---@param descriptions? table[]
---@return rekognition.emulator.Faults
function M.new(descriptions)
  local self = setmetatable({ list = {} }, Faults)
  for _, description in ipairs(descriptions or {}) do self:add(description) end
  return self
end

--- Adds a fault behind those that there are.
function Faults:add(description)
  self.list[#self.list + 1] = M.read(description)
end

--- Forgets all.
function Faults:clear()
  self.list = {}
end

local function is_left(fault)
  return not fault.times or fault.used < fault.times
end

-- Whether a fault strikes now; one that lets calls through first counts them.
local function strikes(fault)
  if fault.skip > 0 then
    fault.skip = fault.skip - 1
    return false
  end
  fault.used = fault.used + 1
  return true
end

local CALLS = { error = true, throttle = true, drop = true, delay = true, truncate = true }

--- The fault that strikes a call; nil mostly.
---@param operation string
---@param account? string
---@return rekognition.emulator.Fault?
function Faults:take(operation, account)
  for _, fault in ipairs(self.list) do
    if CALLS[fault.fault] and is_left(fault) and wildcard.matches(fault.operation, operation)
        and (not fault.account or fault.account == account) then
      return strikes(fault) and fault or nil
    end
  end
end

local ENDINGS = { TRAINING_IN_PROGRESS = "training_failed", COPYING_IN_PROGRESS = "copying_failed",
                  STARTING = "starting_failed", CREATE_IN_PROGRESS = "dataset_failed",
                  UPDATE_IN_PROGRESS = "dataset_failed" }

--- Why a version or a dataset will end badly: a StatusMessage, or true for the usual one; nil where it won't.
---@param status string   the state that begins
---@param name string     the version's; a dataset's is train or test
---@param account string
---@return string|true|nil
function Faults:ending(status, name, account)
  for _, fault in ipairs(self.list) do
    if fault.fault == ENDINGS[status] and is_left(fault) and wildcard.matches(fault.version, name)
        and (not fault.account or fault.account == account) then
      return strikes(fault) and (fault.message or true) or nil
    end
  end
end

--- The failure that a fault stands for.
---@param fault rekognition.emulator.Fault
---@return rekognition.emulator.Failure
function M.failure(fault)
  local code = fault.code
  return errors.failure(code, fault.message or MESSAGES[code] or "The emulator was told so.",
    fault.status or STATUSES[code] or 400)
end

return M

--- An emulator's options, with what holds where one is left out.

local ascii = require "rekognition.text.ascii"
local expect = require "rekognition.text.expect"
local quotas = require "rekognition.emulator.quotas"

local M = {}

local DEFAULTS = { train_seconds = 5, copy_seconds = 5, delete_seconds = 1, start_seconds = 1, stop_seconds = 1,
                   dataset_seconds = 1 }

--- The options that can be changed while the emulator runs.
---@type string[]
M.NAMES = { "fail", "fail_start", "quotas", "rates" }
for name in pairs(DEFAULTS) do M.NAMES[#M.NAMES + 1] = name end
ascii.sort(M.NAMES)

--- Whether an option can be changed while the emulator runs.
---@param name string
---@return boolean
function M.is_known(name)
  for _, known in ipairs(M.NAMES) do
    if known == name then return true end
  end
  return false
end

local LEAST = expect.kind("a number from 0 on", function(value)
  return type(value) == "number" and value >= 0 and value < math.huge
end)
local NAMES = expect.kind("a list of names", function(value)
  if type(value) ~= "table" then return false end
  for _, item in ipairs(value) do
    if type(item) ~= "string" then return false end
  end
  return true
end)
local RATES = expect.kind('a table of numbers, or "aws"', function(value)
  return type(value) == "table" or value == "aws"
end)
local OPTIONS = { fail = NAMES, fail_start = NAMES, quotas = RATES, rates = RATES, accounts = expect.TABLE,
  identities = expect.ANY, identities_file = expect.TEXT,
  strict_buckets = expect.FLAG, region = expect.STRING, state_file = expect.TEXT,
  clock = expect.FUNCTION, clock_rate = LEAST, clock_at = LEAST, faults = expect.TABLE, admin = expect.FLAG,
  log = expect.FUNCTION }
for name in pairs(DEFAULTS) do OPTIONS[name] = LEAST end

--- Checks the names and the types of a program's options. Raises a `config` error.
---@param options table
function M.check(options)
  local names = {}
  for name in pairs(OPTIONS) do names[#names + 1] = name end
  expect.argument(options, expect.TABLE, "emulator.new", "options", { kind = "config", code = "InvalidOption" })
  expect.no_misspelling(options, names, "emulator.new", { kind = "config", code = "UnknownOption" })
  expect.values(options, OPTIONS, "emulator.new", { kind = "config", code = "InvalidOption" })
end

--- The settings that operations work by. Raises a sentence if an option is wrong.
---@param options rekognition.emulator.Options
---@return rekognition.emulator.Options
function M.read(options)
  for _, name in ipairs { "fail", "fail_start" } do
    local list = options[name]
    if list ~= nil and type(list) ~= "table" then error(("%s must be a list of names"):format(name), 0) end
    for _, item in ipairs(list or {}) do
      if type(item) ~= "string" then error(("%s must be a list of names, got %s"):format(name, tostring(item)), 0) end
    end
  end
  local settings = { fail = options.fail or {}, fail_start = options.fail_start or {}, region = options.region }
  for name, seconds in pairs(DEFAULTS) do
    local value = options[name] or seconds
    if math.type(value) == nil or value < 0 then
      error(("%s must be a number from 0 on, got %s"):format(name, tostring(value)), 0)
    end
    settings[name] = value
  end
  settings.quotas, settings.rates = quotas.settings(options)
  return settings
end

return M

--- An emulator's options, with what holds where one is left out.

local quotas = require "rekognition.emulator.quotas"

local M = {}

local DEFAULTS = { train_seconds = 5, copy_seconds = 5, delete_seconds = 1, start_seconds = 1, stop_seconds = 1,
                   dataset_seconds = 1 }

--- The settings that operations work by. Raises a sentence if an option is wrong.
---@param options rekognition.emulator.Options
---@return rekognition.emulator.Options
function M.read(options)
  local settings = { fail = options.fail or {}, fail_start = options.fail_start or {}, region = options.region }
  for name, seconds in pairs(DEFAULTS) do settings[name] = options[name] or seconds end
  settings.quotas, settings.rates = quotas.settings(options)
  return settings
end

return M

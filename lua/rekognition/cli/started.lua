--- What `start` and `run` have in common: the options, and the question before it costs.

local number = require "rekognition.text.number"
local options = require "rekognition.cli.options"
local run_options = require "rekognition.custom_labels.run_options"
local values = require "rekognition.cli.values"

local M = {}

M.TIMEOUT = { name = "--timeout", value = "TIME", convert = values.seconds,
  help = "How long the start may take. Then the model is stopped. Default: 1h; AWS speaks of up to 30 minutes." }

--- The options: those of the command, then those of both.
function M.options(own)
  local list = table.move(own, 1, #own, 1, {})
  local rest = { "min_units", "max_units", "price", "journal", M.TIMEOUT, "delay", "profile", "region", "endpoint",
    "output", "quiet", "yes" }
  table.move(rest, 1, #rest, #list + 1, list)
  return options.list(list)
end

--- Asks whether to start a model.
---@param context rekognition.cli.Context
---@param client rekognition.Client
---@param version string
---@param ending string  "until it is stopped"
---@return boolean
function M.confirm(context, client, version, ending)
  local args = context.args
  local units = args.max_units or args.min_units or 1
  local price = (args.price_per_hour or run_options.PRICE_PER_HOUR) * units
  local by = args.price_per_hour and "the price given" or "the default price (--price-per-hour sets yours)"
  local question = ("This starts %s with %s%d inference unit%s: %s an hour by %s, %s."):format(
    version, args.max_units and "at most " or "", units, units == 1 and "" or "s", number.fixed(price, 2), by, ending)
  return context:confirm(question, client)
end

--- Checks the numbers of inference units before anything is sent.
function M.check_units(context)
  local least, most = context.args.min_units or 1, context.args.max_units
  if most and most < least then context:usage("--max-units must be at least --min-units (%d), got %d", least, most) end
end

return M

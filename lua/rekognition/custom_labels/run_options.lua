--- The options of run_model: what they may be, and their defaults.

local ascii = require "rekognition.text.ascii"
local expect = require "rekognition.text.expect"
local quote = require "rekognition.text.quote"
local rek_error = require "rekognition.error"

local M = {}

-- Dollars an hour for an inference unit, in AWS's samples of 2020 and 2021 for US regions. The price is the caller's.
M.PRICE_PER_HOUR = 4

local function is_positive(value) return type(value) == "number" and value > 0 and value < math.huge end
local function is_price(value) return type(value) == "number" and value >= 0 and value < math.huge end
local function is_count(value) return type(value) == "number" and math.tointeger(value) and value >= 1 end
local function is_text(value) return type(value) == "string" and value ~= "" and not value:find("\0", 1, true) end
local function is_boolean(value) return type(value) == "boolean" end
local function is_function(value)
  local meta = getmetatable(value)
  return type(value) == "function" or type(meta) == "table" and meta.__call ~= nil
end

local OPTIONS = {
  client = { "a client", function(value) return type(value) == "table" and type(value.call) == "function" end },
  version = { "the ARN of a model version", is_text },
  project = { "the ARN of a project", is_text },
  min_inference_units = { "a whole number of at least 1", is_count },
  max_inference_units = { "a whole number of at least 1", is_count },
  max_hours = { "a positive number of hours", is_positive },
  max_cost = { "a positive amount", is_positive },
  price_per_hour = { "a price of at least 0", is_price },
  warn_at = { "a share between 0 and 1", function(value) return is_positive(value) and value <= 1 end },
  journal = { "a path, or false for no journal", function(value) return value == false or is_text(value) end },
  use_running = { "a boolean", is_boolean },
  delay = { "a positive number of seconds", is_positive },
  timeout = { "a positive number of seconds", is_positive },
  stop_timeout = { "a positive number of seconds", is_positive },
  on_progress = { "a function", is_function },
  profile = { "a profile's name", is_text },
}
-- Our decisions, but for min_inference_units, the least that the service takes. A start takes up to 30 minutes by AWS's
-- own sample; an hour is twice that.
local DEFAULTS = {
  min_inference_units = 1, price_per_hour = M.PRICE_PER_HOUR, warn_at = 0.8, use_running = false,
  delay = 30, timeout = 3600, stop_timeout = 3600,
}

local NAMES = {}
for name in pairs(OPTIONS) do NAMES[#NAMES + 1] = name end

local shown = quote.value

local function add(problems, path, message)
  problems[#problems + 1] = { path = path, message = message }
end

local function check_units(options, problems)
  local least, most = options.min_inference_units or 1, options.max_inference_units
  if is_count(least) and is_count(most) and most < least then
    add(problems, "max_inference_units", ("must be at least min_inference_units (%d), got %d"):format(least, most))
  end
end

-- Where nothing costs anything, a limit of the cost is never reached.
local function check_price(options, problems)
  if options.max_cost ~= nil and options.price_per_hour == 0 then
    add(problems, "max_cost", "must come with a price_per_hour above 0, got 0")
  end
end

local function find_problems(options)
  local problems = {}
  for _, name in ipairs { "client", "version" } do
    if options[name] == nil then add(problems, name, ("must be %s, got nil"):format(OPTIONS[name][1])) end
  end
  for name, value in next, options do
    local option = OPTIONS[name]
    if option and not option[2](value) then
      add(problems, name, ("must be %s, got %s"):format(option[1], shown(value)))
    end
  end
  expect.unknown(options, OPTIONS, "is not an option", NAMES, function(name, message) add(problems, name, message) end)
  check_units(options, problems)
  check_price(options, problems)
  ascii.sort(problems, "path")
  return problems
end

--- Checks the options, every problem of them, and fills in the defaults.
---@param options table
---@return table
function M.check(options)
  expect.dot(options, "run_model")
  if type(options) ~= "table" then
    rek_error.raise { kind = "validation", code = "ValidationError", operation = "run_model",
      message = "options must be a table, got " .. shown(options),
      problems = { { path = "options", message = "must be a table" } } }
  end
  local problems = find_problems(options)
  if #problems > 0 then
    local lines = {}
    for i, problem in ipairs(problems) do lines[i] = problem.path .. " " .. problem.message end
    rek_error.raise { kind = "validation", code = "ValidationError", operation = "run_model",
      message = table.concat(lines, "; "), problems = problems }
  end
  local checked = {}
  for name, value in pairs(DEFAULTS) do checked[name] = value end
  for name, value in next, options do checked[name] = value end
  checked.min_inference_units = math.tointeger(checked.min_inference_units)
  checked.max_inference_units = checked.max_inference_units and math.tointeger(checked.max_inference_units)
  return checked
end

--- Checks the function that run_model calls.
function M.check_body(body)
  if type(body) == "function" then return end
  rek_error.raise { kind = "validation", code = "ValidationError", operation = "run_model",
    message = ("body must be a function, got %s; write run_model({ ... }, function(version, run) ... end)"):format(
      shown(body)),
    problems = { { path = "body", message = "must be a function" } } }
end

return M

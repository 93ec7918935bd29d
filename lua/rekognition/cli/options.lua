--- Options that several commands have.

local values = require "rekognition.cli.values"

local M = {}

---@class rekognition.cli.Option
---@field name string       "--region"
---@field value? string     what its value is called; a flag has none
---@field help string
---@field required? boolean
---@field many? boolean     may be repeated
---@field choices? string[]
---@field convert? fun(text: string): any, string?

M.profile = { name = "--profile", value = "NAME",
  help = "Profile of the shared AWS files. Default: AWS_PROFILE, then default." }
M.region = { name = "--region", value = "REGION", help = "AWS region. Default: AWS_REGION, then the profile's." }
M.endpoint = { name = "--endpoint-url", value = "URL",
  help = "Where to send requests, such as the emulator's http://127.0.0.1:4566." }
M.output = { name = "--output", value = "FORMAT", choices = { "table", "json", "jsonl" },
  help = "table for people, json as one document, jsonl as one line for each item. Errors are JSON too then." }
M.quiet = { name = "--quiet", help = "No progress." }
M.yes = { name = "--yes", help = "Don't ask before what costs or deletes. Needed where there is no terminal." }
--- --delay, with its default.
function M.delay_of(default)
  return { name = "--delay", value = "TIME", convert = values.seconds,
           help = "Time between two looks, such as 10 or 1m. Default: " .. default .. "." }
end

M.delay = M.delay_of "30"
M.journal = { name = "--journal", value = "FILE",
  help = "Journal of started models. Default: rekognition/started.json in XDG_STATE_HOME (~/.local/state)." }
M.price = { name = "--price-per-hour", value = "PRICE", convert = values.price,
  help = "What an hour of one inference unit costs you. Default: 4, in US dollars by AWS's samples of 2020-21." }
M.min_units = { name = "--min-units", value = "N", convert = values.count, help = "Inference units. Default: 1." }
M.max_units = { name = "--max-units", value = "N", convert = values.count,
  help = "Let AWS scale up to so many inference units. Default: no scaling." }
M.params = { name = "--params", value = "JSON", help = "Parameters: a JSON object, @FILE, or - for the input." }
M.blob = { name = "--blob", value = "MEMBER=FILE", many = true, convert = values.member,
  help = "Put a file's bytes into a member, such as Image.Bytes=photo.jpg. May be repeated." }

--- A list of options: those named here, and those of the command's own.
---@param list (string|rekognition.cli.Option)[]
---@return rekognition.cli.Option[]
function M.list(list)
  local options = {}
  for i, entry in ipairs(list) do
    options[i] = type(entry) == "string" and (M[entry] or error("no option " .. entry)) or entry
  end
  return options
end

return M

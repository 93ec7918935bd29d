--- The command `rekognition`: reads its arguments, calls the command, and says in one line what went wrong.

local commands = require "rekognition.cli.commands"
local core = require "rekognition.core"

local M = {}

-- Only what went wrong in the use of the command, or in what it was given, is "used wrongly"; a workflow that is at one
-- of its steps has failed.
local function code_of(problem)
  if type(problem) == "table" and problem.usage then return 2 end
  local rek_error = require "rekognition.error"
  local is_of_input = rek_error.is_error(problem) and problem.kind == "validation" and not problem.step
  return is_of_input and 2 or 1
end

local FIELDS = { "kind", "code", "message", "operation", "status", "request_id", "attempts", "retryable",
  "maybe_succeeded", "problems", "step", "remedy", "project_version_arn", "project_version_status", "status_message" }

-- Messages name a command's options as flags, and not as the library does.
local function translator(command, arguments)
  if not command then return function(text) return text end end
  return require("rekognition.cli.flags").new(commands.load(command), arguments)
end

local function error_json(problem, in_flags)
  local json = require "rekognition.cli.json"
  if type(problem) == "table" and problem.usage then
    return json.encode { error = { kind = "usage", code = "usage", message = problem.usage } }
  end
  if not require("rekognition.error").is_error(problem) then
    return json.encode { error = { kind = "internal", code = "internal", message = tostring(problem) } }
  end
  local fields = {}
  for _, name in ipairs(FIELDS) do fields[name] = problem[name] end
  fields.message = fields.message and in_flags(fields.message, problem.problems)
  fields.remedy = type(fields.remedy) == "string" and in_flags(fields.remedy) or fields.remedy
  return json.encode { error = fields }
end

-- What to do, unless the message says it already.
local function remedy_of(problem, said)
  local remedy = type(problem) == "table" and problem.remedy
  if type(remedy) ~= "string" or said:find(remedy, 1, true) then return "" end
  return (" What to do: %s"):format(remedy)
end

-- The format that errors have, though the arguments may be what is wrong.
local function format_in(arguments)
  for i, argument in ipairs(arguments) do
    if argument == "--" then return nil end
    local format = argument:match("^%-%-output=(.*)$") or argument == "--output" and arguments[i + 1]
    if format then return format end
  end
end

-- A stack says more than a sentence where the fault is ours.
local function complain(command, problem, arguments)
  local format, in_flags = format_in(arguments), translator(command, arguments)
  if format == "json" or format == "jsonl" then
    io.stderr:write(error_json(problem, in_flags), "\n")
    return
  end
  local text = require "rekognition.cli.text"
  local name = "rekognition" .. (command and " " .. command or "")
  if type(problem) == "table" and problem.usage then
    io.stderr:write(("%s: %s (`%s --help` lists the options)\n"):format(name, text.clean(problem.usage), name))
  else
    local said = tostring(problem)
    local problems = type(problem) == "table" and problem.problems or nil
    local remedy = in_flags(remedy_of(problem, said))
    io.stderr:write(("%s: %s%s\n"):format(name, text.clean(in_flags(said, problems)), text.clean(remedy)))
  end
end

local function is_command(name)
  for _, entry in ipairs(commands.list) do
    if entry.name == name then return true end
  end
  return false
end

-- What is said of a command that isn't there. Who knows the AWS CLI names an operation.
local function unknown(name)
  if name:find("^%-") then return ("options go after the command: rekognition COMMAND %s ..."):format(name) end
  local nearest = require "rekognition.text.nearest"
  local names = {}
  for i, entry in ipairs(commands.list) do names[i] = entry.name end
  local operation = require("rekognition.cli.params").find(name)
  local hint = operation and ("; `rekognition call %s` calls that operation"):format(operation)
    or nearest.hint(name, names)
  return ("there is no command '%s'%s"):format(name, hint)
end

-- The AWS CLI's "help" and "COMMAND help" are ours, too.
local function with_help(arguments)
  local first, second = arguments[1], arguments[2]
  if first == "help" then return { second or "--help", second and "--help" } end
  if second == "help" and #arguments == 2 then return { first, "--help" } end
  return arguments
end

-- Signals are an ending like any other: what was under way has been left as it should be by now.
local function ending(interrupts, command, ok, result, arguments)
  if ok then return interrupts.exit_code() or result or 0 end
  if type(result) == "table" and result.reader_gone then return 141 end -- what a shell says of a SIGPIPE
  if not (type(result) == "table" and result.is_said) then complain(command, result, arguments) end
  return interrupts.exit_code() or code_of(result)
end

local function trace(problem)
  if type(problem) == "string" and os.getenv "REKOGNITION_TRACE" then return debug.traceback(problem, 2) end
  return problem
end

local function perform(name, arguments)
  -- Where this program called the library is of no use to who runs it.
  require("rekognition.error").place = function() return nil end
  local parser = require "rekognition.cli.parser"
  local ok, args = parser.new(name):pparse(arguments)
  if not ok then error({ usage = (args:gsub("\n", "; ")) }, 0) end
  local command = commands.load(name)
  local context = require("rekognition.cli.context").new(name, args, command.default_format)
  context.new_parser = parser.new
  context.in_flags = translator(name, arguments)
  require("rekognition.cli.interrupts").catch()
  local result = table.pack(xpcall(command.run, trace, context))
  context.progress:clear()
  if not result[1] then error(result[2], 0) end
  context.output:flush()
  return result[2]
end

--- Runs a command line.
---@param arguments string[]
---@return integer exit_code
function M.main(arguments)
  arguments = with_help(arguments)
  local name = arguments[1]
  if name == "emulator" then
    return require("rekognition.emulator.cli").main { table.unpack(arguments, 2) }
  elseif name == "--version" then
    io.stdout:write("rekognition ", core.version, "\n")
    return 0
  elseif name == "--help" or name == "-h" or name == nil then
    local help = require("rekognition.cli.parser").new(""):get_help()
    if name == nil then io.stderr:write(help, "\n") else io.stdout:write(help, "\n") end
    return name == nil and 2 or 0
  elseif not is_command(name) then
    complain(nil, { usage = unknown(name) }, arguments)
    return 2
  end
  local interrupts = require "rekognition.cli.interrupts"
  local ok, result = pcall(perform, name, arguments)
  pcall(interrupts.over)
  return ending(interrupts, name, ok, result, arguments)
end

return M

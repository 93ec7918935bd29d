--- The command `rekognition`: reads its arguments, calls the command, and says in one line what went wrong.

local commands = require "rekognition.cli.commands"
local core = require "rekognition.core"

local M = {}

-- What is no error of the SDK's: a text of the command's own, and what kind of error it is in JSON.
local function own_problem(problem)
  if type(problem) ~= "table" then return nil end
  if problem.usage then return problem.usage, "usage" end
  if problem.output_failed then return problem.output_failed, "output" end
  if problem.no_command then return problem.no_command, "command" end
end

-- Only what went wrong in the use of the command, or in what it was given, is "used wrongly"; a workflow that is at one
-- of its steps has failed.
local function code_of(problem)
  if type(problem) == "table" and problem.usage then return 2 end
  if type(problem) == "table" and problem.exit_code then return problem.exit_code end
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
  local said, kind = own_problem(problem)
  if said then return json.encode { error = { kind = kind, code = kind, message = said } } end
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

-- " build" of `policy build`.
local function sub_of(command, arguments)
  for _, sub in ipairs(command and commands.load(command).commands or {}) do
    if sub.name == arguments[2] then return " " .. sub.name end
  end
  return ""
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
  local own, kind = own_problem(problem)
  if kind == "usage" then
    local path = name .. sub_of(command, arguments)
    io.stderr:write(("%s: %s (`%s --help` lists the options)\n"):format(name, text.clean(own), path))
  elseif own then
    io.stderr:write(("%s: %s\n"):format(name, text.clean(own)))
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

-- Before the help of `call` and `presign`: where the help of an operation is.
local function leading(name, arguments)
  if name ~= "call" and name ~= "presign" then return "" end
  for i = 2, #arguments do
    local operation = require("rekognition.cli.params").find(arguments[i])
    if operation then
      return ("`rekognition call %s --describe` lists the parameters of %s.\n\n"):format(operation, operation)
    end
  end
  return ""
end

-- An error in a region that does not exist, as far as is known: it says so.
local function with_hint(problem, hint)
  local is_ours = hint and require("rekognition.error").is_error(problem)
  if is_ours and problem.kind ~= "validation" and problem.kind ~= "cancelled" then
    problem.message = ("%s; %s"):format(problem.message, hint)
  end
  return problem
end

local function perform(name, arguments)
  -- Where this program called the library is of no use to who runs it.
  require("rekognition.error").place = function() return nil end
  local parser = require "rekognition.cli.parser"
  local args, instead = parser.read(name, arguments)
  if instead and instead.help then
    require("rekognition.cli.streams").write(leading(name, arguments) .. instead.help .. "\n")
    return 0
  end
  if not args then error(instead, 0) end
  local command = commands.load(name)
  local context = require("rekognition.cli.context").new(name, args, command.default_format)
  context.new_parser = parser.new
  context.in_flags = translator(name, arguments)
  require("rekognition.cli.interrupts").catch()
  local result = table.pack(xpcall(command.run, trace, context))
  context.progress:clear()
  if not result[1] then error(with_hint(result[2], context.region_hint), 0) end
  context.output:flush()
  return result[2]
end

-- What --version and --help print.
local function general(name)
  if name == "--version" then return ("rekognition %s\n"):format(core.version) end
  return require("rekognition.cli.parser").new(""):get_help() .. "\n"
end

--- Runs a command line.
---@param arguments string[]
---@return integer exit_code
function M.main(arguments)
  local streams = require "rekognition.cli.streams"
  streams.guard()
  arguments = with_help(arguments)
  local name = arguments[1]
  if name == "emulator" then
    return require("rekognition.emulator.cli").main { table.unpack(arguments, 2) }
  elseif name == "--version" or name == "--help" or name == "-h" then
    local ok, problem = pcall(streams.write, general(name))
    if ok then return 0 end
    if problem.reader_gone then return 141 end
    complain(nil, problem, arguments)
    return 1
  elseif name == nil then
    io.stderr:write(general "--help")
    return 2
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

--- The parser of the command line, made from the commands' own descriptions. Help, completion and the man page are made
-- from the same.

local argparse = require "argparse"
local commands = require "rekognition.cli.commands"
local nearest = require "rekognition.text.nearest"
local usage = require "rekognition.cli.usage"

local M = {}

M.DESCRIPTION = "Amazon Rekognition from the command line: every operation, and Custom Labels models copied, run and "
  .. "watched."

M.EXIT_CODES = {
  { "0", "done" },
  { "1", "failed; the reason is on the error stream" },
  { "2", "used wrongly: nothing was changed" },
  { "3", "something differs from the plan (copy --plan FILE check)" },
  { "130", "interrupted by SIGINT (Ctrl-C); 143 by SIGTERM, 129 by SIGHUP" },
}

-- "--max-hours must be a number above 0, got '0'". Choices are checked here too: argparse doesn't say what it got.
local function converter(name, described)
  local choices, convert = described.choices, described.convert
  if not choices and not convert then return nil end
  return function(text)
    if convert then
      local value, why = convert(text)
      return value, value == nil and ("%s %s, got '%s'"):format(name, why, text) or nil
    end
    for _, choice in ipairs(choices) do
      if text == choice then return text end
    end
    return nil, ("%s must be one of %s, got '%s'%s"):format(name, table.concat(choices, ", "), text,
      nearest.hint(text, choices))
  end
end

local function add_option(parser, option)
  if not option.value then
    parser:flag(option.name, option.help)
    return
  end
  local help = option.required and option.help .. " Required." or option.help
  local added = parser:option(option.name, help):argname(option.value)
  local convert = converter(option.name, option)
  if convert then added:convert(convert) end
  if option.many then added:count "*" end
  return added
  -- What is required is checked by the command, after --help and with the whole command line in view.
end

local function add_argument(parser, argument)
  local added = parser:argument(argument.value, argument.help):args(argument.args or 1):target(argument.name)
  added:argname(argument.value)
  local convert = converter(argument.value, argument)
  if convert then added:convert(convert) end
  if argument.choices then
    added:description(("%s One of: %s."):format(argument.help, table.concat(argument.choices, ", ")))
  end
  return added
end

-- What stands below the options: examples, and what the exit status means. argparse wraps all of it, so a number
-- stands for each example until that is done: one that is wrapped can't be copied to a shell.
local function epilog(command)
  local lines = {}
  if command.examples then
    lines[#lines + 1] = "Examples:"
    for i in ipairs(command.examples) do lines[#lines + 1] = ("   \1%d"):format(i) end
  end
  if command.exit then lines[#lines + 1] = (#lines > 0 and "\n" or "") .. "Exit status: " .. command.exit end
  return #lines > 0 and table.concat(lines, "\n") or nil
end

local function add_epilog(parser, below, examples)
  parser:epilog(below)
  local wrapped = parser.get_help
  function parser.get_help(...)
    return (wrapped(...):gsub("\1([0-9]+)", function(number) return examples[tonumber(number)] end))
  end
end

-- What the action of --help raises.
local HELP = {}

local function add_help(parser)
  parser:add_help { action = function() error(setmetatable({ text = parser:get_help() }, HELP), 0) end }
end

-- `with_choices`: completion takes the choices from the parser. Where arguments are parsed, `converter` checks them.
local function fill(parser, name, command, with_choices)
  add_help(parser)
  for _, argument in ipairs(command.arguments or {}) do
    local added = add_argument(parser, argument)
    if with_choices and argument.choices then added:choices(argument.choices) end
  end
  for _, option in ipairs(command.options or {}) do
    local added = add_option(parser, option)
    if with_choices and option.choices then added:choices(option.choices) end
  end
  parser:help_max_width(100):usage(usage.text(name, command))
  local below = epilog(command)
  if below then add_epilog(parser, below, command.examples or {}) end
  if not command.commands then return end
  parser:command_target "subcommand"
  for _, sub in ipairs(command.commands) do
    fill(parser:command(sub.name, sub.description or sub.summary):summary(sub.summary), name .. " " .. sub.name, sub,
      with_choices)
  end
end

local function top_epilog()
  local lines = { "Exit status:" }
  for _, code in ipairs(M.EXIT_CODES) do lines[#lines + 1] = ("   %-4s %s"):format(code[1], code[2]) end
  lines[#lines + 1] = "\n`rekognition COMMAND --help` describes a command. Settings and credentials are those of\n"
    .. "AWS's own tools: AWS_PROFILE, AWS_REGION, ~/.aws/config and so on."
  return table.concat(lines, "\n")
end

--- The parser. Only the commands named have their options; all of them where none is named.
---@param only? string
function M.new(only)
  local parser = argparse("rekognition", M.DESCRIPTION, top_epilog())
  parser:command_target("command"):help_max_width(100):usage "Usage: rekognition COMMAND [OPTION]..."
  add_help(parser)
  parser:flag("--version", "Show the version, and exit.")
  for _, entry in ipairs(commands.list) do
    local added
    if only == nil or only == entry.name then
      local command = commands.load(entry.name)
      added = parser:command(entry.name, command.description or entry.summary)
      fill(added, entry.name, command, only == nil)
    else
      added = parser:command(entry.name)
    end
    added:summary(entry.summary)
  end
  return parser
end

-- "--max-hours -1": what follows an option that has a value is the value, where it begins as a number does.
local function joined(command, arguments)
  local has_value, list, i = {}, {}, 1
  for _, option in ipairs(command.options or {}) do has_value[option.name] = option.value ~= nil end
  while i <= #arguments and arguments[i] ~= "--" do
    local word, following = arguments[i], arguments[i + 1]
    if has_value[word] and following and following:find("^%-[0-9.]") then
      word, i = word .. "=" .. following, i + 1
    end
    list[#list + 1], i = word, i + 1
  end
  return table.move(arguments, i, #arguments, #list + 1, list)
end

-- The parts of the command `policy`: what is said if none of them is named.
local function sub_problem(command, arguments, problem)
  if not command.commands then return problem end
  local names = {}
  for i, sub in ipairs(command.commands) do names[i] = sub.name end
  local list = table.concat(names, ", ")
  if problem == "a command is required" then return ("say what to do: one of %s"):format(list) end
  local given = problem:match("^unknown command '([^']*)'")
  if not given then return problem end
  return ("there is no command '%s %s', it must be one of %s%s"):format(arguments[1], given, list,
    nearest.hint(given, names))
end

--- Reads the words of a command line.
---@param name string         the command
---@param arguments string[]  that one included
---@return table? args
---@return { help: string }|{ usage: string }|nil instead  the help that was asked for, or what is wrong
function M.read(name, arguments)
  local command = commands.load(name)
  local parser, problem = M.new(name), nil
  local ok, result = pcall(parser._parse, parser, joined(command, arguments), function(_, why)
    problem = why
    error(why, 0)
  end)
  if ok then return result end
  if getmetatable(result) == HELP then return nil, { help = result.text } end
  if not problem then error(result, 0) end
  problem = problem:gsub("\nDid you mean", ", did you mean"):gsub("\n", "; ")
  return nil, { usage = sub_problem(command, arguments, problem) }
end

return M

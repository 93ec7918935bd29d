--- The parser of the command line, made from the commands' own descriptions. Help, completion and the man page are made
-- from the same.

local argparse = require "argparse"
local commands = require "rekognition.cli.commands"

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

local function convert(option)
  return option.convert and function(text) return option.convert(text) end or nil
end

local function add_option(parser, option)
  if not option.value then
    parser:flag(option.name, option.help)
    return
  end
  local help = option.required and option.help .. " Required." or option.help
  local added = parser:option(option.name, help):argname(option.value)
  if option.choices then added:choices(option.choices) end
  if option.convert then added:convert(convert(option)) end
  if option.many then added:count "*" end
  -- What is required is checked by the command, after --help and with the whole command line in view.
end

local function add_argument(parser, argument)
  local added = parser:argument(argument.value, argument.help):args(argument.args or 1):target(argument.name)
  added:argname(argument.value)
  if not argument.choices then return end
  added:choices(argument.choices)
  added:description(("%s One of: %s."):format(argument.help, table.concat(argument.choices, ", ")))
  -- Its own label is all the choices in one word.
  function added._get_label_lines() return { argument.value } end
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

local function fill(parser, command)
  for _, argument in ipairs(command.arguments or {}) do add_argument(parser, argument) end
  for _, option in ipairs(command.options or {}) do add_option(parser, option) end
  parser:help_max_width(100)
  local below = epilog(command)
  if below then add_epilog(parser, below, command.examples or {}) end
  if not command.commands then return end
  parser:command_target "subcommand"
  for _, sub in ipairs(command.commands) do
    fill(parser:command(sub.name, sub.description or sub.summary):summary(sub.summary), sub)
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
  parser:command_target("command"):help_max_width(100)
  parser:flag("--version", "Show the version, and exit.")
  for _, entry in ipairs(commands.list) do
    local added
    if only == nil or only == entry.name then
      local command = commands.load(entry.name)
      added = parser:command(entry.name, command.description or entry.summary)
      fill(added, command)
    else
      added = parser:command(entry.name)
    end
    added:summary(entry.summary)
  end
  return parser
end

return M

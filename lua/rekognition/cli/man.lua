--- The man page, made from the commands' own descriptions.

local commands = require "rekognition.cli.commands"
local core = require "rekognition.core"
local parser = require "rekognition.cli.parser"
local usage = require "rekognition.cli.usage"

local M = {}

-- Text as roff takes it: nothing in it is a request or an escape, and a hyphen is one that can be searched for.
local function escape(text)
  text = text:gsub("\\", "\\e"):gsub("%-", "\\-"):gsub("\n([.'])", "\n\\&%1")
  return (text:gsub("^([.'])", "\\&%1"))
end

local function bold(text) return "\\fB" .. escape(text) .. "\\fR" end

local function italic(text) return "\\fI" .. escape(text) .. "\\fR" end

local function add(page, ...)
  for _, line in ipairs { ... } do page[#page + 1] = line end
end

local function add_option(page, option)
  add(page, ".TP", option.value and bold(option.name) .. " " .. italic(option.value) or bold(option.name))
  local text = option.required and option.help .. " Required." or option.help
  if option.choices then text = text .. " One of: " .. table.concat(option.choices, ", ") .. "." end
  add(page, escape(text))
end

-- Words in capitals are what is replaced, the others are typed as they stand.
local function usage_text(line)
  return (line:gsub("[^ ]+", function(word)
    local before, name, behind = word:match("^([%[|]*)([A-Z]+)([%].|]*)$")
    if name then return escape(before) .. italic(name) .. escape(behind) end
    return word:find("^[a-z-]") and bold(word) or escape(word)
  end))
end

local function add_command(page, name, command)
  add(page, ".SS " .. escape(name), ".PP")
  for i, line in ipairs(usage.lines(name, command)) do
    if i > 1 then add(page, ".br") end
    add(page, usage_text(line))
  end
  add(page, ".PP", escape(command.description or command.summary .. "."))
  for _, argument in ipairs(command.arguments or {}) do
    add_option(page, { name = argument.value, help = argument.help, choices = argument.choices })
  end
  for _, option in ipairs(command.options or {}) do add_option(page, option) end
  if command.exit then add(page, ".PP", "Exit status: " .. escape(command.exit)) end
  if command.examples then
    add(page, ".PP", "Examples:", ".PP", ".nf")
    for _, example in ipairs(command.examples) do add(page, "    " .. escape(example)) end
    add(page, ".fi")
  end
  for _, sub in ipairs(command.commands or {}) do add_command(page, name .. " " .. sub.name, sub) end
end

local FILES = {
  { "$XDG_STATE_HOME/rekognition/started.json", "The journal of models that were started here and not stopped since. "
    .. "Without XDG_STATE_HOME it is in ~/.local/state." },
  { "~/.aws/config, ~/.aws/credentials", "Profiles, as AWS's own tools have them." },
}

local ENVIRONMENT = {
  { "AWS_PROFILE, AWS_REGION, AWS_ACCESS_KEY_ID, ...", "Settings and credentials, as AWS's own tools have them." },
  { "NO_COLOR", "If it is set, nothing is coloured." },
  { "XDG_STATE_HOME", "Where journals are kept." },
}

local function add_pairs(page, title, pairs_of)
  add(page, ".SH " .. title)
  for _, pair in ipairs(pairs_of) do add(page, ".TP", bold(pair[1]), escape(pair[2])) end
end

--- The page, as roff.
---@return string
function M.page()
  local page = {
    ('.TH REKOGNITION 1 "" "rekognition %s" "User Commands"'):format(escape(core.version)), ".SH NAME",
    "rekognition \\- Amazon Rekognition from the command line", ".SH SYNOPSIS",
    bold "rekognition" .. " " .. italic "COMMAND" .. " [" .. italic "OPTION" .. "]...", ".br",
    bold "rekognition" .. " " .. italic "COMMAND" .. " " .. bold "--help", ".SH DESCRIPTION",
    escape(parser.DESCRIPTION),
    ".PP", "Results are written to the output, progress and errors to the error stream.", ".SH COMMANDS",
  }
  for _, entry in ipairs(commands.list) do add_command(page, entry.name, commands.load(entry.name)) end
  add_pairs(page, "EXIT STATUS", parser.EXIT_CODES)
  add_pairs(page, "ENVIRONMENT", ENVIRONMENT)
  add_pairs(page, "FILES", FILES)
  return table.concat(page, "\n") .. "\n"
end

return M

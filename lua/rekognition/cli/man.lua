--- The man page, made from the commands' own descriptions.

local commands = require "rekognition.cli.commands"
local core = require "rekognition.core"
local parser = require "rekognition.cli.parser"

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

local function usage(name, command)
  local words = { bold("rekognition " .. name) }
  if #(command.options or {}) > 0 then words[#words + 1] = "[" .. italic "OPTION" .. "]..." end
  for _, argument in ipairs(command.arguments or {}) do
    local repeated = argument.args and argument.args ~= 1
    local before, behind = argument.name == "words" and "\\-\\- " or "", repeated and "..." or ""
    words[#words + 1] = before .. italic(argument.value) .. behind
  end
  return table.concat(words, " ")
end

local function add_command(page, name, command)
  add(page, ".SS " .. escape(name), ".PP", usage(name, command), ".PP",
    escape(command.description or command.summary .. "."))
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

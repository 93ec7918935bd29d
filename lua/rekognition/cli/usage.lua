--- The one line of a command that says how it is used: what must be there, then the options. Help and the man page have
-- the same.

local M = {}

-- An argument as it is typed: what can be left out in brackets, what can be repeated with dots.
local function argument_text(argument)
  if argument.usage then return argument.usage end
  local text = argument.args == "*" and argument.value .. "..." or argument.value
  if argument.args == "+" then return argument.value .. "..." end
  return (argument.args == "*" or argument.args == "?") and "[" .. text .. "]" or text
end

--- The lines: most commands have one, and those that are used in two ways name both.
---@param name string    "policy build"
---@param command table  its description
---@return string[]
function M.lines(name, command)
  local lines = {}
  for i, words in ipairs(command.usage or {}) do lines[i] = ("rekognition %s %s"):format(name, words) end
  if #lines > 0 then return lines end
  local words = { "rekognition", name }
  for _, option in ipairs(command.options or {}) do
    if option.required then words[#words + 1] = option.name .. " " .. option.value end
  end
  if #(command.options or {}) > 0 then words[#words + 1] = "[OPTION]..." end
  for _, argument in ipairs(command.arguments or {}) do words[#words + 1] = argument_text(argument) end
  if command.commands then words[#words + 1] = "COMMAND ..." end
  return { table.concat(words, " ") }
end

--- As help shows them.
---@param name string
---@param command table
---@return string
function M.text(name, command)
  return "Usage: " .. table.concat(M.lines(name, command), "\n       ")
end

return M

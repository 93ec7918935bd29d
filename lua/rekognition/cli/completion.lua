--- `rekognition completion`: the completion script of a shell.

local M = {
  summary = "Print the completion script of a shell",
  description = "Prints a script by which the shell completes commands and options. The installed ones are in "
    .. "share/bash-completion/completions, share/zsh/site-functions and share/fish/vendor_completions.d.",
  arguments = { { name = "shell", value = "SHELL", choices = { "bash", "zsh", "fish" }, help = "The shell." } },
  options = {},
  examples = { "source <(rekognition completion bash)", "rekognition completion fish | source" },
  exit = "0 done, 2 used wrongly.",
}

--- The script.
---@param shell "bash"|"zsh"|"fish"
---@param parser table  of all commands
---@return string
function M.script(shell, parser)
  return parser["get_" .. shell .. "_complete"](parser)
end

function M.run(context)
  context.output:line((M.script(context.args.shell, context.new_parser()):gsub("\n$", "")))
  return 0
end

return M

--- `rekognition completion`: the completion script of a shell.

local params_of = require "rekognition.cli.params"

local M = {
  summary = "Print the completion script of a shell",
  description = "Prints a script by which the shell completes commands and options. The installed ones are in "
    .. "share/bash-completion/completions, share/zsh/site-functions and share/fish/vendor_completions.d.",
  arguments = { { name = "shell", value = "SHELL", choices = { "bash", "zsh", "fish" }, help = "The shell." } },
  options = {},
  examples = { "source <(rekognition completion bash)", "rekognition completion fish | source" },
  exit = "0 done, 2 used wrongly.",
}

-- The words that the first argument of each command may be: { command, words }. Operations are choices here alone: the
-- command takes them in other spellings, too.
local function first_words(parser)
  local list = {}
  for _, command in ipairs(parser._commands) do
    local first = command._arguments[1]
    if command._name == "call" or command._name == "presign" then first._choices = params_of.names() end
    if first and first._choices then list[#list + 1] = { command._name, table.concat(first._choices, " ") } end
  end
  return list
end

-- argparse completes arguments in zsh alone. What it writes for the others is followed by this.
local ADD = {}

function ADD.zsh(script) return script end

function ADD.bash(script, list)
  local lines = { '    local words="" word', '    case "$cmd" in' }
  for _, entry in ipairs(list) do lines[#lines + 1] = ('        %s) words="%s" ;;'):format(entry[1], entry[2]) end
  lines[#lines + 1] = [==[
    esac
    for word in $words; do # one of them is there already
        [[ " ${COMP_WORDS[*]:2:COMP_CWORD-2} " = *" $word "* ]] && words="" && break
    done
    if [[ -n "$words" && "$cur" != -* ]]; then
        COMPREPLY=($(compgen -W "$words" -- "$cur"))
    fi

]==]
  local last = '    if [[ "$cur" = -* ]]; then\n        COMPREPLY=($(compgen -W "$opts"'
  local at = assert(script:find(last, 1, true))
  return script:sub(1, at - 1) .. table.concat(lines, "\n") .. script:sub(at)
end

function ADD.fish(script, list)
  local lines = {}
  for _, entry in ipairs(list) do
    lines[#lines + 1] = ("complete -c rekognition -n '__fish_rekognition_seen_command %s' -xa '%s'\n"):format(
      entry[1], entry[2])
  end
  return script .. table.concat(lines)
end

--- The script.
---@param shell "bash"|"zsh"|"fish"
---@param parser table  of all commands; it completes only, from now on
---@return string
function M.script(shell, parser)
  local list = first_words(parser)
  return ADD[shell](parser["get_" .. shell .. "_complete"](parser), list)
end

function M.run(context)
  context.output:line((M.script(context.args.shell, context.new_parser()):gsub("\n$", "")))
  return 0
end

return M

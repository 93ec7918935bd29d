-- Runs the command `rekognition`: in a pipe, in the background, in a terminal.

local cjson = require("cjson").new()
local files = require "spec.support.files"

local M = {}

local root, build = os.getenv("REK_ROOT") or ".", os.getenv("BUILD") or "build"

--- A shell's words for the command, with these arguments: as `script/lua` runs it, without its search for an interpreter.
function M.command(arguments)
  local words = { ("LUA_PATH=%s LUA_CPATH=%s %s %s/bin/rekognition"):format(
    files.quoted(("%s/lua/?.lua;%s/lua/?/init.lua;;"):format(root, root)), files.quoted(build .. "/lib/?.so;;"),
    os.getenv "LUA" or "lua5.4", root) }
  for _, argument in ipairs(arguments) do words[#words + 1] = files.quoted(argument) end
  return table.concat(words, " ")
end

--- Variables as a shell takes them before a command.
---@param env table<string, string>
---@return string
function M.assignments(env)
  local names = {}
  for name in pairs(env) do names[#names + 1] = name end
  table.sort(names)
  local words = {}
  for i, name in ipairs(names) do words[i] = name .. "=" .. files.quoted(env[name]) end
  return table.concat(words, " ")
end

--- The environment of an account of an emulator, in which nothing of this machine's own settings counts.
function M.env(running, folder, account)
  account = account or 1
  return {
    HOME = folder, XDG_STATE_HOME = folder .. "/state", AWS_CONFIG_FILE = folder .. "/config",
    AWS_SHARED_CREDENTIALS_FILE = folder .. "/credentials", AWS_REGION = "us-east-1", AWS_PROFILE = "",
    AWS_EC2_METADATA_DISABLED = "true", TERM = "xterm",
    AWS_ENDPOINT_URL_CLOUDWATCH = running and running.url or "http://127.0.0.1:9", AWS_ENDPOINT_URL_STS = "http://127.0.0.1:9",
    AWS_ENDPOINT_URL_REKOGNITION = running and running.url or "http://127.0.0.1:9",
    AWS_ACCESS_KEY_ID = running and running.accounts[account].access_key_id or "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY = running and running.accounts[account].secret_access_key or "SECRETEXAMPLE",
  }
end

---@class spec.CliResult
---@field code integer
---@field out string
---@field err string

--- Runs it to its end, its input, output and error stream being pipes or files.
---@param env table<string, string>
---@param arguments string[]
---@param input? string
---@return spec.CliResult
function M.run(env, arguments, input)
  local base = os.tmpname()
  files.write(base .. ".in", input or "")
  local line = ("env %s sh -c %s <%s.in >%s.out 2>%s.err; echo $?"):format(M.assignments(env),
    files.quoted(M.command(arguments)), base, base, base)
  local _, code = files.run(line)
  local result = { code = tonumber(code:match("(%d+)%s*$")), out = files.read(base .. ".out"), err = files.read(base .. ".err") }
  for _, suffix in ipairs { "", ".in", ".out", ".err" } do os.remove(base .. suffix) end
  return result
end

--- As run, and decodes its output.
function M.json(env, arguments, input)
  local result = M.run(env, arguments, input)
  assert(result.code == 0, result.err)
  return cjson.decode(result.out)
end

--- Runs it in a terminal of its own: `steps` is a list of { wait for this text, then write that }. The output is what
--- the terminal got. `number` of a step is a signal to send instead.
---@param env table<string, string>
---@param arguments string[]
---@param steps? { [1]: string, [2]: string }[]
---@return { code: integer, out: string }
function M.terminal(env, arguments, steps)
  local base = os.tmpname()
  files.write(base, cjson.encode { command = M.command(arguments), env = env, steps = steps and #steps > 0 and steps or nil })
  local _, output = files.run("python3 spec/servers/terminal.py " .. base)
  os.remove(base)
  return cjson.decode(output)
end

return M

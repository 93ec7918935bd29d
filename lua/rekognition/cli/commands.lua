--- The commands. Each has a module of its name, which is loaded when the command is needed.

local M = {}

--- In the order in which help lists them.
M.list = {
  { name = "copy", summary = "Copy a model to another project or account, or carry out a plan of copies" },
  { name = "doctor", summary = "Say why a copy is refused, and what to attach where" },
  { name = "models", summary = "List models: state, age, cost, quotas" },
  { name = "run", summary = "Run a command while a model runs, and stop the model whatever comes of it" },
  { name = "start", summary = "Start a model, and wait until it runs" },
  { name = "stop", summary = "Stop models, and wait until they are stopped" },
  { name = "wait", summary = "Wait until a model, dataset or project has reached a state" },
  { name = "policy", summary = "Check, build and explain project policies" },
  { name = "call", summary = "Call any operation of Amazon Rekognition" },
  { name = "presign", summary = "Make a signed request that someone else can send" },
  { name = "emulator", summary = "Serve Custom Labels on this machine, for tests and for learning" },
  { name = "completion", summary = "Print the completion script of a shell" },
}

--- The description of a command, with its function.
---@param name string
---@return table
function M.load(name)
  return require("rekognition.cli." .. name)
end

return M

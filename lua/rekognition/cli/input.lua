--- What a command reads: a file that is named, or the input.

local files = require "rekognition.config.files"
local interrupts = require "rekognition.cli.interrupts"

local M = {}

local function read_all(context)
  local text, why = io.read "a"
  interrupts.look() -- a signal ends the read
  if not text then context:usage("could not read the input: %s", why or "it is closed") end
  return text
end

--- The bytes of a file, or of the input where the path is "-".
---@param context rekognition.cli.Context
---@param path string
---@return string
function M.read(context, path)
  if path == "-" then return read_all(context) end
  if path == "" then context:usage "the name of the file is missing" end
  local text, why = files.read(path)
  if not text then context:usage("could not read %s", why or path .. ": there is no such file") end
  return text --[[@as string]]
end

return M

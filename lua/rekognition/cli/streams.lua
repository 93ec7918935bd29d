--- The three standard streams.

local interrupts = require "rekognition.cli.interrupts"

local M = {}

local EBADF, EPIPE = 9, 32

-- Kept, so that they stay open.
local stand_ins = {}

--- Opens what takes the place of a standard stream that is closed: without it, the next file or socket would get its
--- number, and be written to. It can't be used the way that the stream is: writing to it, or reading from it, fails.
function M.guard()
  for _, entry in ipairs { { io.stdin, "w" }, { io.stdout, "r" }, { io.stderr, "r" } } do
    local place, _, code = entry[1]:seek "cur"
    if not place and code == EBADF then stand_ins[#stand_ins + 1] = io.open("/dev/null", entry[2]) end
  end
end

--- Raises what could not be written. A reader that has gone away (`| head`) wants no more, and no word about it.
---@param ok any
---@param why? string
---@param number? integer
function M.check(ok, why, number)
  if ok then return end
  interrupts.look() -- a signal ends the write
  if number == EPIPE then error({ reader_gone = true }, 0) end
  error({ output_failed = ("could not write the output: %s"):format(why) }, 0)
end

--- Writes a text, and all that is not written yet.
---@param text string
function M.write(text)
  M.check(io.stdout:write(text))
  M.check(io.stdout:flush())
end

return M

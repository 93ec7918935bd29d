--- SIGINT, SIGTERM and SIGHUP: raised as an error of kind "cancelled", so that everything under way is left as it
-- should be. A second one is raised in what tidies up, which then ends as well.

local core = require "rekognition.core"
local rek_error = require "rekognition.error"

local M = {}

local NAMES = { [1] = "SIGHUP", [2] = "SIGINT", [15] = "SIGTERM" }

-- Who has the signals instead, while a command of the person's own runs.
local taker

-- The command has ended: all that is left to do is to say how.
local is_over = false

--- Signals are counted from now on, and end nothing.
function M.over() is_over = true end

-- What the next signal does instead of raising, once.
local notice

--- The first signal of all only calls `f`, once: what tidies up already goes on.
---@param f fun()
function M.forgive_first(f)
  if core.interrupted() == nil then notice = f end
end

--- From now on signals are ours.
function M.catch()
  core.on_interrupt(function(number, from_terminal)
    if is_over then return end
    if taker then return taker(number, from_terminal) end
    if notice then
      local f = notice
      notice = nil
      return f()
    end
    rek_error.raise { kind = "cancelled", code = "Interrupted", signal = number,
      message = "interrupted by " .. (NAMES[number] or "signal " .. number) }
  end)
end

--- Calls f; signals go to `handler` meanwhile, which must not raise.
---@param handler fun(number: integer, from_terminal: boolean)
---@param f fun(): ...
function M.with(handler, f)
  taker = handler
  local results = table.pack(pcall(f))
  taker = nil
  if not results[1] then error(results[2], 0) end
  return table.unpack(results, 2, results.n)
end

--- The exit status that says which signal came, or nil.
---@return integer?
function M.exit_code()
  local number = core.interrupted()
  return number and 128 + number
end

return M

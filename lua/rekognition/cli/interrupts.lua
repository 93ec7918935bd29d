--- SIGINT, SIGTERM and SIGHUP. A signal is noted when it comes, and raised where the command next waits: in a request,
-- in a sleep, in a wait for another process, after a read. There it is an error of kind "cancelled", and everything
-- under way is left as it should be. It is never raised between two other steps, such as the start of a command and the
-- noting of its number. A second one is raised in what tidies up, which then ends as well.

local core = require "rekognition.core"
local rek_error = require "rekognition.error"

local M = {}

local NAMES = { [1] = "SIGHUP", [2] = "SIGINT", [15] = "SIGTERM" }

-- Who hears of a signal first.
---@type nil|fun(number: integer, from_terminal: boolean): boolean
local taker

-- The signal to raise: its number, and whether it came from the terminal.
local pending, is_of_terminal

-- The command has ended: all that is left to do is to say how.
local is_over

local has_raised

-- Called between any two steps, and never while it runs itself.
local function note(number, from_terminal)
  if is_over then return false end
  if not (taker and taker(number, from_terminal)) then pending, is_of_terminal = number, from_terminal end
  return pending ~= nil
end

--- Raises a signal that came and is not raised yet. For what waits, before and after.
function M.look()
  local number = pending
  if not number then return end
  pending, has_raised = nil, true
  rek_error.raise { kind = "cancelled", code = "Interrupted", signal = number,
    message = "interrupted by " .. (NAMES[number] or "signal " .. number) }
end

--- From now on signals are ours.
function M.catch()
  taker, pending, is_over, has_raised = nil, nil, false, false
  core.on_interrupt(note, M.look)
end

--- From now on `handler` has the signals, and one that is not raised yet. It must not raise. A signal is raised at the
--- next wait unless it returns true.
---@param handler fun(number: integer, from_terminal: boolean): boolean
function M.take(handler)
  taker = handler
  local number = pending
  pending = nil
  if number then note(number, is_of_terminal) end
end

--- Whether a signal has been raised, and not only noted.
function M.has_raised() return has_raised end

--- Signals are counted from now on, and end nothing.
function M.over() is_over = true end

--- The exit status that says which signal came, or nil.
---@return integer?
function M.exit_code()
  local number = core.interrupted()
  return number and 128 + number
end

return M

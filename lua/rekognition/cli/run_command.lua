--- The command that `rekognition run` runs, and what a signal does to it and to the model.
--
-- While the model starts, a signal is raised at the next wait, and the model is stopped. While the command runs, the
-- first one ends it, a second one kills it. The first of all that comes while the model is being stopped is only said;
-- one more ends the stop, and the model goes on running.

local core = require "rekognition.core"
local interrupts = require "rekognition.cli.interrupts"
local seconds_text = require("rekognition.text.number").seconds

local M = {}

local SIGTERM, SIGKILL = 15, 9
-- Seconds between two looks at the command's end, the limits and the signals: one that came just before the wait began
-- doesn't end it.
local LOOK = 0.25

---@class rekognition.cli.RunCommand
---@field phase "start"|"command"|"stop"
---@field number? integer   the signal that came first, unless it was raised
---@field is_again boolean  one more came while the command ran
---@field is_told boolean   the terminal has sent the command the same signal
---@field child? any
local Command = {}
Command.__index = Command

function Command:_say_stopping()
  if self.is_said then return end
  self.is_said = true
  self.context:say "interrupted; the model is being stopped (interrupt again to leave it running)"
end

function Command:_first_in_command(number, from_terminal)
  -- A child that isn't known yet may have been made before or after the terminal's signal.
  self.number, self.is_told = number, self.child ~= nil and from_terminal and not self.has_group
  self.context:say("interrupted; waiting up to %s s for %s (again: it is killed)%s", seconds_text(self.grace),
    self.context.args.words[1], self.is_ours and ", then the model is stopped" or "; the model is left running")
end

-- Hears of a signal. Returns whether that is all that it does.
function Command:_hear(number, from_terminal)
  if self.phase == "command" then
    if self.number then self.is_again = true else self:_first_in_command(number, from_terminal) end
    return true
  end
  if self.phase == "start" or self.number or interrupts.has_raised() then return false end
  self.number = number
  self:_say_stopping()
  return true
end

function Command:_enter(phase)
  self.phase = phase
  interrupts.take(self.hear)
end

--- The model is being stopped, or is about to be.
function Command:expect_stop()
  if self.phase == "stop" then return end
  self:_enter "stop"
  if self.number or interrupts.has_raised() then self:_say_stopping() end
end

-- Waits for so many seconds at most, or until a signal comes. Returns whether the command has ended.
function Command:_wait(seconds)
  self.status, self.signal = self.child:wait(math.min(seconds, LOOK))
  return self.status ~= nil or self.signal ~= nil
end

-- Ends the command: tells it, waits, and kills it. It is killed before if a second signal comes meanwhile.
function Command:_terminate(number)
  if number ~= self.number or not self.is_told then self.child:signal(number) end
  local ends = core.monotonic() + self.grace
  while core.monotonic() < ends and not self.is_again do
    if self:_wait(ends - core.monotonic()) then return end
  end
  self.child:signal(SIGKILL)
  while not self:_wait(LOOK) do end
end

-- Waits for the command's end, or a signal, or raises that a limit is reached.
function Command:_supervise(run)
  while not self.number do
    run:check()
    if self:_wait(math.max(run:seconds_left(), 0.01)) then return end
  end
  self:_terminate(self.number)
  self.status, self.signal = nil, self.number
end

-- Where the command may use the terminal it stays in this process's group, which has the terminal, and gets Ctrl-C from
-- it. Elsewhere it has a group of its own, so that what it has started gets the signals, too.
local function has_terminal()
  return core.is_terminal(0) or core.is_terminal(1) or core.is_terminal(2)
end

---@param context rekognition.cli.Context
---@return rekognition.cli.RunCommand
function M.new(context)
  local self = setmetatable({ context = context, grace = context.args.grace or 10, has_group = not has_terminal(),
    is_ours = true, is_again = false, is_told = false }, Command)
  self.hear = function(number, from_terminal) return self:_hear(number, from_terminal) end
  self:_enter "start"
  return self
end

--- Runs the command to its end. Returns its exit status, or what stands for the signal that ended it.
---@param version table
---@param run rekognition.Run
---@return integer
function Command:run(version, run)
  local context = self.context
  context.progress:clear()
  self.is_ours = run.is_ours
  self:_enter "command" -- before there is a child: a signal is noted from here to its end, whenever it comes
  local child, why = core.spawn(context.args.words,
    { "REKOGNITION_PROJECT_VERSION_ARN=" .. version.ProjectVersionArn }, self.has_group)
  if not child then error({ no_command = "could not run " .. why, exit_code = 126 }, 0) end
  self.child = child
  local ok, problem = pcall(self._supervise, self, run)
  if not ok then self:_terminate(SIGTERM) end
  if self.is_ours then self:expect_stop() end
  if not ok then error(problem, 0) end
  return self.status or 128 + self.signal
end

return M

--- Progress, on the error stream: on a terminal one line that lives, in a pipe a plain line for each change, nothing
-- where it is not wanted.

local core = require "rekognition.core"
local interrupts = require "rekognition.cli.interrupts"
local text = require "rekognition.cli.text"

local M = {}

---@class rekognition.cli.Progress
local Progress = {}
Progress.__index = Progress

---@param options { quiet?: boolean, terminal?: boolean, color?: boolean, write?: fun(text: string) }
---@return rekognition.cli.Progress
function M.new(options)
  return setmetatable({
    _quiet = options.quiet, _terminal = options.terminal, _color = options.color, _began = core.monotonic(),
    _write = options.write or function(line)
      io.stderr:write(line)
      io.stderr:flush()
    end,
  }, Progress)
end

local function elapsed(self)
  return text.duration(core.monotonic() - self._began)
end

local function paint(self)
  local columns = core.terminal_width(2) or 80
  local line = text.cut(("%s, %s"):format(self._line, elapsed(self)), columns - 1)
  self._write("\r\27[K" .. (self._color and "\27[2m" .. line .. "\27[0m" or line))
  self._is_live = true
end

--- Shows what happens now.
---@param line string
function Progress:show(line)
  if self._quiet then return end
  line = text.clean(line)
  if not self._terminal then
    if line ~= self._line then self._write(("[%s] %s\n"):format(elapsed(self), line)) end
    self._line = line
    return
  end
  self._line = line
  paint(self)
end

--- Shows an event of a workflow.
---@param event { step: string, state?: string, message?: string }
function Progress:event(event)
  local line = event.step
  if event.state then line = line .. ": " .. tostring(event.state) end
  local has_message = event.message and event.message ~= ""
  if has_message and event.state ~= "failed" then -- why something failed is said in the end
    line = line .. " (" .. tostring(event.message) .. ")"
  end
  if event.state == "warning" then self:note(line) else self:show(line) end
end

--- Keeps the time on a terminal's line current.
function Progress:tick()
  if self._is_live then paint(self) end
end

--- Ends the line that lives, so that other output starts on a line of its own.
function Progress:clear()
  if not self._is_live then return end
  self._write("\r\27[K")
  self._is_live = false
end

--- A line that stays, even where progress is not wanted: a warning.
---@param line string
function Progress:note(line)
  self:clear()
  self._write(text.clean(line) .. "\n")
end

--- A sleep that keeps the line current. A signal ends it: within a second even where it came just before a nap began.
---@return fun(seconds: number)
function Progress:sleep()
  return function(seconds)
    local ends = core.monotonic() + seconds
    interrupts.look()
    repeat
      core.sleep(math.min(ends - core.monotonic(), 1))
      interrupts.look()
      self:tick()
    until core.monotonic() >= ends
  end
end

return M

--- The engine as a host's event loop sees it: one descriptor, a timeout, a step.

local engine = require "rekognition.async.engine"
local rek_error = require "rekognition.error"

---@class rekognition.Pollable
local Pollable = {}
Pollable.__index = Pollable
Pollable.__name = "rekognition.pollable"

local M = {}

--- The engine of this Lua state; there is one.
---@return rekognition.Pollable
function M.new() return setmetatable({}, Pollable) end

local function check(self, name)
  if getmetatable(self) ~= Pollable then
    rek_error.raise { kind = "validation", code = "InvalidCall",
      message = ("it must be called with a colon: pollable:%s()"):format(name) }
  end
  if self.closed then
    rek_error.raise { kind = "config", code = "Closed", message = "the pollable is closed; ask for another one" }
  end
end

--- The descriptor to watch: readable when `step` has something to do, its own timers included. nil where the system
--- has no such descriptor: then call `step` every `timeout()` seconds, and at least ten times a second.
---@return integer?
function Pollable:pollfd()
  check(self, "pollfd")
  engine.note_host(self, true)
  return engine.pollfd()
end

--- What to watch the descriptor for.
---@return "r"
function Pollable.events() return "r" end

--- Seconds until a step is due though the descriptor isn't readable; nil: none is. A loop that watches the descriptor
--- needn't ask.
---@return number?
function Pollable:timeout()
  check(self, "timeout")
  return engine.timeout()
end

--- Moves on what can move on, within bounds (some milliseconds of work), and waits for nothing. Raises kind "config"
--- inside a callback or a task, since the engine is at work there.
function Pollable:step()
  check(self, "step")
  if engine.is_stepping() then
    rek_error.raise { kind = "config", code = "NestedStep",
      message = "step must not be called inside a callback or a task: the engine is in the middle of a step" }
  end
  engine.note_host(self, true)
  engine.step(0)
  engine.arm()
end

--- Lets go of it. What is under way stays so.
function Pollable:close()
  self.closed = true
  engine.note_host(self, false)
end

Pollable.__close = Pollable.close

return M

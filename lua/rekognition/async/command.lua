--- A command (`credential_process`) that runs while others go on: its output is waited for by the engine.

local core = require "rekognition.core"
local engine = require "rekognition.async.engine"

local M = {}

-- Between looks at a command that has closed its output and not ended, seconds. Our choice.
local FIRST_LOOK, LONGEST_LOOK = 0.001, 0.05

local function end_wait(wait) engine.unwatch(wait.descriptor) end
local Wait = { __close = end_wait }

-- Waits until the descriptor is readable, for at most so many seconds.
local function wait_readable(driver, descriptor, seconds)
  local token = driver:token()
  local wait <close> = setmetatable({ descriptor = descriptor }, Wait)
  local _timer <close> = engine.wake_after(seconds, token) -- luacheck: ignore _timer
  engine.watch(descriptor, token)
  driver:park(token, end_wait, wait)
end

--- As `core.run_process`. If the wait ends early (the task is cancelled), the command is killed.
---@param driver table
---@param argv string[]
---@param options { timeout: number, max_output: integer }
function M.run(driver, argv, options)
  local command <close>, failure = core.start_process(argv, options)
  if not command then return nil, failure end
  local deadline, pause = core.monotonic() + options.timeout, FIRST_LOOK
  while true do
    local state, result, problem = command:step()
    if state == "done" then return result, problem end
    local left = deadline - core.monotonic()
    if left <= 0 then
      return nil, { code = "timeout", message = "took too long" }
    end
    if state == "output" then
      wait_readable(driver, command:pipe(), left)
    else
      driver:sleep(math.min(pause, left))
      pause = math.min(pause * 2, LONGEST_LOOK)
    end
  end
end

return M

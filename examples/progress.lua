--- A progress line: on a terminal one line that lives, in a pipe a plain line for each change.

local on_terminal = os.execute("test -t 1") == true

local M = {}

local function show(text, last, seconds)
  if on_terminal then
    io.write(("\r\27[K  %s, %d s"):format(text, seconds))
  elseif text ~= last then
    io.write("  ", text, "\n")
  end
  io.flush()
  return text
end

--- An `on_poll` for `client:wait`. `done()` ends the line.
---@param what string "copying DestinationVersion"
function M.new(what)
  local started, shown = os.time(), nil
  local progress = {}

  function progress.on_poll(version)
    shown = show(("%s: %s"):format(what, version and version.Status or "not listed yet"), shown, os.time() - started)
  end

  function progress.done()
    if on_terminal then io.write("\n") end
  end

  return progress
end

--- An `on_progress` for `custom_labels.copy_model`: one line for each step that does something.
function M.steps()
  local shown
  return function(event)
    if event.state == "polled" then
      shown = show(event.message, shown, event.elapsed)
    elseif event.state ~= "started" and event.state ~= "skipped" then
      if on_terminal and shown then io.write("\n") end
      shown = nil
      io.write(("  %s: %s%s\n"):format(event.step, event.state, event.message and ", " .. event.message or ""))
    end
  end
end

return M

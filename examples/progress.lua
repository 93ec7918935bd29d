--- A progress line: on a terminal one line that lives, in a pipe a plain line for each change.

local on_terminal = os.execute("test -t 1") == true

local M = {}

--- An `on_poll` for `client:wait`. `done()` ends the line.
---@param what string "copying DestinationVersion"
function M.new(what)
  local started, shown = os.time(), nil
  local progress = {}

  function progress.on_poll(version)
    local status = version and version.Status or "not listed yet"
    if on_terminal then
      io.write(("\r\27[K  %s: %s, %d s"):format(what, status, os.time() - started))
    elseif status ~= shown then
      io.write(("  %s: %s\n"):format(what, status))
    end
    io.flush()
    shown = status
  end

  function progress.done()
    if on_terminal then io.write("\n") end
  end

  return progress
end

return M

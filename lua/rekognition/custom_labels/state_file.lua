--- Small JSON files that outlive a process: where they are, and changes that no other process can undo.
--
-- The place is that of the XDG Base Directory Specification: XDG_STATE_HOME, by default ~/.local/state.

local json = require "rekognition.text.json"
local core = require "rekognition.core"
local files = require "rekognition.config.files"
local rek_error = require "rekognition.error"

local M = {}

-- Our decision: a change takes milliseconds, so who waits longer waits for something that hangs.
local LONGEST_WAIT, PAUSE = 10, 0.05

local function fail(path, message)
  rek_error.raise { kind = "config", code = "InvalidStateFile", path = path, message = message }
end

--- Where the file of that name is: "$XDG_STATE_HOME/rekognition/NAME".
---@param env table<string, string>
---@param name string
---@return string
function M.path(env, name)
  local folder = env.XDG_STATE_HOME
  -- "All paths set in these environment variables must be absolute. [Others must be] ignored."
  if not folder or folder:sub(1, 1) ~= "/" then
    local home = files.home(env)
    if not home then
      fail(name, ("there is no folder for %s: neither XDG_STATE_HOME nor HOME is set; set one, or name the file")
        :format(name))
    end
    folder = home .. "/.local/state"
  end
  return folder .. "/rekognition/" .. name
end

--- Makes the folder that a file is in.
---@param path string
function M.make_folder(path)
  local folder = path:match("^(.*)/[^/]*$")
  if not folder or folder == "" then return end
  local ok, why = core.make_folder(folder)
  if not ok then fail(path, ("could not make the folder of %s: %s"):format(path, why)) end
end

--- Takes the lock of that path, which ends with the process that has it. Never waits.
---@param path string
---@return userdata? lock  close it, or let `<close>` do it; nil where another has it
function M.try_lock(path)
  M.make_folder(path)
  local lock, why, is_taken = core.lock_file(path)
  if lock or is_taken then return lock end
  return fail(path, "could not lock a file: " .. why)
end

--- As try_lock, but waits for the other one: some seconds.
---@param path string
---@param sleep fun(seconds: number)
---@return userdata lock
function M.lock(path, sleep)
  local waited = 0
  while true do
    local lock = M.try_lock(path)
    if lock then return lock end
    if waited >= LONGEST_WAIT then
      fail(path, ("another process has had %s locked for %d seconds; end that process, or name another file")
        :format(path, LONGEST_WAIT))
    end
    sleep(PAUSE)
    waited = waited + PAUSE
  end
end

--- What the file says, or nil where there is no file.
---@param path string
---@return table?
function M.read(path)
  local kind = core.file_kind(path) -- a pipe would be waited for
  if kind and kind ~= "file" then
    fail(path, ("%s must be a regular file, got a %s; name another file"):format(path, kind))
  end
  local text, why = files.read(path)
  if why then fail(path, "could not read " .. why) end
  if not text or text == "" then return nil end
  local content = json.read(text)
  if type(content) ~= "table" then
    fail(path, ("%s is not a JSON object; correct it, or move it away"):format(path))
  end
  return content
end

--- Replaces the file as a whole. Only its owner can read it.
---@param path string
---@param content table
function M.write(path, content)
  M.make_folder(path)
  local ok, why = core.write_private(path, json.write(content))
  if not ok then fail(path, "could not write " .. why) end
end

--- Changes the file while no other process does: `change` gets what is in it, and returns the new content.
---@param path string
---@param sleep fun(seconds: number)
---@param change fun(content: table?): table?  nil: leave it as it is
function M.update(path, sleep, change)
  local _lock <close> = M.lock(path .. ".lock", sleep) -- luacheck: ignore _lock
  local content = change(M.read(path))
  if content then M.write(path, content) end
end

return M

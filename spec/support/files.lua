-- Files and shell commands, for specs.

local M = {}

--- The interpreter that runs the specs, for those that start another one.
M.lua = assert(os.getenv "LUA", "LUA names no interpreter: run the specs by script/test")

--- All bytes of a file, or nil where there is none.
---@param path string
---@return string?
function M.read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read("a")
  file:close()
  return text
end

---@param path string
---@param text string
function M.write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

--- An argument as a POSIX shell takes it, whatever is in it.
---@param text string
---@return string
function M.quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- Runs a shell command. Returns whether it succeeded, and all that it printed.
---@param command string
---@return boolean, string
function M.run(command)
  local pipe = assert(io.popen("{ " .. command .. "; } 2>&1"))
  local output = pipe:read("a")
  return pipe:close() == true, output
end

--- Calls body(folder) with a temporary folder, which goes away whatever happens.
---@param body fun(folder: string)
function M.with_folder(body)
  local ok, output = M.run("mktemp -d")
  assert(ok, output)
  local folder = output:match("^[^\n]+")
  local done, why = xpcall(body, debug.traceback, folder)
  M.run("rm -rf " .. M.quoted(folder))
  if not done then error(why, 0) end
end

return M

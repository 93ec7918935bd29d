--- Builds the module rekognition.core around another service's model, from the objects of the build that is there.

local files_of = require("model.generator.files").c

local M = {}

local build = os.getenv "BUILD" or "build"

local function quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end
M.quoted = quoted

--- Runs a shell command. Gives whether it succeeded, and all that it printed.
---@return boolean, string
function M.run(command)
  local pipe = assert(io.popen("{ " .. command .. "; } 2>&1"))
  local output = pipe:read("a")
  return pipe:close() == true, output
end

-- How the module at hand was built decides how this one must be linked.
local function extra_flags()
  local cache = io.open(build .. "/CMakeCache.txt", "rb")
  local text = cache and cache:read("a") or ""
  if cache then cache:close() end
  local sanitize = text:find("\nREK_SANITIZE:BOOL=ON", 1, true) and " -fsanitize=address,undefined" or ""
  local darwin = text:find("\nCMAKE_HOST_SYSTEM_NAME[^\n]*Darwin") and " -undefined dynamic_lookup" or ""
  return sanitize .. darwin
end

local function write_tables(folder, model)
  for name, text in pairs(files_of(model)) do
    local file = assert(io.open(folder .. "/" .. name, "wb"))
    file:write(text)
    file:close()
  end
end

--- Builds `folder`/rekognition/core.so for a model. Raises what the generator or the compiler says.
---@param folder string  exists and is empty
---@param model table    in the form of model/normalise.lua
function M.build(folder, model)
  write_tables(folder, model)
  local command = ([[mkdir FOLDER/rekognition &&
    cc -std=c17 -O0 -fPIC -shared -Wall -Wextra -Werror -I csrc FLAGS -o FOLDER/rekognition/core.so FOLDER/*.c \
      $(find BUILD/CMakeFiles/rekognition_binding.dir -name '*.o') BUILD/librekognition_core.a -lcurl -lcrypto]])
    :gsub("%u%u%u+", { FOLDER = quoted(folder), BUILD = quoted(build), FLAGS = extra_flags() })
  local ok, output = M.run(command)
  if not ok then error("the module could not be built: " .. output, 0) end
end

--- Calls body(folder) with a temporary folder, which goes away whatever happens.
function M.with_folder(body)
  local ok, output = M.run("mktemp -d")
  assert(ok, output)
  local folder = output:match("^[^\n]+")
  local done, why = pcall(body, folder)
  M.run("rm -rf " .. quoted(folder))
  if not done then error(why, 0) end
end

return M

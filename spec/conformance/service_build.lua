--- Builds the module rekognition.core around another service's model, from the objects of the build that is there.

local files_of = require("model.generator.files").c
local support = require "spec.support.files"

local M = {}

local build = os.getenv "BUILD" or "build"

-- How the module at hand was built decides how this one must be linked.
local function extra_flags()
  local text = support.read(build .. "/CMakeCache.txt") or ""
  local sanitize = text:find "\nREK_SANITIZE:[A-Z]+=ON" and " -fsanitize=address,undefined" or ""
  local darwin = text:find("\nCMAKE_HOST_SYSTEM_NAME[^\n]*Darwin") and " -undefined dynamic_lookup" or ""
  return sanitize .. darwin
end

-- The module opens the service that is called rekognition, so that is what the tables are called.
local function write_tables(folder, model)
  local metadata = setmetatable({ endpointPrefix = "rekognition" }, { __index = model.metadata })
  model = { metadata = metadata, operations = model.operations, shapes = model.shapes }
  for name, text in pairs(files_of(model)) do support.write(folder .. "/" .. name, text) end
end

--- Builds `folder`/rekognition/core.so for a model. Raises what the generator or the compiler says.
---@param folder string  exists and is empty
---@param model table    in the form of model/normalise.lua
function M.build(folder, model)
  write_tables(folder, model)
  local command = ([[mkdir FOLDER/rekognition &&
    cc -std=c17 -O0 -fPIC -shared -Wall -Wextra -Werror -I csrc FLAGS -o FOLDER/rekognition/core.so FOLDER/*.c \
      $(cat BUILD/binding_objects) BUILD/librekognition_core.a -lcurl -lssl -lcrypto -lz]])
    :gsub("%u%u%u+", { FOLDER = support.quoted(folder), BUILD = support.quoted(build), FLAGS = extra_flags() })
  local ok, output = support.run(command)
  if not ok then error("the module could not be built: " .. output, 0) end
end

return M

--- Generates the C tables and the Lua data of a model: lua5.4 model/generate.lua MODEL C_FOLDER [LUA_FOLDER]
-- MODEL is in the form of model/rekognition.json. The folders must exist. What is written depends on the model alone.

local root = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = root .. "/../?.lua;" .. root .. "/../lua/?.lua;" .. package.path

local files = require "model.generator.files"
local json = require "model.json"

local function fail(message)
  io.stderr:write("model/generate.lua: ", message, "\n")
  os.exit(1)
end

local function read_model(path)
  local file, why = io.open(path, "rb")
  if not file then fail(why) end
  local text = file:read("a")
  file:close()
  local ok, model = pcall(json.decode, text)
  if not ok then fail(path .. ": " .. model) end
  return model
end

local function write_all(folder, texts)
  for name, text in pairs(texts) do
    local file, why = io.open(folder .. "/" .. name, "wb")
    if not file then fail(why) end
    file:write(text)
    file:close()
  end
end

local function generate(make, model)
  local ok, result = pcall(make, model)
  if not ok then fail(result) end
  return result
end

local path, c_folder, lua_folder = arg[1], arg[2], arg[3]
if not c_folder then fail("usage: model/generate.lua MODEL C_FOLDER [LUA_FOLDER]") end
local model = read_model(path)
write_all(c_folder, generate(files.c, model))
if lua_folder then write_all(lua_folder, generate(files.lua, model)) end

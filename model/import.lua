--- The second half of model/import: lua5.4 model/import.lua FOLDER VERSION
-- reads service-2.json, paginators-1.json and waiters-2.json in FOLDER and writes our model to the standard output.

local root = arg[0]:match("^(.*)/[^/]*/?$") or "."
package.path = root .. "/../?.lua;" .. root .. "/../lua/?.lua;" .. package.path

local json = require "model.json"
local normalise = require("model.normalise").normalise

local folder, version = arg[1], arg[2]

local function read(name)
  local file = assert(io.open(folder .. "/" .. name .. ".json", "rb"))
  local text = file:read("a")
  file:close()
  return json.decode(text)
end

local service = read "service-2"
local model, unknown = normalise {
  service = service, paginators = read "paginators-1", waiters = read "waiters-2",
  source = { botocore = version, apiVersion = service.metadata.apiVersion, uid = service.metadata.uid },
}
for _, trait in ipairs(unknown) do
  io.stderr:write("model/import: left out, as nobody knows it here: ", trait, "\n")
end
io.write(json.encode(model))

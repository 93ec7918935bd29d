-- The service's model, for specs of what is made of it.

local files = require "spec.support.files"
local json = require "model.json"

local M = {}

--- All bytes of a file that must be there.
function M.read(path)
  return assert(files.read(path))
end

--- The model that stands in model/rekognition.json.
function M.rekognition()
  return json.decode(M.read "model/rekognition.json")
end

return M

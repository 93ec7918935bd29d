--- Writes the bodies that the floor sends, as our client would send them: bodies.lua FOLDER, which has image.bin.

package.path = "bench/?.lua;" .. package.path
local core = require "rekognition.core"
local inputs = require "inputs"

local folder = arg[1]
for _, operation in ipairs { "CopyProjectVersion", "DetectCustomLabels", "DescribeProjectVersions" } do
  local file <close> = assert(io.open(("%s/%s.json"):format(folder, operation), "wb"))
  file:write(core.service:request(operation, inputs.of(operation, folder .. "/image.bin")()):body())
end

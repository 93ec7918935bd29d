-- Our half of endpoint_parity.py: JSON cases on the standard input, one a line, and our answer to each on the output.

local cjson = require("cjson").new()
local endpoint = require "rekognition.endpoint"

for line in io.lines() do
  local ok, result = pcall(endpoint.resolve, cjson.decode(line))
  local answer = ok and { url = result.url, region = result.signing_region } or { error = result.message }
  io.write(cjson.encode(answer), "\n")
end

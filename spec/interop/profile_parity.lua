-- Our half of profile_parity.py: on the standard input a JSON object { kind, text } a line, on the output what our parser
-- reads of each.

local cjson = require("cjson").new()
local profile_file = require "rekognition.config.profile_file"

for line in io.lines() do
  local case = cjson.decode(line)
  local result = profile_file.parse(case.text, { kind = case.kind, path = "path" })
  result.malformed = #result.malformed
  io.write(cjson.encode(result), "\n")
end

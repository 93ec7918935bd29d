-- Our half of wire_parity.py: calls what its standard input says, a JSON document a line.
local cjson = require("cjson").new()
local rekognition = require "rekognition"

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

-- Without a library: the tags hold small blobs.
local function base64_decode(text)
  local bits, count, bytes = 0, 0, {}
  for character in text:gmatch("[%w+/]") do
    bits = bits << 6 | ALPHABET:find(character, 1, true) - 1
    count = count + 6
    if count >= 8 then
      count = count - 8
      bytes[#bytes + 1] = string.char(bits >> count & 255)
    end
  end
  return table.concat(bytes)
end

local function untag(value)
  if type(value) ~= "table" then return value end
  if value["$blob"] then return base64_decode(value["$blob"]) end
  if value["$integer"] then return math.tointeger(value["$integer"]) end
  if value["$float"] then return tonumber(value["$float"]) end
  local plain = {}
  for key, item in pairs(value) do plain[key] = untag(item) end
  return plain
end

local endpoint, region, key, secret, token = table.unpack(arg)
local client <close> = rekognition.client {
  endpoint = endpoint, region = region, env = {},
  credentials = { access_key_id = key, secret_access_key = secret, session_token = token },
}
for line in io.lines() do
  local case = cjson.decode(line)
  client:call(case.operation, untag(case.params))
end

-- Our half of wire_parity.py: calls what its standard input says, a JSON document a line.

local here = arg[0]:match("^(.*/)") or "./"
local tagged = dofile(here .. "tagged.lua")
local rekognition = require "rekognition"

local endpoint, region, key, secret, token = table.unpack(arg)
local client <close> = rekognition.client {
  endpoint = endpoint, region = region, env = {},
  credentials = { access_key_id = key, secret_access_key = secret, session_token = token },
}
for line in io.lines() do
  local case = tagged.decode(line)
  client[case.method](client, case.params)
end

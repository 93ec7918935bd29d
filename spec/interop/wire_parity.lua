-- Our half of wire_parity.py: calls what its standard input says, a JSON document a line.

local here = arg[0]:match("^(.*/)") or "./"
local tagged = dofile(here .. "tagged.lua")
local rekognition = require "rekognition"

local endpoint, region, key, secret, token = table.unpack(arg)
local function new_client(http)
  return rekognition.client {
    endpoint = endpoint, region = region, env = {}, http = http,
    credentials = { access_key_id = key, secret_access_key = secret, session_token = token },
  }
end
local client <close> = new_client()
local own_http <close> = new_client(require("rekognition.http").default())
for line in io.lines() do
  local case = tagged.decode(line)
  local chosen = case.own_http and own_http or client
  chosen[case.method](chosen, case.params)
end

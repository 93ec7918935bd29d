-- Our half of moto_parity.py: calls what its standard input says, a JSON document a line, and writes what came of it:
-- {"response": ...}, or {"error": {"kind", "code", "status", "message"}}.
--
-- A case has `endpoint`, `operation`, `params`, and what to sign with: `keys` (access key id, secret access key,
-- session token), or `environment` (variables for the client, which finds its own credentials). `role`, an ARN, must be
-- taken on first, by our provider.

local here = arg[0]:match("^(.*/)") or "./"
local tagged = dofile(here .. "tagged.lua")
local rekognition = require "rekognition"

local REGION = "us-east-1"

local function provider(case)
  local keys = case.keys and {
    access_key_id = case.keys[1], secret_access_key = case.keys[2], session_token = case.keys[3],
  }
  if not case.role then return keys end
  return rekognition.credentials.assume_role {
    source = keys and rekognition.credentials.static(keys), role_arn = case.role, region = REGION,
    env = { AWS_ENDPOINT_URL_STS = case.endpoint },
  }
end

local function call(case)
  local client <close> = rekognition.client {
    endpoint = case.endpoint, region = REGION, env = case.environment or {}, credentials = provider(case),
  }
  return (client:call(case.operation, case.params))
end

for line in io.lines() do
  local ok, result = pcall(call, tagged.decode(line))
  if ok then
    print(tagged.encode { response = result })
  elseif rekognition.error.is_error(result) then
    print(tagged.encode { error = { kind = result.kind, code = result.code, status = result.status,
      message = tostring(result) } })
  else
    error(result, 0)
  end
  io.flush()
end

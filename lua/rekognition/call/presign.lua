--- A request that whoever holds it can send: signature version 4 in query form.

local call = require "rekognition.call"
local rek_error = require "rekognition.error"

--- The request, presigned.
---@param channel rekognition.Channel
---@param operation string
---@param request userdata
---@param provider table
---@param expires integer  seconds
---@param total_timeout number|false  seconds that the credentials may take
---@return { method: string, url: string, headers: {[1]: string, [2]: string}[], body: string }
--- Raises kind "credentials" where there are none, or none that can be signed with.
return function(channel, operation, request, provider, expires, total_timeout)
  local deadline = total_timeout and channel.monotonic() + total_timeout or nil
  local credentials = call.credentials(provider, operation, deadline)
  local presigned, problem = channel.target:presign(request, credentials.access_key_id, credentials.secret_access_key,
    credentials.session_token, channel.clock:now(), expires)
  return presigned or rek_error.raise { kind = "credentials", code = "InvalidCredentials", operation = operation,
    retryable = false, message = "could not sign the request: " .. problem }
end

--- One attempt: sign a request and exchange it for an answer.
--
-- There are two senders of one form. The native one goes through C, with no Lua table for a header;
-- the other builds a request table for a transport that the host gave (the seam `http`), which may
-- yield: between `client:call` and that transport stands no C function.
--
-- A sender is a function (request, credentials, time, attempt, user_agent) that gives
--   response, metadata                      for a success
--   nil, { status=, headers=, body= }       for any other answer; headers by name in lower case
--   nil, { status=, headers=, body=, protocol= }  for a success whose body is not what it should be
--   nil, { transport = { code=, message= } }      where no answer came
-- and raises where the request can't be signed.

local core = require "rekognition.core"
local lazy = require "rekognition.lazy"

local signed = lazy "rekognition.call.custom"

local M = {}

---@class rekognition.Target
---@field url string               without a trailing slash where it has no path
---@field region string            the signing region
---@field service string           the signing name
---@field connect_timeout number   seconds
---@field timeout number           seconds
---@field max_attempts integer

--- The sender that uses libcurl.
---@param transport rekognition.Transport
---@param target rekognition.Target
function M.native(transport, target)
  local caller = core.caller(transport.core, target)
  local send = caller.send -- looked up once
  return function(request, credentials, time, attempt, user_agent)
    local result, answer = send(caller, request, credentials.access_key_id, credentials.secret_access_key,
      credentials.session_token, time, attempt, user_agent)
    -- What can't be signed there can't be signed here, where the error names the reason.
    if not result and answer.signing then signed.sign(request, credentials, time, target) end
    return result, answer
  end
end

--- The sender that uses a transport of the host's own.
---@param http fun(request: rekognition.HttpRequest): rekognition.HttpResponse?, rekognition.HttpFailure?
---@param target rekognition.Target
function M.custom(http, target)
  return signed.sender(http, target)
end

return M

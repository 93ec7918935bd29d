--- The native sender: one attempt is one call into C, with no Lua table for a header.
--
-- Every sender has this form: a function (call, credentials, headers, connect_timeout, timeout) that returns
--   response, metadata                            for a success; metadata has status, headers (lower case), request_id
--   nil, { status =, headers =, body = }          for any other response
--   nil, { status =, headers =, body =, protocol = why }  for a success whose body is not what it should be
--   nil, { transport = { code =, message =, sent = } }    where no response came; `sent`: whether the service may have
--                                                 read the request
--   nil, { signing = why }                        for what can't be signed
-- `credentials` without keys means that the request is not signed. Timeouts are
-- seconds; without one it is the target's own.

local core = require "rekognition.core"

local M = {}

--- A sender over libcurl. Where the call has a driver (`rekognition.async`), that one waits.
---@param transport rekognition.Transport
---@param options table  of `core.target`
---@param seams rekognition.Seams
---@return function send
---@return userdata target
---@return table sender  what an attempt that nobody waits for is started with
function M.new(transport, options, seams)
  local target, connections = core.target(options), transport.core
  local send = target.send -- looked up once
  local sender = { target = target, connections = connections, transport = transport, start = target.start,
    monotonic = seams.monotonic, logger = seams.logger }
  return function(call, credentials, headers, connect_timeout, timeout)
    local driver = call.driver
    if driver then return driver:send(sender, call, credentials, headers, connect_timeout, timeout) end
    return send(target, connections, call.request, credentials.access_key_id, credentials.secret_access_key,
      credentials.session_token, call.time, call.attempt, call.agent, connect_timeout, timeout, headers, call.trace_id)
  end, target, sender
end

return M

--- What a host wants to see of each attempt, and to add to it.

local failure = require "rekognition.call.failure"
local headers_option = require "rekognition.call.headers_option"

local M = {}

--- Two lists of headers as one; either may be nil.
---@param first? table
---@param second? table
---@return table?
function M.join(first, second)
  if not first or not second then return first or second end
  local all = table.move(first, 1, #first, 1, {})
  return table.move(second, 1, #second, #all + 1, all)
end

--- Before an attempt is signed. What a hook raises ends the call.
---@param channel rekognition.Channel
---@param call rekognition.Call
---@param headers? table
---@return table? headers  with those that the hooks added
function M.before(channel, call, headers)
  local seen = { operation = call.operation, attempt = call.attempt, url = channel.url, headers = {} }
  call.seen = seen
  for _, hook in ipairs(call.hooks) do
    if hook.before_attempt then hook.before_attempt(seen) end
  end
  seen.started = channel.monotonic()
  return M.join(headers, headers_option.list(seen.headers, "attempt.headers"))
end

--- After an attempt, whatever came of it.
---@param channel rekognition.Channel
---@param call rekognition.Call
---@param response any
---@param result table
function M.after(channel, call, response, result)
  local seen = call.seen
  seen.elapsed, seen.started = channel.monotonic() - seen.started, nil
  seen.status = result.status
  if response == nil then
    result.meaning = failure.read(result, call, channel.read_error)
    local fields = result.meaning.fields
    seen.error = { kind = fields.kind, code = fields.code, message = fields.message }
    seen.request_id = fields.request_id
  else
    seen.request_id = result.request_id
  end
  for _, hook in ipairs(call.hooks) do
    if hook.after_attempt then hook.after_attempt(seen) end
  end
end

return M

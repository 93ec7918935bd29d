-- A world for a credential source: its environment, files, network, time and chance are the spec's.

local cjson = require("cjson").new()

local M = {}

--- A response of a service: a table becomes JSON.
function M.answer(status, body, headers)
  local list = {}
  for name, value in pairs(headers or {}) do list[#list + 1] = { name, value } end
  return { status = status, headers = list, body = type(body) == "table" and cjson.encode(body) or body or "" }
end

function M.failure(code, message)
  return { failure = { code = code, message = message or code } }
end

--- STS's answer to AssumeRole, or to the operation named.
function M.sts_answer(fields, operation)
  operation = operation or "AssumeRole"
  return M.answer(200, ([[
<%sResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><%sResult>
  <AssumedRoleUser><Arn>arn:aws:sts::%s:assumed-role/name/session</Arn></AssumedRoleUser>
  <Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>%s</SecretAccessKey>
  <SessionToken>%s</SessionToken><Expiration>%s</Expiration></Credentials>
</%sResult></%sResponse>]]):format(operation, operation, fields.account or "123456789012", fields.key or "AKIDROLE",
    fields.secret or "ROLESECRET", fields.token or "ROLETOKEN", fields.expiration or "2015-08-30T13:36:00Z",
    operation, operation), { ["Content-Type"] = "text/xml" })
end

function M.sts_error(status, code, message)
  return M.answer(status, ("<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error>"
    .. "<RequestId>req-9</RequestId></ErrorResponse>"):format(code, message or "as the spec says"))
end

--- Options for `rekognition.credentials`, and what happens to them: `requests`, `slept`, `logged`, `now`,
--- `files`. `answers` is a list, of which the last stands for all that follow, or a function (request, world).
---@param given { env?: table, files?: table<string, string>, answers?: table|function, now?: number, random?: number }
function M.world(given)
  local world = {
    requests = {}, slept = 0, logged = {}, files = given.files or {},
    now = given.now or 1440938160, -- 2015-08-30T12:36:00Z
  }
  world.options = {
    env = given.env or {},
    clock = function() return world.now end,
    sleep = function(seconds) world.slept, world.now = world.slept + seconds, world.now + seconds end,
    random = function() return given.random or 0 end,
    logger = function(level, event, fields) world.logged[#world.logged + 1] = { level, event, fields } end,
    read_file = function(path) return world.files[path] end,
    write_file = function(path, text)
      world.files[path] = text
      return true
    end,
    http = function(request)
      world.requests[#world.requests + 1] = request
      local answers = given.answers or { M.failure("connect", "nobody there") }
      local answer = type(answers) == "function" and answers(request, world)
        or answers[math.min(#world.requests, #answers)]
      -- A request that hangs takes its whole timeout.
      if answer.failure and answer.failure.code == "timeout" then world.now = world.now + request.timeout end
      if answer.failure then return nil, answer.failure end
      return answer
    end,
  }
  for name, value in pairs(given.options or {}) do world.options[name] = value end
  return world
end

M.header = require("spec.support.fake").header

--- The members of a form.
function M.form(body)
  local members = {}
  for name, value in body:gmatch("([^&=]+)=([^&]*)") do
    members[name] = value:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
  end
  return members
end

M.catch = require("spec.support.fake").catch

--- How many log entries have this event.
function M.count(world, event)
  local count = 0
  for _, entry in ipairs(world.logged) do
    if entry[2] == event then count = count + 1 end
  end
  return count
end

return M

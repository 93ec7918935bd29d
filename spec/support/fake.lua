-- A client whose network, clock, sleep and chance are the spec's.

local ascii = require "rekognition.text.ascii"
local cjson = require("cjson").new()
local rekognition = require "rekognition"

local M = {}

--- A response: `M.answer(200, { ProjectArn = "x" })`, `M.answer(502, "<html>")`.
function M.answer(status, body, headers)
  if type(body) == "table" then body = next(body) == nil and "{}" or cjson.encode(body) end
  local list = { { "x-amzn-RequestId", "req-1" } }
  for name, value in pairs(headers or {}) do list[#list + 1] = { name, value } end
  return { status = status, headers = list, body = body or "" }
end

--- An error of the service.
function M.refusal(code, message, status, headers)
  return M.answer(status or 400, { __type = code, Message = message or "as the spec says" }, headers)
end

--- A failure to get any answer.
function M.failure(code)
  return { failure = { code = code, message = "as the spec says" } }
end

--- A client that is given the answers one after the other; the last one stands for all that follow.
--- Returns the client and what happened: `requests`, `slept` (seconds), `logged`, `now`.
function M.client(answers, options)
  local world = { requests = {}, slept = {}, logged = {}, now = 1440938160 }
  local settings = {
    region = "us-east-1", env = {},
    credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE", session_token = "TOKENEXAMPLE" },
    clock = function() return world.now end,
    sleep = function(seconds)
      world.slept[#world.slept + 1] = seconds
      world.now = world.now + seconds
    end,
    random = function() return 0.5 end,
    logger = function(level, event, fields) world.logged[#world.logged + 1] = { level, event, fields } end,
    http = function(request)
      world.requests[#world.requests + 1] = request
      local answer = answers[math.min(#world.requests, #answers)]
      if type(answer) == "function" then answer = answer(request, world) end
      if answer.failure then return nil, answer.failure end
      return answer
    end,
  }
  for name, value in pairs(options or {}) do settings[name] = value end
  return rekognition.client(settings), world
end

--- Calls and returns the error that was raised.
function M.catch(f, ...)
  local ok, problem = pcall(f, ...)
  assert(not ok, "nothing was raised")
  return problem
end

--- A header of a request or a response, by its name in any case.
function M.header(request, name)
  for _, header in ipairs(request.headers) do
    if ascii.lower(header[1]) == ascii.lower(name) then return header[2] end
  end
end

return M

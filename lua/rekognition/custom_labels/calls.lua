--- The calls of a workflow: within its deadline, patient with failures that pass, and counted by whoever limits rates.
--
-- This is the only place of the workflows that calls a client, so that what all calls have in common stands once.

local number = require "rekognition.text.number"
local rek_error = require "rekognition.error"
local waiter = require "rekognition.waiter"

local M = {}

-- Our decision. The client has retried already; a service that is down for longer than this ends the workflow.
local MOST_TRIES = 5
local FIRST_PAUSE, LONGEST_PAUSE = 1, 16

-- Refused before anything was done: asking again can't do a thing twice.
local THROTTLED = {
  ThrottlingException = true, Throttling = true, ProvisionedThroughputExceededException = true,
  TooManyRequestsException = true, RequestLimitExceeded = true,
}

---@class rekognition.Calls
---@field monotonic fun(): number
---@field deadline number       by `monotonic`
---@field sleep fun(seconds: number)
---@field random fun(): number
---@field before? fun(client: rekognition.Client, operation: string, params: table)  may wait: see the fleet's limiter
---@field after? fun(client: rekognition.Client, operation: string, e: rekognition.Error?)  sees how each call ended
local Calls = {}
Calls.__index = Calls

--- The calls of one workflow.
---@param client rekognition.Client  whose clock and sleep are used
---@param timeout number             seconds for the whole workflow
---@return rekognition.Calls
function M.new(client, timeout)
  local seams = client._seams ---@type any
  return setmetatable({ monotonic = seams.monotonic, sleep = seams.sleep, random = seams.random,
                        started = seams.monotonic(), deadline = seams.monotonic() + timeout }, Calls)
end

--- Seconds since the workflow began.
---@return number
function Calls:elapsed() return self.monotonic() - self.started end

--- Seconds to the deadline; not below 0.
---@return number
function Calls:left() return math.max(0, self.deadline - self.monotonic()) end

--- Raises if the workflow's time is over.
function Calls:check_deadline()
  if self.monotonic() >= self.deadline then
    rek_error.raise { kind = "waiter", code = "WaiterTimeout", message = ("the time is over, after %s seconds")
      :format(number.seconds(self:elapsed())) }
  end
end

--- Waits, but not past the deadline.
---@param seconds number
function Calls:pause(seconds)
  self:check_deadline()
  self.sleep(math.min(seconds, self:left()))
end

--- Waits longer each time: 1, 2, 4 ... seconds, with chance in it, so that two that met don't meet again.
---@param count integer  how often it failed, from 1
function Calls:back_off(count)
  self:pause(math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ^ (count - 1)) * (0.5 + self.random() / 2))
end

--- Whether an error says nothing about what was asked: the response was lost, or the service failed.
---@return boolean
function M.is_unclear(e)
  if not rek_error.is_error(e) then return false end
  if e.kind == "cancelled" then return false end
  if e.maybe_succeeded or e.kind == "protocol" then return true end
  if e.kind == "transport" then return e.retryable ~= false end
  return e.kind == "service" and e.status ~= nil and e.status >= 500 and not THROTTLED[e.code]
end

--- Whether an error ends everything, and not one copy alone: the program cancelled it or closed a client, or it isn't
--- an error of the SDK.
---@return boolean
function M.ends_all(e)
  return not rek_error.is_error(e) or e.kind == "cancelled" or e.code == "ClientClosed"
end

--- Raises again what a failed part may not hide: the program cancelled it, or it isn't an error of the SDK. What comes
--- back was the part's own failure, after which the rest goes on.
function M.pass_on(problem)
  if not rek_error.is_error(problem) or problem.kind == "cancelled" then error(problem, 0) end
end

--- Whether the service asked for fewer calls.
---@return boolean
function M.is_throttled(e)
  return rek_error.is_error(e) and THROTTLED[e.code] == true
end

-- A call begun just before the deadline may take this much longer (seconds). Our decision.
local GRACE = 0.5

-- The call's own options, within the workflow's time and the client's.
local function limited(self, client, options)
  local result = {}
  for name, value in pairs(options or {}) do result[name] = value end
  result.total_timeout = math.min(result.total_timeout or client._total_timeout or math.huge,
    math.max(self:left(), GRACE))
  return result
end

-- One call. What `before` does comes out as it is.
local function send(self, client, operation, params, options)
  self:check_deadline()
  if self.before then self.before(client, operation, params) end
  local ok, response = pcall(client.call, client, operation, params, limited(self, client, options))
  if self.after then self.after(client, operation, not ok and response or nil) end
  if not ok then error(response, 0) end
  return response
end

local function is_reading(operation)
  return operation:find("^Describe") or operation:find("^List")
end

--- Calls an operation. One that reads is tried again after a temporary error; one that writes only if it was
--- refused by throttling: what else may have happened to it is for the caller to find out.
---@param client rekognition.Client
---@param operation string
---@param params table
---@param options? rekognition.CallOptions
---@return table response
function Calls:call(client, operation, params, options)
  for try = 1, MOST_TRIES do
    local ok, response = pcall(send, self, client, operation, params, options)
    if ok then return response end
    local passes = M.is_throttled(response) or is_reading(operation) and waiter.is_passing(response)
    if not passes or try == MOST_TRIES or response.code == "WaiterTimeout" then error(response, 0) end
    self:back_off(try)
  end
end

--- All items of a listing.
---@param client rekognition.Client
---@param operation string
---@param params table
---@param member string  the response's list
---@return table[]
function Calls:list(client, operation, params, member)
  local items, input = {}, {}
  for key, value in pairs(params) do input[key] = value end
  while true do
    local page = self:call(client, operation, input)
    for _, item in ipairs(page[member] or {}) do items[#items + 1] = item end
    local token = page.NextToken
    if token == nil or token == "" then return items end
    if token == input.NextToken then
      rek_error.raise { kind = "protocol", code = "PaginationLoop", operation = operation,
        message = "the service returned the same NextToken twice in a row" }
    end
    input.NextToken = token
  end
end

return M

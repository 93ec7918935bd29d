--- Calls that are started and not waited for, and need no coroutine while all goes well.
--
-- The engine submits the first attempt of such a call between two tasks, and takes its response between two others.
-- Most calls have a success then, and end. Whatever else comes, or would have to be waited for, goes on in a task, by
-- the loop of attempts (`rekognition.call`).

local call = require "rekognition.call"
local engine = require "rekognition.async.engine"
local futures = require "rekognition.async.future"

local M = {}

-- Requests beyond this are hashed in pieces, which `rekognition.async.driver` does. Our choice.
local MOST_BYTES = 256 << 10

local at_hand = call.at_hand

local function run(task) return call.run_task(task, task.channel, task.state) end

-- From here on it is a task like others.
local function become_task(self, f)
  local state = call.state(self.operation, self.request)
  state.attempt = 1
  futures.become_task(self, f, state)
  return state
end

-- The credentials that the failed attempt was signed with, as far as they are needed. (The future doesn't keep them:
-- whoever prints it must not see keys.)
local function used_credentials(self)
  local now = at_hand(self.channel.provider) or {}
  return now.access_key_id == self.key_id and now or { access_key_id = self.key_id }
end

local function run_on(task)
  return call.run_on(task, task.channel, task.state, used_credentials(task), task.failure)
end

local function fail(self, result)
  self.failure = result
  local state = become_task(self, run_on)
  state.started, state.offset = self.started, self.offset
end

local function submit(self)
  local channel, request = self.channel, self.request
  local sender, credentials = channel.sender, at_hand(channel.provider)
  local slots, size = sender.slots, request:size()
  if not credentials or sender.transport.is_closed or size > MOST_BYTES or not slots or not slots:try() then
    return become_task(self, run)
  end
  self.slots = slots
  engine.spent(size)
  local clock = channel.clock
  local time = clock:now()
  self.started, self.offset, self.key_id = channel.monotonic(), clock.offset, credentials.access_key_id
  local id, result = sender.start(sender.target, sender.connections, request, credentials.access_key_id,
    credentials.secret_access_key, credentials.session_token, time, 1,
    channel.agents[credentials.source] or channel:user_agent(credentials.source),
    nil, nil, nil, nil, engine.network(), self)
  if id then
    self.id = id
    return
  end
  self.slots = false
  slots:give()
  return fail(self, result)
end

local function land(self, id)
  local channel, slots = self.channel, self.slots
  self.slots = false
  slots:give()
  local response, result = engine.take(id)
  self.id = false
  if response == nil then return fail(self, result) end
  channel.retry:after_success()
  result.attempts, result.elapsed = 1, channel.monotonic() - self.started
  return futures.succeed(self, response, result)
end

-- Lets go of what an attempt has. Returns whether the service may have read
-- the request.
local function let_go(self)
  local id, slots = self.id, self.slots
  self.id, self.slots = false, false
  local sent = id and engine.network():cancel(id)
  if slots then slots:give() end
  return sent == true
end

-- A step that raised (memory has ended) ends the call.
local function checked(self, ok, problem)
  if ok then return end
  if self.ended then return self:_end_again() end
  if not self.direct then return end
  let_go(self)
  futures.fail(self, problem)
end

--- Called by the engine: for one that was started, and for one whose attempt has ended.
function M.submit(self) return checked(self, pcall(submit, self)) end
function M.land(self, id)
  if self.ended then return self:_end_again() end -- memory ended while it did
  return checked(self, pcall(land, self, id))
end

local function note_state(self) self.state = call.state(self.operation, self.request) end

--- Ends it by an error.
---@param e rekognition.Error
function M.cancel(self, e)
  e.sent = let_go(self) or nil
  pcall(note_state, self) -- without memory the error says less
  futures.fail(self, e)
end

--- Starts a call without options, on a channel that is plain.
---@param channel rekognition.Channel
---@param operation string
---@param request userdata  it is closed in the end
---@return rekognition.Future
function M.start(channel, operation, request)
  return futures.start_direct(M, channel, operation, request)
end

return M

--- Calls that are started and not waited for, and need no coroutine while all goes well.
--
-- The first attempt of such a call is submitted where the call is started, or, once enough was sent off, by the engine
-- between two tasks; the engine takes its response. Most calls have a success then, and end. Whatever else comes, or
-- would have to be waited for, goes on in a task, by the loop of attempts (`rekognition.call`).

local call = require "rekognition.call"
local callbacks = require "rekognition.async.callbacks"
local cancelled = require "rekognition.async.cancelled"
local core = require "rekognition.core"
local driver = require "rekognition.async.driver"
local engine = require "rekognition.async.engine"
local futures = require "rekognition.async.future"

local M = {}

-- Requests beyond this are hashed in pieces, which `rekognition.async.driver` does. Our choice.
local MOST_BYTES = 256 << 10

local Future, current_task, settle = futures.class, futures.current_task, futures.settle
local now = core.now

--- What all calls of an operation on a channel share: a future's `direct`, as long as it has no task.
---@class rekognition.Direct
---@field channel rekognition.Channel
---@field operation string
---@field credentials fun(): rekognition.Credentials?  those that needn't be waited for
---@field submit fun(future: rekognition.Future)
---@field land function  takes what the core's `engine:next` returns behind the id
---@field trip fun(future: rekognition.Future, problem: any)  where `land` raised
---@field cancel fun(future: rekognition.Future, e: rekognition.Error)
---@field shared rekognition.Direct  the same, for a future that has a parent, or that somebody waits for

local function run(task) return call.run_task(task, task.channel, task.state) end

-- From here on it is a task like others.
local function become_task(self, f)
  local direct = self.direct
  local state = call.state(direct.operation, self.request)
  state.attempt = 1
  futures.become_task(self, f, direct.channel, state)
  return state
end

-- The credentials that the failed attempt was signed with, as far as they are needed. (The future doesn't keep them:
-- whoever prints it must not see keys.)
local function used_credentials(channel, key_id)
  local at_hand = call.at_hand(channel.provider) or {}
  return at_hand.access_key_id == key_id and at_hand or { access_key_id = key_id }
end

local function run_on(task)
  local channel = task.channel
  return call.run_on(task, channel, task.state, used_credentials(channel, task.failure.key_id), task.failure.result)
end

-- Goes on after an attempt that was no success.
local function go_on(self, result, key_id, elapsed, offset)
  self.failure = { result = result, key_id = key_id }
  local started = self.direct.channel.monotonic() - elapsed
  local state = become_task(self, run_on)
  state.started, state.offset = started, offset
end

-- Submits the attempt. Where memory ends, nothing has begun.
local function submit(self)
  local direct = self.direct
  local channel, credentials = direct.channel, direct.credentials()
  local sender = channel.sender
  local slots = sender.slots or driver.slots_of(sender)
  if not credentials or slots.used >= slots.places or slots.waiting > 0 or sender.transport.is_closed then
    return become_task(self, run)
  end
  local clock = channel.clock
  local time = clock.offset == 0 and now() or clock:now()
  local id, size = sender.start(sender.target, sender.connections, self.request, credentials.access_key_id,
    credentials.secret_access_key, credentials.session_token, time, 1,
    channel.agents[credentials.source] or channel:user_agent(credentials.source),
    nil, nil, nil, nil, engine.made or engine.network(), self, MOST_BYTES, clock.offset)
  if id then
    slots.used, self.id, engine.bytes = slots.used + 1, id, engine.bytes + size
  elseif id == false then
    become_task(self, run) -- it is large
  else
    go_on(self, size, credentials.access_key_id, 0, clock.offset)
  end
end

-- Lets go of the attempt's connection.
local function leave(self, direct)
  local slots = direct.channel.sender.slots
  self.id = false
  if slots.waiting > 0 then slots:give() else slots.used = slots.used - 1 end
end

-- Takes what came of the attempt. True for a success, whose request is closed.
local function take(self, direct, response, metadata, key_id, elapsed, offset)
  leave(self, direct)
  if response == nil then return go_on(self, metadata, key_id, elapsed, offset) end
  self[1], self[2], self.results, self.ok, self.request = response, metadata, self, true, false
  local retry = direct.channel.retry
  local quota = retry.quota
  if quota.tokens < quota.capacity then retry:after_success() end
  return true
end

-- The end of a future that nobody waits for. What its callback raises is for `trip`.
local function land(self, ...)
  if not take(self, self.direct, ...) then return end
  self.ended = true
  engine.live = engine.live - 1
  local callback = self.callbacks
  if not callback then return end
  self.callbacks = false
  callback(true, self[1], self[2])
end

local function land_shared(self, ...)
  if take(self, self.direct, ...) then settle(self) end
end

-- Ends one that has its results. Where memory ends in the middle, the engine has it in hand, and calls this again.
local function finish(self)
  if self.ended then return self:_end_again() end
  if self.id then leave(self, self.direct) end
  local request = self.request
  self.request = false
  if request then request:close() end
  settle(self)
end

local function fail(self, problem)
  self[1], self.results, self.ok = problem, self, false -- these have their places
  finish(self)
end

-- Where memory has ended, so does the call.
local function trip_shared(self, problem)
  if self.results then finish(self) else fail(self, problem) end
end

local function trip(self, problem)
  if not self.ended then return trip_shared(self, problem) end
  callbacks.log_failure(self, problem)
end

-- As the engine does it.
local function submit_later(self)
  if self.results then return finish(self) end
  local ok, problem = pcall(submit, self)
  if not ok then trip_shared(self, problem) end
end

local function note(self, e) cancelled.note(e, call.state(self.direct.operation, self.request)) end

-- Ends it by an error.
local function cancel(self, e)
  if self.results then return end -- it is about to end
  engine.push(self) -- it has a turn again where memory ends in the middle
  if self.id then e.sent = engine.network():cancel(self.id) or nil end
  pcall(note, self, e) -- without memory the error says less
  fail(self, e)
end

local function new_direct(channel, operation)
  local provider = channel.provider
  local direct = {
    channel = channel, operation = operation, submit = submit_later, land = land, trip = trip, cancel = cancel,
    credentials = provider and provider._fixed or function() return call.at_hand(provider) end,
  }
  direct.shared = setmetatable({ land = land_shared, trip = trip_shared }, { __index = direct })
  channel.directs[operation] = direct
  return direct
end

-- Room for all that most calls note: a table that grows is dear. The first two places are the results'.
local function new_future(direct, request)
  return setmetatable({ false, false, direct = direct, request = request, id = false, ended = false, ok = false,
    results = false, callbacks = false, is_claimed = false }, Future)
end

-- Most children are waited for.
local function new_child(direct, request, parent)
  local self = setmetatable({ false, false, direct = direct.shared, request = request, id = false, ended = false,
    ok = false, results = false, callbacks = false, is_claimed = false, parent = false, waiters = false }, Future)
  futures.expect_child(parent, self)
  return self
end

--- Starts a call without options, on a channel that is plain.
---@param channel rekognition.Channel
---@param operation string
---@param request userdata  it is closed in the end
---@return rekognition.Future
function M.start(channel, operation, request)
  local direct = channel.directs[operation] or new_direct(channel, operation)
  local parent = current_task()
  local self = parent and new_child(direct, request, parent) or new_future(direct, request)
  if engine.live >= engine.places then engine.reserve() end
  if engine.bytes < engine.MOST_BYTES then submit(self) else engine.push(self) end
  engine.live = engine.live + 1
  if parent then futures.add_child(parent, self) end
  if engine.exposed then engine.alert() end
  return self
end

return M

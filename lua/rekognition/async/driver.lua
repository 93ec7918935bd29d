--- What waits instead of blocking: a task suspends itself; elsewhere the engine is kept going until the wait ends.
--
-- A driver has `token` and `park`, on which the others stand: `sleep`, `send` (an attempt), `run` (a call).

local cancelled = require "rekognition.async.cancelled"
local command = require "rekognition.async.command"
local core = require "rekognition.core"
local engine = require "rekognition.async.engine"
local number = require "rekognition.text.number"
local seams = require "rekognition.seams"
local semaphores = require "rekognition.async.semaphore"

local M = {}

local yield, running = coroutine.yield, coroutine.running
local drivers = seams.drivers
local WAITS = engine.WAITS

-- Ends what a task waits for, if its coroutine is closed from outside.
local function abandon()
  local task = drivers[running()]
  if not task or task.returned then return end
  if task.undo then task.undo(task.what) end
  task.undo, task.what, task.woken = false, false, false
  task:_fail(task.raised or cancelled.new(nil, "the coroutine of the task was closed"))
end
--- Held by the coroutine of a task, below all that runs in it.
M.ABANDON = setmetatable({}, { __close = abandon })

-- Methods of tasks.
local Task = {}

function Task:token() return self end

--- Lets the others go on.
---@async
function Task.pass() yield() end

-- Raises that the task was cancelled, if it was and has not heard of it. What it waits for is undone before.
local function hear(task, undo, what)
  local e = task.pending
  if not e then return end
  task.pending, task.delivered = false, e
  if undo then e.sent = undo(what) == true or nil end
  error(e, 0)
end

--- Lets the others go on, and raises if the task is cancelled by then: before what may never wait.
---@async
function Task:turn()
  if not self.pending then yield() end
  hear(self)
end

--- Suspends the task until its token is woken. `undo(what)` ends what it waits for where the wait ends otherwise.
---@async
function Task:park(_, undo, what)
  if self.pending then hear(self, undo, what) end
  self.undo, self.what = undo, what
  while not self.woken and not self.raised do yield(WAITS) end
  self.undo, self.what, self.woken = false, false, false
  local e = self.raised
  if e then
    self.raised, self.delivered = false, e
    error(e, 0)
  end
end

-- Code that isn't a task's own: it keeps the engine going while it waits.
local Driving = {}
Driving.__index = Driving

function Driving.token() return { woken = false, undo = false, what = false } end

function Driving.pass() end

function Driving.turn()
  engine.step(0)
  if engine.current then hear(engine.current) end
end

local function finish_box(box)
  if not box.woken and box.undo then box.undo(box.what) end
end
local Box = { __close = finish_box }

function Driving.park(_, box, undo, what)
  box.undo, box.what = undo, what
  local _guard <close> = setmetatable(box, Box) -- luacheck: ignore _guard
  engine.drive(box)
  if box.woken then return end
  box.undo = false
  hear(engine.current, undo, what) -- it was cancelled
end

-- Methods of both.
local Both = {}

--- Waits so many seconds.
function Both:sleep(seconds)
  local token = self:token()
  self:park(token, engine.forget_timer, engine.wake_after(seconds, token))
end

--- Runs a command, as `core.run_process`.
function Both:run_process(argv, options) return command.run(self, argv, options) end

local function cancel_transfer(id) return engine.network():cancel(id) end

-- Descriptors that are left to the host. Our choice.
local SPARE_DESCRIPTORS = 32

--- The connections that a transport may have under way; fewer where the process can't have as many descriptors.
---@param sender table  see `rekognition.call.native`
---@return rekognition.Semaphore
function M.slots_of(sender)
  local transport = sender.transport
  if not transport.slots then
    local wanted, limit = transport.max_connections, core.descriptor_limit()
    local places = math.max(1, math.min(wanted, limit - SPARE_DESCRIPTORS))
    if places < wanted then
      sender.logger("warn", "few_descriptors", { wanted = wanted, used = places, limit = limit,
        message = ("max_connections is %d, and the process may open %d descriptors: %d connections are used; "
          .. "raise the limit (ulimit -n)"):format(wanted, limit, places) })
    end
    transport.slots = semaphores.new(places)
  end
  sender.slots = transport.slots
  return sender.slots
end

-- Waits for a connection. The seconds that are left for the attempt (nil: the target's own); or false: its call's time
-- is over.
local function take_slot(self, sender, slots, call, timeout)
  if slots:try() then return timeout end
  local began = core.monotonic()
  local left = call.deadline and call.deadline - sender.monotonic()
  if not slots:take(self, left) then return false end
  call.time = call.time + (core.monotonic() - began) -- what is signed is this moment
  return call.deadline and math.max(0.001, math.min(timeout, call.deadline - sender.monotonic())) or timeout
end

-- A body beyond this is hashed in pieces, between which others go on. Our choice: about a millisecond of work.
local SLICE = 256 << 10

-- Hashes a large body ahead of its signing.
local function hash(self, sender, request)
  while not sender.target:hash(request, SLICE) do
    engine.spent(SLICE)
    self:pass()
  end
end

local function late(call)
  return nil, { transport = { code = "timeout", sent = false,
    message = ("total_timeout of %s s ran out while the attempt waited for a connection"):format(
      number.seconds(call.total_timeout)) } }
end

local CLOSED = { transport = { code = "closed", sent = false, message = "the client is closed" } }

--- One attempt, as a sender of `rekognition.call.native`.
function Both:send(sender, call, credentials, headers, connect_timeout, timeout)
  local request = call.request
  if request:size() > SLICE then hash(self, sender, request) end
  local slots = sender.slots or M.slots_of(sender)
  timeout = take_slot(self, sender, slots, call, timeout)
  if timeout == false then return late(call) end
  if timeout and connect_timeout > timeout then connect_timeout = timeout end
  local _place <close> = slots -- luacheck: ignore _place
  if sender.transport.is_closed then return nil, CLOSED end
  local token, network = self:token(), engine.network()
  local id, result = sender.start(sender.target, sender.connections, request, credentials.access_key_id,
    credentials.secret_access_key, credentials.session_token, call.time, call.attempt, call.agent,
    connect_timeout, timeout, headers, call.trace_id, network, token)
  if not id then return nil, result end
  self:park(token, cancel_transfer, id)
  return engine.network():take(id)
end

local function noted(call, ok, ...)
  if ok then return ... end
  cancelled.note((...), call)
  error((...), 0)
end

-- Within the client's bound on calls in flight. A call whose time is over goes on without a place: it sends nothing.
local function through(gate, self, loop, channel, call)
  local since = channel.monotonic()
  if not gate:take(self, call.total_timeout) then return loop(channel, call, since) end
  local _place <close> = gate -- luacheck: ignore _place
  return loop(channel, call, since)
end

--- A call that is this driver's only one: `loop(channel, call)`. Whoever calls notes what is known where it is
--- cancelled.
function Both:run_alone(loop, channel, call)
  call.driver = self
  engine.spent(call.request:size()) -- it was encoded just now
  if not channel.sender then self:turn() end -- a transport of the host's own
  if channel.gate then return through(channel.gate, self, loop, channel, call) end
  return loop(channel, call)
end

--- A call: `loop(channel, call)`.
function Both:run_call(loop, channel, call)
  return noted(call, pcall(self.run_alone, self, loop, channel, call))
end

--- Adds the methods of a driver that suspends to a class.
function M.install(class)
  for name, method in pairs(Both) do class[name] = method end
  for name, method in pairs(Task) do class[name] = method end
end

for name, method in pairs(Both) do Driving[name] = method end
local driving = setmetatable({}, Driving)

--- What the running code waits by.
function M.current()
  return seams.driver() or driving
end

function seams.busy() return engine.is_busy() and driving or nil end

return M

--- A future: what a task will have returned. A task runs in a coroutine of its own, which the engine resumes.
--
-- Tasks form a tree: one that is started by another is its child. A task has ended when its function and all its
-- children have. Where it fails or is cancelled, its children are cancelled.

local callbacks = require "rekognition.async.callbacks"
local cancelled = require "rekognition.async.cancelled"
local driver = require "rekognition.async.driver"
local engine = require "rekognition.async.engine"
local rek_error = require "rekognition.error"
local seams = require "rekognition.seams"
local threads = require "rekognition.async.threads"
local unclaimed = require "rekognition.async.unclaimed"

---@class (partial) rekognition.Future
---@field ok? boolean
local Future = require "rekognition.async.future_class"

driver.install(Future)
local M, slip = { class = Future }, Future.slip

local running, pack, unpack = coroutine.running, table.pack, table.unpack
local drivers = seams.drivers

local function is_future(value) return getmetatable(value) == Future end
M.is = is_future

local check = Future.check

local function claim(self)
  self.is_claimed = true
  if self.unclaimed then self.unclaimed.claimed = true end
end

-- Nobody has asked for its error by now: whoever started it may raise it, or else it is logged in the end.
local function hold_error(self, parent)
  if self.is_claimed or cancelled.is(self.results[1]) then return end
  local logger = callbacks.logger_of(self)
  if parent and not logger then
    parent.unasked = parent.unasked or self
    return
  end
  self.unclaimed = unclaimed.new(self.results[1], logger)
end

local detached = {} -- the detached tasks that have not ended

local NO_MEMORY = { "not enough memory", n = 1 } -- the end where there was no memory to say more

-- The task and all its children have ended. Here and in what follows nothing needs memory but an error that nobody
-- asked for: so a task ends whatever happens. Where even the stack can't grow, it is called once more (`_end_again`):
-- what is done is gone from the task, its parent last.
local function settle(self)
  if not self.ended then
    self.ended = true
    detached[self] = nil
    engine.live = engine.live - 1
    if self.undo then self.undo, self.what = false, false end
    if not self.ok then pcall(hold_error, self, self.parent) end
  end
  local waiters, watchers, parent = self.waiters, self.watchers, self.parent
  for i = 1, waiters and #waiters or 0 do waiters[i] = waiters[i] and engine.wake(waiters[i]) or false end
  self.waiters = nil
  for i = 1, watchers and #watchers or 0 do watchers[i] = watchers[i] and watchers[i](self) or false end
  self.watchers, self.children = nil, nil
  if self.callbacks then engine.push(self) end
  if not parent then return end
  if self.unasked then parent.unasked = parent.unasked or self.unasked end
  parent:_child_ended(self)
  self.parent = nil
end

M.settle = settle

local function conclude(self, ok, results)
  if self.returned or self.ended then return end
  self.returned, self.ok, self.results = true, ok, results
  if self.request then self.request:close() end
  if self.admission then self.admission:give() end
  if self.child_count > 0 then
    if not ok then self:_cancel_children(results[1]) end
  else
    settle(self)
  end
end

-- The function of the task has ended.
local function finish(self, ok, ...)
  if self.returned then return end
  local results = pack(...)
  if not ok and self.state then cancelled.note((...), self.state) end
  return conclude(self, ok, results) -- up to here memory may end: nothing has changed then
end

-- `settle` may be called again: where it is done, it does nothing.
function Future:_child_ended(child)
  if self.children and self.children[child] then
    self.children[child], self.child_count = nil, self.child_count - 1
  end
  self:_end_again()
end

--- The task has ended by an error, or because its coroutine was closed from outside.
function Future:_fail(problem)
  problem = problem or cancelled.new_or_spare("the coroutine of the task was closed")
  if pcall(finish, self, false, problem) then return end
  conclude(self, false, NO_MEMORY)
  self:_end_again()
end

--- Goes on with the end, where it may have been interrupted in the middle.
function Future:_end_again()
  if self.ended or self.returned and self.child_count == 0 then settle(self) end
end

local function copy_of(e)
  return cancelled.is(e) and cancelled.new(e.code, e.cancel_message or "cancelled") or cancelled.new()
end

-- A child that ends is taken out meanwhile, which `pairs` allows; none is added.
function Future:_cancel_children(e)
  for child, is_there in pairs(self.children or {}) do
    if is_there then
      local ok, copy = pcall(copy_of, e)
      child:_cancel(ok and copy or cancelled.spare())
    end
  end
end

--- Ends what the task waits for, now or when it next waits, by an error.
function Future:_cancel(e)
  if self.ended or detached[self] and e.code ~= "Forked" then return end
  self:_cancel_children(e)
  if self.returned then return end
  if self.direct then return self.direct.cancel(self, e) end
  if self.undo and not self.woken then
    engine.push(self)
    self.raised = e
    local sent = self.undo(self.what)
    self.undo, self.what = false, false
    if sent == true then e.sent = true end
  elseif not self.began then
    self:_fail(e)
  else
    self.pending = e -- it runs, or is about to
  end
end

-- Runs the task that the coroutine is for. Whether it was a client's call.
local function run_task(thread)
  local self = drivers[thread]
  self.began = true
  finish(self, pcall(self.run, self))
  drivers[thread] = nil
  if not self.state then return false end
  self.thread = nil
  return true
end

local new_thread, spare_thread = threads.pool(run_task)

-- A task that runs is a parent; so is one in whose middle other coroutines run.
local function current_task()
  engine.look_for_fork()
  local task = drivers[running()]
  return task and is_future(task) and task or engine.current
end

M.current_task = current_task

-- Makes room for a child of the task, and notes the parent: here memory may end.
local function expect_child(parent, self)
  local children = parent.children
  if not children then
    children = {}
    parent.child_count, parent.children = 0, children
  end
  self.parent = parent
  children[self] = false
end
M.expect_child = expect_child

-- It has begun.
local function add_child(parent, self)
  parent.children[self], parent.child_count = true, parent.child_count + 1
end
M.add_child = add_child

-- Queues it, as a child of `parent` if there is one. Up to the push memory may end: nothing has begun then.
local function begin(self, parent)
  engine.reserve()
  if parent then expect_child(parent, self) end
  engine.push(self)
  engine.live = engine.live + 1
  if parent then add_child(parent, self) end
  return self
end

-- Queues a task.
local function begin_task(self, thread, parent)
  drivers[thread] = self
  self.thread = thread
  return begin(self, parent)
end

--- Starts a task that calls f(...).
---@param f function
---@return rekognition.Future
function M.start(f, ...)
  local arguments = pack(...)
  local function run() return f(unpack(arguments, 1, arguments.n)) end
  return begin_task(setmetatable({ -- what is noted later has its place, so that it needs no memory then
    run = run, thread = false, began = false, returned = false, ended = false, ok = false, results = false,
    woken = false, raised = false, pending = false, delivered = false, undo = false, what = false, parent = false,
    children = false, child_count = 0, unasked = false, waiters = false, watchers = false, is_claimed = false,
  }, Future), new_thread(), current_task())
end

--- Starts a client's call, as a task.
---@param run fun(task: rekognition.Future): any, any
---@param channel rekognition.Channel
---@param state rekognition.Call             its request is closed in any case
---@param admission? rekognition.Semaphore   a place that is given back in the end
---@return rekognition.Future
function M.start_call(run, channel, state, admission)
  return begin_task(setmetatable({ -- room for all that most calls note: a table that grows is dear
    run = run, channel = channel, state = state, request = state.request, admission = admission,
    logger = channel.seams.logger, thread = false, began = false, returned = false, ended = false, ok = false,
    results = false, callbacks = false, undo = false, what = false, woken = false, raised = false, pending = false,
    delivered = false,
  }, Future), spare_thread(), current_task())
end

-- What a task notes.
local NOTED = { "began", "returned", "undo", "what", "woken", "raised", "pending", "delivered" }

--- One that had no task so far (`rekognition.call.direct`) has one from now on, which calls f(task).
---@param channel rekognition.Channel
---@param state rekognition.Call
function M.become_task(self, f, channel, state)
  local thread = spare_thread()
  drivers[thread] = self
  self.run, self.channel, self.state, self.thread = f, channel, state, thread
  for _, field in ipairs(NOTED) do self[field] = false end -- up to here memory may end
  engine.push(self)
  self.direct = false
end

--- Starts a task that nobody's end and nobody's cancellation ends: what must be done whatever happens. It has no
-- parent. The outermost `async.run` waits for it.
---@param f function
---@param logger function  where an error goes that nobody asks for
---@return rekognition.Future
function M.detach(f, logger)
  local self = setmetatable({ run = function() return f() end, logger = logger }, Future)
  detached[self] = true
  return begin_task(self, new_thread())
end

local function outcome(self)
  if self.ok then return unpack(self.results, 1, self.results.n) end
  rek_error.locate(self.results[1])
  error(self.results[1], 0)
end

local function leave(entry)
  for place, token in ipairs(entry.future.waiters or {}) do
    if token == entry.token then return table.remove(entry.future.waiters, place) end
  end
end

-- A task ends after all that it started: whichever of these waited for it would wait without end.
local function check_end(self)
  local task = current_task()
  while task do
    if task == self then slip("a task can't await itself, or the task that it is a part of") end
    task = task.parent
  end
end

--- Waits until it has ended.
local function wait(self)
  if self.ended then return end
  if self.began then check_end(self) end
  if self.direct then self.direct = self.direct.shared end
  local waiting = driver.current()
  local token = waiting:token()
  local entry = { future = self, token = token }
  self.waiters = self.waiters or {}
  self.waiters[#self.waiters + 1] = token -- up to here memory may end: nothing has changed by then
  waiting:park(token, leave, entry)
end

--- Waits for all detached tasks, unless a task waits for the one that asks.
function M.wait_for_detached()
  while engine.current == nil and next(detached) do wait(next(detached)) end
end

M.wait = wait
M.claim = claim

--- Calls look(future) once it has ended: for this room alone. `look` is called again where memory ends in it.
function M.watch(self, look)
  if self.ended then return look(self) end
  if self.began then check_end(self) end
  if self.direct then self.direct = self.direct.shared end
  self.watchers = self.watchers or {}
  self.watchers[#self.watchers + 1] = look
end

--- What the call or the task returned; waits for it. Raises what it raised.
---@return any ...
function Future:await()
  check(self, "await")
  claim(self)
  wait(self)
  return outcome(self)
end

--- Whether it has ended: `await` won't wait.
---@return boolean
function Future:ready()
  check(self, "ready")
  return self.ended == true
end

--- Ends it: what it waits for raises an error of kind "cancelled" in it. Does nothing once it has ended.
function Future:cancel()
  check(self, "cancel")
  claim(self)
  self:_cancel(cancelled.new())
end

--- So that `local future <close> = client:start(...)` leaves nothing running: cancels it, and waits for its end.
function Future:__close()
  if self.ended then return end
  self:cancel()
  wait(self)
end

return M

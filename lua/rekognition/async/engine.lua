--- The engine of this Lua state: what is ready to go on, what waits for a moment, what waits for the network.
--
-- A *token* stands for something that waits: a task (it has a `thread`), or a box, for code that keeps the engine going
-- while it waits. `wake` ends the wait of either. A call without a task (`rekognition.call.direct`) has functions of
-- its own in `direct`. Nothing here knows clients.

local core = require "rekognition.core"
local descriptors_of = require "rekognition.async.descriptors"
local dropped = require "rekognition.async.dropped"
local rek_error = require "rekognition.error"
local seams = require "rekognition.seams"
local timers_of = require "rekognition.async.timers"

local M = {}

local monotonic = core.monotonic
local resume, status = coroutine.resume, coroutine.status

-- What one step does at most: tasks that go on, and bytes of requests that are sent off. Both are our choice: some
-- milliseconds of work, so that the timers of a host's loop are not late.
local MOST_RESUMED, MOST_BYTES = 64, 1 << 20
--- Of what is sent off where it is started, between two turns of the tasks: half as much.
M.MOST_BYTES = 512 << 10
-- The longest wait in one piece: a hook that another thread sets runs between two (lua.c sets one on SIGINT, and the
-- signal ends the wait).
local SLICE = 0.1
local MOST_NESTED = 40 -- Lua allows some 200 calls of C inside each other

local ready, first, last = {}, 1, 0  -- a queue of tasks; `room` places are made, so that a push needs no memory
local room = 0
local timers = timers_of.new()
---@type any
local network                        -- the core's engine, made when first needed
local descriptors                    -- what waits for those that are nothing of the network's
local depth = 0                      -- steps inside each other
local in_hand, landing = {}, {}      -- what each of these steps is busy with; the id of its request, if that has ended
for place = 1, MOST_NESTED + 20 do in_hand[place], landing[place] = false, false end
local alerted = false                -- the descriptor was made readable since the last step

--- How many bytes were sent off since the tasks had their turn.
M.bytes = 0
--- Whether a host looks at the descriptor.
M.exposed = false
--- The core's engine, if it is made.
---@type any
M.made = nil
--- For so many tasks there is room in the queue.
M.places = 0

--- The task that runs, or nil.
M.current = nil
--- How many tasks have not ended.
M.live = 0
local WAITS = {}
--- Yielded by a task that waits; any other yield lets others go on.
M.WAITS = WAITS

local function new_network()
  local made, why = core.engine()
  if made then return made end
  rek_error.raise { kind = "transport", code = "connect", retryable = true,
    message = ("the engine could not be made: %s; if too many files are open, raise `ulimit -n`"):format(why) }
end

local function is_forked() return network ~= nil and network:is_forked() end
local function find_direct() return M.direct() end
dropped.arm(is_forked, find_direct)

local leave_to_parent

--- In the child of a fork: lets go of what is the parent's, before anything begins.
function M.look_for_fork()
  if is_forked() then leave_to_parent() end
end

--- The core's engine.
function M.network()
  M.look_for_fork()
  if not network then
    network = new_network()
    M.made = network
    dropped.arm(is_forked, find_direct)
  end
  return network
end

--- The descriptor of a host becomes readable, since there is something to do.
local function alert()
  if not M.exposed or depth > 0 or alerted then return end
  alerted = true
  network:arm(0)
end
M.alert = alert

local function make_room(places)
  for place = room + 1, places do ready[place] = false end -- here memory may end: nothing has changed by then
  room = places
end

--- Makes room for one more task, so that nothing that happens to it later needs memory of the queue. A task is in the
-- queue one time, or two times with its callbacks.
function M.reserve()
  if (M.live + 8) * 4 <= room then return end
  make_room((M.live + 8) * 8)
  M.places = room // 4 - 8
end

-- Moves the queue to the front of its room.
local function move_up()
  local count = last - first + 1
  if count * 2 > room then make_room(room * 2) end
  if first == 1 then return end
  for place = 1, count do ready[place], ready[first + place - 1] = ready[first + place - 1], false end
  first, last = 1, count
end

--- Puts a task into the queue of those that go on.
function M.push(task)
  if last >= room then move_up() end
  last = last + 1
  ready[last] = task
  if last == first then alert() end
end

--- Calls f(argument) soon, between two tasks.
function M.later(f, argument) M.push({ call = f, argument = argument }) end

--- Ends the wait of a token.
function M.wake(token)
  if token.thread then M.push(token) end
  token.woken = true
end

--- Wakes the token after so many seconds.
---@return rekognition.Timer
function M.wake_after(seconds, token)
  local timer = timers:add(monotonic() + seconds, token)
  if timer.place == 1 then alert() end
  return timer
end

--- Calls a function at a moment, between two tasks.
---@return rekognition.Timer
function M.call_after(seconds, f, argument)
  local timer = timers:add(monotonic() + seconds, { call = f, argument = argument })
  if timer.place == 1 then alert() end
  return timer
end

function M.forget_timer(timer) timers:remove(timer) end

descriptors = descriptors_of.new(M.wake)

--- Wakes the token once the descriptor is readable.
function M.watch(descriptor, token) descriptors:watch(M.network(), descriptor, token) end

--- Ends that; does nothing where the descriptor is not watched (any more).
function M.unwatch(descriptor) descriptors:unwatch(network, descriptor) end

--- Notes how much was sent off.
function M.spent(count) M.bytes = M.bytes + count end

-- Lets a task go on, until it waits or ends.
local function go_on(task)
  if task.ended then
    if task.parent or task.waiters or task.watchers then task:_end_again() end -- memory ended while it did
    return task:_after()
  end
  local direct = task.direct
  if direct then return direct.submit(task) end
  if task.call then return task.call(task.argument) end
  local before, thread = M.current, task.thread
  if not thread then return task:_end_again() end
  M.current = task
  local ok, value = resume(thread)
  M.current = before
  if value == WAITS then return end
  if status(thread) == "suspended" then
    M.push(task) -- a yield of the task's own
  elseif not task.returned then
    task:_fail(task.began and value or nil) -- nil: it was closed from outside
  elseif not ok then
    task:_end_again() -- memory ended while it did
  end
end

local function run_ready()
  local count = last - first + 1
  if count > MOST_RESUMED then count = MOST_RESUMED end
  M.bytes = 0
  while count > 0 and M.bytes < MOST_BYTES and first <= last do
    local task = ready[first]
    in_hand[depth] = task
    ready[first] = false
    first, count = first + 1, count - 1
    go_on(task)
  end
  in_hand[depth] = false
  if first > last then first, last = 1, 0 end
end

local function run_timers()
  if timers.count == 0 then return end
  local now = monotonic()
  while true do
    local timer = timers:due(now)
    if not timer then return end
    local what = timer.what
    if what.call then what.call(what.argument, timer) else M.wake(what) end
    timers:remove(timer) -- now: it has a turn again where memory ended in the middle
  end
end

-- What the network is done with, until whoever waited for it knows: where memory ends in between (the stack can't
-- grow), it is the first in the next step.
local landed_token, landed_id

-- Not protected, since that is dear: what raises is a callback, or the end of memory. What is left is there in the next
-- step.
local function drain_some()
  for _ = 1, MOST_RESUMED do
    if not network then return end -- a callback was in the child of a fork
    local token, id, response, metadata, key_id, elapsed, offset = landed_token, landed_id, nil, nil, nil, nil, nil
    if id then
      landed_token, landed_id = nil, nil
    else
      token, id, response, metadata, key_id, elapsed, offset = network:next()
    end
    if not id then return end
    in_hand[depth] = token
    local direct = token and token.direct
    if direct then
      direct.land(token, response, metadata, key_id, elapsed, offset)
    else
      landing[depth] = id
      if token then M.wake(token) else network:cancel(id) end
      landing[depth] = false
    end
    in_hand[depth] = false
  end
end

local function drain()
  while true do
    local ok, problem = pcall(drain_some)
    if ok then return end
    if not in_hand[depth] and network then in_hand[depth] = network:drop() or false end
    local token = in_hand[depth]
    if not token or not token.direct then error(problem, 0) end -- memory has ended: see `rewind`
    token.direct.trip(token, problem)
    in_hand[depth] = false
  end
end

--- What came of a request that has ended; see the core's `engine:take`.
function M.take(id) return network:take(id) end

--- The calls without a task that have not ended.
---@return rekognition.Future[]
function M.direct()
  local found = {}
  for place = first, last do
    if ready[place].direct and not ready[place].ended then found[#found + 1] = ready[place] end
  end
  for _, token in ipairs(network and network:tokens() or {}) do
    if token and token.direct then found[#found + 1] = token end
  end
  return found
end

-- Seconds until there is something to do, at most `limit`.
local function pause(limit)
  if first <= last then return 0 end
  local at = timers:first()
  local left = at and at - monotonic() or limit
  if left < 0 then return 0 end
  return left < limit and left or limit
end

-- A step ends. Where it raised (memory ended), what it had in hand has its turn in the next one.
local function rewind(_, problem)
  local task, id = in_hand[depth], landing[depth]
  in_hand[depth], landing[depth] = false, false
  depth = depth - 1
  if problem == nil then return end
  if id then
    landed_token, landed_id = task, id
  elseif task then
    M.push(task)
  end
end
local IN_STEP = setmetatable({}, { __close = rewind })

-- In the child of a fork: what was under way is the parent's, and goes on there alone.
function leave_to_parent()
  local without_task = M.direct()
  network:close()
  network, M.made, landed_token, landed_id = nil, nil, nil, nil
  M.exposed = false -- the descriptor was the parent's
  descriptors = descriptors_of.new(M.wake)
  for _, future in ipairs(without_task) do future:_cancel_forked() end
  for _, task in pairs(seams.drivers) do
    if task.thread and not task.ended then task:_cancel_forked() end
  end
end

--- Everything that can go on does, within bounds; waits for at most `limit` seconds before, if nothing can.
function M.step(limit)
  depth, alerted = depth + 1, false
  local _ <close> = IN_STEP
  M.look_for_fork()
  if network then
    network:step(pause(limit))
    drain()
    if network then descriptors:drain(network) end
  elseif first > last then
    local left = pause(limit)
    if left > 0 then core.sleep(left) end
  end
  run_timers()
  run_ready()
end

--- Whether anything can still happen.
function M.has_work()
  return first <= last or timers.count > 0 or descriptors.count > 0 or landed_id ~= nil
    or network ~= nil and network:under_way() > 0
end

--- Keeps the engine going until the token was woken, or the task in whose middle this happens was cancelled. Raises
--- kind "config" if nothing is left that could wake it.
function M.drive(token)
  while not token.woken and not (M.current and M.current.pending) do
    if not M.has_work() then
      rek_error.raise { kind = "config", code = "Deadlock",
        message = "what is waited for can't come: nothing is under way, and every task waits" }
    end
    M.step(SLICE)
  end
end

local is_over = false

--- The Lua state is being closed: nothing goes on by the engine any more, and what is done yet must block.
function M.give_up() is_over = true end

--- Whether code that isn't a task's own must keep the engine going while it waits.
function M.is_busy()
  return not is_over and depth < MOST_NESTED and (M.current ~= nil or M.live > 0)
end

-- The pollables by which a host's loop has the engine go on.
local hosts = setmetatable({}, { __mode = "k" })

--- Notes that a host's loop has the engine go on, or no longer.
function M.note_host(pollable, is_there) hosts[pollable] = is_there or nil end

--- Whether the engine goes on by itself: inside `async.run` or a step, or because a host's loop has it.
function M.is_driven() return depth > 0 or next(hosts) ~= nil end

--- Whether a step is under way.
function M.is_stepping() return depth > 0 end

--- The descriptor for a host's loop, or nil where the system has none.
function M.pollfd()
  local descriptor = M.network():pollfd()
  M.exposed = descriptor ~= nil
  M.arm()
  return descriptor
end

--- Seconds until a step is due where the descriptor doesn't become readable; nil: no such moment.
function M.timeout()
  if first <= last then return 0 end
  local left, at = M.network():timeout(), timers:first()
  local mine = at and math.max(0, at - monotonic())
  if left and mine then return math.min(left, mine) end
  return left or mine
end

--- Sets when the descriptor becomes readable by itself.
function M.arm()
  if not M.exposed then return end
  alerted = false
  local at = timers:first()
  network:arm(first <= last and 0 or at and math.max(0, at - monotonic()) or nil)
end

return M

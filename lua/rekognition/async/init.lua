--- Many calls under way at once: tasks, futures, and the engine that drives them.
--
--   local async = require "rekognition.async"
--   async.run(function()
--     local labels, errors = async.map(images, function(image)
--       return client:detect_custom_labels { ProjectVersionArn = arn, Image = { Bytes = image } }
--     end, { concurrency = 50 })
--   end)
--
-- Inside a task each call that looks as if it blocked (`client:x`, `pages`, `items`, `wait`) suspends the task instead.

local cancelled = require "rekognition.async.cancelled"
local driver = require "rekognition.async.driver"
local engine = require "rekognition.async.engine"
local expect = require "rekognition.text.expect"
local rek_error = require "rekognition.error"
local futures = require "rekognition.async.future"
local number = require "rekognition.text.number"
local pollable = require "rekognition.async.pollable"
local seams = require "rekognition.seams"
local watched = require "rekognition.async.watched"

---@class rekognition.async
local M = expect.face({}, "rekognition.async")

local DEFAULT_CONCURRENCY = 64 -- our choice

local function slip(message)
  rek_error.raise { kind = "validation", code = "InvalidCall", message = message }
end

local FUNCTION = expect.kind("a function", function(value) return type(value) == "function" end)
local ENTRY = expect.kind("a future or a function", function(value)
  return futures.is(value) or type(value) == "function"
end)
local LIST = expect.kind("a list of futures and functions", function(value)
  return type(value) == "table" and not futures.is(value)
end)
local ITEMS = expect.kind("a list", LIST.test)
local MAP = { concurrency = expect.kind("a whole number of at least 1", function(value)
  return math.type(value) == "integer" and value >= 1
end) }

local function check_function(f, name) expect.argument(f, FUNCTION, name, "f") end
local function check_seconds(seconds, name) expect.argument(seconds, expect.SECONDS, name, "seconds") end

--- Starts a task: `f` runs in a coroutine of its own. A child of the task that calls.
---@param f function
---@param ... any  its arguments
---@return rekognition.Future
function M.spawn(f, ...)
  check_function(f, "spawn")
  return futures.start(f, ...)
end

-- An error of a child that nobody asked for.
local function raise_unasked(future)
  local child = future.unasked
  if not child or child.is_claimed then return end
  futures.claim(child)
  error(child.results[1], 0)
end

--- Runs `f` as a task, and the engine with it, until the task and all that it started have ended; the outermost one
--- waits for detached tasks too: the stops of models that closed coroutines left to the engine.
---@param f function
---@param ... any  its arguments
---@return any ...  what f returned
--- Raises what f raised; or, if it didn't, the first error of a task started in it that nobody awaited.
function M.run(f, ...)
  check_function(f, "run")
  local future <close> = futures.start(f, ...)
  futures.claim(future)
  futures.wait(future)
  futures.wait_for_detached()
  if future.ok then raise_unasked(future) end
  return future:await()
end

--- Waits so many seconds: in a task the others go on.
---@param seconds number
function M.sleep(seconds)
  check_seconds(seconds, "sleep")
  driver.current():sleep(seconds)
end

-- Functions of a list become tasks.
local function started(list, name)
  expect.argument(list, LIST, name, "list")
  local all = {}
  for place, entry in ipairs(list) do
    if not futures.is(entry) then
      expect.argument(entry, ENTRY, name, ("list[%d]"):format(place))
      entry = M.spawn(entry)
    end
    futures.claim(entry)
    all[place] = entry
  end
  return all
end

local function cancel_rest(all)
  for _, future in ipairs(all) do
    if not future.ended then future:cancel() end
  end
  for _, future in ipairs(all) do futures.wait(future) end
end

-- Waits until `is_enough(future)` is true of one that has ended, or all have. Whatever ends the wait, none goes on
-- afterwards.
local function watch(all, is_enough)
  local _guard <close> = setmetatable({}, { __close = function() cancel_rest(all) end }) -- luacheck: ignore _guard
  local left, found = #all, nil
  local waiting = driver.current()
  local token = waiting:token()
  local is_parked = false
  local function look(future)
    local is_found = not found and is_enough(future)
    if is_parked and (is_found or left == 1) then
      engine.wake(token)
      is_parked = false
    end
    left = left - 1
    if is_found then found = future end
  end
  for _, future in ipairs(all) do futures.watch(future, look) end
  if found or left == 0 then return found end
  is_parked = true
  waiting:park(token, function() is_parked = false end)
  return found
end

--- Waits for all. The first that fails ends the others, and its error is raised.
---@param list (rekognition.Future|function)[]
---@return any[] results  the first value of each, in order; `n` is how many
function M.all(list)
  local all = started(list, "all")
  local failed = watch(all, function(future) return not future.ok end)
  if failed then return failed:await() end
  local results = { n = #all }
  for place, future in ipairs(all) do results[place] = future.results[1] end
  return results
end

--- Waits for the first that succeeds, and ends the others. Where all fail, the error of the last is raised.
---@param list (rekognition.Future|function)[]
---@return any ...  what it returned
function M.any(list)
  local all = started(list, "any")
  if #all == 0 then slip("any must be called with at least one future or function") end
  local won = watch(all, function(future) return future.ok end)
  return (won or all[#all]):await()
end

local function concurrency_of(options)
  if options == nil then return DEFAULT_CONCURRENCY end
  return expect.options(options, MAP, "map").concurrency or DEFAULT_CONCURRENCY
end

--- f(item, place) for each item of a list, at most `concurrency` (64 by default) at the same time.
---@param items any[]
---@param f fun(item: any, place: integer): any, any?
---@param options? { concurrency?: integer }
---@return any[] results  in the items' order; nil for those that failed; `n` is how many items there are
---@return table<integer, any> errors  what was raised, by place; empty if none failed
function M.map(items, f, options)
  expect.argument(items, ITEMS, "map", "items")
  check_function(f, "map")
  local count, place = #items, 0
  local results, errors = { n = count }, {}
  local function work()
    local task = seams.drivers[coroutine.running()]
    while place < count do
      place = place + 1
      local mine = place
      local ok, value = pcall(f, items[mine], mine)
      if ok then
        results[mine] = value
      elseif value and value == task.delivered then
        error(value, 0) -- the whole map is cancelled
      else
        errors[mine] = value or tostring(value) .. " was raised"
      end
    end
  end
  local workers = {}
  for worker = 1, math.min(concurrency_of(options), count) do workers[worker] = work end
  M.all(workers)
  for _, e in pairs(errors) do rek_error.locate(e) end
  return results, errors
end

--- Runs f(...) as a task that must end within so many seconds: after them, it and all that it started are cancelled, by
--- an error of kind "cancelled" with the code "Timeout", which is raised here. Timeouts may be nested.
---@param seconds number
---@param f function
---@return any ...  what f returned
function M.timeout(seconds, f, ...)
  check_seconds(seconds, "timeout")
  check_function(f, "timeout")
  local has_begun = false
  return watched.run(function()
    if has_begun then return nil, cancelled.new("Timeout", ("timed out after %s s"):format(number.seconds(seconds))) end
    has_begun = true
    return seconds
  end, f, ...)
end

--- The future of client calls; see `rekognition.client`.
M.start_call = futures.start_call
M.pollable = pollable.new

return M

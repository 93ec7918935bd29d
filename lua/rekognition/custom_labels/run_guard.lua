--- Limits of a run: hours and cost. Checked before each call of the client, by the engine inside a task, and whenever
-- somebody asks.

local number = require "rekognition.text.number"
local quote = require "rekognition.text.quote"
local rek_error = require "rekognition.error"

local M = {}

---@class rekognition.RunGuard
local Guard = {}
Guard.__index = Guard

---@class rekognition.RunLimits
---@field version string          the version's ARN
---@field max_hours? number
---@field max_cost? number        of the currency of the price
---@field price_per_hour number   for each inference unit
---@field units integer           the most that may be billed
---@field warn_at number          the share of a limit at which to warn
---@field now fun(): number       never set back
---@field warn fun(message: string)
---@field logger fun(level: string, event: string, fields: table)

--- Starts the clock.
---@param limits rekognition.RunLimits
---@return rekognition.RunGuard
function M.new(limits)
  local seconds, name = math.huge, nil
  if limits.max_hours then seconds, name = limits.max_hours * 3600, "max_hours" end
  local per_hour = limits.price_per_hour * limits.units
  if limits.max_cost and per_hour > 0 and limits.max_cost / per_hour * 3600 < seconds then
    seconds, name = limits.max_cost / per_hour * 3600, "max_cost"
  end
  return setmetatable({
    _began = limits.now(), _limits = limits, _seconds = seconds, _name = name, _per_hour = per_hour,
    _warn_after = seconds * limits.warn_at,
  }, Guard)
end

--- Seconds since the start was sent.
---@return number
function Guard:elapsed()
  return self._limits.now() - self._began
end

--- Seconds until a limit is reached; infinite where there is none.
---@return number
function Guard:seconds_left()
  return self._seconds - self:elapsed()
end

--- What the run has cost so far, at most.
---@return number
function Guard:cost()
  return self:elapsed() / 3600 * self._per_hour
end

local function limit_text(self)
  return ("%s = %s"):format(self._name, number.text(self._limits[self._name]))
end

-- "2.00 hours, 16.00 at most (2 inference units, each 4 an hour)"
local function figures(self)
  local limits = self._limits
  return ("%s hours, a cost of %s at most (%d inference unit%s, each %s an hour)"):format(
    number.fixed(self:elapsed() / 3600, 2), number.fixed(self:cost(), 2), limits.units, limits.units == 1 and "" or "s",
    number.text(limits.price_per_hour))
end

-- The error of a limit that is reached.
local function reached(self)
  return rek_error.new { kind = "cancelled", code = "RunLimitReached", limit = self._name,
    limit_value = self._limits[self._name], hours = self:elapsed() / 3600, cost = self:cost(),
    project_version_arn = self._limits.version,
    message = ("the limit %s is reached after %s; the run is ended, and %s is stopped"):format(limit_text(self),
      figures(self), self._limits.version) }
end

-- Warns once at a share of the limit.
local function warn(self)
  local elapsed = self:elapsed()
  if self._warned or elapsed < self._warn_after then return end
  self._warned = true
  self._limits.warn(("%d %% of %s are used: %s; the model is stopped in %d seconds"):format(
    math.floor(elapsed / self._seconds * 100), limit_text(self), figures(self), math.ceil(self._seconds - elapsed)))
end

--- Warns once at a share of the limit. Raises kind "cancelled", code "RunLimitReached", when it is reached.
function Guard:check()
  if self:elapsed() >= self._seconds then error(reached(self), 0) end
  warn(self)
end

--- The same for the engine, which looks from outside of the run: see `rekognition.async.watched`.
---@return number? seconds       until it must look again; nil: never
---@return rekognition.Error? e  the limit is reached
function Guard:look()
  local left = self:seconds_left()
  if left == math.huge then return nil end
  if left <= 0 then return nil, reached(self) end
  local ok, problem = pcall(warn, self)
  if not ok then
    self._limits.logger("error", "callback_failed", { message = quote.message(tostring(problem)) })
  end
  return self._warned and left or math.max(0, self._warn_after - self:elapsed())
end

-- The guards of a client's runs, all checked before each of its calls; by client, which they don't keep alive.
local guards_of = setmetatable({}, { __mode = "k" })
-- Coroutines that stop a model: no limit may end that.
local exempt = setmetatable({}, { __mode = "k" })

local function check_all(guards)
  if exempt[coroutine.running()] then return end
  for guard in pairs(guards) do guard:check() end
end

--- Calls f, with no limit checked before the calls that it makes.
function M.without(f)
  local thread = coroutine.running()
  local before = exempt[thread]
  local function restore() exempt[thread] = before end
  local _scope <close> = setmetatable({}, { __close = restore }) -- luacheck: ignore _scope
  exempt[thread] = true
  return f()
end

-- How many runs hold a client, by client.
local holds = setmetatable({}, { __mode = "k" })

--- Keeps a client able to stop a model, even if it is closed meanwhile, until `let_go`.
---@param client rekognition.Client
function M.hold(client)
  holds[client] = (holds[client] or 0) + 1
  client._is_exempt = function() return exempt[coroutine.running()] == true end
end

--- The end of a run: a client that was closed meanwhile closes its connections now.
---@param client rekognition.Client
function M.let_go(client)
  holds[client] = (holds[client] or 1) - 1
  if holds[client] > 0 then return end
  holds[client], client._is_exempt = nil, false
  if client._closed then client:close() end
end

--- Checks this guard before each call of the client, until `detach`.
---@param client rekognition.Client
function Guard:attach(client)
  local guards = guards_of[client] or {}
  guards_of[client], guards[self] = guards, true
  client._before_call = function() check_all(guards) end
end

---@param client rekognition.Client
function Guard:detach(client)
  local guards = guards_of[client]
  if not guards then return end
  guards[self] = nil
  if next(guards) == nil then guards_of[client], client._before_call = nil, false end
end

return M

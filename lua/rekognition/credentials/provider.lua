--- The caching provider that stands before every source.
--
-- Credentials are kept and renewed before they expire, by botocore's windows: in the last 15 minutes
-- a renewal is tried, and where it fails the old ones are used on (advisory); in the last 10 minutes
-- it must succeed (mandatory). Choices of ours:
--  - Where credentials live less than 30 minutes both windows shrink, to a half and a third of that
--    life, so that short-lived ones aren't fetched again at every call.
--  - The advisory window begins up to a fifth of the way to the mandatory one late, by chance, so
--    that many processes don't renew at the same moment.
--  - After an advisory failure the next try is a minute later.
--  - One renewal at a time: a coroutine that asks meanwhile gets the old credentials while these
--    last, or waits (by the seam `sleep`) for the result, failure included.

local check = require "rekognition.credentials.check"
local rek_error = require "rekognition.error"

---@class rekognition.Credentials
---@field access_key_id string
---@field secret_access_key string
---@field session_token? string
---@field expiration? number  epoch seconds; absent: they don't end
---@field account_id? string
---@field source string       "environment", "assume_role", ...

---@class rekognition.CredentialSource
---@field name string
---@field fetch fun(self, force: boolean, deadline: number?): rekognition.Credentials?, string?
---  new credentials; or nil and why the source has none; raises where it fails. `deadline`: the moment of the seam
---  `monotonic` at which the call that asks must be over

---@class rekognition.CredentialProvider
---@field name string
---@field package current? rekognition.Credentials
local Provider = {}
Provider.__index = Provider
Provider.__name = "rekognition.credentials.provider"
-- Neither tostring nor a table walk by a logger shows what is kept inside.
Provider.__tostring = function(self) return "credentials from " .. self.name end

local ADVISORY, MANDATORY = 15 * 60, 10 * 60
local AFTER_FAILURE = 60
local MAX_WAIT, FIRST_STEP, LONGEST_STEP = 120, 0.01, 0.25

local M = {}

--- A provider over a source.
---@param source rekognition.CredentialSource
---@param context rekognition.CredentialContext
---@return rekognition.CredentialProvider
function M.new(source, context)
  local state = {}
  return setmetatable({
    name = source.name,
    adopt_region = function(_, region)
      context:adopt_region(region)
      local inner = source.asks_with -- the credentials that these are got with
      if inner and inner.adopt_region then inner:adopt_region(region) end
    end,
    -- A function, so that a debug printer which walks tables doesn't come upon the keys.
    state = function() return state end,
    source = source,
    clock = context.clock, monotonic = context.monotonic, sleep = context.sleep,
    random = context.random, logger = context.logger,
  }, Provider)
end

--- Raises the error that says that a source has nothing to give; a chain goes on to the next one.
---@param name string
---@param reason string
function M.raise_none(name, reason)
  check.fail(name, reason, { code = "NoCredentials" })
end

--- Raises the error of a chain in which no source had anything.
---@param reasons string[]  "<source>: <why>"
function M.raise_none_of(reasons)
  local why = table.concat(reasons, "; ")
  rek_error.raise {
    kind = "credentials", code = "NoCredentials",
    message = "no credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile that has "
      .. "some (AWS_PROFILE, or the option profile), or pass the option credentials. Tried in turn: " .. why,
    reason = why, tried = reasons,
  }
end

local function take(self, state, credentials)
  local life = credentials.expiration and credentials.expiration - self.clock()
  if life and life <= 0 then
    check.fail(self.name, ("the credentials it gave ended %d s ago by this machine's clock"):format(-life // 1))
  end
  state.current, state.not_before = credentials, nil
  if not life then return end
  local mandatory = math.min(MANDATORY, life / 3)
  local advisory = math.min(ADVISORY, life / 2)
  state.mandatory_at = credentials.expiration - mandatory
  state.advisory_at = credentials.expiration - advisory + (advisory - mandatory) * 0.2 * self.random()
end

local function window(self, state)
  local current = state.current
  if not current then return "mandatory" end
  if not current.expiration then return nil end
  local now = self.clock()
  if now > state.mandatory_at then return "mandatory" end
  if now > state.advisory_at and now >= (state.not_before or 0) then return "advisory" end
  return nil
end

local function is_cancelled(failure)
  return rek_error.is_error(failure) and failure.kind == "cancelled"
end

-- The one renewal. Whatever ends it, a closed coroutine too, the flight is over afterwards.
local function renew(self, state, force, deadline)
  local flight = { thread = coroutine.running() }
  state.flight = flight
  local _ <close> = setmetatable({}, { __close = function()
    flight.done = true
    if state.flight == flight then state.flight = nil end
  end })
  local ok, credentials, reason = pcall(self.source.fetch, self.source, force, deadline)
  if ok and not credentials then
    ok, credentials = pcall(M.raise_none, self.name, reason)
  elseif ok then
    local why
    ok, why = pcall(take, self, state, credentials)
    if not ok then credentials = why end
  end
  if ok then
    flight.result = credentials
    self.logger("debug", "credentials_refreshed", { source = self.name, expiration = credentials.expiration })
    return credentials
  end
  -- Whoever waits shares the failure; of a cancelled call there is none to share.
  if not is_cancelled(credentials) then flight.error = credentials end
  return nil, credentials
end

-- Waits for another coroutine's renewal. True where it ended; false where it was given up.
local function wait_for(self, flight, deadline)
  local waited, step = 0, FIRST_STEP
  while not flight.done do
    if waited > MAX_WAIT or coroutine.status(flight.thread) == "dead" then return false end
    if deadline and self.monotonic() >= deadline then
      check.fail(self.name, "total_timeout ran out while another call renewed the credentials",
        { code = "timeout", retryable = true, retry_outcome = "total_timeout_exceeded" })
    end
    self.sleep(step)
    waited, step = waited + step, math.min(step * 2, LONGEST_STEP)
  end
  return true
end

local function warn(self, period, failure)
  self.logger("warn", "credentials_refresh_failed", { source = self.name, period = period, error = tostring(failure) })
end

local function join(self, state, flight, deadline)
  if flight.thread == coroutine.running() then
    check.misconfigured(self.name .. ": the source of these credentials asks for the credentials themselves")
  end
  if wait_for(self, flight, deadline) and (flight.result or flight.error) then return flight.result, flight.error end
  -- Given up, or its coroutine was closed half-way.
  return renew(self, state, false, deadline)
end

--- The credentials, renewed first where it is time.
---@param deadline? number  the moment of the seam `monotonic` at which a renewal must be over
---@return rekognition.Credentials  to be read only: the same table serves every caller
--- Raises an error of kind "credentials" or "config" where there are none.
function Provider:get(deadline)
  local state = self.state()
  local period = window(self, state)
  if not period then return state.current end
  local flight = state.flight
  if period == "advisory" and flight then return state.current end
  local credentials, failure
  if flight then
    credentials, failure = join(self, state, flight, deadline)
  else
    credentials, failure = renew(self, state, false, deadline)
  end
  if credentials then return credentials end
  if period == "mandatory" or is_cancelled(failure) then
    if state.current then warn(self, period, failure) end
    error(failure, 0)
  end
  warn(self, period, failure)
  state.not_before = self.clock() + AFTER_FAILURE
  return state.current
end

--- The credentials, if there are some and no renewal is due: never waits.
---@return rekognition.Credentials?
function Provider:at_hand()
  local state = self.state()
  return not window(self, state) and state.current or nil
end

--- Renews now, whatever the credentials' end: for when a service says that they have expired.
---@param stale? rekognition.Credentials  the ones refused; where others are there by now, those are returned
---@param deadline? number
---@return rekognition.Credentials
--- Raises as `get` does.
function Provider:refresh(stale, deadline)
  local state = self.state()
  if stale and state.current and state.current.access_key_id ~= stale.access_key_id then return self:get(deadline) end
  local credentials, failure
  if state.flight then
    credentials, failure = join(self, state, state.flight, deadline)
  else
    credentials, failure = renew(self, state, true, deadline)
  end
  return credentials or error(failure, 0)
end

local Lazy = {}
Lazy.__index = Lazy
Lazy.__tostring = Provider.__tostring

--- A provider that is made when it is first asked for credentials.
---@param name string
---@param build fun(): table?, string?  a provider, or nil and why there is none here
---@return rekognition.CredentialProvider
function M.lazy(name, build)
  return setmetatable({ name = name, build = build }, Lazy)
end

local function built(self)
  if not self.inner then
    local reason
    self.inner, reason = self.build()
    if not self.inner then M.raise_none(self.name, reason) end
  end
  return self.inner
end

function Lazy:get(deadline)
  return built(self):get(deadline)
end

function Lazy:refresh(stale, deadline)
  return M.refresh(built(self), stale, deadline)
end

--- Renews a provider's credentials; one of the user's own that can't renew is asked as always.
---@param provider table
---@param stale? rekognition.Credentials
---@param deadline? number
function M.refresh(provider, stale, deadline)
  if provider.refresh then return provider:refresh(stale, deadline) end
  return provider:get(deadline)
end

--- Whether an error says only that there is nothing here.
---@param failure any
---@return boolean
function M.is_none(failure)
  return rek_error.is_error(failure) and failure.code == "NoCredentials"
end

return M

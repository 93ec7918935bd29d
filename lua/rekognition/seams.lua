--- The seams between the SDK and the world: environment, network, time and chance.
--
-- Every module takes them from here, so that a host or a test can replace any.

local core = require "rekognition.core"
local quote = require "rekognition.text.quote"
local rek_error = require "rekognition.error"

---@class rekognition.Seams
---@field env table<string, string>  the process's environment, or what stands for it
---@field http? fun(request: rekognition.HttpRequest): rekognition.HttpResponse?, rekognition.HttpFailure?
---  the host's own; absent: the built-in transport
---@field clock fun(): number        seconds since the epoch, with a fraction
---@field monotonic fun(): number    seconds since some moment, never set back: for deadlines; the host's clock if it
---  brought one, as long as that one goes on
---@field sleep fun(seconds: number)
---@field random fun(): number       at least 0, below 1
---@field logger fun(level: string, event: string, fields: table)

---@class rekognition.HttpRequest
---@field method string
---@field url string
---@field headers {[1]: string, [2]: string}[]
---@field body? string
---@field connect_timeout? number  seconds
---@field timeout? number          seconds, in all
---@field deadline? number         the same as a moment of the client's clock: the seam `clock`, or core.monotonic
---@field direct? boolean          by no proxy: for what is on the machine itself or beside it

---@class rekognition.HttpResponse
---@field status integer
---@field headers {[1]: string, [2]: string}[]|table<string, string>
---@field body string

---@class rekognition.HttpFailure
---@field code "timeout"|"connect"|"tls"|"reset"|string
---@field message string
---@field sent? boolean  whether the service may have read the request; absent: unless the code is "connect"

local M = {}

-- The one rule for variables: one that is empty, or holds blanks alone, counts as unset.
local function unless_blank(value)
  if type(value) == "string" and value:find("[^ \t\r\n\v\f]") then return value end
end

local Environment = {} -- marks the tables that `environment` makes, and has what they stand for
local raw_of = setmetatable({}, { __mode = "k" })

-- An environment that is read by name, through a function. It may hold keys, so that a walk of tables shows nothing.
local function environment(read)
  local env = setmetatable({}, {
    __index = function(_, name) return unless_blank(read(name)) end,
    __metatable = Environment,
  })
  raw_of[env] = read
  return env
end

local process_env = environment(os.getenv)

-- The environment that a host gave. A variable is text; false stands for one that is unset.
local function given_env(env)
  if getmetatable(env) == Environment then return env end
  return environment(function(name)
    local value = env[name]
    if value == nil or value == false or type(value) == "string" then return value or nil end
    return rek_error.raise { kind = "config", code = "InvalidOption",
      message = ("env.%s must be a string, got %s"):format(quote.name(name), type(value)) }
  end)
end

--- A variable as it stands, empty or not. Only the proxies' variables need this: an empty http_proxy means no proxy.
---@param env table<string, string>
---@param name string
---@return string?
function M.raw(env, name)
  local read = raw_of[env]
  if read then return read(name) end
  return env[name]
end

-- A host's random numbers, of which delays are made.
local function checked_random(random)
  return function()
    local value = random()
    if type(value) == "number" and value >= 0 and value < math.huge then return value end
    return rek_error.raise { kind = "config", code = "InvalidOption",
      message = "option random must return a number in [0, 1), got " .. quote.value(value) }
  end
end

local STILL = 1 -- seconds: a clock may have whole ones only

-- The time of deadlines by a host's clock. It may be set back, or stand still: then the system's takes its place until
-- it moves on, or a deadline would never come.
local function never_back(clock)
  local last, moved, latest, shift = nil, nil, nil, 0
  return function()
    local now, real = clock(), core.monotonic()
    if type(now) ~= "number" or now ~= now then now = last or 0 end
    if not last then
      last, moved, latest = now, real, now
    elseif now < last then
      shift = shift + (last - now)
    elseif now > last then
      moved = real
      if now + shift < latest then shift = latest - now end
    end
    last = now
    local idle = real - moved
    latest = math.max(latest, now + shift + (idle > STILL and idle or 0))
    return latest
  end
end

-- Errors that nothing raises to anybody.
local LOST = { future_failed = true, future_dropped = true, callback_failed = true, stop_failed = true }

--- The logger where none was given. Our decision: it says only what would be lost, as Lua's warnings, which are off
--- until the program, or `lua -W`, turns them on.
function M.warn(_, event, fields)
  if LOST[event] and warn then warn(("rekognition: %s: %s"):format(event, fields.message)) end
end

--- What waits instead of a coroutine, by coroutine: a driver has sleep, send and others (`rekognition.async`).
---@type table<thread, table>
M.drivers = setmetatable({}, { __mode = "k" })

local drivers, running, isyieldable = M.drivers, coroutine.running, coroutine.isyieldable

--- Set by what drives (`rekognition.async.driver`), once it is loaded: returns what keeps the engine going, while
--- anything is under way there. Without it there is no driver at all.
---@type nil|fun(): table?
M.busy = nil

--- The driver of the running coroutine, if it has one and can be suspended; or, while an engine has something under
-- way, the one that keeps it going; or nil: whoever waits blocks.
---@return table?
function M.driver()
  local driver = drivers[running()]
  if driver and isyieldable() then return driver end
  return M.busy and M.busy()
end

-- A signal ends a sleep early; the interpreter then has its say, and may raise (Ctrl-C).
local function sleep(seconds)
  local driver = M.driver()
  if driver then return driver:sleep(seconds) end
  repeat seconds = core.sleep(seconds) until seconds <= 0
end

--- The seams of `options`, with defaults for those that it leaves out. `monotonic` is that of other seams with the
--- same clock.
---@param options? table
---@return rekognition.Seams
function M.from(options)
  options = options or {}
  return {
    env = options.env and given_env(options.env) or process_env,
    http = options.http,
    clock = options.clock or core.now,
    monotonic = options.monotonic or options.clock and never_back(options.clock) or core.monotonic,
    sleep = options.sleep or sleep,
    random = options.random and checked_random(options.random) or core.random,
    logger = options.logger or M.warn,
  }
end

return M

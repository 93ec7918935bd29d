--- The seams between the SDK and the world: environment, network, time and chance.
--
-- Every module takes them from here, so that a host or a test can replace any.

local core = require "rekognition.core"

---@class rekognition.Seams
---@field env table<string, string>  the process's environment, or what stands for it
---@field http? fun(request: rekognition.HttpRequest): rekognition.HttpResponse?, rekognition.HttpFailure?
---  the host's own; absent: the built-in transport
---@field clock fun(): number        seconds since the epoch, with a fraction
---@field monotonic fun(): number    seconds since some moment, never set back: for deadlines; the host's clock if it
---  brought one
---@field sleep fun(seconds: number)
---@field random fun(): number       in [0, 1)
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

local process_env = setmetatable({}, {
  __index = function(_, name) return os.getenv(name) end,
})

-- The environment that a host gave, which may hold keys: read by name, not shown by a walk of tables.
local function given_env(env)
  return setmetatable({}, { __index = function(_, name) return env[name] end })
end

local function silent() end

-- A signal ends a sleep early; the interpreter then has its say, and may raise (Ctrl-C).
local function sleep(seconds)
  repeat seconds = core.sleep(seconds) until seconds <= 0
end

--- The seams of `options`, with defaults for those that it leaves out.
---@param options? table
---@return rekognition.Seams
function M.from(options)
  options = options or {}
  return {
    env = options.env and given_env(options.env) or process_env,
    http = options.http,
    clock = options.clock or core.now,
    monotonic = options.clock or core.monotonic,
    sleep = options.sleep or sleep,
    random = options.random or core.random,
    logger = options.logger or silent,
  }
end

return M

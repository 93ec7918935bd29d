--- An emulator of Amazon Rekognition Custom Labels, without the network: a function from requests to responses.
--
-- docs/emulator.md says what it does, and what it chose where AWS states nothing.

local core = require "rekognition.core"
local errors = require "rekognition.emulator.errors"
local front = require "rekognition.emulator.front"
local http = require "rekognition.emulator.http"
local identities = require "rekognition.emulator.identities"
local settings = require "rekognition.emulator.settings"
local store = require "rekognition.emulator.store"

local M = {}

--- The accounts that are there where none are given: known to everybody, and good for nothing else.
---@type rekognition.emulator.Account[]
M.DEFAULT_ACCOUNTS = {
  { access_key_id = "AKIAEMULATOR00000001", secret_access_key = "emulator-secret-of-111122223333",
    account_id = "111122223333" },
  { access_key_id = "AKIAEMULATOR00000002", secret_access_key = "emulator-secret-of-555555555555",
    account_id = "555555555555" },
}

---@class rekognition.emulator.Options  every field may be left out
---@field accounts rekognition.emulator.Account[]  DEFAULT_ACCOUNTS where absent
---@field identities table          users and roles, as docs/emulator-services.md describes them
---@field train_seconds number   how long a training takes; 5 where absent
---@field copy_seconds number    how long a copy takes; 5 where absent
---@field delete_seconds number  how long a deletion takes; 1 where absent
---@field start_seconds number   how long a model takes to start; 1 where absent
---@field stop_seconds number    how long a model takes to stop; 1 where absent
---@field dataset_seconds number how long a dataset takes to be created or changed; 1 where absent
---@field fail string[]          versions with these names, `*` and `?` in them, fail to train and to copy
---@field fail_start string[]    versions with these names, `*` and `?` in them, fail to start
---@field quotas table<string, number>|"aws"  see rekognition.emulator.quotas
---@field rates table<string, number>|"aws"   calls a second by operation, "*" for the others; none where absent
---@field region string          the only region served; any where absent
---@field state_file string      where to keep everything; in memory alone where absent
---@field clock fun(): number    epoch seconds; the system's clock where absent
---@field log fun(line: string)  gets a line for each request; nothing where absent

---@class rekognition.Emulator
local Emulator = {}
Emulator.__index = Emulator

--- Makes an emulator. Raises a sentence where the state file can't be used.
---@param options? rekognition.emulator.Options
---@return rekognition.Emulator
function M.new(options)
  options = options or {}
  return setmetatable({
    identities = identities.new(options.accounts or M.DEFAULT_ACCOUNTS, options.identities),
    store = store.open(options.state_file), clock = options.clock or core.now, log = options.log,
    settings = settings.read(options), spent = {},
  }, Emulator)
end

---@class rekognition.emulator.Request  as the HTTP server gives it
---@field method string
---@field target string  as on the request line
---@field headers {[1]: string, [2]: string}[]
---@field body string
---@field refused? integer  413 or 503: why there is no body
---@field remote? string    the sender's address

---@class rekognition.emulator.Exchange  a request on its way, and what became known of it
---@field emulator rekognition.Emulator
---@field request rekognition.emulator.Request
---@field headers table<string, string>  by names in lower case
---@field path string
---@field now number    epoch seconds
---@field id string     the request's id
---@field remote? string
---@field caller? rekognition.emulator.Caller
---@field operation? string  for the log

local function as_failure(emulator, problem)
  if errors.is_failure(problem) then return problem end
  if emulator.log then emulator.log("failed inside: " .. tostring(problem)) end
  return errors.internal()
end

local function keep_traceback(problem)
  return errors.is_failure(problem) and problem or debug.traceback(tostring(problem), 2)
end

-- Does what a request asks for, and keeps what it changed before anybody hears of it.
local function perform(service, exchange)
  local state = exchange.emulator.store
  state:settle(exchange.now)
  local status, headers, body = service.perform(exchange)
  state:save()
  return status, headers, body
end

local function log(emulator, exchange, status, code)
  if not emulator.log then return end
  emulator.log(("%s %s %s %d %s %s"):format(os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(exchange.now)),
    exchange.caller and exchange.caller.account or "-", exchange.operation or "-", status, code, exchange.id))
end

--- Answers one request. Never raises for what a client sends.
---@param request rekognition.emulator.Request
---@return integer status
---@return {[1]: string, [2]: string}[] headers
---@return string body
function Emulator:handle(request)
  local exchange = {
    emulator = self, request = request, headers = http.header_map(request.headers), path = http.path(request.target),
    now = self.clock(), id = core.uuid(), remote = request.remote,
  }
  local service = front.choose(exchange)
  local ok, status, headers, body = xpcall(perform, keep_traceback, service, exchange)
  local code = "OK"
  if not ok then
    local failure = as_failure(self, status)
    code = failure.code
    status, headers, body = service.fail(exchange, failure)
  end
  table.insert(headers, 1, { "Date", http.date(exchange.now) })
  log(self, exchange, status, code)
  return status, headers, body
end

return M

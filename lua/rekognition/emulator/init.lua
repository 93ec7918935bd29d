--- An emulator of Amazon Rekognition Custom Labels, without the network: a function from requests to responses.
--
-- docs/emulator.md says what it does, and what it chose where AWS states nothing.

local admin = require "rekognition.emulator.admin"
local auth = require "rekognition.emulator.auth"
local clocks = require "rekognition.emulator.clocks"
local core = require "rekognition.core"
local errors = require "rekognition.emulator.errors"
local expect = require "rekognition.text.expect"
local faults = require "rekognition.emulator.faults"
local front = require "rekognition.emulator.front"
local http = require "rekognition.emulator.http"
local identities = require "rekognition.emulator.identities"
local settings = require "rekognition.emulator.settings"
local store = require "rekognition.emulator.store"
local timestamp = require "rekognition.text.time"

local M = expect.face({}, "emulator")

--- The accounts that are there where none are given: known to everybody, and good for nothing else.
---@type rekognition.emulator.Account[]
M.DEFAULT_ACCOUNTS = {
  { access_key_id = "AKIAEMULATOR00000001", secret_access_key = "emulator-secret-of-111122223333",
    account_id = "111122223333" },
  { access_key_id = "AKIAEMULATOR00000002", secret_access_key = "emulator-secret-of-555555555555",
    account_id = "555555555555" },
}

---@class rekognition.emulator.Options  every field may be left out
---@field accounts rekognition.emulator.Account[]  by default DEFAULT_ACCOUNTS
---@field identities table          users and roles, as docs/emulator-services.md describes them
---@field train_seconds number   how long a training takes; by default 5
---@field copy_seconds number    how long a copy takes; by default 5
---@field delete_seconds number  how long a deletion takes; by default 1
---@field start_seconds number   how long a model takes to start; by default 1
---@field stop_seconds number    how long a model takes to stop; by default 1
---@field dataset_seconds number how long a dataset takes to be created or changed; by default 1
---@field fail string[]          versions with these names, `*` and `?` in them, fail to train and to copy
---@field fail_start string[]    versions with these names, `*` and `?` in them, fail to start
---@field quotas table<string, number>|"aws"  see rekognition.emulator.quotas
---@field rates table<string, number>|"aws"   calls a second by operation, "*" for the others; by default none
---@field strict_buckets boolean  buckets must be there from the start; by default false: once somebody makes one
---@field region string          the only region served; by default any
---@field state_file string      where to keep everything; by default in memory alone
---@field clock fun(): number    epoch seconds; by default the system's clock
---@field clock_rate number      how fast the time runs: 60 is a minute in a second, 0 stands still; by default 1
---@field clock_at number        the time to begin with, epoch seconds; by default now
---@field faults table[]         faults from the beginning, see rekognition.emulator.faults
---@field admin boolean          whether there is the endpoint /_emulator/; by default true
---@field log fun(line: string)  gets a line for each request; by default nothing is logged

---@class rekognition.Emulator
local Emulator = {}
Emulator.__index = Emulator

local function opened(options)
  local opened_store = store.open(options.state_file)
  opened_store.strict_buckets = options.strict_buckets
  return opened_store
end

local function read_settings(options)
  local ok, read = pcall(settings.read, options)
  if ok then return read end
  if type(read) ~= "string" then error(read, 0) end
  return expect.refuse("InvalidOption", "emulator.new: " .. read, { kind = "config" })
end

--- Makes an emulator. Raises a `config` error for an option that is wrong, and a sentence
-- where the state file can't be used.
---@param options? rekognition.emulator.Options
---@return rekognition.Emulator
function M.new(options)
  options = options or {}
  expect.dot(options, "emulator.new")
  settings.check(options)
  local clock = options.clock or core.now
  return setmetatable({
    options = options, clocks = clocks.new(clock, { rate = options.clock_rate, at = options.clock_at }),
    faults = faults.new(options.faults), calls = {}, admin = options.admin ~= false,
    identities = identities.new(options.accounts or M.DEFAULT_ACCOUNTS, options.identities),
    store = opened(options), clock = clock, log = options.log,
    settings = read_settings(options), spent = {},
  }, Emulator)
end

---@class rekognition.emulator.Request  as the HTTP server passes it
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
---@field now number    the time, epoch seconds
---@field signed_at number  by the signing clock, see rekognition.emulator.clocks
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
  emulator.log(("%s %s %s %d %s %s"):format(timestamp.format(exchange.signed_at),
    exchange.caller and exchange.caller.account or "-", exchange.operation or "-", status, code, exchange.id))
end

-- The response, or the failure that came instead of one.
local function respond(service, exchange)
  local ok, status, headers, body = xpcall(perform, keep_traceback, service, exchange)
  if ok then return "OK", status, headers, body end
  local failure = as_failure(exchange.emulator, status)
  return failure.code, service.fail(exchange, failure)
end

local function account_of(exchange)
  local key = auth.claimed_key(exchange.headers, exchange.request.target)
  local owner = key and exchange.emulator.identities:find(key, exchange.headers["x-amz-security-token"])
  return owner and owner.account_id
end

-- What becomes of a call that a fault strikes. A response that is never sent has the status 0.
local function spoil(fault, service, exchange)
  local before = fault.when == "before"
  if fault.fault == "drop" and before then return "dropped", 0, {}, "" end
  if fault.code and before then return fault.code, service.fail(exchange, faults.failure(fault)) end
  local code, status, headers, body = respond(service, exchange)
  if fault.fault == "drop" then return "dropped", 0, {}, "" end
  if fault.code then return fault.code, service.fail(exchange, faults.failure(fault)) end
  return code, status, headers, body
end

local function count(emulator, name)
  emulator.calls[name] = (emulator.calls[name] or 0) + 1
end

-- A call of a service: what the log says of it, its response, and what the server must do to it.
local function call(emulator, exchange)
  local service = front.choose(exchange)
  local name = service.called(exchange)
  count(emulator, name)
  local fault = #emulator.faults.list > 0 and emulator.faults:take(name, account_of(exchange))
  if not fault then return respond(service, exchange) end
  local code, status, headers, body = spoil(fault, service, exchange)
  local effect = fault.fault == "truncate" and { truncate = fault.bytes }
    or fault.fault == "delay" and { delay = fault.seconds } or nil
  return code, status, headers, body, effect
end

--- Answers one request. Never raises for what a client sends.
---@param request rekognition.emulator.Request
---@return integer status  0: the connection must end without a response
---@return {[1]: string, [2]: string}[] headers
---@return string body
---@return {truncate?: integer, delay?: number}? effect  a fault that the server has to do
function Emulator:handle(request)
  request = http.origin_form(request)
  local exchange = {
    emulator = self, request = request, headers = http.header_map(request.headers), path = http.path(request.target),
    now = self.clocks:now(), signed_at = self.clocks:signing(), id = core.uuid(), remote = request.remote,
  }
  local code, status, headers, body, effect
  if self.admin and admin.is_for(exchange.path) then
    code, status, headers, body = "admin", admin.handle(exchange)
  else
    code, status, headers, body, effect = call(self, exchange)
  end
  table.insert(headers --[[@as table]], 1, { "Date", http.date(exchange.signed_at) })
  log(self, exchange, status, code)
  return status, headers, body, effect
end

--- Forgets everything, as between two tests: resources, buckets, faults, counts; the clocks are the machine's again.
--- Accounts, identities and settings stay.
function Emulator:reset()
  self.store:reset()
  self.faults:clear()
  self.clocks:reset()
  self.calls, self.spent, self.uploads = {}, {}, nil
end

return M

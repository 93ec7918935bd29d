--- An emulator of Amazon Rekognition Custom Labels, without the network: a function from requests to responses.
--
-- docs/emulator.md says what it does, and what it chose where AWS states nothing.

local auth = require "rekognition.emulator.auth"
local core = require "rekognition.core"
local errors = require "rekognition.emulator.errors"
local http = require "rekognition.emulator.http"
local input = require "rekognition.emulator.input"
local model = require "rekognition.generated.model"
local output = require "rekognition.emulator.output"
local quotas = require "rekognition.emulator.quotas"
local settings = require "rekognition.emulator.settings"
local store = require "rekognition.emulator.store"
local cjson = require("cjson").new()

local CONTENT_TYPE = "application/x-amz-json-1.1"

local M = {}

--- The accounts that are there where none are given: known to everybody, and good for nothing else.
---@type rekognition.emulator.Account[]
M.DEFAULT_ACCOUNTS = {
  { access_key_id = "AKIAEMULATOR00000001", secret_access_key = "emulator-secret-of-111122223333",
    account_id = "111122223333" },
  { access_key_id = "AKIAEMULATOR00000002", secret_access_key = "emulator-secret-of-555555555555",
    account_id = "555555555555" },
}

-- The operations, by name, of every kind of resource.
local operations = {}
for _, kind in ipairs { "projects", "versions", "copies", "inference", "policies", "tags", "datasets",
                        "dataset_entries" } do
  for name, operation in pairs(require("rekognition.emulator." .. kind)) do
    if model.operations[name] then operations[name] = operation end
  end
end

---@class rekognition.emulator.Context
---@field store rekognition.emulator.Store
---@field settings rekognition.emulator.Options
---@field caller rekognition.emulator.Caller
---@field operation string
---@field now number  epoch seconds

---@class rekognition.emulator.Options  every field may be left out
---@field accounts rekognition.emulator.Account[]  DEFAULT_ACCOUNTS where absent
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
  local accounts = {}
  for _, account in ipairs(options.accounts or M.DEFAULT_ACCOUNTS) do accounts[account.access_key_id] = account end
  return setmetatable({
    accounts = accounts, store = store.open(options.state_file), clock = options.clock or core.now, log = options.log,
    settings = settings.read(options), spent = {},
  }, Emulator)
end

-- The operation that a request names.
local function route(request, headers)
  if request.refused == 413 then
    errors.front("RequestEntityTooLargeException", "The request's body is too long.", 413)
  elseif request.refused then
    errors.front("ServiceUnavailable", "There is no room for the request's body.", request.refused)
  elseif http.path(request.target) ~= "/" then
    errors.front("UnknownOperationException", "There is nothing at this path; operations are sent to /.", 404)
  elseif request.method ~= "POST" then
    errors.front("UnknownOperationException", "Operations are sent by POST.", 405)
  end
  local prefix, name = (headers["x-amz-target"] or ""):match("^(%w+)%.(%w+)$")
  if prefix ~= model.metadata.targetPrefix or not model.operations[name] then
    errors.front("UnknownOperationException", "The X-Amz-Target header names no operation of Amazon Rekognition.")
  end
  return name
end

local function check_content_type(headers)
  local given = (headers["content-type"] or ""):match("^%s*([^;%s]*)"):lower()
  if given ~= CONTENT_TYPE then
    errors.front("SerializationException", ("The Content-Type must be %s."):format(CONTENT_TYPE))
  end
end

-- Does what a request asks for; raises a failure where it can't.
local function perform(emulator, request, about, now)
  local headers = http.header_map(request.headers)
  about.operation = route(request, headers)
  about.caller = auth.verify(request, emulator.accounts, now, emulator.settings.region)
  check_content_type(headers)
  local operation = operations[about.operation]
  if not operation then
    errors.front("NotImplementedException", ("rekognition-emulator does not emulate %s."):format(about.operation), 501)
  end
  local context = { store = emulator.store, settings = emulator.settings, caller = about.caller,
                    operation = about.operation, now = now }
  quotas.spend(emulator.spent, context)
  local params = input.read(model, about.operation, request.body)
  emulator.store:settle(now)
  local response = operation(context, params)
  emulator.store:save()
  return output.write(model, about.operation, response)
end

-- A message may repeat bytes of the request that are not UTF-8, which JSON can't hold.
local function error_body(failure)
  local code, message = failure.code, failure.message
  if not utf8.len(message) then message = message:gsub("[\x80-\xFF]", "?") end
  if failure.front then return cjson.encode { __type = code, message = message } end
  return cjson.encode { __type = code, Code = code, Logref = core.uuid(), Message = message }
end

local function as_failure(emulator, problem)
  if errors.is_failure(problem) then return problem end
  if emulator.log then emulator.log("failed inside: " .. tostring(problem)) end
  return errors.internal()
end

local function response_headers(now, request_id, status)
  local headers = { { "Content-Type", CONTENT_TYPE }, { "x-amzn-RequestId", request_id },
                    { "Date", os.date("!%a, %d %b %Y %H:%M:%S GMT", math.floor(now)) } }
  if status == 405 then headers[#headers + 1] = { "Allow", "POST" } end
  return headers
end

---@class rekognition.emulator.Request  as the HTTP server gives it
---@field method string
---@field target string  as on the request line
---@field headers {[1]: string, [2]: string}[]
---@field body string
---@field refused? integer  413 or 503: why there is no body

--- Answers one request. Never raises for what a client sends.
---@param request rekognition.emulator.Request
---@return integer status
---@return {[1]: string, [2]: string}[] headers
---@return string body
function Emulator:handle(request)
  local now, about, request_id = self.clock(), {}, core.uuid()
  local ok, body = xpcall(perform, function(problem)
    return errors.is_failure(problem) and problem or debug.traceback(tostring(problem), 2)
  end, self, request, about, now)
  local status, code = 200, "OK"
  if not ok then
    local failure = as_failure(self, body)
    status, code, body = failure.status, failure.code, error_body(failure)
  end
  if self.log then
    self.log(("%s %s %s %d %s %s"):format(os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(now)),
      about.caller and about.caller.account or "-", about.operation or "-", status, code, request_id))
  end
  return status, response_headers(now, request_id, status), body
end

return M

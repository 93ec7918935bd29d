--- The client: settings resolved once, one method for each operation.

local clocks = require "rekognition.call.clock"
local configs = require "rekognition.config"
local core = require "rekognition.core"
local http = require "rekognition.http"
local invoke = require "rekognition.call"
local lazy = require "rekognition.lazy"
local options_check = require "rekognition.options"
local resolve_credentials = require "rekognition.credentials.resolve"
local retries = require "rekognition.retry"
local seams_of = require("rekognition.seams").from
local senders = require "rekognition.call.native"
local user_agent = require "rekognition.call.user_agent"

local paginator = lazy "rekognition.paginator"
local rek_error = lazy "rekognition.error"
local signed = lazy "rekognition.call.custom"
local waiter = lazy "rekognition.waiter"

local SERVICE = "rekognition"

---@class rekognition.Client
---@field region string    as resolved
---@field endpoint string  as resolved, a URL
local Client = {}
Client.__index = Client
Client.__name = "rekognition.client"

local function new_method(operation, method)
  return function(self, params)
    if not (self and self.call) then
      error(("call it with a colon: client:%s { ... }"):format(method), 2)
    end
    return self:call(operation, params)
  end
end

for _, operation in ipairs(core.operations()) do
  Client[operation.method] = new_method(operation.name, operation.method)
end

local function raise_problems(operation, problems)
  local lines = {}
  for _, problem in ipairs(problems) do
    lines[#lines + 1] = problem.path == "" and problem.message or problem.path .. ": " .. problem.message
  end
  if problems.more then lines[#lines + 1] = ("and %d more"):format(problems.more) end
  rek_error.raise { kind = "validation", code = "ValidationError", operation = operation,
    message = table.concat(lines, "; "), problems = problems, retryable = false }
end

local function check_open(self)
  if self._closed then
    rek_error.raise { kind = "config", code = "ClientClosed", message = "the client is closed" }
  end
end

-- To be closed by whoever takes it: the collector doesn't see how large a body is.
local function new_request(self, operation, params)
  check_open(self)
  local request, problems = core.request(operation, params)
  if not request then raise_problems(operation, problems) end
  return request
end

--- Calls an operation by its own name.
---@param operation string  "CopyProjectVersion"
---@param params? table     members in AWS's spelling
---@param on_behalf? "paginator"|"waiter"  what of the SDK calls, for the User-Agent
---@return table response
---@return table metadata   request_id, status, headers, attempts, elapsed (seconds)
function Client:call(operation, params, on_behalf)
  local request <close> = new_request(self, operation, params)
  return invoke.send(self, operation, request, on_behalf)
end

--- The pages of a paginated operation: `for page, metadata in client:pages(operation, params)`.
---@param operation string
---@param params? table
function Client:pages(operation, params)
  return paginator.pages(self, operation, params)
end

--- The items of all pages of a paginated operation.
---@param operation string
---@param params? table
function Client:items(operation, params)
  return paginator.items(self, operation, params)
end

--- Waits for a project version; see `rekognition.waiter`.
---@param name string
---@param params table
---@param options? table  delay, timeout (seconds), on_poll
function Client:wait(name, params, options)
  return waiter.wait(self, name, params, options)
end

--- A presigned request, which whoever holds it can send until it expires: signature version 4 in
--- query form. The operation's body is signed with it.
---@param operation string
---@param params? table
---@param options? { expires?: integer } seconds, 900 where absent, at most 604800
---@return { method: string, url: string, headers: {[1]: string, [2]: string}[], body: string }
function Client:presign(operation, params, options)
  options = options or {}
  options_check.check_presign(options)
  local request <close> = new_request(self, operation, params)
  local credentials = invoke.credentials(self, operation)
  return signed.sign(request, credentials, self._clock:now(), self._target, options.expires or 900)
end

--- Closes the client and its connections. Closing again does nothing.
function Client:close()
  self._closed = true
  if self._transport then self._transport:close() end
end

Client.__close = Client.close
Client.__gc = Client.close

function Client:__tostring()
  return ("rekognition.client (%s, %s)"):format(self.region, self.endpoint)
end

-- The header for requests with credentials from this source; made once for each.
function Client:_user_agent(source, on_behalf)
  local key = on_behalf and on_behalf .. "," .. tostring(source) or source or ""
  local agent = self._user_agents[key]
  if not agent then
    local features = { self._retry.mode }
    features[#features + 1] = source
    features[#features + 1] = on_behalf
    if self._custom_endpoint then features[#features + 1] = "endpoint_override" end
    agent = user_agent.build {
      app_id = self._app_id, execution_env = self._seams.env.AWS_EXECUTION_ENV, features = features,
    }
    self._user_agents[key] = agent
  end
  return agent
end

-- Mode and attempts may come from the environment and the profile as well; config has the option first.
local function retry_options(options, config)
  local given = options.retry or {}
  return {
    mode = config:get("retry_mode"),
    max_attempts = config:get("max_attempts"),
    initial_tokens = given.initial_tokens,
    max_backoff = given.max_backoff,
    limit_exceeded = given.limit_exceeded,
  }
end

-- The sender, and the native transport behind it where the host brought none.
local function new_sender(options, config, target)
  if options.http then return senders.custom(options.http, target) end
  local transport = http.new {
    proxy = options.proxy, ca_bundle = config:get("ca_bundle"), env = options.env,
    max_connections = options.max_connections, max_response_bytes = options.max_response_bytes,
    connect_timeout = target.connect_timeout, timeout = target.timeout,
  }
  return senders.native(transport, target), transport
end

local M = {}

--- Makes a client. Every option is optional; see docs/configuration.md.
---@param options? rekognition.ClientOptions
---@return rekognition.Client
function M.new(options)
  options = options or {}
  options_check.check_client(options)
  local seams = seams_of(options)
  local config = configs.load(options)
  local endpoint = config:endpoint(SERVICE)
  local retry = retries.new(retry_options(options, config), seams)
  local self = setmetatable({
    region = endpoint.signing_region,
    endpoint = endpoint.url,
    _seams = seams,
    _logs = options.logger ~= nil,
    _retry = retry,
    _clock = clocks.new(seams.clock),
    _app_id = config:get("sdk_ua_app_id"),
    _custom_endpoint = config:endpoint_url(SERVICE) ~= nil,
    _user_agents = {},
    _target = {
      url = endpoint.url, region = endpoint.signing_region, service = SERVICE,
      connect_timeout = config:get("connect_timeout"), timeout = options.timeout or 60,
      max_attempts = retry.max_attempts,
    },
  }, Client)
  self._send, self._transport = new_sender(options, config, self._target)
  self._credentials = resolve_credentials(options.credentials, {
    config = config, profile = options.profile, env = seams.env, http = options.http or self._transport,
    clock = seams.clock, sleep = seams.sleep, random = seams.random, logger = seams.logger,
    mfa_token = options.mfa_token, region = endpoint.signing_region,
  })
  return self
end

return M

--- The client: settings resolved once, one method for each operation.

local call = require "rekognition.call"
local channels = require "rekognition.call.channel"
local clocks = require "rekognition.call.clock"
local config_of = require "rekognition.config"
local core = require "rekognition.core"
local rek_error = require "rekognition.error"
local http = require "rekognition.http"
local lazy = require "rekognition.lazy"
local options_check = require "rekognition.options"
local retry_of = require "rekognition.retry"
local seams_of = require("rekognition.seams").from
local static_credentials = require "rekognition.credentials.static"

-- What most programs never need, or only later.
local headers_option = lazy "rekognition.call.headers_option"
local paginator = lazy "rekognition.paginator"
local presigned = lazy "rekognition.call.presign"
local credentials_of = lazy "rekognition.credentials"
local contexts = lazy "rekognition.credentials.context"
local slips = lazy "rekognition.call.slips"
local service_error = lazy "rekognition.text.service_error"
local trace_id = lazy "rekognition.call.trace_id"
local waiter = lazy "rekognition.waiter"

-- What a script that only blocks never needs.
local async = lazy "rekognition.async"
local in_flight = lazy "rekognition.call.in_flight"
local start_direct -- of in_flight, looked up once
local limits_of = lazy "rekognition.retry.limits"

local SERVICE = "rekognition"
local service = core.service
local request_of, new_state, run = service.request, call.state, call.run -- looked up once

---@class rekognition.Client
---@field region string    as resolved
---@field endpoint string  as resolved, a URL
local Client = {}
Client.__index = Client
Client.__name = "rekognition.client"

local IS_OPERATION = {} -- the operations that were called before
local is_made = setmetatable({}, { __mode = "k" }) -- the clients: to look here takes no function

local function slip(code, message)
  rek_error.raise { kind = "validation", code = code, message = message }
end

local function is_client(value)
  return type(value) == "table" and value._channel ~= nil
end

--- What is wrong with an operation's name, or nil where it is one.
---@param operation any
---@return string?
function Client._unknown_operation(_, operation)
  if type(operation) ~= "string" or not service:has(operation) then return slips.operation(operation) end
  IS_OPERATION[operation] = true
  return nil
end

-- A run whose client was closed must still stop its model: see `rekognition.custom_labels.run_guard`.
local function is_closed(self) return self._closed and not (self._is_exempt and self._is_exempt()) end

-- What is wrong with a call before its parameters are looked at.
local function check_call(self, operation)
  if is_closed(self) then
    rek_error.raise { kind = "config", code = "ClientClosed", message = "the client is closed; make another one" }
  end
  if self._before_call then self._before_call(operation) end
  local unknown = self:_unknown_operation(operation)
  if unknown then slip("UnknownOperation", unknown) end
end

-- To be closed by whoever takes it: the collector doesn't see how large a body is.
local function new_request(self, operation, params)
  if self._closed or self._before_call or not IS_OPERATION[operation] then check_call(self, operation) end
  local request, problems, more = request_of(service, operation, params)
  if request then return request end
  return slips.raise_problems(operation, params, problems, more)
end

-- The provider that the option `credentials` means; given keys need no source and no context.
local function provider_of(self, value)
  if type(value) == "table" and not value.get then return static_credentials.given(value) end
  return credentials_of.resolve(value, self._context())
end

-- The channel for one call: the client's own, or one like it for another region, endpoint or retry behaviour.
local function channel_for(self, options)
  if not (options.region or options.endpoint or options.retry) then return self._channel end
  local changes = {}
  if options.region or options.endpoint then
    local endpoint = self._config:endpoint(SERVICE, options.region, options.endpoint)
    changes.url, changes.region = endpoint.url, endpoint.signing_region
  end
  if options.retry then changes.retry = self._channel.retry:with(options.retry) end
  return self._channel:with(changes)
end

local function all_hooks(self, options)
  if not options.hooks then return self._hooks end
  local list = { table.unpack(self._hooks or {}) }
  list[#list + 1] = options.hooks
  return list
end

-- The state of a call with options of its own.
local function state_of(self, operation, request, options, on_behalf)
  local state = new_state(operation, request)
  state.plain, state.on_behalf = false, on_behalf
  if options.headers ~= nil then state.headers = headers_option.list(options.headers, "headers") end
  state.connect_timeout, state.timeout = options.connect_timeout, options.timeout
  state.total_timeout = options.total_timeout or self._total_timeout
  state.hooks = all_hooks(self, options)
  if options.credentials ~= nil then
    state.provider = provider_of(self, options.credentials)
  end
  return state
end

-- What the state of a call without options has beside the plain one's fields.
local function add_limits(self, state, on_behalf)
  state.plain, state.on_behalf, state.total_timeout, state.hooks = false, on_behalf, self._total_timeout, self._hooks
end

--- Calls an operation, as the client's methods, its paginator and its waiter do.
---@param on_behalf? "paginator"|"waiter"  what of the SDK calls, for the User-Agent
local function call_operation(self, operation, params, options, on_behalf)
  local request <close> = new_request(self, operation, params)
  if options == nil then
    local state = new_state(operation, request)
    if self._limits or on_behalf then add_limits(self, state, on_behalf) end
    return run(self._channel, state)
  end
  options = options_check.check_call(options)
  return run(channel_for(self, options), state_of(self, operation, request, options, on_behalf))
end

Client._call = call_operation

local function check_self(self, name, arguments)
  if is_client(self) then return end
  slip("InvalidCall", ("it must be called with a colon: client:%s%s"):format(name, arguments))
end

--- Calls an operation by its own name.
---@param operation string  "CopyProjectVersion"
---@param params? table     members in AWS's spelling
---@param options? rekognition.CallOptions  for this call alone
---@return table response
---@return table metadata   request_id, status, headers, attempts, elapsed (seconds)
function Client:call(operation, params, options)
  if not is_made[self] then check_self(self, "call", '("CopyProjectVersion", { ... })') end
  return call_operation(self, operation, params, options)
end

--- The pages of a paginated operation: `for page, metadata in client:pages(operation, params)`.
---@param operation string
---@param params? table
---@param options? rekognition.CallOptions  for each page's call
function Client:pages(operation, params, options)
  check_self(self, "pages", '("DescribeProjectVersions", { ... })')
  return paginator.pages(self, operation, params, options)
end

--- The items of all pages of a paginated operation.
---@param operation string
---@param params? table
---@param options? rekognition.CallOptions  for each page's call
function Client:items(operation, params, options)
  check_self(self, "items", '("DescribeProjectVersions", { ... })')
  return paginator.items(self, operation, params, options)
end

--- Waits for a state; see `rekognition.waiter`.
---@param name rekognition.VersionWaiter|rekognition.DatasetWaiter|rekognition.ProjectWaiter
---@param params rekognition.WaitForVersions     or WaitForDatasets, WaitForProjects
---@param options? rekognition.WaitOptions
---@return rekognition.ProjectVersionDescription description  of the first that was asked for; of what was deleted, the
---  last that was seen, if it was
---@return rekognition.ProjectVersionDescription[] descriptions  all of them, in the order in which they were asked for
-- luacheck: push no max comment line length
---@overload fun(self: rekognition.Client, name: rekognition.VersionWaiter, params: rekognition.WaitForVersions, options?: rekognition.WaitOptions): rekognition.ProjectVersionDescription, rekognition.ProjectVersionDescription[]
---@overload fun(self: rekognition.Client, name: rekognition.DatasetWaiter, params: rekognition.WaitForDatasets, options?: rekognition.WaitOptions): rekognition.DatasetDescription, rekognition.DatasetDescription[]
---@overload fun(self: rekognition.Client, name: rekognition.ProjectWaiter, params: rekognition.WaitForProjects, options?: rekognition.WaitOptions): rekognition.ProjectDescription, rekognition.ProjectDescription[]
function Client:wait(name, params, options)
  check_self(self, "wait", '("project_version_copied", { ... })')
  return waiter.wait(self, name, params, options)
end
-- luacheck: pop

--- A presigned request, which whoever holds it can send until it expires: signature version 4 in
--- query form. The operation's body is signed with it.
---@param operation string
---@param params? table
---@param options? rekognition.PresignOptions
---@return rekognition.SignedRequest
function Client:presign(operation, params, options)
  check_self(self, "presign", '("CopyProjectVersion", { ... })')
  if options == nil then options = {} end
  options = options_check.check_presign(options)
  local request <close> = new_request(self, operation, params)
  local provider = options.credentials ~= nil and provider_of(self, options.credentials)
    or self._channel.provider
  return presigned(channel_for(self, options), operation, request, provider, options.expires or 900,
    options.total_timeout or self._total_timeout)
end

--- Starts a call and doesn't wait for it: the engine of `rekognition.async` goes on with it, retries and all. A slip in
--- the parameters or the options is raised here; what the call comes to is the future's.
---@param operation string
---@param params? table
---@param options? rekognition.CallOptions
---@return rekognition.Future
function Client:start(operation, params, options)
  check_self(self, "start", '("CopyProjectVersion", { ... })')
  return self:_start(operation, params, options)
end

local function begin(self, admission, operation, params, options)
  local state = options and state_of(self, operation, nil, options) or new_state(operation)
  if not options and self._limits then add_limits(self, state) end
  local channel = options and channel_for(self, options) or self._channel
  state.request = new_request(self, operation, params)
  return in_flight.start(channel, state, admission)
end

function Client:_start(operation, params, options)
  if options == nil and self._channel.is_plain and not self._limits then
    start_direct = start_direct or in_flight.start_direct
    return start_direct(self._channel, operation, new_request(self, operation, params))
  end
  if options ~= nil then options = options_check.check_call(options) end
  if not self._channel.gate then return begin(self, nil, operation, params, options) end
  local admission = in_flight.admit(self._channel.gate)
  local ok, future = pcall(begin, self, admission, operation, params, options)
  if not ok then admission:give() end
  return ok and future or error(future, 0)
end

--- The engine of this Lua state, for a loop of the host's own; see docs/async.md.
---@return rekognition.Pollable
function Client:pollable()
  check_self(self, "pollable", "()")
  return async.pollable()
end

--- Closes the client and its connections. Closing again does nothing.
function Client:close()
  check_self(self, "close", "()")
  self._closed = true
  if self._transport and not self._is_exempt then self._transport:close() end -- see is_closed
end

Client.__close = Client.close
Client.__gc = function(self)
  if is_client(self) then self:close() end -- one that was not finished has nothing to close
end

function Client:__tostring()
  return ("rekognition.client (%s, %s)"):format(self.region, self.endpoint)
end

--- What the services beside Rekognition are asked with: the context, the credentials' provider, the region.
---@return rekognition.CredentialContext
---@return table provider
---@return string region
function Client:_host()
  return self._context(), self._channel.provider, self.region
end

local function new_method(operation, method)
  return function(self, params, options)
    if not is_made[self] then check_self(self, method, " { ... }") end
    return call_operation(self, operation, params, options)
  end
end

local function new_async_method(operation, method)
  return function(self, params, options)
    if not is_made[self] then check_self(self, method, " { ... }") end
    return self:_start(operation, params, options)
  end
end

-- An operation's method, made when it is first asked for; nil for any other name.
local function find_method(name)
  local operation = service:operation_of(name)
  if operation then return new_method(operation, name) end
  operation = name:find("_async$") and service:operation_of(name:sub(1, -7))
  return operation and new_async_method(operation, name) or nil
end

-- What is read of a client and isn't there is a slip: a misspelled method would be "a nil value" otherwise.
setmetatable(Client, { __index = function(_, name)
  if type(name) ~= "string" or name:byte() == ("_"):byte() then return nil end
  local method = find_method(name)
  if not method then slip("UnknownMethod", slips.method(name, Client)) end
  rawset(Client, name, method)
  return method
end })

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

local function new_transport(options, config, timeouts)
  return http.new { proxy = options.proxy, ca_bundle = config:get("ca_bundle"), env = options.env,
    client_cert = options.client_cert, client_key = options.client_key,
    max_connections = options.max_connections, max_response_bytes = options.max_response_bytes,
    connect_timeout = timeouts.connect, timeout = timeouts.whole }
end

-- What goes into the User-Agent.
local function agent_of(config, seams, mode)
  local features = { mode }
  if config:endpoint_url(SERVICE) ~= nil then features[2] = "endpoint_override" end
  return { app_id = config:get("sdk_ua_app_id"), execution_env = seams.env.AWS_EXECUTION_ENV, features = features }
end

-- Whether an operation makes something and has no token by which the service would know a repeated request.
local function makes(operation)
  local verb = operation:match("^[A-Z][a-z]+")
  return (verb == "Create" or verb == "Copy" or verb == "Start" or verb == "Put") and not service:has_token(operation)
end

local function new_channel(self, options, config, endpoint)
  local seams = self._seams
  local in_lambda = seams.env.AWS_LAMBDA_FUNCTION_NAME -- set once; the trace id is new for each invocation
  local retry = retry_of.new(retry_options(options, config), seams)
  local timeouts = { connect = config:get("connect_timeout"), whole = options.timeout or 60 }
  self._transport = not options.http and new_transport(options, config, timeouts)
  return channels.new {
    url = endpoint.url, region = endpoint.signing_region, signing_name = SERVICE, seams = seams,
    http = options.http or self._transport, retry = retry, clock = clocks.new(seams.clock),
    connect_timeout = timeouts.connect, timeout = timeouts.whole,
    agent = agent_of(config, seams, retry.mode),
    trace_id = in_lambda and function() return trace_id(seams.env) end or nil,
    logs = options.logger ~= nil, is_closed = function() return is_closed(self) end,
    makes = makes, gate = options.max_in_flight and in_flight.gate(options) or nil,
    limits = options.rate and limits_of.new(options.rate) or nil, region_hint = config_of._region_hint,
    read_error = function(...) return service_error.read(...) end,
    is_modelled = function(operation, code) return service:is_modelled(operation, code) end,
  }
end

-- What sources of credentials and other services are given, made when the first of them asks: a function.
local function context_of(options, channel, config)
  local seams, profile, clock, mfa_token = channel.seams, options.profile, options.clock, options.mfa_token
  local context
  return function()
    context = context or contexts.from {
      config = config, profile = profile, env = seams.env, http = channel.http, service_clock = channel.clock,
      clock = clock, monotonic = seams.monotonic, sleep = seams.sleep, random = seams.random, logger = seams.logger,
      mfa_token = mfa_token, region = channel.region, is_closed = channel.is_closed,
    }
    return context
  end
end

local M = {}

--- Makes a client. Every option is optional; see docs/configuration.md.
---@param options? rekognition.ClientOptions
---@param module? table  the module that it is called through
---@return rekognition.Client
function M.new(options, module)
  if options == nil then options = {} end
  options = options_check.check_client(options, module)
  local config = config_of.load(options, true)
  local endpoint = config:endpoint(SERVICE)
  local self = {
    region = endpoint.signing_region, endpoint = endpoint.url,
    _seams = seams_of(options), _config = config, _closed = false,
    _is_exempt = false, _before_call = false, -- what a workflow wants to check; see `custom_labels.run_guard`
    _hooks = options.hooks and { options.hooks } or false, _total_timeout = options.total_timeout or false,
    _limits = options.hooks ~= nil or options.total_timeout ~= nil, -- whether a call has more to look at
  }
  local channel = new_channel(self, options, config, endpoint)
  self._channel, self._retry = channel, channel.retry
  is_made[setmetatable(self, Client)] = true
  self._context = context_of(options, channel, config)
  channel.provider = provider_of(self, options.credentials)
  return self
end

return M

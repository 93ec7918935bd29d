--- Channels to the AWS services beside Rekognition: those that hand out credentials, and those that a workflow asks.
--
-- A host is what has the configuration and the seams: a `rekognition.CredentialContext`. A client makes one.

local channels = require "rekognition.call.channel"
local call = require "rekognition.call"
local http = require "rekognition.http"
local retry = require "rekognition.retry"
local trace_id = require "rekognition.call.trace_id"

local M = {}

-- The SDKs' connect timeout; and a total that is short beside their 60 s, since these services answer immediately or
-- not at all. Choices.
M.CONNECT_TIMEOUT, M.TIMEOUT = 3.1, 20

--- The transport of a host: its own, or the one that is shared by whoever brings none.
local function transport_of(host)
  return host.http or http.default()
end

--- A channel to an address.
---@param host rekognition.CredentialContext
---@param options table  of `rekognition.call.channel`; url is required
---@return rekognition.Channel
function M.channel_to(host, options)
  options.seams, options.http = host, transport_of(host)
  options.clock = host.service_clock
  options.retry = options.retry or retry.new(nil, host)
  options.connect_timeout = options.connect_timeout or M.CONNECT_TIMEOUT
  options.timeout = options.timeout or M.TIMEOUT
  options.is_closed = host.is_closed
  return channels.new(options)
end

--- The channel to a service; one for each service and region of a host.
---@param host rekognition.CredentialContext
---@param service string          "sts", "sso", "sso-oidc", "signin", "s3", "cloudwatch"
---@param region? string
---@param options? table          signing_name, read_error, ...: of `rekognition.call.channel`
---@return rekognition.Channel
function M.channel(host, service, region, options)
  local key = service .. "\0" .. tostring(region)
  local channel = host.channels[key]
  if channel then return channel end
  local endpoint = host:endpoint(service, region)
  local all = {
    url = (endpoint.url:gsub("/$", "")), region = endpoint.signing_region,
    trace_id = function() return trace_id(host.env) end,
  }
  for name, value in pairs(options or {}) do all[name] = value end
  channel = M.channel_to(host, all)
  host.channels[key] = channel
  return channel
end

--- Seconds for a call on behalf of a client: what is asked for, within what the client allows.
---@param client rekognition.Client
---@param options? { total_timeout?: number }
---@return number?
function M.total_timeout(client, options)
  local own, asked = client._total_timeout or nil, options and options.total_timeout
  return own and asked and math.min(own, asked) or own or asked
end

--- Runs a call and closes its request.
---@param channel rekognition.Channel
---@param state rekognition.Call  with `request`
---@return any response
---@return table metadata
function M.run(channel, state)
  local _ <close> = state.request
  return call.run(channel, state)
end

return M

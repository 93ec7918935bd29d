--- A channel: what all calls of one service of a client share. The loop of attempts (`rekognition.call`) reads it.

local call = require "rekognition.call"
local clocks = require "rekognition.call.clock"
local core = require "rekognition.core"
local user_agent = require "rekognition.call.user_agent"

local M = {}

---@class rekognition.ChannelOptions
---@field url string              the endpoint
---@field signing_name? string    "rekognition"; absent: requests are not signed
---@field region? string          the signing region
---@field direct? boolean         by no proxy
---@field s3? boolean             S3's rules of signing
---@field connect_timeout number  seconds
---@field timeout number          seconds, for an attempt
---@field http function|rekognition.Transport
---@field seams rekognition.Seams
---@field retry rekognition.Retry
---@field clock? rekognition.Clock
---@field provider? table         of credentials
---@field authorize? fun(credentials: table, call: rekognition.Call): table?  headers of an attempt, no signature
---@field read_error fun(status: integer, headers: table, body: string, secrets: string[]?): table
---@field is_modelled? fun(operation: string, code: string): boolean
---@field makes? fun(operation: string): boolean  whether it makes something, and a repeated request makes it twice
---@field trace_id? false|fun(): string?
---@field agent? table            app_id, execution_env, features: for the User-Agent
---@field is_closed? fun(): boolean
---@field logs? boolean           whether successes are logged
---@field gate? rekognition.Semaphore  what bounds the calls in flight
---@field limits? false|rekognition.Limits   what spaces the attempts of an operation

---@class rekognition.Channel : rekognition.ChannelOptions
---@field send function           see `rekognition.call.native`
---@field target userdata
---@field sender? table           see `rekognition.call.native`
---@field is_plain boolean        a call without options of its own can be made by `rekognition.call.direct`
---@field directs table<string, rekognition.Direct>  by operation
local Channel = {}
Channel.__index = Channel

local function never() return false end

--- The header for requests with credentials from this source; made once for each.
---@param source? string
---@param on_behalf? string
---@return string
function Channel:user_agent(source, on_behalf)
  local key = on_behalf and on_behalf .. "," .. tostring(source) or source or ""
  local agent = self.agents[key]
  if agent then return agent end
  local options = self.agent or {}
  local features = { table.unpack(options.features or {}) }
  features[#features + 1] = source
  features[#features + 1] = on_behalf
  agent = user_agent.build { app_id = options.app_id, execution_env = options.execution_env, features = features }
  self.agents[key] = agent
  return agent
end

-- Whether an attempt needs no more than a time, credentials and a connection, and nothing of the host's is asked.
local function is_plain(self)
  return self.sender ~= nil and self.seams.clock == core.now and self.clock.now_seam == core.now
    and self.seams.monotonic == core.monotonic and not self.logs
    and not (self.gate or self.limits or self.trace_id or self.authorize or self.retry.limiter)
end

local function connect(self)
  local options = {
    url = self.url, region = self.region or "", service = self.signing_name or "", direct = self.direct, s3 = self.s3,
    max_attempts = self.retry.max_attempts, connect_timeout = self.connect_timeout, timeout = self.timeout,
  }
  self.send, self.target, self.sender = call.sender(self.http, options, self.seams)
  self.is_plain, self.directs = is_plain(self), {}
  return self
end

--- Makes a channel.
---@param options rekognition.ChannelOptions
---@return rekognition.Channel
function M.new(options)
  local self = setmetatable({ agents = {} }, Channel)
  for name, value in pairs(options) do self[name] = value end
  self.clock = self.clock or clocks.new(self.seams.clock)
  self.is_closed = self.is_closed or never
  self.monotonic = self.seams.monotonic
  -- Looked at in each call: what is false is found sooner than what is absent.
  self.logs, self.limits, self.trace_id = self.logs or false, self.limits or false, self.trace_id or false
  return connect(self)
end

--- A channel like this one, with other values for some of its options.
---@param changes table
---@return rekognition.Channel
function Channel:with(changes)
  local other = setmetatable({}, Channel)
  for name, value in pairs(self) do other[name] = value end
  for name, value in pairs(changes) do other[name] = value end
  return connect(other)
end

return M

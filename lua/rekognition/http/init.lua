--- The built-in transport: HTTP over libcurl, connections kept open and used again.
--
-- A transport is called like a function, with the request and response of the `http` seam
-- (rekognition.HttpRequest, rekognition.HttpResponse, rekognition.HttpFailure in seams.lua). It
-- blocks until the response is there. Certificates are always verified; redirects are not followed.
--
-- Failure codes: "timeout", "connect" (no such host, or no connection), "tls" (no trusted
-- connection), "proxy", "reset" (the connection ended early), "protocol" (not HTTP, or broken
-- compression), "too_large", "request" (malformed: nothing was sent), "memory".

local core = require "rekognition.core"
local rek_error = require "rekognition.error"
local proxy = require "rekognition.http.proxy"
local quote = require "rekognition.text.quote"
local seams = require "rekognition.seams"

---@class rekognition.HttpOptions
---@field connect_timeout? number     seconds, for requests that name none; 3.1 by default
---@field timeout? number             seconds for a whole request, likewise; 60 by default
---@field proxy? string               "http://user:password@host:port" for every request, also https and socks5(h);
---                                   "" for none. By default the environment says
---@field ca_bundle? string           a PEM file, or a folder made by `openssl rehash`; used instead of the system's
---@field client_cert? string         a PEM file: what is shown to a server that asks who we are, and its chain
---@field client_key? string          a PEM file: its private key, not encrypted; default: it is in client_cert
---@field max_connections? integer    kept open between requests; 64 by default
---@field max_response_bytes? integer of one body, once decompressed; 64 MiB by default, which is a choice
---@field env? table<string, string>  instead of the process's environment

---@class rekognition.Transport
---@field core userdata               the C object, for the binding's own short way
---@field max_connections integer
---@overload fun(request: rekognition.HttpRequest): rekognition.HttpResponse?, rekognition.HttpFailure?
local Transport = {}
Transport.__index = Transport
Transport.__name = "rekognition.http"

function Transport:__call(request)
  return self.core:request(request)
end

--- Closes its connections. A request after that raises; a second close does nothing.
function Transport:close()
  self.is_closed = true
  self.core:close()
end

Transport.__close = Transport.close

function Transport:__tostring()
  return Transport.__name .. ": " .. tostring(self.core)
end

-- Where instance and container credentials are served: addresses of the machine's own network,
-- which no proxy can reach. Always asked directly. (botocore does so for containers, and for
-- instances where NO_PROXY names the address.)
local LINK_LOCAL = "169.254.169.254,169.254.170.2,169.254.170.23,fd00:ec2::254,fd00:ec2::23"

local function env_proxies(env)
  local no_proxy = proxy.exceptions(env) or ""
  if no_proxy == "*" then return nil, nil, LINK_LOCAL end
  return (proxy.of_scheme(env, "http")), (proxy.of_scheme(env, "https")), LINK_LOCAL .. "," .. no_proxy
end

local function env_ca_bundle(env)
  return env.AWS_CA_BUNDLE or env.REQUESTS_CA_BUNDLE -- botocore's order
end

-- Raises what the core says of the options. It names a proxy by the scheme of the URLs that it is for.
local function refuse(options, env, message)
  local scheme, must = message:match("^the (https?) proxy (must .*)$")
  if not scheme then rek_error.raise { kind = "config", code = "InvalidOption", message = message } end
  local url, source = options.proxy, "option proxy"
  if not url then url, source = proxy.of_scheme(env, scheme) end
  rek_error.raise { kind = "config", code = "InvalidProxy",
    message = ("%s %s, got %s"):format(source, must, quote.value(proxy.shown(url))) }
end

local M = {}

--- Makes a transport.
--
-- Where the options leave them out, proxies come from HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and
-- NO_PROXY (lower case too), and the CA bundle from AWS_CA_BUNDLE, then REQUESTS_CA_BUNDLE. NO_PROXY
-- doesn't touch a proxy given as an option.
---@param options? rekognition.HttpOptions
---@return rekognition.Transport
--- Raises a `rekognition.error` of kind "config" for a proxy that can't be understood.
function M.new(options)
  options = options or {}
  local env = seams.from(options).env
  local http_proxy, https_proxy, no_proxy = options.proxy, options.proxy, LINK_LOCAL
  if not options.proxy then http_proxy, https_proxy, no_proxy = env_proxies(env) end
  local object, failure = core.transport {
    http_proxy = http_proxy,
    https_proxy = https_proxy,
    no_proxy = no_proxy,
    ca_bundle = options.ca_bundle or env_ca_bundle(env),
    client_cert = options.client_cert,
    client_key = options.client_key,
    max_connections = options.max_connections,
    max_response_bytes = options.max_response_bytes,
    connect_timeout = options.connect_timeout,
    timeout = options.timeout,
  }
  if not object then refuse(options, env, failure.message) end
  return setmetatable({ core = object, max_connections = options.max_connections or 64 }, Transport)
end

--- Whether a value is a transport of this module.
---@return boolean
function M.is_transport(value)
  return getmetatable(value) == Transport
end

local shared

--- The transport that is shared by whoever brings none, made at its first use.
---@return rekognition.Transport
function M.default()
  shared = shared or M.new()
  return shared
end

return M

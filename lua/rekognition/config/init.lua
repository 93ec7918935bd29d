--- Configuration: client options, the environment, the shared files, and the defaults, in this order of precedence.
--
-- The rules are those of the AWS SDKs and Tools Reference Guide; docs/configuration.md has every setting and
-- what was chosen where AWS's SDKs differ.

local endpoint = require "rekognition.endpoint"
local files = require "rekognition.config.files"
local proxy = require "rekognition.http.proxy"
local lazy = require "rekognition.lazy"
local seams = require "rekognition.seams"
local settings = require "rekognition.config.settings"

local errors = lazy "rekognition.error"
local shown = lazy "rekognition.config.shown"

---@class rekognition.Setting
---@field value any
---@field source string  "client option", "environment NAME", "profile NAME in PATH", "services NAME in PATH", "default"

---@class rekognition.Config
---@field profile_name string  "default" where nothing names another
---@field named_in_code boolean  the option `profile` named it: the environment's keys are then left out
---@field profile table<string, rekognition.ProfileValue>  the keys of that profile, from both files; may be empty.
---  Its secrets can be asked for by name, and are not seen by `pairs`: no debug printer shows them
---@field profiles table<string, table<string, rekognition.ProfileValue>>  every profile, merged from both files
---@field sso_sessions table<string, table<string, rekognition.ProfileValue>>
---@field services table<string, table<string, rekognition.ProfileValue>>
---@field origins table<string, table<string, string>>  profile -> key -> the path of the file that it was read from
---@field settings table<string, rekognition.Setting>  every setting; a value that is nowhere set is nil
---@field config_path? string       where the config file is, or would be
---@field credentials_path? string  the same for the credentials file
---@field package env table<string, string>
---@field package endpoint_option? string  the client option `endpoint`
local Config = {}
Config.__index = Config

local M = {}

local function fail(message, ...)
  errors.raise { kind = "config", message = message:format(...) }
end

-- What the environment has under a name; an empty variable is as good as none.
local function variable(env, name)
  local value = env[name]
  return value ~= "" and value or nil
end

-- The value of the option "a.b" in { a = { b = value } }.
local function option_value(options, name)
  local value = options
  for part in name:gmatch("[^.]+") do
    if type(value) ~= "table" then return nil end
    value = rawget(value, part)
  end
  return value
end

--- Where a key of a profile was written: "profile NAME in PATH".
---@param profile string
---@param key string
---@return string
function Config:origin(profile, key)
  return ("profile %s in %s"):format(profile, (self.origins[profile] or {})[key] or "no file")
end

-- A key of the profile as text; one without a value is as good as none.
local function profile_text(config, key)
  local value = config.profile[key]
  if type(value) == "table" then
    fail("%s of %s has indented keys below it, and is to be a single value", key,
      config:origin(config.profile_name, key))
  end
  return value ~= "" and value or nil
end

-- The first place that has the setting, before its value is looked at.
local function find(config, rule, options)
  local option = option_value(options, rule.option or rule.name)
  if option ~= nil then return option, "client option", "client option " .. (rule.option or rule.name) end
  for _, name in ipairs(rule.env or {}) do
    local value = variable(config.env, name)
    if value then return value, "environment " .. name end
  end
  local value = rule.key and profile_text(config, rule.key)
  if value then
    local origin = config:origin(config.profile_name, rule.key)
    return value, origin, rule.key .. " of " .. origin
  end
end

local function resolve(config, rule, options)
  local found, source, where = find(config, rule, options)
  if found == nil then return { value = rule.default, source = "default" } end
  local read = source == "client option" and rule.read_option or rule.read
  local value, allowed = read(found)
  if value == nil then
    fail("%s is %s, and is to be %s", where or source, shown(found), allowed)
  end
  return { value = value, source = source }
end

-- The name of a service as in AWS_ENDPOINT_URL_<NAME> and in a services section: "sso-oidc" -> "sso_oidc".
local function service_key(service)
  return (service:lower():gsub("[^%w]", "_"))
end

-- The endpoint in the services section that the profile names.
local function services_endpoint(config, service)
  local name = profile_text(config, "services")
  if not name then return nil end
  local section = config.services[name]
  if not section then
    fail("services of %s is %s, and %s has no such section; write it as [services NAME], or remove the key",
      config:origin(config.profile_name, "services"), shown(name), config.config_path or "the config file")
  end
  local keys = section[service_key(service)]
  if type(keys) == "string" and keys ~= "" then
    fail("%s of [services %s] in %s has a value of its own, and is to have indented keys below it",
      service_key(service), name, config.config_path)
  end
  local url = type(keys) == "table" and keys.endpoint_url
  if url and url ~= "" then return url, ("services %s in %s"):format(name, config.config_path) end
end

--- The endpoint that is configured for a service, in the order of the guide's "Service-specific endpoints":
--- for Rekognition the client option; AWS_ENDPOINT_URL_<SERVICE>; AWS_ENDPOINT_URL; the profile's services section;
--- the profile's endpoint_url. With ignore_configured_endpoint_urls only the client option counts.
---@param service "rekognition"|"sts"|"sso"|"sso_oidc"|"signin"|string
---@return string? url     as it was written; rekognition.endpoint.resolve checks it
---@return string? source
function Config:endpoint_url(service)
  if service == "rekognition" and self.endpoint_option then return self.endpoint_option, "client option" end
  if self:get("ignore_configured_endpoint_urls") then return nil end
  for _, name in ipairs { "AWS_ENDPOINT_URL_" .. service_key(service):upper(), "AWS_ENDPOINT_URL" } do
    local value = variable(self.env, name)
    if value then return value, "environment " .. name end
  end
  local url, source = services_endpoint(self, service)
  if url then return url, source end
  url = profile_text(self, "endpoint_url")
  if url then return url, self:origin(self.profile_name, "endpoint_url") end
end

--- A setting's value and where it came from.
---@param name string  as in docs/configuration.md, "retry_mode" for instance
---@return any value
---@return string source
function Config:get(name)
  local setting = self.settings[name]
  if not setting then error(("there is no setting %q"):format(name), 2) end
  return setting.value, setting.source
end

--- Where a service is, with all that is configured of endpoints.
---@param service "rekognition"|"sts"|"sso"|"sso-oidc"|"signin"
---@param region? string  in the place of the configured one
---@return rekognition.Endpoint  without a region to sign for only where STS has a custom endpoint: some of its calls
---  are not signed
--- Raises a `config` error as rekognition.endpoint.resolve does, and where no region is known.
function Config:endpoint(service, region)
  local region_source
  if not region then region, region_source = self:get("region") end
  local url, url_source = self:endpoint_url(service)
  -- Without a region STS is asked at its global endpoint, as botocore does it.
  if not region and not url and service == "sts" then region = "aws-global" end
  if not region and service ~= "sts" then
    fail("Invalid Configuration: Missing Region; give the option region, set AWS_REGION, or write region in profile %s",
      self.profile_name)
  end
  return endpoint.resolve {
    service = service, region = region, region_source = region_source, endpoint = url, endpoint_source = url_source,
    use_fips = self:get("use_fips_endpoint"), use_dualstack = self:get("use_dualstack_endpoint"),
    use_global_endpoint = self:get("sts_regional_endpoints") == "legacy",
  }
end

-- The profile to use and what named it; nil where nothing did.
local function named_profile(options, env)
  if options.profile ~= nil then
    if type(options.profile) ~= "string" then
      fail("client option profile is a %s, and is to be a profile's name", type(options.profile))
    end
    return options.profile, "client option"
  end
  for _, name in ipairs { "AWS_DEFAULT_PROFILE", "AWS_PROFILE" } do
    local value = variable(env, name)
    if value then return value, "environment " .. name end
  end
end

local function choose_profile(config, options)
  local name, source = named_profile(options, config.env)
  if name and not config.profiles[name] then
    fail("profile %s (%s) is neither in %s nor in %s; write it there, or name another", shown(name),
      source == "client option" and "client option profile" or source,
      config.config_path or "a config file", config.credentials_path or "a credentials file")
  end
  config.profile_name, config.named_in_code = name or "default", options.profile ~= nil
  config.profile = config.profiles[config.profile_name] or {}
  config.settings = { profile = { value = config.profile_name, source = source or "default" } }
end

-- The proxies that the transport uses, and why; without the passwords in them.
local function resolve_proxies(config, options)
  local function set(name, value, from)
    local given = options.proxy
    if type(given) == "string" then value, from = name ~= "no_proxy" and given or nil, nil end
    if value == "" then value = nil end
    local source = value and (from and "environment " .. from or "client option") or "default"
    config.settings[name] = { value = value and proxy.shown(value), source = source }
  end
  set("http_proxy", proxy.of_scheme(config.env, "http"))
  set("https_proxy", proxy.of_scheme(config.env, "https"))
  set("no_proxy", proxy.exceptions(config.env))
end

local function resolve_all(config, options)
  for _, rule in ipairs(settings.rules) do
    config.settings[rule.name] = resolve(config, rule, options)
  end
  local mode, source = config:get("defaults_mode")
  local timeout = settings.connect_timeout(mode, config.env, config:get("region"))
  local connect_timeout = config.settings.connect_timeout
  if timeout and connect_timeout.source == "default" then
    connect_timeout.value, connect_timeout.source = timeout, ("defaults_mode %s, %s"):format(mode, source)
  end
  local url, url_source = config:endpoint_url("rekognition")
  config.settings.endpoint_url = { value = url, source = url_source or "default" }
  resolve_proxies(config, options)
end

--- Reads the configuration.
---@param options? table  `profile` (a name); `env`, in the place of the process environment; `logger`; `read_file`, a
---  function(path) -> content, or nil where there is no such file, or nil and why it can't be read; and every client
---  option that is a setting too: region, endpoint, use_fips, use_dualstack, retry = { mode, max_attempts }, ca_bundle,
---  app_id, connect_timeout (seconds), and any other by the setting's own name
---@return rekognition.Config
--- Raises a `config` error where a file can't be read or parsed, a named profile doesn't exist, or a value is not
--- allowed.
function M.load(options)
  options = options or {}
  local seam = seams.from(options)
  local config = setmetatable(files.load {
    env = seam.env, logger = seam.logger, read_file = options.read_file or files.read,
  }, Config)
  config.env = seam.env
  if options.endpoint ~= nil and type(options.endpoint) ~= "string" then
    fail("client option endpoint is a %s, and is to be a URL", type(options.endpoint))
  end
  config.endpoint_option = options.endpoint
  choose_profile(config, options)
  resolve_all(config, options)
  return config
end

return M

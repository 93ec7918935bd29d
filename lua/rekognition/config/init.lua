--- Configuration: client options, the environment, the shared files, and the defaults, in this order of precedence.
--
-- The rules are those of the AWS SDKs and Tools Reference Guide; docs/configuration.md has every setting and
-- what was chosen where AWS's SDKs differ.

local ascii = require "rekognition.text.ascii"
local endpoint = require "rekognition.endpoint"
local expect = require "rekognition.text.expect"
local nearest = require "rekognition.text.nearest"
local rek_error = require "rekognition.error"
local proxy = require "rekognition.http.proxy"
local seams = require "rekognition.seams"
local settings = require "rekognition.config.settings"
local quote = require "rekognition.text.quote"

local files = require("rekognition.lazy") "rekognition.config.files"

---@class rekognition.Setting
---@field value any
---@field source string  "client option", "environment NAME", "profile NAME in PATH", "services NAME in PATH", "default"

---@class rekognition.Config
---@field profile_name string  "default" if nothing names another
---@field named_in_code boolean  the option `profile` named it: the environment's keys are then left out
---@field profile table<string, rekognition.ProfileValue>  the keys of that profile, from both files; may be empty.
---  Its secrets can be asked for by name, and are not seen by `pairs`: no debug printer shows them
---@field profiles table<string, table<string, rekognition.ProfileValue>>  every profile, merged from both files
---@field sso_sessions table<string, table<string, rekognition.ProfileValue>>
---@field services table<string, table<string, rekognition.ProfileValue>>
---@field origins table<string, table<string, string>>  profile -> key -> the path of the file that it was read from
---@field settings table<string, rekognition.Setting>  every setting; a value that is nowhere set is nil
---@field package bare table<string, integer>
---@field malformed rekognition.ProfileProblem[]  the lines of both files that break the format, and were skipped
---@field config_path? string       where the config file is, or would be
---@field credentials_path? string  the same for the credentials file
---@field package env table<string, string>
---@field package endpoint_option? string  the client option `endpoint`
local Config = {}
Config.__index = Config

local M = expect.face({}, "rekognition.config")

local function fail(code, message, ...)
  rek_error.raise { kind = "config", code = code, message = message:format(...) }
end

-- The value of the option "a.b" in { a = { b = value } }.
local function option_value(options, name)
  if not name:find(".", 1, true) then return rawget(options, name) end
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

-- A key of the profile as text; nil if it has no value.
local function profile_text(config, key)
  local value = config.profile[key]
  if type(value) == "table" then
    fail("InvalidSetting", "%s of %s must be a single value, got indented lines below it", key,
      config:origin(config.profile_name, key))
  end
  return value
end

-- What a file's skipped lines may have to do with something that was not found.
local function skipped_lines(config)
  local first = config.malformed[1]
  if not first then return "" end
  return (". %s, line %d: %s"):format(first.path, first.line, first.message)
end

-- The same of a section that lacks the word `profile`: only the credentials file has profiles without it.
local function bare_section(config, name)
  local line = config.bare[name]
  return line and (". %s, line %d has [%s]; write [profile %s]"):format(config.config_path, line, name, name) or ""
end

--- Raises a `config` error (code InvalidConfigFile) if a line of the shared files breaks the format. For what must not
--- be guessed from half a file, such as an identity.
function Config:require_readable_files()
  local first = self.malformed[1]
  if not first then return end
  rek_error.raise {
    kind = "config", code = "InvalidConfigFile", path = first.path, line = first.line,
    message = ("%s, line %d: %s"):format(first.path, first.line, first.message),
  }
end

-- The value of an option, checked.
local function read_option(rule, value)
  local name, accepted = rule.option or rule.name, rule.kind.accept(value)
  if accepted == nil then
    fail("InvalidOption", "option %s must be %s, got %s%s", name, rule.kind.option_must or rule.kind.must,
      quote.value(value), nearest.hint(value, rule.kind.values or {}))
  end
  return accepted
end

local NONE = {}

-- The text that the environment or the profile has for a setting, where it is from, and how a message names it.
local function find_text(config, rule)
  for _, name in ipairs(rule.env or NONE) do
    local value = config.env[name]
    if value then return value, "environment " .. name, "environment variable " .. name end
  end
  local value = rule.key and profile_text(config, rule.key)
  if value then
    local origin = config:origin(config.profile_name, rule.key)
    return value, origin, rule.key .. " of " .. origin
  end
end

local function resolve(config, rule, options)
  local option = option_value(options, rule.option or rule.name)
  if option ~= nil then return { value = read_option(rule, option), source = "client option" } end
  local text, source, where = find_text(config, rule)
  if not text then return { value = rule.default, source = "default" } end
  local value = rule.kind.read(text)
  if value == nil then fail("InvalidSetting", "%s must be %s, got %s", where, rule.kind.must, quote.value(text)) end
  return { value = value, source = source }
end

-- The name of a service as in AWS_ENDPOINT_URL_<NAME> and in a services section: "sso-oidc" -> "sso_oidc".
local function service_key(service)
  return (ascii.lower(service):gsub("[^a-z0-9]", "_"))
end

-- The endpoint in the services section that the profile names.
local function services_endpoint(config, service)
  local name = profile_text(config, "services")
  if not name then return nil end
  local section = config.services[name]
  if not section then
    fail("InvalidSetting", "services of %s must be the name of a [services NAME] section of %s, got %s; write the "
      .. "section, or remove the key%s", config:origin(config.profile_name, "services"),
      config.config_path or "the config file", quote.value(name), skipped_lines(config))
  end
  local keys = section[service_key(service)]
  if type(keys) == "string" then
    fail("InvalidSetting", "%s of [services %s] in %s must have indented lines below it, got a value of its own",
      service_key(service), name, config.config_path)
  end
  local url = keys and keys.endpoint_url
  if url then return url, ("services %s in %s"):format(name, config.config_path) end
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
  for _, name in ipairs { "AWS_ENDPOINT_URL_" .. ascii.upper(service_key(service)), "AWS_ENDPOINT_URL" } do
    local value = self.env[name]
    if value then return value, "environment " .. name end
  end
  local url, source = services_endpoint(self, service)
  if url then return url, source end
  url = profile_text(self, "endpoint_url")
  if url then return url, self:origin(self.profile_name, "endpoint_url") end
  return nil
end

--- A setting's value and where it came from.
---@param name string  as in docs/configuration.md, "retry_mode" for instance
---@return any value
---@return string source
function Config:get(name)
  local setting = getmetatable(self) == Config and type(name) == "string" and self.settings[name]
  if not setting then
    expect.colon(getmetatable(self) == Config, 'config:get("region")')
    expect.argument(name, expect.STRING, "config:get", "name", { kind = "config", code = "UnknownSetting" })
    local names = ascii.names(self.settings)
    fail("UnknownSetting", "there is no setting %s%s; there are: %s", quote.value(name), nearest.hint(name, names),
      table.concat(names, ", "))
  end
  return setting.value, setting.source
end

--- Where a service is, with all that is configured of endpoints.
---@param service "rekognition"|"sts"|"sso"|"sso-oidc"|"signin"
---@param region? string  instead of the configured one
---@param given_url? string  an endpoint for one call, instead of the configured one
---@return rekognition.Endpoint  without a region to sign for only if STS has a custom endpoint: some of its calls
---  are not signed
--- Raises a `config` error as rekognition.endpoint.resolve does, with the code NoRegion if no region is known.
function Config:endpoint(service, region, given_url)
  local configured, region_source = self:get("region")
  if region ~= nil and region ~= configured then region_source = nil end
  region = region or configured
  if type(service) ~= "string" then
    fail("InvalidEndpoint", "service must be a service's name, got %s", quote.value(service))
  end
  local url, url_source = given_url, "call option endpoint"
  if not url then url, url_source = self:endpoint_url(service) end
  -- Without a region STS is asked at its global endpoint, as botocore does it.
  if not region and not url and service == "sts" then region = "aws-global" end
  if not region and service ~= "sts" then
    fail("NoRegion", "Invalid Configuration: Missing Region; pass the option region, set AWS_REGION, or write region "
      .. "in profile %s%s%s", self.profile_name, bare_section(self, self.profile_name), skipped_lines(self))
  end
  return endpoint.resolve {
    service = service, region = region, region_source = region_source, endpoint = url, endpoint_source = url_source,
    use_fips = self:get("use_fips_endpoint"), use_dualstack = self:get("use_dualstack_endpoint"),
    use_global_endpoint = self:get("sts_regional_endpoints") == "legacy",
  }
end

-- The profile to use and what named it; nil if nothing did.
local function named_profile(options, env)
  if options.profile ~= nil then
    if type(options.profile) ~= "string" or options.profile == "" then
      fail("InvalidOption", "option profile must be a profile's name, got %s", quote.value(options.profile))
    end
    return options.profile, "client option"
  end
  for _, name in ipairs { "AWS_DEFAULT_PROFILE", "AWS_PROFILE" } do
    local value = env[name]
    if value then return value, "environment " .. name end
  end
end

local function choose_profile(config, options)
  local name, source = named_profile(options, config.env)
  if name and not config.profiles[name] then
    fail("ProfileNotFound", "profile %s (%s) is neither in %s nor in %s; write it there, or name another%s%s",
      quote.value(name), source == "client option" and "option profile" or source,
      config.config_path or "a config file", config.credentials_path or "a credentials file",
      bare_section(config, name), skipped_lines(config))
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

local CALLABLE = { ["function"] = true, table = true, userdata = true }

-- Every name that an option may have: a client's options are passed on whole.
local OPTION_NAMES = { "profile", "env", "logger", "read_file", "endpoint", "retry", "proxy", "http" }
for name in pairs(settings.options) do
  if not name:find(".", 1, true) then OPTION_NAMES[#OPTION_NAMES + 1] = name end
end
local OPTIONS = {}
for _, name in ipairs(OPTION_NAMES) do OPTIONS[name] = true end

-- The options that are not settings. Returns them without a metatable.
local function check_options(options, names_are_checked)
  expect.dot(options, "config.load")
  expect.argument(options, expect.TABLE, "config.load", "options", { kind = "config", code = "InvalidOption" })
  options = expect.plain(options, OPTIONS)
  if not names_are_checked then
    expect.no_misspelling(options, OPTION_NAMES, "config.load", { kind = "config", code = "UnknownOption" })
  end
  local function check(name, must, ok)
    if options[name] ~= nil and not ok(options[name]) then
      fail("InvalidOption", "option %s must be %s, got %s", name, must, quote.value(options[name]))
    end
  end
  check("endpoint", "a URL", function(value) return type(value) == "string" end)
  check("env", "a table of variables", function(value) return type(value) == "table" end)
  check("read_file", "a function", function(value) return CALLABLE[type(value)] end)
  check("logger", "a function", function(value) return CALLABLE[type(value)] end)
  check("retry", "a table", function(value) return type(value) == "table" end)
  return options
end

-- The built-in transport's options do nothing for a transport of the host's own. That is reported, since the requests
-- would go another way than the options say.
local function report_ineffective(options, logger)
  if options.http == nil then return end
  for _, name in ipairs { "proxy", "ca_bundle" } do
    if options[name] ~= nil then
      logger("warn", "config.no_effect", { option = name,
        message = ("option %s has no effect, because option http replaces the built-in transport"):format(name) })
    end
  end
end

--- Reads the configuration.
---@param options? table  `profile` (a name); `env`, instead of the process's environment; `logger`; `read_file`, a
---  function(path) -> content, or nil if there is no such file, or nil and why it can't be read; and every client
---  option that is a setting too: region, endpoint, use_fips, use_dualstack, retry = { mode, max_attempts }, ca_bundle,
---  app_id, connect_timeout (seconds), and any other by the setting's own name
---@return rekognition.Config
--- Raises a `config` error: UnreadableFile, ProfileNotFound, InvalidSetting, InvalidOption; see docs/configuration.md.
---@param names_are_checked? boolean  a client has done it
function M.load(options, names_are_checked)
  if options == nil then options = {} end
  options = check_options(options, names_are_checked)
  local seam = seams.from(options)
  local config = setmetatable(files.load {
    env = seam.env, logger = seam.logger, read_file = options.read_file or files.read,
  }, Config)
  config.env = seam.env
  config.endpoint_option = options.endpoint
  choose_profile(config, options)
  resolve_all(config, options)
  report_ineffective(options, seam.logger)
  return config
end

M._region_hint = endpoint._region_hint -- of a host that could not be reached

return M

--- What every source is given: the seams, and the configuration, read when it is first asked for.

local check = require "rekognition.credentials.check"
local clocks = require "rekognition.call.clock"
local core = require "rekognition.core"
local files = require "rekognition.config.files"
local seams = require "rekognition.seams"
local quote = require "rekognition.text.quote"

---@class rekognition.CredentialContext : rekognition.Seams
---@field explicit_profile? string  the profile that the caller named in code
---@field mfa_token? fun(serial: string): string
---@field service_clock rekognition.Clock  the time as AWS has it: one for all services of a client
---@field channels table                    to services, see `rekognition.services`
---@field is_closed? fun(): boolean         whether the client that it belongs to is closed
local Context = {}
Context.__index = Context

local M = {}

--- Whether a value is a context.
---@return boolean
function M.is(value) return getmetatable(value) == Context end

-- In a task the others go on meanwhile.
local function run_process(argv, options)
  local driver = seams.driver()
  if driver then return driver:run_process(argv, options) end
  return core.run_process(argv, options)
end

--- A context from the options of a constructor; one that is passed is taken as it is, so that
--- several sources share one.
---@param options? table  see `rekognition.credentials.default`
---@return rekognition.CredentialContext
function M.from(options)
  if getmetatable(options) == Context then return options end
  options = options or {}
  local self, config = seams.from(options), options.config
  -- What a given configuration was made from stands for what isn't given here.
  if config and not options.env then self.env = config.env end
  self.explicit_profile = options.profile or config and config.named_in_code and config.profile_name or nil
  self.given_region = options.region
  self.given_config = config
  self.mfa_token = options.mfa_token
  self.service_clock = options.service_clock or clocks.new(self.clock)
  self.is_closed = options.is_closed
  self.channels = {}
  self.run_process = options.run_process or run_process
  self.read = options.read_file or files.read
  self.write = options.write_file or core.write_private
  return setmetatable(self, Context)
end

--- The configuration: the one given, or that of the environment and the shared files.
function Context:config()
  if not self.given_config then
    self.given_config = require("rekognition.config").load {
      profile = self.explicit_profile, region = self.given_region, env = self.env, logger = self.logger,
      read_file = self.read,
    }
  end
  return self.given_config
end

--- The name of the profile that is used.
---@return string
--- Raises a `config` error where the caller named one that does not exist.
function Context:profile_name()
  local name = self.explicit_profile
  if not name then return self:config().profile_name end
  if not self:profile(name) then check.misconfigured(("there is no profile %s"):format(quote.value(name))) end
  return name
end

--- A profile's keys, with lower-case names, or nil if there is no such profile.
---@param name string
---@return table<string, string>?  reading a key that has indented lines below it raises a `config` error
--- Raises a `config` error if a line of the files breaks the format: half a file must not decide who one is.
function Context:profile(name)
  local config = self:config()
  config:require_readable_files()
  local profile = config.profiles[name]
  return profile and setmetatable({}, { __index = function(_, key)
    local value = profile[key]
    if type(value) == "table" then
      check.misconfigured(("%s of %s must be a single value, got indented lines below it"):format(key,
        config:origin(name, key)))
    end
    return value
  end })
end

--- The region to ask a service in: the one given in code, or that of the client that the provider was given to, or
--- the configured one, or nil.
---@return string?
function Context:region()
  return self.given_region or self.client_region or (self:config():get("region"))
end

--- Takes the region of the client that a provider was given to. The first client's stays.
---@param region string
function Context:adopt_region(region)
  self.client_region = self.client_region or region
end

--- A variable of the environment; see `rekognition.seams` for when it counts as unset.
---@param name string
---@return string?
function Context:variable(name)
  return self.env[name]
end

--- Where a service is; see `rekognition.config`.
---@param service "sts"|"sso"|"sso-oidc"|"signin"|"s3"|"cloudwatch"
---@param region? string
---@return rekognition.Endpoint
function Context:endpoint(service, region)
  return self:config():endpoint(service, region)
end

--- A path with a leading "~" put in full.
---@param path string
---@return string? path  nil where there is no home folder
function Context:expand(path)
  return files.expand(path, self.env)
end

--- A whole file, or nil and why not.
---@param path string
---@return string?, string?
function Context:read_file(path)
  local full = self:expand(path)
  if not full then return nil, path .. ": there is no home folder (HOME is not set)" end
  local text, why = self.read(full)
  if not text then return nil, why or full .. ": no such file" end
  if #text > check.MAX_DOCUMENT then return nil, ("%s: larger than %d bytes"):format(full, check.MAX_DOCUMENT) end
  return text
end

--- Replaces a file as a whole; see `core.write_private`.
---@param path string
---@param text string
---@return boolean?, string?
function Context:write_file(path, text)
  local full = self:expand(path)
  if not full then return nil, path .. ": there is no home folder (HOME is not set)" end
  return self.write(full, text)
end

return M

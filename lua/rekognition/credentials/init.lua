--- Credentials: every source, the default chain of them, and the constructors to build one's own.
--
-- A provider is an object with `get()`, which returns `{ access_key_id, secret_access_key, session_token,
-- expiration (epoch seconds), account_id, source }`, renewed where it is time, and `refresh()`, which
-- renews immediately. Nothing is read, asked or run before the first `get()`. docs/credentials.md has the
-- chain, each source's settings, and what was chosen where AWS's SDKs differ.

local contexts = require "rekognition.credentials.context"
local expect = require "rekognition.text.expect"
local rek_error = require "rekognition.error"

---@class rekognition.credentials
local M = expect.face({}, "rekognition.credentials")

---@class rekognition.CredentialOptions
---@field env? table<string, string>
---@field http? fun(request: rekognition.HttpRequest): rekognition.HttpResponse?, rekognition.HttpFailure?
---@field clock? fun(): number
---@field sleep? fun(seconds: number)
---@field random? fun(): number
---@field logger? fun(level: string, event: string, fields: table)
---@field config? rekognition.Config   by default read from `env` and the shared files; its own environment and the
---  profile that it was told stand for `env` and `profile` where these are absent
---@field profile? string              a profile named in code: the environment's keys and web identity
---  are then left out, as in botocore
---@field region? string               for STS and sign-in, instead of the configured one
---@field mfa_token? fun(serial: string): string  asks for the code of an MFA device

local REGION = expect.kind("a region, a non-empty string", expect.TEXT.test)
local OPTIONS = {
  env = expect.TABLE, http = expect.FUNCTION, clock = expect.FUNCTION, sleep = expect.FUNCTION,
  random = expect.FUNCTION, logger = expect.FUNCTION, config = expect.TABLE, profile = expect.TEXT, region = REGION,
  mfa_token = expect.FUNCTION, read_file = expect.FUNCTION, write_file = expect.FUNCTION,
  run_process = expect.FUNCTION,
}
local INVALID = { kind = "config", code = "InvalidOption" }
local UNKNOWN = { kind = "config", code = "UnknownOption" }
local PROVIDER = expect.kind("a provider, an object with get()", function(value)
  local found = type(value)
  return (found == "table" or found == "userdata") and value.get ~= nil
end)
-- Names of other options, of those that take any: what a source is made of.
local ROLE = { role_arn = expect.TEXT, source = PROVIDER, role_session_name = expect.TEXT, external_id = expect.TEXT,
               duration_seconds = expect.ANY, mfa_serial = expect.TEXT, policy = expect.TEXT }
local WEB_IDENTITY = { role_arn = expect.TEXT, web_identity_token_file = expect.TEXT, role_session_name = expect.TEXT,
                       duration_seconds = expect.ANY }
local SSO = { sso_account_id = expect.TEXT, sso_role_name = expect.TEXT, sso_start_url = expect.TEXT,
              sso_region = expect.TEXT, sso_session = expect.TEXT }
local LOGIN = { login_session = expect.TEXT }
local PROCESS = { command = expect.TEXT, account_id = expect.ANY }

-- The context for a source, of checked options. `own`: the options of this source alone; `needed`: those that it must
-- have.
local function context_of(options, f, own, needed)
  f = "credentials." .. f
  expect.dot(options, f)
  if contexts.is(options) then return options end
  if options == nil and not needed then return contexts.from(nil) end
  expect.argument(options, expect.TABLE, f, "options", INVALID)
  local names = {}
  for _, known in ipairs { OPTIONS, own } do
    for name in pairs(known) do names[#names + 1] = name end
  end
  expect.no_misspelling(options, names, f, UNKNOWN)
  expect.values(options, OPTIONS, f, INVALID)
  expect.values(options, own or {}, f, INVALID)
  for _, name in ipairs(needed or {}) do
    expect.argument(options[name], own[name], f, "option " .. name, { kind = "config", code = "InvalidConfiguration" })
  end
  return contexts.from(options)
end

-- Each source's module is loaded when it is first used.
local function source(name)
  return require("rekognition.credentials." .. name)
end

-- The provider that the chosen profile asks for.
local function of_profile(name, context)
  return source("provider").lazy(name, function()
    return source(name).find(context, context:profile_name(), context.explicit_profile ~= nil)
  end)
end

--- The default chain: see docs/credentials.md for its order.
---@param options? rekognition.CredentialOptions
---@return rekognition.CredentialProvider
function M.default(options)
  return source("default").new(context_of(options, "default"))
end

--- Fixed credentials.
---@param fields { access_key_id: string, secret_access_key: string, session_token?: string, account_id?: string }
---@return rekognition.CredentialProvider
function M.static(fields)
  return source("static").given(fields)
end

--- Credentials from a function; see `rekognition.credentials.function`.
---@param get fun(): table?, string?
---@param options? rekognition.CredentialOptions
---@return rekognition.CredentialProvider
function M.from_function(get, options)
  expect.argument(get, expect.FUNCTION, "credentials.from_function", "get", INVALID)
  return source("function").new(get, context_of(options, "from_function"))
end

local LIST = expect.kind("a list of providers", function(value) return type(value) == "table" and not value.get end)

--- The first of several providers that has credentials.
---@param list table[]
---@return rekognition.CredentialChain
function M.chain(list)
  expect.argument(list, LIST, "credentials.chain", "list", INVALID)
  for place, provider in ipairs(list) do
    expect.argument(provider, PROVIDER, "credentials.chain", ("list[%d]"):format(place), INVALID)
  end
  return source("chain").new(list)
end

--- A role's credentials, by other credentials: `{ source = provider, role_arn = ..., ... }`.
---@param options rekognition.AssumeRole|rekognition.CredentialOptions
---@return rekognition.CredentialProvider
function M.assume_role(options)
  local context = context_of(options, "assume_role", ROLE, { "role_arn", "source" })
  return source("assume_role").new(options, context)
end

--- The environment's keys.
---@param options? rekognition.CredentialOptions
---@return rekognition.CredentialProvider
function M.environment(options)
  return source("environment").new(context_of(options, "environment"))
end

--- A role's credentials, by a token file: with `role_arn` and `web_identity_token_file` (and
--- `role_session_name`, `duration_seconds`), or without, as the environment and the profile say.
---@param options? rekognition.CredentialOptions
---@return rekognition.CredentialProvider
function M.web_identity(options)
  local context = context_of(options, "web_identity", WEB_IDENTITY,
    options and type(options) == "table" and options.web_identity_token_file and { "role_arn" } or nil)
  if options and options.web_identity_token_file then return source("web_identity").new(options, context) end
  return of_profile("web_identity", context)
end

--- Whatever the profile named by `profile` (or the chosen one) says: a role, keys, SSO, ...
---@param options? rekognition.CredentialOptions
---@return rekognition.CredentialProvider
function M.profile(options)
  return source("profile").new(context_of(options, "profile"))
end

--- IAM Identity Center: with `sso_account_id`, `sso_role_name`, `sso_start_url`, `sso_region` (and
--- `sso_session`, a name), or without, as the profile says.
---@param options? rekognition.CredentialOptions
---@return rekognition.CredentialProvider
function M.sso(options)
  local context = context_of(options, "sso", SSO)
  if options and options.sso_account_id then return source("sso").new(options, context) end
  return of_profile("sso", context)
end

--- A session of `aws login`: with `login_session`, or without, as the profile says.
---@param options? rekognition.CredentialOptions
---@return rekognition.CredentialProvider
function M.login(options)
  local context = context_of(options, "login", LOGIN)
  if options and options.login_session then return source("login").new(options.login_session, context) end
  return of_profile("login", context)
end

--- A command that prints credentials: with `command`, or without, the profile's credential_process.
---@param options? rekognition.CredentialOptions
---@return rekognition.CredentialProvider
function M.process(options)
  local context = context_of(options, "process", PROCESS)
  if options and options.command then return source("process").new(options, context) end
  return of_profile("process", context)
end

--- The endpoint of an ECS task or an EKS pod, as the environment says.
---@param options? rekognition.CredentialOptions
---@return rekognition.CredentialProvider
function M.container(options)
  return source("container").new(context_of(options, "container"))
end

--- The EC2 instance metadata service.
---@param options? rekognition.CredentialOptions
---@return rekognition.CredentialProvider
function M.imds(options)
  return source("imds").new(context_of(options, "imds"))
end

--- A provider from what a client's option `credentials` may be: a table of keys, an object with get(), a function, or
--- nil for the default chain. A provider that was made by hand, without a region, then asks in the client's region.
---@param value table|function|userdata|nil
---@param options? rekognition.CredentialOptions
---@return table provider
--- Raises an error of kind "config" for anything else.
function M.resolve(value, options)
  if value == nil then return M.default(options) end
  if type(value) == "function" then return M.from_function(value, options) end
  if type(value) == "userdata" then return value end
  if type(value) == "table" then
    if not value.get then return M.static(value) end
    if value.adopt_region and options and options.given_region then value:adopt_region(options.given_region) end
    return value
  end
  return rek_error.raise { kind = "config", code = "InvalidOption",
    message = "credentials must be a table of keys, a provider or a function, got a " .. type(value) }
end

return M

--- Credentials: every source, the default chain of them, and the constructors to build one's own.
--
-- A provider is an object with `get()`, which returns `{ access_key_id, secret_access_key, session_token,
-- expiration (epoch seconds), account_id, source }`, renewed where it is time, and `refresh()`, which
-- renews immediately. Nothing is read, asked or run before the first `get()`. docs/credentials.md has the
-- chain, each source's settings, and what was chosen where AWS's SDKs differ.

local contexts = require "rekognition.credentials.context"
local rek_error = require "rekognition.error"
local quote = require "rekognition.text.quote"

local M = {}

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
  return source("default").new(contexts.from(options))
end

--- Fixed credentials.
---@param fields { access_key_id: string, secret_access_key: string, session_token?: string, account_id?: string }
---@return rekognition.CredentialProvider
function M.static(fields)
  return source("static").new(fields)
end

--- Credentials from a function; see `rekognition.credentials.function`.
---@param get fun(): table?, string?
---@param options? rekognition.CredentialOptions
---@return rekognition.CredentialProvider
function M.from_function(get, options)
  return source("function").new(get, contexts.from(options))
end

--- The first of several providers that has credentials.
---@param list table[]
---@return rekognition.CredentialChain
function M.chain(list)
  return source("chain").new(list)
end

--- A role's credentials, by other credentials: `{ source = provider, role_arn = ..., ... }`.
---@param options rekognition.AssumeRole|rekognition.CredentialOptions
---@return rekognition.CredentialProvider
function M.assume_role(options)
  return source("assume_role").new(options, contexts.from(options))
end

--- The environment's keys.
---@param options? rekognition.CredentialOptions
---@return rekognition.CredentialProvider
function M.environment(options)
  return source("environment").new(contexts.from(options))
end

--- A role's credentials, by a token file: with `role_arn` and `web_identity_token_file` (and
--- `role_session_name`, `duration_seconds`), or without, as the environment and the profile say.
---@param options? rekognition.CredentialOptions
---@return rekognition.CredentialProvider
function M.web_identity(options)
  local context = contexts.from(options)
  if options and options.web_identity_token_file then return source("web_identity").new(options, context) end
  return of_profile("web_identity", context)
end

--- Whatever the profile named by `profile` (or the chosen one) says: a role, keys, SSO, ...
---@param options? rekognition.CredentialOptions
---@return rekognition.CredentialProvider
function M.profile(options)
  return source("profile").new(contexts.from(options))
end

--- IAM Identity Center: with `sso_account_id`, `sso_role_name`, `sso_start_url`, `sso_region` (and
--- `sso_session`, a name), or without, as the profile says.
---@param options? rekognition.CredentialOptions
---@return rekognition.CredentialProvider
function M.sso(options)
  local context = contexts.from(options)
  if options and options.sso_account_id then return source("sso").new(options, context) end
  return of_profile("sso", context)
end

--- A session of `aws login`: with `login_session`, or without, as the profile says.
---@param options? rekognition.CredentialOptions
---@return rekognition.CredentialProvider
function M.login(options)
  local context = contexts.from(options)
  if options and options.login_session then return source("login").new(options.login_session, context) end
  return of_profile("login", context)
end

--- A command that prints credentials: with `command`, or without, the profile's credential_process.
---@param options? rekognition.CredentialOptions
---@return rekognition.CredentialProvider
function M.process(options)
  local context = contexts.from(options)
  if options and options.command then return source("process").new(options, context) end
  return of_profile("process", context)
end

--- The endpoint of an ECS task or an EKS pod, as the environment says.
---@param options? rekognition.CredentialOptions
---@return rekognition.CredentialProvider
function M.container(options)
  return source("container").new(contexts.from(options))
end

--- The EC2 instance metadata service.
---@param options? rekognition.CredentialOptions
---@return rekognition.CredentialProvider
function M.imds(options)
  return source("imds").new(contexts.from(options))
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
    message = "credentials must be a table of keys, a provider or a function, got " .. quote.value(value) }
end

return M

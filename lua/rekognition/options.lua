--- The options of a client, of a call, of a wait and of presigning: what they may be, checked before anything is done.

local core = require "rekognition.core"
local ascii = require "rekognition.text.ascii"
local rek_error = require "rekognition.error"
local expect = require "rekognition.text.expect"
local nearest = require "rekognition.text.nearest"
local quote = require "rekognition.text.quote"
local settings = require "rekognition.config.settings"

local M = {}

local kind = expect.kind

local function one_of(...)
  local values = { ... }
  return kind('"' .. table.concat(values, '", "') .. '"', function(value)
    for _, allowed in ipairs(values) do
      if value == allowed then return true end
    end
    return false
  end, { values = values })
end

-- libcurl counts milliseconds in 32 bits.
local MAX_SECONDS = 2147483

local TEXT, CALLABLE, TABLE = expect.TEXT, expect.FUNCTION, expect.TABLE
local SECONDS = kind(("a positive number of seconds, at most %d"):format(MAX_SECONDS), function(value)
  return type(value) == "number" and value > 0 and value <= MAX_SECONDS
end)
local COUNT = kind("a whole number of at least 1", function(value)
  return type(value) == "number" and math.tointeger(value) and value >= 1 and value <= 2147483647
end)
local PROXY = kind("a string without NUL bytes", function(value)
  return type(value) == "string" and not value:find("\0", 1, true)
end, { secret = true })
local RATE = kind("a table of calls a second (numbers above 0) by operation or \"*\"", function(value)
  return type(value) == "table"
end)

-- An object from C, which may have no fields at all.
local function has_get(userdata)
  local ok, get = pcall(function() return userdata.get end)
  return ok and get ~= nil
end

local CREDENTIALS = kind("a table of keys, a provider (an object with get()) or a function", function(value)
  local found = type(value)
  return found == "table" or found == "function" or found == "userdata" and has_get(value)
end, { secret = true })

-- A setting's kind: `rekognition.config.settings` has the rules of the options that are settings too.
local function of_setting(setting)
  return kind(setting.option_must or setting.must, function(value) return setting.accept(value) ~= nil end,
    { values = setting.values })
end

local CLIENT = {
  profile = TEXT, endpoint = TEXT, credentials = CREDENTIALS,
  retry = TABLE, hooks = TABLE,
  timeout = SECONDS, total_timeout = SECONDS,
  proxy = PROXY, client_cert = TEXT, client_key = TEXT,
  max_connections = COUNT, max_response_bytes = COUNT, max_in_flight = COUNT, max_queued = COUNT,
  when_full = one_of("wait", "error"), rate = RATE,
  logger = CALLABLE, mfa_token = CALLABLE,
  http = CALLABLE, env = TABLE, clock = CALLABLE, sleep = CALLABLE, random = CALLABLE,
}
for name, setting in pairs(settings.options) do
  if not name:find(".", 1, true) then CLIENT[name] = of_setting(setting) end
end

local RETRY = {
  mode = of_setting(settings.options["retry.mode"]),
  max_attempts = of_setting(settings.options["retry.max_attempts"]),
  initial_tokens = kind("a number of at least 0", function(value)
    return type(value) == "number" and value >= 0
  end),
  max_backoff = SECONDS,
  limit_exceeded = one_of("throttling", "fail"),
}

local HOOKS = { before_attempt = CALLABLE, after_attempt = CALLABLE }

local CALL = {
  timeout = SECONDS, connect_timeout = SECONDS, total_timeout = SECONDS, retry = TABLE, headers = TABLE,
  credentials = CREDENTIALS, region = TEXT, endpoint = TEXT, hooks = TABLE,
}

local WAIT = {
  delay = SECONDS, timeout = SECONDS, on_poll = CALLABLE, call = TABLE,
}

local PRESIGN = {
  expires = kind("a whole number of seconds from 1 to 604800", function(value)
    return type(value) == "number" and math.tointeger(value) and value >= 1 and value <= 604800
  end),
  credentials = CREDENTIALS, region = TEXT, endpoint = TEXT, total_timeout = SECONDS,
}

local function refuse(code, message)
  rek_error.raise { kind = "config", code = code, message = message }
end

-- What to use instead of an option that another SDK has, or that belongs one level deeper. What a client alone has is
-- no help in a call.
local function use_instead(name, known)
  local familiar = require "rekognition.text.familiar"
  if known == RETRY or known == HOOKS then return nil end
  if known == WAIT then return familiar.of_wait(name) or CALL[name] and ("call = { %s = ... }"):format(name) end
  local use = familiar.option(name)
  local option = use and (use:match "option ([a-z_]+)$" or use:match "^[a-z_]+")
  return use and (known == CLIENT or known[option]) and use or nil
end

local function unknown(path, name, known)
  local use = use_instead(name, known)
  if use then refuse("UnknownOption", ("unknown option %s; use %s"):format(path, use)) end
  local all = ascii.names(known)
  refuse("UnknownOption", ("unknown option %s%s; the options are: %s"):format(
    path, nearest.hint(name, all), table.concat(all, ", ")))
end

-- Returns them without a metatable.
local function check(options, known, prefix)
  if type(options) ~= "table" then
    refuse("InvalidOption", ("%s must be a table, got %s"):format(prefix, quote.value(options)))
  end
  options = expect.plain(options, known)
  for name, value in next, options do
    local path = prefix == "options" and quote.name(name) or prefix .. "." .. quote.name(name)
    local wanted = known[name]
    if not wanted then unknown(path, name, known) end
    if not wanted.test(value) then
      refuse("InvalidOption", ("option %s must be %s, got %s%s"):format(path, wanted.must,
        wanted.secret and "a " .. type(value) or quote.value(value), nearest.hint(value, wanted.values or {})))
    end
  end
  return options
end

local function check_rate(rate)
  for name, value in next, rate do
    if type(name) ~= "string" then
      refuse("InvalidOption", "option rate must have operations or \"*\" as its keys, got " .. quote.value(name))
    elseif type(value) ~= "number" or not (value > 0 and value < math.huge) then
      refuse("InvalidOption", ("option rate.%s must be a number above 0, calls a second, got %s"):format(
        quote.name(name), quote.value(value)))
    elseif name ~= "*" and not core.service:has(name) then -- it would have no effect
      refuse("InvalidOption", "option rate: " .. require("rekognition.call.slips").operation(name))
    end
  end
end

-- The options with one of them in another form.
local function with(options, name, value)
  if options[name] == value then return options end
  local changed = {}
  for key, given in next, options do changed[key] = given end
  changed[name] = value
  return changed
end

local function check_parts(options)
  if options.retry ~= nil then options = with(options, "retry", check(options.retry, RETRY, "retry")) end
  if options.hooks ~= nil then options = with(options, "hooks", check(options.hooks, HOOKS, "hooks")) end
  return options
end

--- Checks the options of a client. Raises a `config` error that names the option, its value and what it must be. What
--- a metatable's `__index` has is an option too, here and below.
---@param options table
---@param module? table  the module `rekognition`, which is no set of options
---@return table options  without metatables
function M.check_client(options, module)
  if rawequal(options, module) then
    refuse("InvalidCall", "client must be called with a dot: rekognition.client { region = \"us-east-1\" }")
  end
  options = check(options, CLIENT, "options")
  if options.rate then check_rate(options.rate) end
  return check_parts(options)
end

--- Checks the options of one call.
---@return table options  without metatables
function M.check_call(options) return check_parts(check(options, CALL, "options")) end

--- Checks the options of `client:wait`.
---@return table options  without metatables
function M.check_wait(options)
  options = check(options, WAIT, "options")
  if options.call == nil then return options end
  return with(options, "call", check_parts(check(options.call, CALL, "call")))
end

--- Checks the options of `client:presign`.
---@return table options  without a metatable
function M.check_presign(options) return check(options, PRESIGN, "options") end

return M

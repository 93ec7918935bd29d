-- Watches the whole run for secrets: every secret that passes through the SDK is remembered, and
-- every error and log entry that is made is searched for all of them. A find fails the spec in which
-- it is made, and `found` keeps it for secrets_spec.lua.

local M = { found = {}, seen = 0, looked = 0 }

local known = {}

--- Remembers a secret. Short ones are left out: their letters stand in innocent words.
function M.remember(secret)
  if type(secret) == "string" and #secret >= 10 and not known[secret] then
    known[secret] = true
    M.seen = M.seen + 1
  end
end

local function remember_credentials(credentials)
  if type(credentials) ~= "table" then return end
  M.remember(rawget(credentials, "secret_access_key"))
  M.remember(rawget(credentials, "session_token"))
end

-- Searches strings, and tables to their ends (not behind metatables: a printer would not go there).
local function search(value, where, visited)
  if type(value) == "string" then
    for secret in pairs(known) do
      if value:find(secret, 1, true) then
        M.found[#M.found + 1] = where
        error("a secret stands in " .. where, 0)
      end
    end
  elseif type(value) == "table" and not visited[value] then
    visited[value] = true
    for key, item in next, value do
      search(key, where, visited)
      search(item, where .. "." .. tostring(key), visited)
    end
  end
end

function M.look(value, where)
  M.looked = M.looked + 1
  search(value, where, {})
  search(tostring(value), "tostring of " .. where, {})
end

local function wrap(module, name, around)
  local inner = module[name]
  module[name] = function(...) return around(inner, ...) end
end

--- Puts the watch in place: once, before the specs.
function M.watch()
  wrap(require "rekognition.error", "new", function(new, fields)
    fields.where = fields.where or require("rekognition.error").place() -- this function is no caller of the library
    local made = new(fields)
    M.look(made, "an error of kind " .. tostring(made.kind))
    return made
  end)
  wrap(require "rekognition.seams", "from", function(from, options)
    local seams = from(options)
    local logger = seams.logger
    seams.logger = function(level, event, fields)
      M.look(fields, "the log entry " .. tostring(event))
      return logger(level, event, fields)
    end
    return seams
  end)
  wrap(require "rekognition.sigv4", "sign", function(sign, request, options)
    if type(options) == "table" then remember_credentials(rawget(options, "credentials")) end
    return sign(request, options)
  end)
  wrap(require "rekognition.credentials.provider", "new", function(new, source, context)
    local fetch = source.fetch
    source.fetch = function(...)
      local credentials, reason = fetch(...)
      remember_credentials(credentials)
      return credentials, reason
    end
    return new(source, context)
  end)
  wrap(require "rekognition.credentials.check", "credentials", function(check, name, fields, ...)
    remember_credentials(fields)
    return check(name, fields, ...)
  end)
end

return M

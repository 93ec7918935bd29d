--- What every source's response goes through: credentials are taken strictly, since they end in
--- headers and in signatures. No message here holds a value.

local core = require "rekognition.core"
local rek_error = require "rekognition.error"
local time = require "rekognition.text.time"

local M = {}

-- Choices, well over what AWS hands out (a session token has some 1 to 2 KB, 4 KB at most).
local MAX_KEY, MAX_TOKEN, MAX_MESSAGE = 1024, 64 * 1024, 1000
--- The most that is read from a file, a process or a response. A choice.
M.MAX_DOCUMENT = 1024 * 1024

--- Raises an error of kind "credentials"; its `reason` is the message without the source's name.
---@param source string   the source's name, as in `credentials.source`
---@param message string
---@param extra? table    further fields of the error
function M.fail(source, message, extra)
  -- A service's own words may be in it.
  message = require("rekognition.text.redact").signing(message):gsub("[\0-\31\127]+", " "):sub(1, MAX_MESSAGE)
  local fields = { kind = "credentials", message = source .. ": " .. message, reason = message }
  for name, value in pairs(extra or {}) do fields[name] = value end
  rek_error.raise(fields)
end

-- The parts of a service's failure that the error of a source keeps.
local KEPT = { "code", "status", "request_id", "attempts", "retryable", "retry_outcome", "elapsed", "oauth_error" }

--- Calls a service. Where that fails, the error is the source's: kind "credentials", with the service's code.
---@param source string
---@param what string   "STS AssumeRole"
---@param f function
function M.ask(source, what, f, ...)
  local ok, result = pcall(f, ...)
  if ok then return result end
  M.pass_on(result)
  if result.kind == "config" or result.kind == "credentials" then error(result, 0) end
  local extra = { cause = result }
  for _, name in ipairs(KEPT) do extra[name] = result[name] end
  return M.fail(source, ("%s: %s: %s"):format(what, result.code, result.message), extra)
end

--- Raises again what is not a source's own failure: a cancelled call, a closed client, and what is not an error of
--- the SDK.
---@param failure any  what pcall caught
function M.pass_on(failure)
  if not rek_error.is_error(failure) or failure.kind == "cancelled" or failure.code == "ClientClosed" then
    error(failure, 0)
  end
end

--- Raises an error of kind "config": the settings can't be what was meant.
---@param message string
function M.misconfigured(message)
  rek_error.raise { kind = "config", code = "InvalidConfiguration", message = message }
end

--- A text that may stand in a header: no control characters (NUL, CR and LF among them).
---@param source string
---@param name string   what the value is called where it comes from
---@param value any
---@param limit? integer bytes
---@return string
function M.text(source, name, value, limit)
  if type(value) ~= "string" or value == "" then M.fail(source, name .. " is missing or empty") end
  if #value > (limit or MAX_TOKEN) then
    M.fail(source, ("%s is too long (%d bytes; at most %d)"):format(name, #value, limit or MAX_TOKEN))
  end
  if value:find("[\0-\31\127]") then
    M.fail(source, name .. " holds a control character (a line break or a NUL, say)")
  end
  return value
end

local function optional(source, name, value)
  if value == nil or value == "" then return nil end
  return M.text(source, name, value)
end

-- An account is twelve digits; as a number it has lost the zeros in front.
local function account_of(source, name, value)
  local number = type(value) == "number" and math.tointeger(value)
  if number then value = ("%012d"):format(number) end
  return optional(source, name, value)
end

local function expiration_of(source, name, value)
  if value == nil or value == "" then return nil end
  if type(value) == "number" and value > -2 ^ 53 and value < 2 ^ 53 then return value end
  local epoch = time.parse(value)
  if not epoch then M.fail(source, name .. " must be a time with a zone, such as 2099-01-02T03:04:05Z") end
  return epoch
end

--- Credentials from a source's fields, checked.
---@param source string
---@param fields table  as the source gave them
---@param names? table<string, string>  what the source calls access_key_id, secret_access_key,
---  session_token, expiration and account_id
---@return rekognition.Credentials
function M.credentials(source, fields, names)
  names = names or {}
  local function name(key) return names[key] or key end
  return {
    access_key_id = M.text(source, name "access_key_id", fields[name "access_key_id"], MAX_KEY),
    secret_access_key = M.text(source, name "secret_access_key", fields[name "secret_access_key"], MAX_KEY),
    session_token = optional(source, name "session_token", fields[name "session_token"]),
    expiration = expiration_of(source, name "expiration", fields[name "expiration"]),
    account_id = account_of(source, name "account_id", fields[name "account_id"]),
    source = source,
  }
end

--- A JSON object; a failure names the source and says nothing of the text, which may hold secrets.
---@param source string
---@param what string   "the response", "the cache file ..."
---@param text string
---@return table
function M.json(source, what, text)
  if #text > M.MAX_DOCUMENT then
    M.fail(source, ("%s is too large (%d bytes; at most %d)"):format(what, #text, M.MAX_DOCUMENT))
  end
  local value = core.read_json(text)
  if type(value) ~= "table" then M.fail(source, what .. " is not a JSON object") end
  return value
end

--- A table as JSON, for the token caches.
---@param value table
---@return string
function M.to_json(value)
  return require("rekognition.text.json").write(value)
end

return M

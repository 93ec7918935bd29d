--- Credentials that are given outright.

local check = require "rekognition.credentials.check"
local expect = require "rekognition.text.expect"

local M = {}

local Static = {}
Static.__index = Static
Static.__tostring = function(self) return "credentials from " .. self.name end

function Static:get() return self._fixed() end
function Static:refresh() return self._fixed() end

--- A provider of fixed credentials.
---@param fields table  access_key_id, secret_access_key, session_token, account_id, expiration
---@param name? string  the source's name; "static" by default
---@return rekognition.CredentialProvider
--- Raises an error of kind "credentials" for fields that can't be credentials.
function M.new(fields, name)
  local credentials = check.credentials(name or "static", fields)
  -- `_fixed` returns what get() would for ever. A function, so that a debug printer doesn't come upon the keys.
  return setmetatable({ name = name or "static", _fixed = function() return credentials end }, Static)
end

local CREDENTIALS = { kind = "credentials", code = "InvalidCredentials" }
local KEYS = { "access_key_id", "secret_access_key", "session_token", "account_id", "expiration" }
local IS_KEY = { access_key_id = true, secret_access_key = true, session_token = true, account_id = true,
                 expiration = true }
local FIELDS = expect.kind("a table with access_key_id and secret_access_key",
  function(value) return type(value) == "table" end, { secret = true })
local SECRET = expect.kind("a non-empty string", function(value) return type(value) == "string" and value ~= "" end,
  { secret = true })

--- The same for fields that a program gave, which may have any slip in them.
---@param fields table
---@return rekognition.CredentialProvider
function M.given(fields)
  expect.argument(fields, FIELDS, "credentials.static", "fields", CREDENTIALS)
  for name in next, fields do
    local use = not IS_KEY[name] and require("rekognition.text.familiar").credential(name)
    if use then
      expect.refuse(CREDENTIALS.code, ("credentials.static: unknown name %s; use %s"):format(name, use), CREDENTIALS)
    end
  end
  expect.no_misspelling(fields, KEYS, "credentials.static", CREDENTIALS)
  for _, name in ipairs { "access_key_id", "secret_access_key" } do
    expect.argument(fields[name], SECRET, "credentials.static", name, CREDENTIALS)
  end
  return M.new(fields)
end

return M

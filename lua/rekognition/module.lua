--- What `require "rekognition"` returns: the Amazon Rekognition SDK for Lua.
--
-- Requiring it sets no globals and blocks on nothing. What a call, an error, a retry or a renewal of credentials needs
-- is in memory then: it doesn't matter what becomes of the files, of package.path, `require` or `io` later.

local core = require "rekognition.core"
local expect = require "rekognition.text.expect"
local lazy = require "rekognition.lazy"
local familiar = lazy "rekognition.text.familiar"
local rek_error = require "rekognition.error"

local rawset = rawset -- which a host may take away
local face = (...):match "^[a-z]+" -- "rekognition", since this is "rekognition.module"

---@class rekognition.Module
---@field async rekognition.async
---@field credentials rekognition.credentials
---@field custom_labels rekognition.custom_labels
---@field timestamp { format: fun(seconds: number): string }
local M = {
  version = core.version,
  config = require "rekognition.config",
  endpoint = require "rekognition.endpoint",
  error = rek_error,
  guard = rek_error.guard,
  sigv4 = expect.stands_for(lazy "rekognition.sigv4", "rekognition.sigv4"),
}

local client = require "rekognition.client"

--- Makes a client: `rekognition.client { region = "us-east-1" }`; see `rekognition.client`.
---@param options? rekognition.ClientOptions
---@return rekognition.Client
function M.client(options)
  return client.new(options, M)
end

--- Loads all parts now, and reads the system's certificates: before a chroot, a sandbox, or a drop of privileges. The
--- emulator and the command line are not among the parts.
function M.preload(...)
  expect.dot((...), "rekognition.preload")
  core.preload_certificates()
  for _, name in ipairs(core.modules()) do require(name) end
  pcall(require, "lxp") -- what is not there isn't needed by everybody: who needs it says so
end

-- Parts that are loaded when they are first used.
local LATER = { async = true, credentials = true, custom_labels = true, timestamp = true }

---@type rekognition.Module
local module = setmetatable(M, {
  __index = function(_, name)
    if not LATER[name] then return nil end
    local part = require("rekognition." .. name)
    rawset(M, name, part)
    return part
  end,
})

-- What to write instead of a name that a client or another SDK has.
local function instead_of(name)
  for _, operation in ipairs(core.service:operations()) do
    if name == operation.method or name == operation.name then
      return ("a client's method: client:%s, after local client = rekognition.client { ... }"):format(operation.method)
    end
  end
  return familiar.of_module(name)
end

expect.face(module, face, { "async", "credentials", "custom_labels", "timestamp" }, instead_of)
return module

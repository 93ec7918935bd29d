-- Configurations from files that are in memory.

local assert = require "luassert"
local config = require "rekognition.config"
local rek_error = require "rekognition.error"

local M = { CONFIG = "/home/me/.aws/config", CREDENTIALS = "/home/me/.aws/credentials" }

--- Loads with files that are in memory: path -> content.
function M.load(options, files)
  options = options or {}
  options.env = options.env or {}
  options.env.HOME = options.env.HOME or "/home/me"
  options.read_file = options.read_file or function(path) return (files or {})[path] end
  return config.load(options)
end

--- The message of the error that loading raises.
function M.refusal(options, files)
  local ok, why = pcall(M.load, options, files)
  assert.is_false(ok)
  assert.is_true(rek_error.is_error(why), tostring(why))
  assert.equal("config", why.kind)
  return why.message
end

return M

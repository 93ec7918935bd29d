--- The shared files: where they are, what is in them, and the profiles that both hold together.

local core = require "rekognition.core"
local rek_error = require "rekognition.error"

local M = {}

-- A choice: no config file is anywhere near this, and /dev/zero must not fill the memory.
local MAX_BYTES = 16 * 1024 * 1024

local ENOENT, ENOTDIR = 2, 20

--- Reads a file from the disk; the option `read_file`, which can replace it, has the same contract.
---@param path string
---@return string? content  nil, nil if there is no such file; nil and the reason if it can't be read
---@return string? why
function M.read(path)
  local file, why, code = io.open(path, "rb")
  if not file then
    if code == ENOENT or code == ENOTDIR then return nil end
    return nil, why
  end
  local content, read_why = file:read(MAX_BYTES + 1)
  file:close()
  if not content then
    if not read_why then return "" end
    return nil, path .. ": " .. read_why
  end
  if #content > MAX_BYTES then return nil, path .. ": larger than 16 MiB" end
  return content
end

--- The user's home folder: HOME, else USERPROFILE, else HOMEDRIVE and HOMEPATH together, as the guide has it.
---@param env table<string, string>
---@return string?
function M.home(env)
  return env.HOME or env.USERPROFILE or env.HOMEDRIVE and env.HOMEPATH and env.HOMEDRIVE .. env.HOMEPATH or nil
end

--- A path with "~" or "~user" at its beginning replaced by the home folder.
---@param path string
---@param env table<string, string>
---@return string? path  nil if "~" stands for a home that the environment doesn't name. The "~user" of a user that does
---  not exist stays as it is
function M.expand(path, env)
  local user, rest = path:match("^~([^/\\]*)(.*)$")
  if not user then return path end
  if user == "" then
    local home = M.home(env)
    return home and home .. rest
  end
  local home = core.home_folder(user)
  return home and home .. rest or path
end

--- A path with $NAME and ${NAME} replaced by the environment's values, as botocore does it (Python's
--- os.path.expandvars). A variable that is not set stays as it is.
---@param path string
---@param env table<string, string>
---@return string
function M.expand_variables(path, env)
  return (path:gsub("%$([^$]*)", function(text)
    local name, rest = text:match("^([A-Za-z0-9_]+)(.*)$")
    if not name then name, rest = text:match("^{([^}]*)}(.*)$") end
    return name and env[name] and env[name] .. rest
  end))
end

local EMPTY = { profiles = {}, sso_sessions = {}, services = {}, malformed = {} }

-- A key without a value counts as unset, here for all who read it.
local function drop_empty(keys)
  for key, value in pairs(keys) do
    if value == "" then
      keys[key] = nil
    elseif type(value) == "table" then
      drop_empty(value)
    end
  end
end

-- The profiles and other sections of one file; empty if there is none. A file that is named and can't be read is an
-- error. The default one may belong to somebody else (HOME of another user): it is absent, as for botocore.
local function load(file, options)
  local content, why
  if file.path then content, why = options.read_file(file.path) end
  if why and file.is_named then
    rek_error.raise {
      kind = "config", code = "UnreadableFile", path = file.path,
      message = ("could not read the %s file, which %s names: %s; make it a readable file, or name another"):format(
        file.kind, file.variable, why),
    }
  elseif why then
    options.logger("warn", "config.unreadable", { path = file.path, message = why })
  end
  if not content then return EMPTY end
  -- Many processes have no such file, and load the reader never.
  local result = require("rekognition.config.profile_file").parse(content, {
    kind = file.kind, path = file.path,
    on_problem = function(problem) options.logger("warn", "config.skipped", problem) end,
  })
  for _, kind in ipairs { "profiles", "sso_sessions", "services" } do
    for _, keys in pairs(result[kind]) do drop_empty(keys) end
  end
  return result
end

local SECRETS = { "aws_secret_access_key", "aws_session_token", "aws_security_token" }

-- Puts a profile's secrets where only who asks for them by name gets them, and no printer that walks tables.
local function hide_secrets(profile)
  local hidden = {}
  for _, key in ipairs(SECRETS) do hidden[key], profile[key] = profile[key], nil end
  setmetatable(profile, { __index = function(_, key) return hidden[key] end })
end

local function file_of(env, kind, variable, default)
  local given = env[variable]
  local path = M.expand(given and M.expand_variables(given, env) or default, env)
  return { kind = kind, variable = variable, is_named = given ~= nil, path = path }
end

-- Puts a file's profiles over those that are there, and notes where each key comes from.
local function merge(merged, file, path)
  for name, profile in pairs(file.profiles) do
    local target, origins = merged.profiles[name] or {}, merged.origins[name] or {}
    merged.profiles[name], merged.origins[name] = target, origins
    for key, value in pairs(profile) do
      target[key], origins[key] = value, path
    end
  end
  table.move(file.malformed, 1, #file.malformed, #merged.malformed + 1, merged.malformed)
end

--- Reads both files and merges them: if both have a key of a profile, the credentials file's is used.
---@param options { env: table<string, string>, logger: function, read_file: fun(path: string): string?, string? }
---@return rekognition.ProfileFile merged  with `origins`: profile name -> key -> path, and both paths
function M.load(options)
  local config_file = file_of(options.env, "config", "AWS_CONFIG_FILE", "~/.aws/config")
  local credentials_file =
    file_of(options.env, "credentials", "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")
  local config, credentials = load(config_file, options), load(credentials_file, options)
  local merged = {
    profiles = {}, origins = {}, malformed = {}, bare = config.bare or {},
    sso_sessions = config.sso_sessions, services = config.services,
    config_path = config_file.path, credentials_path = credentials_file.path,
  }
  merge(merged, config, config_file.path)
  merge(merged, credentials, credentials_file.path)
  for _, profile in pairs(merged.profiles) do hide_secrets(profile) end
  return merged
end

return M

--- The shared files: where they are, what is in them, and the profiles that both give together.

local lazy = require "rekognition.lazy"

local errors = lazy "rekognition.error"
local profile_file = lazy "rekognition.config.profile_file"

local M = {}

-- A choice: no config file is anywhere near this, and /dev/zero must not fill the memory.
local MAX_BYTES = 16 * 1024 * 1024

local ENOENT, ENOTDIR = 2, 20

--- Reads a file from the disk; what stands in for it (the option `read_file`) has the same contract.
---@param path string
---@return string? content  nil, nil where there is no such file; nil and the reason where it can't be read
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
  local function set(name) return env[name] ~= "" and env[name] or nil end
  return set "HOME" or set "USERPROFILE" or (set "HOMEDRIVE" and set "HOMEPATH" and env.HOMEDRIVE .. env.HOMEPATH)
end

--- A path with "~" at its beginning replaced by the home folder. "~name" is taken as it is written.
---@param path string
---@param env table<string, string>
---@return string? path  nil where "~" stands for a home that the environment doesn't name
function M.expand(path, env)
  if path ~= "~" and not path:find("^~[/\\]") then return path end
  local home = M.home(env)
  return home and home .. path:sub(2)
end

-- The profiles and other sections of one file; empty where there is none.
local function load(path, kind, options)
  local content, why
  if path then content, why = options.read_file(path) end
  if why then
    errors.raise {
      kind = "config", path = path,
      message = ("the %s file can't be read: %s; make it a readable file, or let %s name another"):format(
        kind, why, kind == "config" and "AWS_CONFIG_FILE" or "AWS_SHARED_CREDENTIALS_FILE"),
    }
  end
  if not content then return { profiles = {}, sso_sessions = {}, services = {} } end
  return profile_file.parse(content, {
    kind = kind, path = path,
    on_warning = function(warning) options.logger("warn", "config.skipped", warning) end,
  })
end

local SECRETS = { "aws_secret_access_key", "aws_session_token", "aws_security_token" }

-- Puts a profile's secrets where only who asks for them by name gets them, and no printer that walks tables.
local function hide_secrets(profile)
  local hidden = {}
  for _, key in ipairs(SECRETS) do hidden[key], profile[key] = profile[key], nil end
  setmetatable(profile, { __index = function(_, key) return hidden[key] end })
end

local function path_of(env, variable, fallback)
  local given = env[variable]
  return M.expand(given and given ~= "" and given or fallback, env)
end

--- Reads both files and merges them: where both have a key of a profile, the credentials file's holds.
---@param options { env: table<string, string>, logger: function, read_file: fun(path: string): string?, string? }
---@return rekognition.ProfileFile merged  with `origins`: profile name -> key -> path, and both paths
function M.load(options)
  local config_path = path_of(options.env, "AWS_CONFIG_FILE", "~/.aws/config")
  local credentials_path = path_of(options.env, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")
  local merged = load(config_path, "config", options)
  local credentials = load(credentials_path, "credentials", options)
  merged.origins = {}
  for name, profile in pairs(merged.profiles) do
    merged.origins[name] = {}
    for key in pairs(profile) do merged.origins[name][key] = config_path end
  end
  for name, profile in pairs(credentials.profiles) do
    local target = merged.profiles[name] or {}
    local origins = merged.origins[name] or {}
    merged.profiles[name], merged.origins[name] = target, origins
    for key, value in pairs(profile) do
      target[key], origins[key] = value, credentials_path
    end
  end
  for _, profile in pairs(merged.profiles) do hide_secrets(profile) end
  merged.config_path, merged.credentials_path = config_path, credentials_path
  return merged
end

return M

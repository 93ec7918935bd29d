--- The options of `rekognition.client`: what they may be, checked before anything is done.

local lazy = require "rekognition.lazy"

local rek_error = lazy "rekognition.error"

local M = {}

-- A kind of value: what a message calls it, and the test. Whole numbers may be floats (3.0).
local function kind(name, test) return { name = name, test = test } end

local function is(...)
  local types = { ... }
  return kind("a " .. table.concat(types, " or a "), function(value)
    for _, name in ipairs(types) do
      if type(value) == name then return true end
    end
    return false
  end)
end

local function one_of(...)
  local values = { ... }
  return kind('"' .. table.concat(values, '", "') .. '"', function(value)
    for _, allowed in ipairs(values) do
      if value == allowed then return true end
    end
    return false
  end)
end

local TEXT = kind("a non-empty string", function(value) return type(value) == "string" and value ~= "" end)
local SECONDS = kind("a positive number of seconds", function(value)
  return type(value) == "number" and value > 0 and value < math.huge
end)
local COUNT = kind("a whole number of at least 1", function(value)
  return type(value) == "number" and math.tointeger(value) and value >= 1
end)
local CALLABLE = kind("a function", function(value)
  if type(value) == "function" then return true end
  local meta = getmetatable(value)
  return type(meta) == "table" and type(meta.__call) == "function"
end)

local CLIENT = {
  region = TEXT, profile = TEXT, endpoint = TEXT,
  credentials = is("table", "function", "userdata"),
  use_fips = is("boolean"), use_dualstack = is("boolean"),
  retry = is("table"),
  connect_timeout = SECONDS, timeout = SECONDS, proxy = is("string"), ca_bundle = TEXT,
  max_connections = COUNT, max_response_bytes = COUNT,
  app_id = TEXT, logger = CALLABLE, mfa_token = CALLABLE,
  http = CALLABLE, env = is("table"), clock = CALLABLE, sleep = CALLABLE, random = CALLABLE,
}

local RETRY = {
  mode = one_of("standard", "adaptive", "off"),
  max_attempts = COUNT,
  initial_tokens = kind("a number of at least 0", function(value)
    return type(value) == "number" and value >= 0
  end),
  max_backoff = SECONDS,
  limit_exceeded = one_of("throttling", "fail"),
}

local WAIT = {
  delay = SECONDS, timeout = SECONDS, on_poll = CALLABLE,
}

local PRESIGN = {
  expires = kind("a whole number of seconds from 1 to 604800", function(value)
    return type(value) == "number" and math.tointeger(value) and value >= 1 and value <= 604800
  end),
}

local function names(known)
  local list = {}
  for name in pairs(known) do list[#list + 1] = name end
  table.sort(list)
  return table.concat(list, ", ")
end

local function check(options, known, prefix)
  if type(options) ~= "table" then
    rek_error.raise { kind = "config", code = "InvalidOption",
      message = prefix .. " must be a table, not a " .. type(options) }
  end
  for name, value in next, options do
    local path = prefix == "options" and tostring(name) or prefix .. "." .. tostring(name)
    local wanted = known[name]
    if not wanted then
      rek_error.raise { kind = "config", code = "UnknownOption",
        message = ("unknown option %s; there are: %s"):format(path, names(known)) }
    end
    if not wanted.test(value) then
      rek_error.raise { kind = "config", code = "InvalidOption",
        message = ("option %s must be %s, not %s"):format(path, wanted.name,
          type(value) == "number" and tostring(value) or "a " .. type(value)) }
    end
  end
end

--- Checks the options of a client. Raises a `config` error that names the option and what it may be.
---@param options table
function M.check_client(options)
  check(options, CLIENT, "options")
  if options.retry ~= nil then check(options.retry, RETRY, "retry") end
end

--- Checks the options of `client:wait`.
function M.check_wait(options) check(options, WAIT, "options") end

--- Checks the options of `client:presign`.
function M.check_presign(options) check(options, PRESIGN, "options") end

return M

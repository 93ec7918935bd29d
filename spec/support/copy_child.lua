-- A process that copies, for specs that kill it: copy_child.lua URL HOW NUMBER ARGUMENTS
--
-- HOW: "arrival", "effect" or "response" kills it with SIGKILL at that moment of its request NUMBER; "run" doesn't.
-- ARGUMENTS: a Lua table constructor with the arguments of copy_model, or `fleet = {...}` for a plan.

local http_of = require "rekognition.http"
local rekognition = require "rekognition"

local url, how, number, text = arg[1], arg[2], math.tointeger(tonumber(arg[3])), arg[4]
local arguments = assert(load("return " .. text, "=arguments", "t", {}))()

local function pid()
  local file <close> = assert(io.open("/proc/self/stat"))
  return file:read("a"):match("^[0-9]+")
end

local function die() os.execute("kill -9 " .. pid()) end

local count, transport = 0, http_of.new { env = {} }

local function http(request)
  count = count + 1
  local is_now = count == number
  if is_now and how == "arrival" then die() end
  local response, failure = transport(request)
  if is_now and how == "effect" then die() end -- the response was not seen by anything but this function
  return response, failure
end

local function client(account)
  return rekognition.client {
    region = "us-east-1", endpoint = url, env = {}, http = how ~= "run" and http or nil,
    credentials = { access_key_id = account.access_key_id, secret_access_key = account.secret_access_key },
  }
end

local accounts = require("rekognition.emulator").DEFAULT_ACCOUNTS
local by_profile = {}
for i, account in ipairs(accounts) do by_profile["account" .. i] = client(account) end

-- What comes after a response is the end of the request at which it is killed.
local function on_progress()
  if how == "response" and count >= number then die() end
end

if arguments.fleet then
  local fleet = rekognition.custom_labels.copy_models { plan = arguments.fleet, journal = arguments.journal,
    clients = function(profile) return by_profile[profile] end, on_progress = on_progress, delay = 0.05, rate = 1000 }
  local summary = fleet:apply()
  print(summary.ok and "ok" or "failed", count)
  for _, row in ipairs(summary.rows) do print(row.key, row.state, row.message) end
else
  arguments.source, arguments.destination = by_profile.account1, by_profile.account2
  arguments.on_progress, arguments.delay = on_progress, 0.02
  local result = rekognition.custom_labels.copy_model(arguments)
  print(result.status, count)
end

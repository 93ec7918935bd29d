--- The command rekognition-emulator: reads its options and serves until it is told to stop.

local ascii = require "rekognition.text.ascii"
local core = require "rekognition.core"
local decimal = require("rekognition.text.number").decimal
local emulator = require "rekognition.emulator"
local faults = require "rekognition.emulator.faults"
local identities = require "rekognition.emulator.identities"
local number_text = require("rekognition.text.number").text
local quotas = require "rekognition.emulator.quotas"
local shell_words = require "rekognition.text.shell_words"
local timestamp = require "rekognition.text.time"

local M = {}

local HELP = [=[
Usage: rekognition-emulator [OPTION]...
Serves Amazon Rekognition Custom Labels on this machine, for tests and for learning.

  --host ADDRESS          listen there (127.0.0.1)
  --port N                listen there; 0, which is the default, picks a free port
  --account KEY_ID:SECRET:ACCOUNT_ID[:TOKEN[:EXPIRES]]
                          take this key for this account; give it again for more. TOKEN must
                          then come with the key, until EXPIRES (epoch seconds). ACCOUNT_ID may
                          be ACCOUNT_ID/user/NAME or ACCOUNT_ID/role/NAME/SESSION
  --identities FILE       users and roles with their keys and policies (JSON)
  --region NAME           serve this region alone (any)
  --train-seconds S       how long a training takes (5)
  --copy-seconds S        how long a copy takes (5)
  --delete-seconds S      how long a deletion takes (1)
  --start-seconds S       how long a model takes to start (1)
  --stop-seconds S        how long a model takes to stop (1)
  --dataset-seconds S     how long a dataset takes to be created or changed (1)
  --fail NAME             versions of this name, * and ? allowed, fail to train and to copy;
                          give it again for more
  --fail-start NAME       versions of this name fail to start; give it again for more
  --quota NAME=N          hold to a quota of N; give it again for more. --quota aws: all of
                          AWS's. NAME is one of
@QUOTAS@
  --rate OPERATION=N      take N calls a second for each account, * for every operation;
                          give it again for more. --rate aws: AWS's
  --clock-offset S        run the emulator's clock S seconds ahead of the machine's (0)
  --clock-rate N          let N seconds pass in a second (1); 0 stands still
  --clock-at TIME         begin with this time: epoch seconds, or 2027-01-31T12:00:00Z
  --fault NAME=VALUE,...  make calls or models fail, as docs/emulator-tests.md describes; give it
                          again for more: operation=CopyProjectVersion,fault=drop,when=after,times=2
  --no-admin              leave out the endpoint /_emulator/ that changes all this while it runs
  --ready-file FILE       write the URL to FILE when it listens
  --env-file FILE         write what an AWS SDK needs to FILE when it listens, for a shell: . FILE
  --state FILE            keep everything in FILE, and begin with what is there
  --strict-buckets        want buckets, manifests and images to be there, also while nobody
                          has made a bucket
  --log                   write a line for each request to stderr
  --help, --version

Without --account there are two accounts, with keys that everybody knows:
%s
It prints one line with its URL when it listens, and stops on SIGTERM or SIGINT.
]=]

-- In lines of at most 100 characters, below what stands beside the options.
local function quota_names()
  local names, lines = ascii.names(quotas.AWS), { "" }
  for i, name in ipairs(names) do
    local word, last = name .. (names[i + 1] and "," or ""), #lines
    if #lines[last] + #word > 72 then
      lines[last + 1] = word
    else
      lines[last] = lines[last] == "" and word or lines[last] .. " " .. word
    end
  end
  local indent = (" "):rep(26)
  return indent .. table.concat(lines, "\n" .. indent)
end

local function help()
  local lines = {}
  for _, account in ipairs(emulator.DEFAULT_ACCOUNTS) do
    lines[#lines + 1] = ("  %s  %s  %s\n"):format(account.account_id, account.access_key_id, account.secret_access_key)
  end
  local text = HELP:format(table.concat(lines))
  return (text:gsub("@QUOTAS@", quota_names()))
end

local function refuse(message, ...)
  error({ usage = message:format(...) }, 0)
end

local function number(name, text, least, most)
  local sign, digits = text:match("^(%-?)(.*)$")
  local value = decimal(digits)
  if value and sign == "-" then value = -value end
  if not value or value < least or value > most then
    refuse("%s must be a number from %s to %s, not '%s'", name, number_text(least), number_text(most), text)
  end
  return value
end

-- Who has a key: "/user/NAME", "/role/NAME/SESSION", or nothing for the account's root.
local function owner(text)
  if text == "" then return {} end
  local user = text:match("^/user/([A-Za-z0-9+=,.@_-]+)$")
  if user then return { user = user } end
  local role, session = text:match("^/role/([A-Za-z0-9+=,.@_-]+)/([A-Za-z0-9+=,.@_-]+)$")
  return role and { role = role, session = session }
end

local function account(text)
  local key, secret, id, who, rest = text:match("^([^:]+):([^:]+):(%d%d%d%d%d%d%d%d%d%d%d%d)([^:]*)(.*)$")
  local token, expires = (rest or ""):match("^:([^:]+):(%d*)$")
  token = token or (rest or ""):match("^:([^:]+)$")
  local result = key and owner(who)
  if not result or rest ~= "" and not token then
    refuse("--account must be KEY_ID:SECRET:ACCOUNT_ID[:TOKEN[:EXPIRES]], with an ACCOUNT_ID of 12 digits, which "
      .. "/user/NAME or /role/NAME/SESSION may follow")
  end
  result.access_key_id, result.secret_access_key, result.account_id = key, secret, id
  result.session_token, result.expires = token, tonumber(expires)
  return result
end

-- NAME=N into a map of the options; "aws" in its place.
local function limit(field, known)
  return function(options, option, value)
    if value == "aws" then
      options[field] = "aws"
      return
    end
    local name, count = value:match("^([A-Za-z_*]+)=(.+)$")
    if not name or known and not known[name] then
      refuse("%s must be NAME=N with a name that --help lists, or aws, got '%s'", option, value)
    end
    if type(options[field]) ~= "table" then options[field] = {} end
    options[field][name] = number(option, count, 0, 1e9)
  end
end

local function seconds(field)
  return function(options, name, value) options[field] = number(name, value, 0, 1e6) end
end

-- "fault=error,code=X,times=2" as a table.
local function fault(text)
  local given = {}
  for part in text:gmatch("[^,]+") do
    local name, value = part:match("^([a-z]+)=(.+)$")
    if not name then refuse("--fault must be NAME=VALUE,..., got '%s'", text) end
    given[name] = value
  end
  local ok, problem = pcall(faults.read, given)
  if not ok then refuse("--fault %s: %s", text, problem) end
  return given
end

local function time_of(name, text)
  return timestamp.parse(text) or number(name, text, 0, 1e11)
end

-- What each option does with its value.
local OPTIONS = {
  ["--host"] = function(options, _, value) options.host = value end,
  ["--port"] = function(options, name, value)
    options.port = math.tointeger(number(name, value, 0, 65535)) or refuse("--port must be a whole number")
  end,
  ["--account"] = function(options, _, value)
    options.accounts = options.accounts or {}
    table.insert(options.accounts, account(value))
  end,
  ["--identities"] = function(options, _, value) options.identities_file = value end,
  ["--region"] = function(options, _, value) options.region = value end,
  ["--train-seconds"] = seconds "train_seconds",
  ["--copy-seconds"] = seconds "copy_seconds",
  ["--delete-seconds"] = seconds "delete_seconds",
  ["--start-seconds"] = seconds "start_seconds",
  ["--stop-seconds"] = seconds "stop_seconds",
  ["--dataset-seconds"] = seconds "dataset_seconds",
  ["--fail-start"] = function(options, _, value) table.insert(options.fail_start, value) end,
  ["--quota"] = limit("quotas", quotas.AWS),
  ["--rate"] = limit("rates"),
  ["--fail"] = function(options, _, value) table.insert(options.fail, value) end,
  ["--clock-offset"] = function(options, name, value) options.clock_offset = number(name, value, -1e9, 1e9) end,
  ["--clock-rate"] = function(options, name, value) options.clock_rate = number(name, value, 0, 1e6) end,
  ["--clock-at"] = function(options, name, value) options.clock_at = time_of(name, value) end,
  ["--fault"] = function(options, _, value)
    options.faults = options.faults or {}
    table.insert(options.faults, fault(value))
  end,
  ["--ready-file"] = function(options, _, value) options.ready_file = value end,
  ["--env-file"] = function(options, _, value) options.env_file = value end,
  ["--state"] = function(options, _, value) options.state_file = value end,
}
local FLAGS = { ["--log"] = "logging", ["--no-admin"] = "no_admin", ["--strict-buckets"] = "strict_buckets",
                ["--help"] = "help", ["--version"] = "version" }

--- Reads the command's arguments. Raises {usage = sentence} where they can't be understood.
---@param arguments string[]
---@return table options
function M.parse(arguments)
  local options, at = { fail = {}, fail_start = {} }, 1
  while arguments[at] do
    local name, value = arguments[at]:match("^(%-%-[A-Za-z0-9-]+)=(.*)$")
    name = name or arguments[at]
    if FLAGS[name] and not value then
      options[FLAGS[name]] = true
    elseif OPTIONS[name] then
      if not value then
        at = at + 1
        value = arguments[at] or refuse("%s needs a value", name)
      end
      OPTIONS[name](options, name, value)
    else
      refuse("unknown option '%s'", arguments[at])
    end
    at = at + 1
  end
  return options
end

local function complain(message)
  io.stderr:write("rekognition-emulator: ", message, "\n")
end

local function load_server()
  local ok, httpd = pcall(require, "rekognition.emulator.httpd")
  if ok then return httpd end
  error("the HTTP server was not built, since libmicrohttpd was not found then. Install it (Debian: libmicrohttpd-dev) "
    .. "and build again.", 0)
end

local function url(host, port)
  return ("http://%s:%d"):format(host:find(":", 1, true) and "[" .. host .. "]" or host, port)
end

-- The file is there when the emulator listens, and whole: who waits for it can read it immediately.
local function write_ready(path, text)
  local ok, problem = core.write_private(path, text .. "\n")
  if not ok then error("could not write the ready file " .. problem, 0) end
end

-- A word of a shell that stands for the text itself.
local function shell_word(text)
  return text:find("^[A-Za-z0-9_./:=+-]+$") and text or shell_words.quote(text)
end

-- What a program with an AWS SDK needs to find the emulator, with the keys of its first account, for a shell to read.
local function write_environment(options, text)
  local first, region = (options.accounts or emulator.DEFAULT_ACCOUNTS)[1], options.region or "us-east-1"
  local lines = {}
  for _, pair in ipairs {
    { "AWS_ENDPOINT_URL", text }, { "AWS_REGION", region }, { "AWS_DEFAULT_REGION", region },
    { "AWS_ACCESS_KEY_ID", first.access_key_id }, { "AWS_SECRET_ACCESS_KEY", first.secret_access_key },
    { "AWS_SESSION_TOKEN", first.session_token },
  } do
    if pair[2] then lines[#lines + 1] = ("export %s=%s\n"):format(pair[1], shell_word(pair[2])) end
  end
  if not first.session_token then lines[#lines + 1] = "unset AWS_SESSION_TOKEN\n" end
  local ok, problem = core.write_private(options.env_file, table.concat(lines))
  if not ok then error("could not write the environment file " .. problem, 0) end
end

-- Files that are there while it listens.
local function remove_files(options)
  if options.ready_file then os.remove(options.ready_file) end
  if options.env_file then os.remove(options.env_file) end
end

-- Serves until a signal comes.
local function serve(options)
  local httpd = load_server()
  httpd.catch_signals() -- before anything is written: a file over the process's limit is an error then, not the end
  local offset = options.clock_offset or 0
  options.clock = function() return core.now() + offset end
  options.identities = options.identities_file and identities.read_file(options.identities_file)
  options.log = options.logging and complain or nil
  options.admin = not options.no_admin
  remove_files(options)
  local service = emulator.new(options)
  local host = options.host or "127.0.0.1"
  local server <close> = httpd.new {
    host = host, port = options.port, handler = function(request) return service:handle(request) end,
  }
  io.stdout:write("rekognition-emulator listens on ", url(host, server:port()), "\n")
  io.stdout:flush()
  if options.env_file then write_environment(options, url(host, server:port())) end
  if options.ready_file then write_ready(options.ready_file, url(host, server:port())) end
  -- A signal interrupts a step; one that comes between two steps is seen after the next.
  repeat server:step(0.25) until httpd.caught()
  remove_files(options)
end

--- Runs the command.
---@param arguments string[]
---@return integer exit code: 0, 1 where it can't serve, 2 for bad arguments
function M.main(arguments)
  local parsed, options = pcall(M.parse, arguments)
  if not parsed then
    if type(options) ~= "table" then error(options, 0) end
    complain(options.usage .. " (--help lists the options)")
    return 2
  elseif options.help then
    io.stdout:write(help())
    return 0
  elseif options.version then
    io.stdout:write("rekognition-emulator ", core.version, "\n")
    return 0
  end
  local ok, problem = pcall(serve, options)
  if not ok then
    complain(type(problem) == "table" and problem.message or tostring(problem))
    return 1
  end
  return 0
end

return M

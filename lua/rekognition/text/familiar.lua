--- Names that people know from other SDKs (boto3, those for .NET, JavaScript and Go), and what does their work here. An
-- error about an unknown name says so.

local ascii = require "rekognition.text.ascii"
local nearest = require "rekognition.text.nearest"

local M = {}

local KEYS = "credentials = { access_key_id = ..., secret_access_key = ..., session_token = ... }"
local RETRY = "retry = { mode = ..., max_attempts = ... }"
local ROLE = "rekognition.credentials.assume_role { ... } as the option credentials"
local CLIENT = 'rekognition.client { region = "us-east-1" }'

-- Without case, "_" and "-".
local OPTIONS = {
  regionname = "region", regionendpoint = "region", awsregion = "region", defaultregion = "region",
  awsdefaultregion = "region",
  profilename = "profile", awsprofile = "profile",
  endpointurl = "endpoint", serviceurl = "endpoint", awsendpointurl = "endpoint", baseurl = "endpoint",
  url = "endpoint", usessl = "endpoint, with http:// or https://", usehttp = "endpoint, with http:// or https://",
  awsaccesskeyid = KEYS, awssecretaccesskey = KEYS, awssessiontoken = KEYS, accesskeyid = KEYS,
  secretaccesskey = KEYS, sessiontoken = KEYS, accesskey = KEYS, secretkey = KEYS, awsaccesskey = KEYS,
  awssecretkey = KEYS,
  rolearn = ROLE, rolesessionname = ROLE,
  verify = "ca_bundle for certificates of your own; they are always checked",
  sslverify = "ca_bundle for certificates of your own; they are always checked",
  retries = RETRY, retrymode = RETRY, maxattempts = RETRY, maxretries = RETRY, maxerrorretry = RETRY,
  readtimeout = "timeout", requesttimeout = "timeout", sockettimeout = "timeout",
  maxpoolconnections = "max_connections", maxsockets = "max_connections", proxies = "proxy", proxyhost = "proxy",
  config = "the options of the client itself, such as timeout, retry and proxy",
  clientconfig = "the options of the client itself, such as timeout, retry and proxy",
  requesthandler = "http", httphandler = "http", debug = "logger", loglevel = "logger",
  useragentextra = "app_id", useragentappid = "app_id",
}

local WORKFLOWS = {
  copymodel = "rekognition.custom_labels.copy_model", copymodels = "rekognition.custom_labels.copy_models",
  runmodel = "rekognition.custom_labels.run_model", inventory = "rekognition.custom_labels.inventory",
  doctor = "rekognition.custom_labels.doctor",
}

local METHODS = {
  getpaginator = "client:pages(operation, params) or client:items(operation, params)",
  canpaginate = "client:pages(operation, params)", paginate = "client:pages(operation, params)",
  getwaiter = "client:wait(name, params)", waituntil = "client:wait(name, params)",
  generatepresignedurl = "client:presign(operation, params)", getpresignedurl = "client:presign(operation, params)",
  exceptions = "rekognition.error.is(e, code)", meta = "client.region and client.endpoint",
  config = "client.region and client.endpoint", send = "client:call(operation, params)",
  request = "client:call(operation, params)", invoke = "client:call(operation, params)",
  makeapicall = "client:call(operation, params)", dispose = "client:close()", destroy = "client:close()",
  shutdown = "client:close()",
}

local MODULE = {
  new = CLIENT, session = CLIENT, resource = CLIENT, connect = CLIENT, rekognition = CLIENT, createclient = CLIENT,
  newclient = CLIENT, rekognitionclient = CLIENT, amazonrekognitionclient = CLIENT, exceptions = "rekognition.error",
  errors = "rekognition.error", testing = "the option http of a client",
}

for name, use in pairs(WORKFLOWS) do METHODS[name], MODULE[name] = use, use end

local LIMIT = "timeout, in seconds: a wait has no number of attempts"

local WAIT = {
  maxattempts = LIMIT, maxretries = LIMIT, attempts = LIMIT, maxwaittime = "timeout", maxwait = "timeout",
  maxdelay = "delay", mindelay = "delay", interval = "delay", pollinterval = "delay",
  waiterconfig = "delay and timeout", config = "delay and timeout",
}

local CREDENTIALS = {
  rolearn = "rekognition.credentials.assume_role { ... }", profile = "the option profile of the client",
  profilename = "the option profile of the client", accesskey = "access_key_id", secretkey = "secret_access_key",
  key = "access_key_id", secret = "secret_access_key", token = "session_token",
}

local function lookup(names)
  return function(name)
    return type(name) == "string" and names[(ascii.lower(name):gsub("[_-]", ""))] or nil
  end
end

--- What to use instead of an option, a function of the module or a field of credentials that another SDK has; nil for
--- any other name.
M.option, M.of_module, M.credential = lookup(OPTIONS), lookup(MODULE), lookup(CREDENTIALS)

--- The same for an option of `client:wait`.
M.of_wait = lookup(WAIT)

local method = lookup(METHODS)

--- "; use X" for a client's method that another SDK has; else the nearest of ours, or "".
---@param name any
---@param names string[]
---@return string
function M.method_hint(name, names)
  local use = method(name)
  return use and "; use " .. use or nearest.hint(name, names)
end

return M

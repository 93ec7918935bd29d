-- The commonest slips of every public function, each made once. What a person sees must name the argument, the value,
-- what it must be, the nearest right name, and the line of the person's own code.

local rekognition = require "rekognition"
local emulator = require "rekognition.emulator"

local SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"
local async, custom_labels, credentials = rekognition.async, rekognition.custom_labels, rekognition.credentials
local policy, sigv4, endpoint, config = custom_labels.policy, rekognition.sigv4, rekognition.endpoint, rekognition.config
local NAN, HUGE = 0 / 0, math.huge
local KEYS = { access_key_id = "AKIDEXAMPLE", secret_access_key = SECRET }
local ENV = { AWS_CONFIG_FILE = "/dev/null", AWS_SHARED_CREDENTIALS_FILE = "/dev/null" }

local function new_client(options)
  local all = { region = "us-east-1", credentials = KEYS, env = ENV, http = function() error "no network here" end }
  for name, value in pairs(options or {}) do all[name] = value end
  return rekognition.client(all)
end

local client = new_client()
local arn = "arn:aws:rekognition:us-east-1:111122223333:project/p/version/v/1"
local request = { method = "POST", target = "/", headers = { { "Host", "example.com" } } }
local signing = { region = "us-east-1", service = "s3", credentials = KEYS, time = 0 }
local conf = config.load { env = ENV }
local copy = { source = client, source_project = "p", destination_project = "q", output_config = { S3Bucket = "bucket",
               S3KeyPrefix = "x/" } }
local run = { client = client, version = arn }
local document = policy.build { account = "111122223333", version = arn }
local some = setmetatable({}, { __index = function(_, _) return function() end end })
local f = function() end
local failing = function() return { status = 500, headers = {} } end
local e = select(2, pcall(client.call, client, "Nothing"))

local function with(base, name, value)
  local all = {}
  for key, one in pairs(base) do all[key] = one end
  all[name] = value
  return all
end

local groups = {}

-- A group of slips: a function and what its error's text must have, one after the other. Each function is on one line,
-- so that `where` can be compared.
local function slips(name, list) groups[#groups + 1] = { name = name, list = list } end

slips("rekognition.client", {
  function() rekognition:client { region = "us-east-1" } end, { "client must be called with a dot" },
  function() rekognition.client "us-east-1" end, { "options must be a table", '"us-east-1"' },
  function() rekognition.client(5) end, { "options must be a table, got 5" },
  function() rekognition.client { regoin = "us-east-1" } end, { "regoin, did you mean region?" },
  function() rekognition.client { maxConnections = 5 } end, { "maxConnections, did you mean max_connections?" },
  function() rekognition.client { "us-east-1" } end, { "unknown option 1" },
  function() new_client { region = {} } end, { "region must be a", "got a table" },
  function() new_client { region = "us east" } end, { "region must be", '"us east"' },
  function() new_client { profile = "a\0b" } end, { "profile must be", "NUL", '"a\\x00b"' },
  function() new_client { endpoint = "localhost:4566" } end, { "endpoint must begin with http", '"localhost:4566"' },
  function() new_client { timeout = "10" } end, { "timeout must be a positive number of seconds", '"10"' },
  function() new_client { timeout = NAN } end, { "timeout must be a positive number of seconds", "nan" },
  function() new_client { timeout = -1 } end, { "timeout must be", "got -1" },
  function() new_client { connect_timeout = HUGE } end, { "connect_timeout must be a number of seconds", "inf" },
  function() new_client { max_connections = 0 } end, { "max_connections must be a whole number of at least 1, got 0" },
  function() new_client { max_connections = 1.5 } end, { "max_connections must be a whole number", "got 1.5" },
  function() new_client { retry = "standard" } end, { "retry must be a table", '"standard"' },
  function() new_client { retry = { mode = "standart" } } end, { "retry.mode must be", '"standart"', "standard?" },
  function() new_client { retry = { maxAttempts = 5 } } end, { "retry.maxAttempts, did you mean max_attempts?" },
  function() new_client { retry = { max_attempts = 0 } } end, { "retry.max_attempts must be", "got 0" },
  function() new_client { logger = "print" } end, { "logger must be a function", '"print"' },
  function() new_client { hooks = { before_atempt = f } } end, { "hooks.before_atempt, did you mean before_attempt?" },
  function() new_client { hooks = { before_attempt = "f" } } end, { "hooks.before_attempt must be a function", '"f"' },
  function() new_client { credentials = SECRET } end, { "credentials must be", "got a string" },
  function() new_client { credentials = { accessKeyId = "AKID", secretAccessKey = SECRET } } end,
  { "accessKeyId", "did you mean access_key_id?" },
  function() new_client { credentials = { access_key_id = "AKID" } } end, { "secret_access_key must be", "got nil" },
  function() new_client { credentials = { access_key_id = 5, secret_access_key = SECRET } } end,
  { "access_key_id must be a non-empty string", "got a number" },
  function() new_client { ca_bundle = "a\0b" } end, { "ca_bundle must be", "NUL" },
  function() new_client { ca_bundle = {} } end, { "ca_bundle must be", "got a table" },
  function() new_client { proxy = {} } end, { "proxy must be a string", "got a table" },
  function() new_client { use_fips = "true" } end, { "use_fips must be true or false", '"true"' },
  function() new_client { rate = { DescribeProjects = -1 } } end, { "option rate.DescribeProjects must be a number above 0", "got -1" },
  function() new_client { rate = { 5 } } end, { "option rate must have operations", "got 1" },
  function() new_client { rate = { DescribeProject = 5 } } end,
  { 'option rate: unknown operation "DescribeProject", did you mean DescribeProjects?' },
  function() new_client { [""] = 5 } end, { 'unknown option "";' },
  function() new_client { ["a\0b"] = 5 } end, { 'unknown option "a\\x00b";' },
  function() new_client { [("x"):rep(100000)] = 5 } end, { 'unknown option "' .. ("x"):rep(100) .. '...";' },
  function() new_client { [setmetatable({}, { __tostring = error })] = 5 } end, { "unknown option a table;" },
  function() new_client { hooks = { ["a\nb"] = 5 } } end, { 'unknown option hooks."a\\x0Ab";' },
  function() client:describe_projects({}, { ["\255"] = 5 }) end, { 'unknown option "\\xFF";' },
  function() client:wait("project_created", { ProjectArn = "x" }, { ["\1"] = 5 }) end, { 'unknown option "\\x01";' },
  function() rekognition.endpoint.resolve { region = "us-east-1", ["\27"] = 5 } end, { 'unknown option "\\x1B";' },
  function() rekognition.custom_labels.copy_model { ["\1"] = 5 } end, { '"\\x01" is not an option' },
  function() new_client { random = f, http = failing }:describe_projects() end, { "option random must return a number in [0, 1), got nil" },
  function() new_client { random = function() return NAN end, http = failing }:describe_projects() end, { "option random must return a number in [0, 1), got" },
  function() new_client { rate = 5 } end, { "rate must be a table of calls a second", "got 5" },
  function() new_client { env = { AWS_MAX_ATTEMPTS = 5 } } end, { "env.AWS_MAX_ATTEMPTS must be a string, got number" },
  function() new_client { env = "HOME" } end, { "env must be a table", '"HOME"' },
  function() new_client { http = "curl" } end, { "http must be a function", '"curl"' },
})

slips("a client's methods", {
  function() client.create_project { ProjectName = "x" } end, { "client:create_project { ... }", "colon" },
  function() client.create_project() end, { "client:create_project { ... }", "colon" },
  function() client:create_projct { ProjectName = "x" } end, { "create_projct", "did you mean create_project?" },
  function() client:CreateProject { ProjectName = "x" } end, { "CreateProject", "did you mean create_project?" },
  function() print(client.regoin) end, { "regoin", "did you mean region?" },
  function() client:create_project "x" end, { "params: must be a table", '"x"' },
  function() client:create_project { projectName = "x" } end, { "projectName", "did you mean ProjectName?" },
  function() client:create_project { ProjectName = 5 } end, { "ProjectName", "must be a string", "got" },
  function() client:create_project { ProjectName = {} } end, { "ProjectName", "must be a string", "got table" },
  function() client:create_project {} end, { "ProjectName" },
  function() client:create_project({ ProjectName = "x" }, 5) end, { "options must be a table, got 5" },
  function() client:describe_projects { MaxResults = 1.5 } end, { "MaxResults: must be an integer", "fraction" },
  function() client:describe_projects { MaxResults = NAN } end, { "MaxResults: must be an integer", "NaN" },
  function() client:describe_projects { MaxResults = -1 } end, { "MaxResults", "-1" },
  function() client:describe_projects({}, { timout = 5 }) end, { "timout, did you mean timeout?" },
  function() client:describe_projects({}, { timeout = NAN }) end, { "timeout must be a positive number", "nan" },
  function() client:describe_projects({}, { headers = "x" }) end, { "headers must be a table", '"x"' },
  function() client:describe_projects({}, { headers = { x = {} } }) end, { "headers", "must be", "got a table" },
  function() client:describe_projects({}, { credentials = 5 }) end, { "credentials must be", "got a number" },
  function() client.describe_projects_async {} end, { "client:describe_projects_async { ... }", "colon" },
  function() client:describe_projects_async "x" end, { "params: must be a table", '"x"' },
  function() client:describe_projects_async({}, { retry = 3 }) end, { "retry must be a table, got 3" },
})

slips("call, start, presign", {
  function() client.call("DescribeProjects", {}) end, { "client:call(", "colon" },
  function() client:call() end, { "operation must be a string, got nil" },
  function() client:call(5) end, { "operation must be a string, got 5" },
  function() client:call({}) end, { "operation must be a string, got a table" },
  function() client:call("DescribeProject") end, { '"DescribeProject"', "did you mean DescribeProjects?" },
  function() client:call("describe_projects") end, { '"describe_projects"', "did you mean DescribeProjects?" },
  function() client:call("DescribeProjects", "x") end, { "params: must be a table", '"x"' },
  function() client:call("DescribeProjects", {}, "x") end, { "options must be a table", '"x"' },
  function() client:call("DescribeProjects", { maxResults = 5 }) end, { "maxResults", "did you mean MaxResults?" },
  function() client:call("DescribeProjects", {}, { region = 5 }) end, { "region must be a non-empty string", "got 5" },
  function() client.start("DescribeProjects") end, { "client:start(", "colon" },
  function() client:start(nil) end, { "operation must be a string, got nil" },
  function() client:start("DescribeProjectz") end, { "did you mean DescribeProjects?" },
  function() client:start("DescribeProjects", 5) end, { "params: must be a table, got 5" },
  function() client.presign("DescribeProjects") end, { "client:presign(", "colon" },
  function() client:presign({}) end, { "operation must be a string, got a table" },
  function() client:presign("DescribeProjects", {}, { expires = 0 }) end, { "expires must be a whole number", "got 0" },
  function() client:presign("DescribeProjects", {}, { expires = NAN }) end, { "expires must be", "nan" },
  function() client:presign("DescribeProjects", {}, { expiers = 5 }) end, { "expiers, did you mean expires?" },
  function() client:presign("DescribeProjects", {}, 900) end, { "options must be a table, got 900" },
  function() client.pollable() end, { "client:pollable()", "colon" },
  function() client.close() end, { "client:close()", "colon" },
  function() client:pollable().step() end, { "pollable:step()", "colon" },
  function() client:pollable().pollfd() end, { "pollable:pollfd()", "colon" },
})

slips("pages, items", {
  function() client.pages("DescribeProjects") end, { "client:pages(", "colon" },
  function() client.items("DescribeProjects") end, { "client:items(", "colon" },
  function() client:pages() end, { "operation must be a string, got nil" },
  function() client:items({}) end, { "operation must be a string, got a table" },
  function() client:pages("DescribeProject") end, { "did you mean DescribeProjects?" },
  function() client:items("CreateProject") end, { "CreateProject", "pages" },
  function() client:pages("DescribeProjects", 5) end, { "params must be a table, got 5" },
  function() client:items("DescribeProjects", "x") end, { "params must be a table", '"x"' },
  function() client:pages("DescribeProjects", {}, 5) end, { "options must be a table, got 5" },
  function() client:items("DescribeProjects", {}, { timout = 5 }) end, { "timout, did you mean timeout?" },
  function() for _ in client:items("DescribeProjects", { maxResults = 5 }) do f() end end,
  { "maxResults", "did you mean MaxResults?" },
})

slips("wait", {
  function() client.wait("project_version_copied", {}) end, { "client:wait(", "colon" },
  function() client:wait() end, { "waiter must be a string, got nil" },
  function() client:wait({}) end, { "waiter must be a string, got a table" },
  function() client:wait("project_version_runing", {}) end, { '"project_version_runing"', "project_version_running?" },
  function() client:wait("ProjectVersionRunning", {}) end, { "did you mean project_version_running?" },
  function() client:wait("project_version_running") end, { "params must be a table, got nil" },
  function() client:wait("project_version_running", "x") end, { "params must be a table", '"x"' },
  function() client:wait("project_version_running", { projectArn = "x" }) end, { "projectArn", "ProjectArn" },
  function() client:wait("project_version_running", { ProjectArn = 5 }) end, { "ProjectArn: must be a string", "got integer" },
  function() client:wait("project_version_running", { ProjectArn = "x" }, 5) end, { "options must be a table, got 5" },
  function() client:wait("project_version_running", { ProjectArn = "x" }, { delya = 1 }) end, { "did you mean delay?" },
  function() client:wait("project_version_running", { ProjectArn = "x" }, { delay = NAN }) end, { "delay must", "nan" },
  function() client:wait("project_version_running", { ProjectArn = "x" }, { on_poll = "f" }) end, { "on_poll must be" },
})

slips("error, guard", {
  function() rekognition.guard() end, { "guard", "must be a function, got nil" },
  function() rekognition.guard("f") end, { "guard", "must be a function", '"f"' },
  function() rekognition:guard(f) end, { "guard must be called with a dot" },
  function() rekognition.error.is(e) end, { "what must be a string", "got nil" },
  function() rekognition.error.is(e, 5) end, { "what must be a string", "got 5" },
  function() rekognition.error:is(e, "x") end, { "error.is must be called with a dot" },
  function() e.is("X") end, { 'e.is must be called with a colon: e:is("' },
  function() e:is() end, { "e:is: name must be a string", "got nil" },
  function() e:is({}) end, { "e:is: name must be a string", "got a table" },
  function() e.traceback() end, { "e.traceback must be called with a colon" },
  function() rekognition:preload() end, { "preload must be called with a dot" },
})

slips("sigv4.sign", {
  function() sigv4:sign(request, signing) end, { "sign must be called with a dot" },
  function() sigv4.sign() end, { "request must be a table, got nil" },
  function() sigv4.sign("GET", signing) end, { "request must be a table", '"GET"' },
  function() sigv4.sign(request) end, { "options must be a table, got nil" },
  function() sigv4.sign(request, "x") end, { "options must be a table", '"x"' },
  function() sigv4.sign(request, with(signing, "regoin", "x")) end, { "regoin, did you mean region?" },
  function() sigv4.sign(with(request, "Method", "x"), signing) end, { "Method, did you mean method?" },
  function() sigv4.sign(with(request, "method", nil), signing) end, { "method must be a string" },
  function() sigv4.sign(with(request, "headers", "x"), signing) end, { "headers must be" },
  function() sigv4.sign(request, with(signing, "region", 5)) end, { "region must be a string" },
  function() sigv4.sign(request, with(signing, "time", "now")) end, { "time must be" },
  function() sigv4.sign(request, with(signing, "time", NAN)) end, { "time must be" },
  function() sigv4.sign(request, with(signing, "mode", "qeury")) end, { "mode must be", "did you mean query?" },
  function() sigv4.sign(request, with(signing, "expires", "5")) end, { "expires" },
  function() sigv4.sign(request, with(signing, "credentials", SECRET)) end, { "credentials must be a table" },
  function() sigv4.sign(request, with(signing, "credentials", { accessKeyId = "x" })) end,
  { "accessKeyId, did you mean access_key_id?" },
})

slips("endpoint.resolve", {
  function() endpoint:resolve { region = "us-east-1" } end, { "resolve must be called with a dot" },
  function() endpoint.resolve() end, { "options must be a table, got nil" },
  function() endpoint.resolve "us-east-1" end, { "options must be a table", '"us-east-1"' },
  function() endpoint.resolve { regoin = "us-east-1" } end, { "regoin, did you mean region?" },
  function() endpoint.resolve { region = 5 } end, { "region must be", "got 5" },
  function() endpoint.resolve { region = {} } end, { "region must be", "got a table" },
  function() endpoint.resolve { region = "us-east-1", useFips = true } end, { "useFips, did you mean use_fips?" },
  function() endpoint.resolve { region = "us-east-1", use_fips = 1 } end, { "use_fips must be true or false, got 1" },
  function() endpoint.resolve { region = "us-east-1", service = "rekogniton" } end, { "did you mean rekognition?" },
  function() endpoint.resolve { region = "us-east-1", service = {} } end, { "service must be", "got a table" },
  function() endpoint.resolve { region = "us-east-1", endpoint = 5 } end, { "endpoint must be a URL, got 5" },
})

slips("config.load, config:get", {
  function() config:load {} end, { "load must be called with a dot" },
  function() config.load "default" end, { "options must be a table", '"default"' },
  function() config.load { regoin = "x" } end, { "regoin, did you mean region?" },
  function() config.load { profile = {} } end, { "profile must be", "got a table" },
  function() config.load { profile = "nobody", env = ENV } end, { '"nobody"' },
  function() config.load { env = "x" } end, { "env must be a table", '"x"' },
  function() config.load { env = ENV, read_file = "x" } end, { "read_file must be a function", '"x"' },
  function() config.load { env = ENV, retry = { mode = "adaptiv" } } end, { "retry.mode must be", "mean adaptive?" },
  function() config.load { env = ENV, connect_timeout = NAN } end, { "connect_timeout must be", "nan" },
  function() config.load { env = ENV, region = 5 } end, { "region must be", "got 5" },
  function() conf.get("region") end, { "config:get(", "colon" },
  function() conf:get() end, { "name must be a string, got nil" },
  function() conf:get({}) end, { "name must be a string, got a table" },
  function() conf:get("retryMode") end, { '"retryMode"', "did you mean retry_mode?" },
  function() conf:get("regoin") end, { '"regoin"', "did you mean region?" },
})

slips("credentials", {
  function() credentials:static(KEYS) end, { "static must be called with a dot" },
  function() credentials.static() end, { "fields must be a table", "got nil" },
  function() credentials.static(SECRET) end, { "fields must be a table", "got a string" },
  function() credentials.static { accessKeyId = "x", secretAccessKey = SECRET } end, { "did you mean access_key_id?" },
  function() credentials.static { access_key_id = "x" } end, { "secret_access_key must be", "got nil" },
  function() credentials.static { access_key_id = "x", secret_access_key = {} } end, { "secret_access_key", "a table" },
  function() credentials.static { access_key_id = "x", secret_access_key = SECRET .. "\n" } end,
  { "secret_access_key", "control character" },
  function() credentials:from_function(f) end, { "from_function must be called with a dot" },
  function() credentials.from_function() end, { "get must be a function, got nil" },
  function() credentials.from_function("f") end, { "get must be a function", '"f"' },
  function() credentials.from_function(f, "x") end, { "options must be a table", '"x"' },
  function() credentials.chain() end, { "list must be a list of providers, got nil" },
  function() credentials.chain("x") end, { "list must be a list of providers", '"x"' },
  function() credentials.chain { KEYS } end, { "list[1] must be a provider", "got a table" },
  function() credentials:chain { some } end, { "chain must be called with a dot" },
  function() credentials.assume_role() end, { "options must be a table, got nil" },
  function() credentials.assume_role { source = some } end, { "role_arn must be", "got nil" },
  function() credentials.assume_role { role_arn = 5, source = some } end, { "role_arn must be", "got 5" },
  function() credentials.assume_role { role_arn = "x" } end, { "source must be a provider", "got nil" },
  function() credentials.assume_role { role_arn = "x", source = KEYS } end, { "source must be a provider", "a table" },
  function() credentials.assume_role { roleArn = "x", source = some } end, { "roleArn, did you mean role_arn?" },
  function() credentials.web_identity { web_identity_token_file = "x" } end, { "role_arn must be", "got nil" },
  function() credentials.web_identity { web_identity_token_file = 5 } end, { "web_identity_token_file must be", "5" },
  function() credentials.web_identity { webIdentityTokenFile = "x" } end, { "did you mean web_identity_token_file?" },
  function() credentials.sso { sso_account_id = 5 } end, { "sso_account_id must be", "got 5" },
  function() credentials.sso { sso_account_id = "1", ssoRegion = "x" } end, { "ssoRegion, did you mean sso_region?" },
  function() credentials.sso { sso_account_id = "1" } end, { "sso_role_name" },
  function() credentials.login { login_session = 5 } end, { "login_session must be", "got 5" },
  function() credentials.process { command = 5 } end, { "command must be", "got 5" },
  function() credentials.process { command = {} } end, { "command must be", "got a table" },
  function() credentials.process { command = "" } end, { "command" },
  function() credentials.process { comand = "x" } end, { "comand, did you mean command?" },
  function() credentials.resolve(5) end, { "credentials must be", "got a number" },
})

for _, name in ipairs { "default", "environment", "profile", "web_identity", "sso", "login", "process", "container",
                        "imds" } do
  slips("credentials." .. name, {
    function() credentials[name](credentials) end, { name .. " must be called with a dot" },
    function() credentials[name]("x") end, { "options must be a table", '"x"' },
    function() credentials[name] { profil = "x" } end, { "profil, did you mean profile?" },
    function() credentials[name] { region = 5 } end, { "region must be", "got 5" },
    function() credentials[name] { profile = {} } end, { "profile must be", "got a table" },
    function() credentials[name] { env = "x" } end, { "env must be a table", '"x"' },
    function() credentials[name] { mfa_token = "123456" } end, { "mfa_token must be a function" },
  })
end

slips("custom_labels.copy_model, doctor", {
  function() custom_labels:copy_model(copy) end, { "copy_model must be called with a dot" },
  function() custom_labels.copy_model() end, { "options must be a table, got nil" },
  function() custom_labels.copy_model "x" end, { "options must be a table", '"x"' },
  function() custom_labels.copy_model {} end, { "destination_project must be" },
  function() custom_labels.copy_model(with(copy, "destination", "x")) end, { "destination must be a client", '"x"' },
  function() custom_labels.copy_model(with(copy, "versionName", "x")) end, { "versionName", "version_name" },
  function() custom_labels.copy_model(with(copy, "delay", NAN)) end, { "delay must be a number of seconds", "nan" },
  function() custom_labels.copy_model(with(copy, "on_progress", "x")) end, { "on_progress must be a function", '"x"' },
  function() custom_labels.copy_model(with(copy, "output_config", "x")) end, { "output_config must be a table", '"x"' },
  function() custom_labels.copy_model(with(copy, "output_config", { s3Bucket = "x" })) end, { "s3Bucket", "S3Bucket?" },
  function() custom_labels.copy_model(with(copy, "source_project", {})) end, { "source_project must be", "a table" },
  function() custom_labels.copy_modle(copy) end, { "copy_modle", "did you mean copy_model?" },
  function() custom_labels:doctor(copy) end, { "doctor must be called with a dot" },
})

slips("custom_labels.copy_models", {
  function() custom_labels:copy_models {} end, { "copy_models must be called with a dot" },
  function() custom_labels.copy_models() end, { "options must be a table, got nil" },
  function() custom_labels.copy_models "x" end, { "options must be a table", '"x"' },
  function() custom_labels.copy_models {} end, { "plan must be" },
  function() custom_labels.copy_models { plan = 5 } end, { "plan must be", "got 5" },
  function() custom_labels.copy_models { plan = {}, clients = "x" } end, { "clients must be a function", '"x"' },
  function() custom_labels.copy_models { plan = {}, clints = f } end, { "clints", "did you mean clients?" },
})

slips("custom_labels.run_model, inventory", {
  function() custom_labels:run_model(run, f) end, { "run_model must be called with a dot" },
  function() custom_labels.run_model() end, { "options must be a table, got nil" },
  function() custom_labels.run_model("x", f) end, { "options must be a table", '"x"' },
  function() custom_labels.run_model(run) end, { "body must be a function, got nil", "write run_model({ ... }, function(version, run)" },
  function() custom_labels.run_model(run, "f") end, { "body must be a function", '"f"' },
  function() custom_labels.run_model(with(run, "client", "x"), f) end, { "client must be a client", '"x"' },
  function() custom_labels.run_model(with(run, "version", nil), f) end, { "version must be the ARN", "got nil" },
  function() custom_labels.run_model(with(run, "maxHours", 5), f) end, { "maxHours", "did you mean max_hours?" },
  function() custom_labels.run_model(with(run, "max_hours", NAN), f) end, { "max_hours must be a positive", "nan" },
  function() custom_labels.run_model(with(run, "min_inference_units", 0), f) end, { "min_inference_units must", "0" },
  function() custom_labels:inventory { client } end, { "inventory must be called with a dot" },
  function() custom_labels.inventory() end, { "options must be a list of clients, got nil" },
  function() custom_labels.inventory "x" end, { "options must be a list of clients", '"x"' },
  function() custom_labels.inventory {} end, { "[1] must be a client, got nil" },
  function() custom_labels.inventory { "x" } end, { "[1] must be a client", '"x"' },
  function() custom_labels.inventory(client) end, { "must be a list of clients" },
  function() custom_labels.inventory { client, pricePerHour = 4 } end, { "did you mean price_per_hour?" },
  function() custom_labels.inventory { client, price_per_hour = NAN } end, { "price_per_hour must be", "nan" },
})

slips("custom_labels.policy", {
  function() policy:build { account = "1" } end, { "build must be called with a dot" },
  function() policy.build() end, { "options must be a table, got nil" },
  function() policy.build "x" end, { "options must be a table", '"x"' },
  function() policy.build { account = 111122223333, version = arn } end, { "account must be", "got 111122223333" },
  function() policy.build { accuont = "111122223333", version = arn } end, { "accuont", "did you mean account?" },
  function() policy.build { account = "111122223333" } end, { "version must be" },
  function() policy.build { account = "111122223333", version = 5 } end, { "version must be", "got 5" },
  function() policy.build { account = "111122223333", version = arn, role = {} } end, { "role must be", "a table" },
  function() policy.build { account = "111122223333", version = arn, sid = {} } end, { "sid must be", "a table" },
  function() policy:check(document) end, { "check must be called with a dot" },
  function() policy.check() end, { "text must be a string, got nil" },
  function() policy.check({}) end, { "text must be a string, got a table" },
  function() policy.check(document, "projct") end, { "kind must be", "did you mean project?" },
  function() policy:decide(document, {}, arn) end, { "decide must be called with a dot" },
  function() policy.decide() end, { "text must be a string, got nil" },
  function() policy.decide(document) end, { "identity must be a table, got nil" },
  function() policy.decide(document, "x", arn) end, { "identity must be a table", '"x"' },
  function() policy.decide(document, {}, arn) end, { "identity.account must be 12 digits, got nil" },
  function() policy.decide(document, { account = "111122223333" }) end, { "version_arn must be a string, got nil" },
  function() policy:explain(document) end, { "explain must be called with a dot" },
  function() policy.explain() end, { "text must be a string, got nil" },
  function() policy.explain({}) end, { "text must be a string, got a table" },
  function() policy.explain("{") end, { "policy" },
  function() policy:merge(document) end, { "merge must be called with a dot" },
  function() policy.merge({}) end, { "text must be a string, got a table" },
})

slips("async", {
  function() async:run(f) end, { "run must be called with a dot" },
  function() async.run() end, { "f must be a function, got nil" },
  function() async.run("f") end, { "f must be a function", '"f"' },
  function() async:spawn(f) end, { "spawn must be called with a dot" },
  function() async.spawn({}) end, { "f must be a function, got a table" },
  function() async:sleep(1) end, { "sleep must be called with a dot" },
  function() async.sleep() end, { "seconds must be a number", "got nil" },
  function() async.sleep("1") end, { "seconds must be a number", '"1"' },
  function() async.sleep(-1) end, { "seconds must be a number", "got -1" },
  function() async.sleep(NAN) end, { "seconds must be a number", "nan" },
  function() async:all {} end, { "all must be called with a dot" },
  function() async.all() end, { "list must be a list of futures and functions, got nil" },
  function() async.all { 5 } end, { "list[1] must be a future or a function, got 5" },
  function() async:any { f } end, { "any must be called with a dot" },
  function() async.any("x") end, { "list must be a list of futures and functions", '"x"' },
  function() async.any {} end, { "at least one" },
  function() async:map({}, f) end, { "map must be called with a dot" },
  function() async.map() end, { "items must be a list, got nil" },
  function() async.map({ 1 }, "f") end, { "f must be a function", '"f"' },
  function() async.map({ 1 }, f, 5) end, { "options must be a table, got 5" },
  function() async.map({ 1 }, f, { concurency = 5 }) end, { "concurency, did you mean concurrency?" },
  function() async.map({ 1 }, f, { concurrency = 0 }) end, { "concurrency must be a whole number", "got 0" },
  function() async.map({ 1 }, f, { concurrency = NAN }) end, { "concurrency must be a whole number", "nan" },
  function() async.timeout(f, 5) end, { "seconds must be a number", "got a function" },
  function() async.timeout(5) end, { "f must be a function, got nil" },
  function() async.spwan(f) end, { "spwan", "did you mean spawn?" },
})

local future
async.run(function() future = async.spawn(f) end)
slips("a future", {
  function() future.await() end, { "future:await", "colon" },
  function() future.await({}) end, { "future:await", "colon" },
  function() future.on_done(f) end, { "future:on_done", "colon" },
  function() future:on_done() end, { "f must be a function, got nil" },
  function() future:on_done("f") end, { "f must be a function", '"f"' },
  function() future.ready() end, { "future:ready", "colon" },
  function() future.cancel() end, { "future:cancel", "colon" },
  function() future:awiat() end, { "awiat", "did you mean await?" },
})

slips("timestamp.format", {
  function() rekognition.timestamp:format(5) end, { "format must be called with a dot" },
  function() rekognition.timestamp.format() end, { "seconds must be", "got nil" },
  function() rekognition.timestamp.format("now") end, { "seconds must be", '"now"' },
  function() rekognition.timestamp.format(NAN) end, { "seconds must be", "nan" },
  function() rekognition.timestamp.format(HUGE) end, { "seconds must be", "inf" },
  function() rekognition.timestamp.fromat(5) end, { "fromat", "did you mean format?" },
})

slips("the module", {
  function() rekognition.cleint {} end, { "cleint", "did you mean client?" },
  function() rekognition.customLabels.doctor {} end, { "customLabels", "did you mean custom_labels?" },
  function() credentials.asume_role {} end, { "asume_role", "did you mean assume_role?" },
  function() sigv4.sing(request, signing) end, { "sing", "did you mean sign?" },
  function() endpoint.reslove {} end, { "reslove", "did you mean resolve?" },
  function() config.laod {} end, { "laod", "did you mean load?" },
  function() policy.biuld {} end, { "biuld", "did you mean build?" },
})

slips("emulator.new", {
  function() emulator:new {} end, { "new must be called with a dot" },
  function() emulator.new "x" end, { "options must be a table", '"x"' },
  function() emulator.new { acounts = {} } end, { "acounts, did you mean accounts?" },
  function() emulator.new { copySeconds = 0 } end, { "copySeconds, did you mean copy_seconds?" },
  function() emulator.new { copy_seconds = "0" } end, { "copy_seconds must be a number", '"0"' },
  function() emulator.new { copy_seconds = NAN } end, { "copy_seconds must be a number", "nan" },
  function() emulator.new { fail = "x" } end, { "fail must be a list of names", '"x"' },
  function() emulator.new { fail = { 5 } } end, { "fail must be a list of names", "got a table" },
  function() emulator.new { accounts = "x" } end, { "accounts must be", '"x"' },
  function() emulator.new { clock = 5 } end, { "clock must be a function, got 5" },
  function() emulator.new { clock_rate = NAN } end, { "clock_rate must be", "nan" },
  function() emulator.new { log = "x" } end, { "log must be a function", '"x"' },
  function() emulator.new { state_file = {} } end, { "state_file must be", "a table" },
  function() emulator.new { state_file = "a\0b" } end, { "state_file must be", "NUL" },
  function() emulator.new { quotas = { nothing = 5 } } end, { "nothing" },
})

local lines = {}
for line in io.lines(debug.getinfo(1, "S").source:sub(2)) do lines[#lines + 1] = line end

-- What the slip's own line says.
local function code_of(slip)
  local line = lines[debug.getinfo(slip, "S").linedefined]
  return line:match("function%(%) (.*) end,? *[{%s]") or line:match("function%(%) (.*) end,?$") or line
end

for _, group in ipairs(groups) do
  describe("a slip with " .. group.name, function()
    for at = 1, #group.list, 2 do
      local slip, needles = group.list[at], group.list[at + 1]
      it("is answered: " .. code_of(slip), function()
        local ok, problem = pcall(slip)
        assert.is_false(ok)
        local text = tostring(problem)
        assert.is_true(rekognition.error.is_error(problem), text)
        for _, needle in ipairs(needles) do assert.is_truthy(text:find(needle, 1, true), needle .. " in: " .. text) end
        local line = ("slips_spec.lua:%d"):format(debug.getinfo(slip, "S").linedefined)
        assert.equal(line, (problem.where or "nowhere"):match("[^/]*$"), text)
        assert.is_nil(text:find(SECRET, 1, true))
        assert.is_nil(text:find("\n", 1, true))
      end)
    end
  end)
end

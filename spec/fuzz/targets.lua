-- Each text that comes from files or from the network, by the function that reads it: what it may do, and seeds. Here
-- are those of the client; emulator_targets.lua and workflow_targets.lua have the others.
--
-- A target has `seeds`, `tokens` of its own, and `read(text)`. It may return anything, or raise an error of the SDK's
-- class; any other error is a fault. What it returns is not looked at here: that is for the other specs.

local check = require "rekognition.credentials.check"
local cloudwatch = require "rekognition.services.cloudwatch"
local config = require "rekognition.config"
local credentials = require "rekognition.credentials"
local endpoint = require "rekognition.endpoint"
local header_map = require "rekognition.text.header_map"
local http_proxy = require "rekognition.http.proxy"
local json = require "rekognition.text.json"
local profile_file = require "rekognition.config.profile_file"
local query = require "rekognition.services.query"
local quote = require "rekognition.text.quote"
local rekognition = require "rekognition"
local retry = require "rekognition.retry"
local seams = require "rekognition.seams"
local service_error = require "rekognition.text.service_error"
local shell_words = require "rekognition.text.shell_words"
local time = require "rekognition.text.time"
local trace_id = require "rekognition.call.trace_id"
local user_agent = require "rekognition.call.user_agent"
local xml = require "rekognition.services.xml"

local SECRETS = { "a-session-token-of-some-length", "secret" }

local M = {}

M.profile_files = {
  seeds = { "[default]\nregion = x # c\n[profile 'a b']\ns3 =\n  k = v\n", "[a b]\nk: v\n  w\n", "\u{a0}k\u{2003}=\u{a0}v\n" },
  tokens = { "[profile ", "]", "=", ": ", " #", "\n ", "\u{a0}", "\u{2003}", "'", '"', "\\", "\r", "\0", "\xFF" },
  read = function(text)
    profile_file.parse(text, { kind = "config", path = "path" })
    profile_file.parse(text, { kind = "credentials", path = "path" })
  end,
}

M.configuration = {
  seeds = { "[default]\nregion = x\nretry_mode = standard\nmax_attempts = 3\nendpoint_url = http://h:1/p\n" },
  tokens = { "region = ", "max_attempts = ", "services = s\n", "\n[services s]\nrekognition =\n  endpoint_url = ", "~", "$HOME" },
  read = function(text)
    local loaded = config.load { env = { HOME = "/h" }, read_file = function() return text end }
    loaded:endpoint "rekognition"
  end,
}

M.dates = {
  seeds = { "2099-01-01T00:00:00.5+01:00", "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994", "20990101T000000Z", "Fri Jan  2 03:04:05 PM UTC 2099", "2 Jan 2099 3:04 +0000 (UTC)" },
  tokens = { "0", "-", ":", "T", "Z", "+", ",", " ", "Jan", "Friday", "UTC", "AM", "/", ".5", "(" },
  read = function(text)
    time.parse(text)
    time.parse_http(text, 0)
  end,
}

M.xml = {
  seeds = { "<A xmlns='x'><B><C>1</C><C>&lt;</C></B></A>", "<ErrorResponse><Error><Code>X</Code></Error></ErrorResponse>" },
  tokens = { "<A>", "</A>", "<!--", "-->", "&amp;", "&#65;", "<![CDATA[", "]]>", "<!DOCTYPE a [", "<?xml ?>", " a='b'" },
  read = xml.read,
}

M.error_bodies = {
  seeds = { '{"__type":"a#ThrottlingException:http://x","message":"m","n":1.5}', "<html><h1>502</h1></html>",
    '{"Message":"X-Amz-Security-Token: abc Signature=00ff","Code":"C"}' },
  tokens = { '"__type":"', "#", ":", " ", "X-Amz-Security-Token", "%41", "\\u0041", "Signature=", "secret", "{", "[", "\0" },
  read = function(text)
    service_error.read(400, header_map.of { { "x-amzn-ErrorType", text }, { "x-amzn-RequestId", text } }, text, SECRETS)
    quote.value(text)
  end,
}

M.headers = {
  seeds = { "100", " 12 ", "a, b", "x-amz-retry-after" },
  tokens = { " ", "\t", "0", ",", "\r\n", ":" },
  read = function(text)
    local map = header_map.of { { text, text }, { text, "" }, { "date", text } }
    local behaviour = retry.new({}, seams.from { random = function() return 0 end })
    behaviour:delay({ headers = { ["x-amz-retry-after"] = text } }, "transient", 1)
    time.parse_http(map.date, 0)
    user_agent.build { app_id = text, execution_env = text }
    trace_id { AWS_LAMBDA_FUNCTION_NAME = "f", _X_AMZN_TRACE_ID = text }
  end,
}

M.proxies = {
  seeds = { "http://user:word@host:3128", "localhost:4566, .example.com,[::1]:80,10.0.0.0/8", " * " },
  tokens = { "@", "://", ",", ".", "[", "]", ":", "%00", "*" },
  read = function(text)
    http_proxy.shown(text)
    local env = seams.from({ env = { http_proxy = text, NO_PROXY = text, ALL_PROXY = text } }).env
    http_proxy.of_scheme(env, "http")
    http_proxy.exceptions(env)
  end,
}

M.endpoints = {
  seeds = { "https://gw.example.com.:8443/a//b/", "http://[::1]:1", "fips-us-east-1", "rekognition.us-east-1" },
  tokens = { "@", "://", ".", "[", "]", ":", "/", "-", "_", "%2f", "fips-", "-fips" },
  read = function(text)
    for _, options in ipairs { { region = "us-east-1", endpoint = text }, { region = text } } do
      local ok, why = pcall(endpoint.resolve, options)
      if not ok and type(why) ~= "table" then error(why, 0) end
    end
  end,
}

M.token_files = {
  seeds = { '{"accessToken":"t","expiresAt":"2099-01-01T00:00:00Z","refreshToken":"r","clientId":"c"}' },
  tokens = { '"expiresAt":', '"', "{", "[", ",", "2099", "null", "1e999", "\\ud800" },
  read = function(text)
    local config_text = "[default]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n"
      .. "[sso-session s]\nsso_region = us-east-1\nsso_start_url = https://start\n"
    credentials.default({
      env = { HOME = "/h" }, sleep = function() end, write_file = function() return true end,
      read_file = function(path)
        if path:find("config", 1, true) then return config_text end
        return path:find("cache", 1, true) and text or nil
      end,
      http = function() return { status = 200, headers = {}, body = text } end,
    }):get()
  end,
}

M.provider_documents = {
  seeds = { '{"Version":1,"AccessKeyId":"A","SecretAccessKey":"S","Token":"T","Expiration":"2099-01-01T00:00Z"}', "role" },
  tokens = { '"', "{", "[", ",", "\\n", "\n", "\0", '"AccessKeyId":', "1e400" },
  read = function(text)
    local env = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI = "/x" }
    local http = function() return { status = 200, headers = {}, body = text } end
    check.json("x", "the text", text)
    credentials.container({ env = env, http = http, sleep = function() end }):get()
  end,
}

M.instance_documents = {
  seeds = { "the-role", '{"Code":"Success","AccessKeyId":"A","SecretAccessKey":"S","Token":"T"}' },
  tokens = { " ", "\n", "/", "=", '"', "{" },
  read = function(text)
    local function get(role, document)
      credentials.imds({
        env = { HOME = "/h" }, read_file = function() end, sleep = function() end,
        http = function(request)
          local body = request.method == "PUT" and "token" or request.url:find("/$") and role or document
          return { status = 200, headers = { { "x-amz-ec2-metadata-token-ttl-seconds", text } }, body = body }
        end,
      }):get()
    end
    local ok, problem = pcall(get, text, "{}")
    get("the-role", text)
    if not ok then error(problem, 0) end
  end,
}

M.command_lines = {
  seeds = { "cmd 'a b' \"c\\\"d\" e\\ f | g", "" },
  tokens = { "'", '"', "\\", " ", "$", "`", "\n" },
  read = shell_words.split,
}

M.json_documents = {
  seeds = { '{"a":[1,2.5,"x",{"b":null}]}' },
  tokens = { "[", "{", '"', ",", ":", "\\u0000", "1e5" },
  read = json.read,
}

M.role_documents = {
  seeds = { "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>S</SecretAccessKey>"
    .. "<SessionToken>T</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>"
    .. "</AssumeRoleResponse>", "<ErrorResponse><Error><Code>C</Code><Message>m</Message></Error></ErrorResponse>" },
  tokens = { "<Credentials>", "</Credentials>", "<AccessKeyId>", "<!--", "&amp;", "<![CDATA[", "<!DOCTYPE a [" },
  read = function(text)
    query.read_error(400, header_map.of { { "x-amzn-requestid", text } }, text, SECRETS)
    credentials.assume_role {
      role_arn = "arn:aws:iam::123456789012:role/r", region = "us-east-1", env = {}, sleep = function() end,
      source = credentials.static { access_key_id = "A", secret_access_key = "S" },
      http = function() return { status = 200, headers = {}, body = text } end,
    }:get()
  end,
}

M.metrics = {
  seeds = { "<GetMetricStatisticsResponse><GetMetricStatisticsResult><Datapoints><member><Timestamp>2020-01-01T00:00:00Z"
    .. "</Timestamp><Sum>1.5e3</Sum></member></Datapoints></GetMetricStatisticsResult></GetMetricStatisticsResponse>" },
  tokens = { "<member>", "</member>", "<Timestamp>", "<Sum>", "1", "1e", ".", "&#65;" },
  read = function(text)
    local client = rekognition.client {
      region = "us-east-1", env = {}, credentials = { access_key_id = "A", secret_access_key = "S" },
      retry = { mode = "off" }, http = function() return { status = 200, headers = {}, body = text } end,
    }
    cloudwatch.get_metric_statistics(client, { namespace = "n", metric_name = "m", start_time = 0, end_time = 60,
      period = 60, statistics = { "Sum" } })
  end,
}

-- A response of the service itself, success and not, with its headers.
M.responses = {
  seeds = { '{"ProjectDescriptions":[{"ProjectArn":"a","CreationTimestamp":1.5e9,"Status":"CREATED"}],"NextToken":"t"}',
    '{"ProjectVersionDescriptions":[{"Status":"RUNNING"}]}' },
  tokens = { '"', "{", "[", ",", "null", "1e999", '"CreationTimestamp":', "\\ud800", "]", '"NextToken":"' },
  read = function(text)
    local client = rekognition.client {
      region = "us-east-1", env = {}, credentials = { access_key_id = "A", secret_access_key = "S" },
      retry = { mode = "off" }, http = function()
        return { status = 200, headers = { { "Date", text:sub(1, 40) }, { "x-amzn-RequestId", "r" } }, body = text }
      end,
    }
    client:describe_projects()
  end,
}

M.processes = {
  seeds = { '{"Version":1,"AccessKeyId":"A","SecretAccessKey":"S","SessionToken":"T","Expiration":"2099-01-01T00:00:00Z"}' },
  tokens = { '"', "{", ",", "\n", "\r\n", "\0", '"Version":', "2", "null", '"Expiration":"' },
  read = function(text)
    credentials.process { command = "cmd", env = {},
      run_process = function() return { status = 0, stdout = text, stderr = "" } end }:get()
  end,
}

M.web_tokens = {
  seeds = { "eyJhbGciOiJSUzI1NiJ9.e30.c2ln\n", " " },
  tokens = { "\n", "\r", " ", "\0", ".", "\t" },
  read = function(text)
    credentials.web_identity { role_arn = "arn:aws:iam::123456789012:role/r", web_identity_token_file = "/token",
      region = "us-east-1", env = {}, sleep = function() end, read_file = function() return text end,
      http = function() return { status = 400, headers = {}, body = text } end }:get()
  end,
}

M.sessions = {
  seeds = { '{"accessToken":{"accessKeyId":"A","secretAccessKey":"S","sessionToken":"T","expiresAt":"2099-01-01T00:00:00Z"},'
    .. '"refreshToken":"r","clientId":"c","dpopKey":"k"}' },
  tokens = { '"', "{", "[", ",", "null", '"expiresAt":"', "2000", '"dpopKey":"', "\\n" },
  read = function(text)
    credentials.login { login_session = "arn:aws:iam::123456789012:user/u", env = { HOME = "/h", AWS_REGION = "us-east-1" },
      sleep = function() end, read_file = function() return text end, write_file = function() return true end,
      http = function() return { status = 200, headers = {}, body = text } end }:get()
  end,
}

for _, name in ipairs { "emulator_targets", "workflow_targets" } do
  for target, fields in pairs(require("spec.fuzz." .. name)) do M[target] = fields end
end

return M

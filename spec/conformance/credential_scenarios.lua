--- Whole scenarios of credentials, in the form of the Rust SDK's: a folder for each case with
-- env.json, fs/ (the files, as if fs were the root), http-traffic.json (recorded exchanges) and
-- test-case.json (what must come out).
--
-- The cases are for the default chain, but for some that were made for the provider of a profile and
-- don't say so: there the environment has keys, and others, or none, are expected.
--
-- The texts of expected errors are another SDK's; where one is expected, any error of kind
-- "credentials" or "config" is right.

local cjson = require("cjson").new()
local credentials = require "rekognition.credentials"
local files = require "spec.conformance.files"
local rekognition_error = require "rekognition.error"

local M = {}

function M.matches(folder)
  return folder:find("^credential%-scenarios") ~= nil
end

local function read_json(path)
  local text = files.read(path)
  return text and cjson.decode(text)
end

local function base64_decode(text)
  local alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  local bits, count, out = 0, 0, {}
  for digit in text:gmatch("[%w+/]") do
    bits, count = bits << 6 | (alphabet:find(digit, 1, true) - 1), count + 6
    if count >= 8 then
      count = count - 8
      out[#out + 1] = string.char(bits >> count & 255)
    end
  end
  return table.concat(out)
end

-- Recorded exchanges: { method, uri, headers, answer = { status, headers, body } or failure = {} }.
local function read_traffic(path)
  local by_connection, list = {}, {}
  for _, event in ipairs((read_json(path) or { events = {} }).events) do
    local exchange, action = by_connection[event.connection_id], event.action
    if not exchange then
      exchange = { body = "" }
      by_connection[event.connection_id], list[#list + 1] = exchange, exchange
    end
    if action.Request then
      local request = action.Request.request
      exchange.method, exchange.uri, exchange.headers = request.method, request.uri, request.headers
    elseif action.Response then
      exchange.answer, exchange.failure = action.Response.response.Ok, action.Response.response.Err
    elseif action.Data and action.Data.direction == "Response" then
      local data = action.Data.data
      exchange.body = exchange.body .. (data.Utf8 or base64_decode(data.Base64))
    end
  end
  return list
end

-- The order of a query's members is not part of the case, nor is an empty path.
local function same_uri(a, b)
  local function parts(uri)
    local base, query = uri:match("^([^?]*)%??(.*)$")
    local members = {}
    for member in query:gmatch("[^&]+") do members[#members + 1] = member end
    table.sort(members)
    return base:gsub("/$", "") .. "?" .. table.concat(members, "&")
  end
  return parts(a) == parts(b)
end

-- The headers that say who asks; the others are the recording SDK's own.
local COMPARED = { "content-type", "x-aws-ec2-metadata-token", "x-amz-sso_bearer_token" }

local function header_problem(exchange, request)
  local recorded, sent = {}, {}
  for name, values in pairs(exchange.headers or {}) do recorded[name:lower()] = values[1] end
  for _, header in ipairs(request.headers) do sent[header[1]:lower()] = header[2] end
  for _, name in ipairs(COMPARED) do
    if recorded[name] and recorded[name] ~= sent[name] then
      return ("%s: %s is %s, and the recording has %s"):format(request.url, name, tostring(sent[name]), recorded[name])
    end
  end
end

local function answer_of(exchange)
  if not exchange.answer then
    local timeout = tostring(exchange.failure):lower():find("time")
    return nil, { code = timeout and "timeout" or "connect", message = tostring(exchange.failure) }
  end
  local headers = {}
  for name, values in pairs(exchange.answer.headers or {}) do
    for _, value in ipairs(values) do headers[#headers + 1] = { name, value } end
  end
  return { status = exchange.answer.status, headers = headers, body = exchange.body }
end

-- A transport that answers from the recording, and notes in `problems` what does not fit it.
local function replay(traffic, problems)
  local used = {}
  local function transport(request)
    for _, exchange in ipairs(traffic) do
      if not used[exchange] and exchange.method == request.method and same_uri(exchange.uri, request.url) then
        used[exchange] = true
        problems[#problems + 1] = header_problem(exchange, request)
        return answer_of(exchange)
      end
    end
    problems.unexpected = ("unexpected request: %s %s"):format(request.method, request.url)
    return nil, { code = "connect", message = "nothing recorded for this request" }
  end
  local function unused()
    for _, exchange in ipairs(traffic) do
      if not used[exchange] then return ("never requested: %s %s"):format(exchange.method, exchange.uri) end
    end
  end
  return transport, unused
end

local function is_of_profile(env, expected)
  local keys = expected.Ok or {}
  return env.AWS_ACCESS_KEY_ID ~= nil and keys.access_key_id ~= env.AWS_ACCESS_KEY_ID
end

local function run_at(dir, traffic, expected, moment)
  local problems, now = {}, moment
  local transport, unused = replay(traffic, problems)
  local env = read_json(dir .. "/env.json")
  local make = is_of_profile(env, expected) and credentials.profile or credentials.default
  local provider = make {
    env = env,
    http = transport,
    clock = function() return now end,
    sleep = function(seconds) now = now + seconds end,
    random = function() return 0.5 end,
    read_file = function(path) return files.read(dir .. "/fs/" .. path) end,
    write_file = function() return true end,
  }
  local ok, result = pcall(provider.get, provider)
  return ok, result, problems, unused
end

local FIELDS = { "access_key_id", "secret_access_key", "session_token" }

local function difference(expected, got)
  for _, name in ipairs(FIELDS) do
    local wanted = expected[name] ~= cjson.null and expected[name] or nil
    if wanted ~= got[name] then
      return ("%s is %s, and is to be %s"):format(name, tostring(got[name]), tostring(wanted))
    end
  end
  for name, field in pairs { account_id = "account_id", expiry = "expiration" } do
    local wanted, has = expected[name], got[field]
    if type(has) == "number" then has = math.floor(has) end
    if wanted and wanted ~= cjson.null and wanted ~= has then
      return ("%s is %s, and is to be %s"):format(field, tostring(has), tostring(wanted))
    end
  end
end

-- What is wrong with the outcome at one moment, or nil.
local function check_at(dir, traffic, expected, moment)
  local ok, result, problems, unused = run_at(dir, traffic, expected, moment)
  if expected.Ok then
    if not ok then return problems.unexpected or tostring(result) end
    return difference(expected.Ok, result) or problems[1] or problems.unexpected or unused()
  end
  if ok then return ("credentials, where an error is expected: %s"):format(expected.ErrorContains) end
  local right = rekognition_error.is_error(result) and (result.kind == "credentials" or result.kind == "config")
  return not right and "not an error of the SDK's: " .. tostring(result) or problems[1]
end

-- A recording does not say when it was played back, and its credentials are long past. Credentials have
-- to come at one of these: the time when it was made, an hour before the expected expiry, today.
local function moments(traffic, expiry)
  local list, clock = {}, require "rekognition.clock"
  for _, exchange in ipairs(traffic) do
    for name, values in pairs(exchange.answer and exchange.answer.headers or {}) do
      if name:lower() == "date" then list[#list + 1] = clock.parse_http_date(values[1]) end
    end
    if list[1] then break end
  end
  if expiry and expiry ~= cjson.null then list[#list + 1] = expiry - 3600 end
  list[#list + 1] = os.time()
  return list
end

local function check_success(dir, traffic, expected)
  local first
  for _, moment in ipairs(moments(traffic, expected.Ok.expiry)) do
    local problem = check_at(dir, traffic, expected, moment)
    if not problem then return nil end
    first = first or problem
  end
  return first
end

local function check_case(dir)
  local expected = read_json(dir .. "/test-case.json").result
  local traffic = read_traffic(dir .. "/http-traffic.json")
  if expected.Ok then return check_success(dir, traffic, expected) end
  -- An error has to come today, and also when nothing has expired yet.
  return check_at(dir, traffic, expected, os.time()) or check_at(dir, traffic, expected, 0)
end

function M.run(dir, report)
  for _, folder in ipairs(files.folders(dir)) do
    if files.read(dir .. "/" .. folder .. "/test-case.json") then
      local ok, problem = pcall(check_case, dir .. "/" .. folder)
      if ok and not problem then report:pass(folder) else report:fail(folder, problem) end
    end
  end
end

return M

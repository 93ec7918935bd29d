--- Whole scenarios of credentials, in the form of the Rust SDK's: a folder for each case with
-- env.json, fs/ (the files, as if fs were the root), http-traffic.json (recorded exchanges) and
-- test-case.json (what must come out).
--
-- The cases are for the default chain, but for some that were made for the provider of a profile and
-- don't say so: there the environment has keys, and others, or none, are expected.
--
-- The texts of expected errors are another SDK's; where one is expected, any error of kind
-- "credentials" or "config" is right.
--
-- Of a recorded request its method, its address, and those headers and fields of a form are compared that
-- say who asks for what; the rest is the recording SDK's own.

local ascii = require "rekognition.text.ascii"
local cjson = require("cjson").new()
local credentials = require "rekognition.credentials"
local files = require "spec.conformance.files"
local rek_error = require "rekognition.error"

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

local function text_of(data)
  if type(data) ~= "table" then return data end
  return data.Utf8 or data.Base64 and base64_decode(data.Base64) or ""
end

-- A recorded header has one value or a list of them.
local function values_of(value)
  return type(value) == "table" and value or { value }
end

-- Recorded exchanges: { method, uri, headers, sent (its body), answer = { status, headers }, body, failure }.
local function read_traffic(path)
  local by_connection, list = {}, {}
  for _, event in ipairs((read_json(path) or {}).events or {}) do
    local id, action = event.connection_id or 0, event.action
    if action.Request then
      local request = action.Request.request
      by_connection[id] = { method = request.method, uri = request.uri, headers = request.headers, sent = "", body = "" }
      list[#list + 1] = by_connection[id]
    elseif action.Response then
      local response = action.Response.response
      by_connection[id].answer, by_connection[id].failure = response.Ok, response.Err
    elseif action.Data then
      local part = action.Data.direction == "Response" and "body" or "sent"
      by_connection[id][part] = by_connection[id][part] .. text_of(action.Data.data)
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

local COMPARED = { "content-type", "authorization", "x-aws-ec2-metadata-token", "x-amz-sso_bearer_token" }

local function header_problem(exchange, request)
  local recorded, sent = {}, {}
  for name, values in pairs(exchange.headers or {}) do recorded[ascii.lower(name)] = values_of(values)[1] end
  for _, header in ipairs(request.headers) do sent[ascii.lower(header[1])] = header[2] end
  -- A signature is of its time, and of the headers of its SDK.
  if (recorded.authorization or ""):find("^AWS4%-") then recorded.authorization = nil end
  for _, name in ipairs(COMPARED) do
    if recorded[name] and recorded[name] ~= sent[name] then
      return ("%s: %s is %s, and the recording has %s"):format(request.url, name, tostring(sent[name]), recorded[name])
    end
  end
end

local FIELDS_OF_FORMS = { "Action", "Version", "ExternalId", "SerialNumber", "TokenCode", "WebIdentityToken" }

local function form_problem(exchange, request)
  local function field(body, name) return ("&" .. body):match("&" .. name .. "=([^&]*)") end
  for _, name in ipairs(FIELDS_OF_FORMS) do
    local recorded, sent = field(exchange.sent, name), field(request.body or "", name)
    if recorded and recorded ~= sent then
      return ("%s: %s is %s, and the recording has %s"):format(request.url, name, tostring(sent), recorded)
    end
  end
end

local function answer_of(exchange)
  if not exchange.answer then
    local failure = exchange.failure or "no response was recorded"
    local reason = type(failure) == "string" and failure or cjson.encode(failure)
    return nil, { code = ascii.lower(reason):find("time") and "timeout" or "connect", message = reason }
  end
  local headers = {}
  for name, values in pairs(exchange.answer.headers or {}) do
    for _, value in ipairs(values_of(values)) do headers[#headers + 1] = { name, value } end
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
        problems[#problems + 1] = header_problem(exchange, request) or form_problem(exchange, request)
        return answer_of(exchange)
      end
    end
    problems.unexpected = ("unexpected request: %s %s"):format(request.method, request.url)
    return nil, { code = "connect", message = "nothing recorded for this request" }
  end
  local function unused()
    for _, exchange in ipairs(traffic) do
      -- Another SDK asks an instance for its region as well.
      local of_region = exchange.uri:find("/latest/meta-data/placement/", 1, true)
      if not used[exchange] and not of_region then return ("never requested: %s %s"):format(exchange.method, exchange.uri) end
    end
  end
  return transport, unused
end

local function is_of_profile(env, expected)
  local keys, given = expected.Ok or {}, env.AWS_ACCESS_KEY_ID or ""
  return given:find("%S") ~= nil and keys.access_key_id ~= given
end

local function run_at(dir, traffic, expected, moment)
  local problems, now = {}, moment
  local transport, unused = replay(traffic, problems)
  local env = read_json(dir .. "/env.json") or {}
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
      return ("%s is %s, but must be %s"):format(name, tostring(got[name]), tostring(wanted))
    end
  end
  for name, field in pairs { account_id = "account_id", expiry = "expiration" } do
    local wanted, has = expected[name], got[field]
    if type(has) == "number" then has = math.floor(has) end
    if wanted and wanted ~= cjson.null and wanted ~= has then
      return ("%s is %s, but must be %s"):format(field, tostring(has), tostring(wanted))
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
  local right = rek_error.is_error(result) and (result.kind == "credentials" or result.kind == "config")
  return not right and "not an error of the SDK's: " .. tostring(result) or problems[1]
end

-- A recording does not say when it was played back, and its credentials are long past. Credentials have
-- to come at one of these: the time when it was made, an hour before the expected expiry, today.
local function moments(traffic, expiry)
  local list, clock = {}, require "rekognition.text.time"
  for _, exchange in ipairs(traffic) do
    for name, values in pairs(exchange.answer and exchange.answer.headers or {}) do
      if ascii.lower(name) == "date" then list[#list + 1] = clock.parse_http(values_of(values)[1]) end
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
  if not (expected.ErrorContains or expected.Err) then return "the result is neither Ok nor an error" end
  -- An error has to come today, and also when nothing has expired yet.
  return check_at(dir, traffic, expected, os.time()) or check_at(dir, traffic, expected, 0)
end

-- A folder with a test-case.json is a case, and what is in it belongs to it; any other may hold cases.
local function run_folder(dir, name, report)
  local path = name == "" and dir or dir .. "/" .. name
  if files.read(path .. "/test-case.json") then
    local ok, problem = pcall(check_case, path)
    local case = name == "" and "." or name
    if ok and not problem then report:pass(case) else report:fail(case, problem) end
    return
  end
  for _, folder in ipairs(files.folders(path)) do
    run_folder(dir, name == "" and folder or name .. "/" .. folder, report)
  end
end

function M.run(dir, report)
  run_folder(dir, "", report)
end

return M

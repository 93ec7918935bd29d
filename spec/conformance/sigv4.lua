--- SigV4 test suites in both published forms: a folder for each case, at any depth.
--
-- classic: NAME.req, and NAME.creq, .sts, .authz, .sreq. The key, region and time are those that AWS's
--   documentation of the suite gives. A folded header is there a repeated one (its lines joined by commas).
-- newer: request.txt and context.json, and header-*.txt, query-*.txt for the two forms of a signature. Published
--   versions differ in what context.json doesn't say; a case is read in each way that one of them has (`readings`).

local ascii = require "rekognition.text.ascii"
local cjson = require("cjson").new()
local core = require "rekognition.core"
local files = require "spec.conformance.files"
local sigv4 = require "rekognition.sigv4"

local M = {}

function M.matches(folder)
  return folder:find("^sigv4%-") ~= nil
end

local function without_cr(text)
  return (text:gsub("\r\n", "\n"))
end

-- Takes the next line off the text: the line, and the rest or nil.
local function next_line(text)
  local line, rest = text:match("^([^\n]*)\n(.*)$")
  return ((line or text):gsub("\r$", "")), rest
end

local function add_header(headers, line, folding)
  local name, value = line:match("^([^:]+):(.*)$")
  if name and not line:find("^%s") then
    headers[#headers + 1] = { name, value }
  elseif #headers == 0 then
    error("the first header has no name: " .. ("%q"):format(line), 0)
  elseif folding == "repeat" then
    headers[#headers + 1] = { headers[#headers][1], line }
  else
    headers[#headers][2] = headers[#headers][2] .. " " .. line
  end
end

--- An HTTP request as text. The target may hold spaces; a body follows the first empty line.
---@param folding "repeat"|"space" what a header's continuation line stands for
function M.parse_request(text, folding)
  local line, rest = next_line(text)
  local method, target = line:match("^(%S+) (.*) HTTP/1%.1%s*$")
  if not method then error("no request line in " .. ("%q"):format(line)) end
  local headers = {}
  while rest do
    line, rest = next_line(rest)
    if line == "" then break end
    add_header(headers, line, folding)
  end
  return { method = method, target = target, headers = headers, body = rest or "" }
end

local function header_value(headers, name)
  for _, header in ipairs(headers) do
    if ascii.lower(header[1]) == name then return (header[2]:gsub("^%s+", ""):gsub("%s+$", "")) end
  end
end

-- "2015-08-30T12:36:00Z" or "20150830T123600Z" in seconds since the epoch.
local function epoch(text)
  if type(text) ~= "string" then error("context.json has no timestamp", 0) end
  local y, mo, d, h, mi, s = text:match("^(%d%d%d%d)%-?(%d%d)%-?(%d%d)T(%d%d):?(%d%d):?(%d%d)Z$")
  if not y then error("not a time: " .. text) end
  local year, month = tonumber(y), tonumber(mo)
  if month <= 2 then year = year - 1 end
  local days = 365 * year + year // 4 - year // 100 + year // 400
    + (153 * ((month + 9) % 12) + 2) // 5 + tonumber(d) - 1
  return (days - 719468) * 86400 + tonumber(h) * 3600 + tonumber(mi) * 60 + tonumber(s)
end

-- Differences are gathered, so that a case says everything that is wrong with it.
local function expect(problems, what, expected, got)
  if expected and expected ~= got then
    problems[#problems + 1] = ("%s differs\nexpected:\n%s\ngot:\n%s"):format(what, expected, tostring(got))
  end
end

-- A file of the suite; editors and checkouts may have changed its line ends or added a last one.
local function expected_text(path)
  local text = files.read(path)
  return text and (without_cr(text):gsub("\n$", ""))
end

local function sorted_headers(headers, left_out)
  local lines = {}
  for _, header in ipairs(headers) do
    local name = ascii.lower(header[1])
    if not left_out[name] then
      lines[#lines + 1] = name .. ":" .. header[2]:gsub("%s+", " "):gsub("^ ", ""):gsub(" $", "")
    end
  end
  table.sort(lines)
  return table.concat(lines, "\n")
end

local function decoded(text)
  return (text:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

-- What a target means, however it is encoded and in whatever order its parameters stand. A published presigned
-- request has its session token twice, though signed once.
local function meaning(target)
  local path, query = target:match("^([^?]*)%??(.*)$")
  local parameters, has_token = {}, false
  for parameter in query:gmatch("[^&]+") do
    local name, value = parameter:match("^([^=]*)=?(.*)$")
    local is_token = name == "X-Amz-Security-Token"
    if not (is_token and has_token) then
      parameters[#parameters + 1] = ("%s = %s"):format(decoded(name), decoded(value))
    end
    has_token = has_token or is_token
  end
  table.sort(parameters)
  return decoded(path) .. "\n" .. table.concat(parameters, "\n")
end

-- Published presigned requests show a date that isn't signed, and no hash of a body where one is signed.
local UNSURE_WHEN_PRESIGNED = { ["x-amz-date"] = true, ["x-amz-content-sha256"] = true }

-- The whole request: neither the order of headers nor that of parameters is the signer's to keep.
local function expect_request(problems, expected_file, form, folding, request, signed)
  local text = files.read(expected_file)
  if not text then return end
  local expected = M.parse_request(text, folding)
  expect(problems, "signed request: method", expected.method, request.method)
  expect(problems, "signed request: target", meaning(expected.target), meaning(signed.target))
  local left_out = form == "query" and UNSURE_WHEN_PRESIGNED or {}
  expect(problems, "signed request: headers", sorted_headers(expected.headers, left_out),
    sorted_headers(signed.headers, left_out))
  expect(problems, "signed request: body", (expected.body:gsub("\n$", "")), (request.body:gsub("\n$", "")))
end

local function settle(report, name, ok, problems)
  if not ok then
    report:fail(name, problems)
  elseif #problems > 0 then
    report:fail(name, table.concat(problems, "\n"))
  else
    report:pass(name)
  end
end

local classic_credentials = {
  access_key_id = "AKIDEXAMPLE",
  secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
}

-- The token of a case that adds it after signing is in the signed request alone.
local function classic_after_token(request, signed_text)
  if header_value(request.headers, "x-amz-security-token") or not signed_text then return nil end
  return header_value(M.parse_request(signed_text, "repeat").headers, "x-amz-security-token")
end

local function run_classic(stem)
  local problems = {}
  local request = M.parse_request(files.read(stem .. ".req"), "repeat")
  local token = classic_after_token(request, files.read(stem .. ".sreq"))
  local signed = sigv4.sign(request, {
    region = "us-east-1",
    service = "service",
    time = epoch("20150830T123600Z"),
    credentials = {
      access_key_id = classic_credentials.access_key_id,
      secret_access_key = classic_credentials.secret_access_key,
      session_token = token,
    },
    token_after = token ~= nil,
  })
  expect(problems, "canonical request", expected_text(stem .. ".creq"), signed.canonical_request)
  expect(problems, "string to sign", expected_text(stem .. ".sts"), signed.string_to_sign)
  expect(problems, "Authorization", expected_text(stem .. ".authz"), header_value(signed.headers, "authorization"))
  expect_request(problems, stem .. ".sreq", "header", "repeat", request, signed)
  return problems
end

local function without_null(context)
  if type(context) ~= "table" or type(context.credentials) ~= "table" then error("context.json has no credentials", 0) end
  for _, fields in ipairs { context, context.credentials } do
    for name, value in pairs(fields) do
      if value == cjson.null then fields[name] = nil end
    end
  end
  return context
end

local function context_options(context)
  local credentials = context.credentials
  return {
    region = context.region,
    service = context.service,
    time = epoch(context.timestamp),
    credentials = {
      access_key_id = credentials.access_key_id,
      secret_access_key = credentials.secret_access_key,
      session_token = credentials.token,
    },
    normalize_path = context.normalize,
    sign_body = context.sign_body,
    token_after = context.omit_session_token,
    expires = context.expiration_in_seconds,
  }
end

-- The ways to read a case in which published versions of the suite differ:
--   folding      a folded header is one value with spaces (RFC 9112, section 5.2), or a repeated one
--   encode       whether a path that is encoded is encoded once more, where context.json has no double_uri_encode
--   body_header  whether sign_body makes the hash a signed header of a presigned request, too
local function readings(text, context, form)
  local foldings = text:find("\n[ \t]+%S") and { "space", "repeat" } or { "space" }
  local encodes = context.double_uri_encode == nil and text:find("^%S+ [^?\n]*%%") and { true, false }
    or { context.double_uri_encode ~= false }
  local body_headers = form == "query" and context.sign_body and { false, true } or { false }
  local list = {}
  for _, folding in ipairs(foldings) do
    for _, encode in ipairs(encodes) do
      for _, body_header in ipairs(body_headers) do
        list[#list + 1] = { folding = folding, encode = encode, body_header = body_header }
      end
    end
  end
  return list
end

local function signed_as_read(text, context, form, reading)
  local request = M.parse_request(text, reading.folding)
  local options = context_options(context)
  options.mode = form
  options.double_encode = reading.encode
  if form == "query" then options.expires = options.expires or 3600 end
  if reading.body_header then
    table.insert(request.headers, { "X-Amz-Content-Sha256", core.sha256_hex(request.body) })
  end
  return request, sigv4.sign(request, options)
end

local function differences(prefix, form, folding, request, signed)
  local problems = {}
  expect(problems, "canonical request", expected_text(prefix .. "canonical-request.txt"), signed.canonical_request)
  expect(problems, "string to sign", expected_text(prefix .. "string-to-sign.txt"), signed.string_to_sign)
  expect(problems, "signature", expected_text(prefix .. "signature.txt"), signed.signature)
  expect_request(problems, prefix .. "signed-request.txt", form, folding, request, signed)
  return problems
end

-- One form of a newer case, "header" or "query": what is wrong with its first reading, or nothing where one is right.
local function run_form(dir, form)
  local text = files.read(dir .. "/request.txt")
  local context, why = files.read_json(dir .. "/context.json", cjson.decode)
  context = without_null(context or error(why, 0))
  local first
  for _, reading in ipairs(readings(text, context, form)) do
    local request, signed = signed_as_read(text, context, form, reading)
    local problems = differences(dir .. "/" .. form .. "-", form, reading.folding, request, signed)
    if #problems == 0 then return problems end
    first = first or problems
  end
  return first
end

local function has_form(dir, form)
  for _, what in ipairs { "canonical-request", "string-to-sign", "signature", "signed-request" } do
    if files.read(("%s/%s-%s.txt"):format(dir, form, what)) then return true end
  end
  return false
end

local function is_sigv4a(dir, form)
  local text = files.read(dir .. "/" .. form .. "-string-to-sign.txt")
  return text ~= nil and text:find("^AWS4%-ECDSA") ~= nil
end

local function run_case(dir, name, report)
  for _, file in ipairs(files.files(dir)) do
    local stem = file:match("^(.+)%.req$")
    if stem then settle(report, name, pcall(run_classic, dir .. "/" .. stem)) end
    local expected = file:match("^(.+)%.creq$") or file:match("^(.+)%.authz$")
    if expected and not files.read(dir .. "/" .. expected .. ".req") then
      report:fail(name, ("it has %s, but no %s.req"):format(file, expected))
    end
  end
  if not files.read(dir .. "/request.txt") then
    if files.read(dir .. "/context.json") then report:fail(name, "it has no request.txt") end
    return
  end
  if not files.read(dir .. "/context.json") then return report:fail(name, "it has no context.json") end
  local forms = 0
  for _, form in ipairs { "header", "query" } do
    if is_sigv4a(dir, form) then
      forms = forms + 1
      report:skip(name .. " (" .. form .. ")", "SigV4a, which no service here asks for")
    elseif has_form(dir, form) then
      forms = forms + 1
      settle(report, name .. " (" .. form .. ")", pcall(run_form, dir, form))
    end
  end
  if forms == 0 then report:fail(name, "it expects nothing: there is no header-*.txt nor query-*.txt") end
end

--- Runs the case in `dir`, where there is one, and those in the folders below.
function M.run(dir, report, name)
  run_case(dir, name or ".", report)
  for _, folder in ipairs(files.folders(dir)) do
    M.run(dir .. "/" .. folder, report, name and name .. "/" .. folder or folder)
  end
end

return M

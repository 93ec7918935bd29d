--- Verifies a request's AWS Signature Version 4, in its header and in its query (presigned) form.
--
-- The signature is made once more, by rekognition.sigv4, from what arrived, and must be the same. Codes and texts are
-- those that services of AWS's JSON 1.1 protocol are known to answer with (IAM User Guide, "Troubleshoot signed
-- requests for AWS APIs", and users' reports); which of several faults is reported first is our decision.

local ascii = require "rekognition.text.ascii"
local errors = require "rekognition.emulator.errors"
local core = require "rekognition.core"
local http = require "rekognition.emulator.http"
local sigv4 = require "rekognition.sigv4"
local timestamp = require "rekognition.text.time"

local M = {}

local ALGORITHM = "AWS4-HMAC-SHA256"
local SKEW = 300       -- seconds that a signature's date may be off
local EXPIRES = 604800 -- seconds that a presigned request may be good for

-- What either form of the signature says, as the client wrote it.
---@class rekognition.emulator.Claim
---@field credential? string
---@field signed_headers? string
---@field signature? string
---@field date? string
---@field expires? string         query form
---@field token? string
---@field mode "header"|"query"

local function incomplete(...)
  errors.front("IncompleteSignatureException", table.concat({ ... }, " "))
end

-- The parts of "Credential=a, SignedHeaders=b, Signature=c". One walk along the text, however long it is.
local function authorization_parts(text)
  local parts, at, equals = {}, 1, 0
  while at <= #text and equals do
    local stop = text:find("[, \t]", at) or #text + 1
    if equals < at then equals = text:find("=", at, true) end
    if equals and equals > at and equals < stop - 1 then
      parts[text:sub(at, equals - 1)] = text:sub(equals + 1, stop - 1)
    end
    at = stop + 1
  end
  return parts
end

local function header_claim(authorization, headers)
  local text = ascii.trim(authorization)
  local blank = text:find("[ \t]") or #text + 1
  local algorithm = text:sub(1, blank - 1)
  if algorithm ~= ALGORITHM then incomplete(("Unsupported AWS 'algorithm': '%s'."):format(algorithm:sub(1, 100))) end
  local parts = authorization_parts(text:sub(blank + 1))
  return { credential = parts.Credential, signed_headers = parts.SignedHeaders, signature = parts.Signature,
           date = headers["x-amz-date"], token = headers["x-amz-security-token"], mode = "header" }
end

local function query_claim(query)
  if query["X-Amz-Algorithm"] ~= ALGORITHM then
    incomplete(("Unsupported AWS 'algorithm': '%s'."):format(query["X-Amz-Algorithm"] or ""))
  end
  return { credential = query["X-Amz-Credential"], signed_headers = query["X-Amz-SignedHeaders"],
           signature = query["X-Amz-Signature"], date = query["X-Amz-Date"], expires = query["X-Amz-Expires"],
           token = query["X-Amz-Security-Token"], mode = "query" }
end

local function read_claim(request, headers)
  if headers.authorization then return header_claim(headers.authorization, headers) end
  local query = http.query(request.target)
  if query["X-Amz-Algorithm"] or query["X-Amz-Signature"] then return query_claim(query) end
  errors.front("MissingAuthenticationTokenException", "Missing Authentication Token")
end

local function require_parts(claim)
  local missing = {}
  local where = claim.mode == "header" and "Authorization header" or "AWS query-string parameters"
  for _, part in ipairs { { "credential", "Credential" }, { "signature", "Signature" },
                          { "signed_headers", "SignedHeaders" } } do
    if not claim[part[1]] then missing[#missing + 1] = ("%s requires '%s' parameter."):format(where, part[2]) end
  end
  if not claim.date then
    missing[#missing + 1] = claim.mode == "query" and "AWS query-string parameters must include 'X-Amz-Date'."
      or "Authorization header requires existence of a 'X-Amz-Date' header."
  end
  if claim.mode == "query" and not claim.expires then
    missing[#missing + 1] = "AWS query-string parameters must include 'X-Amz-Expires'."
  end
  if #missing > 0 then incomplete(table.unpack(missing)) end
end

local function parse_date(text)
  local year, month, day, hour, minute, second = text:match("^(%d%d%d%d)(%d%d)(%d%d)T(%d%d)(%d%d)(%d%d)Z$")
  local seconds = year and timestamp.parse(("%s-%s-%sT%s:%s:%sZ"):format(year, month, day, hour, minute, second))
  if not seconds then
    incomplete(("Date must be in ISO-8601 'basic format'. Got '%s'. See http://en.wikipedia.org/wiki/ISO_8601")
      :format(text))
  end
  return seconds
end

local function invalid(message, ...)
  errors.front("InvalidSignatureException", message:format(...))
end

local function split_scope(credential)
  local parts, at = {}, 1
  while #parts < 6 do
    local slash = credential:find("/", at, true)
    parts[#parts + 1] = credential:sub(at, (slash or 0) - 1)
    if not slash then break end
    at = slash + 1
  end
  return parts
end

-- The parts of the credential that a request names, in its header or in its query; nil where it names none.
local function claimed_scope(headers, target)
  local credential = headers.authorization and authorization_parts(headers.authorization).Credential
  if not credential and target:find("X-Amz-Credential", 1, true) then
    credential = http.query(target)["X-Amz-Credential"]
  end
  return credential and split_scope(credential)
end

--- The service that a request is signed for, as its sender says; nil where it says nothing.
---@param headers table<string, string>
---@param target string
---@return string?
function M.claimed_service(headers, target)
  local scope = claimed_scope(headers, target)
  return scope and scope[4]
end

--- The access key that a request says it is signed with; nil where it says nothing.
---@param headers table<string, string>
---@param target string
---@return string?
function M.claimed_key(headers, target)
  local scope = claimed_scope(headers, target)
  return scope and scope[1]
end

-- The access key id and region of a credential scope that fits the service, the date and the region served.
local function check_scope(claim, expected)
  local parts = split_scope(claim.credential)
  if #parts ~= 5 then
    incomplete(("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
      .. "got '%s'"):format(claim.credential:sub(1, 200)))
  end
  local key, day, region, service, terminator = table.unpack(parts)
  if terminator ~= "aws4_request" then
    invalid("Credential should be scoped with a valid terminator: 'aws4_request', not '%s'.", terminator)
  elseif service ~= expected.service then
    invalid("Credential should be scoped to correct service: '%s'.", expected.service)
  elseif expected.region and region ~= expected.region then
    invalid("Credential should be scoped to a valid region, not '%s'; this emulator serves '%s'.", region,
      expected.region)
  elseif #region > 64 or not region:find("^[a-z][a-z][a-z0-9]*%-[a-z0-9-]+$") then
    invalid("Credential should be scoped to a valid region, not '%s'.", region)
  elseif day ~= claim.date:sub(1, 8) then
    invalid("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '%s' != '%s', "
      .. "from '%s'.", day, claim.date:sub(1, 8), claim.date)
  end
  return key, region
end

local function basic_date(seconds)
  return (timestamp.format(seconds):gsub("[-:]", ""))
end

local function check_time(claim, seconds, now)
  local lifetime = SKEW
  if claim.mode == "query" then
    lifetime = claim.expires:find("^%d%d?%d?%d?%d?%d?$") and tonumber(claim.expires)
    if not lifetime or lifetime < 1 or lifetime > EXPIRES then
      incomplete(("X-Amz-Expires must be from 1 to %d seconds. Got '%s'."):format(EXPIRES, claim.expires))
    end
  end
  local date, today = basic_date(seconds), basic_date(now)
  if now - seconds > lifetime and claim.mode == "query" then
    invalid("Signature expired: %s is now earlier than %s (%s - %d sec.)", date, basic_date(now - lifetime), today,
      lifetime)
  elseif now - seconds > lifetime then
    invalid("Signature expired: %s is now earlier than %s (%s - 5 min.)", date, basic_date(now - lifetime), today)
  elseif seconds - now > SKEW then
    invalid("Signature not yet current: %s is still later than %s (%s + 5 min.)", date, basic_date(now + SKEW), today)
  end
end

-- Whether two texts are the same, in a time that doesn't tell where they differ.
local function same(left, right)
  if #left ~= #right then return false end
  local difference = 0
  for i = 1, #left do difference = difference | (left:byte(i) ~ right:byte(i)) end
  return difference == 0
end

-- As rekognition.sigv4 tells verifiers to do: a session token that came is signed as any other header or parameter.
local function sign_again(request, claim, account, region, seconds, payload_hash, service)
  local plain = service == "s3" -- whose path is signed as it was sent
  return sigv4.sign(request, {
    region = region, service = service, normalize_path = not plain, double_encode = not plain,
    time = seconds, mode = claim.mode, expires = tonumber(claim.expires),
    credentials = { access_key_id = account.access_key_id, secret_access_key = account.secret_access_key },
    signed_headers = claim.signed_headers, payload_hash = payload_hash,
  })
end

-- The text that AWS answers a wrong signature with, which helps to find what differs. A session token, which the
-- canonical request has, stays out of it.
local function mismatch(result)
  local canonical = result.canonical_request:gsub("(x%-amz%-security%-token:)[^\n]*", "%1[...]")
    :gsub("(X%-Amz%-Security%-Token=)[^&\n]*", "%1[...]")
  errors.front("InvalidSignatureException", "The request signature we calculated does not match the signature you "
    .. "provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
    .. "\n\nThe Canonical String for this request should have been\n'" .. canonical
    .. "'\n\nThe String-to-Sign should have been\n'" .. result.string_to_sign .. "'\n")
end

-- The hash of the body that was signed: as the sender says it, or nil for the body's own.
local function payload_hash(claim, headers, service)
  local hash = headers["x-amz-content-sha256"]
  if service == "s3" and claim.mode == "query" then return hash or "UNSIGNED-PAYLOAD" end
  return hash
end

-- What may be said instead of the body's hash: S3's clients that send a body in pieces say STREAMING-...
local function is_word(hash)
  return hash == "UNSIGNED-PAYLOAD" or hash:sub(1, 10) == "STREAMING-"
end

local function check_signature(request, claim, account, region, seconds, headers, service)
  local hash = payload_hash(claim, headers, service)
  local ok, result = pcall(sign_again, request, claim, account, region, seconds, hash, service)
  if not ok then invalid("The request can't be signed: %s", tostring(result)) end
  if not same(result.signature, claim.signature) then mismatch(result) end
  if hash and not is_word(hash) and hash ~= core.sha256_hex(request.body) then
    errors.front("InvalidSignatureException",
      "The value of the x-amz-content-sha256 header does not match the calculated value.")
  end
end

local function check_token(account, token, now)
  if token ~= account.session_token then
    errors.front("UnrecognizedClientException", "The security token included in the request is invalid.")
  elseif account.expires and now >= account.expires then
    errors.front("ExpiredTokenException", "The security token included in the request is expired")
  end
end

--- Finds out who sent a request, or raises why that can't be believed.
---@param request table      as the HTTP server passes it: method, target, headers, body
---@param headers table<string, string>  by names in lower case
---@param expected {service: string, region?: string}  what it must be signed for; by default any region
---@param find fun(key: string, token: string?): rekognition.emulator.Account?  the owner of an access key
---@param now number         epoch seconds
---@return rekognition.emulator.Account
---@return string region     from the credential scope
function M.verify(request, headers, expected, find, now)
  local claim = read_claim(request, headers)
  require_parts(claim)
  local seconds = parse_date(claim.date)
  local key, region = check_scope(claim, expected)
  if not (";" .. claim.signed_headers .. ";"):find(";host;", 1, true) then
    invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
  end
  check_time(claim, seconds, now)
  local account = find(key, claim.token)
  if not account then
    errors.front("UnrecognizedClientException", "The security token included in the request is invalid.")
  end
  check_signature(request, claim, account, region, seconds, headers, expected.service)
  check_token(account, claim.token, now)
  return account, region
end

return M

--- Verifies a request's AWS Signature Version 4, in its header and in its query (presigned) form.
--
-- The signature is made once more, by rekognition.sigv4, from what arrived, and must be the same. Codes and texts are
-- those that services of AWS's JSON 1.1 protocol are known to answer with (IAM User Guide, "Troubleshoot signed
-- requests for AWS APIs", and users' reports); which of several faults is told first is a choice.

local errors = require "rekognition.emulator.errors"
local http = require "rekognition.emulator.http"
local sigv4 = require "rekognition.sigv4"
local timestamp = require "rekognition.text.time"

local M = {}

local SERVICE = "rekognition"
local ALGORITHM = "AWS4-HMAC-SHA256"
local SKEW = 300       -- seconds that a signature's date may be off
local EXPIRES = 604800 -- seconds that a presigned request may be good for

---@class rekognition.emulator.Account
---@field access_key_id string
---@field secret_access_key string
---@field account_id string      12 digits
---@field session_token? string  the token that must come with the key
---@field expires? number        epoch seconds after which the token is refused

---@class rekognition.emulator.Caller
---@field account string  12 digits
---@field arn string      the caller's own ARN: its account's root, a choice
---@field region string   from the credential scope

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

local function header_claim(authorization, headers)
  local algorithm, rest = authorization:match("^%s*(%S+)%s*(.*)$")
  if algorithm ~= ALGORITHM then
    incomplete(("Unsupported AWS 'algorithm': '%s'."):format(algorithm or ""))
  end
  local parts = {}
  for name, value in rest:gmatch("(%w+)=([^%s,]+)") do parts[name] = value end
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

-- The access key id and region of a credential scope that fits the service, the date and the region served.
local function check_scope(claim, served_region)
  local parts = {}
  for part in (claim.credential .. "/"):gmatch("([^/]*)/") do parts[#parts + 1] = part end
  if #parts ~= 5 then
    incomplete(("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
      .. "got '%s'"):format(claim.credential))
  end
  local key, day, region, service, terminator = table.unpack(parts)
  if terminator ~= "aws4_request" then
    invalid("Credential should be scoped with a valid terminator: 'aws4_request', not '%s'.", terminator)
  elseif service ~= SERVICE then
    invalid("Credential should be scoped to correct service: '%s'.", SERVICE)
  elseif served_region and region ~= served_region then
    invalid("Credential should be scoped to a valid region, not '%s'; this emulator serves '%s'.", region,
      served_region)
  elseif not region:find("^%l%l[%l%d]*%-[%l%d-]+$") then
    invalid("Credential should be scoped to a valid region, not '%s'.", region)
  elseif day ~= claim.date:sub(1, 8) then
    invalid("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '%s' != '%s', "
      .. "from '%s'.", day, claim.date:sub(1, 8), claim.date)
  end
  return key, region
end

local function basic_date(seconds)
  return os.date("!%Y%m%dT%H%M%SZ", math.floor(seconds))
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
local function sign_again(request, claim, account, region, seconds, payload_hash)
  return sigv4.sign(request, {
    region = region, service = SERVICE, time = seconds, mode = claim.mode, expires = tonumber(claim.expires),
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

local function check_signature(request, claim, account, region, seconds, headers)
  local hash = headers["x-amz-content-sha256"]
  local ok, result = pcall(sign_again, request, claim, account, region, seconds, hash)
  if not ok then invalid("The request can't be signed: %s", tostring(result)) end
  if not same(result.signature, claim.signature) then mismatch(result) end
  if hash and hash ~= "UNSIGNED-PAYLOAD" then
    local own = sigv4.sign({ method = "POST", target = "/", headers = { { "Host", "h" } }, body = request.body },
      { region = region, service = SERVICE, time = seconds, credentials = account })
    if hash ~= own.canonical_request:match("[^\n]*$") then
      invalid("The value of the x-amz-content-sha256 header does not match the calculated value.")
    end
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
---@param request table      as the HTTP server gives it: method, target, headers, body
---@param accounts table<string, rekognition.emulator.Account>  by access key id
---@param now number         epoch seconds
---@param served_region? string  the only region served; any where absent
---@return rekognition.emulator.Caller
function M.verify(request, accounts, now, served_region)
  local headers = http.header_map(request.headers)
  local claim = read_claim(request, headers)
  require_parts(claim)
  local seconds = parse_date(claim.date)
  local key, region = check_scope(claim, served_region)
  if not (";" .. claim.signed_headers .. ";"):find(";host;", 1, true) then
    invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
  end
  check_time(claim, seconds, now)
  local account = accounts[key]
  if not account then
    errors.front("UnrecognizedClientException", "The security token included in the request is invalid.")
  end
  check_signature(request, claim, account, region, seconds, headers)
  check_token(account, claim.token, now)
  return { account = account.account_id, arn = ("arn:aws:iam::%s:root"):format(account.account_id), region = region }
end

return M

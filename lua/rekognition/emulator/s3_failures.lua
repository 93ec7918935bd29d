--- How S3 says that something went wrong: its codes, their statuses, its XML.
--
-- Source: Amazon S3 API Reference, "Error responses".

local errors = require "rekognition.emulator.errors"
local s3 = require "rekognition.emulator.s3"
local xml = require "rekognition.emulator.xml"

local M = {}

local CODES = {
  NoSuchBucket = { 404, "The specified bucket does not exist" },
  NoSuchKey = { 404, "The specified key does not exist." },
  NoSuchUpload = { 404, "The specified upload does not exist. The upload ID may be invalid, or the upload may have "
    .. "been aborted or completed." },
  AccessDenied = { 403, "Access Denied" },
  BucketAlreadyExists = { 409, "The requested bucket name is not available. The bucket namespace is shared by all "
    .. "users of the system. Please select a different name and try again." },
  BucketAlreadyOwnedByYou = { 409, "Your previous request to create the named bucket succeeded and you already own "
    .. "it." },
  BucketNotEmpty = { 409, "The bucket you tried to delete is not empty" },
  InvalidBucketName = { 400, "The specified bucket is not valid." },
  InvalidRange = { 416, "The requested range is not satisfiable" },
  InvalidArgument = { 400, "Invalid Argument" },
  InvalidPart = { 400, "One or more of the specified parts could not be found. The part may not have been uploaded, or "
    .. "the specified entity tag may not match the part's entity tag." },
  InvalidDigest = { 400, "The Content-MD5 you specified is not valid." },
  BadDigest = { 400, "The Content-MD5 you specified did not match what we received." },
  InvalidRequest = { 400, "The request is not valid." },
  MalformedXML = { 400, "The XML you provided was not well-formed or did not validate against our published schema" },
  IncompleteBody = { 400, "The request body terminated unexpectedly" },
  KeyTooLongError = { 400, "Your key is too long" },
  PreconditionFailed = { 412, "At least one of the pre-conditions you specified did not hold" },
  IllegalLocationConstraintException = { 400, "The unspecified location constraint is incompatible for the region "
    .. "specific endpoint this request was sent to." },
}

-- Codes of what stands before a service, under S3's names.
local FRONT = {
  MissingAuthenticationTokenException = { "AccessDenied", 403 },
  IncompleteSignatureException = { "AuthorizationHeaderMalformed", 400 },
  InvalidSignatureException = { "SignatureDoesNotMatch", 403 },
  UnrecognizedClientException = { "InvalidAccessKeyId", 403 },
  ExpiredTokenException = { "ExpiredToken", 400 },
  InternalServerError = { "InternalError", 500 },
  ThrottlingException = { "SlowDown", 503 },
}

--- Raises a failure.
---@param code string
---@param message? string  S3's own by default
function M.raise(code, message)
  local known = CODES[code]
  errors.front(code, message or known[2], known[1])
end

--- Raises a failure that is rare.
---@param code string
---@param message string
---@param status integer
function M.raise_as(code, message, status) errors.front(code, message, status) end

--- Raises a denial, with the reason where one may be told.
function M.deny(exchange, action, key, reason)
  if not reason then M.raise "AccessDenied" end
  M.raise("AccessDenied", errors.denial(exchange.caller, action,
    ('"%s"'):format(s3.arn(exchange.bucket, key)), reason))
end

--- The response to a failure.
---@param exchange rekognition.emulator.Exchange
---@param failure rekognition.emulator.Failure
function M.respond(exchange, failure)
  local code, status = failure.code, failure.status
  local known = FRONT[code]
  if known then code, status = known[1], known[2] end
  if code == "SignatureDoesNotMatch" and failure.message:find("^Signature [en]") then code = "RequestTimeTooSkewed" end
  local headers = { { "Content-Type", "application/xml" }, { "x-amz-request-id", exchange.id } }
  if status == 304 then return 304, headers, "" end
  return status, headers, xml.document("Error", nil, {
    { "Code", code }, { "Message", failure.message }, { "BucketName", exchange.bucket }, { "Key", exchange.key },
    { "RequestId", exchange.id }, { "HostId", "rekognition-emulator" },
  })
end

return M

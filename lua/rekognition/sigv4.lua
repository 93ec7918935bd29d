--- AWS Signature Version 4 for any request of any AWS service.
--
-- The document behind it: "AWS Signature Version 4 for API requests" (IAM User Guide). What is signed
-- and how (header rules, query rules, path rules, and our few decisions where the document is silent)
-- stands at the top of csrc/core/sigv4.h.
--
-- To verify a request that someone else signed: take Credential, SignedHeaders and Signature out of its
-- Authorization header (or its X-Amz-* query parameters); sign the request as it arrived, headers and
-- all, with `region` and `service` from the credential, `time` from its X-Amz-Date, `signed_headers` from
-- its SignedHeaders, and credentials without session token (a token that came as a header or parameter
-- is then signed as any other); compare `signature`. For the query form add mode = "query" and
-- `expires`. X-Amz-Content-Sha256, where it came, is taken at its word: that it is the body's hash is
-- for the verifier to check.

local core = require "rekognition.core"
local expect = require "rekognition.text.expect"
local nearest = require "rekognition.text.nearest"
local rek_error = require "rekognition.error"

---@class rekognition.SigningRequest
---@field method string   as sent
---@field target string   path and query as on the request line, percent-encoded; "" stands for "/"
---@field headers {[1]: string, [2]: string}[]  must have Host; a name may come more than once
---@field body? string

---@class rekognition.SigningOptions
---@field region string
---@field service string   the signing name, such as "rekognition"
---@field credentials { access_key_id: string, secret_access_key: string, session_token: string? }
---@field time number      seconds since the epoch; a fraction is dropped
---@field mode? "header"|"query"   an Authorization header (the default), or a presigned target
---@field expires? integer seconds, 1 to 604800: how long a presigned target holds
---@field normalize_path? boolean  drop "." and ".." segments and repeated slashes (default true; S3: false)
---@field double_encode? boolean   percent-encode the path as sent once more (default true; S3: false)
---@field sign_body? boolean       add X-Amz-Content-Sha256 (header form only)
---@field payload_hash? string     hexadecimal SHA-256 of the body, or "UNSIGNED-PAYLOAD"; absent: the value of
---                                an X-Amz-Content-Sha256 header, or else computed from the body
---@field token_after? boolean     add the session token after signing, unsigned
---@field signed_headers? string   exactly these headers, "host;x-amz-date", for verifying

---@class rekognition.Signed
---@field canonical_request string  the first stage
---@field string_to_sign string     the second stage
---@field signature string          the third, 64 hexadecimal digits
---@field headers {[1]: string, [2]: string}[]  to be sent: those given, but for any that the signer's own
---                                replace (Authorization, X-Amz-Date, X-Amz-Security-Token,
---                                X-Amz-Content-Sha256), and these
---@field target string             to be sent

local M = expect.face({}, "rekognition.sigv4")

local REQUEST = { "method", "target", "headers", "body" }
local OPTIONS = { "region", "service", "credentials", "time", "mode", "expires", "normalize_path", "double_encode",
                  "sign_body", "payload_hash", "token_after", "signed_headers" }
local CREDENTIALS = { "access_key_id", "secret_access_key", "session_token", "expiration", "account_id" }
local MODES = { "header", "query" }
local SIGN = "sigv4.sign"

local function check(request, options)
  expect.argument(request, expect.TABLE, SIGN, "request")
  expect.argument(options, expect.TABLE, SIGN, "options")
  expect.no_misspelling(request, REQUEST, SIGN)
  expect.no_misspelling(options, OPTIONS, SIGN)
  local credentials = rawget(options, "credentials")
  if type(credentials) == "table" then expect.no_misspelling(credentials, CREDENTIALS, SIGN) end
end

--- Signs a request. Tables are read raw: no metamethod is called.
---
--- Raises a `rekognition.error` of kind "validation" that names the field and what it must be; no value of
--- a credential is in it.
---@param request rekognition.SigningRequest
---@param options rekognition.SigningOptions
---@return rekognition.Signed
function M.sign(request, options)
  local signed, problem = core.sign(request, options)
  if signed and not problem then return signed end
  check(request, options) -- something is wrong, or there are names that nothing reads
  if signed then return signed end
  return rek_error.raise {
    kind = "validation",
    code = "ValidationError",
    message = problem.path .. " " .. problem.message
      .. (problem.path == "options.mode" and nearest.hint(rawget(options, "mode"), MODES) or ""),
    problems = { problem },
  }
end

return M

--- Amazon S3's protocol in little: buckets and objects over HTTP.
--
-- Source: the Amazon S3 API Reference. Path style (/BUCKET/KEY) and virtual-host style (the bucket in front of the
-- host's name). Any region is taken, since one port stands for all of them: our decision.

local ascii = require "rekognition.text.ascii"
local auth = require "rekognition.emulator.auth"
local buckets = require "rekognition.emulator.s3_buckets"
local errors = require "rekognition.emulator.errors"
local failures = require "rekognition.emulator.s3_failures"
local http = require "rekognition.emulator.http"
local objects = require "rekognition.emulator.s3_objects"
local requests = require "rekognition.emulator.s3_requests"
local uploads = require "rekognition.emulator.s3_uploads"

local M = {}

-- The bucket that a host's name begins with: "bucket.localhost", "bucket.s3.us-east-1.amazonaws.com". Numbers are an
-- address.
local function bucket_in_host(host)
  host = ascii.lower((host or ""):match("^[^:]*"))
  if host:find("^[0-9.]+$") then return nil end
  local stop = host:find(".s3.", 1, true) or host:find(".s3-", 1, true) or host:find(".localhost", 1, true)
  return stop and stop > 1 and host:sub(1, stop - 1) or nil
end

-- The bucket and the key that a request names; either may be nil.
local function subject_of(exchange)
  local path = exchange.path
  local bucket = bucket_in_host(exchange.headers.host)
  if not bucket then
    local slash = path:find("/", 2, true)
    bucket = http.decode(path:sub(2, (slash or 0) - 1))
    path = slash and path:sub(slash) or "/"
  end
  local key = http.decode(path:sub(2))
  return bucket ~= "" and bucket or nil, key ~= "" and key or nil
end

local BUCKET = { GET = buckets.get, PUT = buckets.create, HEAD = buckets.head, DELETE = buckets.delete,
                 POST = objects.delete_several }
local OBJECT = { GET = objects.get, PUT = objects.put, HEAD = objects.get, DELETE = objects.delete }

local function operation_of(exchange, query)
  local method = exchange.request.method
  if not exchange.bucket then
    if method == "GET" then return buckets.list_all end
  elseif not exchange.key then
    return BUCKET[method]
  elseif query.uploads or query.uploadId then
    return uploads[method]
  else
    return OBJECT[method]
  end
end

local function check_request(request)
  if request.refused == 413 then
    errors.front("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", 400)
  elseif request.refused == 501 then
    errors.front("NotImplemented", "A header you provided implies functionality that is not implemented", 501)
  elseif request.refused then
    errors.front("SlowDown", "Please reduce your request rate.", 503)
  end
end

-- A bucket's owner, where the request says whose it must be.
local function check_owner(exchange)
  local expected = exchange.headers["x-amz-expected-bucket-owner"]
  local bucket = exchange.bucket and exchange.emulator.store.buckets[exchange.bucket]
  if expected and bucket and bucket.account ~= expected then errors.front("AccessDenied", "Access Denied", 403) end
end

--- The name that faults and counts know a call by: "s3:GET" and the other methods that there are, or "-".
---@param exchange rekognition.emulator.Exchange
---@return string
function M.called(exchange)
  local method = exchange.request.method
  return BUCKET[method] and "s3:" .. method or "-"
end

--- Does what a request asks for; raises a failure where it can't.
---@param exchange rekognition.emulator.Exchange
function M.perform(exchange)
  local emulator = exchange.emulator
  local query = http.query(exchange.request.target)
  exchange.query = query
  exchange.bucket, exchange.key = subject_of(exchange)
  check_request(exchange.request)
  if query.AWSAccessKeyId then
    errors.front("InvalidRequest", "The authorization mechanism you have provided is not supported. Please use "
      .. "AWS4-HMAC-SHA256.", 400)
  end
  local account, region = auth.verify(exchange.request, exchange.headers, { service = "s3" },
    function(key, token) return emulator.identities:find(key, token) end, exchange.signed_at)
  exchange.caller = emulator.identities:caller(account, region)
  exchange.caller.about = exchange
  exchange.operation = "s3:" .. exchange.request.method
  requests.check(exchange)
  local operation = operation_of(exchange, query)
  if not operation then
    errors.front("MethodNotAllowed", "The specified method is not allowed against this resource.", 405)
  end
  check_owner(exchange)
  return operation(exchange)
end

M.fail = failures.respond

return M

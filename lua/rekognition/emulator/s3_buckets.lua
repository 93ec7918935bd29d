--- S3's operations on buckets: create, list, head, delete, and what a bucket tells of itself.

local ascii = require "rekognition.text.ascii"
local errors = require "rekognition.emulator.errors"
local failures = require "rekognition.emulator.s3_failures"
local iam = require "rekognition.emulator.iam"
local listing = require "rekognition.emulator.s3_listing"
local s3 = require "rekognition.emulator.s3"
local timestamp = require "rekognition.text.time"
local xml = require "rekognition.emulator.xml"

local NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"

local M = {}

local function headers_of(exchange, more)
  local headers = { { "x-amz-request-id", exchange.id }, table.unpack(more or {}) }
  headers[#headers + 1] = { "Content-Type", "application/xml" }
  return headers
end

--- The exchange's bucket, where the caller may do something in it.
---@return rekognition.emulator.Bucket
function M.allowed(exchange, action, key)
  local bucket, code, reason = s3.bucket_for(exchange.emulator.store, exchange.caller, exchange.bucket, action, key)
  if bucket then return bucket end
  if code == "AccessDenied" then failures.deny(exchange, action, key, reason) end
  return failures.raise(code)
end

-- General purpose buckets: 3 to 63 characters, not an address ("Bucket naming rules").
local function check_name(name)
  local well = #name >= 3 and #name <= 63 and name:find("^[a-z0-9][a-z0-9.-]*[a-z0-9]$")
    and not name:find("..", 1, true) and not name:find("^[0-9]+%.[0-9]+%.[0-9]+%.[0-9]+$") and name:sub(1, 4) ~= "xn--"
  if not well then failures.raise "InvalidBucketName" end
end

-- Outside us-east-1 a bucket's region must be said.
local function region_of(exchange)
  local said = xml.texts(exchange.request.body, "LocationConstraint")[1]
  local called = exchange.caller.region
  if said or called == "us-east-1" then return said or called end
  return failures.raise "IllegalLocationConstraintException"
end

-- Without a bucket there is nothing whose owner could allow it: the caller's policies decide alone.
local function check_allowed(exchange, action, resource)
  local ok, reason = iam.allows(exchange.caller, { action = action, resource = resource }, exchange)
  if not ok then errors.front("AccessDenied", errors.denial(exchange.caller, action, resource, reason), 403) end
end

function M.create(exchange)
  local caller = exchange.caller
  check_allowed(exchange, "s3:CreateBucket", s3.arn(exchange.bucket))
  check_name(exchange.bucket)
  local region = region_of(exchange)
  local bucket, code = s3.create_bucket(exchange.emulator.store, caller, exchange.bucket, exchange.now, region)
  -- As S3 does in us-east-1 alone.
  if code == "BucketAlreadyOwnedByYou" and region == "us-east-1" then bucket = true end
  if not bucket then failures.raise(code) end
  return 200, headers_of(exchange, { { "Location", "/" .. exchange.bucket } }), ""
end

function M.head(exchange)
  local bucket = M.allowed(exchange, "s3:ListBucket")
  return 200, headers_of(exchange, { { "x-amz-bucket-region", bucket.region } }), ""
end

function M.delete(exchange)
  local bucket = M.allowed(exchange, "s3:DeleteBucket")
  if next(bucket.objects) then failures.raise "BucketNotEmpty" end
  local store = exchange.emulator.store
  store.buckets[bucket.name] = nil
  store.changed = true
  return 204, headers_of(exchange), ""
end

local function owner(account)
  return { { "ID", account }, { "DisplayName", account } }
end

--- An access control list: its owner has every right, as S3 makes them by default.
function M.acl(account)
  return xml.document("AccessControlPolicy", NAMESPACE, {
    { "Owner", owner(account) },
    { "AccessControlList", { { "Grant", { { "Grantee", { { "ID", account }, { "DisplayName", account } } },
                                          { "Permission", "FULL_CONTROL" } } } } },
  }):gsub("<Grantee>", '<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">')
end

function M.list_all(exchange)
  check_allowed(exchange, "s3:ListAllMyBuckets", "*")
  local names, elements = {}, {}
  for name, bucket in pairs(exchange.emulator.store.buckets) do
    if bucket.account == exchange.caller.account then names[#names + 1] = name end
  end
  ascii.sort(names)
  for i, name in ipairs(names) do
    local bucket = exchange.emulator.store.buckets[name]
    elements[i] = { "Bucket", { { "Name", name }, { "CreationDate", timestamp.format(bucket.created) },
                                { "BucketRegion", bucket.region } } }
  end
  return 200, headers_of(exchange), xml.document("ListAllMyBucketsResult", NAMESPACE, {
    { "Buckets", elements }, { "Owner", owner(exchange.caller.account) },
  })
end

function M.get(exchange)
  local query = exchange.query
  if query.location then
    local bucket = M.allowed(exchange, "s3:GetBucketLocation")
    local region = bucket.region ~= "us-east-1" and xml.escape(bucket.region) or ""
    return 200, headers_of(exchange), ('<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="%s">%s'
      .. "</LocationConstraint>"):format(NAMESPACE, region)
  elseif query.acl then
    return 200, headers_of(exchange), (M.acl(M.allowed(exchange, "s3:GetBucketAcl").account))
  elseif query.versioning then
    M.allowed(exchange, "s3:GetBucketVersioning")
    return 200, headers_of(exchange), xml.document("VersioningConfiguration", NAMESPACE, {})
  end
  local bucket = M.allowed(exchange, "s3:ListBucket")
  return 200, headers_of(exchange), listing.write(bucket, query)
end

return M

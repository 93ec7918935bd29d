--- Amazon S3 in little: buckets and objects in the emulator's state, for the operations that read and write them.
--
-- A code that comes instead of a result is S3's own: NoSuchBucket, NoSuchKey, AccessDenied.

local checksums = require "rekognition.emulator.checksums"
local core = require "rekognition.core"
local hex = require "rekognition.text.hex"
local iam = require "rekognition.emulator.iam"

local M = {}

---@class rekognition.emulator.Bucket
---@field name string
---@field account string  its owner, 12 digits
---@field region string
---@field created number  epoch seconds
---@field objects table<string, rekognition.emulator.Object>  by key

---@class rekognition.emulator.Object
---@field body string
---@field etag string     hexadecimal
---@field modified number epoch seconds
---@field headers? table<string, string>  those that a reader gets again: Content-Type and the like, x-amz-meta-*
---@field checksums? table<string, string>  as the sender said them

--- Whether a part of a state file can be the buckets.
---@return boolean
function M.is_whole(buckets)
  if type(buckets) ~= "table" then return false end
  for _, bucket in pairs(buckets) do
    if type(bucket) ~= "table" or type(bucket.account) ~= "string" or type(bucket.objects) ~= "table" then
      return false
    end
  end
  return true
end

--- Whether anybody has made a bucket. As long as nobody has, the emulator has no storage to look at, and operations
--- take every bucket and every object for one that is there; unless it was told that buckets must be there.
---@param store rekognition.emulator.Store
---@return boolean
function M.in_use(store)
  return store.strict_buckets or next(store.buckets) ~= nil
end

--- Makes a bucket.
---@param identity rekognition.emulator.Caller  its owner
---@param now number
---@return rekognition.emulator.Bucket?, string? code
function M.create_bucket(store, identity, name, now, region)
  local bucket = store.buckets[name]
  if bucket then
    return nil, bucket.account == identity.account and "BucketAlreadyOwnedByYou" or "BucketAlreadyExists"
  end
  bucket = { name = name, account = identity.account, region = region or identity.region, created = now, objects = {} }
  store.buckets[name] = bucket
  store.changed = true
  return bucket
end

-- Whether the identity may do something in a bucket, which has no policy of its own. An account alone, from a program
-- that has the emulator inside, may do everything in its buckets.
local function allowed(bucket, identity, action, key)
  if not identity.kind then return bucket.account == identity.account end
  local ok, reason = iam.allows(identity, {
    action = action, resource = M.arn(bucket.name, key), owner = bucket.account,
  }, identity.about or { now = 0 })
  if ok then return true end
  return false, bucket.account == identity.account and reason or nil
end

--- The ARN of a bucket or of an object.
---@return string
function M.arn(bucket, key)
  return "arn:aws:s3:::" .. bucket .. (key and "/" .. key or "")
end

--- A bucket in which the identity may do something.
---@param store rekognition.emulator.Store
---@param identity rekognition.emulator.Caller
---@param name string
---@param action string  "s3:PutObject"
---@param key? string    where the action is on an object
---@return rekognition.emulator.Bucket?, string? code, string? reason  why it is denied, if that may be told
function M.bucket_for(store, identity, name, action, key)
  local bucket = store.buckets[name]
  if not bucket then return nil, "NoSuchBucket" end
  local ok, reason = allowed(bucket, identity, action, key)
  if not ok then return nil, "AccessDenied", reason end
  return bucket
end

--- A bucket that the identity may list.
---@return rekognition.emulator.Bucket?, string? code, string? reason
function M.head_bucket(store, identity, name)
  return M.bucket_for(store, identity, name, "s3:ListBucket")
end

--- An object that the identity may read. Who may not list the bucket isn't told that an object isn't there.
---@return rekognition.emulator.Object?, string? code, string? reason
function M.find_object(store, identity, bucket_name, key)
  local bucket, code, reason = M.bucket_for(store, identity, bucket_name, "s3:GetObject", key)
  if not bucket then return nil, code, reason end
  local object = bucket.objects[key]
  if object then return object end
  local may_list, why = allowed(bucket, identity, "s3:ListBucket")
  if not may_list then return nil, "AccessDenied", why end
  return nil, "NoSuchKey"
end

--- An object's bytes.
---@return string? body, string? code
function M.get_object(store, identity, bucket_name, key)
  local object, code = M.find_object(store, identity, bucket_name, key)
  if not object then return nil, code end
  return object.body
end

local MOST_MD5 = 4 * 1024 * 1024

--- An object's or a part's ETag: its MD5, as S3's is of what isn't encrypted by a key of its own. Of a larger body it
--- is another digest, which takes less time: our decision, so that nobody else waits.
---@param body string
---@return string
function M.etag(body)
  if #body > MOST_MD5 then return core.sha256_hex(body):sub(1, 32) end
  return hex.encode(checksums.md5(body))
end

--- Puts an object by the service itself, which has the right to: nothing happens without the bucket.
---@return rekognition.emulator.Object?
function M.store_object(store, bucket_name, key, body, now)
  local bucket = store.buckets[bucket_name]
  if not bucket then return nil end
  local object = { body = body, etag = M.etag(body), modified = now }
  bucket.objects[key] = object
  store.changed = true
  return object
end

--- Puts an object.
---@return rekognition.emulator.Object?, string? code, string? reason
function M.put_object(store, identity, bucket_name, key, body, now)
  local bucket, code, reason = M.bucket_for(store, identity, bucket_name, "s3:PutObject", key)
  if not bucket then return nil, code, reason end
  return M.store_object(store, bucket_name, key, body, now)
end

return M

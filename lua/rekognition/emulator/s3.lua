--- Amazon S3 in little: buckets and objects in the emulator's state, for the operations that read and write them.
--
-- A code that comes instead of a result is S3's own: NoSuchBucket, NoSuchKey, AccessDenied.

local core = require "rekognition.core"

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
--- take every bucket and every object for one that is there.
---@param store rekognition.emulator.Store
---@return boolean
function M.in_use(store)
  return next(store.buckets) ~= nil
end

--- Makes a bucket.
---@param identity rekognition.emulator.Caller  its owner
---@param now number
---@return rekognition.emulator.Bucket?, string? code
function M.create_bucket(store, identity, name, now)
  local bucket = store.buckets[name]
  if bucket then
    return nil, bucket.account == identity.account and "BucketAlreadyOwnedByYou" or "BucketAlreadyExists"
  end
  bucket = { name = name, account = identity.account, region = identity.region, created = now, objects = {} }
  store.buckets[name] = bucket
  store.changed = true
  return bucket
end

--- A bucket that the identity may use.
---@return rekognition.emulator.Bucket?, string? code
function M.head_bucket(store, identity, name)
  local bucket = store.buckets[name]
  if not bucket then return nil, "NoSuchBucket" end
  if bucket.account ~= identity.account then return nil, "AccessDenied" end
  return bucket
end

--- An object's bytes.
---@return string? body, string? code
function M.get_object(store, identity, bucket_name, key)
  local bucket, code = M.head_bucket(store, identity, bucket_name)
  if not bucket then return nil, code end
  local object = bucket.objects[key]
  if not object then return nil, "NoSuchKey" end
  return object.body
end

--- Puts an object by the service itself, which has the right to: nothing happens without the bucket.
---@return rekognition.emulator.Object?
function M.store_object(store, bucket_name, key, body, now)
  local bucket = store.buckets[bucket_name]
  if not bucket then return nil end
  local object = { body = body, etag = core.sha256_hex(body):sub(1, 32), modified = now }
  bucket.objects[key] = object
  store.changed = true
  return object
end

--- Puts an object.
---@return rekognition.emulator.Object?, string? code
function M.put_object(store, identity, bucket_name, key, body, now)
  local bucket, code = M.head_bucket(store, identity, bucket_name)
  if not bucket then return nil, code end
  return M.store_object(store, bucket_name, key, body, now)
end

return M

--- S3's operations on objects: put, copy, get, head, delete.

local buckets = require "rekognition.emulator.s3_buckets"
local core = require "rekognition.core"
local failures = require "rekognition.emulator.s3_failures"
local http = require "rekognition.emulator.http"
local s3 = require "rekognition.emulator.s3"
local timestamp = require "rekognition.text.time"
local xml = require "rekognition.emulator.xml"

local NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
local LONGEST_KEY = 1024

local M = {}

-- Headers that come back with the object.
local KEPT = { "content-type", "content-disposition", "content-language", "cache-control", "expires" }
local CHECKSUMS = { "x-amz-checksum-crc32", "x-amz-checksum-crc32c", "x-amz-checksum-crc64nvme", "x-amz-checksum-sha1",
                    "x-amz-checksum-sha256" }

-- The bytes of a body that came in pieces (aws-chunked): length in hexadecimal, perhaps a signature, the piece. A
-- piece's own signature is not verified. The trailer may have a checksum.
local function unchunk(body)
  local parts, at, trailer = {}, 1, {}
  while true do
    local stop = body:find("\r\n", at, true)
    local size = stop and stop - at < 200 and body:sub(at, stop - 1):match("^[0-9A-Fa-f]+")
    if not size or #size > 8 then failures.raise "IncompleteBody" end
    local length = tonumber(size, 16)
    at = stop + 2
    if length == 0 then break end
    if at + length - 1 > #body then failures.raise "IncompleteBody" end
    parts[#parts + 1] = body:sub(at, at + length - 1)
    at = at + length + 2
  end
  for line in body:sub(at, at + 4096):gmatch("[^\r\n]+") do
    local colon = line:find(":", 1, true)
    if colon then trailer[line:sub(1, colon - 1)] = line:sub(colon + 1) end
  end
  return table.concat(parts), trailer
end

--- The bytes that a request puts.
---@return string body
---@return table<string, string> trailer
function M.body_of(exchange)
  local hash = exchange.headers["x-amz-content-sha256"] or ""
  local coding = exchange.headers["content-encoding"] or ""
  if hash:sub(1, 10) ~= "STREAMING-" and not coding:find("aws-chunked", 1, true) then
    return exchange.request.body, {}
  end
  local body, trailer = unchunk(exchange.request.body)
  local said = exchange.headers["x-amz-decoded-content-length"]
  if said and tonumber(said) ~= #body then failures.raise "IncompleteBody" end
  return body, trailer
end

local function kept_headers(headers)
  local kept = {}
  for _, name in ipairs(KEPT) do kept[name] = headers[name] end
  for name, value in pairs(headers) do
    if name:sub(1, 11) == "x-amz-meta-" then kept[name] = value end
  end
  return kept
end

local function checksums_of(headers, trailer)
  local checksums = {}
  for _, name in ipairs(CHECKSUMS) do checksums[name] = headers[name] or trailer[name] end
  return checksums
end

local function headers_of(exchange, more)
  return { { "x-amz-request-id", exchange.id }, table.unpack(more or {}) }
end

local function quoted(etag) return '"' .. etag .. '"' end

-- S3's own check of what came, for the digests that the core can make.
local function check_digests(body, checksums)
  local said = checksums["x-amz-checksum-sha256"]
  if said and said ~= core.base64_encode((core.sha256_hex(body):gsub("..", function(pair)
    return string.char(tonumber(pair, 16))
  end))) then
    failures.raise("InvalidArgument", "Value for x-amz-checksum-sha256 header is invalid.")
  end
end

-- Conditions of a write: If-None-Match: * and If-Match.
local function check_conditions(exchange, bucket)
  local object = bucket.objects[exchange.key]
  if exchange.headers["if-none-match"] == "*" and object then failures.raise "PreconditionFailed" end
  local wanted = exchange.headers["if-match"]
  if wanted and not (object and quoted(object.etag) == wanted) then failures.raise "PreconditionFailed" end
end

local function find_source(exchange, source)
  local path = http.decode(source:match("^[^?]*"))
  local bucket, key = path:match("^/?([^/]+)/(.+)$")
  if not bucket then failures.raise("InvalidArgument", "x-amz-copy-source must be BUCKET/KEY") end
  local object, code = s3.find_object(exchange.emulator.store, exchange.caller, bucket, key)
  return object or failures.raise(code)
end

local function copy(exchange, source)
  local found = find_source(exchange, source)
  local object = s3.store_object(exchange.emulator.store, exchange.bucket, exchange.key, found.body, exchange.now)
  local replace = exchange.headers["x-amz-metadata-directive"] == "REPLACE"
  object.headers = replace and kept_headers(exchange.headers) or found.headers
  object.checksums = found.checksums
  return 200, headers_of(exchange, { { "Content-Type", "application/xml" } }), xml.document("CopyObjectResult",
    NAMESPACE, { { "LastModified", timestamp.format(object.modified) }, { "ETag", quoted(object.etag) } })
end

function M.put(exchange)
  if next(exchange.query) and not exchange.query["x-id"] and not exchange.query["X-Amz-Signature"] then
    failures.raise("InvalidArgument", "The emulator does not know this request.")
  end
  if #exchange.key > LONGEST_KEY then failures.raise "KeyTooLongError" end
  local bucket = buckets.allowed(exchange, "s3:PutObject", exchange.key)
  check_conditions(exchange, bucket)
  local source = exchange.headers["x-amz-copy-source"]
  if source then return copy(exchange, source) end
  local body, trailer = M.body_of(exchange)
  local checksums = checksums_of(exchange.headers, trailer)
  check_digests(body, checksums)
  local object = s3.store_object(exchange.emulator.store, exchange.bucket, exchange.key, body, exchange.now)
  object.headers, object.checksums = kept_headers(exchange.headers), checksums
  local headers = headers_of(exchange, { { "ETag", quoted(object.etag) } })
  for name, value in pairs(checksums) do headers[#headers + 1] = { name, value } end
  return 200, headers, ""
end

-- The part of the body that a Range asks for: first and last byte, from 1; nil for the whole.
local function range_of(exchange, size)
  local first, last = (exchange.headers.range or ""):match("^bytes=([0-9]*)%-([0-9]*)$")
  if not first or first == "" and last == "" or #first > 15 or #last > 15 then return nil end
  first, last = math.tointeger(tonumber(first)), math.tointeger(tonumber(last))
  if not first then first, last = math.max(0, size - last), size - 1 end
  last = math.min(last or size - 1, size - 1)
  if first > last then failures.raise "InvalidRange" end
  return first + 1, last + 1
end

local function describe(exchange, object)
  local headers = headers_of(exchange, { { "ETag", quoted(object.etag) }, { "Accept-Ranges", "bytes" },
    { "Last-Modified", http.date(object.modified) } })
  local kept = object.headers or {}
  if not kept["content-type"] then headers[#headers + 1] = { "Content-Type", "binary/octet-stream" } end
  for name, value in pairs(kept) do headers[#headers + 1] = { name, value } end
  if exchange.headers["x-amz-checksum-mode"] == "ENABLED" and not exchange.headers.range then
    for name, value in pairs(object.checksums or {}) do headers[#headers + 1] = { name, value } end
  end
  return headers
end

local function find(exchange)
  local object, code, reason = s3.find_object(exchange.emulator.store, exchange.caller, exchange.bucket, exchange.key)
  if object then return object end
  if code == "AccessDenied" then failures.deny(exchange, "s3:GetObject", exchange.key, reason) end
  return failures.raise(code)
end

local function tell(exchange, what)
  local bucket = buckets.allowed(exchange, what == "acl" and "s3:GetObjectAcl" or "s3:GetObjectTagging", exchange.key)
  if not bucket.objects[exchange.key] then failures.raise "NoSuchKey" end
  local body = what == "acl" and buckets.acl(bucket.account) or xml.document("Tagging", NAMESPACE, { { "TagSet", {} } })
  return 200, headers_of(exchange, { { "Content-Type", "application/xml" } }), body
end

--- GetObject and HeadObject: the server leaves a body out where HEAD asks.
function M.get(exchange)
  if exchange.query.acl then return tell(exchange, "acl") end
  if exchange.query.tagging then return tell(exchange, "tagging") end
  local object = find(exchange)
  local headers = describe(exchange, object)
  if exchange.headers["if-none-match"] == quoted(object.etag) then return 304, headers, "" end
  local wanted = exchange.headers["if-match"]
  if wanted and wanted ~= quoted(object.etag) then failures.raise "PreconditionFailed" end
  local first, last = range_of(exchange, #object.body)
  if not first then return 200, headers, object.body end
  headers[#headers + 1] = { "Content-Range", ("bytes %d-%d/%d"):format(first - 1, last - 1, #object.body) }
  return 206, headers, object.body:sub(first, last)
end

local function remove(exchange, bucket, key)
  bucket.objects[key] = nil
  exchange.emulator.store.changed = true
end

function M.delete(exchange)
  local bucket = buckets.allowed(exchange, "s3:DeleteObject", exchange.key)
  remove(exchange, bucket, exchange.key)
  return 204, headers_of(exchange), ""
end

--- DeleteObjects: a list of keys.
function M.delete_several(exchange)
  if not exchange.query.delete then failures.raise("InvalidArgument", "The emulator does not know this request.") end
  local keys, elements = xml.texts(exchange.request.body, "Key"), {}
  if #keys == 0 or #keys > 1000 then failures.raise "MalformedXML" end
  local store = exchange.emulator.store
  for i, key in ipairs(keys) do
    local bucket, code = s3.bucket_for(store, exchange.caller, exchange.bucket, "s3:DeleteObject", key)
    if code == "NoSuchBucket" then failures.raise(code) end
    if bucket then remove(exchange, bucket, key) end
    elements[i] = bucket and { "Deleted", { { "Key", key } } }
      or { "Error", { { "Key", key }, { "Code", code }, { "Message", "Access Denied" } } }
  end
  return 200, headers_of(exchange, { { "Content-Type", "application/xml" } }),
    xml.document("DeleteResult", NAMESPACE, elements)
end

return M

--- S3's operations on objects: put, copy, get, head, delete.

local ascii = require "rekognition.text.ascii"
local buckets = require "rekognition.emulator.s3_buckets"
local checksums = require "rekognition.emulator.checksums"
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
-- Those that a reader may ask to have another value (response-content-type and so on).
local REPLACEABLE = { "content-type", "content-disposition", "content-language", "content-encoding", "cache-control",
                      "expires" }
local CHECKSUMS = { "crc32", "crc32c", "crc64nvme", "sha1", "sha256" }

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
  -- aws-chunked is the coding of the way, not of the object.
  local codings = {}
  for coding in (headers["content-encoding"] or ""):gmatch("[^, \t]+") do
    if coding ~= "aws-chunked" then codings[#codings + 1] = coding end
  end
  kept["content-encoding"] = codings[1] and table.concat(codings, ",")
  return kept
end

local function headers_of(exchange, more)
  return { { "x-amz-request-id", exchange.id }, table.unpack(more or {}) }
end

local function quoted(etag) return '"' .. etag .. '"' end

-- Content-MD5 and the checksums of headers and of the trailer must be those of the body.
local function check_md5(exchange, body)
  local said = exchange.headers["content-md5"]
  if not said then return end
  local bytes = core.base64_decode(said)
  if not bytes or #bytes ~= 16 then failures.raise "InvalidDigest" end
  if bytes ~= checksums.md5(body) then failures.raise "BadDigest" end
end

--- The checksums that came with a body, by the names of their headers. Raises where one is not the body's.
---@param exchange rekognition.emulator.Exchange
---@param body string
---@param trailer table<string, string>
---@return table<string, string>
function M.checksums_of(exchange, body, trailer)
  local found = {}
  check_md5(exchange, body)
  for _, name in ipairs(CHECKSUMS) do
    local header = "x-amz-checksum-" .. name
    local said = exchange.headers[header] or trailer[header]
    local bytes = said and core.base64_decode(said)
    if said and (not bytes or bytes == "") then
      failures.raise("InvalidRequest", ("Value for %s header is invalid."):format(header))
    elseif said and bytes ~= checksums[name](body) then
      failures.raise("BadDigest", ("The %s you specified did not match the calculated checksum."):format(
        ascii.upper(name)))
    end
    found[header] = said
  end
  return found
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
  if #exchange.key > LONGEST_KEY then failures.raise "KeyTooLongError" end
  local bucket = buckets.allowed(exchange, "s3:PutObject", exchange.key)
  check_conditions(exchange, bucket)
  local source = exchange.headers["x-amz-copy-source"]
  if source then return copy(exchange, source) end
  local body, trailer = M.body_of(exchange)
  local sums = M.checksums_of(exchange, body, trailer)
  local object = s3.store_object(exchange.emulator.store, exchange.bucket, exchange.key, body, exchange.now)
  object.headers, object.checksums = kept_headers(exchange.headers), sums
  local headers = headers_of(exchange, { { "ETag", quoted(object.etag) } })
  for name, value in pairs(sums) do headers[#headers + 1] = { name, value } end
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
  local kept = {}
  for name, value in pairs(object.headers or {}) do kept[name] = value end
  for _, name in ipairs(REPLACEABLE) do kept[name] = exchange.query["response-" .. name] or kept[name] end
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

-- Whether a header has the object's ETag, or stands for any.
local function has_etag(header, object)
  for tag in header:gmatch("[^, \t]+") do
    if tag == "*" or tag == quoted(object.etag) or tag == object.etag then return true end
  end
  return false
end

-- What the conditions of a read make of it: nil where they hold. An ETag's comes before a date's (RFC 9110, 13.2.2);
-- dates have whole seconds.
local function read_condition(exchange, object)
  local headers, modified = exchange.headers, math.floor(object.modified)
  local function date(name) return headers[name] and timestamp.parse_http(headers[name], exchange.now) end
  local unless, since = date "if-unmodified-since", date "if-modified-since"
  if headers["if-match"] then
    if not has_etag(headers["if-match"], object) then return "failed" end
  elseif unless and modified > unless then
    return "failed"
  end
  if headers["if-none-match"] then
    if has_etag(headers["if-none-match"], object) then return "not modified" end
  elseif since and modified <= since and since <= exchange.now then
    return "not modified"
  end
end

--- GetObject and HeadObject: the server leaves a body out where HEAD asks.
function M.get(exchange)
  if exchange.query.acl then return tell(exchange, "acl") end
  if exchange.query.tagging then return tell(exchange, "tagging") end
  local object = find(exchange)
  local headers = describe(exchange, object)
  local outcome = read_condition(exchange, object)
  if outcome == "not modified" then return 304, headers, "" end
  if outcome then failures.raise "PreconditionFailed" end
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
  local quiet = xml.texts(exchange.request.body, "Quiet")[1] == "true" -- what went well is left out then
  if #keys == 0 or #keys > 1000 then failures.raise "MalformedXML" end
  local store = exchange.emulator.store
  for _, key in ipairs(keys) do
    local bucket, code = s3.bucket_for(store, exchange.caller, exchange.bucket, "s3:DeleteObject", key)
    if code == "NoSuchBucket" then failures.raise(code) end
    if bucket then remove(exchange, bucket, key) end
    elements[#elements + 1] = bucket and not quiet and { "Deleted", { { "Key", key } } }
      or not bucket and { "Error", { { "Key", key }, { "Code", code }, { "Message", "Access Denied" } } } or nil
  end
  return 200, headers_of(exchange, { { "Content-Type", "application/xml" } }),
    xml.document("DeleteResult", NAMESPACE, elements)
end

return M

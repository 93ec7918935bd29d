--- S3's uploads in parts, as clients send larger files: created, parts put, completed or aborted.
--
-- Source: Amazon S3 API Reference, CreateMultipartUpload and its companions. Parts lie in memory alone until the upload
-- is complete; parts may have any size: our decision.

local buckets = require "rekognition.emulator.s3_buckets"
local checksums = require "rekognition.emulator.checksums"
local core = require "rekognition.core"
local failures = require "rekognition.emulator.s3_failures"
local hex = require "rekognition.text.hex"
local objects = require "rekognition.emulator.s3_objects"
local s3 = require "rekognition.emulator.s3"
local xml = require "rekognition.emulator.xml"

local NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
local MOST_PARTS = 10000
local MOST_UPLOADS = 1000            -- that wait
local MOST_BYTES = 256 * 1024 * 1024 -- of all parts that wait

local M = {}

local function headers_of(exchange, more)
  return { { "x-amz-request-id", exchange.id }, { "Content-Type", "application/xml" }, table.unpack(more or {}) }
end

local function uploads_of(exchange)
  local emulator = exchange.emulator
  emulator.uploads = emulator.uploads or { bytes = 0, count = 0 }
  return emulator.uploads
end

local function find(exchange)
  buckets.allowed(exchange, "s3:PutObject", exchange.key)
  local upload = uploads_of(exchange)[exchange.query.uploadId]
  if type(upload) ~= "table" or upload.bucket ~= exchange.bucket or upload.key ~= exchange.key then
    failures.raise "NoSuchUpload"
  end
  return upload
end

local function create(exchange)
  buckets.allowed(exchange, "s3:PutObject", exchange.key)
  local id, uploads = core.uuid():gsub("-", ""), uploads_of(exchange)
  if uploads.count >= MOST_UPLOADS then
    failures.raise("InvalidArgument", "The emulator keeps 1000 uploads at most. Complete or abort some")
  end
  uploads.count = uploads.count + 1
  uploads[id] = { bucket = exchange.bucket, key = exchange.key, parts = {},
                               type = exchange.headers["content-type"] }
  return 200, headers_of(exchange), xml.document("InitiateMultipartUploadResult", NAMESPACE, {
    { "Bucket", exchange.bucket }, { "Key", exchange.key }, { "UploadId", id },
  })
end

--- UploadPart.
function M.PUT(exchange)
  local upload, uploads = find(exchange), uploads_of(exchange)
  local number = math.tointeger(tonumber(exchange.query.partNumber))
  if not number or number < 1 or number > MOST_PARTS then
    failures.raise("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
  end
  local body, trailer = objects.body_of(exchange)
  local sums = objects.checksums_of(exchange, body, trailer)
  local old = upload.parts[number]
  uploads.bytes = uploads.bytes + #body - (old and #old.body or 0)
  if uploads.bytes > MOST_BYTES then
    uploads.bytes = uploads.bytes - #body + (old and #old.body or 0)
    failures.raise("InvalidArgument", "The emulator keeps 256 MiB of parts at most")
  end
  local etag = s3.etag(body)
  upload.parts[number] = { body = body, etag = etag }
  local headers = headers_of(exchange, { { "ETag", '"' .. etag .. '"' } })
  for name, value in pairs(sums) do headers[#headers + 1] = { name, value } end
  return 200, headers, ""
end

local function forget(exchange, upload)
  local uploads = uploads_of(exchange)
  for _, part in pairs(upload.parts) do uploads.bytes = uploads.bytes - #part.body end
  uploads[exchange.query.uploadId], uploads.count = nil, uploads.count - 1
end

local function complete(exchange)
  local upload, pieces, digests = find(exchange), {}, {}
  local numbers, etags = xml.texts(exchange.request.body, "PartNumber"), xml.texts(exchange.request.body, "ETag")
  if #numbers == 0 or #numbers ~= #etags then failures.raise "MalformedXML" end
  for i, number in ipairs(numbers) do
    local part = upload.parts[math.tointeger(tonumber(number)) or 0]
    if not part or part.etag ~= etags[i]:gsub('"', "") then failures.raise "InvalidPart" end
    pieces[i], digests[i] = part.body, hex.decode(part.etag)
  end
  local object = s3.store_object(exchange.emulator.store, exchange.bucket, exchange.key, table.concat(pieces),
    exchange.now)
  object.etag = ("%s-%d"):format(hex.encode(checksums.md5(table.concat(digests))), #pieces)
  object.headers = { ["content-type"] = upload.type }
  forget(exchange, upload)
  return 200, headers_of(exchange), xml.document("CompleteMultipartUploadResult", NAMESPACE, {
    { "Location", "/" .. exchange.bucket .. "/" .. exchange.key }, { "Bucket", exchange.bucket },
    { "Key", exchange.key }, { "ETag", '"' .. object.etag .. '"' },
  })
end

--- CreateMultipartUpload and CompleteMultipartUpload.
function M.POST(exchange)
  if exchange.query.uploads then return create(exchange) end
  return complete(exchange)
end

--- AbortMultipartUpload.
function M.DELETE(exchange)
  forget(exchange, find(exchange))
  return 204, headers_of(exchange), ""
end

return M

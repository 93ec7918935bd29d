--- Which requests of S3 the emulator knows. A request for something else must not be taken for one that it does know: a
--- question about a bucket's policy isn't one for its objects.
--
-- Source: Amazon S3 API Reference, the query parameters that name what a request is about.

local failures = require "rekognition.emulator.s3_failures"

local M = {}

-- The parameters that make another operation of a request.
local SUBJECTS = {}
for name in ([[abac accelerate acl analytics attributes cors delete encryption intelligent-tiering inventory legal-hold
  lifecycle location logging metadataConfiguration metadataTable metrics notification object-lock ownershipControls
  partNumber policy policyStatus publicAccessBlock renameObject replication requestPayment restore retention select
  session tagging torrent uploadId uploads versioning versions website]]):gmatch "[A-Za-z-]+" do
  SUBJECTS[name] = true
end

-- Those that the emulator serves, by what a request is about and by its method.
local SERVED = {
  bucket = { GET = { location = true, acl = true, versioning = true }, POST = { delete = true } },
  object = {
    GET = { acl = true, tagging = true, partNumber = true }, HEAD = { partNumber = true },
    PUT = { uploadId = true, partNumber = true }, POST = { uploads = true, uploadId = true },
    DELETE = { uploadId = true },
  },
}

-- What a bucket doesn't have is another's error, and this one's for each: here none has any of them.
local ABSENT = {
  policy = { "NoSuchBucketPolicy", "The bucket policy does not exist" },
  tagging = { "NoSuchTagSet", "The TagSet does not exist" },
  cors = { "NoSuchCORSConfiguration", "The CORS configuration does not exist" },
  lifecycle = { "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist" },
  website = { "NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration" },
  publicAccessBlock = { "NoSuchPublicAccessBlockConfiguration",
                        "The public access block configuration was not found" },
  ownershipControls = { "OwnershipControlsNotFoundError", "The bucket ownership controls were not found" },
  replication = { "ReplicationConfigurationNotFoundError", "The replication configuration was not found" },
  ["object-lock"] = { "ObjectLockConfigurationNotFoundError",
                      "Object Lock configuration does not exist for this bucket" },
}

--- Raises for a request that the emulator doesn't know.
---@param exchange rekognition.emulator.Exchange
function M.check(exchange)
  local method, query = exchange.request.method, exchange.query
  local served = SERVED[exchange.key and "object" or "bucket"][method] or {}
  for name in pairs(query) do
    if SUBJECTS[name] and not served[name] then
      local absent = method == "GET" and not exchange.key and exchange.bucket and ABSENT[name]
      if absent and not exchange.emulator.store.buckets[exchange.bucket] then failures.raise "NoSuchBucket" end
      if absent then failures.raise_as(absent[1], absent[2], 404) end
      failures.raise_as("NotImplemented", ("A parameter you provided implies functionality that is not implemented: %s"
        ):format(name), 501)
    end
  end
  if query.partNumber and not query.uploadId and query.partNumber ~= "1" then -- an object here is one part
    failures.raise_as("InvalidPartNumber", "The requested partnumber is not satisfiable", 416)
  end
  if query.versionId and query.versionId ~= "null" then
    failures.raise("InvalidArgument", "Invalid version id specified")
  end
end

return M

--- The little of Amazon S3 that the workflows ask: whether a bucket is there and whose it is, and small objects.
--
-- Source: Amazon S3 API Reference, HeadBucket and GetObject.

local core = require "rekognition.core"
local query = require "rekognition.services.query"
local services = require "rekognition.services"
local uri = require "rekognition.text.uri"

local M = {}

-- Path style, which every bucket name can be asked in, and which custom endpoints know.
local function run(client, method, name, bucket, key, headers, options)
  local host, provider, region = client:_host()
  local channel = services.channel(host, "s3", options and options.region or region,
    { signing_name = "s3", s3 = true, read_error = query.read_error })
  return services.run(channel, {
    operation = "S3 " .. name, provider = provider, total_timeout = services.total_timeout(client, options),
    request = core.plain_request {
      name = "S3 " .. name, method = method, headers = headers,
      target = "/" .. uri.escape(bucket) .. (key and "/" .. uri.escape_path(key) or ""),
    },
  })
end

--- Whether a bucket is there and may be used.
---@param client rekognition.Client
---@param bucket string
---@param expected_owner? string  the account that it must belong to
---@param options? { region?: string, total_timeout?: number }
---@return { region: string? }
--- Raises an error of kind "service" with status 404 (no such bucket), 403 (not allowed, or another owner) or 301
--- (another region; `details.region`).
function M.head_bucket(client, bucket, expected_owner, options)
  local headers = expected_owner and { { "x-amz-expected-bucket-owner", expected_owner } } or {}
  local _, metadata = run(client, "HEAD", "HeadBucket", bucket, nil, headers, options)
  return { region = metadata.headers["x-amz-bucket-region"] }
end

--- An object's bytes.
---@param client rekognition.Client
---@param bucket string
---@param key string
---@param options? { region?: string, total_timeout?: number }
---@return string
function M.get_object(client, bucket, key, options)
  return (run(client, "GET", "GetObject", bucket, key, {}, options))
end

return M

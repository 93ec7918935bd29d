--- Looks at the images that a manifest names, with the caller's permissions.

local codes = require "rekognition.emulator.manifest_codes"
local image = require "rekognition.emulator.image"
local labels = require "rekognition.emulator.labels"
local s3 = require "rekognition.emulator.s3"

local M = {}

local LARGEST = 15 * 1024 * 1024 -- bytes of an image in a bucket ("Guidelines and quotas")

---@class rekognition.emulator.Images
---@field known {hash: string, line: rekognition.emulator.Line}[]  the images that can be used
---@field asked integer    how many images were looked for
---@field fetched integer  how many of them could be read
---@field denied boolean   a bucket may not be used by the caller
---@field owners table<string, boolean>  the accounts that the images' buckets belong to

--- Makes what looks at images, and what it comes to know.
---@param context rekognition.emulator.Context
---@return nil|fun(line: rekognition.emulator.Line): boolean inspect  nil where there is no storage to look at
---@return rekognition.emulator.Images images
function M.inspector(context)
  local images = { known = {}, asked = 0, fetched = 0, denied = false, owners = {} }
  if not s3.in_use(context.store) then return nil, images end
  return function(line)
    images.asked = images.asked + 1
    local bytes, code = s3.get_object(context.store, context.caller, line.bucket, line.key)
    local bucket = context.store.buckets[line.bucket]
    if bucket then images.owners[bucket.account] = true end
    images.denied = images.denied or code == "AccessDenied"
    if not bytes then return false end
    images.fetched = images.fetched + 1
    local width, height = image.size(bytes)
    if #bytes > LARGEST or not width or image.problem(width, height) then return false end
    images.known[#images.known + 1] = { hash = labels.hash(bytes), line = line }
    return true
  end, images
end

--- What is wrong with a manifest's images together.
---@param images rekognition.emulator.Images
---@param owner? string  the account of the manifest's bucket
---@return {code: string, message: string}[]
function M.errors(images, owner)
  local list = {}
  for account in pairs(images.owners) do
    if owner and account ~= owner then list[1] = codes.error "ERROR_INVALID_IMAGES_S3_BUCKET_OWNER" end
  end
  if images.denied then list[#list + 1] = codes.error "ERROR_INVALID_PERMISSIONS_IMAGES_S3_BUCKET" end
  if images.asked > 0 and images.fetched == 0 then list[#list + 1] = codes.error "ERROR_FAILED_IMAGES_S3_COPY" end
  return list
end

return M

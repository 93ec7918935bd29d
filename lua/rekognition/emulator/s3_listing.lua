--- A bucket's list of objects: ListObjectsV2, and the older ListObjects.
--
-- Source: Amazon S3 API Reference, ListObjectsV2. Keys are in the order of their bytes.

local ascii = require "rekognition.text.ascii"
local failures = require "rekognition.emulator.s3_failures"
local hex = require "rekognition.text.hex"
local timestamp = require "rekognition.text.time"
local uri = require "rekognition.text.uri"
local xml = require "rekognition.emulator.xml"

local NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
local MOST = 1000 -- keys of a page

local M = {}

local function key_of(token)
  return hex.decode(token) or failures.raise("InvalidArgument", "The continuation token provided is incorrect")
end

local function page_size(query)
  local size = query["max-keys"]
  if not size or size == "" then return MOST end
  if not size:find("^[0-9]+$") or #size > 9 then
    failures.raise("InvalidArgument", "Provided max-keys not an integer or within integer range")
  end
  return math.min(MOST, math.tointeger(tonumber(size)))
end

local function sorted_keys(bucket, prefix, after)
  local keys = {}
  for key in pairs(bucket.objects) do
    if key:sub(1, #prefix) == prefix and ascii.less(after, key) then keys[#keys + 1] = key end
  end
  ascii.sort(keys)
  return keys
end

-- What a page has: keys, and common prefixes up to the delimiter. `last` is where the next page goes on.
local function take(keys, prefix, delimiter, size, after)
  local page = { keys = {}, prefixes = {}, last = nil, more = false }
  local seen
  for _, key in ipairs(keys) do
    local stop = delimiter ~= "" and key:find(delimiter, #prefix + 1, true)
    local group = stop and key:sub(1, stop + #delimiter - 1)
    if not (group and (group == seen or after:sub(1, #group) == group and after ~= prefix)) then
      if #page.keys + #page.prefixes >= size then
        page.more = size > 0
        return page
      end
      table.insert(group and page.prefixes or page.keys, group or key)
      seen = group
    end
    page.last = key
  end
  return page
end

local function contents(bucket, page, query, name_of)
  local elements = {}
  for i, key in ipairs(page.keys) do
    local object = bucket.objects[key]
    local owner = query["fetch-owner"] == "true" and { { "ID", bucket.account } } or nil
    elements[i] = { "Contents", { { "Key", name_of(key) }, { "LastModified", timestamp.format(object.modified) },
      { "ETag", '"' .. object.etag .. '"' }, { "Size", #object.body }, { "StorageClass", "STANDARD" },
      { "Owner", owner } } }
  end
  for _, prefix in ipairs(page.prefixes) do
    elements[#elements + 1] = { "CommonPrefixes", { { "Prefix", name_of(prefix) } } }
  end
  return elements
end

--- The response's XML.
---@param bucket rekognition.emulator.Bucket
---@param query table<string, string>
---@return string
function M.write(bucket, query)
  local second = query["list-type"] == "2"
  local prefix, delimiter, size = query.prefix or "", query.delimiter or "", page_size(query)
  local token = second and query["continuation-token"]
  local after = token and key_of(token) or second and query["start-after"] or not second and query.marker or ""
  local page = take(sorted_keys(bucket, prefix, after), prefix, delimiter, size, after)
  local url = query["encoding-type"] == "url"
  local name_of = url and uri.escape_path or function(text) return text end
  local elements = {
    { "Name", bucket.name }, { "Prefix", name_of(prefix) }, { "Delimiter", query.delimiter and name_of(delimiter) },
    { "MaxKeys", size }, { "EncodingType", url and "url" or nil }, { "IsTruncated", page.more },
  }
  local function add(name, value) elements[#elements + 1] = { name, value } end
  if second then
    add("KeyCount", #page.keys + #page.prefixes)
    add("ContinuationToken", token)
    add("NextContinuationToken", page.more and hex.encode(page.last) or nil)
    add("StartAfter", query["start-after"] and name_of(query["start-after"]))
  else
    add("Marker", name_of(query.marker or ""))
    add("NextMarker", page.more and name_of(page.last) or nil)
  end
  table.move(contents(bucket, page, query, name_of), 1, MOST * 2, #elements + 1, elements)
  return xml.document("ListBucketResult", NAMESPACE, elements)
end

return M

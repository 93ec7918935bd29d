-- Images, manifests and buckets for specs of the emulator.

local cjson = require("cjson").new()
local client = require "spec.support.emulator_client"
local s3 = require "rekognition.emulator.s3"

local M = { BUCKET = "bucket-name" }

--- The first bytes of a PNG image of this size, which is what the emulator looks at; `seed` makes it another image.
function M.png(width, height, seed)
  return "\x89PNG\r\n\x1a\n" .. string.pack(">I4", 13) .. "IHDR" .. string.pack(">I4I4", width or 640, height or 480)
    .. "\8\2\0\0\0" .. (seed or "")
end

--- The first bytes of a JPEG image of this size.
function M.jpeg(width, height)
  return "\xFF\xD8\xFF\xE0" .. string.pack(">I2", 16) .. "JFIF\0" .. ("\0"):rep(9) .. "\xFF\xC0"
    .. string.pack(">I2BI2I2", 17, 8, height, width) .. ("\0"):rep(10)
end

local function source(name, bucket)
  return ("s3://%s/images/%s.png"):format(bucket or M.BUCKET, name)
end

--- A line of an image with labels of its own; `change` may change the table before it is written.
function M.labelled(name, labels, change)
  local line = { ["source-ref"] = source(name) }
  for i, label in ipairs(type(labels) == "table" and labels or { labels }) do
    line["label" .. i] = 1
    line["label" .. i .. "-metadata"] = { confidence = 1, ["class-name"] = label, ["human-annotated"] = "yes",
      ["creation-date"] = "2022-06-30T17:45:23", type = "groundtruth/image-classification" }
  end
  if change then change(line) end
  return cjson.encode(line)
end

--- A line of an image with boxes: { {label, left, top, width, height}, ... }.
function M.boxed(name, boxes, change)
  local annotations, objects, map, ids, count = {}, {}, {}, {}, 0
  for i, box in ipairs(boxes) do
    if not ids[box[1]] then
      ids[box[1]], map[tostring(count)] = count, box[1]
      count = count + 1
    end
    annotations[i] = { class_id = ids[box[1]], left = box[2], top = box[3], width = box[4], height = box[5] }
    objects[i] = { confidence = 1 }
  end
  local line = {
    ["source-ref"] = source(name),
    box = { image_size = { { width = 640, height = 480, depth = 3 } }, annotations = annotations },
    ["box-metadata"] = { objects = objects, ["class-map"] = map, ["human-annotated"] = "yes",
                         ["creation-date"] = "2022-06-30T17:45:23", type = "groundtruth/object-detection" },
  }
  if change then change(line) end
  return cjson.encode(line)
end

--- Lines of `count` images of each label.
function M.lines(labels, count, prefix)
  local lines = {}
  for _, label in ipairs(labels) do
    for i = 1, count do lines[#lines + 1] = M.labelled(("%s%s-%d"):format(prefix or "", label, i), label) end
  end
  return lines
end

local function identity(options)
  local credentials = options and options.credentials or client.OWNER
  local account = credentials == client.OTHER and "555555555555" or "111122223333"
  return { account = account, arn = ("arn:aws:iam::%s:root"):format(account), region = "us-east-1" }
end

--- Makes a bucket in an emulator.
function M.bucket(service, name, options)
  assert(s3.create_bucket(service.store, identity(options), name or M.BUCKET, service.clock()))
end

--- Puts an object into a bucket of an emulator.
function M.put(service, key, body, bucket, options)
  assert(s3.put_object(service.store, identity(options), bucket or M.BUCKET, key, body, service.clock()))
end

--- The bytes of an object, or nil.
function M.get(service, key, bucket, options)
  return (s3.get_object(service.store, identity(options), bucket or M.BUCKET, key))
end

--- Puts a manifest and, but for those named in `without`, the images of its lines.
function M.put_manifest(service, key, lines, without)
  M.put(service, key, table.concat(lines, "\n") .. "\n")
  for _, line in ipairs(lines) do
    local name = line:match('s3:\\?/\\?/' .. M.BUCKET:gsub("%-", "%%-") .. '\\?/([^"]+)"')
    name = name and name:gsub("\\/", "/")
    if name and not (without or {})[name:match("([^/]+)%.png$")] then M.put(service, name, M.png(640, 480, name)) end
  end
end

--- TrainingData or TestingData of a manifest.
function M.data(key, bucket)
  return { Assets = { { GroundTruthManifest = { S3Object = { Bucket = bucket or M.BUCKET, Name = key } } } } }
end

return M

--- Checks one JSON line of a manifest, which is one image with its labels, by the guide's rules ("Creating a manifest
--- file", "Non-terminal JSON line validation errors").
--
-- A fault is noted in the line itself, where AWS notes it: at the image, at the label attribute, at its metadata or at
-- the bounding box.

local ascii = require "rekognition.text.ascii"
local body = require "rekognition.emulator.body"
local codes = require "rekognition.emulator.manifest_codes"
local image = require "rekognition.emulator.image"

local M = {}

local LONGEST = 100000   -- characters of a line
local LONGEST_NAME = 255 -- characters of a label's name (DatasetLabel in the model)
local MOST_BOXES = 50    -- in an image

---@class rekognition.emulator.Line
---@field text string       as it is in the manifest
---@field value? table      the decoded line, with the faults that were found; nil if it is not an object of JSON
---@field bucket? string    of the image
---@field key? string
---@field source? string    the image's source-ref
---@field boxes {label: string, left: number, top: number, width: number, height: number}[]  as parts of the image
---@field kinds table<string, boolean>   IMAGE_LEVEL_LABELS, OBJECT_LOCALIZATION: the forms of its valid labels
---@field by_kind table<string, table<string, integer>>  the labels of each form, with how many boxes each has
---@field fault? string     the code for which the whole line is not used
---@field faulty boolean    something in it has an error
---@field ignored boolean   it has nothing to train with, and is not wrong either

local function note(line, place, kind, code, name)
  local list = body.is_list(place[kind]) and #place[kind] > 0 and place[kind] or {}
  list[#list + 1] = codes.error(code, name)
  place[kind] = list
  if kind == "errors" then line.faulty = true end
end

-- Notes a fault for which the line isn't used.
local function refuse(line, code)
  line.fault = line.fault or code
  line.faulty = true
  if line.value then note(line, line.value, "errors", code) end
end

local function is_number(value, least, most)
  return type(value) == "number" and value >= least and (not most or value <= most)
end

local function name_fits(name)
  local length = type(name) == "string" and utf8.len(name)
  return length and length >= 1 and length <= LONGEST_NAME
end

local function is_common(metadata)
  return (metadata["human-annotated"] == "yes" or metadata["human-annotated"] == "no")
    and type(metadata["creation-date"]) == "string"
    and (metadata["job-name"] == nil or type(metadata["job-name"]) == "string")
end

local function add_label(line, kind, name, boxes)
  line.kinds[kind] = true
  local labels = line.by_kind[kind]
  labels[name] = (labels[name] or 0) + boxes
end

local function check_classification(line, name, attribute, metadata)
  if type(attribute) ~= "number" or not math.tointeger(attribute) then
    note(line, metadata, "errors", "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", name)
  elseif type(metadata["class-name"]) ~= "string" or not is_number(metadata.confidence, 0, 1)
      or not is_common(metadata) then
    note(line, metadata, "errors", "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT")
  elseif not name_fits(metadata["class-name"]) then
    note(line, metadata, "errors", "ERROR_INVALID_LABEL_NAME_LENGTH")
  else
    add_label(line, "IMAGE_LEVEL_LABELS", metadata["class-name"], 0)
  end
end

-- Whether an attribute has the form of bounding boxes: a size and a list of annotations.
local function has_boxes(attribute)
  if not body.is_object(attribute) or not body.is_list(attribute.image_size)
      or not (attribute.annotations == nil or body.is_list(attribute.annotations)) then
    return false
  end
  local size = attribute.image_size[1]
  if #attribute.image_size ~= 1 or not body.is_object(size) or not is_number(size.width, 0)
      or not is_number(size.height, 0) or not is_number(size.depth, 0) then
    return false
  end
  for _, box in ipairs(attribute.annotations or {}) do
    if not body.is_object(box) or type(box.class_id) ~= "number" or not math.tointeger(box.class_id) then
      return false
    end
    for _, side in ipairs { "left", "top", "width", "height" } do
      if type(box[side]) ~= "number" then return false end
    end
  end
  return true
end

local function confidences_fit(metadata, count)
  if not body.is_list(metadata.objects) or #metadata.objects < count then return false end
  for _, object in ipairs(metadata.objects) do
    if not body.is_object(object) or not is_number(object.confidence, 0, 1) then return false end
  end
  return true
end

local function box_fault(box, size)
  if box.left < 0 or box.top < 0 or box.left + box.width > size.width or box.top + box.height > size.height then
    return "ERROR_INVALID_BOUNDING_BOX"
  elseif box.width <= 1 or box.height <= 1 then
    return "ERROR_BOUNDING_BOX_TOO_SMALL"
  end
end

-- Notes the boxes that are good, and the faults of the others.
local function check_boxes(line, attribute, metadata)
  local size, good = attribute.image_size[1], 0
  for _, box in ipairs(attribute.annotations) do
    local name = metadata["class-map"][tostring(math.tointeger(box.class_id))]
    local fault = name == nil and "ERROR_MISSING_CLASS_MAP_ID"
      or not name_fits(name) and "ERROR_INVALID_LABEL_NAME_LENGTH" or box_fault(box, size)
    if fault then
      note(line, fault == "ERROR_INVALID_LABEL_NAME_LENGTH" and metadata or box, "errors", fault)
    else
      good = good + 1
      add_label(line, "OBJECT_LOCALIZATION", name, 1)
      line.boxes[#line.boxes + 1] = { label = name, left = box.left / size.width, top = box.top / size.height,
                                      width = box.width / size.width, height = box.height / size.height }
    end
  end
  if good == 0 then note(line, attribute, "errors", "ERROR_NO_VALID_ANNOTATIONS") end
end

local function check_detection(line, name, attribute, metadata)
  if not has_boxes(attribute) then
    local place = body.is_object(attribute) and attribute or metadata
    return note(line, place, "errors", "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", name)
  elseif not is_common(metadata) or not (metadata["class-map"] == nil or body.is_object(metadata["class-map"])) then
    return note(line, metadata, "errors", "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT")
  end
  local annotations, size = attribute.annotations or {}, attribute.image_size[1]
  if image.problem(size.width, size.height) then
    note(line, attribute, "errors", "ERROR_INVALID_IMAGE_DIMENSION")
  elseif #annotations == 0 then
    note(line, attribute, "warnings", "WARNING_NO_ATTRIBUTE_ANNOTATIONS")
    line.without_boxes = true
  elseif #annotations > MOST_BOXES then
    note(line, attribute, "errors", "ERROR_TOO_MANY_BOUNDING_BOXES")
  elseif not confidences_fit(metadata, #annotations) then
    note(line, metadata, "errors", "ERROR_MISSING_BOUNDING_BOX_CONFIDENCE")
  elseif not metadata["class-map"] then
    note(line, metadata, "errors", "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT")
  else
    check_boxes(line, attribute, metadata)
  end
end

local CHECKS = { ["groundtruth/image-classification"] = check_classification,
                 ["groundtruth/object-detection"] = check_detection }

local function check_attribute(line, name, attribute, metadata)
  if not body.is_object(metadata) or type(metadata.type) ~= "string" then
    line.faulty = true
    if body.is_object(metadata) then
      note(line, metadata, "errors", "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT")
    end
  elseif not CHECKS[metadata.type] then
    note(line, metadata, "errors", "ERROR_UNSUPPORTED_USE_CASE_TYPE")
  else
    CHECKS[metadata.type](line, name, attribute, metadata)
  end
end

-- The names of the label attributes: those that have a member with "-metadata" beside them.
local function attribute_names(value)
  local names = {}
  for name in pairs(value) do
    if value[name .. "-metadata"] ~= nil then names[#names + 1] = name end
  end
  ascii.sort(names)
  return names
end

local function check_labels(line)
  local names = attribute_names(line.value)
  if #names == 0 then
    local alone = next(line.value) == "source-ref" and next(line.value, "source-ref") == nil
    if not alone then return refuse(line, "ERROR_NO_LABEL_ATTRIBUTES") end
    line.ignored = true
    return note(line, line.value, "warnings", "WARNING_UNANNOTATED_RECORD")
  end
  for _, name in ipairs(names) do
    check_attribute(line, name, line.value[name], line.value[name .. "-metadata"])
  end
  if next(line.kinds) then return end
  if not line.faulty and line.without_boxes then
    line.ignored = true
    note(line, line.value, "warnings", "WARNING_NO_ANNOTATIONS")
  elseif not line.fault then
    refuse(line, "ERROR_NO_VALID_LABEL_ATTRIBUTES")
  end
end

local function check_source(line)
  local source = line.value["source-ref"]
  if source == nil then return refuse(line, "ERROR_MISSING_SOURCE_REF") end
  if type(source) == "string" then line.bucket, line.key = source:match("^[sS]3://([0-9A-Za-z._-]+)/(.+)$") end
  if not line.bucket then return refuse(line, "ERROR_INVALID_SOURCE_REF_FORMAT") end
  line.source = source
end

--- Checks a line.
---@param text string
---@return rekognition.emulator.Line
function M.check(text)
  local line = { text = text, boxes = {}, kinds = {}, faulty = false, ignored = false,
                 by_kind = { IMAGE_LEVEL_LABELS = {}, OBJECT_LOCALIZATION = {} } }
  local length = utf8.len(text)
  local value = length and length <= LONGEST and body.decode(text)
  if not value or not body.is_object(value) then
    refuse(line, "ERROR_INVALID_JSON_LINE")
    return line
  end
  line.value = value
  check_source(line)
  if not line.fault then check_labels(line) end
  return line
end

--- Notes that a line's image can't be used.
---@param line rekognition.emulator.Line
function M.refuse_image(line)
  refuse(line, "ERROR_INVALID_IMAGE")
end

--- The line with the faults that were found in it; alone the fault for what is not JSON.
---@param line rekognition.emulator.Line
---@return string
function M.text(line)
  if not line.value then return body.encode { errors = { codes.error(line.fault) } } end
  return body.encode(line.value)
end

return M

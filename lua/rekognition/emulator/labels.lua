--- What a model of the emulator finds in an image: the same labels for the same bytes, always.
--
-- A model knows its labels and the images it was trained and tested with. In an image that it knows it finds what the
-- manifest says, with a confidence over 99. In any other it finds what a hash of the bytes and of the label says.

local ascii = require "rekognition.text.ascii"
local core = require "rekognition.core"

local M = {}

local MOST_KNOWN = 1000 -- images that a model remembers

---@class rekognition.emulator.Model
---@field kind "IMAGE_LEVEL_LABELS"|"OBJECT_LOCALIZATION"
---@field labels string[]  sorted
---@field known table<string, table[]>  by an image's hash: its labels, or its boxes with their labels

--- The hash of an image's bytes.
---@param bytes string
---@return string
function M.hash(bytes)
  return core.sha256_hex(bytes)
end

-- A number from 0 to 1 for a text; `place` chooses among eight of them.
local function chance(digest, place)
  return tonumber(digest:sub(place * 8 - 7, place * 8), 16) / 0xFFFFFFFF
end

--- A label's assumed threshold, in percent: 30 to 70, by its name.
---@param label string
---@return number
function M.threshold(label)
  return 30 + 40 * chance(core.sha256_hex("threshold " .. label), 1)
end

--- What a model makes of its training: kind, labels and the images it knows.
---@param kind string
---@param names table<string, any>  the labels
---@param known {hash: string, line: rekognition.emulator.Line}[]
---@return rekognition.emulator.Model
function M.model(kind, names, known)
  local model = { kind = kind, labels = ascii.names(names), known = {} }
  for i = 1, math.min(#known, MOST_KNOWN) do
    local line, found = known[i].line, {}
    if kind == "OBJECT_LOCALIZATION" then
      found = line.boxes
    else
      for name in pairs(line.by_kind[kind]) do found[#found + 1] = { label = name } end
      ascii.sort(found, "label")
    end
    model.known[known[i].hash] = found
  end
  return model
end

-- A polygon inside the box: its corners cut off by a quarter of each side. The API reference has one in CustomLabel
-- ("a finer grain polygon"); how it looks is our decision.
local CORNERS = { { 0.25, 0 }, { 0.75, 0 }, { 1, 0.25 }, { 1, 0.75 },
                  { 0.75, 1 }, { 0.25, 1 }, { 0, 0.75 }, { 0, 0.25 } }

local function geometry(left, top, width, height)
  local polygon = {}
  for i, corner in ipairs(CORNERS) do
    polygon[i] = { X = left + corner[1] * width, Y = top + corner[2] * height }
  end
  return { BoundingBox = { Left = left, Top = top, Width = width, Height = height }, Polygon = polygon }
end

local function known_labels(model, found, hash)
  local labels = {}
  for i, one in ipairs(found) do
    local digest = core.sha256_hex(("%s %d %s"):format(hash, i, one.label))
    labels[i] = { Name = one.label, Confidence = 99 + 0.999 * chance(digest, 1),
                  Geometry = model.kind == "OBJECT_LOCALIZATION" and one.width
                    and geometry(one.left, one.top, one.width, one.height) or nil }
  end
  return labels
end

-- One label of an unknown image. Of a model for objects, one or two places for each label.
local function add_guesses(labels, model, hash, name)
  local objects = model.kind == "OBJECT_LOCALIZATION"
  local digest = core.sha256_hex(hash .. " " .. name)
  for i = 1, objects and (chance(digest, 8) < 0.5 and 1 or 2) or 1 do
    local one = core.sha256_hex(("%s %d"):format(digest, i))
    local width, height = 0.05 + 0.45 * chance(one, 2), 0.05 + 0.45 * chance(one, 3)
    labels[#labels + 1] = {
      Name = name, Confidence = 100 * chance(one, 1),
      Geometry = objects
        and geometry((1 - width) * chance(one, 4), (1 - height) * chance(one, 5), width, height) or nil,
    }
  end
end

--- The labels of an image, the highest confidence first.
---@param model rekognition.emulator.Model
---@param hash string               of the image's bytes
---@param least_confidence? number  percent; by default each label's assumed threshold
---@param most? integer             labels
---@return table[] labels  CustomLabels, as DetectCustomLabels returns them
function M.detect(model, hash, least_confidence, most)
  local all = {}
  if model.known[hash] then
    all = known_labels(model, model.known[hash], hash)
  else
    for _, name in ipairs(model.labels) do add_guesses(all, model, hash, name) end
  end
  table.sort(all, function(a, b)
    if a.Confidence ~= b.Confidence then return a.Confidence > b.Confidence end
    return ascii.less(a.Name, b.Name)
  end)
  local chosen = {}
  for _, label in ipairs(all) do
    if #chosen == most then break end
    if label.Confidence >= (least_confidence or M.threshold(label.Name)) then chosen[#chosen + 1] = label end
  end
  return chosen
end

return M

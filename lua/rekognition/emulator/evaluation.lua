--- The results of a training as AWS writes them: the summary of the evaluation, and the manifests of what was used,
--- with what the model found in the test images (guide: "Summary file", "Evaluation manifest snapshot").
--
-- The emulator's model is right but for one test image in ten, chosen by a hash of the image's name, where another of
-- its labels comes first: our decision, so that the figures differ from 1 and can be checked against the manifests.

local ascii = require "rekognition.text.ascii"
local body = require "rekognition.emulator.body"
local timestamp = require "rekognition.text.time"
local core = require "rekognition.core"
local labels = require "rekognition.emulator.labels"

local M = {}

local TRAINING, EVALUATION = "rekognition-custom-labels-training", "rekognition-custom-labels-evaluation"
local DETAILS = "rekognition-custom-labels-evaluation-details"
local TYPES = { IMAGE_LEVEL_LABELS = "groundtruth/image-classification",
                OBJECT_LOCALIZATION = "groundtruth/object-detection" }

local function date(seconds)
  return timestamp.format(seconds):sub(1, -2) .. (".%06d"):format(math.floor(seconds * 1e6) % 1000000)
end

-- What the model takes a label of a test image for.
local function predicted(model, line, label)
  local digest = core.sha256_hex(line.source .. " " .. label)
  if #model.labels < 2 or tonumber(digest:sub(1, 4), 16) % 10 ~= 0 then return label end
  local shift = 1 + tonumber(digest:sub(5, 8), 16) % (#model.labels - 1)
  for i, name in ipairs(model.labels) do
    if name == label then return model.labels[(i - 1 + shift) % #model.labels + 1] end
  end
  return label -- a label that the training doesn't have
end

local function sorted_labels(line, kind) return ascii.names(line.by_kind[kind]) end

-- Calls `each` for every label of every test image, with what it was taken for.
local function for_each_test(model, testing, each)
  for _, line in ipairs(testing) do
    for _, name in ipairs(sorted_labels(line, model.kind)) do each(name, predicted(model, line, name)) end
  end
end

local function counters(model, testing)
  local counts, pairs_of = {}, {}
  local function of(name)
    counts[name] = counts[name] or { right = 0, wrong = 0, missed = 0, images = 0 }
    return counts[name]
  end
  for _, name in ipairs(model.labels) do of(name) end
  for_each_test(model, testing, function(name, found)
    local one = of(name)
    one.images = one.images + 1
    if found == name then
      one.right = one.right + 1
    else
      one.missed = one.missed + 1
      of(found).wrong = of(found).wrong + 1
    end
    pairs_of[name] = pairs_of[name] or {}
    pairs_of[name][found] = (pairs_of[name][found] or 0) + 1
  end)
  return counts, pairs_of
end

local function ratio(part, whole)
  return whole == 0 and 0.0 or part / whole
end

local function f1(precision, recall)
  return ratio(2 * precision * recall, precision + recall)
end

local function label_results(model, counts)
  local results, precision, recall = {}, 0, 0
  for i, name in ipairs(model.labels) do
    local one = counts[name]
    local p, r = ratio(one.right, one.right + one.wrong), ratio(one.right, one.right + one.missed)
    if one.images == 0 and one.wrong == 0 then p, r = 1.0, 1.0 end -- nothing to be wrong about
    results[i] = { Label = name, NumberOfTestingImages = one.images,
                   Metrics = { Precision = p, Recall = r, F1Score = f1(p, r),
                               Threshold = labels.threshold(name) / 100 } }
    precision, recall = precision + p, recall + r
  end
  return results, ratio(precision, #results), ratio(recall, #results)
end

local function confusion(pairs_of, counts)
  local matrix = {}
  for truth, found in pairs(pairs_of) do
    for name, count in pairs(found) do
      matrix[#matrix + 1] = { GroundTruthLabel = truth, PredictedLabel = name, Value = count / counts[truth].images }
    end
  end
  table.sort(matrix, function(a, b)
    if a.GroundTruthLabel ~= b.GroundTruthLabel then return ascii.less(a.GroundTruthLabel, b.GroundTruthLabel) end
    return ascii.less(a.PredictedLabel, b.PredictedLabel)
  end)
  return body.list(matrix)
end

---@class rekognition.emulator.Trained
---@field arn string      the version's
---@field ends_at number  epoch seconds
---@field model rekognition.emulator.Model
---@field training rekognition.emulator.Line[]  the lines that are used
---@field testing rekognition.emulator.Line[]

--- The evaluation's summary.
---@param trained rekognition.emulator.Trained
---@return string text, number f1_score
function M.summary(trained)
  local model = trained.model
  local counts, pairs_of = counters(model, trained.testing)
  local results, precision, recall = label_results(model, counts)
  local aggregate = { Precision = precision, Recall = recall, F1Score = f1(precision, recall) }
  if model.kind == "IMAGE_LEVEL_LABELS" then
    aggregate.ConfusionMatrix = confusion(pairs_of, counts)
  else
    aggregate.AveragePrecision, aggregate.AverageRecall = precision, recall
  end
  return body.encode {
    Version = 1, AggregatedEvaluationResults = aggregate, LabelEvaluationResults = body.list(results),
    EvaluationDetails = {
      ProjectVersionArn = trained.arn, EvaluationEndTimestamp = date(trained.ends_at),
      Labels = body.list(model.labels), NumberOfTrainingImages = #trained.training,
      NumberOfTestingImages = #trained.testing,
    },
  }, aggregate.F1Score
end

local function metadata(kind, human, ends_at, more)
  local result = { type = TYPES[kind], ["human-annotated"] = human, ["creation-date"] = date(ends_at),
                   ["job-name"] = (human == "yes" and TRAINING or EVALUATION) .. "-job" }
  for key, value in pairs(more) do result[key] = value end
  return result
end

local function details(right, in_truth)
  return { version = 1, ["is-true-positive"] = right, ["is-true-negative"] = false, ["is-false-positive"] = not right,
           ["is-false-negative"] = false, ["is-present-in-ground-truth"] = in_truth,
           ["ground-truth-labelling-jobs"] = { TRAINING .. "-job" } }
end

-- The label attributes of bounding boxes that a line has, as they came.
local function add_boxes(result, line)
  local count = 0
  for name, value in pairs(line.value) do
    local about = line.value[name .. "-metadata"]
    if type(about) == "table" and about.type == TYPES.OBJECT_LOCALIZATION then
      result[("%s-%d"):format(TRAINING, count)], result[("%s-%d-metadata"):format(TRAINING, count)] = value, about
      count = count + 1
    end
  end
end

local function ground_truth(line, kind, ends_at)
  local result = { ["source-ref"] = line.source }
  if kind == "OBJECT_LOCALIZATION" then
    add_boxes(result, line)
    return result
  end
  for i, name in ipairs(sorted_labels(line, kind)) do
    local attribute = ("%s-%d"):format(TRAINING, i - 1)
    result[attribute] = 1
    result[attribute .. "-metadata"] = metadata(kind, "yes", ends_at, { confidence = 1, ["class-name"] = name })
  end
  return result
end

local function add_found_labels(result, line, trained)
  local model = trained.model
  for i, name in ipairs(sorted_labels(line, model.kind)) do
    local found, attribute = predicted(model, line, name), ("%s-%d"):format(EVALUATION, i - 1)
    result[attribute] = 1
    result[attribute .. "-metadata"] = metadata(model.kind, "no", trained.ends_at, {
      confidence = 0.95, ["class-name"] = found,
      [DETAILS] = details(found == name, line.by_kind[model.kind][found] ~= nil),
    })
  end
end

local function pixels(part, whole)
  return math.floor(part * whole + 0.5)
end

-- The model finds every box of a line where it is; what it takes it for may be wrong.
local function add_found_boxes(result, line, trained)
  local model, ids, class_map = trained.model, {}, {}
  for i, name in ipairs(model.labels) do
    ids[name], class_map[tostring(i - 1)] = i - 1, name
  end
  local size = result[TRAINING .. "-0"].image_size
  local width, height = size[1].width, size[1].height
  local annotations, objects = {}, {}
  for i, box in ipairs(line.boxes) do
    local found = predicted(model, line, box.label)
    annotations[i] = { class_id = ids[found] or 0, left = pixels(box.left, width), top = pixels(box.top, height),
                       width = pixels(box.width, width), height = pixels(box.height, height) }
    objects[i] = { confidence = 0.95, ["rekognition-custom-labels-object-id"] = tostring(i - 1),
                   [DETAILS] = details(found == box.label, line.by_kind[model.kind][found] ~= nil) }
  end
  result[EVALUATION] = { annotations = annotations, image_size = size }
  result[EVALUATION .. "-metadata"] = metadata(model.kind, "no", trained.ends_at,
    { objects = objects, ["class-map"] = class_map, confidence = 0.95 })
end

local function join(lines, write)
  local texts = {}
  for i, line in ipairs(lines) do texts[i] = body.encode(write(line)) .. "\n" end
  return table.concat(texts)
end

--- The manifest of the training images that were used.
---@param trained rekognition.emulator.Trained
---@return string
function M.training_snapshot(trained)
  return join(trained.training, function(line) return ground_truth(line, trained.model.kind, trained.ends_at) end)
end

--- The manifest of the test images that were used, with what the model found.
---@param trained rekognition.emulator.Trained
---@return string
function M.testing_snapshot(trained)
  local add = trained.model.kind == "OBJECT_LOCALIZATION" and add_found_boxes or add_found_labels
  return join(trained.testing, function(line)
    local result = ground_truth(line, trained.model.kind, trained.ends_at)
    add(result, line, trained)
    return result
  end)
end

return M

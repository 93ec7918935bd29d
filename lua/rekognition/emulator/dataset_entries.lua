--- ListDatasetEntries, ListDatasetLabels, UpdateDatasetEntries, DistributeDatasetEntries.

local ascii = require "rekognition.text.ascii"
local codes = require "rekognition.emulator.manifest_codes"
local core = require "rekognition.core"
local datasets = require "rekognition.emulator.datasets"
local errors = require "rekognition.emulator.errors"
local lookup = require "rekognition.emulator.lookup"
local manifest = require "rekognition.emulator.manifest"
local manifest_line = require "rekognition.emulator.manifest_line"
local pages = require "rekognition.emulator.pages"

local M = {}

local PAGE = 100
local LARGEST = 5 * 1024 * 1024 -- bytes of changes (API reference: 5 MB)

local function has_label(line, names)
  for _, labels in pairs(line.by_kind) do
    for _, name in ipairs(names) do
      if labels[name] then return true end
    end
  end
  return false
end

-- Whether a line is one of those that the filters ask for: all of them must fit.
local function fits(line, params)
  if params.ContainsLabels and not has_label(line, params.ContainsLabels) then return false end
  if params.Labeled ~= nil and (next(line.kinds) ~= nil) ~= params.Labeled then return false end
  if params.HasErrors ~= nil and line.faulty ~= params.HasErrors then return false end
  return not params.SourceRefContains or (line.source or ""):find(params.SourceRefContains, 1, true) ~= nil
end

-- What a token of a listing with filters is good for.
local function listing_of(dataset, params)
  return ("entries/%s/%s"):format(dataset.arn, core.sha256_hex(table.concat({
    table.concat(params.ContainsLabels or {}, "\0"), tostring(params.Labeled), tostring(params.HasErrors),
    params.SourceRefContains or "" }, "\1")))
end

-- AWS's two operations that list have ResourceInUse and ResourceNotReady, and nobody says which when: not ready while
-- the dataset is created, in use while it changes or goes.
local function check_listable(dataset)
  datasets.check_ready(dataset,
    dataset.status == "CREATE_IN_PROGRESS" and "ResourceNotReadyException" or "ResourceInUseException")
end

function M.ListDatasetEntries(context, params)
  local dataset = lookup.own_dataset(context, params.DatasetArn, "DatasetArn")
  check_listable(dataset)
  local page, token = pages.take(datasets.lines(dataset), params, listing_of(dataset, params), PAGE,
    { wanted = function(line) return fits(line, params) end })
  local entries = {}
  for i, line in ipairs(page) do entries[i] = line.faulty and manifest_line.text(line) or line.text end
  return { DatasetEntries = entries, NextToken = token }
end

-- The labels of a dataset by name, each with its images and its boxes.
local function label_list(dataset)
  local lines, boxes = datasets.lines(dataset), {}
  for _, line in ipairs(lines) do
    for name, count in pairs(line.by_kind.OBJECT_LOCALIZATION) do boxes[name] = (boxes[name] or 0) + count end
  end
  local list = {}
  for name, images in pairs((manifest.labels(lines))) do
    list[#list + 1] = { name = name, images = images, boxes = boxes[name] or 0 }
  end
  ascii.sort(list, "name")
  for i, label in ipairs(list) do label.number = i end
  return list
end

function M.ListDatasetLabels(context, params)
  local dataset = lookup.own_dataset(context, params.DatasetArn, "DatasetArn")
  check_listable(dataset)
  local page, token = pages.take(label_list(dataset), params, "labels/" .. dataset.arn, PAGE)
  local labels = {}
  for i, label in ipairs(page) do
    labels[i] = { LabelName = label.name, LabelStats = { EntryCount = label.images, BoundingBoxCount = label.boxes } }
  end
  return { DatasetLabelDescriptions = labels, NextToken = token }
end

-- The lines of a dataset with others put in: instead of an image's line, or at the end.
local function with_changes(dataset, changes)
  local lines, places = table.move(dataset.lines, 1, #dataset.lines, 1, {}), {}
  for i, line in ipairs(datasets.lines(dataset)) do places[line.source or ""] = i end
  for _, text in ipairs(changes) do
    local source = manifest_line.check(text).source
    local place = places[source] or #lines + 1
    lines[place], places[source] = text, place
  end
  return lines
end

function M.UpdateDatasetEntries(context, params)
  local dataset = lookup.own_dataset(context, params.DatasetArn, "DatasetArn")
  datasets.check_ready(dataset, "ResourceInUseException")
  local text = params.Changes.GroundTruth
  if #text > LARGEST then
    errors.raise("InvalidParameterException", ("Changes must have at most %d bytes, got %d."):format(LARGEST, #text))
  elseif not utf8.len(text) or not text:find("[^ \t\r\n]") then
    errors.raise("InvalidParameterException", "Changes.GroundTruth must have JSON lines in UTF-8.")
  end
  local changes, left_out = datasets.sort_out(manifest.split(text))
  local lines = with_changes(dataset, changes)
  local failure = datasets.failure(context, lines, 0) or datasets.failure(context, changes, left_out)
  failure = datasets.ending(context, dataset, "UPDATE_IN_PROGRESS", failure)
  if not failure then dataset.lines = lines end
  dataset.updated = context.now
  context.store:begin(dataset, "UPDATE_IN_PROGRESS", context.now, context.settings.dataset_seconds, failure)
  return {}
end

-- The training and the test dataset of a request, whichever comes first.
local function find_pair(context, list)
  local found = {}
  for i, one in ipairs(list) do
    local dataset = lookup.own_dataset(context, one.Arn, ("Datasets[%d].Arn"):format(i))
    found[dataset.type] = dataset
  end
  if not found.TRAIN or not found.TEST or found.TRAIN.project ~= found.TEST.project then
    errors.raise("InvalidParameterException", "Datasets must be the training and the test dataset of one project.")
  end
  return found.TRAIN, found.TEST
end

local function texts_of(lines)
  local texts = {}
  for i, line in ipairs(lines) do texts[i] = line.text end
  return texts
end

-- A fifth of the lines, for every kind of label there is. Lines that can't be used stay where they are.
local function split(training)
  local lines = datasets.lines(training)
  local kind = manifest.kind_of(lines)
  local kept, taken = manifest.split_for_test(manifest.usable(lines, kind), kind)
  if not kept then return nil end
  local moves, stay = {}, {}
  for _, line in ipairs(taken) do moves[line] = true end
  for _, line in ipairs(lines) do
    if not moves[line] then stay[#stay + 1] = line end
  end
  return texts_of(stay), texts_of(taken)
end

function M.DistributeDatasetEntries(context, params)
  local training, testing = find_pair(context, params.Datasets)
  datasets.check_ready(training, "ResourceNotReadyException")
  datasets.check_ready(testing, "ResourceNotReadyException")
  if #testing.lines > 0 then
    errors.raise("InvalidParameterException", "The test dataset must be empty.")
  elseif #training.lines == 0 then
    errors.raise("InvalidParameterException", "The training dataset must not be empty.")
  end
  local stay, taken = split(training)
  local failure = not stay and codes.text "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_DISTRIBUTE" or nil
  failure = datasets.ending(context, testing, "UPDATE_IN_PROGRESS", failure)
  training.message_code = testing.message_code
  if not failure then training.lines, testing.lines = stay, taken end
  for _, dataset in ipairs { training, testing } do
    dataset.updated = context.now
    context.store:begin(dataset, "UPDATE_IN_PROGRESS", context.now, context.settings.dataset_seconds, failure)
  end
  return {}
end

return M

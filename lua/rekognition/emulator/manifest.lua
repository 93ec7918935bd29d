--- Reads a manifest, and says of its lines together what the guide says ("Terminal manifest content errors",
--- "Validation rules for manifest files"): how many are valid, what kind of model they make, and what stops a training.

local body = require "rekognition.emulator.body"
local codes = require "rekognition.emulator.manifest_codes"
local manifest_line = require "rekognition.emulator.manifest_line"

local M = {}

local INVALID = 0.2 -- the part of the lines that may be invalid
local OVERLAP = 0.5 -- the part of the training labels that the test labels must cover
local MOST_LABELS = 250
local KINDS = { "IMAGE_LEVEL_LABELS", "OBJECT_LOCALIZATION" }
local FEWEST = { IMAGE_LEVEL_LABELS = 2, OBJECT_LOCALIZATION = 1 } -- labels

--- The lines of a manifest's text. An empty line is a line; the end of the last one is not.
---@param text string
---@return string[]
function M.split(text)
  local lines, from = {}, 1
  while from <= #text do
    local stop = text:find("\n", from, true) or #text + 1
    lines[#lines + 1] = text:sub(from, stop - 1):gsub("\r$", "")
    from = stop + 1
  end
  return lines
end

--- Checks lines. An image that an earlier line has is passed over: our decision, since the guide has no code for it.
---@param texts string[]
---@param inspect? fun(line: rekognition.emulator.Line): boolean  whether its image can be used
---@return rekognition.emulator.Line[]
function M.check(texts, inspect)
  local lines, seen = {}, {}
  for i, text in ipairs(texts) do
    local line = manifest_line.check(text)
    if not line.fault and seen[line.source] then
      line.ignored = true
    elseif not line.fault and inspect and not inspect(line) then
      manifest_line.refuse_image(line)
    end
    if line.source then seen[line.source] = true end
    lines[i] = line
  end
  return lines
end

-- How many lines have labels of a kind.
local function count_kind(lines, kind)
  local count = 0
  for _, line in ipairs(lines) do
    if not line.fault and not line.ignored and line.kinds[kind] then count = count + 1 end
  end
  return count
end

--- The kind of model that lines make: what most of them have; image-level labels where it is even, our decision.
---@param lines rekognition.emulator.Line[]
---@return "IMAGE_LEVEL_LABELS"|"OBJECT_LOCALIZATION"
function M.kind_of(lines)
  return count_kind(lines, KINDS[2]) > count_kind(lines, KINDS[1]) and KINDS[2] or KINDS[1]
end

--- The labels of lines, each with the number of its images.
---@param lines rekognition.emulator.Line[]
---@param kind? string  of this kind alone
---@return table<string, integer> labels, integer count
function M.labels(lines, kind)
  local labels, count = {}, 0
  for _, line in ipairs(lines) do
    local names = {}
    for _, one in ipairs(line.fault == nil and not line.ignored and (kind and { kind } or KINDS) or {}) do
      for name in pairs(line.by_kind[one]) do names[name] = true end
    end
    for name in pairs(names) do
      if not labels[name] then count = count + 1 end
      labels[name] = (labels[name] or 0) + 1
    end
  end
  return labels, count
end

--- The lines that a model of a kind can use.
---@param lines rekognition.emulator.Line[]
---@param kind string
---@return rekognition.emulator.Line[]
function M.usable(lines, kind)
  local usable = {}
  for _, line in ipairs(lines) do
    if not line.fault and not line.ignored and line.kinds[kind] then usable[#usable + 1] = line end
  end
  return usable
end

local function several_buckets(lines)
  local first
  for _, line in ipairs(lines) do
    if line.bucket then
      if first and line.bucket ~= first then return true end
      first = line.bucket
    end
  end
  return false
end

-- The codes of what is wrong with one manifest as a whole.
local function faults_of(lines, counts, kind, most_rows)
  local list = {}
  local function add(when, code)
    if when then list[#list + 1] = codes.error(code) end
  end
  local _, labels = M.labels(lines)
  local _, usable = M.labels(lines, kind)
  add(#lines > most_rows, "ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM")
  add(counts.invalid > INVALID * #lines, "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST")
  add(several_buckets(lines), "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS")
  add(labels < FEWEST[kind], "ERROR_MANIFEST_TOO_FEW_LABELS")
  add(labels > MOST_LABELS, "ERROR_MANIFEST_TOO_MANY_LABELS")
  add(labels >= FEWEST[kind] and usable < FEWEST[kind], "ERROR_MANIFEST_TOO_FEW_USABLE_LABELS")
  return list
end

---@class rekognition.emulator.Statistics  as in AWS's manifest summary
---@field use_case string
---@field total_json_lines integer
---@field valid_json_lines integer
---@field invalid_json_lines integer
---@field ignored_json_lines integer
---@field error_json_line_indices table
---@field errors table

--- The statistics of a manifest, with what stops a training.
---@param lines rekognition.emulator.Line[]
---@param kind "IMAGE_LEVEL_LABELS"|"OBJECT_LOCALIZATION"  of the model
---@param most_rows integer
---@return rekognition.emulator.Statistics
function M.statistics(lines, kind, most_rows)
  local counts, indices = { valid = 0, invalid = 0, ignored = 0 }, {}
  for i, line in ipairs(lines) do
    local state = line.fault and "invalid" or line.ignored and "ignored" or "valid"
    counts[state] = counts[state] + 1
    if line.faulty then indices[#indices + 1] = i end
  end
  local errors = faults_of(lines, counts, kind, most_rows)
  return { use_case = #errors == 0 and kind or "NOT_DETERMINED", total_json_lines = #lines,
           valid_json_lines = counts.valid, invalid_json_lines = counts.invalid, ignored_json_lines = counts.ignored,
           error_json_line_indices = body.list(indices), errors = body.list(errors) }
end

-- Whether the test labels cover too little of the training labels.
local function covers_too_little(training, testing, kind)
  local wanted, count = M.labels(training, kind)
  local there, common = M.labels(testing, kind), 0
  for name in pairs(wanted) do
    if there[name] then common = common + 1 end
  end
  return common < OVERLAP * count
end

--- What is wrong between a training and a test manifest.
---@param kind string
---@return {code: string, message: string}[]
function M.overlap_errors(training, testing, kind)
  if covers_too_little(training, testing) then return { codes.error "ERROR_INSUFFICIENT_LABEL_OVERLAP" } end
  if covers_too_little(training, testing, kind) then
    return { codes.error "ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP" }
  end
  return {}
end

--- Takes a fifth of the lines for a test: of each label with two images or more, one in five and at least one.
---@param lines rekognition.emulator.Line[]  lines that can be used
---@param kind string
---@return rekognition.emulator.Line[]? kept  nil where half of the labels have too few images
---@return rekognition.emulator.Line[]? taken
function M.split_for_test(lines, kind)
  local images, labels = M.labels(lines, kind)
  local wanted, left, covered = {}, {}, 0
  for name, count in pairs(images) do
    left[name] = count
    if count >= 2 then
      wanted[name], covered = math.max(1, count // 5), covered + 1
    end
  end
  if labels == 0 or covered < OVERLAP * labels then return nil end
  local kept, taken = {}, {}
  for _, line in ipairs(lines) do
    local wants, spares = false, true
    for name in pairs(line.by_kind[kind]) do
      wants = wants or (wanted[name] or 0) > 0
      spares = spares and left[name] > 1
    end
    local list = wants and spares and taken or kept
    list[#list + 1] = line
    if list == taken then
      for name in pairs(line.by_kind[kind]) do
        wanted[name], left[name] = (wanted[name] or 0) - 1, left[name] - 1
      end
    end
  end
  return kept, taken
end

return M

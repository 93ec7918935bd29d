--- The JSON protocol's cases in botocore's form: input.json and output.json, each a list of suites, each with the
--- model that its cases need.
--
-- Each model goes through the generator, the encoder and the reader that Rekognition's goes through: it is
-- generated, compiled into a rekognition.core of its own, and its cases run in a process with that
-- module in front (protocol_case.lua).

local files = require "spec.conformance.files"
local json = require "spec.conformance.json"
local normalise = require("model.normalise").normalise
local service_build = require "spec.conformance.service_build"
local support = require "spec.support.files"

local M = {}

function M.matches(folder)
  return folder:find("^protocol%-json") ~= nil
end

local function name_of(kind, suite, case, index)
  local title = case.id or case.description
  return ("%s/%s/%d%s"):format(kind, suite.description or "?", index, title and " " .. title or "")
end

local function streams(suite, case)
  local output = case.given.output and suite.shapes[case.given.output.shape]
  for _, member in pairs(output and output.members or {}) do
    local shape = suite.shapes[member.shape]
    if shape and shape.eventstream then return true end
  end
  return false
end

local NOT_FINITE = { NaN = true, Infinity = true, ["-Infinity"] = true }

-- Whether a value of this shape has a number that JSON lacks: such numbers are strings, here and on the wire.
local function not_finite(suite, value, name)
  local shape = suite.shapes[name] or {}
  if shape.type == "float" or shape.type == "double" then return NOT_FINITE[value] or false end
  if type(value) ~= "table" then return false end
  for key, item in pairs(value) do
    local inner = shape.member or shape.value or (shape.members or {})[key]
    if inner and not_finite(suite, item, inner.shape) then return true end
  end
  return false
end

-- Why a case has no place here, or nil.
local function not_ours(suite, case)
  if suite.metadata.protocol ~= "json" then
    return "its protocol is " .. tostring(suite.metadata.protocol) .. ", not JSON 1.x"
  end
  if suite.metadata.awsQueryCompatible then
    return "its errors have codes of the query protocol beside JSON's, which Rekognition's never had"
  end
  if streams(suite, case) then
    return "event streams have a binary framing around JSON, which no call of Rekognition's uses"
  end
  if ((case.serialized or {}).headers or {})["Content-Encoding"] then
    return "compressed requests are no trait of Rekognition's operations"
  end
  local input, output = case.given.input or {}, case.given.output or {}
  if not_finite(suite, case.params, input.shape) or not_finite(suite, case.result, output.shape) then
    return "NaN and infinite numbers are refused, by choice: no value of Rekognition's can be one"
  end
  return nil
end

local function same(a, b)
  return json.compare(a or {}, b or {}) == nil
end

local function joins(batch, given)
  local there = batch.operations[given.name]
  return not there or same(there.input, given.input) and same(there.output, given.output)
    and same(there.errors, given.errors)
end

-- A model has one operation of a name; cases that mean different ones by it get a model each.
local function batch_for(batches, given)
  for _, batch in ipairs(batches) do
    if joins(batch, given) then return batch end
  end
  batches[#batches + 1] = { operations = {}, cases = {} }
  return batches[#batches]
end

local function plain(value)
  if type(value) ~= "table" then return value end
  local copy = {}
  for key, item in pairs(value) do copy[key] = plain(item) end
  return copy
end

-- AWS's file calls one shape a string that has a key and a value, and whose values are objects.
local function mend(shapes)
  for _, shape in pairs(shapes) do
    if shape.key and shape.value then shape.type = "map" end
  end
end

local function model_of(suite, batch)
  local service = {
    metadata = plain(suite.metadata), operations = plain(batch.operations), shapes = plain(suite.shapes),
  }
  mend(service.shapes)
  service.metadata.jsonVersion = (tostring(service.metadata.jsonVersion or "1.1"):gsub(",", "."))
  return (normalise { service = service })
end

-- A line of the child's for each case: its index, "pass" or "fail", and why.
local function read_results(output)
  local results, rest = {}, {}
  for line in output:gmatch("[^\n]+") do
    local index, verdict, why = line:match("^case (%d+) (%l+) ?(.*)$")
    if index then results[tonumber(index)] = { verdict = verdict, why = why } else rest[#rest + 1] = line end
  end
  return results, table.concat(rest, "\n")
end

local function run_batch(path, kind, suite, suite_index, batch, report)
  support.with_folder(function(folder)
    service_build.build(folder, model_of(suite, batch))
    local command = ("LUA_CPATH=%s\";${LUA_CPATH:-;;}\" %s spec/conformance/protocol_case.lua %s %s %d %s"):format(
      support.quoted(folder .. "/?.so"), require("spec.support.files").lua, support.quoted(path), kind,
      suite_index, table.concat(batch.cases, " "))
    local _, output = support.run(command)
    local results, rest = read_results(output)
    for _, index in ipairs(batch.cases) do
      local name, result = name_of(kind, suite, suite.cases[index], index), results[index]
      if result and result.verdict == "pass" then
        report:pass(name)
      else
        report:fail(name, result and result.why or "the process stopped: " .. rest)
      end
    end
  end)
end

local function run_suite(path, kind, suite, suite_index, report)
  local batches = {}
  for index, case in ipairs(suite.cases) do
    local name, why = name_of(kind, suite, case, index), not_ours(suite, case)
    if why then
      report:skip(name, why)
    else
      local batch = batch_for(batches, case.given)
      batch.operations[case.given.name] = case.given
      table.insert(batch.cases, index)
      if (case.serialized or {}).host then
        report:skip(name .. " (host)", "a host prefix is no trait of Rekognition's; body and headers were compared")
      end
    end
  end
  for _, batch in ipairs(batches) do
    local ok, why = pcall(run_batch, path, kind, suite, suite_index, batch, report)
    if not ok then report:fail(kind .. "/" .. tostring(suite.description), why) end
  end
end

local function is_suite(suite)
  if type(suite) ~= "table" or type(suite.metadata) ~= "table" or type(suite.shapes) ~= "table"
    or not json.is_list(suite.cases) or #suite.cases == 0 then
    return false
  end
  for _, case in ipairs(suite.cases) do
    if type(case) ~= "table" or type(case.given) ~= "table" or type(case.given.name) ~= "string" then return false end
  end
  return true
end

local function run_file(path, kind, report)
  local suites, why = files.read_json(path, json.parse)
  if not suites then return report:fail(kind, why) end
  for index, suite in ipairs(suites) do
    if is_suite(suite) then
      run_suite(path, kind, suite, index, report)
    else
      report:fail(("%s/%d"):format(kind, index), "a suite has metadata, shapes and cases, each of which has what is given")
    end
  end
end

function M.run(dir, report)
  for _, kind in ipairs { "input", "output" } do
    local path = dir .. "/" .. kind .. ".json"
    if files.read(path) then run_file(path, kind, report) end
  end
end

return M

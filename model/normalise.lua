--- Brings a model in botocore's form (service-2.json, paginators-1.json, waiters-2.json) into ours.
--
-- What comes out are facts only: no documentation, only shapes that an operation or one of its
-- errors reaches. docs/model.md describes the form.

local ascii = require "rekognition.text.ascii"

local M = {}

local OPERATION_FACTS = { "deprecated", "idempotent" }
local SHAPE_FACTS = {
  "deprecated", "document", "enum", "error", "event", "eventstream", "exception", "fault", "max", "min",
  "pattern", "sensitive", "timestampFormat", "type", "union",
}
local MEMBER_FACTS = { "deprecated", "eventpayload", "hostLabel", "idempotencyToken", "jsonvalue", "timestampFormat" }

-- What is known and has no say in a JSON-RPC request or response.
local IGNORED = {
  auth = true, authtype = true, box = true, documentation = true, documentationUrl = true, flattened = true,
  http = true, internalonly = true, name = true, retryable = true, shape = true, endpoint = true,
  endpointdiscovery = true, deprecatedMessage = true, deprecatedSince = true, synthetic = true,
}

local function set(names)
  local result = {}
  for _, name in ipairs(names) do result[name] = true end
  return result
end

local function sorted_keys(map)
  local keys = {}
  for key in pairs(map or {}) do keys[#keys + 1] = key end
  ascii.sort(keys)
  return keys
end

local function sorted(list)
  local result = { table.unpack(list or {}) }
  ascii.sort(result)
  return #result > 0 and result or nil
end

-- Copies the named facts, and tells `unknown` of every trait that is neither taken nor known to be
-- of no interest, so that a newer model's news are seen.
local function take(from, facts, structural, where, unknown)
  local result, wanted = {}, set(facts)
  for _, key in ipairs(sorted_keys(from)) do
    if wanted[key] then
      result[key] = from[key]
    elseif not IGNORED[key] and not structural[key] then
      unknown[#unknown + 1] = where .. ": " .. key
    end
  end
  return result
end

local function member(reference, where, unknown)
  local result = take(reference, MEMBER_FACTS, {}, where, unknown)
  result.shape = reference.shape
  return result
end

local function structure(result, shape, name, unknown)
  result.members = {}
  for _, key in ipairs(sorted_keys(shape.members)) do
    result.members[key] = member(shape.members[key], name .. "." .. key, unknown)
  end
  result.required = sorted(shape.required)
end

local STRUCTURAL = set { "members", "required", "member", "key", "value", "payload" }

local function normalise_shape(shape, name, unknown)
  local result = take(shape, SHAPE_FACTS, STRUCTURAL, name, unknown)
  if result.type == "character" then result.type = "string" end
  if shape.type == "structure" then
    structure(result, shape, name, unknown)
  elseif shape.type == "list" then
    result.member = shape.member and shape.member.shape
  elseif shape.type == "map" then
    result.key = shape.key and shape.key.shape
    result.value = shape.value and shape.value.shape
  end
  return result
end

local function normalise_operation(operation, name, unknown)
  local result = take(operation, OPERATION_FACTS, set { "input", "output", "errors" }, name, unknown)
  result.input = operation.input and operation.input.shape
  result.output = operation.output and operation.output.shape
  local errors = {}
  for _, reference in ipairs(operation.errors or {}) do errors[#errors + 1] = reference.shape end
  result.errors = sorted(errors)
  return result
end

-- A shape that is referred to and missing stays missing: the generator names it.
local function reach(name, from, into, unknown)
  if not name or into[name] or not from[name] then return end
  local shape = normalise_shape(from[name], name, unknown)
  into[name] = shape
  for _, key in ipairs(sorted_keys(shape.members)) do reach(shape.members[key].shape, from, into, unknown) end
  reach(shape.member, from, into, unknown)
  reach(shape.key, from, into, unknown)
  reach(shape.value, from, into, unknown)
end

local function lists_of(model, output)
  local lists = {}
  for _, name in ipairs(sorted_keys(output.members)) do
    local shape = model.shapes[output.members[name].shape]
    if shape and shape.type == "list" then lists[#lists + 1] = { name = name, element = shape.member } end
  end
  return lists
end

-- The list that a page is about: the only one, or the one whose elements are named after the operation's noun
-- (GetSegmentDetection -> SegmentDetection).
local function items_of(model, name, output)
  local lists, noun = lists_of(model, output), name:gsub("^[a-z]*[A-Z][a-z]+", "", 1)
  if #lists == 1 then return lists[1].name end
  for _, list in ipairs(lists) do
    if list.element == noun then return list.name end
  end
  return nil
end

-- AWS's Smithy model marks 18 of Rekognition's operations as paginated, each by NextToken and
-- MaxResults, while botocore's file names only some of them. The others are found by what they have
-- in common: the token in both shapes, the limit in the input. AWS names no list of items for them,
-- so which list `items` walks is our choice: see items_of.
local function derived_paginator(model, name)
  local operation = model.operations[name]
  local input, output = model.shapes[operation.input], model.shapes[operation.output]
  if not (input and output and input.members and output.members) then return nil end
  if not (input.members.NextToken and input.members.MaxResults and output.members.NextToken) then return nil end
  local items = items_of(model, name, output)
  return {
    derived = true, input_token = "NextToken", output_token = "NextToken", limit_key = "MaxResults",
    result_keys = items and { items },
  }
end

local function as_list(value)
  if value == nil or type(value) == "table" then return value end
  return { value }
end

local function published_paginator(published)
  return {
    input_token = published.input_token, output_token = published.output_token,
    limit_key = published.limit_key, more_results = published.more_results,
    result_keys = as_list(published.result_key), non_aggregate_keys = as_list(published.non_aggregate_keys),
  }
end

local function paginators(model, published)
  local result = {}
  for name in pairs(model.operations) do
    local given = published[name]
    result[name] = given and published_paginator(given) or derived_paginator(model, name)
  end
  return result
end

local function waiters(published)
  local result = {}
  for name, waiter in pairs(published) do
    local acceptors = {}
    for index, acceptor in ipairs(waiter.acceptors) do
      acceptors[index] = {
        state = acceptor.state, matcher = acceptor.matcher, argument = acceptor.argument,
        expected = acceptor.expected,
      }
    end
    result[name] = {
      operation = waiter.operation, delay = waiter.delay, max_attempts = waiter.maxAttempts,
      acceptors = acceptors,
    }
  end
  return result
end

local METADATA = {
  "apiVersion", "endpointPrefix", "jsonVersion", "protocol", "serviceFullName", "serviceId", "signatureVersion",
  "signingName", "targetPrefix", "uid",
}

--- Normalises a model.
---@param parts {service: table, paginators?: table, waiters?: table, source?: table} the decoded files
---   (service-2.json, paginators-1.json, waiters-2.json), and facts on where they come from
---@return table model   in our form
---@return string[] unknown  traits that were left out because nobody knows them here, as "Shape.Member: trait"
function M.normalise(parts)
  local service, unknown = parts.service, {}
  local model = { source = parts.source or {}, metadata = {}, operations = {}, shapes = {} }
  for _, key in ipairs(METADATA) do model.metadata[key] = service.metadata[key] end
  for _, name in ipairs(sorted_keys(service.operations)) do
    local operation = normalise_operation(service.operations[name], name, unknown)
    model.operations[name] = operation
    reach(operation.input, service.shapes, model.shapes, unknown)
    reach(operation.output, service.shapes, model.shapes, unknown)
    for _, shape in ipairs(operation.errors or {}) do reach(shape, service.shapes, model.shapes, unknown) end
  end
  model.paginators = paginators(model, parts.paginators and parts.paginators.pagination or {})
  model.waiters = waiters(parts.waiters and parts.waiters.waiters or {})
  return model, unknown
end

return M

--- From the model to what the C tables will say: every shape with its identifier, its C type and its
--- members, in the order of the tables.

local check = require "model.generator.check"
local names = require "model.generator.names"

local M = {}

-- An operation without an input or an output has this structure without members.
M.UNIT = "Unit"

local C_TYPES = {
  REK_STRING = "struct rek_slice", REK_BLOB = "struct rek_slice", REK_DOCUMENT = "struct rek_slice",
  REK_BOOLEAN = "bool", REK_INTEGER = "int64_t", REK_LONG = "int64_t", REK_FLOAT = "double", REK_DOUBLE = "double",
  REK_TIMESTAMP = "double", REK_LIST = "struct rek_list", REK_MAP = "struct rek_map",
}

local function type_of(shape)
  return shape.document and "REK_DOCUMENT" or check.TYPES[shape.type]
end

local function entry_of(id, name, shape, format)
  return {
    id = id, name = name, type = type_of(shape), format = check.TIMESTAMP_FORMATS[format or shape.timestampFormat],
    sensitive = shape.sensitive, min = shape.min, shape = shape,
  }
end

-- A member may bring a timestamp format of its own: that makes a shape of its own.
local function add_variants(model, entries)
  for _, name in ipairs(names.sorted_keys(model.shapes)) do
    local members = model.shapes[name].members
    for _, key in ipairs(names.sorted_keys(members)) do
      local format, target = members[key].timestampFormat, members[key].shape
      if format then
        local id = target .. "_" .. format
        if model.shapes[id] then error("shape " .. id .. ": the generator needs this name for itself", 0) end
        entries[id] = entry_of(id, target, model.shapes[target], format)
      end
    end
  end
end

local function needs_unit(model)
  for _, operation in pairs(model.operations) do
    if not (operation.input and operation.output) then return true end
  end
  return false
end

local function all_entries(model)
  local entries = {}
  for name, shape in pairs(model.shapes) do entries[name] = entry_of(name, name, shape) end
  add_variants(model, entries)
  if needs_unit(model) and not entries[M.UNIT] then
    entries[M.UNIT] = entry_of(M.UNIT, M.UNIT, { type = "structure", members = {} })
  end
  return entries
end

local function member_ids(entry)
  local ids = {}
  for key, member in pairs(entry.type == "REK_STRUCTURE" and entry.shape.members or {}) do
    ids[key] = member.timestampFormat and member.shape .. "_" .. member.timestampFormat or member.shape
  end
  return ids
end

local function mark_requests(entries, id)
  local entry = entries[id]
  if entry.request then return end
  entry.request = true
  for _, target in pairs(member_ids(entry)) do mark_requests(entries, target) end
  if entry.type == "REK_LIST" then mark_requests(entries, entry.shape.member) end
  if entry.type == "REK_MAP" then
    mark_requests(entries, entry.shape.key)
    mark_requests(entries, entry.shape.value)
  end
end

local function distinct_member_names(entries)
  local seen = {}
  for _, entry in pairs(entries) do
    for key in pairs(member_ids(entry)) do seen[key] = true end
  end
  local list, index = names.sorted_keys(seen), {}
  for position, name in ipairs(list) do index[name] = position - 1 end
  return list, index
end

local function c_type(target)
  if target.type == "REK_STRUCTURE" then return "struct " .. target.tag .. " *" end
  return C_TYPES[target.type] .. " "
end

-- What stands in the places that a list's or a map's pointer leads to.
local function content(entries, target)
  local element = target.type == "REK_LIST" and target.shape.member or target.shape.value
  local keys = target.type == "REK_MAP" and "string to " or ""
  return keys .. c_type(entries[element]):gsub(" $", "") .. " (" .. element .. ")"
end

local function comment(entries, target)
  if target.type == "REK_LIST" or target.type == "REK_MAP" then return "of " .. content(entries, target) end
  return target.name
end

local function plan_members(entries, entry, name_ids)
  local required, scope = {}, names.scope { "present" }
  for _, key in ipairs(entry.shape.required or {}) do required[key] = true end
  local members, ids = {}, member_ids(entry)
  for _, key in ipairs(names.sorted_keys(ids)) do
    local target = entries[ids[key]]
    members[#members + 1] = {
      name = key, id = ids[key], field = scope(key), name_id = name_ids[key], required = required[key] or false,
      token = entry.shape.members[key].idempotencyToken or false,
      c_type = entry.request and c_type(target), comment = entry.request and comment(entries, target),
    }
  end
  return members
end

local function plan_operations(model)
  local operations = {}
  for _, name in ipairs(names.sorted_keys(model.operations)) do
    local operation = model.operations[name]
    operations[#operations + 1] = {
      name = name, method = names.snake(name), input = operation.input or M.UNIT, output = operation.output or M.UNIT,
      errors = operation.errors or {},
    }
  end
  return operations
end

--- Plans the tables of a checked model.
---@param model table
---@return { shapes: table[], operations: table[], member_names: string[], metadata: table, origin: string,
---  prefix: string }
function M.plan(model)
  local entries = all_entries(model)
  local operations = plan_operations(model)
  for _, operation in ipairs(operations) do mark_requests(entries, operation.input) end
  local member_names, name_ids = distinct_member_names(entries)
  -- What every name of this service begins with, so that tables of several services can be linked together.
  local prefix = names.identifier(model.metadata.endpointPrefix or "service")
  local shapes, tag_of = {}, names.scope {}
  for _, id in ipairs(names.sorted_keys(entries)) do
    local entry = entries[id]
    shapes[#shapes + 1] = entry
    if entry.request and entry.type == "REK_STRUCTURE" then entry.tag = prefix .. "_" .. tag_of(id) end
  end
  for _, entry in ipairs(shapes) do entry.members = plan_members(entries, entry, name_ids) end
  return {
    shapes = shapes, operations = operations, member_names = member_names, metadata = model.metadata,
    origin = names.origin(model), prefix = prefix,
  }
end

return M

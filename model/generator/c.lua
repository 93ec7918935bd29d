--- Writes the C tables of a plan. csrc/core/shape.h is the contract that they fill.

local ascii = require "rekognition.text.ascii"
local names = require "model.generator.names"

local M = {}

local function c_string(text)
  return '"' .. text:gsub('[\0-\31"\\\127-\255]', function(char) return string.format("\\%03o", char:byte()) end) .. '"'
end

local function slice(text)
  return "{" .. c_string(text) .. ", " .. #text .. "}"
end

local function head(plan)
  return "/* " .. plan.origin .. " */\n/* clang-format off */\n"
end

local function guarded(plan, guard, body)
  guard = ascii.upper(plan.prefix) .. "_" .. guard
  return head(plan) .. "#ifndef " .. guard .. "\n#define " .. guard .. "\n\n" .. body .. "\n#endif\n"
end

local function request_struct(entry)
  local lines = { "struct " .. entry.tag .. " {", "    uint64_t present;" }
  for _, member in ipairs(entry.members) do
    lines[#lines + 1] = string.format("    %s%s; /* %s */", member.c_type, member.field, member.comment)
  end
  lines[#lines + 1] = "};\n"
  return table.concat(lines, "\n")
end

--- requests.h: a typed struct for each structure that a request can hold.
function M.requests_h(plan)
  local parts = { '#include "core/shape.h"\n' }
  for _, entry in ipairs(plan.shapes) do
    if entry.tag then parts[#parts + 1] = request_struct(entry) end
  end
  return guarded(plan, "REQUESTS_H", table.concat(parts, "\n"))
end

--- shapes.h: where each shape stands in the table.
function M.shapes_h(plan)
  local prefix, upper = plan.prefix, ascii.upper(plan.prefix)
  local lines = { '#include "core/shape.h"\n', "enum " .. prefix .. "_shape_id {" }
  for _, entry in ipairs(plan.shapes) do lines[#lines + 1] = "    " .. upper .. "_SHAPE_" .. entry.id .. "," end
  lines[#lines + 1] = "    " .. upper .. "_SHAPE_COUNT\n};\n"
  lines[#lines + 1] = ("extern const struct rek_shape %s_shapes[%s_SHAPE_COUNT];"):format(prefix, upper)
  lines[#lines + 1] = ("extern const struct rek_slice %s_member_names[%d];\n"):format(prefix,
    math.max(#plan.member_names, 1))
  return guarded(plan, "SHAPES_H", table.concat(lines, "\n"))
end

local function member_line(entry, member)
  local offset = entry.tag and "offsetof(struct " .. entry.tag .. ", " .. member.field .. ")" or "0"
  return string.format("    {%s, SHAPE(%s), %s, %d, %s, %s},", slice(member.name), member.id, offset, member.name_id,
    member.required, member.token)
end

local function members_table(plan)
  local lines, first = {}, 0
  for _, entry in ipairs(plan.shapes) do
    entry.first_member = first
    first = first + #entry.members
    if #entry.members > 0 then lines[#lines + 1] = "    /* " .. entry.name .. " */" end
    for _, member in ipairs(entry.members) do lines[#lines + 1] = member_line(entry, member) end
  end
  if first == 0 then return "" end
  return "static const struct rek_member members[] = {\n" .. table.concat(lines, "\n") .. "\n};\n\n"
    .. "_Static_assert(sizeof(members) / sizeof(members[0]) == " .. first .. ', "every member has its line");\n\n'
end

local function shape_line(plan, entry)
  local parts = { ".name = " .. c_string(entry.name), ".type = " .. entry.type }
  local function add(text, ...) parts[#parts + 1] = string.format(text, ...) end
  if entry.format then add(".timestamp_format = %s", entry.format) end
  if entry.sensitive then add(".sensitive = true") end
  if entry.min then add(".has_min = true, .min = %s", names.float(entry.min)) end
  if #entry.members > 0 then add("MEMBERS(%d, %d)", entry.first_member, #entry.members) end
  if entry.tag then add(".size = sizeof(struct %s)", entry.tag) end
  if entry.type == "REK_MAP" then add(".key = SHAPE(%s), .value = SHAPE(%s)", entry.shape.key, entry.shape.value) end
  if entry.type == "REK_LIST" then add(".value = SHAPE(%s)", entry.shape.member) end
  return "    [" .. ascii.upper(plan.prefix) .. "_SHAPE_" .. entry.id .. "] = {" .. table.concat(parts, ", ") .. "},"
end

local function present_asserts(plan)
  local lines = {}
  for _, entry in ipairs(plan.shapes) do
    if entry.tag then lines[#lines + 1] = "PRESENT_IS_FIRST(" .. entry.tag .. ");" end
  end
  return table.concat(lines, "\n") .. (#lines > 0 and "\n" or "")
end

local function names_table(plan)
  local lines = {}
  for _, name in ipairs(plan.member_names) do lines[#lines + 1] = "    " .. slice(name) .. "," end
  if #lines == 0 then lines[1] = '    {"", 0},' end
  return table.concat(lines, "\n")
end

-- The text with the service's own prefix in its names.
local function prefixed(plan, text)
  return (text:gsub("PREFIX", plan.prefix):gsub("UPPER", (ascii.upper(plan.prefix))))
end

local SHAPES_C = [[
#include "shapes.h"

#include "requests.h"

#define SHAPE(id) &PREFIX_shapes[UPPER_SHAPE_##id]
#define MEMBERS(first, count) .members = &members[first], .member_count = count
#define PRESENT_IS_FIRST(tag) \
    _Static_assert(offsetof(struct tag, present) == 0, "present is first in " #tag)

]]

--- shapes.c: every shape, every member, and the distinct names of members.
function M.shapes_c(plan)
  local members = members_table(plan)
  local shapes = {}
  for _, entry in ipairs(plan.shapes) do shapes[#shapes + 1] = shape_line(plan, entry) end
  return head(plan) .. prefixed(plan, SHAPES_C) .. members
    .. prefixed(plan, "const struct rek_shape PREFIX_shapes[UPPER_SHAPE_COUNT] = {\n")
    .. table.concat(shapes, "\n") .. "\n};\n\n"
    .. prefixed(plan, "const struct rek_slice PREFIX_member_names[] = {\n") .. names_table(plan)
    .. "\n};\n\n" .. present_asserts(plan)
end

--- operations.h: where each operation stands in the table, and the service.
function M.operations_h(plan)
  local lines = { '#include "core/shape.h"\n', prefixed(plan, "enum PREFIX_operation_id {") }
  for _, operation in ipairs(plan.operations) do
    lines[#lines + 1] = prefixed(plan, "    UPPER_OPERATION_") .. operation.name .. ","
  end
  lines[#lines + 1] = prefixed(plan, [[
    UPPER_OPERATION_COUNT
};

extern const struct rek_operation PREFIX_operations[UPPER_OPERATION_COUNT];
extern const struct rek_service PREFIX_service;
]])
  return guarded(plan, "OPERATIONS_H", table.concat(lines, "\n"))
end

local function operation_line(plan, operation)
  local prefix = ascii.upper(plan.prefix)
  local errors = #operation.errors > 0 and " " .. table.concat(operation.errors, " ") .. " " or ""
  return string.format("    [%s_OPERATION_%s] = {%s, %s, SHAPE(%s), SHAPE(%s),\n        %s},", prefix,
    operation.name, slice(operation.name), slice(operation.method), operation.input, operation.output, slice(errors))
end

local function service(plan)
  local metadata = plan.metadata
  local endpoint_prefix = metadata.endpointPrefix or ""
  return table.concat({
    prefixed(plan, "const struct rek_service PREFIX_service = {"),
    "    .service_id = " .. slice(metadata.serviceId or "") .. ",",
    "    .endpoint_prefix = " .. slice(endpoint_prefix) .. ",",
    "    .signing_name = " .. slice(metadata.signingName or endpoint_prefix) .. ",",
    "    .api_version = " .. slice(metadata.apiVersion or "") .. ",",
    "    .protocol = REK_AWS_JSON,",
    "    .content_type = " .. slice("application/x-amz-json-" .. (metadata.jsonVersion or "1.1")) .. ",",
    "    .target_prefix = " .. slice((metadata.targetPrefix or "") .. ".") .. ",",
    prefixed(plan, "    .operations = PREFIX_operations,"),
    prefixed(plan, "    .operation_count = UPPER_OPERATION_COUNT,"),
    prefixed(plan, "    .member_names = PREFIX_member_names,"),
    "    .member_name_count = " .. #plan.member_names .. ",",
    "};\n",
  }, "\n")
end

--- operations.c: the operations, and the service that everything hangs on.
function M.operations_c(plan)
  local lines = {}
  for _, operation in ipairs(plan.operations) do lines[#lines + 1] = operation_line(plan, operation) end
  return head(plan) .. prefixed(plan, [[
#include "operations.h"

#include "shapes.h"

#define SHAPE(id) &PREFIX_shapes[UPPER_SHAPE_##id]

const struct rek_operation PREFIX_operations[UPPER_OPERATION_COUNT] = {
]]) .. table.concat(lines, "\n") .. "\n};\n\n" .. service(plan)
end

return M

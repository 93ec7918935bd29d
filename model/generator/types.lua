--- Writes the LuaCATS annotations: what an editor needs to know every operation, member and value.

local names = require "model.generator.names"

local M = {}

local NAMESPACE = "rekognition."

local LUA_TYPES = {
  string = "string", blob = "string", boolean = "boolean", byte = "integer", short = "integer", integer = "integer",
  long = "integer", float = "number", double = "number", timestamp = "number",
}

local function type_of(model, name)
  local shape = model.shapes[name]
  if shape.document then return "any" end
  if shape.enum or shape.type == "structure" then return NAMESPACE .. name end
  if shape.type == "list" then return type_of(model, shape.member) .. "[]" end
  if shape.type == "map" then
    return "table<" .. type_of(model, shape.key) .. ", " .. type_of(model, shape.value) .. ">"
  end
  return LUA_TYPES[shape.type]
end

local UNITS = { string = " characters", blob = " bytes", list = " items", map = " entries" }

-- What a person would like to know besides the type.
local function remark(shape)
  local unit, text = UNITS[shape.type] or "", ""
  if shape.enum then return "" end
  if shape.min and shape.max then
    text = shape.min == shape.max and shape.min .. unit or shape.min .. " to " .. shape.max .. unit
  elseif shape.min then
    text = "at least " .. shape.min .. unit
  elseif shape.max then
    text = "at most " .. shape.max .. unit
  end
  local prefix = shape.type == "blob" and "raw bytes" or shape.type == "timestamp" and "seconds since the epoch" or ""
  return prefix .. (prefix ~= "" and text ~= "" and ", " or "") .. text
end

-- The shapes that a caller makes: those that an operation's input has.
local function given_shapes(model)
  local given = {}
  local function visit(name)
    local shape = name and model.shapes[name]
    if not shape or given[name] then return end
    given[name] = true
    for _, member in pairs(shape.members or {}) do visit(member.shape) end
    visit(type(shape.member) == "string" and shape.member)
    visit(shape.key)
    visit(shape.value)
  end
  for _, operation in pairs(model.operations) do visit(operation.input) end
  return given
end

-- Of what a caller makes, a member that isn't required is optional. The model requires nothing of a response; an editor
-- that warned of each of its members would warn all the time, so that they are as if always there.
local function field(model, shape, required, key, is_given)
  local member = shape.members[key]
  local optional = is_given and (not required[key] or member.idempotencyToken) and "?" or ""
  local is_name = key:find("^[A-Za-z_][A-Za-z0-9_]*$")
  local name = is_name and key .. optional or "[" .. string.format("%q", key) .. "]" .. optional
  local note = remark(model.shapes[member.shape])
  if member.idempotencyToken then note = note .. (note ~= "" and "; " or "") .. "by default a random UUID" end
  return "---@field " .. name .. " " .. type_of(model, member.shape) .. (note ~= "" and " " .. note or "")
end

local function class(model, name, shape, is_given)
  local lines, required = { "---@class " .. NAMESPACE .. name }, {}
  for _, key in ipairs(shape.required or {}) do required[key] = true end
  for _, key in ipairs(names.sorted_keys(shape.members)) do
    lines[#lines + 1] = field(model, shape, required, key, is_given)
  end
  return table.concat(lines, "\n") .. "\n"
end

local function alias(name, shape)
  local lines = { "---@alias " .. NAMESPACE .. name }
  for _, value in ipairs(shape.enum) do lines[#lines + 1] = "---| " .. string.format("%q", value) end
  return table.concat(lines, "\n") .. "\n"
end

local function params_of(model, operation)
  local input = operation.input and model.shapes[operation.input]
  local optional = not (input and input.required) and "?" or ""
  return "params" .. optional, operation.input and NAMESPACE .. operation.input or "{}"
end

local function result_of(operation)
  return operation.output and NAMESPACE .. operation.output or "{}"
end

local function method(model, name)
  local operation = model.operations[name]
  local param, param_type = params_of(model, operation)
  local errors = operation.errors and "--- Error codes: " .. table.concat(operation.errors, ", ") .. ".\n" or ""
  return "--- " .. name .. ".\n" .. errors
    .. "---@param " .. param .. " " .. param_type .. "\n"
    .. "---@param options? rekognition.CallOptions\n"
    .. "---@return " .. result_of(operation) .. " response\n"
    .. "---@return rekognition.Metadata metadata\n"
    .. "function Client:" .. names.snake(name) .. "(params, options) end\n"
    .. "\n--- Starts " .. name .. ".\n"
    .. "---@param " .. param .. " " .. param_type .. "\n"
    .. "---@param options? rekognition.CallOptions\n"
    .. "---@return rekognition.Future\n"
    .. "function Client:" .. names.snake(name) .. "_async(params, options) end\n"
end

local function overload(model, name, result)
  local param, param_type = params_of(model, model.operations[name])
  return string.format('---@overload fun(self: rekognition.Client, operation: "%s", %s: %s, '
    .. 'options?: rekognition.CallOptions): %s', name, param, param_type, result)
end

local function call(model)
  local lines = { "--- Calls an operation by its own name." }
  for _, name in ipairs(names.sorted_keys(model.operations)) do
    lines[#lines + 1] = overload(model, name, result_of(model.operations[name]) .. ", rekognition.Metadata")
  end
  lines[#lines + 1] = "function Client:call(operation, params, options) end\n"
  return table.concat(lines, "\n")
end

local function item_type(model, name, paginator)
  local output = model.shapes[model.operations[name].output]
  local key = paginator.result_keys and paginator.result_keys[1]
  local list = key and output.members[key] and model.shapes[output.members[key].shape]
  return list and list.type == "list" and type_of(model, list.member) or nil
end

local function paginated(model)
  local pages = { "--- Iterates over the pages of an operation." }
  local items = { "--- Iterates over the items of every page." }
  for _, name in ipairs(names.sorted_keys(model.paginators)) do
    pages[#pages + 1] = overload(model, name, "(fun(): " .. result_of(model.operations[name]) .. "?)")
    local item = item_type(model, name, model.paginators[name])
    if item then items[#items + 1] = overload(model, name, "(fun(): " .. item .. "?)") end
  end
  pages[#pages + 1] = "function Client:pages(operation, params, options) end\n"
  items[#items + 1] = "function Client:items(operation, params, options) end\n"
  return table.concat(pages, "\n") .. "\n" .. table.concat(items, "\n")
end

local METADATA = [[
--- What is known of a call besides its response.
---@class rekognition.Metadata
---@field request_id? string
---@field status integer
---@field headers table<string, string> names in lower case
---@field attempts integer
---@field elapsed number seconds
]]

--- types.lua: annotations only, read by editors and never loaded.
---@param model table
---@return string
function M.file(model)
  local parts = {
    "---@meta\n-- " .. names.origin(model) .. "\n", METADATA, "---@class rekognition.Client\nlocal Client = {}\n",
  }
  local given = given_shapes(model)
  for _, name in ipairs(names.sorted_keys(model.shapes)) do
    local shape = model.shapes[name]
    if shape.enum then
      parts[#parts + 1] = alias(name, shape)
    elseif shape.type == "structure" and not shape.document then
      parts[#parts + 1] = class(model, name, shape, given[name])
    end
  end
  for _, name in ipairs(names.sorted_keys(model.operations)) do parts[#parts + 1] = method(model, name) end
  parts[#parts + 1] = call(model)
  if next(model.paginators or {}) then parts[#parts + 1] = paginated(model) end
  return table.concat(parts, "\n")
end

return M

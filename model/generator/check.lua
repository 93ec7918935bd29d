--- Refuses models that the generator can't make sense of, naming every problem and its place.

local names = require "model.generator.names"

local M = {}

M.MAX_MEMBERS = 64 -- a request struct has one bit for each: csrc/core/shape.h

M.TYPES = {
  structure = "REK_STRUCTURE", list = "REK_LIST", map = "REK_MAP", string = "REK_STRING", blob = "REK_BLOB",
  boolean = "REK_BOOLEAN", byte = "REK_INTEGER", short = "REK_INTEGER", integer = "REK_INTEGER",
  long = "REK_LONG", float = "REK_FLOAT", double = "REK_DOUBLE", timestamp = "REK_TIMESTAMP",
}

M.TIMESTAMP_FORMATS = { unixTimestamp = "REK_EPOCH_SECONDS", iso8601 = "REK_ISO8601", rfc822 = "REK_RFC822" }

local function reporter(problems)
  return function(where, text, ...)
    problems[#problems + 1] = where .. ": " .. string.format(text, ...)
  end
end

local function check_reference(model, name, where, problem)
  if type(name) ~= "string" then
    problem(where, "names no shape")
  elseif not model.shapes[name] then
    problem(where, "refers to shape %s, which the model does not have", name)
  end
end

local function check_format(format, where, problem)
  if format and not M.TIMESTAMP_FORMATS[format] then problem(where, "timestampFormat %s is not known", format) end
end

local function check_structure(model, name, shape, problem)
  local members = names.sorted_keys(shape.members)
  if #members > M.MAX_MEMBERS then
    problem("shape " .. name, "has %d members, and at most %d are possible", #members, M.MAX_MEMBERS)
  end
  for _, member in ipairs(members) do
    local where = "shape " .. name .. ", member " .. member
    check_reference(model, shape.members[member].shape, where, problem)
    check_format(shape.members[member].timestampFormat, where, problem)
  end
  for _, member in ipairs(shape.required or {}) do
    if not (shape.members or {})[member] then
      problem("shape " .. name, "requires member %s, which it does not have", member)
    end
  end
end

local function check_shape(model, name, shape, problem)
  local where = "shape " .. name
  if not name:find("^[A-Za-z_][A-Za-z0-9_]*$") then problem(where, "its name is no identifier") end
  if not M.TYPES[shape.type] then return problem(where, "has the unknown type %s", tostring(shape.type)) end
  check_format(shape.timestampFormat, where, problem)
  if shape.min and type(shape.min) ~= "number" then problem(where, "min is no number") end
  if shape.type == "structure" then
    check_structure(model, name, shape, problem)
  elseif shape.type == "list" then
    check_reference(model, shape.member, where .. ", its elements", problem)
  elseif shape.type == "map" then
    check_reference(model, shape.key, where .. ", its keys", problem)
    check_reference(model, shape.value, where .. ", its values", problem)
    local key = model.shapes[shape.key]
    if key and key.type ~= "string" then problem(where, "has keys of type %s; only strings are possible", key.type) end
  end
end

local function check_operation(model, name, operation, problem)
  local where = "operation " .. name
  if not name:find("^[A-Za-z_][A-Za-z0-9_]*$") then problem(where, "its name is no identifier") end
  for _, role in ipairs { "input", "output" } do
    local shape = operation[role]
    if shape ~= nil then
      check_reference(model, shape, where .. ", " .. role, problem)
      local target = model.shapes[shape]
      if target and target.type ~= "structure" then problem(where, "its %s is no structure", role) end
    end
  end
  for _, shape in ipairs(operation.errors or {}) do check_reference(model, shape, where .. ", errors", problem) end
end

local function check_uses(model, kind, operation_of, problem)
  for _, name in ipairs(names.sorted_keys(model[kind])) do
    local operation = operation_of(name, model[kind][name])
    if not model.operations[operation] then
      problem(kind .. " " .. name, "is for operation %s, which the model does not have", tostring(operation))
    end
  end
end

--- Raises a message with a line for each problem, or does nothing.
---@param model table  in the form of model/normalise.lua
function M.check(model)
  local problems = {}
  local problem = reporter(problems)
  for _, part in ipairs { "metadata", "operations", "shapes" } do
    if type(model[part]) ~= "table" then error("the model has no " .. part, 0) end
  end
  for _, name in ipairs(names.sorted_keys(model.shapes)) do check_shape(model, name, model.shapes[name], problem) end
  for _, name in ipairs(names.sorted_keys(model.operations)) do
    check_operation(model, name, model.operations[name], problem)
  end
  check_uses(model, "paginators", function(name) return name end, problem)
  check_uses(model, "waiters", function(_, waiter) return waiter.operation end, problem)
  if #problems > 0 then error("the model can't be used:\n  " .. table.concat(problems, "\n  "), 0) end
end

return M

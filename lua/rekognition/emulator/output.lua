--- Writes a response's JSON by its shape of the model: lists stay lists and maps stay maps when they are empty.

local cjson = require("cjson").new()

local M = {}

local write
local by_type = {}

function by_type.structure(model, shape, value)
  local parts = {}
  for name, member in pairs(shape.members) do
    if value[name] ~= nil then
      parts[#parts + 1] = cjson.encode(name) .. ":" .. write(model, member.shape, value[name])
    end
  end
  table.sort(parts)
  return "{" .. table.concat(parts, ",") .. "}"
end

function by_type.list(model, shape, value)
  local parts = {}
  for i, item in ipairs(value) do parts[i] = write(model, shape.member, item) end
  return "[" .. table.concat(parts, ",") .. "]"
end

function by_type.map(model, shape, value)
  local parts = {}
  for key, item in pairs(value) do
    parts[#parts + 1] = cjson.encode(key) .. ":" .. write(model, shape.value, item)
  end
  table.sort(parts)
  return "{" .. table.concat(parts, ",") .. "}"
end

function by_type.string(_, _, value) return cjson.encode(value) end

function by_type.boolean(_, _, value) return tostring(value) end

function by_type.integer(_, _, value) return ("%d"):format(value) end

by_type.long = by_type.integer

function by_type.float(_, _, value) return ("%.15g"):format(value) end

-- Epoch seconds, as JSON 1.1 has them; milliseconds are what Rekognition shows in its examples.
function by_type.timestamp(_, _, value) return ("%.3f"):format(value) end

function write(model, name, value)
  local shape = model.shapes[name]
  return by_type[shape.type](model, shape, value)
end

--- The body of an operation's response. It is empty, as the API reference has it, where the response has no members.
---@param model table  as rekognition.generated.model
---@param operation string
---@param response table
---@return string body
function M.write(model, operation, response)
  local name = model.operations[operation].output
  if next(model.shapes[name].members) == nil then return "" end
  return write(model, name, response)
end

return M

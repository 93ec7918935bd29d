--- Writes a response's JSON by its shape of the model: lists stay lists and maps stay maps when they are empty.
--
-- For each shape a function is made once, which knows the shape's members in the order of their names. A structure may
-- come as a text: then it was written before, by M.write_shape.

local ascii = require "rekognition.text.ascii"
local number = require "rekognition.text.number"
local cjson = require("cjson").new()

local M = {}

local writer_of
local by_type = {}

function by_type.structure(model, shape)
  local names, keys, writers = ascii.names(shape.members), {}, {}
  for i, name in ipairs(names) do
    keys[i] = cjson.encode(name) .. ":"
    local member, writer = shape.members[name].shape, nil
    writers[i] = function(value) -- a shape may hold itself, so its members' writers are made when they are needed
      writer = writer or writer_of(model, member)
      return writer(value)
    end
  end
  return function(value)
    if type(value) == "string" then return value end
    local parts, count = {}, 0
    for i = 1, #names do
      local item = value[names[i]]
      if item ~= nil then
        count = count + 1
        parts[count] = keys[i] .. writers[i](item)
      end
    end
    return "{" .. table.concat(parts, ",") .. "}"
  end
end

function by_type.list(model, shape)
  local write_item = writer_of(model, shape.member)
  return function(value)
    local parts = {}
    for i, item in ipairs(value) do parts[i] = write_item(item) end
    return "[" .. table.concat(parts, ",") .. "]"
  end
end

function by_type.map(model, shape)
  local write_item = writer_of(model, shape.value)
  return function(value)
    local parts = {}
    for key, item in pairs(value) do parts[#parts + 1] = cjson.encode(key) .. ":" .. write_item(item) end
    ascii.sort(parts)
    return "{" .. table.concat(parts, ",") .. "}"
  end
end

local function write_integer(value) return ("%d"):format(value) end
local function write_float(value) return number.exact(value) end
-- Epoch seconds, as JSON 1.1 has them; milliseconds are what Rekognition shows in its examples.
local function write_timestamp(value) return number.fixed(value, 3) end

function by_type.string() return cjson.encode end
function by_type.boolean() return tostring end
function by_type.integer() return write_integer end
function by_type.float() return write_float end
function by_type.timestamp() return write_timestamp end

by_type.long, by_type.double = by_type.integer, by_type.float

local writers = setmetatable({}, { __mode = "k" }) -- of each model, by the shapes' names

function writer_of(model, name)
  local known = writers[model]
  if not known then
    known = {}
    writers[model] = known
  end
  if not known[name] then
    local shape = model.shapes[name]
    known[name] = by_type[shape.type](model, shape)
  end
  return known[name]
end

--- The JSON of one structure, which may stand in a response instead of it.
---@param model table  as rekognition.generated.model
---@param shape string  the structure's name
---@param value table
---@return string
function M.write_shape(model, shape, value)
  return writer_of(model, shape)(value)
end

--- The body of an operation's response. It is empty, as the API reference has it, where the response has no members.
---@param model table  as rekognition.generated.model
---@param operation string
---@param response table
---@return string body
function M.write(model, operation, response)
  local name = model.operations[operation].output
  if next(model.shapes[name].members) == nil then return "" end
  return writer_of(model, name)(response)
end

return M

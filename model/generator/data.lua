--- Writes parts of the model as Lua files that return a table.

local names = require "model.generator.names"

local M = {}

local LINE = 72

local KEYWORDS = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat return then true
  until while]]):gmatch("[^ \n]+") do KEYWORDS[word] = true end

local function key_text(key)
  if key:find("^[A-Za-z_][A-Za-z0-9_]*$") and not KEYWORDS[key] then return key end
  return "[" .. string.format("%q", key) .. "]"
end

local function scalar(value)
  if math.type(value) == "float" then return names.float(value) end
  if type(value) ~= "string" then return tostring(value) end
  return '"' .. value:gsub('[\0-\31"\\\127]', function(char)
    return (char == '"' or char == "\\") and "\\" .. char or string.format("\\%03d", char:byte())
  end) .. '"'
end

local write

local function parts_of(value, indent)
  local parts = {}
  if value[1] ~= nil then
    for index, item in ipairs(value) do parts[index] = write(item, indent) end
  else
    for _, key in ipairs(names.sorted_keys(value)) do
      parts[#parts + 1] = key_text(key) .. " = " .. write(value[key], indent)
    end
  end
  return parts
end

function write(value, indent)
  if type(value) ~= "table" then return scalar(value) end
  local inner = indent .. "  "
  local parts = parts_of(value, inner)
  if #parts == 0 then return "{}" end
  local line = "{ " .. table.concat(parts, ", ") .. " }"
  if #line + #indent <= LINE and not line:find("\n", 1, true) then return line end
  return "{\n" .. inner .. table.concat(parts, ",\n" .. inner) .. ",\n" .. indent .. "}"
end

--- A Lua file that returns `value`.
---@param model table   the model, for the line on the file's origin
---@param about string  one line on what the file holds
---@param value table
---@return string
function M.file(model, about, value)
  return "--- " .. about .. "\n-- " .. names.origin(model) .. "\n-- luacheck: no max line length\nreturn "
    .. write(value, "") .. "\n"
end

--- The model's paginators as `client:pages` and `client:items` want them; `items` is the list that `items` walks.
---@return table
function M.paginators(model)
  local result = {}
  for name, paginator in pairs(model.paginators or {}) do
    result[name] = {
      input_token = paginator.input_token, output_token = paginator.output_token, limit_key = paginator.limit_key,
      items = paginator.result_keys and paginator.result_keys[1],
    }
  end
  return result
end

--- The model's waiters under the names that `client:wait` takes.
---@return table
function M.waiters(model)
  local result = {}
  for name, waiter in pairs(model.waiters or {}) do result[names.snake(name)] = waiter end
  return result
end

return M

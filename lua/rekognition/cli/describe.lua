--- `rekognition call OPERATION --describe`: an operation's parameters, from the service's model.

local ascii = require "rekognition.text.ascii"
local json = require "rekognition.cli.json"

local M = {}

local COLUMNS = { { key = "member", title = "MEMBER" }, { key = "type", title = "TYPE" },
                  { key = "required", title = "REQUIRED", show = function(value) return value and "yes" or nil end } }

-- Adds the members of a structure and of what is in it. `seen`: the structures that this one is in.
local function add(rows, shapes, name, path, seen)
  local shape = shapes[name]
  local required = {}
  for _, member in ipairs(shape.required or {}) do required[member] = true end
  for _, member in ipairs(ascii.names(shape.members or {})) do
    local target, place = shape.members[member].shape, path .. member
    local prefix = ""
    while shapes[target].type == "list" do
      prefix, place, target = prefix .. "list of ", place .. "[]", shapes[target].member
    end
    local kind = shapes[target].type
    rows[#rows + 1] = { member = path .. member, type = prefix .. kind, required = required[member] or false }
    if kind == "structure" and not seen[target] then
      seen[target] = true
      add(rows, shapes, target, place .. ".", seen)
      seen[target] = nil
    end
  end
end

--- Prints the parameters.
---@param context rekognition.cli.Context
---@param operation string
function M.print(context, operation)
  local model, rows = require "rekognition.generated.model", {}
  local input = model.operations[operation].input
  if input then add(rows, model.shapes, input, "", { [input] = true }) end
  if context.args.output == "json" then return context.output:json(json.list(rows)) end
  if context.args.output ~= "jsonl" then return context.output:table(COLUMNS, rows) end
  for _, row in ipairs(rows) do context.output:json(row) end
end

return M

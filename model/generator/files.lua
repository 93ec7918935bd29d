--- All files that a model makes, as text.

local c = require "model.generator.c"
local check = require "model.generator.check"
local data = require "model.generator.data"
local plan = require "model.generator.plan"
local types = require "model.generator.types"

local M = {}

--- The C tables. Raises a message that names every problem of a model that can't be used.
---@param model table  in the form of model/normalise.lua
---@return table<string, string>  text by file name
function M.c(model)
  check.check(model)
  local planned = plan.plan(model)
  return {
    ["requests.h"] = c.requests_h(planned),
    ["shapes.h"] = c.shapes_h(planned),
    ["shapes.c"] = c.shapes_c(planned),
    ["operations.h"] = c.operations_h(planned),
    ["operations.c"] = c.operations_c(planned),
  }
end

--- The Lua files. Raises as `c` does.
---@param model table
---@return table<string, string>  text by file name
function M.lua(model)
  check.check(model)
  return {
    ["model.lua"] = data.file(model, "The whole model, as facts; see docs/model.md.", model),
    ["paginators.lua"] = data.file(model, "How each paginated operation is paged.", data.paginators(model)),
    ["waiters.lua"] = data.file(model, "The waiters that the model defines.", data.waiters(model)),
    ["types.lua"] = types.file(model),
  }
end

return M

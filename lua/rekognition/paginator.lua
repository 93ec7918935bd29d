--- Pages and items of the operations that answer in pieces.
--
-- What is paginated is generated from the model (`rekognition.generated.paginators`).

local core = require "rekognition.core"
local rek_error = require "rekognition.error"

local M = {}

local function paginator_of(operation)
  local paginator = require("rekognition.generated.paginators")[operation]
  if paginator then return paginator end
  local message = "this operation does not answer in pages; call it once"
  if not require("rekognition.generated.model").operations[operation] then
    local _, problems = core.request(operation)
    message = problems[1].message
  end
  return rek_error.raise { kind = "validation", code = "NotPaginated", operation = operation, message = message }
end

local function shallow_copy(operation, params)
  if params ~= nil and type(params) ~= "table" then
    rek_error.raise { kind = "validation", code = "ValidationError", operation = operation,
      message = "params must be a table, not a " .. type(params) }
  end
  local copy = {}
  for key, value in next, params or {} do copy[key] = value end
  return copy
end

--- An iterator over the pages of an operation: each step is one call.
---@param client rekognition.Client
---@param operation string "DescribeProjectVersions"
---@param params? table     as for the call; a token in it is where to begin
---@param on_behalf? string  see `Client:call`; a paginator where absent
---@return fun(): table?, table?  a page and its metadata
function M.pages(client, operation, params, on_behalf)
  local paginator = paginator_of(operation)
  local input, done, seen = shallow_copy(operation, params), false, nil
  return function()
    if done then return nil end
    local page, metadata = client:call(operation, input, on_behalf or "paginator")
    local token = page[paginator.output_token]
    if token == nil or token == "" then
      done = true
    elseif token == seen then
      done = true
      rek_error.raise { kind = "protocol", code = "PaginationLoop", operation = operation,
        request_id = metadata.request_id, status = metadata.status,
        message = "the service gave the same " .. paginator.output_token .. " twice in a row" }
    end
    seen = token
    input[paginator.input_token] = token
    return page, metadata
  end
end

--- An iterator over the items of all pages.
---@return fun(): any
function M.items(client, operation, params, on_behalf)
  local member = paginator_of(operation).items
  local next_page, list, index = M.pages(client, operation, params, on_behalf), {}, 0
  return function()
    index = index + 1
    while list[index] == nil do
      local page = next_page()
      if not page then return nil end
      list, index = page[member] or {}, 1
    end
    return list[index]
  end
end

return M

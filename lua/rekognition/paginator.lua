--- Pages and items of the operations that return pages.
--
-- What is paginated is generated from the model (`rekognition.generated.paginators`).

local options_check = require "rekognition.options"
local rek_error = require "rekognition.error"
local paginators = require "rekognition.generated.paginators"
local quote = require "rekognition.text.quote"

local M = {}

local function paginator_of(client, operation)
  local paginator = paginators[operation]
  if paginator then return paginator end
  local unknown = client:_unknown_operation(operation)
  return rek_error.raise { kind = "validation", code = unknown and "UnknownOperation" or "NotPaginated",
    operation = not unknown and operation or nil,
    message = unknown or "this operation does not return pages; call it once" }
end

local function shallow_copy(operation, params)
  if params ~= nil and type(params) ~= "table" then
    rek_error.raise { kind = "validation", code = "ValidationError", operation = operation,
      message = "params must be a table, got " .. quote.value(params) }
  end
  local copy = {}
  for key, value in next, params or {} do copy[key] = value end
  return copy
end

--- An iterator over the pages of an operation: each step is one call.
---@param client rekognition.Client
---@param operation string "DescribeProjectVersions"
---@param params? table     as for the call; a token in it is where to begin
---@param options? rekognition.CallOptions  for each page's call
---@param on_behalf? string  "paginator" if absent
---@return fun(): table?, table?  a page and its metadata
function M.pages(client, operation, params, options, on_behalf)
  local paginator = paginator_of(client, operation)
  if options ~= nil then options = options_check.check_call(options) end
  local input, done, seen = shallow_copy(operation, params), false, nil
  return function()
    if done then return nil end
    local page, metadata = client:_call(operation, input, options, on_behalf or "paginator")
    local token = page[paginator.output_token]
    if token == nil or token == "" then
      done = true
    elseif token == seen then
      done = true
      rek_error.raise { kind = "protocol", code = "PaginationLoop", operation = operation,
        request_id = metadata.request_id, status = metadata.status,
        message = "the service returned the same " .. paginator.output_token .. " twice in a row" }
    end
    seen = token
    input[paginator.input_token] = token
    return page, metadata
  end
end

--- Raises that a response lacks what was asked for. It says nothing of a subject: neither that it is gone, nor that it
--- isn't there yet.
---@param operation string
---@param member string  "ProjectVersionDescriptions"
---@return never
function M.refuse_without(operation, member)
  return rek_error.raise { kind = "protocol", code = "InvalidResponse", operation = operation,
    message = ("could not read the response to %s: it has no %s"):format(operation, member) }
end

--- An iterator over the items of all pages.
---@return fun(): any
function M.items(client, operation, params, options, on_behalf)
  local member = paginator_of(client, operation).items
  local next_page, list, index = M.pages(client, operation, params, options, on_behalf), {}, 0
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

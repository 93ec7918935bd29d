--- What is said of a slip in a call: an operation or a method that isn't there, parameters that can't be sent.

local core = require "rekognition.core"
local familiar = require "rekognition.text.familiar"
local nearest = require "rekognition.text.nearest"
local rek_error = require "rekognition.error"
local quote = require "rekognition.text.quote"

local service = core.service

local M = {}

--- What is wrong with an operation's name.
---@param operation any  no operation of the service
---@return string
function M.operation(operation)
  if type(operation) ~= "string" then return "operation must be a string, got " .. quote.value(operation) end
  local names = {}
  for place, known in ipairs(service:operations()) do names[place] = known.name end
  return "unknown operation " .. quote.value(operation) .. nearest.hint(operation, names)
end

--- What is wrong with a method's name.
---@param method string
---@param class table  the client's: its methods that stand for no operation
---@return string
function M.method(method, class)
  local names = { "region", "endpoint" }
  for name in pairs(class) do
    if not name:find("^_") then names[#names + 1] = name end
  end
  for _, known in ipairs(service:operations()) do
    names[#names + 1], names[#names + 2] = known.method, known.method .. "_async"
  end
  return ("a client has no method or field %s%s"):format(quote.value(method), familiar.method_hint(method, names))
end

--- Raises an error of kind "validation" with what is wrong with the parameters.
---@param operation string
---@param params any
---@param problems {path: string, message: string}[]
---@param more? integer  problems beyond those in the list
---@return never
function M.raise_problems(operation, params, problems, more)
  if params ~= nil and type(params) ~= "table" then
    problems, more = { { path = "params", message = "must be a table, got " .. quote.value(params) } }, 0
  end
  local lines = {}
  for _, problem in ipairs(problems) do
    lines[#lines + 1] = problem.path == "" and problem.message or problem.path .. ": " .. problem.message
  end
  if more and more > 0 then lines[#lines + 1] = ("and %d more"):format(more) end
  return rek_error.raise { kind = "validation", code = "ValidationError", operation = operation,
    message = table.concat(lines, "; "), problems = problems, retryable = false }
end

return M

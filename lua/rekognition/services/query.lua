--- AWS's Query protocol: a form in, XML out (Smithy specification, "AWS query protocol").

local ascii = require "rekognition.text.ascii"
local core = require "rekognition.core"
local quote = require "rekognition.text.quote"
local redact = require "rekognition.text.redact"
local services = require "rekognition.services"
local service_error = require "rekognition.text.service_error"
local uri = require "rekognition.text.uri"
local xml = require "rekognition.services.xml"

local M = {}

local MAX_DOCUMENT = 1024 * 1024 -- a choice, well over what these operations answer

local function form(parameters)
  local pairs_of = {}
  for index, name in ipairs(ascii.names(parameters)) do
    pairs_of[index] = name .. "=" .. uri.escape(tostring(parameters[name]))
  end
  return table.concat(pairs_of, "&")
end

--- The error fields of a response. Most services have <ErrorResponse><Error>; what stands in for one may have EC2's
--- <Errors><Error>, and S3 has <Error> alone.
---@param status integer
---@param headers table<string, string>
---@param body string
---@param secrets? string[]
function M.read_error(status, headers, body, secrets)
  local texts = #body <= MAX_DOCUMENT and xml.read(body) or {}
  local code = texts["Error.Code"] or texts["Errors.Error.Code"] or texts.Code
  local message = texts["Error.Message"] or texts["Errors.Error.Message"] or texts.Message
  code = service_error.code(redact.value(code, secrets))
  message = service_error.text(redact.value(message, secrets))
  return {
    kind = "service", code = code or "HTTP" .. status, status = status,
    message = message and quote.message(message) or ("HTTP status %d, no AWS error in the response"):format(status),
    request_id = redact.value(texts.RequestId or texts.RequestID or headers["x-amzn-requestid"]
      or headers["x-amz-request-id"], secrets),
  }
end

--- Calls an operation.
---@param channel rekognition.Channel  made with `read_error` of this module
---@param operation { service: string, name: string, version: string }
---@param parameters table<string, string|number>
---@param state? table  fields of `rekognition.Call`: provider, secrets, deadline, transient
---@return table<string, string> texts  of the result's elements, by path below <OperationResult>
---@return rekognition.XmlElement root
function M.call(channel, operation, parameters, state)
  local all = { Action = operation.name, Version = operation.version }
  for name, value in pairs(parameters) do all[name] = value end
  state = state or {}
  state.operation = operation.service .. " " .. operation.name
  state.request = core.plain_request {
    name = state.operation, method = "POST", body = form(all),
    headers = { { "Content-Type", "application/x-www-form-urlencoded" } },
  }
  local prefix, root = operation.name .. "Result.", nil
  state.read = function(body)
    if #body > MAX_DOCUMENT then return nil, ("it is too large (%d bytes)"):format(#body) end
    local texts, found, why = xml.read(body)
    if not texts then return nil, why end
    if found.name ~= operation.name .. "Response" then
      return nil, ("the document's root must be %sResponse, got %s"):format(operation.name, quote.value(found.name))
    end
    root = found
    local result = {}
    for path, text in pairs(texts) do
      if path:sub(1, #prefix) == prefix then result[path:sub(#prefix + 1)] = text end
    end
    return result
  end
  local result = services.run(channel, state)
  return result, root
end

return M

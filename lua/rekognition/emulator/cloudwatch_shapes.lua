--- CloudWatch's requests and responses in its three protocols: Query (form and XML), AWS JSON 1.0, RPC v2 CBOR.

local cbor = require "rekognition.emulator.cbor"
local errors = require "rekognition.emulator.errors"
local http = require "rekognition.emulator.http"
local protocol = require "rekognition.emulator.query_protocol"
local timestamp = require "rekognition.text.time"
local body = require "rekognition.emulator.body"
local cjson = require("cjson").new()

local NAMESPACE = "http://monitoring.amazonaws.com/doc/2010-08-01/"
local TARGET = "GraniteServiceVersion20100801."
local MOST_DEPTH = 16 -- of names in a form

local M = {}

local List, Time = {}, {}

--- A list, whose items are values or structures.
function M.list(items) return setmetatable({ items = items }, List) end

--- A time.
function M.time(seconds) return setmetatable({ seconds = seconds }, Time) end

local PATH = "^/service/GraniteServiceVersion20100801/operation/([A-Za-z0-9]+)$"

--- The operation of a request in the CBOR form; nil for another.
---@return string?
function M.cbor_operation(exchange)
  return exchange.path:match(PATH)
end

--- Whether a request is in the JSON form.
function M.is_json(exchange)
  return (exchange.headers["x-amz-target"] or ""):sub(1, #TARGET) == TARGET
end

--- The name that faults and counts know a call by.
---@param exchange rekognition.emulator.Exchange
---@return string
function M.called(exchange)
  local operation = M.cbor_operation(exchange)
  if operation then return operation end
  if not M.is_json(exchange) then return protocol.action(exchange) end
  return http.last_word(exchange.headers["x-amz-target"])
end

-- {"A.member.1.B" = "x"} as {A = {{B = "x"}}}.
local function unflatten(parameters)
  local result = {}
  for name, value in pairs(parameters) do
    local place, depth, last = result, 0, nil
    for part in name:gmatch("[^.]+") do
      depth = depth + 1
      if depth > MOST_DEPTH then errors.front("MalformedQueryString", "A parameter's name has too many parts.", 400) end
      if part ~= "member" then
        if last ~= nil then
          if type(place[last]) ~= "table" then place[last] = {} end
          place = place[last]
        end
        last = math.tointeger(tonumber(part)) or part
      end
    end
    if last ~= nil then place[last] = value end
  end
  return result
end

--- The operation that a request names, and its parameters as nested tables.
---@param exchange rekognition.emulator.Exchange
---@return string? operation
---@return table input
function M.read(exchange)
  local operation = M.cbor_operation(exchange)
  if operation then
    local text = exchange.request.body
    local input, problem = cbor.read(text == "" and "\xA0" or text)
    if type(input) ~= "table" then
      errors.front("SerializationException", "The body must be a map in CBOR: " .. tostring(problem), 400)
    end
    return operation, input
  end
  if not M.is_json(exchange) then
    local parameters = protocol.read(exchange)
    return parameters.Action, unflatten(parameters)
  end
  local input = exchange.request.body == "" and {} or body.read(exchange.request.body)
  if type(input) ~= "table" then errors.front("SerializationException", "The body must be an object.", 400) end
  return exchange.headers["x-amz-target"]:sub(#TARGET + 1), input
end

-- ---- responses --------------------------------------------------------------------------------

local function elements_of(value)
  local kind = getmetatable(value)
  if kind == Time then return timestamp.format(value.seconds) end
  if type(value) ~= "table" then return value end
  local elements = {}
  if kind == List then
    for i, item in ipairs(value.items) do elements[i] = { "member", elements_of(item) } end
  else
    for i, pair in ipairs(value) do elements[i] = { pair[1], elements_of(pair[2]) } end
  end
  return elements
end

local function json_of(value)
  local kind, parts = getmetatable(value), {}
  if kind == Time then return ("%d"):format(math.floor(value.seconds)) end
  if type(value) ~= "table" then return cjson.encode(value) end
  if kind == List then
    for i, item in ipairs(value.items) do parts[i] = json_of(item) end
    return "[" .. table.concat(parts, ",") .. "]"
  end
  for _, pair in ipairs(value) do
    if pair[2] ~= nil then parts[#parts + 1] = cjson.encode(pair[1]) .. ":" .. json_of(pair[2]) end
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

local function cbor_of(value)
  local kind, parts = getmetatable(value), {}
  if kind == Time then return cbor.time(value.seconds) end
  if type(value) ~= "table" then return cbor.scalar(value) end
  if kind == List then
    for i, item in ipairs(value.items) do parts[i] = cbor_of(item) end
    return cbor.list_head(#parts) .. table.concat(parts)
  end
  for _, pair in ipairs(value) do
    if pair[2] ~= nil then parts[#parts + 1] = cbor.scalar(pair[1]) .. cbor_of(pair[2]) end
  end
  return cbor.map_head(#parts) .. table.concat(parts)
end

local function cbor_headers(exchange)
  return { { "Content-Type", "application/cbor" }, { "smithy-protocol", "rpc-v2-cbor" },
           { "x-amzn-RequestId", exchange.id } }
end

local function json_headers(exchange)
  return { { "Content-Type", "application/x-amz-json-1.0" }, { "x-amzn-RequestId", exchange.id } }
end

--- A response.
---@param exchange rekognition.emulator.Exchange
---@param result {[1]: string, [2]: any}[]  members in their order
function M.respond(exchange, result)
  if M.cbor_operation(exchange) then return 200, cbor_headers(exchange), cbor_of(result) end
  if M.is_json(exchange) then return 200, json_headers(exchange), json_of(result) end
  return protocol.respond(exchange, NAMESPACE, elements_of(result))
end

--- The response to a failure. In JSON and CBOR the Query protocol's code comes in a header, as SDKs ask for it.
---@param exchange rekognition.emulator.Exchange
---@param failure rekognition.emulator.Failure
function M.fail(exchange, failure)
  local in_cbor = M.cbor_operation(exchange) ~= nil
  if not in_cbor and not M.is_json(exchange) then return protocol.fail(exchange, failure, NAMESPACE) end
  local headers = in_cbor and cbor_headers(exchange) or json_headers(exchange)
  headers[#headers + 1] = { "x-amzn-query-error", failure.code .. (failure.status < 500 and ";Sender" or ";Receiver") }
  local message = failure.message
  if not utf8.len(message) then message = message:gsub("[\x80-\xFF]", "?") end
  if in_cbor then
    return failure.status, headers, cbor_of { { "__type", failure.code }, { "message", message } }
  end
  return failure.status, headers, cjson.encode { __type = failure.code, message = message }
end

return M

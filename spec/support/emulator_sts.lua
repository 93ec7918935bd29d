-- Calls the emulator's STS without a network, in the Query protocol.

local client = require "spec.support.emulator_client"
local sigv4 = require "rekognition.sigv4"

local M = {}

local function escape(text)
  return (tostring(text):gsub("[^A-Za-z0-9_.~-]", function(byte) return ("%%%02X"):format(byte:byte()) end))
end

local function form(action, params)
  local parts = { "Action=" .. action, "Version=2011-06-15" }
  for name, value in pairs(params) do
    if value ~= "" then parts[#parts + 1] = escape(name) .. "=" .. escape(value) end
  end
  return table.concat(parts, "&")
end

-- The texts of a response's innermost elements, by their names.
local function texts(body)
  local result = {}
  for name, text in body:gmatch("<([A-Za-z]+)>([^<]*)</") do
    result[name] = result[name] or text:gsub("&lt;", "<"):gsub("&gt;", ">"):gsub("&quot;", '"'):gsub("&amp;", "&")
  end
  return result
end

--- Calls an operation: the texts of the response, its status, its body.
function M.call(service, action, params, options)
  options = options or {}
  local request = { method = "POST", target = "/", body = form(action, params), headers = {
    { "Host", "127.0.0.1:1" }, { "Content-Type", "application/x-www-form-urlencoded; charset=utf-8" } } }
  request.headers = sigv4.sign(request, { region = options.region or "us-east-1", service = "sts",
    time = service.clock(), credentials = options.credentials or client.OWNER }).headers
  local status, _, body = service:handle(request)
  return texts(body), status, body
end

--- As call, for a call that must succeed.
function M.must(...)
  local result, status, body = M.call(...)
  if status ~= 200 then error(body, 2) end
  return result
end

--- As call, for a call that must fail: the code, the message and the status.
function M.fails(...)
  local result, status, body = M.call(...)
  if status == 200 then error("succeeded: " .. body, 2) end
  return result.Code, result.Message, status
end

return M

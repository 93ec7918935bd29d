--- Further headers for a call: checked before anything is sent.

local ascii = require "rekognition.text.ascii"
local rek_error = require "rekognition.error"
local quote = require "rekognition.text.quote"

local M = {}

-- What the client itself sends, and what HTTP's framing needs.
local RESERVED = {
  host = true, authorization = true, ["content-length"] = true, ["content-type"] = true, ["transfer-encoding"] = true,
  connection = true, ["user-agent"] = true, ["x-amz-date"] = true, ["x-amz-security-token"] = true,
  ["x-amz-target"] = true, ["x-amz-content-sha256"] = true, ["amz-sdk-invocation-id"] = true,
  ["amz-sdk-request"] = true, expect = true, ["accept-encoding"] = true,
}
local MAX_VALUE = 8192 -- our choice; AWS's front layers refuse more

local function refuse(path, message)
  rek_error.raise { kind = "config", code = "InvalidOption", message = path .. " " .. message }
end

local function check(path, name, value)
  if type(name) ~= "string" or #name > 256 or not name:find("^[A-Za-z0-9!#$%%&'*+.^_`|~-]+$") then
    refuse(path, "must have header names (letters, digits and -), got " .. quote.value(name))
  end
  if RESERVED[ascii.lower(name)] then refuse(path, ("must not have %s: the client sets it"):format(name)) end
  if type(value) ~= "string" then
    refuse(("%s[%q]"):format(path, name), "must be a string, got " .. quote.value(value))
  end
  if #value > MAX_VALUE or value:find("[\0-\31\127]") then
    refuse(("%s[%q]"):format(path, name),
      ("must be a string of at most %d bytes without control characters"):format(MAX_VALUE))
  end
end

--- The headers as a list, sorted by name where they came by name; nil where there are none.
---@param headers any   { name = value }, or { { name, value }, ... }
---@param path string   what the option is called, for errors
---@return {[1]: string, [2]: string}[]?
--- Raises an error of kind "config" that names the header.
function M.list(headers, path)
  if headers == nil then return nil end
  if type(headers) ~= "table" then refuse(path, "must be a table, got " .. quote.value(headers)) end
  if next(headers) == nil then return nil end
  local list = {}
  for key, item in next, headers do
    local name, value = key, item
    if type(key) == "number" then
      if type(item) ~= "table" then refuse(path, "must be { name = value } or { { name, value }, ... }") end
      name, value = item[1], item[2]
    end
    check(path, name, value)
    list[#list + 1] = { name, value, type(key) == "number" and key or 0 }
  end
  table.sort(list, function(a, b)
    if a[3] ~= b[3] then return a[3] < b[3] end
    return ascii.less(a[1], b[1])
  end)
  for _, header in ipairs(list) do header[3] = nil end
  return list
end

return M

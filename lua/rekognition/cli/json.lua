--- JSON for people and programs: members sorted, lists and objects told apart, numbers that read back as they were.

local ascii = require "rekognition.text.ascii"
local cjson = require("cjson").new()
local core = require "rekognition.core"
local numbers = require "rekognition.text.number"
local timestamp = require "rekognition.text.time"

local M = {}

local LIST = {}

--- Marks a table as a list, which matters when it is empty.
---@generic T : table
---@param items T
---@return T
function M.list(items)
  return setmetatable(items, LIST)
end

-- What is not UTF-8 can't stand in JSON. Each such byte becomes U+FFFD.
local function valid_text(text)
  local parts, from = {}, 1
  while true do
    local length, bad = utf8.len(text, from)
    if length then break end
    parts[#parts + 1] = text:sub(from, bad - 1) .. "\u{FFFD}"
    from = bad + 1
  end
  return table.concat(parts) .. text:sub(from)
end

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function quote(text)
  return '"' .. valid_text(text):gsub('[%z\1-\31\127"\\]', function(char)
    return ESCAPES[char] or ("\\u%04x"):format(char:byte())
  end) .. '"'
end

-- The shortest form that reads back as the same number.
local function number(value)
  if math.type(value) == "integer" then return ("%d"):format(value) end
  if value ~= value or value == math.huge or value == -math.huge then return "null" end
  local text = numbers.exact(value)
  return text:find("[.e]") and text or text .. ".0"
end

local function is_list(value)
  return getmetatable(value) == LIST or #value > 0
end

local encode

local function join(parts, open, close, indent)
  if #parts == 0 then return open .. close end
  if not indent then return open .. table.concat(parts, ",") .. close end
  local inner = "\n" .. indent .. "  "
  return open .. inner .. table.concat(parts, "," .. inner) .. "\n" .. indent .. close
end

local function encode_table(value, indent)
  local deeper, parts = indent and indent .. "  ", {}
  if is_list(value) then
    for i, item in ipairs(value) do parts[i] = encode(item, deeper) end
    return join(parts, "[", "]", indent)
  end
  local names = {}
  for name in pairs(value) do names[#names + 1] = tostring(name) end
  ascii.sort(names)
  for i, name in ipairs(names) do
    parts[i] = quote(name) .. (indent and ": " or ":") .. encode(value[name], deeper)
  end
  return join(parts, "{", "}", indent)
end

function encode(value, indent)
  local kind = type(value)
  if kind == "table" then return encode_table(value, indent) end
  if kind == "string" then return quote(value) end
  if kind == "number" then return number(value) end
  if kind == "boolean" then return tostring(value) end
  return "null"
end

--- Writes a value: on one line, or, where `indented`, as people read it.
---@param value any
---@param indented? boolean
---@return string
function M.encode(value, indented)
  return encode(value, indented and "" or nil)
end

local PARTS = "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d"

-- As the AWS CLI writes a time: ISO 8601, with microseconds where there are any. Always UTC.
local function iso_time(value)
  local micros = math.floor(value * 1e6 + 0.5)
  local text = timestamp.format(micros // 1000000):match(PARTS)
  micros = micros % 1000000
  return text .. (micros > 0 and (".%06d"):format(micros) or "") .. "+00:00"
end

--- A time as all JSON of the command has it: ISO 8601, as the AWS CLI prints times.
---@param epoch number
---@return string
function M.time(epoch) return iso_time(epoch) end

local function model() return require "rekognition.generated.model" end

local shaped

local TO_JSON = {
  blob = core.base64_encode,
  timestamp = function(value) return type(value) == "number" and iso_time(value) or value end,
}

local FROM_JSON = {
  blob = function(value)
    if type(value) ~= "string" then return value end
    local bytes = M.decode_base64(value)
    if not bytes then return nil, "must be base64; --blob MEMBER=FILE reads a file instead" end
    return bytes
  end,
  timestamp = function(value)
    if type(value) ~= "string" then return value end
    local seconds = timestamp.parse(value)
    if not seconds then return nil, "must be a time such as 2026-01-31T12:00:00Z, or seconds since 1970" end
    return seconds
  end,
}

local function shaped_members(value, shape, convert, path)
  local result = {}
  for name, item in pairs(value) do
    local member = shape.members[name]
    if item ~= cjson.null then
      result[name] = shaped(item, member and member.shape, convert, path == "" and name or path .. "." .. name)
    end
  end
  return result
end

-- The value with its blobs and times in another form, and its lists marked. What no shape describes stays as it is.
function shaped(value, shape_name, convert, path)
  local shape = shape_name and model().shapes[shape_name]
  if not shape then return value end
  if convert[shape.type] then
    local result, problem = convert[shape.type](value)
    if problem then error({ path = path, message = problem }, 0) end
    return result
  end
  if type(value) ~= "table" then return value end
  if shape.type == "structure" then return shaped_members(value, shape, convert, path) end
  local result = {}
  for key, item in pairs(value) do
    if item ~= cjson.null then
      result[key] = shaped(item, shape.type == "list" and shape.member or shape.value, convert,
        ("%s[%s]"):format(path, tostring(key)))
    end
  end
  return shape.type == "list" and M.list(result) or result
end

--- A response as JSON has it: blobs as base64, times as ISO 8601 in UTC, lists marked.
---@param operation string
---@param response table
---@return table
function M.from_response(operation, response)
  return shaped(response, model().operations[operation].output, TO_JSON, "")
end

--- Parameters as a call takes them: blobs from base64, times from ISO 8601, nulls left out.
---@param operation string
---@param params table
---@return table?
---@return { path: string, message: string }? problem
function M.to_params(operation, params)
  local ok, result = pcall(shaped, params, model().operations[operation].input, FROM_JSON, "")
  if ok then return result end
  if type(result) ~= "table" then error(result, 0) end
  return nil, result
end

-- "line 2, column 7", of a byte.
local function place_of(text, at)
  local before = text:sub(1, at - 1)
  local _, line = before:gsub("\n", "")
  return ("line %d, column %d"):format(line + 1, at - #(before:match("^.*\n") or ""))
end

-- What cjson says, "Expected object key string but found T_OBJ_END at character 17", with the place as people count it.
local TOKENS = { T_OBJ_BEGIN = "{", T_OBJ_END = "}", T_ARR_BEGIN = "[", T_ARR_END = "]", T_COLON = ":", T_COMMA = ",",
  T_END = "the end", T_STRING = "a text", T_NUMBER = "a number", T_BOOLEAN = "true or false", T_NULL = "null" }
local function why_not(text, problem)
  local at = tonumber(problem:match("at character ([0-9]+)$"))
  if not at then return nil end
  local words = problem:gsub(" at character [0-9]+$", ""):gsub("T_[A-Z_]+", TOKENS)
  return ("%s at %s"):format(ascii.lower(words:sub(1, 1)) .. words:sub(2), place_of(text, at))
end

--- Reads a JSON object.
---@param text string
---@return table?
---@return string? why  "expected object key string but found } at line 1, column 17", where that is known
function M.decode_object(text)
  local ok, value = pcall(cjson.decode, text)
  if not ok then return nil, why_not(text, value) end
  if type(value) ~= "table" or not ascii.trim(text):find("^{") then return nil end
  local exact = core.read_json(text) -- cjson makes a float of each number: integers over 2^53 would change
  return type(exact) == "table" and exact or value
end

local BASE64 = {}
for i = 0, 63 do
  BASE64[("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"):byte(i + 1)] = i
end

--- Reads base64 (RFC 4648), line breaks allowed.
---@param text string
---@return string?
function M.decode_base64(text)
  text = text:gsub("[\r\n]", "")
  if #text % 4 ~= 0 then return nil end
  local padding = text:sub(-2) == "==" and 2 or text:sub(-1) == "=" and 1 or 0
  local bytes = {}
  for i = 1, #text, 4 do
    local bits, last = 0, i + 4 > #text
    for j = 0, 3 do
      local digit = BASE64[text:byte(i + j)]
      if not digit and not (last and j >= 4 - padding) then return nil end
      bits = bits << 6 | (digit or 0)
    end
    bytes[#bytes + 1] = string.char(bits >> 16, bits >> 8 & 255, bits & 255):sub(1, last and 3 - padding or 3)
  end
  return table.concat(bytes)
end

return M

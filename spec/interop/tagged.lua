-- Values as JSON that tells what JSON alone doesn't: blobs from strings, whole numbers from others, all digits.
-- wire_parity.py has the same for Python.

local cjson = require("cjson").new()

local M = {}

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

-- Without a library: the tags hold small blobs.
local function base64_decode(text)
  local bits, count, bytes = 0, 0, {}
  for character in text:gmatch("[%w+/]") do
    bits = bits << 6 | ALPHABET:find(character, 1, true) - 1
    count = count + 6
    if count >= 8 then
      count = count - 8
      bytes[#bytes + 1] = string.char(bits >> count & 255)
    end
  end
  return table.concat(bytes)
end

local function untag(value)
  if type(value) ~= "table" then return value end
  if value["$blob"] then return base64_decode(value["$blob"]) end
  if value["$integer"] then return math.tointeger(value["$integer"]) end
  if value["$float"] then return tonumber(value["$float"]) end
  local plain = {}
  for key, item in pairs(value) do plain[key] = untag(item) end
  return plain
end

local function tag(value)
  if math.type(value) == "integer" then return { ["$integer"] = ("%d"):format(value) } end
  if type(value) == "number" then return { ["$float"] = ("%a"):format(value) } end
  if type(value) ~= "table" then return value end
  local tagged = {}
  for key, item in pairs(value) do tagged[key] = tag(item) end
  return tagged
end

--- Reads a line: JSON with tags.
function M.decode(line) return untag(cjson.decode(line)) end

--- Writes a value as JSON with tags. Strings must be text; an empty table has no kind.
function M.encode(value) return cjson.encode(tag(value)) end

return M

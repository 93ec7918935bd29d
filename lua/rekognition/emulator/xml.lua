--- The little of XML that AWS's older protocols answer in: elements with text.

local number = require "rekognition.text.number"

local M = {}

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["\r"] = "&#13;" }

--- A text in which no character means anything to XML. Characters that XML 1.0 can't have become U+FFFD, and so does
--- what isn't UTF-8.
---@param text any
---@return string
function M.escape(text)
  text = type(text) == "number" and number.text(text) or tostring(text)
  if not utf8.len(text) then text = text:gsub("[\x80-\xFF]", "\u{FFFD}") end
  return (text:gsub('[&<>"\r]', ENTITIES):gsub("[%z\1-\8\11\12\14-\31]", "\u{FFFD}"))
end

--- Elements in a row: {{"Name", value}, ...}. A value is a text, a number, a boolean, or a list of elements; nil leaves
--- the element out.
---@param elements {[1]: string, [2]: any}[]
---@return string
function M.elements(elements)
  local parts = {}
  for _, element in ipairs(elements) do
    local name, value = element[1], element[2]
    if type(value) == "table" then value = M.elements(value) elseif value ~= nil then value = M.escape(value) end
    if value ~= nil then parts[#parts + 1] = ("<%s>%s</%s>"):format(name, value, name) end
  end
  return table.concat(parts)
end

--- A document.
---@param root string
---@param namespace? string
---@param elements {[1]: string, [2]: any}[]
---@return string
function M.document(root, namespace, elements)
  local attribute = namespace and (' xmlns="%s"'):format(namespace) or ""
  return ('<?xml version="1.0" encoding="UTF-8"?>\n<%s%s>%s</%s>'):format(root, attribute, M.elements(elements), root)
end

local CHARACTERS = { lt = "<", gt = ">", amp = "&", quot = '"', apos = "'" }

local function unescape(text)
  return (text:gsub("&(#?[A-Za-z0-9]+);", function(name)
    local hex, decimal = name:match("^#x([0-9A-Fa-f]+)$"), name:match("^#([0-9]+)$")
    local code = hex and #hex < 7 and tonumber(hex, 16) or decimal and #decimal < 8 and tonumber(decimal)
    if code and code <= 0x10FFFF then return utf8.char(code) end
    return CHARACTERS[name]
  end))
end

--- The texts of all elements of a name that hold nothing but text.
---@param document string
---@param name string
---@return string[]
function M.texts(document, name)
  local texts, at = {}, 1
  local open, close = "<" .. name .. ">", "</" .. name .. ">"
  while true do
    local _, from = document:find(open, at, true)
    local to, last = document:find(close, from or #document + 1, true)
    if not to then return texts end
    texts[#texts + 1] = unescape(document:sub(from + 1, to - 1))
    at = last + 1
  end
end

return M

--- The little of XML that AWS answers in: nested elements with text. A document type is refused, and
--- with it every entity that a document could define; depth and size are bounded.

local rek_error = require "rekognition.error"

local M = {}

local MAX_DEPTH, MAX_ELEMENTS = 32, 20000

---@class rekognition.XmlElement
---@field name string
---@field text string
---@field [integer] rekognition.XmlElement  its children

-- STS, S3 and CloudWatch alone need it, so it is looked for at the first document.
local function expat()
  local ok, found = pcall(require, "lxp")
  if not ok then
    rek_error.raise { kind = "config", code = "MissingModule",
      message = "STS, S3 and CloudWatch answer in XML, which needs luaexpat, and it could not be loaded. Install it: "
        .. "`apt-get install lua-expat`, or `luarocks install luaexpat`. If the program takes its files or "
        .. "package.path away, call rekognition.preload() before that" }
  end
  return found
end

-- Joins what was collected for an element.
local function finish(element)
  element.text = table.concat(element.parts)
  element.parts = nil
end

--- Reads a document.
---@param text string
---@return table<string, string>? texts  of the elements, by path below the root:
---  ["AssumeRoleResult.Credentials.AccessKeyId"]; of equal paths the first. nil where it is not such a document
---@return rekognition.XmlElement? root
---@return string? why
function M.read(text)
  local stack, names, texts, root, elements, refusal = {}, {}, {}, nil, 0, nil
  local parser ---@type any
  local function refuse(why)
    refusal = refusal or why
    parser:stop()
  end
  parser = expat().new {
    StartDoctypeDecl = function() refuse("it has a document type") end,
    StartElement = function(_, name)
      elements = elements + 1
      if elements > MAX_ELEMENTS then return refuse("it has too many elements") end
      if #stack > MAX_DEPTH then return refuse("its elements are nested too deeply") end
      local element, parent = { name = name, parts = {} }, stack[#stack]
      if parent then
        parent[#parent + 1] = element
        names[#names + 1] = name
      end
      root = root or element
      stack[#stack + 1] = element
    end,
    EndElement = function()
      local element = stack[#stack]
      finish(element)
      local path = table.concat(names, ".")
      if #names > 0 and not texts[path] then texts[path] = element.text end
      stack[#stack], names[#names] = nil, nil
    end,
    CharacterData = function(_, data)
      local parts = stack[#stack] and stack[#stack].parts
      if parts then parts[#parts + 1] = data end
    end,
  }
  local ok = parser:parse(text) and parser:parse()
  pcall(parser.close, parser)
  if refusal then return nil, nil, refusal end
  if not ok then return nil, nil, "it is not well-formed XML" end
  return texts, root
end

return M

--- The little of XML that STS answers in: nested elements with text. A document type is refused, and
--- with it every entity that a document could define; depth and size are bounded.

local check = require "rekognition.credentials.check"

local M = {}

local MAX_DEPTH, MAX_ELEMENTS = 16, 1000

local function expat(source)
  local ok, lxp = pcall(require, "lxp")
  if ok then return lxp end
  check.fail(source, "STS answers in XML, which needs luaexpat, and it is not installed: "
    .. "`apt-get install lua-expat`, or `luarocks install luaexpat`")
end

--- Reads a document.
---@param source string  for errors
---@param text string
---@return table<string, string> texts  of the elements, by path below the root:
---  ["AssumeRoleResult.Credentials.AccessKeyId"]; of equal paths the first
---@return string root   the root element's name
--- Raises an error of kind "credentials" for what is not such a document.
function M.read(source, text)
  local path, texts, root, elements, refusal = {}, {}, nil, 0, nil
  local parser
  local function refuse(why)
    refusal = refusal or why
    parser:stop()
  end
  parser = expat(source).new {
    StartDoctypeDecl = function() refuse("a document type") end,
    StartElement = function(_, name)
      elements = elements + 1
      if elements > MAX_ELEMENTS then refuse("too many elements") end
      if #path >= MAX_DEPTH then refuse("elements nested too deeply") end
      if not root then root = name else path[#path + 1] = { name = name, parts = {} } end
    end,
    EndElement = function()
      local element = path[#path]
      if not element then return end
      local names = {}
      for index, step in ipairs(path) do names[index] = step.name end
      local key = table.concat(names, ".")
      if not texts[key] then texts[key] = table.concat(element.parts) end
      path[#path] = nil
    end,
    CharacterData = function(_, data)
      local element = path[#path]
      if element then element.parts[#element.parts + 1] = data end
    end,
  }
  local ok = parser:parse(text) and parser:parse()
  pcall(parser.close, parser)
  if refusal then check.fail(source, "STS's answer holds " .. refusal) end
  if not ok then check.fail(source, "STS's answer is not well-formed XML") end
  return texts, root
end

return M

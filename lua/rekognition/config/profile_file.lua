--- The parser of AWS's shared config and credentials files.
--
-- The format is that of the AWS SDKs and Tools Reference Guide, "Shared config and credentials files". Where the guide
-- is silent, a line means what botocore and the Rust SDK agree on; where they differ, docs/configuration.md says which
-- was taken. Time and memory are linear in the file's size. No message quotes a line, since a line may hold a secret.

local errors = require "rekognition.error"

local M = {}

---@class rekognition.ProfileWarning
---@field path string
---@field line integer
---@field message string

---@alias rekognition.ProfileValue string|table<string, string>  a table for indented keys below an empty value

---@class rekognition.ProfileFile
---@field profiles table<string, table<string, rekognition.ProfileValue>>
---@field sso_sessions table<string, table<string, rekognition.ProfileValue>>
---@field services table<string, table<string, rekognition.ProfileValue>>

-- The sections of the config file that have a name, by the word in front of it.
local KINDS = { profile = "profiles", ["sso-session"] = "sso_sessions", services = "services" }

local NAME = "^[A-Za-z0-9_%-/.%%@:+]+$"

-- Both ends without blanks. Written so that a long run of blanks costs no more than its length.
local function trim(text)
  local first = text:find("%S")
  return first and text:match("^.*%S", first) or ""
end

-- A comment inside a line starts with a # or ; after a blank.
local function strip_comment(text)
  local comment = text:find("%s[#;]")
  return comment and text:sub(1, comment - 1) or text
end

local Parser = {}
Parser.__index = Parser

function Parser:fail(what)
  errors.raise {
    kind = "config",
    message = ("%s, line %d: %s"):format(self.path, self.line, what),
    path = self.path, line = self.line,
  }
end

function Parser:warn(what)
  self.on_warning { path = self.path, line = self.line, message = what }
end

-- Puts the property that was being read into its section.
function Parser:finish_property()
  local property = self.property
  if property and property.name and self.section then
    self.section[property.name] = property.children or table.concat(property.lines, "\n")
  end
  self.property = nil
end

-- The section of a kind and name, made where it is new. A section that comes twice is one section.
function Parser:open(kind, name)
  local sections = self.result[kind]
  sections[name] = sections[name] or {}
  return sections[name]
end

-- The section that a header of the config file names, or nil and why it is passed over.
function Parser:config_section(header)
  if header == "default" then
    self.plain_default_line = self.line
    return self:open("plain_default", "default")
  end
  local word, name = header:match("^(%S+)%s+(.*)$")
  local kind = word and KINDS[word]
  if not kind then return nil, "a section is [default], [profile NAME], [sso-session NAME] or [services NAME]" end
  local quoted = name:match('^"([^"%c]+)"$') or name:match("^'([^'%c]+)'$")
  if not quoted and not name:find(NAME) then
    return nil, "a name is made of letters, digits and _ - / . % @ : + (or stands in quotes)"
  end
  return self:open(kind, quoted or name)
end

-- The same for the credentials file, where a profile stands by its bare name.
function Parser:credentials_section(header)
  if not header:find(NAME) then
    return nil, "a section of the credentials file is a profile's bare name, of letters, digits and _ - / . % @ : +"
  end
  return self:open("profiles", header)
end

function Parser:read_header(text)
  self:finish_property()
  local comment = text:find("[#;]")
  local header = trim(comment and text:sub(1, comment - 1) or text)
  if header:sub(-1) ~= "]" then
    self:fail("expected the section to end with ']'; write it as [profile NAME]")
  end
  local find = self.kind == "config" and self.config_section or self.credentials_section
  local section, why = find(self, trim(header:sub(2, -2)))
  if not section then self:warn("section skipped: " .. why) end
  self.section, self.in_section = section, true
end

-- Splits "name = value".
function Parser:split(text)
  local line = strip_comment(text)
  local at = line:find("=", 1, true)
  if not at then self:fail("expected 'name = value', and there is no '='; write one, or begin the line with '#'") end
  local name = trim(line:sub(1, at - 1))
  if name == "" then self:fail("expected a name before '='; write 'name = value'") end
  return name, trim(line:sub(at + 1))
end

function Parser:read_property(text, indent)
  if not self.in_section then
    self:fail("expected a section before the first property; write [default] or [profile NAME] above it")
  end
  self:finish_property()
  local name, value = self:split(text)
  if not name:find(NAME) then
    self:warn("property skipped: a name is made of letters, digits and _ - / . % @ : +")
    name = nil
  end
  self.property = { name = name and name:lower(), lines = { value }, indent = indent }
end

-- A line that stands deeper than the property above it: a key of its own where that had no value, else more of the
-- value.
function Parser:read_continuation(text)
  local property = self.property
  if property.lines[1] ~= "" then
    property.lines[#property.lines + 1] = trim(text)
    return
  end
  local name, value = self:split(text)
  property.children = property.children or {}
  property.children[name:lower()] = value
end

function Parser:read_line(text)
  local first = text:find("%S")
  local char = text:sub(first or 1, first)
  if not first or char == "#" or char == ";" then return end
  local indent = first - 1
  if self.property and indent > self.property.indent then
    self:read_continuation(text)
  elseif char == "[" then
    self:read_header(trim(text))
  else
    self:read_property(text, indent)
  end
end

-- Refuses what is not text in UTF-8, with the line where that shows.
function Parser:check_encoding(text)
  local problem
  local _, bad = utf8.len(text)
  if text:find("^\xFF\xFE") or text:find("^\xFE\xFF") then
    self.line, problem = 1, "the file is in UTF-16; save it as UTF-8"
  else
    local nul = text:find("\0", 1, true)
    local at = math.min(bad or math.huge, nul or math.huge)
    if at == math.huge then return end
    local _, lines = text:sub(1, at - 1):gsub("\n", "")
    self.line = lines + 1
    problem = at == nul and "there is a NUL byte; remove it" or "this is not UTF-8; save the file as UTF-8"
  end
  self:fail(problem)
end

-- [profile default] takes the place of [default] as a whole.
local function settle_default(parser)
  local result = parser.result
  local plain = result.plain_default.default
  result.plain_default = nil
  if not plain then return end
  if result.profiles.default then
    parser.line = parser.plain_default_line
    parser:warn("[default] is not read, since [profile default] stands in the same file")
  else
    result.profiles.default = plain
  end
end

--- Parses one file.
---@param text string  the file's content
---@param options { kind: "config"|"credentials", path: string, on_warning?: fun(warning: rekognition.ProfileWarning) }
---@return rekognition.ProfileFile
--- Raises a `config` error with `path` and `line` where the text is malformed.
function M.parse(text, options)
  local parser = setmetatable({
    kind = options.kind, path = options.path, on_warning = options.on_warning or function() end,
    line = 0, result = { profiles = {}, sso_sessions = {}, services = {}, plain_default = {} },
  }, Parser)
  if text:find("^\xEF\xBB\xBF") then text = text:sub(4) end
  if text:find("\r", 1, true) then text = text:gsub("\r\n?", "\n") end
  parser:check_encoding(text)
  local start, size = 1, #text
  while start <= size do
    local finish = text:find("\n", start, true) or size + 1
    parser.line = parser.line + 1
    parser:read_line(text:sub(start, finish - 1))
    start = finish + 1
  end
  parser:finish_property()
  settle_default(parser)
  return parser.result
end

return M

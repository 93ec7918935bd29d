--- The parser of AWS's shared config and credentials files.
--
-- The format is that of the AWS SDKs and Tools Reference Guide, "Shared config and credentials files". If the guide is
-- silent, a line means what botocore reads; docs/configuration.md lists the exceptions. A line that can't be understood
-- is skipped and reported: it must not stop a program that needs nothing of it. Time and memory are linear in the
-- file's size. No report quotes a line, since a line may hold a secret.

local ascii = require "rekognition.text.ascii"
local blank = require "rekognition.text.blank"
local shell_words = require "rekognition.text.shell_words"

local M = {}

---@class rekognition.ProfileProblem
---@field path string
---@field line integer
---@field message string
---@field malformed boolean  true if the line breaks the format; false if it is only nothing that is read here

---@alias rekognition.ProfileValue string|table<string, string>  a table for indented keys below an empty value

---@class rekognition.ProfileFile
---@field profiles table<string, table<string, rekognition.ProfileValue>>
---@field sso_sessions table<string, table<string, rekognition.ProfileValue>>
---@field services table<string, table<string, rekognition.ProfileValue>>
---@field malformed rekognition.ProfileProblem[]  the lines that break the format, at most 10
---@field bare? table<string, integer>  the sections of the config file that lack the word `profile`, and their lines

-- The sections of the config file that have a name, by the word in front of it.
local KINDS = { profile = "profiles", ["sso-session"] = "sso_sessions", services = "services" }

local KEY = "^[A-Za-z0-9_%-/.%%@+]+$"
local CONTROLS = "[\0-\31\127]"
local MOST_KEPT = 10

-- The section whose keys every other section has too, unless it has its own: Python's configparser reads it so, and
-- botocore with it.
local COMMON = "DEFAULT"

local trim = blank.trim

-- A comment inside a line starts with a # or ; after a blank.
local function strip_comment(text)
  local comment = text:find("[ \t\v\f][#;]")
  return comment and text:sub(1, comment - 1) or text
end

local Parser = {}
Parser.__index = Parser

function Parser:report(what, malformed)
  local problem = { path = self.path, line = self.line, message = what, malformed = malformed or false }
  local kept = self.result.malformed
  if malformed and #kept < MOST_KEPT then kept[#kept + 1] = problem end
  self.on_problem(problem)
end

-- A line that breaks the format. Lines that continue it are skipped with it.
function Parser:malformed(what, indent)
  self:report("line skipped: " .. what, true)
  if indent then
    self:finish_property()
    self.property = { lines = { "?" }, indent = indent }
  end
end

-- Puts the property that was being read into its section.
function Parser:finish_property()
  local property = self.property
  if property and property.name and self.section then
    self.section[property.name] = property.children or table.concat(property.lines, "\n")
  end
  self.property = nil
end

-- The section of a kind and name, made if it is new. A section that comes twice is one section.
function Parser:open(kind, name)
  local sections = self.result[kind]
  sections[name] = sections[name] or {}
  return sections[name]
end

-- The words of the config file's header and where its "]" is; nil if a quote has no end.
local function quoted_header(text)
  local words, at = {}, shell_words.skip(text, 2)
  while at <= #text and text:sub(at, at) ~= "]" do
    local word, stop = shell_words.read(text, at, "%]")
    if not word then return nil end
    words[#words + 1], at = word, shell_words.skip(text, stop)
  end
  return words, at
end

-- Where the header's "]" is. The first one that ends the line or stands before a comment, else the last one.
local function closing_bracket(text)
  local from = 1
  while true do
    local at = text:find("]", from, true)
    if not at then return nil end
    if text:find("^[ \t\v\f]*$", at + 1) or text:find("^[ \t\v\f]*[#;]", at + 1) then return at end
    local following = text:find("]", at + 1, true)
    if not following then return at end
    from = at + 1
  end
end

function Parser:note_bare(name)
  self.result.bare = self.result.bare or {}
  self.result.bare[name] = self.line
end

-- The section that a header of the config file names, and where its "]" is. Without a section: why.
function Parser:config_section(text)
  local words, at = quoted_header(text)
  if not words then return nil, #text, "a quote in its name has no end" end
  if at > #text then return nil, at end
  if #words == 1 and words[1] == COMMON then return self:open("common", COMMON), at end
  if #words == 1 and words[1] == "default" then
    self.plain_default_line = self.line
    return self:open("plain_default", "default"), at
  end
  local kind = KINDS[words[1]]
  if not kind or #words ~= 2 then
    if #words == 1 then self:note_bare(words[1]) end
    return nil, at, "a section is [default], [profile NAME], [sso-session NAME] or [services NAME]; "
      .. "a name with blanks stands in quotes"
  end
  if words[2] == "" or words[2]:find(CONTROLS) then
    return nil, at, "its name is empty or holds a control character"
  end
  return self:open(kind, words[2]), at
end

-- The same for the credentials file, where the whole header is a profile's name, blanks included.
function Parser:credentials_section(text)
  local at = closing_bracket(text)
  if not at then return nil, #text + 1 end
  local name = trim(text:sub(2, at - 1))
  if name == "" or name:find(CONTROLS) then return nil, at, "its name is empty or holds a control character" end
  return self:open(name == COMMON and "common" or "profiles", name), at
end

function Parser:read_header(text)
  self:finish_property()
  if text:find("^%[%]") then
    self.section, self.in_section = nil, true
    return self:malformed "the section has no name; write it as [profile NAME]"
  end
  local read = self.kind == "config" and self.config_section or self.credentials_section
  local section, at, why = read(self, text)
  self.section, self.in_section = section, true
  if why then return self:report("section skipped: " .. why) end
  if at > #text then return self:malformed "the section has no ']'; write it as [profile NAME]" end
  if not text:find("^[ \t\v\f]*$", at + 1) and not text:find("^[ \t\v\f]*[#;]", at + 1) then
    self:report "the text after ']' is not read"
  end
end

-- The name and the value on both sides of a place; nil and why without a place or a name.
local function split_at(line, at)
  if not at then return nil, "it must be 'name = value', and there is no '='; write one, or begin the line with '#'" end
  local name = trim(line:sub(1, at - 1))
  if name == "" then return nil, "there is no name before '='; write 'name = value'" end
  return name, trim(line:sub(at + 1))
end

-- Splits "name = value" or "name:value", at the first of the two signs as botocore does; nil and why if it is neither.
-- "role_arn arn:aws:..." lacks its "=" (our decision): botocore's name would be "role_arn arn".
local function split(text)
  local line = strip_comment(text)
  local at = line:find("[=:]")
  if at and line:find("^:[^ \t]", at) and trim(line:sub(1, at - 1)):find("[ \t]") then at = line:find("=", 1, true) end
  return split_at(line, at)
end

-- The same for a line below a key without a value, where only "=" counts.
local function split_nested(text)
  local line = strip_comment(text)
  return split_at(line, line:find("=", 1, true))
end

function Parser:read_property(text, indent)
  if not self.in_section then
    return self:malformed("it stands above the first section; write [default] or [profile NAME] above it", indent)
  end
  self:finish_property()
  local name, value = split(text)
  if not name then return self:malformed(value, indent) end
  if not name:find(KEY) then
    self:report "property skipped: a name is made of letters, digits and _ - / . % @ +"
    name = nil
  end
  self.property = { name = name and ascii.lower(name), lines = { value }, indent = indent }
end

-- A line that stands deeper than the property above it: a key of its own if that property has no value, else more of
-- the value.
function Parser:read_continuation(text)
  local property = self.property
  if property.lines[1] ~= "" then
    property.lines[#property.lines + 1] = trim(text)
    return
  end
  property.children = property.children or {}
  local name, value = split_nested(text)
  if not name then return self:malformed(value) end
  property.children[ascii.lower(name)] = value
end

-- Why a line is not text, or nil.
local function encoding_problem(text)
  if text:find("\0", 1, true) then return "it holds a NUL byte; remove it" end
  if not utf8.len(text) then return "it is not UTF-8; save the file as UTF-8" end
end

function Parser:read_line(text)
  local first, indent = blank.leading(text)
  local char = text:sub(first or 1, first)
  if not first or char == "#" or char == ";" then return end
  local is_continuation = self.property and indent > self.property.indent
  local problem = not self.is_clean and encoding_problem(text)
  if problem then
    self:malformed(problem, not is_continuation and indent or nil)
  elseif is_continuation then
    self:read_continuation(text)
  elseif char == "[" then
    self:read_header(trim(text))
  else
    self:read_property(text, indent)
  end
end

-- [profile default] replaces [default] as a whole.
local function settle_default(parser)
  local result = parser.result
  local plain = result.plain_default.default
  result.plain_default = nil
  if not plain then return end
  if result.profiles.default then
    parser.line = parser.plain_default_line
    parser:report "[default] is not read, since [profile default] stands in the same file"
  else
    result.profiles.default = plain
  end
end

-- Adds the keys of [DEFAULT] to the sections that lack them.
local function settle_common(result)
  local common = result.common[COMMON]
  result.common = nil
  if not common then return end
  for _, kind in ipairs { "profiles", "sso_sessions", "services" } do
    for _, section in pairs(result[kind]) do
      for name, value in pairs(common) do
        if section[name] == nil then section[name] = value end
      end
    end
  end
end

function Parser:read(text)
  self.is_clean = encoding_problem(text) == nil
  local start, size = 1, #text
  while start <= size do
    local finish = text:find("\n", start, true) or size + 1
    self.line = self.line + 1
    self:read_line(text:sub(start, finish - 1))
    start = finish + 1
  end
  self:finish_property()
end

--- Parses one file. It raises nothing for what the file holds.
---@param text string  the file's content
---@param options { kind: "config"|"credentials", path: string, on_problem?: fun(problem: rekognition.ProfileProblem) }
---@return rekognition.ProfileFile
function M.parse(text, options)
  local parser = setmetatable({
    kind = options.kind, path = options.path, on_problem = options.on_problem or function() end, line = 0,
    result = { profiles = {}, sso_sessions = {}, services = {}, plain_default = {}, common = {}, malformed = {} },
  }, Parser)
  if text:find("^\xEF\xBB\xBF") then text = text:sub(4) end
  if text:find("^\xFF\xFE") or text:find("^\xFE\xFF") then
    parser.line = 1
    parser:report("the file is not read: it is in UTF-16; save it as UTF-8", true)
  else
    if text:find("\r", 1, true) then text = text:gsub("\r\n?", "\n") end
    parser:read(text)
  end
  settle_default(parser)
  settle_common(parser.result)
  return parser.result
end

return M

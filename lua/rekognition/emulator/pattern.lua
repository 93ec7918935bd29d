--- Matches the regular expressions of the service's model against text, code point by code point.
--
-- The model's patterns are written for Java and JavaScript. Lua has no regular expressions, and
-- POSIX ones know neither `\p{L}` nor a negative lookahead; so this is a small engine for the
-- subset that the model uses: literals, classes, `\d \w \s \S \D \W \uXXXX \p{L} \p{N} \p{Z}`,
-- groups, `(?:...)`, `(?!...)`, `|`, `* + ? {n,m}`, `^` and `$`. It is a parser and a compiler;
-- rekognition.emulator.pattern_machine runs what they make.
--
-- A choice: `\p{L}` takes every code point from U+0080 on for a letter, since no table of Unicode's
-- categories is at hand. It may accept a symbol that the service refuses, never the reverse.

local ascii = require "rekognition.text.ascii"
local machine = require "rekognition.emulator.pattern_machine"

local M = {}

-- A set of code points: a list of {first, last}, and whether it is turned round.
local CLASSES = {
  d = { { 0x30, 0x39 } },
  w = { { 0x30, 0x39 }, { 0x41, 0x5A }, { 0x5F, 0x5F }, { 0x61, 0x7A } },
  s = { { 0x09, 0x0D }, { 0x20, 0x20 } },
  ["."] = { { 0x00, 0x09 }, { 0x0B, 0x0C }, { 0x0E, 0x10FFFF } },
}
local CATEGORIES = {
  L = { { 0x41, 0x5A }, { 0x61, 0x7A }, { 0x80, 0x10FFFF } },
  N = { { 0x30, 0x39 } },
  Z = { { 0x20, 0x20 }, { 0xA0, 0xA0 }, { 0x2000, 0x200A }, { 0x2028, 0x2029 }, { 0x202F, 0x202F },
        { 0x205F, 0x205F }, { 0x3000, 0x3000 } },
}
local CONTROLS = { t = 0x09, n = 0x0A, v = 0x0B, f = 0x0C, r = 0x0D }

local function complement(ranges)
  local result, next_free = {}, 0
  table.sort(ranges, function(a, b) return a[1] < b[1] end)
  for _, range in ipairs(ranges) do
    if range[1] > next_free then result[#result + 1] = { next_free, range[1] - 1 } end
    next_free = math.max(next_free, range[2] + 1)
  end
  if next_free <= 0x10FFFF then result[#result + 1] = { next_free, 0x10FFFF } end
  return result
end

-- The parser: a cursor over the pattern's code points.

local Parser = {}
Parser.__index = Parser

function Parser:fail(what)
  error({ pattern_error = ("%s at position %d of the pattern %s"):format(what, self.at, self.text) }, 0)
end

function Parser:peek(offset)
  local code = self.codes[self.at + (offset or 0)]
  return code and utf8.char(code)
end

function Parser:accept(character)
  if self:peek() ~= character then return false end
  self.at = self.at + 1
  return true
end

function Parser:take()
  local character = self:peek() or self:fail("an unexpected end")
  self.at = self.at + 1
  return character
end

-- What follows a backslash: a list of ranges, and whether it is a single character.
function Parser:escape()
  local character = self:take()
  local lower = ascii.lower(character)
  if CLASSES[lower] and lower ~= "." then
    local ranges = table.move(CLASSES[lower], 1, #CLASSES[lower], 1, {})
    return character == lower and ranges or complement(ranges), false
  elseif character == "p" then
    if not self:accept("{") then self:fail("\\p without {") end
    local category = CATEGORIES[self:take()]
    if not category or not self:accept("}") then self:fail("an unknown category") end
    return category, false
  elseif character == "u" then
    local digits = self:take() .. self:take() .. self:take() .. self:take()
    local code = tonumber(digits, 16) or self:fail("a bad \\u escape")
    return { { code, code } }, true
  elseif character:find("^[A-Za-z0-9]$") and not CONTROLS[character] then
    self:fail("an unknown escape")
  end
  local code = CONTROLS[character] or utf8.codepoint(character)
  return { { code, code } }, true
end

function Parser:class_item()
  local character = self:take()
  if character == "\\" then return self:escape() end
  local code = utf8.codepoint(character)
  return { { code, code } }, true
end

function Parser:class()
  local negated, ranges = self:accept("^"), {}
  while not self:accept("]") do
    local item, single = self:class_item()
    if single and self:peek() == "-" and self:peek(1) ~= "]" then
      local hyphen = self.at
      self.at = hyphen + 1
      local last, last_single = self:class_item()
      if last_single and last[1][1] >= item[1][1] then
        item = { { item[1][1], last[1][1] } }
      elseif last_single then
        self:fail("a range that runs backwards")
      else
        self.at = hyphen -- the hyphen stands for itself
      end
    elseif not single and self:peek() == "-" and self:peek(1) ~= "]" then
      self.at = self.at + 1
      item = { { 0x2D, 0x2D }, table.unpack(item) }
    end
    table.move(item, 1, #item, #ranges + 1, ranges)
  end
  return { kind = "set", ranges = negated and complement(ranges) or ranges }
end

function Parser:group()
  if not self:accept("?") then return self:alternatives(")") end
  local kind = self:take()
  if kind == ":" then return self:alternatives(")") end
  if kind == "!" then return { kind = "not", self:alternatives(")") } end
  self:fail("an unknown kind of group")
end

function Parser:atom()
  local character = self:take()
  if character == "(" then return self:group() end
  if character == "[" then return self:class() end
  if character == "." then return { kind = "set", ranges = CLASSES["."] } end
  if character == "^" then return { kind = "begin" } end
  if character == "$" then return { kind = "end" } end
  if character == "\\" then return { kind = "set", ranges = (self:escape()) } end
  if character:find("^[*+?]$") then self:fail("nothing to repeat") end
  local code = utf8.codepoint(character)
  return { kind = "set", ranges = { { code, code } } }
end

function Parser:bounds()
  if self:accept("*") then return 0, math.huge end
  if self:accept("+") then return 1, math.huge end
  if self:accept("?") then return 0, 1 end
  local rest = utf8.char(table.unpack(self.codes, self.at, math.min(self.at + 12, #self.codes)))
  local text, least, comma, most = rest:match("^({(%d+)(,?)(%d*)})")
  if not text then return end
  self.at = self.at + #text
  least = tonumber(least)
  return least, comma == "" and least or tonumber(most) or math.huge
end

function Parser:sequence()
  local nodes = { kind = "sequence" }
  while self:peek() and self:peek() ~= "|" and self:peek() ~= ")" do
    local node = self:atom()
    local least, most = self:bounds()
    if least then
      if self:peek() == "?" or self:peek() == "+" then self:fail("a lazy or possessive repetition") end
      node = { kind = "repeat", node, least = least, most = most }
    end
    nodes[#nodes + 1] = node
  end
  return nodes
end

function Parser:alternatives(closer)
  local nodes = { kind = "alternatives", self:sequence() }
  while self:accept("|") do nodes[#nodes + 1] = self:sequence() end
  if closer and not self:accept(closer) then self:fail("a missing )") end
  return nodes
end

-- The compiler: a list of instructions. `split` goes on at two places, `jump` at one.

local emit = {}

local function add(program, instruction)
  program[#program + 1] = instruction
  return instruction
end

local function compile_node(program, node)
  emit[node.kind](program, node)
end

function emit.set(program, node)
  add(program, { op = "set", ranges = node.ranges, known = {} })
end

emit["begin"] = function(program) add(program, { op = "begin" }) end
emit["end"] = function(program) add(program, { op = "end" }) end

emit["not"] = function(program, node)
  local inner = {}
  compile_node(inner, node[1])
  add(inner, { op = "match" })
  add(program, { op = "not", program = inner })
end

function emit.sequence(program, node)
  for _, child in ipairs(node) do compile_node(program, child) end
end

function emit.alternatives(program, node)
  local jumps = {}
  for i, child in ipairs(node) do
    local split = i < #node and add(program, { op = "split", to = #program + 2 })
    compile_node(program, child)
    if split then
      jumps[#jumps + 1] = add(program, { op = "jump" })
      split.other = #program + 1
    end
  end
  for _, jump in ipairs(jumps) do jump.to = #program + 1 end
end

emit["repeat"] = function(program, node)
  for _ = 1, node.least do compile_node(program, node[1]) end
  if node.most == math.huge then
    local split = add(program, { op = "split", to = #program + 2 })
    local start = #program
    compile_node(program, node[1])
    add(program, { op = "jump", to = start })
    split.other = #program + 1
    return
  end
  local splits = {}
  for _ = node.least + 1, node.most do
    splits[#splits + 1] = add(program, { op = "split", to = #program + 2 })
    compile_node(program, node[1])
  end
  for _, split in ipairs(splits) do split.other = #program + 1 end
end

local function code_points(text)
  local codes = {}
  for _, code in utf8.codes(text) do codes[#codes + 1] = code end
  return codes
end

--- Compiles a pattern.
---@param text string  the pattern, in UTF-8
---@return (fun(subject: string): boolean, integer)|nil matches  whether all of a text, which is valid UTF-8, is what
---the pattern describes, and in how many steps that was found: the model leaves out the anchors that the service takes
---for granted
---@return string? problem  what isn't understood, instead of a matcher
function M.compile(text)
  local parser = setmetatable({ text = text, codes = code_points(text), at = 1 }, Parser)
  local program = {}
  local ok, problem = pcall(function()
    local tree = parser:alternatives()
    if parser:peek() then parser:fail("a stray )") end
    compile_node(program, tree)
  end)
  if not ok then
    if type(problem) ~= "table" then error(problem, 0) end
    return nil, problem.pattern_error
  end
  add(program, { op = "match" })
  return machine.matcher(program)
end

return M

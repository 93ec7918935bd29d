--- What a public function's arguments and options must be, in one wording: `f: X must be Y, got Z`.
--
-- Functions that are called with a dot know their module too: a colon passes the module as the first argument.

local ascii = require "rekognition.text.ascii"
local nearest = require "rekognition.text.nearest"
local quote = require "rekognition.text.quote"
local rek_error = require "rekognition.error"

local M = {}

---@class rekognition.expect.Kind
---@field must string             what a message calls it: "a table"
---@field test fun(value: any): any
---@field values? string[]        the words that it may be, if there are a few
---@field secret? boolean         a message shows its type alone

local function kind(must, test, more)
  local made = { must = must, test = test }
  if more then
    for key, value in pairs(more) do made[key] = value end
  end
  return made
end

M.kind = kind

local function is_callable(value)
  if type(value) == "function" then return true end
  local meta = getmetatable(value)
  return type(meta) == "table" and type(meta.__call) == "function"
end

M.ANY = kind("anything", function() return true end)
M.TABLE = kind("a table", function(value) return type(value) == "table" end)
M.STRING = kind("a string", function(value) return type(value) == "string" end)
M.FLAG = kind("true or false", function(value) return type(value) == "boolean" end)
M.FUNCTION = kind("a function", is_callable)
M.TEXT = kind("a non-empty string without NUL bytes", function(value)
  return type(value) == "string" and value ~= "" and not value:find("\0", 1, true)
end)
M.SECONDS = kind("a number of seconds, 0 or more", function(value)
  return type(value) == "number" and value >= 0 and value < math.huge
end)

--- One of some words.
---@param words string[]
---@return rekognition.expect.Kind
function M.one_of(words)
  local known = {}
  for _, word in ipairs(words) do known[word] = true end
  return kind(table.concat(words, ", ", 1, #words - 1) .. " or " .. words[#words],
    function(value) return known[value] end, { values = words })
end

local faces = setmetatable({}, { __mode = "k" }) -- the modules, by what a program calls them

local function names_of(known)
  local names = {}
  for name in next, known do
    if type(name) == "string" then names[#names + 1] = name end
  end
  ascii.sort(names)
  return names
end

---@return never
local function raise(code, message, more)
  local fields = { kind = "validation", code = code, message = message }
  for key, value in pairs(more or {}) do fields[key] = value end
  return rek_error.raise(fields)
end

--- Raises an error in other words than those below.
M.refuse = raise

--- Notes what a program calls a module, and answers misspelled names of its functions with the nearest one. Any other
--- name that isn't there stays nil.
---@generic T: table
---@param module T
---@param name string     "rekognition.async"
---@param later? string[]  names of what is loaded when it is first used
---@param instead? fun(key: string): string?  what to write instead of a name that isn't there
---@return T module
function M.face(module, name, later, instead)
  faces[module] = name
  local meta = getmetatable(module) or {}
  local find = meta.__index
  meta.__index = function(_, key)
    local value
    if find then value = find(module, key) end
    if value ~= nil or type(key) ~= "string" then return value end
    local use = instead and instead(key)
    if use then raise("UnknownMethod", ("%s has no %s; use %s"):format(name, quote.value(key), use)) end
    local names = names_of(module)
    table.move(later or {}, 1, #(later or {}), #names + 1, names)
    local near = nearest.of(key, names)
    if near then raise("UnknownMethod", ("%s has no %s, did you mean %s?"):format(name, quote.value(key), near)) end
  end
  return setmetatable(module, meta)
end

--- A table that stands for a module until it is first used.
---@generic T: table
---@param stand_in T
---@param name string
---@return T
function M.stands_for(stand_in, name)
  faces[stand_in] = name
  return stand_in
end

local function check_dot(value, f)
  local name = type(value) == "table" and faces[value]
  if name then
    local short = f:match("[A-Za-z0-9_]+$")
    raise("InvalidCall", ("%s must be called with a dot, not a colon: %s.%s(...)"):format(f, name, short))
  end
end

M.dot = check_dot

--- Refuses a method that was called on something else.
---@param is_self boolean
---@param example string  how to call it
function M.colon(is_self, example)
  if not is_self then raise("InvalidCall", "it must be called with a colon: " .. example) end
end

-- A value as a message may show it.
local function shown(value, wanted)
  if not wanted.secret then return quote.value(value) end
  return value == nil and "nil" or "a " .. type(value)
end

--- Checks an argument.
---@generic T
---@param value T
---@param wanted rekognition.expect.Kind
---@param f string      the function: "sleep"
---@param name string   the argument: "seconds"
---@param more? table   further fields of the error, `kind` and `code` too
---@return T value
function M.argument(value, wanted, f, name, more)
  if wanted.test(value) and not faces[value] then return value end
  check_dot(value, f)
  raise("InvalidCall", ("%s: %s must be %s, got %s%s"):format(f, name, wanted.must, shown(value, wanted),
    nearest.hint(value, wanted.values or {})), more)
end

local CONFIG = { unknown = { kind = "config", code = "UnknownOption" }, wrong = { kind = "config",
                 code = "InvalidOption" } }
local CALL = { unknown = { code = "InvalidCall" }, wrong = { code = "InvalidCall" } }

-- An option that a metatable has. One whose `__index` raises, as a strict table's does, hasn't it.
local function inherited(options, name)
  local ok, value = pcall(function() return options[name] end)
  if ok then return value end
end

--- A table of options without a metatable: what `__index` has counts as if it were in the table itself.
---@param options table
---@param known table<string, any>  by the names of all options
---@return table options  the same one if it has no metatable
function M.plain(options, known)
  if getmetatable(options) == nil then return options end
  local all = {}
  for name in next, known do all[name] = inherited(options, name) end
  for name, value in next, options do all[name] = value end
  return all
end

--- Checks a table of options, each name and each value. Options that are nil are left out.
---@param options table?
---@param known table<string, rekognition.expect.Kind>
---@param f string
---@param of_config? boolean  the errors are of the kind "config"
---@return table options  without a metatable
function M.options(options, known, f, of_config)
  local more = of_config and CONFIG or CALL
  options = M.plain(M.argument(options, M.TABLE, f, "options", more.wrong), known)
  for name, value in next, options do
    local wanted = known[name]
    if not wanted then
      local all = names_of(known)
      raise("InvalidCall", ("%s: unknown option %s%s; the options are: %s"):format(f, quote.name(name),
        nearest.hint(name, all), table.concat(all, ", ")), more.unknown)
    elseif not wanted.test(value) then
      raise("InvalidCall", ("%s: option %s must be %s, got %s%s"):format(f, name, wanted.must, shown(value, wanted),
        nearest.hint(value, wanted.values or {})), more.wrong)
    end
  end
  return options
end

--- Checks the values of those options that are known.
---@param options table
---@param known table<string, rekognition.expect.Kind>
---@param f string
---@param more? table
function M.values(options, known, f, more)
  local names = names_of(known)
  for _, name in ipairs(names) do
    local value = options[name]
    if value ~= nil then M.argument(value, known[name], f, "option " .. name, more) end
  end
end

-- Lists of names as sets, each made once: some are looked at for every call.
local set_of = setmetatable({}, { __mode = "k", __index = function(sets, names)
  local set = {}
  for _, name in ipairs(names) do set[name] = true end
  sets[names] = set
  return set
end })

-- How many unknown names are looked at. Our choice: a table with more isn't one of options.
local MOST_UNKNOWN, MOST_OTHERS = 20, 100

local function refuse_misspelling(others, known, f, more)
  for _, name in ipairs(names_of(others)) do
    local near = nearest.of(name, known)
    if near then
      raise("InvalidCall", ("%s: unknown name %s, did you mean %s?"):format(f, name, near), more)
    end
  end
end

--- Calls `f` for each name of a table that is not known, and once for those beyond the first few: a list of a million
--- things that was passed as options must not make a message of a million sentences.
---@param given table
---@param known table<string, any>
---@param what string   "is not an option"
---@param names string[] those that are known
---@param f fun(name: string, message: string)
function M.unknown(given, known, what, names, f)
  local count = 0
  for name in next, given do
    if known[name] == nil then
      count = count + 1
      if count <= MOST_UNKNOWN then f(quote.name(name), what .. nearest.options(name, names)) end
    end
  end
  if count > MOST_UNKNOWN then
    f("options", ("must have known names only, got %d more that are not options"):format(count - MOST_UNKNOWN))
  end
end

--- Refuses the names of a table that are near to a known one; others may be there.
---@param given table
---@param known string[]  the same table for each call
---@param f string
function M.no_misspelling(given, known, f, more)
  local all, others, count = set_of[known], nil, 0
  for name in next, given do
    if not all[name] then
      count = count + 1
      if count > MOST_OTHERS then break end
      others = others or {}
      others[name] = true
    end
  end
  if others then refuse_misspelling(others, known, f, more) end
end

return M

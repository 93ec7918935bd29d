--- The kinds of value that a setting can have. One table serves the client options, the environment and the files.

local ascii = require "rekognition.text.ascii"

local M = {}

---@class rekognition.SettingKind
---@field must string                what the value must be, for errors: "true or false"
---@field option_must? string        the same for the option, if it may be more
---@field values? string[]           the words that the option may be, if there are a few
---@field read fun(text: string): any    the value of a text from the environment or a file; nil if it is not allowed
---@field accept fun(value: any): any    the same for a value that a program gave as an option

-- libcurl counts milliseconds in 32 bits on some systems: 2^31 - 1 of them.
local MOST_SECONDS = 2147483

local function is_text(value)
  return type(value) == "string" and value ~= "" and not value:find("\0", 1, true)
end

local function text(value) return is_text(value) and value or nil end

--- Any text that is not empty and has no NUL, which the system's functions could not take.
M.text = { must = "a non-empty string without NUL bytes", read = text, accept = text }

local WORDS = { ["true"] = true, ["false"] = false }

M.boolean = {
  must = "true or false",
  read = function(value) return WORDS[ascii.lower(ascii.trim(value))] end,
  accept = function(value) if type(value) == "boolean" then return value end end,
}

local function within(number, least, most)
  return number and number >= least and number <= most and number or nil
end

--- A whole number.
---@param least integer
---@param most? integer
---@return rekognition.SettingKind
function M.integer(least, most)
  local limit = most or math.maxinteger
  return {
    must = most and ("a whole number from %d to %d"):format(least, most)
      or ("a whole number of at least %d"):format(least),
    read = function(value)
      local digits = ascii.trim(value):match("^[+-]?[0-9]+$")
      return digits and within(math.tointeger(tonumber(digits)), least, limit)
    end,
    accept = function(value)
      return type(value) == "number" and within(math.tointeger(value), least, limit) or nil
    end,
  }
end

--- Whole seconds, of at least 1.
M.whole_seconds = M.integer(1, MOST_SECONDS)

--- Seconds, with a fraction.
M.seconds = {
  must = ("a number of seconds above 0 and at most %d"):format(MOST_SECONDS),
  read = function() return nil end, -- no variable and no key is of this kind
  accept = function(value)
    return type(value) == "number" and value > 0 and value <= MOST_SECONDS and value or nil
  end,
}

local function listed(words)
  return table.concat(words, ", ", 1, #words - 1) .. " or " .. words[#words]
end

--- One of some words, in any case.
---@param words string[]
---@param synonyms? table<string, string>  words of `words` that stand for another
---@param option_only? string              a word that the option may be, and no text
---@return rekognition.SettingKind
function M.one_of(words, synonyms, option_only)
  local known = {}
  for _, word in ipairs(words) do known[word] = synonyms and synonyms[word] or word end
  local function read(value) return known[ascii.lower(value)] end
  return {
    must = listed(words),
    option_must = option_only and listed { option_only, table.unpack(words) },
    values = option_only and { option_only, table.unpack(words) } or words,
    read = read,
    accept = function(value)
      if type(value) ~= "string" then return nil end
      if value == option_only then return value end
      return read(value)
    end,
  }
end

return M

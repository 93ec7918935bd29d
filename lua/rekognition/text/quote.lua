--- Text from outside, made fit for a message: one line, printable, of bounded length.

local number = require "rekognition.text.number"

local M = {}

--- Bytes of a service's own message that an error keeps. Our choice.
M.MAX_MESSAGE = 2048
local MAX_EXCERPT = 200

--- The beginning of a body: one line, printable ASCII, at most 200 bytes.
---@param body string
---@return string
function M.excerpt(body)
  local redact = require "rekognition.text.redact" -- which a process without errors never needs
  local text = redact.signing(body:sub(1, 1000)):sub(1, MAX_EXCERPT):gsub("[^\33-\126]+", " ")
  text = text:gsub("^ ", ""):gsub(" $", "")
  return #body > MAX_EXCERPT and text .. "..." or text
end

--- A service's message as it is; a long one is cut between two UTF-8 characters.
---@param text string
---@return string
function M.message(text)
  if #text > M.MAX_MESSAGE then
    local last = M.MAX_MESSAGE
    while last > 0 and (text:byte(last + 1) or 0) & 0xC0 == 0x80 do last = last - 1 end
    text = text:sub(1, last) .. "..."
  end
  return text
end

--- ": " and a status message, or "".
---@param message? string
---@return string
function M.why(message)
  return message and message ~= "" and ": " .. M.message(message) or ""
end

--- What a message says of a status: "its status is X: why".
---@param description { Status?: string, StatusMessage?: string }
---@return string
function M.status(description)
  local status, message = description.Status, description.StatusMessage
  local text = status == nil and "it has no status" or "its status is " .. (status == "" and '""' or M.message(status))
  return text .. M.why(message)
end

local LONGEST = 100

local function escape(char)
  if char == '"' or char == "\\" then return "\\" .. char end
  return ("\\x%02X"):format(char:byte())
end

local function quoted(text)
  if #text > LONGEST then text = text:sub(1, LONGEST) .. "..." end
  return '"' .. text:gsub('[\0-\31"\\\127-\255]', escape) .. '"'
end

--- A value as an error shows it: a string in quotes, on one line, in ASCII and cut; a number or boolean as it is; other
--- values by their type.
---@param value any
---@return string
function M.value(value)
  if type(value) == "string" then return quoted(value) end
  if type(value) == "number" then return number.text(value) end
  if type(value) == "boolean" or value == nil then return tostring(value) end
  return "a " .. type(value)
end

--- The name of an option or a member as an error shows it: a plain word as it is, anything else as `value` shows it.
---@param name any
---@return string
function M.name(name)
  local is_word = type(name) == "string" and #name <= LONGEST and name:find("^[A-Za-z_][A-Za-z0-9_]*$")
  return is_word and name or M.value(name)
end

return M

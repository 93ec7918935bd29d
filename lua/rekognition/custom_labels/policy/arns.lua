--- ARNs and patterns of them, compared as IAM's documents say.

local wildcard = require "rekognition.text.wildcard"

local M = {}

--- The six parts of an ARN; the last may hold colons. Nil for what isn't one.
---@return string[]?
function M.split(text)
  local parts, at = {}, 1
  for i = 1, 5 do
    local colon = text:find(":", at, true)
    if not colon then return nil end
    parts[i] = text:sub(at, colon - 1)
    at = colon + 1
  end
  parts[6] = text:sub(at)
  return parts
end

--- ArnEquals and ArnLike: each of the six parts is compared for itself, so a `*` never crosses a colon between them.
--- What has fewer parts is like nothing ("Condition operators").
---@return boolean
function M.like(pattern, text)
  local wanted, parts = M.split(pattern), M.split(text)
  if not wanted or not parts then return false end
  for i = 1, 6 do
    if not wildcard.matches(wanted[i], parts[i]) then return false end
  end
  return true
end

-- What a pattern of resources consists of, a token for each character. A star that ends its segment may go on over
-- colons, another one and `?` may not ("IAM JSON policy elements: Resource").
local function tokens_of(pattern)
  local tokens = {}
  for at = 1, #pattern do
    local character = pattern:sub(at, at)
    local following = pattern:sub(at + 1, at + 1)
    if character == "*" then
      tokens[at] = { star = true, colons = following == "" or following == ":" }
    else
      tokens[at] = character
    end
  end
  return tokens
end

-- Adds a place of the pattern, and those behind stars that take nothing.
local function enter(places, tokens, place)
  while not places[place] do
    places[place] = true
    places[#places + 1] = place
    local token = tokens[place]
    if type(token) ~= "table" then return end
    place = place + 1
  end
end

local function step(places, tokens, character)
  local following = {}
  for _, place in ipairs(places) do
    local token = tokens[place]
    if type(token) == "table" then
      if token.colons or character ~= ":" then enter(following, tokens, place) end
    elseif token == character or token == "?" and character ~= ":" then
      enter(following, tokens, place + 1)
    end
  end
  return following
end

--- Whether a statement's Resource means this resource. All alternatives go on together, so the time grows with the
--- lengths alone.
---@return boolean
function M.resource_matches(pattern, resource)
  if pattern == "*" then return true end
  if not pattern:find("[*?]") then return pattern == resource end
  local tokens, places = tokens_of(pattern), {}
  enter(places, tokens, 1)
  for at = 1, #resource do
    places = step(places, tokens, resource:sub(at, at))
    if #places == 0 then return false end
  end
  return places[#tokens + 1] == true
end

return M

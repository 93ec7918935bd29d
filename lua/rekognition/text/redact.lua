--- Secrets out of what a service or a proxy sent back.
--
-- Some responses repeat the request: a signature error quotes the canonical request, a proxy's page shows the headers.
-- They may show a value as it is, percent-encoded, escaped for JSON, or as HTML entities, and in two of these ways one
-- after the other. A secret is found in all of them.

local M = {}

-- Shorter ones are not secrets, and may be part of any word.
local LEAST_SECRET = 8
local PLACEHOLDER = "[...]"
local LEVELS = 2
local JSON_ESCAPES = { ["/"] = "/", ["\\"] = "\\", ['"'] = '"' }
local ENTITIES = { ["&amp;"] = "&", ["&lt;"] = "<", ["&gt;"] = ">", ["&quot;"] = '"', ["&apos;"] = "'" }

-- The escape at a place: the byte that it stands for, and its length.
local function escape_at(text, at)
  local first = text:sub(at, at)
  if first == "%" then
    local hex = text:match("^%%([0-9A-Fa-f][0-9A-Fa-f])", at)
    if hex then return string.char(tonumber(hex, 16)), 3 end
  elseif first == "\\" then
    local hex = text:match("^\\u00([0-7][0-9A-Fa-f])", at)
    if hex then return string.char(tonumber(hex, 16)), 6 end
    local plain = JSON_ESCAPES[text:sub(at + 1, at + 1)]
    if plain then return plain, 2 end
  elseif first == "&" then
    local entity = text:match("^&[#a-zA-Z0-9]?[a-zA-Z0-9]?[a-zA-Z0-9]?[a-zA-Z0-9]?[a-zA-Z0-9]?;", at)
    if not entity then return nil end
    local number = tonumber(entity:match("^&#([0-9]+);$"))
      or tonumber(entity:match("^&#[xX]([0-9A-Fa-f]+);$") or "", 16)
    if number and number < 128 then return string.char(number), #entity end
    if ENTITIES[entity] then return ENTITIES[entity], #entity end
  end
  return nil
end

-- The text with its escapes undone once, and where each byte of it began in the text before: nil if there are none.
-- `starts` is nil for a text in which each byte is its own.
local function unescaped(text, starts)
  if not text:find("[%%\\&]") then return nil end
  local at, pieces, map, count, found = 1, {}, {}, 0, false
  while at <= #text do
    local stop = text:find("[%%\\&]", at) or #text + 1
    for index = at, stop - 1 do
      count = count + 1
      map[count] = starts and starts[index] or index
    end
    pieces[#pieces + 1] = text:sub(at, stop - 1)
    if stop > #text then break end
    local byte, length = escape_at(text, stop)
    found = found or byte ~= nil
    count = count + 1
    map[count] = starts and starts[stop] or stop
    pieces[#pieces + 1] = byte or text:sub(stop, stop)
    at = stop + (length or 1)
  end
  if not found then return nil end
  map[count + 1] = starts and starts[#text + 1] or #text + 1
  return table.concat(pieces), map
end

-- Marks in `spans` where the secret stands.
local function find_all(text, starts, secret, spans)
  local at = 1
  while true do
    local first, last = text:find(secret, at, true)
    if not first then return end
    spans[#spans + 1] = { starts and starts[first] or first, starts and starts[last + 1] or last + 1 }
    at = last + 1
  end
end

local function cut(text, spans)
  table.sort(spans, function(a, b) return a[1] < b[1] end)
  local pieces, at = {}, 1
  for _, span in ipairs(spans) do
    if span[1] >= at then
      pieces[#pieces + 1] = text:sub(at, span[1] - 1) .. PLACEHOLDER
    end
    at = math.max(at, span[2])
  end
  pieces[#pieces + 1] = text:sub(at)
  return table.concat(pieces)
end

--- A text without the secrets.
---@param text string
---@param secrets? string[]
---@return string
function M.secrets(text, secrets)
  if not secrets or #secrets == 0 then return text end
  local spans, level, starts = {}, text, nil
  for _ = 0, LEVELS do
    for _, secret in ipairs(secrets) do
      if #secret >= LEAST_SECRET then find_all(level, starts, secret, spans) end
    end
    level, starts = unescaped(level, starts)
    if not level then break end
  end
  return #spans == 0 and text or cut(text, spans)
end

--- As much of a body's beginning as an excerpt of it needs, without the secrets.
---@param body string
---@param secrets? string[]
---@return string
function M.head(body, secrets)
  local limit = 2000 -- and six bytes for each of a secret: \u002f is the longest form
  for _, secret in ipairs(secrets or {}) do limit = math.max(limit, 2000 + 6 * #secret) end
  return M.secrets(body:sub(1, limit), secrets)
end

--- A text without what AWS quotes of a signature, whoever's it is: the session token's header and the signature.
---@param text string
---@return string
function M.signing(text)
  text = text:gsub("([Xx]%-[Aa][Mm][Zz]%-[Ss][Ee][Cc][Uu][Rr][Ii][Tt][Yy]%-[Tt][Oo][Kk][Ee][Nn][ \t]?[:=][ \t]?)"
    .. "[A-Za-z0-9+/=%%._~-]+", "%1" .. PLACEHOLDER)
  return (text:gsub("([Ss]ignature=)[0-9A-Fa-f]+", "%1" .. PLACEHOLDER))
end

local MAX_DEPTH = 16

--- A decoded value in which every string is without the secrets. Tables are changed in place.
---@param value any
---@param secrets? string[]
---@return any
function M.value(value, secrets, depth)
  depth = depth or 0
  if type(value) == "string" then return M.signing(M.secrets(value, secrets)) end
  if type(value) ~= "table" or depth > MAX_DEPTH then return value end
  for key, item in next, value do value[key] = M.value(item, secrets, depth + 1) end
  return value
end

return M

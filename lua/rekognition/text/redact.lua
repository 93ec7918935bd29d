--- Secrets out of what a service or a proxy sent back.
--
-- Some responses repeat the request: a signature error quotes the canonical request, a proxy's page shows the headers.
-- They may show a value as it is, percent-encoded, escaped for JSON, or as HTML entities, and in two of these ways one
-- after the other; in lines, or with other bytes between that show as blanks or not at all, as in UTF-16; in base64,
-- alone or amid other text; in hexadecimal digits; with blanks instead of "+", as a form is decoded; in another letter
-- case. A secret is found in all of them, and so is a longer part of one: a text may be cut off, or its parts stand in
-- two members.

local core = require "rekognition.core"
local ascii = require "rekognition.text.ascii"
local hex = require "rekognition.text.hex"
local uri = require "rekognition.text.uri"

local M = {}

-- Shorter ones are not secrets, and may be part of any word.
local LEAST_SECRET = 8
local PLACEHOLDER = "[...]"
-- A part of a secret is found if it holds a whole block, counted from the secret's beginning, and so any of LEAST_PART.
local BLOCK = 8
local LEAST_PART = 2 * BLOCK - 1
local LEVELS = 2
local LONGEST_ENTITY = 10 -- "&#x00002f;" is one
local JSON_ESCAPES = { ["/"] = "/", ["\\"] = "\\", ['"'] = '"', n = "\n", r = "\r", t = "\t" }
local ENTITIES = { ["&amp;"] = "&", ["&lt;"] = "<", ["&gt;"] = ">", ["&quot;"] = '"', ["&apos;"] = "'",
  ["&sol;"] = "/", ["&plus;"] = "+", ["&equals;"] = "=", ["&lowbar;"] = "_", ["&period;"] = ".", ["&colon;"] = ":" }
-- What an excerpt shows as a blank, and a terminal not at all.
local GAP = "[\0-\32\127-\255]"

-- The escape at a place: the byte that it stands for, and its length.
local function escape_at(text, at)
  local first = text:sub(at, at)
  if first == "%" then
    local digits = text:match("^%%([0-9A-Fa-f][0-9A-Fa-f])", at)
    if digits then return string.char(tonumber(digits, 16)), 3 end
  elseif first == "\\" then
    local digits = text:match("^\\u00([0-7][0-9A-Fa-f])", at)
    if digits then return string.char(tonumber(digits, 16)), 6 end
    digits = text:match("^\\x([0-7][0-9A-Fa-f])", at)
    if digits then return string.char(tonumber(digits, 16)), 4 end
    digits = text:match("^\\u{([0-7]?[0-9A-Fa-f])}", at)
    if digits then return string.char(tonumber(digits, 16)), 4 + #digits end
    local octal = text:match("^\\([01][0-7][0-7])", at)
    if octal then return string.char(tonumber(octal, 8)), 4 end
    local plain = JSON_ESCAPES[text:sub(at + 1, at + 1)]
    if plain then return plain, 2 end
  elseif first == "&" then
    local entity = text:sub(at, at + LONGEST_ENTITY - 1):match("^&#?[a-zA-Z0-9]+;")
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

-- The text without gaps, where each byte of it began, and where what it stands for ends; nil if it has none.
local function squeezed(text, starts)
  if not text:find(GAP) then return nil end
  local pieces, map, stops, count, at = {}, {}, {}, 0, 1
  while at <= #text do
    local stop = text:find(GAP, at) or #text + 1
    for index = at, stop - 1 do
      count = count + 1
      map[count], stops[count] = starts and starts[index] or index, starts and starts[index + 1] or index + 1
    end
    pieces[#pieces + 1] = text:sub(at, stop - 1)
    at = stop + 1
  end
  return table.concat(pieces), map, stops
end

-- What base64 of any text with the secret in it must hold: by how many bytes stand before it, without the characters
-- that the neighbours have a part in.
local function base64_forms(secret, add)
  for before = 0, 2 do
    local whole = (before + #secret) // 3 * 3 - before
    local text = core.base64_encode(("\0"):rep(before) .. secret:sub(1, whole)):sub(before == 0 and 1 or before + 2)
    add(text)
    add((text:gsub("[+/]", { ["+"] = "-", ["/"] = "_" })))
  end
end

-- The texts to look for, and the secrets, by the list of secrets: in small letters, as is the text that they are looked
-- for in.
local known_forms = setmetatable({}, { __mode = "k" })

local function forms_of(secrets)
  local forms = known_forms[secrets]
  if forms then return forms end
  local is_new = {}
  forms = { secrets = {} }
  local function add(text)
    text = ascii.lower(text)
    if #text >= LEAST_SECRET and not is_new[text] then forms[#forms + 1], is_new[text] = text, true end
  end
  for _, secret in ipairs(secrets) do
    if #secret >= LEAST_SECRET then
      add(secret)
      add((secret:gsub("%+", ""))) -- and the blanks instead are squeezed out
      base64_forms(secret, add)
      base64_forms(uri.escape(secret), add) -- of a form's body, which a gateway may show
      add(hex.encode(secret))
    end
    if #secret > LEAST_PART then table.insert(forms.secrets, ascii.lower(secret)) end
  end
  known_forms[secrets] = forms
  return forms
end

-- The text with other bytes in the places from the hit of that number on: what is found is not looked at again, so that
-- a text of many secrets costs no more than another one.
local function hidden(text, hits, number)
  local pieces, at = {}, 1
  for index = number, #hits do
    local first, last = hits[index][1], hits[index][2]
    pieces[#pieces + 1] = text:sub(at, first - 1)
    pieces[#pieces + 1] = ("\0"):rep(last - first + 1)
    at = last + 1
  end
  pieces[#pieces + 1] = text:sub(at)
  return table.concat(pieces)
end

-- Notes in `hits` where the form stands. Returns the text without it.
local function find_all(text, form, hits)
  local at, number = 1, #hits + 1
  while true do
    local first, last = text:find(form, at, true)
    if not first then break end
    hits[#hits + 1] = { first, last }
    at = last + 1
  end
  return hits[number] and hidden(text, hits, number) or text
end

-- How far two texts are the same from two places on, in steps of 1 or -1.
local function same_run(text, at, least, secret, from, step)
  local count = 0
  while true do
    local byte = text:byte(at + count * step)
    if not byte or byte ~= secret:byte(from + count * step) or at + count * step < least then return count end
    count = count + 1
  end
end

-- Notes in `hits` the parts of the secret that are long enough. Returns the text without them.
local function find_parts(text, secret, hits)
  for from = 1, #secret - BLOCK + 1, BLOCK do
    local block, at, number = secret:sub(from, from + BLOCK - 1), 1, #hits + 1
    while true do
      local first = text:find(block, at, true)
      if not first then break end
      local before = from > 1 and same_run(text, first - 1, at, secret, from - 1, -1) or 0
      local last = first + same_run(text, first, at, secret, from, 1) - 1
      first = first - before
      if last - first + 1 >= LEAST_PART then hits[#hits + 1] = { first, last } end
      at = last + 1
    end
    if hits[number] then text = hidden(text, hits, number) end
  end
  return text
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

-- Notes in `spans` what of the secrets a text holds, as places of the text that it was made of.
local function find(text, starts, stops, secrets, spans)
  local hits, forms = {}, forms_of(secrets)
  text = ascii.lower(text)
  for _, form in ipairs(forms) do text = find_all(text, form, hits) end
  for _, secret in ipairs(#text >= LEAST_PART and forms.secrets or {}) do text = find_parts(text, secret, hits) end
  for _, hit in ipairs(hits) do
    local first, last = hit[1], hit[2]
    local stop = stops and stops[last] or starts and starts[last + 1] or last + 1
    spans[#spans + 1] = { starts and starts[first] or first, stop }
  end
end

--- A text without the secrets.
---@param text string
---@param secrets? string[]
---@return string
function M.secrets(text, secrets)
  if not secrets or #secrets == 0 or #text < LEAST_SECRET then return text end
  local spans, level, starts = {}, text, nil
  for _ = 0, LEVELS do
    find(level, starts, nil, secrets, spans)
    local lines, map, stops = squeezed(level, starts)
    if lines then find(lines, map, stops, secrets, spans) end
    level, starts = unescaped(level, starts)
    if not level then break end
  end
  return #spans == 0 and text or cut(text, spans)
end

--- A request id of a response, for the log. AWS's are hexadecimal digits.
---@param id? string
---@param secrets? string[]
---@param token? string  one more
---@return string?
function M.id(id, secrets, token)
  if not id or #id <= 64 and id:find("^[0-9A-Fa-f-]*$") then return id end
  return M.secrets(M.secrets(id, secrets), token and { token })
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

--- A decoded value in which every string, names of members too, is without the secrets. Tables are changed in place. It
--- is as deep as its reader allows (`core.read_json`).
---@param value any
---@param secrets? string[]
---@return any
function M.value(value, secrets)
  if type(value) == "string" then return M.signing(M.secrets(value, secrets)) end
  if type(value) ~= "table" then return value end
  local renamed
  for key, item in next, value do
    value[key] = M.value(item, secrets)
    local name = M.value(type(key) == "string" and key or nil, secrets)
    if name and name ~= key then
      renamed = renamed or {}
      renamed[key] = name
    end
  end
  for key, name in next, renamed or {} do
    value[key], value[name] = nil, value[key]
  end
  return value
end

return M

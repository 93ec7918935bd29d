--- What may be wrong with an image that Rekognition refused: it is nowhere or twice, a file's name was passed, or
-- base64 text.
-- Said when the service has refused them and not before, since only the service knows what it takes.

local core = require "rekognition.core"

local FIRST = 2048 -- base64 characters that are looked at: more than a path has

local NAME = "looks like the name of a file; pass what the file holds: io.open(path, \"rb\"):read \"a\""
local TEXT = "is base64 text already; pass the bytes themselves, they are encoded for you"
local OTHER = "begins like neither a JPEG nor a PNG"

local function is_image(bytes)
  return bytes:sub(1, 3) == "\255\216\255" or bytes:sub(1, 8) == "\137PNG\r\n\26\n"
end

local function problem_of(bytes, is_whole)
  if is_image(bytes) then return nil end
  if bytes:sub(1, 4) == "/9j/" or bytes:sub(1, 11) == "iVBORw0KGgo" then return TEXT end
  local is_text = is_whole and not bytes:find "[\0-\31\127]"
  return is_text and bytes:find "[/\\.]" and NAME or OTHER
end

-- An image is in `Bytes` or in `S3Object`, says its page in the API reference. The model doesn't: the service checks.
local function source_problem(body)
  local _, at = body:find('Image":{}', 1, true)
  if at then
    local name = body:sub(math.max(1, at - 40), at - 4):match '"([A-Za-z]+)$' or "the image"
    return (" (%s has neither Bytes nor S3Object)"):format(name)
  end
  local is_both = body:find('{"Bytes":"', 1, true) and body:find('","S3Object":{', 1, true)
  return is_both and " (an image has both Bytes and S3Object)" or ""
end

--- A sentence about the first image in a request's body that looks wrong; "" where all look right.
---@param body string  JSON, as it was sent
---@param code string  the service's: InvalidImageFormatException or InvalidParameterException
---@return string
return function(body, code)
  if code == "InvalidParameterException" then return source_problem(body) end
  local at = 1
  while true do
    local _, finish = body:find('":{"Bytes":"', at, true)
    if not finish then return "" end
    local text = body:sub(finish + 1, finish + FIRST):match "^[A-Za-z0-9+/=]*"
    local is_whole = #text < FIRST
    local bytes = core.base64_decode(is_whole and text or text:sub(1, FIRST // 4 * 4)) or ""
    local problem = problem_of(bytes, is_whole)
    if problem then
      local name = body:sub(math.max(1, finish - 80), finish):match '([A-Za-z]+)":{"Bytes":"$'
      return (" (%s.Bytes %s)"):format(name, problem)
    end
    at = finish + 1
  end
end

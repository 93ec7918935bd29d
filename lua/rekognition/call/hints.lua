--- What the error of a call says after the service's or libcurl's own words: what helps to find the cause.

local image_hint = require "rekognition.text.image_hint"
local number = require "rekognition.text.number"

local M = {}

-- For these codes the thing asked for may be there because an earlier attempt made it.
local EXISTS_CODES = { ResourceInUseException = true, ResourceAlreadyExistsException = true }

-- With these codes a service refuses the keys: who has several sets of keys must know which one was used.
local KEY_CODES = {
  UnrecognizedClientException = true, InvalidClientTokenId = true, InvalidAccessKeyId = true,
  InvalidSignatureException = true, SignatureDoesNotMatch = true, ExpiredTokenException = true, ExpiredToken = true,
}

-- What the SDK's own sources are called here. A provider of the host's may have any text for its name: nothing is said.
local SOURCES = {
  static = "given in code", environment = "from the environment", profile = "from the shared files",
  assume_role = "from assume_role", web_identity = "from web_identity", sso = "from sso", login = "from login",
  process = "from a credential_process", container = "from the container", imds = "from the instance",
}

local function key_hint(credentials)
  local source = SOURCES[credentials.source]
  return source and (" (credentials %s)"):format(source) or ""
end

local function of_code(channel, call, fields, credentials)
  local code = fields.code
  if code == "InvalidImageFormatException" or code == "InvalidParameterException" then
    return image_hint(call.request:body(), code)
  elseif code == "connect" and channel.region_hint then
    return channel.region_hint(channel.region, channel.url)
  elseif KEY_CODES[code] then
    return key_hint(credentials)
  end
  return ""
end

--- The end of an error's message; "" if there is nothing to add.
---@param channel rekognition.Channel
---@param call rekognition.Call
---@param fields table       of the error
---@param credentials table  those of the last attempt
---@return string
function M.of(channel, call, fields, credentials)
  if fields.retry_outcome == "total_timeout_exceeded" then
    return (" (total_timeout of %s s leaves no time for another attempt)"):format(number.seconds(call.total_timeout))
  elseif fields.maybe_succeeded and EXISTS_CODES[fields.code] then
    return " (an earlier attempt of this call got no clear response and may have succeeded)"
  end
  return of_code(channel, call, fields, credentials)
end

return M

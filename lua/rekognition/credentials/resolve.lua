--- What a client's option `credentials` stands for. A file of its own, so that a client with keys loads nothing of the
-- other sources.

local lazy = require "rekognition.lazy"
local static = require "rekognition.credentials.static"

local credentials = lazy "rekognition.credentials"
local rekognition_error = lazy "rekognition.error"

--- A provider from a table of fixed credentials, an object with get(), a function, or nil for the default chain.
---@param value table|function|userdata|nil
---@param options? rekognition.CredentialOptions
---@return table provider
--- Raises an error of kind "config" for anything else.
return function(value, options)
  if value == nil then return credentials.default(options) end
  if type(value) == "function" then return credentials.from_function(value, options) end
  if type(value) == "userdata" then return value end
  if type(value) == "table" then
    if value.get then return value end
    return static.new(value)
  end
  return rekognition_error.raise {
    kind = "config",
    message = "credentials is to be a table of keys, a provider or a function, not a " .. type(value),
  }
end

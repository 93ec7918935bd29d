--- The Amazon Rekognition SDK for Lua.
--
-- Requiring it does no I/O, sets no globals and blocks on nothing; the parts are loaded as they are used.

local core = require "rekognition.core"

local M = { version = core.version }

-- Loading leaves little garbage, so the collector waits meanwhile: it would look through the same things again and
-- again, which takes a tenth of a short program's time.
local function load_client()
  local collects = collectgarbage "isrunning"
  if collects then collectgarbage "stop" end
  local ok, client = pcall(require, "rekognition.client")
  if collects then collectgarbage "restart" end
  if not ok then error(client, 0) end
  return client
end

--- Makes a client: `rekognition.client { region = "us-east-1" }`; see `rekognition.client`.
---@param options? rekognition.ClientOptions
---@return rekognition.Client
function M.client(options)
  return (package.loaded["rekognition.client"] or load_client()).new(options)
end

-- The parts that stand on their own, as fields.
local PARTS = { config = true, credentials = true, endpoint = true, error = true, sigv4 = true }

return setmetatable(M, {
  __index = function(_, name)
    if not PARTS[name] then return nil end
    local part = require("rekognition." .. name)
    rawset(M, name, part)
    return part
  end,
})

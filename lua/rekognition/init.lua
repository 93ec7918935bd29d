--- The Amazon Rekognition SDK for Lua.
--
-- Requiring it does no I/O, sets no globals and blocks on nothing; the parts are loaded as they are used. It adds a
-- searcher to package.searchers, for its own parts.

local core = require "rekognition.core"

-- Compiling these files takes a sixth of a short program's time, so core has their compiled forms. It is still the file
-- that counts: where it was edited, or the running Lua isn't the release that compiled it, core has nothing for it, and
-- Lua's own searcher compiles it as ever.
if not core.search then
  function core.search(name)
    local path = name:find "^rekognition%." and package.searchpath(name, package.path)
    local file <close> = path and io.open(path, "rb") or nil
    local chunk = file and core.precompiled(file:read "a")
    if chunk then return chunk, path end
  end
  table.insert(package.searchers, 2, core.search)
end

local M = { version = core.version }

--- Makes a client: `rekognition.client { region = "us-east-1" }`; see `rekognition.client`.
---@param options? rekognition.ClientOptions
---@return rekognition.Client
function M.client(options)
  return require("rekognition.client").new(options)
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

--- The Amazon Rekognition SDK for Lua.
--
-- Requiring it does no I/O, sets no globals and blocks on nothing; the parts are loaded as they are used. It adds a
-- searcher to package.searchers, for its own parts.

local core = require "rekognition.core"

-- Compiling these files takes a sixth of a short program's time, so core has their compiled forms. It is still the file
-- that counts: where it was edited, or the running Lua isn't the release that compiled it, core has nothing for it, and
-- Lua's own searcher compiles it as ever.
local package = package -- which a host may take away from its scripts, with parts of it or whole
local searchpath = package and package.searchpath
local function search(name)
  local path = name:find "^rekognition%." and searchpath(name, package.path)
  local file <close> = path and io.open(path, "rb") or nil
  local source = file and file:read "a"
  local chunk = source and core.precompiled(source)
  if chunk then return chunk, path end
end

-- Before Lua's own searcher of files, which is the second C function there (package.preload's is the first): searchers
-- that a host has put in front of it, or in its place, have their say before.
local function add_searcher(searchers)
  local count = 0
  for place, searcher in ipairs(searchers) do
    if core.is_c_function(searcher) then count = count + 1 end
    if count == 2 then
      searchers.rekognition = search -- require doesn't look there; however often this file is loaded, it is added once
      return table.insert(searchers, place, search)
    end
  end
end

if searchpath and not package.searchers.rekognition then add_searcher(package.searchers) end

local M = { version = core.version }

--- Makes a client: `rekognition.client { region = "us-east-1" }`; see `rekognition.client`.
---@param options? rekognition.ClientOptions
---@return rekognition.Client
function M.client(options)
  return require("rekognition.client").new(options)
end

-- The parts that stand on their own, as fields.
local PARTS = { config = true, credentials = true, custom_labels = true, endpoint = true, error = true, sigv4 = true }

return setmetatable(M, {
  __index = function(_, name)
    if not PARTS[name] then return nil end
    local part = require("rekognition." .. name)
    rawset(M, name, part)
    return part
  end,
})

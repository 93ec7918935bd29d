--- Files and folders for the conformance suites, with no library beyond Lua's own.

local support = require "spec.support.files"

local M = {}

local function find(dir, kind)
  local pipe = assert(io.popen("find " .. support.quoted(dir) .. " -mindepth 1 -maxdepth 1 -type " .. kind .. " -print0"))
  local names = {}
  for path in pipe:read("a"):gmatch("[^\0]+") do names[#names + 1] = path:match("[^/]+$") end
  pipe:close()
  table.sort(names)
  return names
end

--- The names of the folders right inside `dir`, sorted.
---@param dir string
---@return string[]
function M.folders(dir)
  return find(dir, "d")
end

--- The names of the files right inside `dir`, sorted.
---@param dir string
---@return string[]
function M.files(dir)
  return find(dir, "f")
end

M.read = support.read

return M

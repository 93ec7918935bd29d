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

--- Reads a file of JSON: what it holds, or nil and why not, in a line that names the file.
---@param path string
---@param parse fun(text: string): any  raises where the text is no JSON
function M.read_json(path, parse)
  local text = M.read(path)
  local name = path:match("[^/]+$")
  if not text then return nil, "it has no " .. name end
  local ok, value = pcall(parse, text)
  if not ok then return nil, ("%s: %s"):format(name, (tostring(value):gsub("^[^:]+%.lua:%d+: ", ""))) end
  if type(value) ~= "table" then return nil, name .. ": neither an object nor a list" end
  return value
end

return M

--- Prints which file uses which, and what breaks the rules of script/graph/arrows.lua: script/graph/main.lua [ROOT]
-- Fails where something does that its list of leftovers doesn't have.

local folder = arg[0]:match "^(.*)/[^/]*$" or "."
package.path = folder .. "/?.lua;" .. package.path

local arrows = require "arrows"
local c_graph = require "c_graph"
local lua_graph = require "lua_graph"
local rules = require "rules"

local root = arg[1] or folder .. "/../.."

local function quoted(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

-- The files of some folders, sorted: { path, text }.
local function files_of(places, names)
  local command = ("cd %s && find %s -type f %s 2>/dev/null | LC_ALL=C sort"):format(quoted(root), places, names)
  local pipe <close> = assert(io.popen(command))
  local files = {}
  for path in pipe:lines() do
    local file <close> = assert(io.open(root .. "/" .. path, "rb"))
    files[#files + 1] = { path = path, text = file:read "a" }
  end
  return files
end

local function sorted(set)
  local list = {}
  for name in pairs(set) do list[#list + 1] = name end
  table.sort(list)
  return list
end

local function show(title, graph, shorten)
  print(title)
  for _, name in ipairs(sorted(graph)) do
    local others = {}
    for _, other in ipairs(sorted(graph[name])) do others[#others + 1] = shorten(other) end
    print(("  %-32s %s"):format(shorten(name), #others > 0 and "-> " .. table.concat(others, ", ") or ""))
  end
  print()
end

local problems = {}
for _, side in ipairs { arrows.lua, arrows.c } do
  for _, problem in ipairs(rules.table_circles(side.arrows)) do problems[#problems + 1] = problem end
end
local lua_files = files_of("lua bin", "-not -path 'bin/completion/*'")
local c_files = files_of("csrc", "-name '*.[ch]'")
local required = lua_graph.check(lua_files, arrows.lua, arrows.limits, problems)
local used = c_graph.check(c_files, arrows.c, arrows.limits, problems)

show("lua/", required, function(name) return (name:gsub("^rekognition%.", "")) end)
show("csrc/", used, function(name) return name end)
local function is_leftover(problem)
  for _, beginning in ipairs(arrows.leftovers) do
    if problem:sub(1, #beginning) == beginning then return true end
  end
  return false
end

local known = 0
for _, problem in ipairs(problems) do
  local is_known = is_leftover(problem)
  if is_known then known = known + 1 end
  print((is_known and "known: " or "") .. problem)
end
print(("%d Lua files, %d C files, %d problems, %d of them known"):format(#lua_files, #c_files, #problems, known))
os.exit(#problems == known)

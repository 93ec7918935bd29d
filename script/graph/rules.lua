--- Holds what was read from the files against the table of arrows.

local find_circles = require "circles"

local M = {}

-- The rooms that a room's arrows lead to.
local function reachable(arrows, room, seen)
  seen = seen or { [room] = true }
  for _, other in ipairs(arrows[room] or {}) do
    if not seen[other] then
      seen[other] = true
      reachable(arrows, other, seen)
    end
  end
  return seen
end

--- The problem with an arrow from one room to another, or nil.
function M.arrow(arrows, from, to)
  if not arrows[from] then return ("the room %s is not in script/graph/arrows.lua"):format(from) end
  if not arrows[to] then return ("the room %s is not in script/graph/arrows.lua"):format(to) end
  if not reachable(arrows, from)[to] then return ("no arrow leads from %s to %s"):format(from, to) end
end

--- The problems of a table of arrows: its own circles.
function M.table_circles(arrows)
  local graph, problems = {}, {}
  for room, others in pairs(arrows) do
    graph[room] = {}
    for _, other in ipairs(others) do graph[room][other] = true end
  end
  for _, circle in ipairs(find_circles(graph)) do
    problems[#problems + 1] = "script/graph/arrows.lua: a circle of rooms: " .. table.concat(circle, ", ")
  end
  return problems
end

--- Adds a problem for each circle of files.
function M.circles(graph, problems)
  for _, circle in ipairs(find_circles(graph)) do
    problems[#problems + 1] = "a circle: " .. table.concat(circle, ", ")
  end
end

--- Adds a problem for each function and file that is too long.
function M.lengths(path, functions, text, limits, problems)
  for _, f in ipairs(functions) do
    if f.lines > limits.function_lines then
      problems[#problems + 1] = ("%s:%d: the function %s has %d lines, more than %d"):format(path, f.line, f.name,
        f.lines, limits.function_lines)
    end
  end
  local _, lines = text:gsub("\n", "")
  if lines > limits.file_lines then
    problems[#problems + 1] = ("%s: has %d lines, more than %d"):format(path, lines, limits.file_lines)
  end
end

function M.matches_any(patterns, ...)
  for _, pattern in ipairs(patterns) do
    for _, text in ipairs { ... } do
      if text:find(pattern) then return true end
    end
  end
  return false
end

return M

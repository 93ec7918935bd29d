--- The graph of the C files: which file uses functions and headers of which, and what is wrong with it.

local rules = require "rules"
local c_source = require "c_source"

local M = {}

-- "core/http.c" and "core/http.h": core/http
local function unit_of(name) return (name:gsub("%.[ch]$", "")) end

local function room_of(arrows, name) return arrows.rooms[name] or name:match "^[^/]+" end

-- The name below csrc/ of an included file: beside the file that includes it, or from csrc/ on.
local function resolve(context, file, name)
  local beside = file.name:gsub("[^/]*$", "") .. name
  return context.names[beside] and beside or context.names[name] and name or nil
end

local function check_external(context, file, found)
  for pattern, places in pairs(context.arrows.externals) do
    if found.name:find(pattern) and not rules.matches_any(places, file.name) then
      context.problems[#context.problems + 1] = ("%s:%d: may not include %s: script/graph/arrows.lua names no such "
        .. "place for it"):format(file.path, found.line, found.name)
    end
  end
end

local function check_includes(context, file)
  for _, found in ipairs(c_source.includes(file.text)) do
    local name = resolve(context, file, found.name)
    if name then
      if file.name:find "%.h$" then context.headers[file.name][name] = true end
      local problem = rules.arrow(context.arrows.arrows, room_of(context.arrows, file.name),
        room_of(context.arrows, name))
      if problem then
        context.problems[#context.problems + 1] = ("%s:%d: may not include %s: %s"):format(file.path, found.line, name,
          problem)
      end
    else
      check_external(context, file, found)
    end
  end
end

local function is_measured(file) return not file.name:find "^services/" end
local function is_in_graph(file) return not file.name:find "^test/" and not file.name:find "^fuzz/" end

-- Who defines which function; a static one is its file's own affair.
local function definitions(context, files)
  local definers = {}
  for _, file in ipairs(files) do
    local functions = c_source.functions(file.text)
    for _, f in ipairs(functions) do
      if not f.static and file.name:find "%.c$" and is_in_graph(file) then definers[f.name] = file.name end
    end
    if is_measured(file) then
      rules.lengths(file.path, functions, file.text, context.limits, context.problems)
    end
  end
  return definers
end

-- A file's arrows to those that define the functions it uses.
local function uses(context, file, definers)
  local unit = unit_of(file.name)
  context.graph[unit] = context.graph[unit] or {}
  for word in pairs(c_source.words(file.text)) do
    local other = definers[word]
    if other and other ~= file.name then
      context.graph[unit][unit_of(other)] = true
      local problem = rules.arrow(context.arrows.arrows, room_of(context.arrows, file.name),
        room_of(context.arrows, other))
      if problem then
        context.problems[#context.problems + 1] = ("%s: may not use %s of %s: %s"):format(file.path, word,
          unit_of(other), problem)
      end
    end
  end
end

--- Checks files, a list of { path, text }. Returns the graph and adds to the problems.
function M.check(files, arrows, limits, problems)
  local context = { arrows = arrows, limits = limits, problems = problems, graph = {}, headers = {}, names = {} }
  for _, file in ipairs(files) do
    file.name = file.path:gsub("^csrc/", "")
    context.names[file.name] = true
    context.headers[file.name] = {}
  end
  for _, file in ipairs(files) do check_includes(context, file) end
  local definers = definitions(context, files)
  for _, file in ipairs(files) do
    if file.name:find "%.c$" and is_in_graph(file) then uses(context, file, definers) end
  end
  rules.circles(context.graph, problems)
  rules.circles(context.headers, problems)
  return context.graph
end

return M

--- The graph of the Lua files: which module requires which, and what is wrong with it.

local rules = require "rules"
local lua_source = require "lua_source"

local M = {}

-- "lua/rekognition/call/init.lua": rekognition.call; "bin/rekognition": bin/rekognition
local function module_name(path)
  local name = path:match "^lua/(.*)%.lua$"
  if not name then return path end
  return (name:gsub("/init$", ""):gsub("/", "."))
end

local function room_of(arrows, module)
  local folder = module
  repeat
    if folder ~= "rekognition" or folder == module then
      if arrows.rooms[folder] then return arrows.rooms[folder] end
    end
    folder = folder:match "^(.*)%.[^.]+$"
  until not folder
  if module:find "^bin/" then return "bin" end
  return module:match "^rekognition%.([A-Za-z0-9_]+)" or module
end

-- The modules that a computed name can be: its fixed beginning and a word of the file.
local function computed_modules(found, words, modules)
  local names = {}
  for word in pairs(words) do
    if modules[found.name .. word] then names[#names + 1] = found.name .. word end
  end
  return names
end

local function check_external(arrows, file, found, problems)
  local allowed = arrows.externals[found.name] or arrows.externals[found.name:match "^[^.]+"]
  local room = room_of(arrows, file.module)
  for _, place in ipairs(allowed or {}) do
    if place == room or place == file.module then return end
  end
  problems[#problems + 1] = ("%s:%d: may not require %s: script/graph/arrows.lua names no such place for it"):format(
    file.path, found.line, found.name)
end

local function is_ours(name) return name == "rekognition" or name:find "^rekognition%." end

-- C modules: rekognition.core and what else is built.
local function is_built(name) return name == "rekognition.core" or name == "rekognition.emulator.httpd" end

local function check_require(context, file, name, line)
  local arrows = context.arrows
  if not context.modules[name] and not is_built(name) then
    context.problems[#context.problems + 1] = ("%s:%d: requires %s, which is not there"):format(file.path, line, name)
    return
  end
  if name == file.module then return end
  context.graph[file.module][name] = true
  local problem = rules.arrow(arrows.arrows, room_of(arrows, file.module), room_of(arrows, name))
  if problem then
    context.problems[#context.problems + 1] = ("%s:%d: may not require %s: %s"):format(file.path, line, name, problem)
  end
end

local function check_deferred(context, file, found)
  if found.deferred and not rules.matches_any(context.arrows.may_defer, file.path, file.module) then
    context.problems[#context.problems + 1] = ("%s:%d: defers %s; only a face (init.lua, client.lua) may"):format(
      file.path, found.line, found.name)
  end
end

local function check_file(context, file)
  local tokens = lua_source.tokens(file.text)
  context.graph[file.module] = {}
  for _, found in ipairs(lua_source.requires(tokens)) do
    check_deferred(context, file, found)
    if found.computed and not context.arrows.unreadable[file.module] then
      local names = computed_modules(found, lua_source.words(tokens), context.modules)
      for _, name in ipairs(names) do check_require(context, file, name, found.line) end
      if #names == 0 then
        context.problems[#context.problems + 1] = ("%s:%d: requires a computed name that can't be read: "
          .. "no word of the file completes %q"):format(file.path, found.line, found.name)
      end
    elseif not found.computed and is_ours(found.name) then
      check_require(context, file, found.name, found.line)
    elseif not found.computed then
      check_external(context.arrows, file, found, context.problems)
    end
  end
  rules.lengths(file.path, lua_source.functions(tokens), file.text, context.limits, context.problems)
end

--- Checks files, a list of { path, text }. Returns the graph and adds to the problems.
function M.check(files, arrows, limits, problems)
  local context = { arrows = arrows, limits = limits, problems = problems, graph = {}, modules = {} }
  for _, file in ipairs(files) do
    file.module = module_name(file.path)
    context.modules[file.module] = true
  end
  for _, file in ipairs(files) do
    if not file.path:find "/generated/" then check_file(context, file) end
  end
  rules.circles(context.graph, problems)
  return context.graph
end

return M

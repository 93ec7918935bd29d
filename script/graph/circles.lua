--- Circles in a graph: { name = { other = true, ... } }. Returns a list of circles, each a sorted list of names: the
-- strongly connected parts with more than one member (Tarjan's algorithm).

local function sorted(set)
  local list = {}
  for name in pairs(set) do list[#list + 1] = name end
  table.sort(list)
  return list
end

local function search(state, name)
  state.count = state.count + 1
  state.index[name], state.low[name] = state.count, state.count
  state.stack[#state.stack + 1] = name
  state.waiting[name] = true
  for _, other in ipairs(sorted(state.graph[name] or {})) do
    if not state.index[other] then
      search(state, other)
      state.low[name] = math.min(state.low[name], state.low[other])
    elseif state.waiting[other] then
      state.low[name] = math.min(state.low[name], state.index[other])
    end
  end
  if state.low[name] ~= state.index[name] then return end
  local circle = {}
  repeat
    local member = table.remove(state.stack)
    state.waiting[member] = nil
    circle[#circle + 1] = member
  until member == name
  table.sort(circle)
  if #circle > 1 then state.circles[#state.circles + 1] = circle end
end

return function(graph)
  local state = { graph = graph, count = 0, index = {}, low = {}, stack = {}, waiting = {}, circles = {} }
  for _, name in ipairs(sorted(graph)) do
    if not state.index[name] then search(state, name) end
  end
  return state.circles
end

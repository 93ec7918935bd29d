--- Runs a compiled pattern over text in a time that grows with the text alone.
--
-- A program is a list of instructions (rekognition.emulator.pattern). It is walked in all its alternatives at once
-- (Thompson, 1968). The set of places where the walk can be is a *state*; where a character leads from a state is
-- found once and remembered, so a text costs one step for each of its characters. A program with a lookahead,
-- `(?!...)`, is walked without that memory: its places depend on what follows.

local M = {}

local MOST_STATES = 5000 -- remembered; with more the memory starts again

local function contains(ranges, code)
  for _, range in ipairs(ranges) do
    if code >= range[1] and code <= range[2] then return true end
  end
  return false
end

-- Whether a `set` takes a code point; ASCII's answers are remembered.
local function takes(set, code)
  local known = set.known[code]
  if known == nil then
    known = contains(set.ranges, code)
    if code < 0x80 then set.known[code] = known end
  end
  return known
end

-- The walk with a memory.

-- Adds the places that are reached from `pc` without a character. `end` is a place: whether it can be passed shows at
-- the end of the text alone.
local function reach(program, places, seen, pc, first, last)
  while not seen[pc] do
    seen[pc] = true
    local instruction = program[pc]
    local op = instruction.op
    if op == "split" then
      reach(program, places, seen, instruction.to, first, last)
      pc = instruction.other
    elseif op == "jump" then
      pc = instruction.to
    elseif op == "begin" and first or op == "end" and last then
      pc = pc + 1
    else
      if op ~= "begin" then places[#places + 1] = pc end
      return
    end
  end
end

-- Whether the text may end here.
local function may_end(program, places, first)
  local reached, seen = {}, {}
  for _, pc in ipairs(places) do reach(program, reached, seen, pc, first, true) end
  for _, pc in ipairs(reached) do
    if program[pc].op == "match" then return true end
  end
  return false
end

local function state_of(memory, places, first)
  table.sort(places) -- locale: they are numbers
  local name = table.concat(places, " ")
  local state = memory.states[name]
  if not state then
    if memory.count >= MOST_STATES then memory.states, memory.count = {}, 0 end
    state = { places = places, following = {}, ends = may_end(memory.program, places, first) }
    memory.states[name], memory.count = state, memory.count + 1
  end
  return state
end

-- The state after a character; false if there is none.
local function step(memory, state, code)
  local places, seen, program = {}, {}, memory.program
  for _, pc in ipairs(state.places) do
    local instruction = program[pc]
    if instruction.op == "set" and takes(instruction, code) then
      reach(program, places, seen, pc + 1, false, false)
    end
  end
  local following = #places > 0 and state_of(memory, places, false)
  if code < 0x80 then state.following[code] = following end
  return following
end

local function with_memory(program)
  local memory = { program = program, states = {}, count = 0 }
  local start = { places = {}, following = {} }
  reach(program, start.places, {}, 1, true, false)
  start.ends = may_end(program, { 1 }, true)
  return function(subject)
    local state, steps = start, 0
    for _, code in utf8.codes(subject) do
      local following = state.following[code]
      if following == nil then following = step(memory, state, code) end
      steps = steps + 1
      if not following then return false, steps end
      state = following
    end
    return state.ends, steps
  end
end

-- The walk without a memory.

local run

local function follow(program, threads, pc, codes, at)
  while not threads.seen[pc] do
    threads.seen[pc] = true
    local instruction = program[pc]
    local op = instruction.op
    if op == "split" then
      follow(program, threads, instruction.to, codes, at)
      pc = instruction.other
    elseif op == "jump" then
      pc = instruction.to
    elseif op == "begin" and at == 1 or op == "end" and at == #codes + 1
        or op == "not" and not run(instruction.program, codes, at, false) then
      pc = pc + 1
    else
      if op == "set" or op == "match" then threads[#threads + 1] = pc end
      return
    end
  end
end

-- Whether the program matches from `start` on: the whole rest, or the beginning of it.
function run(program, codes, start, whole)
  local threads, steps = { seen = {} }, 0
  follow(program, threads, 1, codes, start)
  for at = start, #codes + 1 do
    local following = { seen = {} }
    for _, pc in ipairs(threads) do
      local instruction = program[pc]
      steps = steps + 1
      if instruction.op == "match" then
        if not whole or at > #codes then return true, steps end
      elseif codes[at] and takes(instruction, codes[at]) then
        follow(program, following, pc + 1, codes, at + 1)
      end
    end
    if #following == 0 then return false, steps end
    threads = following
  end
  return false, steps
end

local function without_memory(program)
  return function(subject)
    local codes = {}
    for _, code in utf8.codes(subject) do codes[#codes + 1] = code end
    return run(program, codes, 1, true)
  end
end

local function looks_ahead(program)
  for _, instruction in ipairs(program) do
    if instruction.op == "not" then return true end
  end
  return false
end

--- What matches a whole text against a program.
---@param program table[]
---@return fun(subject: string): boolean, integer  whether it matches, and after how many steps that was known
function M.matcher(program)
  return (looks_ahead(program) and without_memory or with_memory)(program)
end

return M

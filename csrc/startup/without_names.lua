--- A compiled chunk without the names of local variables and upvalues: reading them is a third of what it takes to load
-- one. Files and lines stay, so that an error and a traceback say where they are; in these an upvalue is called "?".
--
-- Lua's own `string.dump` leaves out nothing, or files and lines as well. This reads the format of Lua 5.4 (ldump.c),
-- which is the same in all releases of 5.4; a chunk of another Lua is returned as it is.

-- The signature, the version, the format, six bytes that tell of conversions, and the sizes of an instruction, an
-- integer and a float. Two numbers and the count of upvalues follow, up to the first function.
local HEADER, FIRST_FUNCTION = "\27Lua\x54\0\x19\x93\r\n\x1a\n\4\8\8", 33

-- Each of the following functions reads what is in the chunk from `at` on, and returns where the next thing begins.

-- An unsigned number: seven bits a byte, the last one marked.
local function read_size(chunk, at)
  local size = 0
  repeat
    local byte = chunk:byte(at)
    size, at = size << 7 | byte & 0x7f, at + 1
  until byte >= 0x80
  return at, size
end

local function skip_string(chunk, at)
  local next_at, size = read_size(chunk, at)
  return next_at + math.max(size - 1, 0)
end

local function skip_each(chunk, at, skip)
  local count
  at, count = read_size(chunk, at)
  for _ = 1, count do at = skip(chunk, at) end
  return at
end

local function skip_bytes(size)
  return function(_, at) return at + size end
end

-- A constant: its type, and then 8 bytes of a number, a string, or nothing.
local function skip_constant(chunk, at)
  local kind = chunk:byte(at)
  if kind == 0x03 or kind == 0x13 then return at + 9 end
  if kind == 0x04 or kind == 0x14 then return skip_string(chunk, at + 1) end
  return at + 1
end

local function skip_line(chunk, at)
  return (read_size(chunk, (read_size(chunk, at))))
end

local function skip_local(chunk, at)
  return skip_line(chunk, skip_string(chunk, at))
end

local NONE = "\x80"

-- Appends the function at `at`, without its names.
local function copy_function(chunk, at, out)
  local start = at
  at = skip_line(chunk, skip_string(chunk, at)) + 3 -- the source, two lines; parameters, varargs, stack
  at = skip_each(chunk, at, skip_bytes(4)) -- instructions
  at = skip_each(chunk, at, skip_constant)
  at = skip_each(chunk, at, skip_bytes(3)) -- upvalues
  local count
  at, count = read_size(chunk, at)
  out[#out + 1] = chunk:sub(start, at - 1)
  for _ = 1, count do at = copy_function(chunk, at, out) end
  start = at
  at = skip_each(chunk, at, skip_bytes(1)) -- lines, as differences and as such
  at = skip_each(chunk, at, skip_line)
  out[#out + 1] = chunk:sub(start, at - 1) .. NONE .. NONE
  return skip_each(chunk, skip_each(chunk, at, skip_local), skip_string)
end

--- The chunk without names.
---@param chunk string  of string.dump
---@return string
return function(chunk)
  if chunk:sub(1, #HEADER) ~= HEADER then return chunk end
  local out = { chunk:sub(1, FIRST_FUNCTION - 1) }
  assert(copy_function(chunk, FIRST_FUNCTION, out) == #chunk + 1, "the chunk is not as Lua 5.4 writes them")
  return table.concat(out)
end

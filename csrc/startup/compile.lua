--- Writes the names of the library's Lua files, and their compiled forms, as a C source: see compiled.h.
--
--   lua csrc/startup/compile.lua RELEASE OUTPUT FOLDER FILE...
--
-- RELEASE is what `lua -v` says of the version, "Lua 5.4.4". The files are below FOLDER, and their chunks are named
-- after the rest of their paths.

local without_names = dofile(arg[0]:match("^(.*)compile%.lua$") .. "without_names.lua")

local release, output, folder = arg[1], arg[2], arg[3]

-- What a file is recognised by, beside its length; compiled.c computes the same.
local function checksum(text)
  local sum = 0
  text = text .. ("\0"):rep(-#text % 8)
  for at = 1, #text, 8 do
    sum = (sum ~ ("=i8"):unpack(text, at)) * 0x9E3779B97F4A7C15
    sum = sum ~ sum >> 29
  end
  return sum
end

-- The bytes of a chunk as the items of a C array.
local function items(chunk)
  local lines = {}
  for at = 1, #chunk, 24 do
    lines[#lines + 1] = table.concat({ chunk:byte(at, at + 23) }, ",")
  end
  return table.concat(lines, ",\n")
end

local out <close> = assert(io.open(output, "w"))
local rows = {}
out:write '#include "startup/compiled.h"\n'
for i = 4, #arg do
  local file <close> = assert(io.open(arg[i], "rb"))
  local source, path = file:read "a", arg[i]:sub(#folder + 2)
  local chunk = without_names(string.dump(assert(load(source, "@" .. path, "t"))))
  out:write(("static const unsigned char chunk%d[] = {\n%s};\n"):format(i, items(chunk)))
  local name = path:gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", ".")
  rows[#rows + 1] = { name = name, text = ('{"%s", "%s", UINT64_C(0x%016x), %d, chunk%d, sizeof chunk%d},\n'):format(
    name, path, checksum(source), #source, i, i) }
end
table.sort(rows, function(a, b) return a.name < b.name end)
out:write "const struct rek_chunk rek_chunks[] = {\n"
for _, row in ipairs(rows) do out:write(row.text) end
out:write(("};\nconst size_t rek_chunk_count = %d;\nconst char rek_chunks_release[] = %q;\n"):format(#rows, release))

--- How long the profile parser takes and what it keeps, over sizes that double: the figures must double with them.
--
--   script/lua bench/profile_parser.lua

local profile_file = require "rekognition.config.profile_file"

local MB = 1 << 20

-- What a file may be made of, repeated to the size wanted.
local shapes = {
  { "ordinary profiles", "[default]\n", function(i)
    return ("[profile user-%d]\nregion = us-east-1\nrole_arn = arn:aws:iam::123456789012:role/role-%d\n"
      .. "source_profile = default  # a comment\n\n"):format(i, i)
  end },
  { "one section, distinct keys", "[default]\n", function(i) return ("key_%d = value\n"):format(i) end },
  { "one value of many lines", "[default]\nk = v\n", function(i) return ("  more %d\n"):format(i) end },
  { "nested keys", "[services s]\nrekognition =\n", function(i) return ("  k%d = v\n"):format(i) end },
  { "the same section again", "", function() return "[default]\nk = v\n" end },
  { "comments", "", function() return "# nothing here\n" end },
  { "empty lines", "", function() return "\n" end },
  { "one line of blanks", "[default]\nk = v", function() return (" "):rep(1024) end },
  { "one line of brackets", "[", function() return ("["):rep(1024) end },
  { "one line of ' #'-less noise", "[default]\nk =", function() return ("# ;"):rep(300) .. "x" end },
}

local function build(shape, size)
  local parts, length = { shape[2] }, #shape[2]
  for i = 1, math.huge do
    if length >= size then break end
    local part = shape[3](i)
    parts[#parts + 1], length = part, length + #part
  end
  return table.concat(parts)
end

local function measure(text)
  collectgarbage()
  local before, start = collectgarbage "count", os.clock()
  local ok, result = pcall(profile_file.parse, text, { kind = "config", path = "config" })
  local seconds = os.clock() - start
  collectgarbage()
  return seconds, (collectgarbage "count" - before) / 1024, ok and result and "read" or "refused"
end

print(("%-28s %10s %10s %10s %12s"):format("shape", "2.5 MB", "5 MB", "10 MB", "kept (10 MB)"))
for _, shape in ipairs(shapes) do
  local cells, kept, outcome = {}, nil, nil
  for index, size in ipairs { 2.5, 5, 10 } do
    local seconds
    seconds, kept, outcome = measure(build(shape, size * MB))
    cells[index] = ("%.2f s"):format(seconds)
  end
  print(("%-28s %10s %10s %10s %9.1f MB  %s"):format(shape[1], cells[1], cells[2], cells[3], kept, outcome))
end

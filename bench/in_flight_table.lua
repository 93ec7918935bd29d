--- Prints what bench/in_flight measured: medians and quartiles, and those of the ratios within a round.

local stats = dofile "bench/stats.lua"

local figures, names = {}, {}
for line in io.lines(arg[1]) do
  local name, value = line:match "^(%S+) (%S+)$"
  if not figures[name] then
    figures[name] = {}
    names[#names + 1] = name
  end
  table.insert(figures[name], tonumber(value))
end

local function ratio(name, base)
  if not figures[base] or #figures[base] ~= #figures[name] then return "" end
  return ("   %s of %s"):format(stats.describe_ratio(figures[name], figures[base]), base)
end

print "CPU for a call, microseconds: median (quartiles); and of another one, round by round"
for _, name in ipairs(names) do
  local way, rest = name:match "^(%a+)-(.*)$"
  local line = ("%-16s %s"):format(name, stats.describe(figures[name]))
  if way ~= "floor" then line = line .. ratio(name, "floor-" .. rest) end
  if rest == "1000" then line = line .. ratio(name, way .. "-64") end
  print(line)
end

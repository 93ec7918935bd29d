--- Very many calls: in flight, each with its response after a second; over TLS through a bounded pool; and one after
-- the other, with what the process has after some of them.
--
-- usage: bench/scale.lua flight|pool|many-http|many-https COUNT

local scale = require "spec.support.scale"

local TLS_CONNECTIONS = 256

local function flight(title, client, count)
  local found = scale.in_flight(client, count)
  print(("%s: %d of %d answered in %.2f s, %.1f KiB a call"):format(
    title, found.answered, count, found.seconds, found.memory or 0 / 0))
end

local function many(scheme, count)
  local client, made = scale.client(scheme, 0, 64), 0
  for _, share in ipairs { 0.1, 0.5, 1 } do
    local more = count * share // 1 - made
    scale.many(client, more, 64)
    made = made + more
    local usage = scale.usage()
    print(("%s, after %d calls: %d KiB of memory, %d KiB of Lua's heap, %d descriptors"):format(
      scheme, made, usage.memory or -1, usage.heap // 1, usage.descriptors or -1))
  end
end

local parts = {
  flight = function(count)
    flight(("HTTP, %d in flight, each answered after 1 s"):format(count), scale.client("http", 1, count), count)
  end,
  pool = function(count)
    flight(("HTTPS, %d started, %d connections, each answered after 0.1 s"):format(count, TLS_CONNECTIONS),
      scale.client("https", 0.1, TLS_CONNECTIONS), count)
  end,
  ["many-http"] = function(count) many("http", count) end,
  ["many-https"] = function(count) many("https", count) end,
}

scale.start()
local ok, problem = pcall(parts[arg[1]], tonumber(arg[2]))
scale.stop()
if not ok then error(problem, 0) end

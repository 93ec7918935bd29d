-- The default seams, where they do more than pass on.

local core = require "rekognition.core"
local seams = require "rekognition.seams"

-- Starts a sleep of an hour in an interpreter of its own, and sends it SIGINT: lua5.4 answers by a hook, which runs
-- between two steps in Lua alone. Each wait is bounded. Returns what it wrote.
local SCRIPT = [=[
output=$(mktemp)
script/lua -e 'print("sleeps") io.flush() require("rekognition.seams").from().sleep(3600)' >"$output" 2>&1 &
pid=$!
for _ in $(seq 200); do grep -q sleeps "$output" && break; sleep 0.05; done
sleep 0.05
kill -INT "$pid"
for _ in $(seq 200); do kill -0 "$pid" 2>/dev/null || break; sleep 0.05; done
kill -KILL "$pid" 2>/dev/null
wait "$pid"
cat "$output"
rm -f "$output"
]=]

describe("sleep", function()
  it("sleeps, and not at all where there is nothing to sleep", function()
    local sleep, before = seams.from().sleep, core.monotonic()
    for _, seconds in ipairs { 0, -1, 0.01 } do sleep(seconds) end
    assert.is_true(core.monotonic() - before >= 0.01)
    assert.has_error(function() sleep(0 / 0) end)
  end)

  it("ends with the interpreter's own error on SIGINT", function()
    local pipe = assert(io.popen(SCRIPT))
    local output = pipe:read("a")
    pipe:close()
    assert.is_truthy(output:find("interrupted!", 1, true), output)
  end)
end)

describe("the environment", function()
  it("has no variable that is empty or blank: for everyone, in one place", function()
    local env = seams.from({ env = { A = "", B = " \t\r\n", C = " c ", D = false } }).env
    assert.same({ nil, nil, " c ", nil, nil }, { env.A, env.B, env.C, env.D, env.E })
    assert.is_nil(next(env))
    assert.equal(env, seams.from({ env = env }).env)
    assert.is_nil(seams.from().env.REK_NO_SUCH_VARIABLE)
    assert.equal(os.getenv "PATH", seams.from().env.PATH)
  end)

  it("can be read as it stands, for the proxies", function()
    local env = seams.from({ env = { http_proxy = "" } }).env
    assert.is_nil(env.http_proxy)
    assert.equal("", seams.raw(env, "http_proxy"))
    assert.equal("", seams.raw({ http_proxy = "" }, "http_proxy"))
    assert.is_nil(seams.raw(env, "HTTP_PROXY"))
    assert.equal(os.getenv "PATH", seams.raw(seams.from().env, "PATH"))
  end)
end)

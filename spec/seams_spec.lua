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

describe("the time of deadlines", function()
  local function sample(clock, times)
    local monotonic, read = seams.from({ clock = clock }).monotonic, {}
    for i = 1, times do
      read[i] = monotonic()
      if i > 1 then assert.is_true(read[i] >= read[i - 1]) end
    end
    return read
  end

  -- Waits for what must come to pass, and ends without it after 5 s.
  local function within_reason(f)
    local ends = core.monotonic() + 5
    while not f() do assert(core.monotonic() < ends, "it did not come to pass") end
  end

  it("is the host's clock where that one goes on", function()
    local now = 1000
    assert.same({ 1001, 1002, 1003 }, sample(function()
      now = now + 1
      return now
    end, 3))
  end)

  for name, step in pairs { ["stands still"] = 0, ["is set back"] = -3600, ["returns no number"] = 0 / 0 } do
    it("goes on where the host's clock " .. name, function()
      local now = 1764250000
      local function clock()
        now = now + step
        return now
      end
      local monotonic = seams.from({ clock = clock }).monotonic
      local first = monotonic()
      within_reason(function() return monotonic() > first + 0.01 end)
      sample(clock, 100)
    end)
  end

  it("goes on from the time that it had where the host's clock is set back", function()
    local now = 1000
    local monotonic = seams.from({ clock = function() return now end }).monotonic
    local read = {}
    for i, moment in ipairs { 1000, 1060, 500, 530, 530, 1e6 } do
      now = moment
      read[i] = monotonic()
    end
    assert.same({ 1000, 1060, 1060, 1090, 1090, 1000560 }, read)
    assert.equal(core.monotonic, seams.from({}).monotonic)
  end)

  it("ends a wait, a client's total_timeout and pages where the host's clock stands still", function()
    local ends = core.monotonic() + 5
    local client = require("rekognition").client {
      region = "us-east-1", credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE" },
      clock = function() return 1764250000 end, sleep = function() end,
      retry = { max_attempts = 1000000, initial_tokens = 1e9 },
      http = function(request)
        assert(core.monotonic() < ends, "no deadline ended it")
        if request.body:find("DescribeProjects", 1, true) then return { status = 503 } end
        return { status = 200, body = '{"ProjectVersionDescriptions":[],"NextToken":"more"}' }
      end,
    }
    local names = { ProjectArn = "arn:aws:rekognition:us-east-1:111122223333:project/p/1", VersionNames = { "v" } }
    local _, e = pcall(client.wait, client, "project_version_copied", names, { delay = 0.01, timeout = 0.1 })
    assert.equal("WaiterTimeout", e.code)
    _, e = pcall(client.describe_project_versions, client, { ProjectArn = names.ProjectArn, NextToken = "DescribeProjects" },
      { total_timeout = 0.1 })
    assert.equal("ServiceUnavailable", e.code)
  end)
end)

-- Models that the command line starts and stops, against the emulator, in seconds.

local cjson = require("cjson").new()
local cli = require "spec.support.cli"
local emulator = require "spec.support.emulator"
local files = require "spec.support.files"

local PACE = { "--delay", "0.05", "--yes" }

-- Each signal and each kill at each moment takes a second: by default one moment stands for all. REK_FULL=1 does the rest.
local FULL = os.getenv "REK_FULL" == "1"
local function full(list) return FULL and list or { list[#list] } end

local running, folder, env, client, project, models
local journal

-- The ARN of a trained model.
local function train(name) return emulator.train(client, project, name) end

local function status_of(name)
  local params = { ProjectArn = project, VersionNames = { name } }
  return client:describe_project_versions(params).ProjectVersionDescriptions[1].Status
end

local function arguments(...)
  local list = {}
  for _, part in ipairs { ... } do
    if type(part) == "table" then table.move(part, 1, #part, #list + 1, list) else list[#list + 1] = part end
  end
  return list
end

local function run(...) return cli.run(env, arguments(...)) end

local function entries()
  local text = files.read(journal)
  return text and cjson.decode(text).models or {}
end

setup(function()
  running = emulator.start { "--train-seconds", "0", "--start-seconds", "0.15", "--stop-seconds", "0.05", "--fail-start", "weak*" }
  folder = select(2, files.run "mktemp -d"):match("^[^\n]+")
  env = cli.env(running, folder)
  journal = folder .. "/state/rekognition/started.json"
  client = emulator.client(running)
  project = client:create_project({ ProjectName = "birds" }).ProjectArn
  models = { v1 = train "v1", weak = train "weak" }
end)
teardown(function()
  client:close()
  running.stop()
  files.run("rm -rf " .. folder)
end)

after_each(function()
  assert.equal(0, #entries())
  assert.is_true(status_of "v1" ~= "RUNNING" and status_of "v1" ~= "STARTING")
end)

describe("rekognition run", function()
  it("runs the command while the model does, and stops it; the status is the command's", function()
    for _, case in ipairs(full { { "exit 0", 0 }, { "exit 7", 7 }, { "exit 255", 255 }, { "kill -TERM $$", 143 }, { "kill -9 $$", 137 } }) do
      local result = run("run", "--version", "birds/v1", PACE, "--", "sh", "-c", "echo $REKOGNITION_PROJECT_VERSION_ARN; cat; " .. case[1])
      assert.equal(case[2], result.code, result.err)
      assert.equal(models.v1 .. "\n", result.out)
      for _, line in ipairs { "start: requested", "start: RUNNING", "run: started", "stop: STOPPED" } do
        assert.is_truthy(result.err:find(line, 1, true), result.err)
      end
      assert.equal("STOPPED", status_of "v1")
    end
  end)

  it("gives the command its input, its words as they are, and its options", function()
    local result = cli.run(env, arguments("run", "--quiet", "--version", models.v1, PACE, "--", "sh", "-c", 'cat; printf "<%s>" "$@"', "x",
      "--yes", "a  b", "--", "*"), "of the input\n")
    assert.same({ 0, "of the input\n<--yes><a  b><--><*>", "" }, { result.code, result.out, result.err })
  end)

  it("starts no model for a command that isn't there", function()
    local before = status_of "v1"
    for _, name in ipairs(full { "/nowhere/x", folder, "no-such-command" }) do
      local result = run("run", "--version", "birds/v1", PACE, "--", name)
      assert.equal(name == folder and 126 or 127, result.code) -- as a shell says it
      assert.is_truthy(result.err:find("the model was not started", 1, true), result.err)
    end
    assert.equal(before, status_of "v1")
  end)

  it("ends with 1 where the model does not start, and runs nothing", function()
    local result = run("run", "--version", "birds/weak", PACE, "--", "echo", "ran")
    assert.same({ 1, "" }, { result.code, result.out })
    assert.is_truthy(result.err:find("StartFailed", 1, true), result.err)
    for _, name in ipairs { "birds/v9", "cats/v1" } do
      assert.equal(1, run("run", "--version", name, PACE, "--", "true").code)
    end
  end)

  it("ends the command at a limit, after a warning, and stops the model", function()
    for _, limit in ipairs(full { { "--max-cost", "0.0014" }, { "--max-hours", "0.00035" } }) do -- 1.26 s
      local result = run("run", "--version", "birds/v1", PACE, limit, "--", "sh", "-c", "trap 'echo told; exit 0' TERM; sleep 30 & wait")
      assert.same({ 1, "told\n" }, { result.code, result.out }, result.err)
      assert.is_truthy(result.err:find("limit: warning", 1, true), result.err)
      assert.is_truthy(result.err:find("RunLimitReached", 1, true), result.err)
      assert.equal("STOPPED", status_of "v1")
    end
  end)

  it("kills a command that doesn't end when it is told to", function()
    local result = run("run", "--version", "birds/v1", PACE, "--max-hours", "0.0002", "--grace", "0.2", "--", "sh", "-c",
      "trap '' TERM; while :; do sleep 0.1; done")
    assert.equal(1, result.code)
    assert.equal("STOPPED", status_of "v1")
  end)
end)

-- Starts the command in the background, waits until its error stream has a text, and sends signals to it; each further
-- one when it has said one more thing of being interrupted, and not together with the last one. Waits are bounded. SIGHUP
-- reaches it even where the specs run under nohup. Returns its exit status and its error stream.
local SCRIPT = [[
%s %s >%s/out 2>%s/err </dev/null &
pid=$!
for _ in $(seq 800); do grep -q -- '%s' %s/err && break; sleep 0.01; done
said=0
for signal in %s; do
  kill -$signal $pid
  said=$((said + 1))
  for _ in $(seq 800); do
    [ "$(grep -c -- "^interrupted" %s/err)" -ge $said ] || ! kill -0 $pid 2>/dev/null && break
    sleep 0.01
  done
  sleep 0.12
done
for _ in $(seq 1500); do kill -0 $pid 2>/dev/null || break; sleep 0.02; done
kill -KILL $pid 2>/dev/null && echo hung
wait $pid
echo $?
]]

local function interrupted(words, text, signals)
  files.write(folder .. "/err", "")
  local command = cli.command(words)
  local _, output = files.run("bash -c " .. files.quoted(SCRIPT:format("env --default-signal=HUP " .. cli.assignments(env), command, folder, folder,
    text, folder, signals, folder)))
  return output:match("(%S+)\n$"), files.read(folder .. "/err"), output
end

describe("a signal", function()
  local sleeping = { "run", "--version", "birds/v1", "--delay", "0.05", "--yes", "--", "sleep", "30" }

  for _, case in ipairs { { "INT", "130" }, { "TERM", "143" }, { "HUP", "129" } } do
    for _, point in ipairs(full { "start: STARTING", "run: started" }) do
      it(("SIG%s after '%s' stops the model and ends with %s"):format(case[1], point, case[2]), function()
        local code, err = interrupted(sleeping, point, case[1])
        assert.equal(case[2], code, err)
        assert.is_truthy(err:find("stop: STOPPED", 1, true), err)
        assert.equal("STOPPED", status_of "v1")
      end)
    end
  end

  it("reaches the command, which has its grace", function()
    local code, err = interrupted({ "run", "--version", "birds/v1", "--delay", "0.1", "--yes", "--", "sh", "-c",
      "trap 'echo told >&2; exit 3' INT; echo ready >&2; sleep 30 & wait" }, "ready", "INT") -- its trap is set then
    assert.equal("130", code)
    assert.is_truthy(err:find("told", 1, true), err)
  end)

  it("that the command ignores ends with the command killed after its grace, and the model stopped", function()
    for signal, status in pairs { INT = "130", TERM = "143" } do
      local code, err = interrupted({ "run", "--version", "birds/v1", "--delay", "0.1", "--yes", "--grace", "0.2", "--", "sh", "-c",
        "trap '' INT TERM; echo ready >&2; while :; do sleep 0.1; done" }, "ready", signal)
      assert.equal(status, code, err)
      assert.is_truthy(err:find("stop: STOPPED", 1, true), err)
    end
  end)

  it("is said with what follows; a second one kills the command, and what the command started", function()
    local code, err = interrupted({ "run", "--version", "birds/v1", "--delay", "0.1", "--yes", "--grace", "25", "--", "sh", "-c",
      "trap '' INT; sh -c 'trap \"\" INT; echo $$ >" .. folder .. "/grandchild; echo ready >&2; while :; do sleep 0.1; done'; :" },
      "ready", "INT INT")
    assert.equal("130", code, err)
    assert.is_truthy(err:find("interrupted; waiting up to 25 s for sh (again: it is killed), then the model is stopped", 1, true), err)
    assert.is_truthy(err:find("stop: STOPPED", 1, true), err)
    local pid = (files.read(folder .. "/grandchild") or ""):match "%d+"
    local stat = pid and files.read("/proc/" .. pid .. "/stat")
    assert.is_truthy(not stat or stat:find(") Z", 1, true), stat) -- gone, or ended and not yet waited for by its new parent
  end)

  it("that comes first during the stop doesn't end the stop", function()
    local code, err = interrupted({ "run", "--version", "birds/v1", "--delay", "0.7", "--yes", "--", "true" }, "stop: RUNNING", "INT")
    assert.equal("130", code, err)
    assert.is_truthy(err:find("the model is being stopped", 1, true), err)
    assert.is_truthy(err:find("stop: STOPPED", 1, true), err)
  end)

  it("twice leaves the model running, and says so; stop --mine stops it", function()
    local slow = { "run", "--version", "birds/v1", "--delay", "0.7", "--yes", "--", "sleep", "30" }
    local code, err = interrupted(slow, "run: started", "INT INT INT")
    assert.equal("130", code, err)
    if not err:find("stop: STOPPED", 1, true) then
      assert.is_truthy(err:find("stop --mine", 1, true), err)
      assert.equal(1, #entries())
    end
    assert.equal(0, run("stop", "--mine", "--delay", "0.1").code)
    assert.equal("STOPPED", status_of "v1")
  end)

  it("SIGKILL leaves it running; stop --mine finds it, and so does the next run", function()
    for _, point in ipairs(full { "start: requested", "start: STARTING", "run: started" }) do
      assert.equal("137", (interrupted(sleeping, point, "KILL")))
      assert.equal(1, #entries(), point)
      local result = run("stop", "--mine", "--delay", "0.1", "--output", "jsonl")
      assert.equal(0, result.code, result.err)
      assert.equal(models.v1, cjson.decode(result.out).version_arn)
      assert.is_true(status_of "v1" == "STOPPED" or status_of "v1" == "TRAINING_COMPLETED")
    end
    assert.equal("137", (interrupted(sleeping, "run: started", "KILL")))
    local result = run("run", "--version", "birds/v1", PACE, "--", "true")
    assert.equal(0, result.code)
    assert.is_truthy(result.err:find("left running by an earlier run", 1, true), result.err)
  end)

  it("ends start, which leaves the model starting and in the journal", function()
    local code, err = interrupted({ "start", "birds/v1", "--delay", "0.1", "--yes" }, "start: STARTING", "INT")
    assert.equal("130", code)
    assert.is_truthy(err:find("stop --mine", 1, true), err)
    assert.equal(0, run("stop", "--mine", "--delay", "0.1").code)
  end)

  it("ends a call whose response doesn't come, soon", function()
    local script = [[import socket, sys
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
connection = listener.accept()[0]
connection.recv(100)
with open(sys.argv[1], "w") as file: file.write("accepted")
sys.stdin.read()]]
    files.write(folder .. "/silent.py", script)
    local port = folder .. "/port"
    local pipe = assert(io.popen(("exec python3 %s/silent.py %s/err >%s"):format(folder, folder, port), "w"))
    for _ = 1, 400 do
      if (files.read(port) or ""):find "\n" then break end
      os.execute "sleep 0.02"
    end
    local before = os.time()
    local code, _, output = interrupted({ "call", "DescribeProjects", "--endpoint-url", "http://127.0.0.1:" .. files.read(port):match "%d+" },
      "accepted", "INT")
    pipe:close()
    assert.equal("130", code, output)
    assert.is_true(os.time() - before < 29) -- the command's own timeout is 60 seconds
  end)

  it("ends wait", function()
    local code = interrupted({ "wait", "running", "birds/v1", "--delay", "0.1" }, "running:", "TERM")
    assert.equal("143", code)
  end)
end)

describe("rekognition start and stop", function()
  it("start, list and stop a model", function()
    local started = cli.json(env, arguments("start", "birds/v1", PACE, "--min-units", "2", "--output", "json"))
    assert.same({ version_arn = models.v1, status = "RUNNING" }, started)
    assert.same({ models.v1, true, true }, { entries()[1].version, entries()[1].confirmed, entries()[1].kept })
    local listed = cli.json(env, { "models", "--running", "--output", "json", "--no-cloudwatch", "--price-per-hour", "2" })
    assert.same({ 1, "RUNNING", "journal", 2880 }, { #listed.models, listed.models[1].status, listed.models[1].since_source,
      listed.models[1].month_cost })
    local again = run("start", "birds/v1", PACE)
    assert.equal(1, again.code)
    assert.is_truthy(again.err:find("ModelInUse", 1, true), again.err)
    local used = run("run", "--version", "birds/v1", PACE, "--", "true")
    assert.equal(1, used.code)
    assert.equal(0, run("run", "--version", "birds/v1", PACE, "--use-running", "--", "true").code)
    assert.equal("RUNNING", status_of "v1")
    local result = run("stop", "birds/v1", "--delay", "0.1")
    assert.equal(0, result.code)
    assert.is_truthy(result.out:find("STOPPED  " .. models.v1, 1, true), result.out)
    assert.equal(0, run("stop", "birds/v1", "--delay", "0.1").code) -- stopping what is stopped is well
  end)

  it("start fails, and leaves nothing", function()
    local result = run("start", "birds/weak", PACE)
    assert.equal(1, result.code)
    assert.is_truthy(result.err:find("StartFailed", 1, true), result.err)
  end)

  it("stop --mine finds nothing, another journal, and what a run still uses", function()
    local none = run("stop", "--mine", "--output", "json")
    assert.same({ 0, "[]\n" }, { none.code, none.out })
    local mine = folder .. "/mine.json"
    assert.equal(0, run("start", "birds/v1", "--no-wait", PACE, "--journal", mine).code)
    assert.equal(0, #entries())
    assert.equal(0, run("stop", "--mine", "--journal", mine, "--delay", "0.1").code)
    local result = run("run", "--version", "birds/v1", PACE, "--", "sh", "-c", cli.command { "stop", "--mine" })
    assert.equal(0, result.code)
    assert.is_truthy(result.err:find("is in use by a run that is under way", 1, true), result.err)
  end)

  it("stop --older-than stops what the journal dates, and asks first", function()
    assert.equal(0, run("start", "birds/v1", PACE).code)
    assert.equal(0, run("stop", "--older-than", "1h", "--yes").code)
    assert.equal("RUNNING", status_of "v1")
    local refused = run("stop", "--older-than", "0.1")
    assert.equal(2, refused.code)
    assert.is_truthy(refused.err:find("only with --yes", 1, true), refused.err)
    assert.equal(0, run("stop", "--older-than", "0.1", "--yes", "--delay", "0.1").code)
    assert.equal("STOPPED", status_of "v1")
    assert.equal(0, run("stop", "--mine", "--delay", "0.1").code)
  end)
end)

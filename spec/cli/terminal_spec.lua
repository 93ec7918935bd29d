-- The command line in a pseudo terminal, and the same in a pipe.

local cli = require "spec.support.cli"
local emulator = require "spec.support.emulator"
local files = require "spec.support.files"
local progresses = require "rekognition.cli.progress"
local text = require "rekognition.cli.text"

local ESCAPE = "\27"

describe("in a terminal", function()
  local running, folder, env, project
  setup(function()
    running = emulator.start { "--train-seconds", "0", "--start-seconds", "0.5", "--stop-seconds", "0.3" }
    folder = select(2, files.run "mktemp -d"):match("^[^\n]+")
    env = cli.env(running, folder)
    local client <close> = emulator.client(running)
    project = client:create_project({ ProjectName = "birds" }).ProjectArn
    client:create_project_version {
      ProjectArn = project, VersionName = "v1", OutputConfig = { S3Bucket = "bucket-name", S3KeyPrefix = "p" },
      TrainingData = { Assets = { { GroundTruthManifest = { S3Object = { Bucket = "bucket-name", Name = "train.manifest" } } } } },
      TestingData = { AutoCreate = true },
    }
  end)
  teardown(function()
    running.stop()
    files.run("rm -rf " .. folder)
  end)

  it("run asks, shows one line that lives, and lets the command have the terminal", function()
    local result = cli.terminal(env, { "run", "--version", "birds/v1", "--delay", "0.1", "--", "sh", "-c", "test -t 0 && test -t 1 && echo ran" },
      { { "[y/N] ", "y\n" } })
    assert.equal(0, result.code, result.out)
    assert.is_truthy(result.out:find("This starts arn:", 1, true))
    assert.is_truthy(result.out:find("4.00 an hour", 1, true))
    for _, line in ipairs { "start: STARTING", "start: RUNNING", "stop: STOPPED" } do assert.is_truthy(result.out:find(line, 1, true), line) end
    assert.is_truthy(result.out:find("\r\27[K\27[2m", 1, true))
    assert.is_truthy(result.out:find("\27[Kran\r\n", 1, true), result.out) -- the line was cleared before
    assert.is_nil(result.out:find("STARTING[^\r]*\n"))
  end)

  for _, answer in ipairs { "n\n", "\n", "\4" } do
    it("does nothing if what is typed is not yes: " .. ("%q"):format(answer), function()
      local result = cli.terminal(env, { "start", "birds/v1" }, { { "[y/N] ", answer } })
      assert.equal(1, result.code, result.out)
      assert.is_truthy(result.out:find("nothing was done", 1, true), result.out)
    end)
  end

  it("Ctrl-C reaches the command once, and stops the model", function()
    local result = cli.terminal(env, { "run", "--version", "birds/v1", "--delay", "0.1", "--yes", "--", "sh", "-c",
      "trap 'echo told; exit 0' INT; echo ready; sleep 30 & wait" }, { { "ready", "\3" } })
    assert.equal(130, result.code, result.out)
    assert.equal(1, select(2, result.out:gsub("told", "")))
    assert.is_truthy(result.out:find("stop: STOPPED", 1, true))
  end)

  it("tables have bold headings, and none with NO_COLOR or a dumb terminal", function()
    local shown = cli.terminal(env, { "models" }).out
    assert.is_truthy(shown:find("\27[1mPROJECT", 1, true), shown)
    local plain = setmetatable({ NO_COLOR = "1" }, nil)
    for name, value in pairs(env) do plain[name] = value end
    shown = cli.terminal(plain, { "models" }).out
    assert.is_nil(shown:find("\27[1m", 1, true))
    assert.is_nil(shown:find("\27[2m", 1, true))
    plain.TERM, plain.NO_COLOR = "dumb", nil
    shown = cli.terminal(plain, { "models" }).out
    assert.is_nil(shown:find(ESCAPE, 1, true), shown)
    assert.is_truthy(shown:find("list: us-east-1", 1, true))
  end)

  it("--quiet shows no progress, but results and questions", function()
    local result = cli.terminal(env, { "start", "birds/v1", "--quiet", "--delay", "0.1" }, { { "[y/N] ", "y\n" } })
    assert.equal(0, result.code, result.out)
    assert.is_nil(result.out:find("STARTING", 1, true))
    assert.is_truthy(result.out:find("status   RUNNING", 1, true), result.out)
    assert.equal(0, cli.terminal(env, { "stop", "birds/v1", "--quiet", "--delay", "0.1" }).code)
  end)

  it("bad input is one line", function()
    local result = cli.terminal(env, { "start", "birds/v1", "--nope" })
    assert.equal(2, result.code)
    assert.equal(1, select(2, result.out:gsub("\n", "")), result.out)
  end)
end)

describe("progress", function()
  local written
  local function new(options)
    written = {}
    options.write = function(line) written[#written + 1] = line end
    return progresses.new(options)
  end

  it("in a pipe is a plain line for each change", function()
    local progress = new {}
    for _, state in ipairs { "STARTING", "STARTING", "RUNNING" } do progress:event { step = "start", state = state } end
    progress:tick()
    progress:clear()
    assert.same({ "[0 s] start: STARTING\n", "[0 s] start: RUNNING\n" }, written)
  end)

  it("on a terminal is one line, cut to its width, current while it waits", function()
    local progress = new { terminal = true }
    progress:event { step = "start", state = ("x"):rep(300) }
    progress:tick()
    progress:note "a warning"
    assert.equal(4, #written)
    assert.is_true(#written[1] < 110 and written[1]:find("^\r\27%[K") ~= nil)
    assert.same({ "\r\27[K", "a warning\n" }, { written[3], written[4] })
  end)

  it("is nothing where it isn't wanted, but warnings", function()
    local progress = new { quiet = true, terminal = true }
    progress:event { step = "start", state = "STARTING" }
    progress:event { step = "limit", state = "warning", message = "80 %" }
    assert.same({ "limit: warning (80 %)\n" }, written)
  end)

  it("lets nothing that a service sends steer the terminal", function()
    local progress = new {}
    progress:event { step = "stop", state = "FAILED", message = "\27[2J\7\r\nbad \u{9b}31m\127" }
    assert.same({ "[0 s] stop: FAILED (  [2J bad  31m )\n" }, { (written[1]:gsub("%( %[", "(  [")) })
  end)
end)

describe("text", function()
  it("is cut by characters", function()
    assert.equal("abc", text.cut("abc", 3))
    assert.equal("é...", text.cut("éàèôû", 4))
    assert.equal("ab", text.cut("abc", 2))
    assert.equal(3, text.width "éàè")
    assert.equal(2, text.width "\255\254")
  end)

  it("says durations", function()
    assert.same({ "0 s", "119 s", "2 min", "119 min", "2.0 h", "47.9 h", "2.5 d" }, { text.duration(0.5), text.duration(119.9),
      text.duration(120), text.duration(7199), text.duration(7200), text.duration(172500), text.duration(216000) })
  end)
end)

describe("the values of options", function()
  local values = require "rekognition.cli.values"

  it("are read, or refused with what they must be", function()
    for input, seconds in pairs { ["30"] = 30, ["90s"] = 90, ["1.5h"] = 5400, ["20m"] = 1200, ["3d"] = 259200 } do
      assert.equal(seconds, values.seconds(input))
    end
    for name, bad in pairs {
      seconds = { "", "0", "-1", "h", "2w", "1e3", "0x10", "nan", "inf", "1 h" }, amount = { "", "0", "-1", "x", "1e9" },
      price = { "", "-1", "x" }, count = { "", "0", "1.5", "-1", "x" }, pair = { "", "x", "=x" }, list = { "", "," },
      account = { "", "1", "12345678901x", "1234567890123" },
    } do
      for _, value in ipairs(bad) do
        local result, why = values[name](value)
        assert.is_nil(result, name .. " " .. value)
        assert.is_truthy(why:find("must be", 1, true))
      end
    end
    assert.same({ 0, 3, { "a", "b=c" }, { "a", "b" }, "111122223333" }, { values.price "0", values.count "3", values.pair "a=b=c",
      values.list "a,b", values.account "111122223333" })
  end)
end)

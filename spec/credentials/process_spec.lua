local core = require "rekognition.core"
local credentials = require "rekognition.credentials"
local process = require "rekognition.credentials.process"
local support = require "spec.support.credentials"

-- Expected values by Python's shlex.split, which botocore uses.
describe("a command line", function()
  local cases = {
    ["a b  c"] = { "a", "b", "c" },
    ["  a\tb "] = { "a", "b" },
    [ [["/path with/cmd" --x="y z"]] ] = { "/path with/cmd", "--x=y z" },
    [ [[cmd 'a "b" $HOME' "it's"]] ] = { "cmd", 'a "b" $HOME', "it's" },
    [ [[cmd a\ b \"c\" "d \"e\" \\ \n"]] ] = { "cmd", "a b", '"c"', 'd "e" \\ \\n' },
    [ [[cmd '' "" x'y'"z"]] ] = { "cmd", "", "", "xyz" },
    [ [[cmd 'a|b' "c;d" e\|f]] ] = { "cmd", "a|b", "c;d", "e|f" },
    [ [[cmd # not a comment]] ] = { "cmd", "#", "not", "a", "comment" },
    [""] = {},
  }
  for line, words in pairs(cases) do
    it(("is split: %q"):format(line), function() assert.same(words, process.split(line)) end)
  end

  for _, line in ipairs { "a 'b", 'a "b', "a \\", 'a "b\\"' } do
    it(("has no end: %q"):format(line), function() assert.is_nil(process.split(line)) end)
  end

  for _, line in ipairs { "a | b", "a > b", "a; b", "a && b", "a $HOME", 'a "$HOME"', "a `b`", "(a)", "a < b" } do
    it(("needs a shell: %q"):format(line), function()
      assert.same({ "/bin/sh", "-c", line }, process.split(line))
    end)
  end
end)

describe("running a command", function()
  local LIMITS = { timeout = 60, max_output = 1000 }

  it("gives its output and status", function()
    assert.same({ stdout = "a b\n$HOME", status = 0 }, core.run_process({ "printf", "%s\n%s", "a b", "$HOME" }, LIMITS))
    assert.same({ stdout = "", status = 3 }, core.run_process({ "/bin/sh", "-c", "exit 3" }, LIMITS))
    assert.same({ stdout = "x", signal = 9 }, core.run_process({ "/bin/sh", "-c", "printf x; kill -9 $$" }, LIMITS))
  end)

  it("keeps zero bytes", function()
    assert.equal("a\0b", core.run_process({ "printf", "a\\0b" }, LIMITS).stdout)
  end)

  it("stops one that prints too much, or takes too long", function()
    local result, failure = core.run_process({ "/bin/sh", "-c", "while :; do echo xxxxxxxxxxxxxxxx; done" }, LIMITS)
    assert.is_nil(result)
    assert.equal("too_large", failure.code)
    for _, script in ipairs { "sleep 50", "exec >&-; sleep 50" } do
      result, failure = core.run_process({ "/bin/sh", "-c", script }, { timeout = 0.05, max_output = 10 })
      assert.is_nil(result)
      assert.equal("timeout", failure.code)
    end
  end)

  it("ends one that closed its output and goes on", function()
    local path = os.tmpname()
    local result, failure = core.run_process({ "/bin/sh", "-c", "echo $$ >" .. path .. "; exec >&-; exec sleep 50" },
      { timeout = 1, max_output = 10 })
    assert.is_nil(result)
    assert.equal("timeout", failure.code)
    local pid = io.open(path):read("n")
    os.remove(path)
    assert.is_nil(os.execute(("kill -0 %d 2>/dev/null"):format(pid)))
  end)

  it("refuses limits that are none", function()
    for _, limits in ipairs { { timeout = 0, max_output = 1 }, { timeout = 0 / 0, max_output = 1 },
                              { timeout = 1, max_output = -1 }, { timeout = 1, max_output = math.huge }, {} } do
      assert.is_false(pcall(core.run_process, { "true" }, limits))
    end
  end)

  it("says why one can't be started", function()
    local result, failure = core.run_process({ "/nonexistent/command" }, LIMITS)
    -- POSIX lets posix_spawn say so, or the child end with 127, as it does under valgrind.
    if result then
      assert.equal(127, result.status)
    else
      assert.equal("start", failure.code)
      assert.matches("No such file", failure.message)
    end
  end)

  it("passes its error stream on", function()
    local script = [[require "rekognition.core".run_process({ "/bin/sh", "-c", "echo told >&2; echo taken" }, ]]
      .. "{ timeout = 60, max_output = 100 })"
    local pipe = assert(io.popen(require("spec.support.files").lua .. " -e '" .. script .. "' 2>&1"))
    assert.equal("told\n", pipe:read("a"))
    pipe:close()
  end)

  it("refuses what is no command", function()
    for _, argv in ipairs { {}, { 1 }, { "a\0b" }, { "true", {} } } do
      assert.is_false(pcall(core.run_process, argv, LIMITS))
    end
    assert.is_false(pcall(core.run_process, "true", LIMITS))
    assert.is_false(pcall(core.run_process, { "true" }, {}))
    assert.is_false(pcall(core.run_process, { "true" }))
  end)
end)

describe("credential_process", function()
  local GOOD = { Version = 1, AccessKeyId = "AKIDPROC", SecretAccessKey = "HUSHSECRET", SessionToken = "TOKEN",
    Expiration = "2015-08-30T13:36:00Z", AccountId = "123456789012" }

  -- A provider whose command prints what `result` gives; the argv is noted in the world.
  local function provider_of(result)
    local world = support.world {}
    world.options.command = "tool --flag 'a b'"
    world.options.run_process = function(argv, limits)
      world.argv, world.limits = argv, limits
      if type(result) == "function" then return result(world) end
      if result.code then return nil, result end
      return result
    end
    return credentials.process(world.options), world
  end

  local function prints(value)
    return { status = 0, stdout = support.answer(200, value).body }
  end

  it("gives credentials", function()
    local provider, world = provider_of(prints(GOOD))
    assert.same({ access_key_id = "AKIDPROC", secret_access_key = "HUSHSECRET", session_token = "TOKEN",
      expiration = 1440941760, account_id = "123456789012", source = "process" }, provider:get())
    assert.same({ "tool", "--flag", "a b" }, world.argv)
    assert.is_true(world.limits.timeout > 0)
  end)

  it("is run again ahead of the end", function()
    local runs = 0
    local provider, world = provider_of(function(world)
      runs = runs + 1
      return prints { Version = 1, AccessKeyId = "A" .. runs, SecretAccessKey = "S",
        Expiration = os.date("!%Y-%m-%dT%H:%M:%SZ", world.now + 3600) }
    end)
    provider:get()
    world.now = world.now + 3000
    assert.equal("A2", provider:get().access_key_id)
  end)

  it("runs real commands, by the profile, with the account from there", function()
    local world = support.world { env = { HOME = "/home" }, files = { ["/home/.aws/config"] =
      "[default]\naws_account_id = 111122223333\n"
      .. [[credential_process = printf '{"Version": 1, "AccessKeyId": "%s", "SecretAccessKey": "S"}' "A KEY"]] .. "\n" } }
    local got = credentials.default(world.options):get()
    assert.same({ "A KEY", "111122223333", "process" }, { got.access_key_id, got.account_id, got.source })
  end)

  it("has priority over the config file's keys, but not over the credentials file's, as in botocore", function()
    local with_keys = "[default]\naws_access_key_id = KEY\naws_secret_access_key = S\n"
    local line = [[credential_process = printf '{"Version":1,"AccessKeyId":"PROC","SecretAccessKey":"S"}']] .. "\n"
    local world = support.world { env = { HOME = "/home" }, files = { ["/home/.aws/config"] = with_keys .. line } }
    assert.equal("PROC", credentials.default(world.options):get().access_key_id)
    world = support.world { env = { HOME = "/home" }, files = {
      ["/home/.aws/config"] = "[default]\n" .. line, ["/home/.aws/credentials"] = with_keys } }
    assert.equal("KEY", credentials.default(world.options):get().access_key_id)
  end)

  local function without(name)
    local all = {}
    for key, value in pairs(GOOD) do all[key] = key ~= name and value or nil end
    return prints(all)
  end

  local function with(name, value)
    local all = {}
    for key, old in pairs(GOOD) do all[key] = old end
    all[name] = value
    return prints(all)
  end

  local wrong = {
    ["a failing command"] = { { status = 7, stdout = "HUSH" }, "exit status 7" },
    ["a killed command"] = { { signal = 9, stdout = "HUSH" }, "signal 9" },
    ["no such command"] = { { code = "start", message = "can't be started: No such file" }, "can't be started" },
    ["a hanging command"] = { { code = "timeout", message = "took too long" }, "took longer than 60 s" },
    ["endless output"] = { { code = "too_large", message = "printed more than 9 bytes" }, "printed more" },
    ["no output"] = { { status = 0, stdout = "" }, "not a JSON object" },
    ["half of it"] = { { status = 0, stdout = '{"Version": 1, "AccessKeyId": "HUSH' }, "not a JSON object" },
    ["a deep nest"] = { { status = 0, stdout = ('{"a":'):rep(5000) }, "not a JSON object" },
    ["another version"] = { with("Version", 2), "Version" },
    ["a version that is a text"] = { with("Version", "1"), "Version" },
    ["no version"] = { without "Version", "Version" },
    ["no key"] = { without "AccessKeyId", "AccessKeyId" },
    ["no secret"] = { without "SecretAccessKey", "SecretAccessKey" },
    ["a line break in the secret"] = { with("SecretAccessKey", "HUSH\r\n"), "control character" },
    ["an end that is no time"] = { with("Expiration", "HUSH"), "time with a zone" },
    ["an end in the past"] = { with("Expiration", "2015-08-30T12:00:00Z"), "ended" },
  }
  for what, case in pairs(wrong) do
    it("refuses " .. what .. ", without showing anything", function()
      local problem = support.catch(provider_of(case[1]).get, (provider_of(case[1])))
      assert.equal("credentials", problem.kind)
      assert.matches(case[2], problem.message)
      assert.is_nil(tostring(problem):find("HUSH", 1, true))
    end)
  end

  it("refuses a command line that makes no sense", function()
    for _, command in ipairs { "", "  ", "tool 'a" } do
      assert.equal("config", support.catch(credentials.process, { command = command }).kind)
    end
  end)
end)
